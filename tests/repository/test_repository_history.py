"""Ranges, ancestry and sums over ranges, with everything that makes git see another history than the objects tell."""

from __future__ import annotations

import hashlib
import subprocess
from collections.abc import Callable
from itertools import count
from pathlib import Path

import pytest
from making import Commit, OidOf, Open

from gitward.errors import MissingObject, Undecided

TYPE_CHECKING = False
if TYPE_CHECKING:
    from conftest import Git


class History:
    """one - two - three - merge (main), side leaves one and comes in with the merge, alone has no parent."""

    def __init__(self, repo: Path, git: Git, commit: Commit) -> None:
        self.one, self.two, self.three = commit("one"), commit("two", a="a"), commit("three", b="b")
        git("checkout", "-q", "-b", "side", self.one, cwd=repo)
        self.side = commit("side", c="c")
        git("checkout", "-q", "main", cwd=repo)
        git("merge", "-q", "--no-ff", "-m", "merge", "side", cwd=repo)
        self.merge = git("rev-parse", "HEAD", cwd=repo).stdout.strip()
        git("checkout", "-q", "--orphan", "alone", cwd=repo)
        self.alone = commit("alone")
        git("checkout", "-q", "main", cwd=repo)
        self.all = {self.one, self.two, self.three, self.side, self.merge}


@pytest.fixture
def history(repo: Path, git: Git, commit: Commit) -> History:
    return History(repo, git, commit)


def test_walk(opened: Open, history: History) -> None:
    repository = opened()
    walk = list(repository.walk([history.merge], []))
    assert set(walk) == history.all
    assert len(walk) == 5
    for oid in walk:
        assert all(walk.index(parent) < walk.index(oid) for parent in repository.parents(oid))
    assert list(repository.walk([history.merge], [history.two, history.side])) == [history.three, history.merge]
    walk = repository.walk([history.three, history.alone], [history.one])
    assert set(walk) == {history.two, history.three, history.alone}
    assert list(repository.walk([history.one], [history.merge])) == list(repository.walk([], [history.one])) == []
    assert list(repository.walk(iter([history.three]), iter([history.one]), max_count=1)) == [history.three]


def test_walk_peels_tags_and_passes_over_blobs(
    repo: Path, git: Git, opened: Open, history: History, oid_of: OidOf
) -> None:
    git("tag", "-a", "-m", "x", "v1", history.two, cwd=repo)
    git("tag", "-a", "-m", "x", "blob", f"{history.two}:a", cwd=repo)
    ends = [oid_of("v1"), oid_of("blob"), oid_of(f"{history.two}:a")]
    assert list(opened().walk(ends, [history.one])) == [history.two]
    assert list(opened().walk([history.three], ends)) == [history.three]


def test_count(opened: Open, history: History) -> None:
    repository = opened()
    assert repository.count([history.merge], []) == 5
    assert repository.count([history.merge], [], at_most=3) == 3
    assert repository.count([history.merge], [history.three]) == 2
    assert repository.count([], [history.three]) == repository.count([history.one], [history.one]) == 0
    assert repository.count([history.three], ["1" * len(history.one)]) == 3


def test_ends_that_are_not_there(opened: Open, history: History) -> None:
    repository, absent = opened(), "1" * len(history.one)
    for ask in (repository.walk, repository.count, repository.totals):
        with pytest.raises(MissingObject, match=absent):
            list(ask([history.three, absent], []))  # type: ignore[call-overload]
    with pytest.raises(MissingObject, match="bad object"):
        list(repository.walk([history.three], [absent]))
    walk = list(repository.walk([history.three], [history.one, absent, "0" * len(absent)], ignore_missing=True))
    assert walk == [history.two, history.three]
    for name in ("main", "--all", "^HEAD", f"{history.one}\n--all", history.one[:9]):
        for include, exclude in (([name], []), ([history.one], [name])):
            with pytest.raises(MissingObject, match="no full object id"):
                list(repository.walk(include, exclude, ignore_missing=True))


def test_a_gap_in_the_history(repo: Path, opened: Open, history: History) -> None:
    (repo / ".git" / "objects" / history.two[:2] / history.two[2:]).unlink()
    repository = opened()
    for ask in (repository.walk, repository.count, repository.totals):
        with pytest.raises(MissingObject) as caught:
            list(ask([history.merge], []))  # type: ignore[call-overload]
        assert caught.value.fix == "git fsck names what is damaged or missing"
    assert repository.is_ancestor(history.one, history.three) is None
    with pytest.raises(MissingObject):
        repository.ancestry(history.one, history.three)


def test_many_ends(repo: Path, opened: Open, history: History) -> None:
    filler = [f"{number:0{len(history.one)}x}" for number in range(20_000)]
    repository = opened()
    walk = list(repository.walk([history.merge] * 5_000, [*filler, history.one], ignore_missing=True))
    assert set(walk) == history.all - {history.one}


def test_a_name_that_looks_like_an_oid_is_none(repo: Path, git: Git, opened: Open, history: History) -> None:
    git("update-ref", f"refs/heads/{history.two}", history.alone, cwd=repo)
    git("update-ref", f"refs/tags/{history.alone[:9]}", history.one, cwd=repo)
    repository = opened()
    assert list(repository.walk([history.two], [])) == [history.one, history.two]
    assert repository.is_ancestor(history.two, history.three) is True
    assert repository.is_ancestor(history.alone[:9], history.three) is False


def grafts(repo: Path, git: Git, history: History) -> None:
    (repo / ".git" / "info" / "grafts").write_text(f"{history.merge}\n{history.alone} {history.three}\n")
    assert git("rev-list", "--count", "main", cwd=repo).stdout == "1\n"


def replacements(repo: Path, git: Git, history: History) -> None:
    git("replace", history.merge, history.alone, cwd=repo)
    git("replace", "--graft", history.alone, history.three, cwd=repo)
    assert git("rev-list", "--count", "main", cwd=repo).stdout != "5\n"


def old_graph(repo: Path, git: Git, history: History) -> None:
    git("commit-graph", "write", "--reachable", cwd=repo)


@pytest.mark.parametrize("lie", [grafts, replacements, old_graph])
def test_the_history_is_that_of_the_objects(
    repo: Path, git: Git, opened: Open, history: History, lie: Callable[[Path, Git, History], None]
) -> None:
    lie(repo, git, history)
    repository = opened()
    assert set(repository.walk([history.merge], [])) == history.all
    assert repository.count([history.merge], []) == 5
    assert list(repository.walk([history.alone], [])) == [history.alone]
    assert repository.is_ancestor(history.one, history.merge) is True
    assert repository.is_ancestor(history.three, history.alone) is False
    assert repository.ancestry(history.three, history.alone) == "non-ff"
    assert repository.totals([history.merge], []) == (3, 3)
    assert repository.read_path(history.merge, "c") == b"c"
    (found,) = repository.commits([history.merge])
    assert found.message.subject == "merge"


# --- shallow and partial clones ---------------------------------------------------------------------------------------


@pytest.fixture
def shallow(repo: Path, git: Git, history: History, tmp_path: Path) -> Path:
    git("clone", "-q", "--depth=2", "--no-single-branch", repo.as_uri(), tmp_path / "shallow")
    return tmp_path / "shallow"


def test_a_shallow_clone(shallow: Path, opened: Open, history: History) -> None:
    repository = opened(shallow)
    assert repository.is_shallow
    assert repository.header(history.three)[0] == "commit"
    for ask in (lambda: list(repository.walk([history.merge], [])), lambda: repository.count([history.merge], [])):
        with pytest.raises(Undecided, match="shallow") as caught:
            ask()
        assert (caught.value.exit_code, caught.value.reason) == (3, "incomplete-range")
        assert "git fetch --unshallow" in caught.value.fix
        assert "fetch-depth: 0" in caught.value.fix
    for ask in (lambda: repository.header(history.two), lambda: repository.resolve("HEAD~2")):
        with pytest.raises(Undecided) as caught:
            ask()
        assert "git fetch --unshallow" in caught.value.fix


def test_a_range_within_a_shallow_clone(shallow: Path, opened: Open, history: History) -> None:
    repository = opened(shallow)
    assert list(repository.walk([history.merge], [history.three, history.side])) == [history.merge]
    assert repository.count([history.merge], [history.three, history.side]) == 1
    assert list(repository.walk([history.alone], [])) == [history.alone]


def test_ancestry_in_a_shallow_clone(shallow: Path, opened: Open, history: History) -> None:
    repository = opened(shallow)
    assert repository.is_ancestor(history.three, history.merge) is True
    assert repository.is_ancestor(history.alone, history.merge) is None
    assert repository.is_ancestor(history.two[:9], history.merge) is None
    assert repository.ancestry(history.three, history.merge) == "ff"
    with pytest.raises(Undecided, match="too shallow") as caught:
        repository.ancestry(history.side, history.three)
    assert caught.value.reason == "incomplete-range"


def test_a_commit_without_parents_is_no_boundary(repo: Path, opened: Open, history: History) -> None:
    (repo / ".git" / "shallow").write_text(f"{history.one}\n")
    assert set(opened().walk([history.merge], [])) == history.all
    (repo / ".git" / "shallow").write_text(f"{history.two}\n")
    with pytest.raises(Undecided, match="shallow"):
        list(opened().walk([history.merge], []))


def everything(path: Path) -> set[str]:
    command = ["git", "--git-dir", str(path), "cat-file", "--batch-all-objects", "--batch-check=%(objectname)"]
    return set(subprocess.run(command, capture_output=True, check=True).stdout.decode().split())


def test_a_partial_clone_is_never_filled(
    repo: Path, git: Git, opened: Open, history: History, tmp_path: Path, oid_of: OidOf
) -> None:
    git("config", "uploadpack.allowFilter", "true", cwd=repo)
    git("config", "uploadpack.allowAnySHA1InWant", "true", cwd=repo)
    partial = tmp_path / "partial.git"
    git("clone", "-q", "--bare", "--filter=blob:none", repo.as_uri(), partial)
    blob, before = oid_of("HEAD:a"), everything(partial)
    assert blob not in before
    repository = opened(partial)
    assert repository.is_partial
    assert not opened().is_partial
    for ask in (
        lambda: repository.header(blob),
        lambda: repository.read(blob),
        lambda: repository.read_path(history.merge, "a"),
        lambda: repository.totals([history.merge], []),
        lambda: list(repository.read_many([blob] * 300)),
    ):
        with pytest.raises(MissingObject) as caught:
            ask()
        assert caught.value.fix == "git fetch --refetch --no-filter (in CI: check out without a filter)"
    assert set(repository.walk([history.merge], [])) == history.all
    assert repository.is_ancestor(history.one, history.merge) is True
    assert repository.is_ancestor("1" * 7, history.merge) is None
    assert everything(partial) == before
    git("--git-dir", partial, "fetch", "--refetch", "--no-filter", "--quiet")
    assert opened(partial).read_path(history.merge, "a") == b"a"


# --- ancestry ---------------------------------------------------------------------------------------------------------


def test_is_ancestor(opened: Open, history: History, oid_of: OidOf) -> None:
    repository = opened()
    assert repository.is_ancestor(history.one, history.merge) is True
    assert repository.is_ancestor(history.side, history.merge) is True
    assert repository.is_ancestor(history.one, history.one) is True
    assert repository.is_ancestor(history.merge, history.one) is False
    assert repository.is_ancestor(history.side, history.three) is False
    assert repository.is_ancestor(history.alone, history.merge) is False
    assert repository.is_ancestor(history.one[:7], history.merge) is True
    assert repository.is_ancestor(history.one.upper(), history.merge) is True
    assert repository.is_ancestor(history.merge[:7], history.one) is False


def test_what_is_nowhere_is_no_ancestor(opened: Open, history: History, oid_of: OidOf) -> None:
    repository = opened()
    for name in ("1" * len(history.one), "1" * 7, history.one + "0", oid_of("HEAD^{tree}"), oid_of("HEAD^{tree}")[:10]):
        assert repository.is_ancestor(name, history.merge) is False
    for name in ("", "123456", "HEAD", "main", "--all", f"{history.one}^", "g" * 40, f"{history.one[:9]}\n"):
        assert repository.is_ancestor(name, history.merge) is None


def alike(tree: str, object_format: str) -> tuple[bytes, bytes]:
    """Two commits whose oids begin with the same seven digits."""
    seen: dict[str, bytes] = {}
    for second in count(1_700_000_000):
        raw = f"tree {tree}\nauthor A <a@b> {second} +0000\ncommitter A <a@b> {second} +0000\n\nx\n".encode()
        start = hashlib.new(object_format, b"commit %d\0%b" % (len(raw), raw)).hexdigest()[:7]
        if start in seen:
            return seen[start], raw
        seen[start] = raw
    raise AssertionError


def test_an_abbreviation_that_fits_two_commits(
    repo: Path, git: Git, opened: Open, history: History, object_format: str
) -> None:
    tree = git("hash-object", "-t", "tree", "-w", "--stdin", cwd=repo).stdout.strip()
    words = ("hash-object", "-t", "commit", "-w", "--stdin")
    first, second = (git(*words, cwd=repo, stdin=raw.decode()).stdout.strip() for raw in alike(tree, object_format))
    child = git("commit-tree", "-p", second, "-m", "x", tree, cwd=repo).stdout.strip()
    assert first[:7] == second[:7]
    repository = opened()
    assert repository.is_ancestor(first[:7], child) is True
    assert repository.is_ancestor(first[:20], child) is False
    assert repository.is_ancestor(first[:7], history.merge) is False


@pytest.mark.parametrize("few", [0, 100], ids=["in one walk", "one by one"])
def test_many_questions(opened: Open, history: History, oid_of: OidOf, monkeypatch: pytest.MonkeyPatch, few: int) -> None:
    monkeypatch.setattr("gitward.repository.ranges._FEW", few)
    answers = {
        (history.one, history.merge): True,
        (history.side.upper(), history.merge): True,
        (history.merge, history.merge): True,
        (history.one[:7], history.merge): True,
        (history.merge, history.one): False,
        (history.side[:9], history.three): False,
        (history.alone, history.merge): False,
        ("1" * len(history.one), history.merge): False,
        (oid_of("HEAD^{tree}"), history.merge): False,
        ("123456", history.merge): None,
        ("--all", history.merge): None,
    }
    repository = opened()
    assert repository.are_ancestors(answers) == answers
    for pair, answer in answers.items():
        assert repository.are_ancestors([pair]) == {pair: answer}
    assert repository.are_ancestors([("HEAD", history.one)] * 9) == {("HEAD", history.one): None}
    assert repository.are_ancestors([]) == {}


def test_a_walk_that_is_remembered_answers(
    opened: Open, history: History, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository = opened()
    assert set(repository.walk_down([history.merge, history.alone], remember=True)) == {*history.all, history.alone}
    assert repository.is_partial is False
    monkeypatch.setattr(repository._plumbing, "start", None)  # nobody is asked
    monkeypatch.setattr(repository._plumbing, "call", None)
    pairs = {(history.one, history.merge): True, (history.alone, history.merge): False, (history.two[:7], history.alone): False}
    assert repository.are_ancestors(pairs) == pairs


def test_a_walk_that_was_broken_off_is_not_remembered(opened: Open, history: History) -> None:
    repository = opened()
    for _ in repository.walk_down([history.merge], remember=True):
        break
    assert repository.are_ancestors([(history.one, history.merge)]) == {(history.one, history.merge): True}


@pytest.mark.parametrize("few", [0, 100], ids=["in one walk", "one by one"])
def test_many_questions_where_the_answer_cannot_be_known(
    repo: Path, opened: Open, history: History, shallow: Path, monkeypatch: pytest.MonkeyPatch, few: int
) -> None:
    monkeypatch.setattr("gitward.repository.ranges._FEW", few)
    ends = [(history.three, history.merge), (history.alone, history.merge), (history.two[:9], history.merge)]
    pairs = [*ends, ("1" * 40, history.three)]
    assert list(opened(shallow).are_ancestors(pairs).values()) == [True, None, None, None]
    (repo / ".git" / "objects" / history.two[:2] / history.two[2:]).unlink()
    # asked alone, what is nowhere to be found is no ancestor; a walk that met the gap knows nothing at all
    first, *others = opened().are_ancestors(pairs).values()
    assert first in ((True, None) if few else (None,))  # git may find it before it meets the gap
    assert set(others) == ({False, None} if few else {None})


def test_newest_first(repo: Path, opened: Open, history: History) -> None:
    repository = opened()
    walk = list(repository.walk_down([history.merge]))
    assert (walk[0], sorted(walk)) == (history.merge, sorted(history.all))
    assert list(repository.walk_down([])) == []
    with pytest.raises(MissingObject):
        list(repository.walk_down(["1" * len(history.one)]))
    (repo / ".git" / "objects" / history.two[:2] / history.two[2:]).unlink()
    with pytest.raises(MissingObject):
        list(opened().walk_down([history.merge]))


def test_newest_first_in_a_shallow_clone(shallow: Path, opened: Open, history: History) -> None:
    with pytest.raises(Undecided, match="shallow"):
        list(opened(shallow).walk_down([history.merge]))


def test_ancestry(repo: Path, git: Git, opened: Open, history: History, oid_of: OidOf) -> None:
    git("tag", "-a", "-m", "x", "v1", history.one, cwd=repo)
    git("tag", "-a", "-m", "x", "v1b", history.one, cwd=repo)
    git("tag", "-a", "-m", "x", "v2", history.two, cwd=repo)
    zero, blob = "0" * len(history.one), oid_of(f"{history.two}:a")
    repository = opened()
    assert repository.ancestry(zero, history.one) == "create"
    assert repository.ancestry("0" * 40, history.one) == repository.ancestry("0" * 64, history.one) == "create"
    assert repository.ancestry(history.one, zero) == repository.ancestry(zero, zero) == "delete"
    assert repository.ancestry(history.one, history.merge) == "ff"
    assert repository.ancestry(history.merge, history.one) == "non-ff"
    assert repository.ancestry(history.alone, history.merge) == "non-ff"
    assert repository.ancestry(oid_of("v1"), oid_of("v2")) == "ff"
    assert repository.ancestry(oid_of("v2"), history.one) == "non-ff"
    assert repository.ancestry(oid_of("v1"), oid_of("v1b")) == "ff"
    assert repository.ancestry(blob, blob) == "ff"
    assert repository.ancestry(blob, history.one) == repository.ancestry(history.one, blob) == "non-ff"
    absent = "1" * len(zero)
    for old, new in ((absent, history.one), (history.one, absent), (zero, absent)):
        with pytest.raises(MissingObject, match=absent):
            repository.ancestry(old, new)


def test_independent(repo: Path, git: Git, opened: Open, history: History) -> None:
    repository = opened()
    assert repository.independent([]) == ()
    assert repository.independent(history.all) == (history.merge,)
    assert repository.independent([history.alone, history.three, history.side, history.one]) == tuple(
        sorted([history.alone, history.three, history.side])
    )
    assert repository.independent([history.one, history.one]) == (history.one,)
    with pytest.raises(MissingObject):
        repository.independent([history.one, "0" * len(history.one)])


def test_newest_before_goes_down_first_parents(repo: Path, git: Git, opened: Open, commit: Commit) -> None:
    oids = {}
    for number, day in enumerate((100, 200, 300)):
        date = {"GIT_COMMITTER_DATE": f"@{day * 86_400} +0000"}
        if number == 2:
            git("checkout", "-q", "-b", "side", oids[100], cwd=repo)
            git("commit", "-q", "--allow-empty", "-m", "side", cwd=repo, env={"GIT_COMMITTER_DATE": f"@{150 * 86_400} +0000"})
            git("checkout", "-q", "main", cwd=repo)
            git("merge", "-q", "--no-ff", "-m", "merge", "side", cwd=repo, env=date)
        else:
            git("commit", "-q", "--allow-empty", "-m", f"{number}", cwd=repo, env=date)
        oids[day] = git("rev-parse", "HEAD", cwd=repo).stdout.strip()
    repository = opened()
    for seconds, day in ((300 * 86_400 + 1, 300), (300 * 86_400, 200), (200 * 86_400, 100), (100 * 86_400, 0)):
        assert repository.newest_before(oids[300], seconds) == oids.get(day)


def test_a_shallow_clone_knows_neither(tmp_path: Path, repo: Path, git: Git, opened: Open, history: History) -> None:
    git("clone", "-q", "--depth=1", f"file://{repo}", tmp_path / "shallow")
    repository = opened(tmp_path / "shallow")
    for ask in (
        lambda: repository.independent([history.merge]),
        lambda: repository.newest_before(history.merge, 1 << 40),
        lambda: repository.newest_before(history.merge, 1),
    ):
        with pytest.raises(Undecided) as caught:
            ask()
        assert (caught.value.reason, caught.value.fix[:22]) == ("incomplete-range", "git fetch --unshallow ")


def test_a_count_gives_up_in_time(opened: Open, history: History) -> None:
    with pytest.raises(Undecided) as caught:
        opened().count([history.merge], [], seconds=0.0001)
    assert caught.value.reason == "timeout"
