"""Which paths an update touches for which policy: what is parked, recreated, or named by another ref hides nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from gitward.errors import BudgetExceeded
from gitward.facts import KNOWN
from gitward.model import Entry, Policy, RawUpdate, RefUpdate
from gitward.patterns import matches_ref
from gitward.record import record, replace
from gitward.repository import open_repository
from gitward.touching import with_touched
from gitward.updates import resolve

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from conftest import Git
    from gitward.model import Violation


@record
class ByPath:
    """A rule that guards refs by path: `guards` is a pattern of refs per grant that names paths."""

    guards: tuple[str, ...] = ("refs/heads/main",)
    name = "by-path"
    needs = ("update", "pusher", "touched")
    first = False

    def protects(self, ref: str) -> bool:
        return bool(self.protecting(ref))

    def protecting(self, ref: str) -> frozenset[int]:
        return frozenset(at for at, pattern in enumerate(self.guards) if matches_ref((pattern,), ref))

    def check_update(self, _update: RefUpdate) -> Iterator[Violation]:
        yield from ()


@record
class InCi:
    """A rule that judges ranges too, and does not tell its refs apart."""

    name = "in-ci"
    needs = ("touched",)
    first = False

    def protects(self, ref: str) -> bool:
        return ref == "refs/heads/main"

    def check_update(self, _update: RefUpdate) -> Iterator[Violation]:
        yield from ()


def policy(*guards: str, refs: str = "refs/**") -> Policy:
    entry = Entry(id="x", rule=ByPath(guards=guards or ByPath().guards), refs=(refs,))
    return Policy(id="x", mode="enforce", entries=(entry,), source="", digest="")


class Place:
    """A repository in which ref updates are tried; `ci/x` is what matters."""

    def __init__(self, folder: Path, git: Git) -> None:
        self.folder, self._git = folder, git

    def git(self, *words: object) -> str:
        return self._git("-C", self.folder, *words).stdout.strip()

    def commit(self, *paths: str, parents: tuple[str, ...] = ("HEAD",)) -> str:
        """A commit in which these paths are new, or different; `-PATH` goes."""
        for path in paths:
            if path.startswith("-"):
                self.git("rm", "-q", path[1:])
                continue
            file = self.folder / path
            file.parent.mkdir(exist_ok=True)
            file.write_text((file.read_text() if file.exists() else "") + "x")
            self.git("add", path)
        given = [word for parent in parents for word in ("-p", parent)]
        oid = self.git("commit-tree", self.git("write-tree"), *given, "-m", "x")
        self.git("reset", "-q", "--soft", oid)
        return oid

    def touched(self, *moves: tuple[str, str], policies: tuple[Policy, ...] = (), at_most: int | None = None,
                stage: str = "receive") -> list[tuple[frozenset[bytes] | None, ...]]:  # fmt: skip
        """Of each (ref, new) what it touches for each policy."""
        with open_repository(str(self.folder)) as repository:
            zero = "0" * 40
            raw = tuple(RawUpdate(old=repository.refs().get(ref, zero), new=new or zero, ref=ref) for ref, new in moves)
            updates = resolve(raw, repository, None)
            given = policies or (policy(),)
            found = with_touched(given, updates, KNOWN[stage], repository.refs(symbolic=False), repository, at_most)
            return [update.touched_by for update in found]


@pytest.fixture
def place(tmp_path: Path, git: Git) -> Place:
    """`main` with three commits, the second of which made `ci/x`; HEAD is detached there."""
    place = Place(tmp_path / "r", git)
    git("init", "-q", "-b", "main", place.folder)
    place.commit("a", parents=())
    place.commit("ci/x")
    place.commit("b")
    place.git("checkout", "-q", "--detach")
    return place


MAIN, TOPIC, RELEASE = "refs/heads/main", "refs/heads/topic", "refs/heads/release"


def paths(*names: str) -> frozenset[bytes]:
    return frozenset(name.encode() for name in names)


def test_commits_that_were_parked_on_another_ref(place: Place) -> None:
    """Threat 9: they came in where nobody minds, and are on a branch when `main` moves, or is made anew, or a new ref is."""
    parked = place.commit("ci/x")
    place.git("update-ref", TOPIC, parked)
    top = place.commit("a")
    assert place.touched((MAIN, top)) == [(paths("ci/x", "a"),)]
    assert place.touched((MAIN, parked)) == [(paths("ci/x"),)]
    guards = policy(MAIN, RELEASE)  # two grants, each for one of the refs: what main allows, release need not
    assert place.touched((RELEASE, top), policies=(guards,)) == [(paths("a", "b", "ci/x"),)]
    both = policy("refs/heads/[mr]*", "refs/heads/*")
    assert place.touched((TOPIC, top), (RELEASE, top), policies=(both,)) == [(paths("a"),), (paths("a"),)]


def test_a_new_ref_counts_from_refs_that_are_as_guarded(place: Place) -> None:
    top = place.commit("ci/x")
    for refs, expected in (
        (("refs/heads/*",), paths("ci/x")), ((RELEASE,), paths("a", "b", "ci/x")), ((MAIN, "refs/heads/*"), paths("ci/x")),
        ((RELEASE, "refs/heads/*"), paths("a", "b", "ci/x")),
    ):  # fmt: skip
        assert place.touched((RELEASE, top), policies=(policy(*refs),)) == [(expected,)], refs
    place.git("update-ref", "refs/gitward/statements/x", top)
    assert place.touched((RELEASE, top), policies=(policy("refs/**"),)) == [(paths("ci/x"),)], "no ref of gitward's own counts"
    place.git("update-ref", "refs/merge-requests/7/head", top)
    assert place.touched((RELEASE, top), policies=(policy("refs/**"),)) == [(paths("ci/x"),)], "nor one that a forge has made"
    out_of_entry = policy("refs/heads/*", refs="refs/heads/r*")
    assert place.touched((RELEASE, top), policies=(out_of_entry,)) == [(paths("a", "b", "ci/x"),)]


def test_deleted_and_made_anew(place: Place) -> None:
    """Threat 11: the deletion touches nothing, whoever makes it again brings all that no guarded ref holds."""
    evil = place.commit("ci/x")
    assert place.touched((MAIN, "")) == [(frozenset(),)]
    place.git("update-ref", TOPIC, evil)
    place.git("update-ref", "-d", MAIN)
    assert place.touched((MAIN, evil)) == [(paths("a", "b", "ci/x"),)]
    assert place.touched(("refs/heads/main/x", evil), policies=(policy("refs/heads/main/**"),)) == [(paths("a", "b", "ci/x"),)]


def test_forced_to_where_it_has_been(place: Place) -> None:
    """No commit is new: what is lost tells."""
    for back, expected in (("main~", paths("b")), ("main~2", paths("b", "ci/x"))):
        assert place.touched((MAIN, place.git("rev-parse", back))) == [(expected,)]
    orphan = place.commit("-ci/x", parents=())
    assert place.touched((MAIN, orphan)) == [(paths("a", "b", "ci/x"),)]


def test_a_merge_that_drops_what_main_has(place: Place) -> None:
    """Threat 21: as one of its sides, so that no diff of it shows anything; the other side's content is gone."""
    main = place.git("rev-parse", "main")
    place.git("checkout", "-q", "--detach", "main~2")
    side = place.commit("c")
    place.git("read-tree", side)
    merge = place.git("commit-tree", f"{side}^{{tree}}", "-p", main, "-p", side, "-m", "x")
    assert place.touched((MAIN, merge)) == [(paths("b", "c", "ci/x"),)]


def test_what_is_added_and_reverted(place: Place) -> None:
    place.commit("ci/y")
    assert place.touched((MAIN, place.commit("-ci/y"))) == [(paths("ci/y"),)]


def test_tags(place: Place) -> None:
    """Peeled, however deep; a tree by its paths; a blob has none."""
    place.git("tag", "-a", "-m", "x", "t1", "main~2")
    place.git("tag", "-a", "-m", "x", "t2", "t1")
    moved, tree = place.git("rev-parse", "t2"), place.git("rev-parse", "main^{tree}")
    blob = place.git("rev-parse", "main:a")
    of_tags = (policy("refs/tags/*"),)
    place.git("update-ref", "refs/tags/t3", "main")
    assert place.touched(("refs/tags/t3", moved), policies=of_tags) == [(paths("b", "ci/x"),)]
    assert place.touched(("refs/tags/t1", tree), policies=of_tags) == [(paths("b", "ci/x"),)]
    assert place.touched(("refs/tags/t1", blob), policies=of_tags) == [(frozenset(),)]
    new = [("refs/tags/x", oid) for oid in (moved, tree, blob)]
    assert place.touched(*new, policies=of_tags) == [(frozenset(),)] * 3, "a new tag touches nothing"
    place.git("update-ref", "refs/tags/t3", blob)
    assert place.touched(("refs/tags/t3", moved), policies=of_tags) == [(paths("a"),)], "from a blob, all that the tag brings"


def test_what_waits_on_a_tag_was_never_asked_for(place: Place) -> None:
    """Threat 9: a tag is as guarded as the branch by every grant for `refs/**`, and may be made whatever it touches."""
    evil = place.commit("ci/x")
    everything = policy("refs/**")
    assert place.touched(("refs/tags/t", evil), policies=(everything,)) == [(frozenset(),)]
    place.git("update-ref", "refs/tags/t", evil)
    assert place.touched((TOPIC, evil), policies=(everything,)) == [(paths("ci/x"),)]
    assert place.touched(("refs/tags/t", place.commit("b")), policies=(everything,)) == [(paths("b"),)], "moved, it is asked for"


def test_a_symbolic_ref_is_guarded_as_what_it_leads_to(place: Place) -> None:
    """And as its own name: threat 13."""
    place.git("symbolic-ref", "refs/heads/alias", MAIN)
    top = place.commit("ci/x")
    assert place.touched(("refs/heads/alias", top)) == [(paths("ci/x"),)]
    assert place.touched(("refs/heads/alias", top), policies=(policy("refs/heads/alias"),)) == [(paths("ci/x"),)]
    assert place.touched(("refs/heads/Main", top), ("refs/heads/main2", top)) == [(None,), (None,)]


def test_per_policy_and_only_where_it_asks(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    top = place.commit("c")
    silent = Policy(id="y", mode="enforce", entries=(), source="", digest="")
    given = (silent, policy(), policy(TOPIC), policy("refs/heads/*"))
    assert place.touched((MAIN, top), policies=given) == [(None, paths("c"), None, paths("c"))]
    assert place.touched((MAIN, top), policies=(silent,)) == [()]
    assert place.touched((MAIN, top), stage="push") == [()], "not a fact of that stage"


def test_the_budget_is_for_all_of_a_push(place: Place) -> None:
    """What several refs and policies ask about alike counts once."""
    one, two = place.commit("c", "d"), place.commit("e")
    given = (policy("refs/heads/*"), policy("refs/heads/*"))
    place.git("update-ref", TOPIC, "main")
    moves = ((MAIN, one), (TOPIC, one), (RELEASE, two))
    assert place.touched(*moves, policies=given, at_most=5)[2] == (paths("c", "d", "e"),) * 2
    with pytest.raises(BudgetExceeded, match="more than 4 paths") as problem:
        place.touched(*moves, policies=given, at_most=4)
    assert problem.value.exit_code == 3


def test_a_range_in_ci_is_what_it_adds(place: Place) -> None:
    """What the target has beyond it is no change of it."""
    place.git("checkout", "-q", "--detach", "main~2")
    side = place.commit("c")
    update = RefUpdate(ref=MAIN, old=place.git("rev-parse", "main"), new=side, ancestry="range", peeled=side)
    asking = policy()
    asking = replace(asking, entries=(replace(asking.entries[0], rule=InCi()),))
    assert place.touched((MAIN, side), stage="ci") == [()], "what needs a ref update is not asked"
    with open_repository(str(place.folder)) as repository:
        (found,) = with_touched((asking,), (update,), KNOWN["ci"], {}, repository, None)
        assert found.touched_by == (paths("c"),)
        (whole,) = with_touched((asking,), (replace(update, old=""),), KNOWN["ci"], {}, repository, None)
        assert whole.touched_by == (paths("a", "c"),)


