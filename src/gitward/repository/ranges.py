"""Ranges of commits, and how commits are related. git walks; an end of history that is no end is never passed over."""

from __future__ import annotations

import re

from gitward.errors import MissingObject, Undecided
from gitward.model import Oid, is_zero
from gitward.repository import content, history, touched
from gitward.repository.lineage import Lineage
from gitward.repository.objects import Location, Objects
from gitward.repository.plumbing import LONG

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from gitward.model import Ancestry

_FEW = 100  # questions about ancestry that are put to git one by one, at some 10 ms each; more are worth a whole walk
_PREFIX = re.compile(r"[0-9a-f]{7,}")


class Ranges(Objects):
    """Walks the history of a repository."""

    def __init__(self, location: Location) -> None:
        super().__init__(location)
        self._lineage: Lineage | None = None  # of a walk down to the roots, once it has come to its end

    def _ends(self, include: Iterable[str], exclude: Iterable[str]) -> bytes:
        """Both ends of a range for rev-list; every included one is there."""
        included = tuple(self._checked(include))
        if not included:
            return b""
        for oid, found in zip(included, self._reader.headers(included), strict=True):
            if found is None:
                raise MissingObject(f"object {oid} is not in the repository", self._advice())
        return history.revisions(included, self._checked(exclude))

    def walk(
        self,
        include: Iterable[str],
        exclude: Iterable[str],
        *,
        max_count: int | None = None,
        ignore_missing: bool = False,
    ) -> Iterator[Oid]:
        """The commits that `include` reaches and `exclude` does not, parents before children, streamed.

        `max_count` leaves the newest so many. With `ignore_missing` an excluded oid that is not there excludes nothing.
        Raises MissingObject, and Undecided ("incomplete-range") when it comes to the end of a shallow clone.
        """
        if not (ends := self._ends(include, exclude)):
            return
        options = ["--topo-order", "--reverse"]
        options += [] if max_count is None else [f"--max-count={max_count}"]
        options += ["--ignore-missing"] if ignore_missing else []
        for oid in history.walk(self._plumbing, ends, options, self._advice):
            yield self._whole(oid)

    def walk_down(self, include: Iterable[str], *, remember: bool = False) -> Iterator[Oid]:
        """All commits that `include` reaches, newest first as git comes to them: the first ones at once.

        With `remember` it answers `are_ancestors` once it has come to its end, at the price of some 200 bytes a commit.
        Raises as `walk` does.
        """
        if not (ends := self._ends(include, ())):
            return
        lineage = Lineage() if remember else None
        for line in history.walk(self._plumbing, ends, ["--parents"] if remember else [], self._advice):
            oid, *parents = line.split(" ")
            if lineage:
                lineage.add(oid, parents)
            yield self._whole(oid)
        self._lineage = lineage

    def _whole(self, oid: str) -> Oid:
        if oid in self._boundary and self.parents(oid):
            raise Undecided(f"the history ends at {oid}: this clone is shallow", self._advice(), "incomplete-range")
        return Oid(oid)

    def count(
        self, include: Iterable[str], exclude: Iterable[str], at_most: int | None = None, seconds: float = LONG
    ) -> int:
        """How many commits `walk` would name; counting stops at `at_most`. An excluded oid may be missing.

        Raises as `walk` does, and Undecided ("timeout") where it takes more than so many seconds.
        """
        if self.is_shallow:
            return sum(1 for _ in self.walk(include, exclude, max_count=at_most, ignore_missing=True))
        ends = self._ends(include, exclude)
        return history.count(self._plumbing, ends, at_most, self._advice, seconds) if ends else 0

    def independent(self, tips: Iterable[str]) -> tuple[Oid, ...]:
        """Of some commits those that no other one of them reaches, sorted, each once. One walk, however many there are.

        Raises as `walk` does.
        """
        tips = set(tips)
        reached: set[str] = set()
        for line in history.walk(self._plumbing, self._ends(tips, ()), ["--parents"], self._advice) if tips else ():
            oid, *parents = line.split(" ")
            self._whole(oid)
            reached.update(parent for parent in parents if parent in tips)
        return tuple(Oid(oid) for oid in sorted(tips - reached))

    def newest_before(self, tip: str, seconds: int) -> Oid | None:
        """The first commit down the first parents of `tip` that was committed before a time, in seconds since 1970.

        By the committer's own clock, so it is for people to look at. Raises as `walk` does.
        """
        options = ["--first-parent", f"--min-age={seconds - 1}", "--max-count=1"]
        found = next(history.walk(self._plumbing, self._ends((tip,), ()), options, self._advice), None)
        if self.is_shallow:
            raise Undecided("this clone is shallow: what was there at a time is not known", self._advice(), "incomplete-range")
        return Oid(found) if found else None

    def totals(
        self,
        include: Iterable[str],
        exclude: Iterable[str],
        *,
        others: Iterable[str] = (),
        max_files: int | None = None,
    ) -> tuple[int, int]:
        """What a range brings: how many different paths its commits change, and how many bytes its new blobs have.

        `others` are further objects of any type whose blobs count: a tag may hold a file or a tree. Raises
        BudgetExceeded as soon as there are more than `max_files` paths. An excluded oid may be missing.
        """
        include, exclude = tuple(include), tuple(exclude)
        files = size = 0
        if ends := self._ends(include, exclude):
            files = len(content.changed_paths(self._plumbing, ends, max_files, self._advice))
        if ends := self._ends((*include, *others), exclude):
            size = content.new_bytes(self._plumbing, ends, self._advice)
        return files, size

    def touched(self, tip: str, exclude: Iterable[str]) -> Iterator[bytes]:
        """The paths that the commits which `tip` reaches and `exclude` does not touch (repository.touched), streamed.

        Some come more than once. An excluded oid may be missing. Raises as `walk` does.
        """
        exclude = tuple(exclude)
        if self.is_shallow:  # where its parents are missing, git takes a commit for a root
            for _ in self.walk((tip,), exclude, ignore_missing=True):
                continue
        return touched.by_commits(self._plumbing, self._ends((tip,), exclude), self._advice)

    def differing(self, old: str, new: str) -> Iterator[bytes]:
        """The paths in which two commits or trees differ, streamed."""
        one, other = self._checked((old, new))
        return touched.between(self._plumbing, one, other, self._advice)

    def listed(self, tree: str) -> Iterator[bytes]:
        """All paths of a commit or a tree, streamed."""
        (oid,) = self._checked((tree,))
        return touched.within(self._plumbing, oid, self._advice)

    def is_ancestor(self, ancestor: str, descendant: str) -> bool | None:
        """Whether a commit reaches another, or is it. `ancestor` may be cut to 7 digits; any commit it fits counts.

        A commit that is not in a whole repository is no ancestor. None where that cannot be known: a shallow or
        partial clone, a history with a gap, or no oid at all.
        """
        ancestor = ancestor.lower()
        if not _PREFIX.fullmatch(ancestor):
            return None
        found = [ancestor] if len(ancestor) == self.oid_length else []
        if len(ancestor) < self.oid_length:
            found = history.expansions(self._plumbing, ancestor)
        headers = zip(found, self._reader.headers(found), strict=True)
        commits = [oid for oid, header in headers if header and header[0] == "commit"]
        try:
            if any(history.is_ancestor(self._plumbing, oid, descendant, self._advice) for oid in commits):
                return True
        except MissingObject:
            return None
        return None if self.is_shallow or self.is_partial else False

    def are_ancestors(self, pairs: Iterable[tuple[str, str]]) -> dict[tuple[str, str], bool | None]:
        """`is_ancestor` of many pairs (ancestor, descendant), all in one walk."""
        asked = tuple(dict.fromkeys(pairs))
        if len(asked) <= _FEW and not self._lineage:
            return {pair: self.is_ancestor(*pair) for pair in asked}
        fair = [(ancestor.lower(), descendant) for ancestor, descendant in asked if _PREFIX.fullmatch(ancestor.lower())]
        if not fair:
            return dict.fromkeys(asked)
        try:
            found = self._lineage_of(descendant for _, descendant in fair).settle(fair)
        except MissingObject:
            return dict.fromkeys(asked)
        no = None if self.is_shallow or self.is_partial else False
        known = {(ancestor, descendant): (ancestor, descendant) in found or no for ancestor, descendant in fair}
        return {pair: known.get((pair[0].lower(), pair[1])) for pair in asked}

    def _lineage_of(self, tips: Iterable[str]) -> Lineage:
        if self._lineage:
            return self._lineage
        lineage = Lineage()
        for line in history.walk(self._plumbing, self._ends(tips, ()), ["--parents"], self._advice):
            oid, *parents = line.split(" ")
            lineage.add(oid, parents)
        return lineage

    def ancestry(self, old: str, new: str) -> Ancestry:
        """What kind of update leads from `old` to `new`, tags peeled; zero oids stand for no object.

        Raises MissingObject where one of the two cannot be read, and Undecided ("incomplete-range") where a shallow
        clone hides how they are related.
        """
        if is_zero(new):
            return "delete"
        if is_zero(old):
            self.header(new)
            return "create"
        (_, before, _), (_, after, kind) = self.peel(old), self.peel(new)
        if before == after:
            return "ff"
        if kind != "commit" or self.header(before)[0] != "commit":
            return "non-ff"
        if history.is_ancestor(self._plumbing, before, after, self._advice):
            return "ff"
        if self.is_shallow:
            raise Undecided(f"this clone is too shallow to relate {old} to {new}", self._advice(), "incomplete-range")
        return "non-ff"
