"""Objects: what git says of them, what is refused, and tags. git's own `cat-file` is the oracle."""

from __future__ import annotations

import subprocess
import tracemalloc
from pathlib import Path

import pytest
from making import Commit, OidOf, Open

from gitward import git as runner
from gitward.errors import BudgetExceeded, MissingObject, Undecided
from gitward.repository import open_repository

TYPE_CHECKING = False
if TYPE_CHECKING:
    from conftest import Git


def make_object(repo: Path, kind: str, data: bytes) -> str:
    """Store an object as it stands, well formed or not."""
    command = ["git", "hash-object", "-w", "--literally", "-t", kind, "--stdin"]
    return subprocess.run(command, cwd=repo, input=data, capture_output=True, check=True).stdout.decode().strip()


def make_tag(repo: Path, target: str, kind: str, name: str = "v1") -> str:
    head = f"object {target}\ntype {kind}\ntag {name}\ntagger Ada <ada@example.org> 1700000000 +0000\n\nx\n"
    return make_object(repo, "tag", head.encode())


def fill(repo: Path, count: int, size: int = 20) -> list[str]:
    """Commits in a row, each with a message of `size` bytes."""
    pieces = []
    for number in range(count):
        text = f"{number:0{size - 1}}\n"
        pieces.append(f"commit refs/heads/main\ncommitter Ada <ada@example.org> {1700000000 + number} +0000\n")
        pieces.append(f"data {size}\n{text}")
    subprocess.run(["git", "fast-import", "--quiet"], cwd=repo, input="".join(pieces).encode(), check=True)
    listed = subprocess.run(["git", "rev-list", "--reverse", "main"], cwd=repo, capture_output=True, check=True)
    return listed.stdout.decode().split()


def test_every_object_is_read_as_git_reads_it(repo: Path, git: Git, opened: Open, commit: Commit) -> None:
    commit("one", a="a\n", b_c="c\n", empty="")
    commit("two", a=None, b_c="d\n" * 1000)
    git("tag", "-a", "-m", "tagged", "v1", cwd=repo)
    git("gc", "-q", cwd=repo)
    commit("three", loose="loose\n")
    listed = git("cat-file", "--batch-all-objects", "--batch-check", cwd=repo).stdout.splitlines()
    repository, kinds = opened(), set()
    for line in listed:
        oid, kind, size = line.split()
        content = subprocess.run(["git", "cat-file", kind, oid], cwd=repo, capture_output=True, check=True).stdout
        assert repository.header(oid) == (kind, int(size))
        assert repository.read(oid) == repository.read(oid, int(size)) == (kind, content)
        kinds.add(kind)
    assert kinds == {"commit", "tree", "blob", "tag"}


def test_libgit2_reads_packs_and_only_packs(repo: Path, git: Git, commit: Commit, opened: Open, kind: str) -> None:
    packed = commit("one")
    git("gc", "-q", cwd=repo)
    loose = commit("two")
    repository = opened()
    assert repository.read(packed)[0] == repository.header(packed)[0] == "commit"
    assert len(repository._plumbing._started) == (0 if kind == "libgit2" else 2)
    assert repository.read(loose)[0] == repository.header(loose)[0] == "commit"
    assert len(repository._plumbing._started) == 2


def test_a_damaged_pack(repo: Path, git: Git) -> None:
    oids = fill(repo, 300, size=500)
    git("gc", "-q", cwd=repo)
    (pack,) = (repo / ".git" / "objects" / "pack").glob("*.pack")
    data = bytearray(pack.read_bytes())
    for at in range(len(data) // 2, len(data) - 40, 7):
        data[at] ^= 0x55
    pack.chmod(0o644)
    pack.write_bytes(data)
    with open_repository(str(repo)) as repository, pytest.raises(MissingObject, match=r"cannot be read|not in the r"):
        list(repository.commits(oids))


@pytest.mark.parametrize("oid", ["0" * 40, "0" * 64, "1" * 40, "1" * 64])
def test_an_object_that_is_not_there(opened: Open, commit: Commit, oid: str) -> None:
    commit("one")
    repository = opened()
    for ask in (repository.header, repository.read, repository.peel, repository.parents):
        with pytest.raises(MissingObject) as caught:
            ask(oid)
        assert (caught.value.exit_code, caught.value.reason) == (3, "missing-object")
        assert oid in caught.value.message
    for ask_many in (repository.read_many, repository.commits):
        with pytest.raises(MissingObject):
            list(ask_many([oid]))


def test_what_is_no_full_oid_names_no_object(opened: Open, commit: Commit) -> None:
    oid = commit("one")
    repository = opened()
    for name in ("", "HEAD", oid[:-1], oid[:10], f"{oid}0", f"{oid}\n", f" {oid[1:]}", oid.upper(), f"{oid[:-3]}^{{}}"):
        for ask in (repository.header, repository.read, lambda name: list(repository.commits([name] * 300))):
            with pytest.raises(MissingObject, match="no full object id"):
                ask(name)
    assert repository.header(oid)[0] == "commit"


@pytest.mark.parametrize("count", [5, 200, 201, 700])
def test_many_objects_come_in_order(repo: Path, opened: Open, count: int) -> None:
    oids = fill(repo, count, size=30_000 if count == 700 else 50)
    asked = [*reversed(oids), *oids[:7], oids[0], oids[0]]
    repository = opened()
    found = list(repository.read_many(iter(asked)))
    assert [oid for oid, _, _ in found] == asked
    assert all(data.endswith(f"{oids.index(oid):09}\n".encode()) for oid, _, data in found)
    assert [commit.oid for commit in repository.commits(asked)] == asked


def test_a_git_without_a_queue_reads_the_same(repo: Path, opened: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    oids = fill(repo, 300)
    repository = opened()
    assert repository._plumbing.queues_commands is True  # of the git that the tests need
    monkeypatch.setattr(repository._plumbing, "queues_commands", False)
    assert list(repository.read_many(oids)) == list(opened().read_many(oids))


@pytest.mark.parametrize(
    ("version", "queues"),
    [("2.36.0", True), ("2.35.9", False), ("3.0.1", True), ("2.39.5 (Apple Git-154)", True), ("2", False), ("", False)],
)
def test_which_git_has_a_queue(opened: Open, monkeypatch: pytest.MonkeyPatch, version: str, queues: bool) -> None:
    plumbing = opened()._plumbing
    monkeypatch.setattr(plumbing, "run", lambda _: f"git version {version}\n".encode())
    assert plumbing.queues_commands is queues


def test_reading_while_many_are_being_read(repo: Path, opened: Open) -> None:
    oids = fill(repo, 600)
    repository = opened()
    first, second = repository.read_many(oids), repository.read_many(reversed(oids))
    for left, right, single in zip(first, second, oids, strict=True):
        assert (left[0], right[0]) == (single, oids[-1 - oids.index(single)])
        assert repository.read(single)[1] == left[2]


def test_one_missing_or_wrong_among_many(repo: Path, opened: Open, oid_of: OidOf) -> None:
    oids = fill(repo, 500)
    tree = oid_of("HEAD^{tree}")
    repository = opened()
    for wrong, words in ((("1" * len(tree)), "is not in the repository"), (tree, "is a tree, no commit")):
        found = []
        with pytest.raises(MissingObject, match=words):
            found.extend(repository.commits([*oids[:400], wrong, *oids[400:]]))
        assert list(repository.read_many(oids[:3]))[2][0] == oids[2]
    assert len(list(repository.commits(oids))) == 500


def test_memory_does_not_grow_with_the_number(repo: Path, opened: Open) -> None:
    oids = fill(repo, 8_000, size=500)
    repository = opened()
    list(repository.read_many(oids[:1000]))
    tracemalloc.start()
    try:
        for _ in repository.read_many(oid for oid in oids):
            pass
        assert tracemalloc.get_traced_memory()[1] < 400_000  # the objects themselves have five megabytes
    finally:
        tracemalloc.stop()


def damage(repo: Path, oid: str, data: bytes) -> None:
    path = repo / ".git" / "objects" / oid[:2] / oid[2:]
    path.chmod(0o644)
    path.write_bytes(data)


def test_a_damaged_object(repo: Path, opened: Open, commit: Commit) -> None:
    good, cut, junk = commit("one"), commit("two"), commit("three")
    whole = (repo / ".git" / "objects" / cut[:2] / cut[2:]).read_bytes()
    damage(repo, cut, whole[: len(whole) // 2])
    damage(repo, junk, b"junk")
    repository = opened()
    for oid in (cut, junk):
        with pytest.raises(MissingObject) as caught:
            repository.read(oid)
        assert oid in caught.value.message
        assert caught.value.fix == "git fsck names what is damaged or missing"
        with pytest.raises(MissingObject):
            list(repository.commits([good] * 300 + [oid]))
    assert repository.read(good)[0] == "commit"


def test_limits(repo: Path, opened: Open, commit: Commit) -> None:
    oid, other = commit("x" * 5000), commit("one")
    repository = opened()
    size = repository.header(oid)[1]
    assert repository.read(oid, size)[0] == "commit"
    with pytest.raises(BudgetExceeded, match=f"{oid} has {size} bytes, the limit is {size - 1}") as caught:
        repository.read(oid, size - 1)
    assert (caught.value.exit_code, caught.value.reason) == (3, "too-large")
    for many in ([other, oid], [other] * 300 + [oid] + [other] * 300):
        with pytest.raises(BudgetExceeded):
            list(repository.read_many(many, size - 1))
        assert len(list(repository.read_many(many, size))) == len(many)
        with pytest.raises(BudgetExceeded, match="has a message of 5001 bytes"):
            list(repository.commits(many, 5000))
        assert len(list(repository.commits(many, 5001))) == len(many)


def test_a_large_message_is_a_matter_of_budget(repo: Path, opened: Open) -> None:
    head = f"tree {make_object(repo, 'tree', b'')}\n"
    head += "author Ada <ada@example.org> 1 +0000\ncommitter Ada <ada@example.org> 1 +0000\n\n"
    fits, over = (make_object(repo, "commit", head.encode() + b"x" * size) for size in (1 << 20, (1 << 20) + 1))
    huge = make_object(repo, "commit", head.encode() + b"x" * (8 << 20))
    repository = opened()
    assert len(next(repository.commits([fits])).message.raw) == 1 << 20
    for oid in (over, huge):
        for oids in ([oid], [oid] * 300):
            with pytest.raises(BudgetExceeded):
                next(repository.commits(oids))


def test_an_object_that_unpacks_to_more_than_git_may_allocate(
    repo: Path, opened: Open, commit: Commit, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = commit("one")
    tree = make_object(repo, "tree", b"")
    head = f"tree {tree}\nparent {one}\nauthor A <a@b> 1 +0000\ncommitter A <a@b> 1 +0000\n\n".encode()
    bomb = make_object(repo, "commit", head + b"\n" * (32 << 20))
    stored = repo / ".git" / "objects" / bomb[:2] / bomb[2:]
    assert stored.stat().st_size < 200_000
    assert list(opened().walk([bomb], [])) == [one, bomb]
    monkeypatch.setattr(runner, "ALLOC_LIMIT", "16m")
    with pytest.raises(Undecided):
        list(opened().walk([bomb], []))


def test_parents_are_those_of_the_bytes(repo: Path, git: Git, opened: Open, commit: Commit) -> None:
    one, two = commit("one"), commit("two")
    git("checkout", "-q", "-b", "side", one, cwd=repo)
    side = commit("side")
    git("merge", "-q", "--no-ff", "-m", "merge", "main", cwd=repo)
    merge = git("rev-parse", "HEAD", cwd=repo).stdout.strip()
    (repo / ".git" / "info").mkdir(exist_ok=True)
    (repo / ".git" / "info" / "grafts").write_text(f"{merge} {one}\n{two}\n")
    git("replace", "--graft", side, cwd=repo)
    repository = opened()
    assert repository.parents(merge) == (side, two)
    assert repository.parents(two) == repository.parents(side) == (one,)
    assert repository.parents(one) == ()


# --- tags -------------------------------------------------------------------------------------------------------------


def test_peel(repo: Path, git: Git, opened: Open, commit: Commit, oid_of: OidOf) -> None:
    oid = commit("one", a="a")
    git("tag", "-a", "-m", "inner", "inner", cwd=repo)
    git("-c", "advice.nestedTag=false", "tag", "-a", "-m", "outer", "outer", "inner", cwd=repo)
    git("tag", "-a", "-m", "blob", "blob", "HEAD:a", cwd=repo)
    repository = opened()
    assert repository.peel(oid) == ((), oid, "commit")
    assert repository.peel(oid_of("HEAD^{tree}")) == ((), oid_of("HEAD^{tree}"), "tree")
    tags, peeled, kind = repository.peel(oid_of("outer"))
    assert [(tag.oid, tag.name) for tag in tags] == [(oid_of("outer"), "outer"), (oid_of("inner"), "inner")]
    assert (peeled, kind) == (oid, "commit")
    tags, peeled, kind = repository.peel(oid_of("blob"))
    assert (len(tags), peeled, kind) == (1, oid_of("HEAD:a"), "blob")


def test_a_row_of_tags_has_an_end(repo: Path, opened: Open, commit: Commit) -> None:
    oid, kind = commit("one"), "commit"
    for _ in range(32):
        oid, kind = make_tag(repo, oid, kind), "tag"
    repository = opened()
    assert len(repository.peel(oid)[0]) == 32
    with pytest.raises(Undecided, match="more than 32") as caught:
        repository.peel(make_tag(repo, oid, "tag"))
    assert caught.value.reason == "too-large"


def test_a_tag_that_lies_about_its_object(repo: Path, git: Git, opened: Open, commit: Commit, oid_of: OidOf) -> None:
    commit("one", a="a")
    tag = make_tag(repo, oid_of("HEAD:a"), "commit")
    assert git("rev-parse", "--verify", f"{tag}^{{commit}}", cwd=repo, ok=False).returncode == 128
    with pytest.raises(Undecided, match=r"says that .* is a commit: it is a blob"):
        opened().peel(tag)


def test_a_tag_of_nothing(repo: Path, opened: Open, object_format: str) -> None:
    nothing = "1" * (64 if object_format == "sha256" else 40)
    with pytest.raises(MissingObject):
        opened().peel(make_tag(repo, nothing, "commit"))


def test_a_tag_that_names_no_object_leads_to_itself(repo: Path, opened: Open) -> None:
    tag = make_object(repo, "tag", b"type commit\ntag v1\n\nx\n")
    tags, peeled, kind = opened().peel(tag)
    assert (tags[0].oid, peeled, kind) == (tag, tag, "tag")
    assert tags[0].malformed
