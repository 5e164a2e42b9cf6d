"""What `gitward approve` says would come of a change: the base, the tree, how many commits, and what it refuses."""

from __future__ import annotations

import pytest
from approving import MAIN, URL, ZERO, Desk, lines, made_keys

from gitward.approvals import landing
from gitward.errors import GitwardError
from gitward.repository import open_repository
from gitward.statements import keeping


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
