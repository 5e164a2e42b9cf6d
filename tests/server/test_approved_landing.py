"""What `gitward approve` says would come of a change: the base, the tree, how many commits, and what it refuses."""

from __future__ import annotations

from pathlib import Path

import pytest
from approving import MAIN, URL, ZERO, Desk, lines, made_keys

from gitward.approvals import landing
from gitward.errors import GitwardError
from gitward.repository import open_repository
from gitward.statements import keeping
from soaking import long


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    folder = tmp_path_factory.mktemp("landing")
    (folder / "keys").mkdir()
    return Desk(folder / "desk", made_keys(folder / "keys"))


def landed(desk: Desk, given: str, ref: str = MAIN, **how: str) -> landing.Landing:
    with open_repository(str(desk.folder)) as repository:
        at = keeping.place(repository, str(desk.folder), **how)
        return landing.landing(repository, given, landing.target(repository, at, ref))


def test_a_fast_forward(desk: Desk) -> None:
    first = desk.commit({"a": "one\n"}, desk.base)
    change = desk.commit({"b": "two\n"}, first)
    for given in (change, f"{desk.base}..{change}", f"{MAIN}..{change}"):
        found = landed(desk, given, url=URL)
        assert (found.commit, found.tree, found.commits) == (change, desk.tree(change), 2)
        assert (found.target.base, found.target.repository) == (desk.base, "https://git.example.com/payments")
        assert found.approval.patch_id == found.patch != ""


def test_a_merge(desk: Desk) -> None:
    """The tree is git's own; the patch is that of the rebase."""
    topic = desk.commit({"src/x.c": lines((20, "new\n"))}, desk.base)
    side = desk.commit({"src/x.c": lines(before=4)}, desk.base)
    desk.set("refs/heads/moved", side)
    rebased = desk.commit({"src/x.c": lines((20, "new\n"), before=4)}, side)
    merged, straight = landed(desk, topic, "refs/heads/moved"), landed(desk, rebased, "refs/heads/moved")
    assert merged.tree == straight.tree == desk.tree(rebased)
    assert merged.patch == straight.patch == landed(desk, topic).patch
    assert (merged.way, straight.way) == ("the tree that git makes of merging both", "the commit's own tree")


def test_a_new_ref(desk: Desk) -> None:
    found = landed(desk, desk.base, "refs/heads/release/9")
    assert (found.target.base, found.tree, found.patch, found.commits) == (ZERO, desk.tree(desk.base), "", 1)
    assert found.target.known_by == "this repository has no such ref yet"
    assert found.target.repository == f"file:{desk.folder}"


def test_where_a_clone_keeps_what_it_fetches(desk: Desk) -> None:
    for key, value in (("url", "../desk"), ("fetch", "+refs/heads/*:refs/kept/x/*")):
        desk.git("config", f"remote.up.{key}", value)
    desk.set("refs/kept/x/main", desk.base)
    try:
        change = desk.commit({"a": "new\n"}, desk.base)
        found = landed(desk, change)
        assert (found.target.place.remote, found.target.base) == ("up", desk.base)
        assert found.target.known_by == "refs/kept/x/main, as it was last fetched"
        assert found.target.repository == f"file:{desk.folder}"
        assert landed(desk, change, "refs/heads/other").target.base == ZERO
    finally:
        desk.git("remote", "remove", "up")


@pytest.mark.parametrize(
    ("given", "ref", "says"),
    [
        ("TIP", "main", "'main' is no full name of a ref"),
        ("TIP", "refs/heads/a..b", "is no full name of a ref"),
        ("nothing", MAIN, "unknown revision 'nothing'"),
        ("BASE", MAIN, "is in refs/heads/main already"),
        ("FIRST..TIP", MAIN, "1 more commits would come in than the range holds"),
        ("BASE...TIP", MAIN, "has more than one end"),
        ("TIP^{tree}", MAIN, "is a tree, no commit"),
        ("OTHER", "refs/heads/conflicting", "it does not merge without conflicts: a"),
    ],
)
def test_what_cannot_be_approved(desk: Desk, given: str, ref: str, says: str) -> None:
    first = desk.commit({"a": "one\n"}, desk.base)
    names = {"FIRST": first, "TIP": desk.commit({"b": "two\n"}, first), "BASE": desk.base, "OTHER": first}
    desk.set("refs/heads/conflicting", desk.commit({"a": "else\n"}, desk.base))
    for name, oid in names.items():
        given = given.replace(name, oid)
    with pytest.raises(GitwardError) as found:
        landed(desk, given, ref)
    assert says in found.value.message
    assert found.value.fix or "tree" in says


def test_a_remote_that_is_not_there(desk: Desk) -> None:
    with pytest.raises(GitwardError, match="there is no remote 'upstream'"):
        landed(desk, desk.base, remote="upstream")


def test_a_criss_cross_merge_has_the_tree_that_git_makes(desk: Desk) -> None:
    """Of both ends neither best common ancestor is before the other; git merges these first."""
    one = desk.commit({"src/x.c": lines((3, "one\n"))}, desk.base)
    two = desk.commit({"src/x.c": lines((9, "two\n"))}, desk.base)
    both = ((3, "one\n"), (9, "two\n"))
    left = desk.commit({"src/x.c": lines(*both, (15, "left\n"))}, desk.commit({"src/x.c": lines(*both)}, one, two))
    right = desk.commit({"src/x.c": lines(*both, (25, "right\n"))}, desk.commit({"src/x.c": lines(*both)}, two, one))
    assert len(desk.git("merge-base", "--all", left, right).split()) == 2
    desk.set("refs/heads/crossed", left)
    whole = desk.commit({"src/x.c": lines(*both, (15, "left\n"), (25, "right\n"))}, desk.base)
    assert landed(desk, right, "refs/heads/crossed").tree == desk.tree(whole)


def test_what_a_clone_makes_of_its_own_changes_no_tree(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Replace refs, grafts, an attribute in the work tree, a driver in the configuration."""
    topic = desk.commit({"a": "new\n"}, desk.base)
    side = desk.commit({"b": "new\n"}, desk.base)
    clash = desk.commit({"a": "other\n"}, desk.base)
    desk.set("refs/heads/owned", side)
    wanted = landed(desk, topic, "refs/heads/owned").tree
    desk.git("replace", topic, clash)
    grafts = desk.folder / ".git" / "info" / "grafts"
    grafts.parent.mkdir(exist_ok=True)
    grafts.write_text(f"{topic}\n")
    desk.git("config", "merge.mine.driver", "true")
    (desk.folder / ".gitattributes").write_text("a merge=mine\nb merge=union\n")
    monkeypatch.chdir(desk.folder)
    try:
        assert landed(desk, topic, "refs/heads/owned").tree == wanted
        desk.set("refs/heads/owned", clash)
        with pytest.raises(GitwardError, match="does not merge without conflicts: a"):
            landed(desk, topic, "refs/heads/owned")
    finally:
        grafts.unlink()
        (desk.folder / ".gitattributes").unlink()
        desk.git("replace", "-d", topic)


@long
def test_renames_and_submodules_that_both_sides_move(desk: Desk) -> None:
    text = lines()
    sides = [desk.commit({"src/x.c": None, name: text}, desk.base) for name in ("one.c", "two.c")]
    desk.set("refs/heads/renamed", sides[0])
    with pytest.raises(GitwardError, match=r"without conflicts: one.c, src/x.c, two.c"):
        landed(desk, sides[1], "refs/heads/renamed")
    moved = []
    for each in (desk.base, *sides):
        tree = desk.git("mktree", stdin=f"160000 commit {each}\tsub\n".encode())
        moved.append(desk.git("commit-tree", tree, *(word for parent in moved[:1] for word in ("-p", parent)), "-m", "x"))
    desk.set("refs/heads/modules", moved[1])
    with pytest.raises(GitwardError, match="without conflicts: sub"):
        landed(desk, moved[2], "refs/heads/modules")
    desk.set("refs/heads/modules", moved[0])
    assert landed(desk, moved[2], "refs/heads/modules").tree == desk.tree(moved[2])


@long
@pytest.mark.parametrize(("how", "says", "fix"), [
    (("--depth", "1", "--no-single-branch"), "this clone is too shallow", "unshallow"),
    (("--filter=blob:none", "--no-checkout"), "from promisor remote", "--refetch --no-filter"),
])  # fmt: skip
def test_a_clone_that_leaves_something_out(desk: Desk, tmp_path: Path, how: tuple[str, ...], says: str, fix: str) -> None:
    desk.set("refs/heads/left", desk.commit({"src/x.c": lines((3, "one\n"))}, desk.base))
    desk.set("refs/heads/right", desk.commit({"src/x.c": lines((25, "two\n"))}, desk.base))
    desk.git("config", "uploadpack.allowFilter", "true")
    desk.git("clone", "-q", *how, f"file://{desk.folder}", str(tmp_path / "clone"))
    with open_repository(str(tmp_path / "clone")) as repository:
        at = keeping.place(repository, str(tmp_path / "clone"), url=URL)
        with pytest.raises(GitwardError) as found:
            landing.landing(repository, "origin/right", landing.target(repository, at, "refs/heads/left"))
    assert says in found.value.message
    assert fix in found.value.fix


def test_no_history_in_common(desk: Desk) -> None:
    lone = desk.git("commit-tree", desk.tree(desk.base), "-m", "x")
    with pytest.raises(GitwardError, match="shares no history with"):
        landed(desk, lone)
