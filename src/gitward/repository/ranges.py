"""Ranges of commits, and how commits are related. git walks; an end of history that is no end is never passed over."""

from __future__ import annotations

import os
import re

from gitward.errors import MissingObject, Undecided
from gitward.model import Oid, is_zero
from gitward.record import replace
from gitward.repository import content, history
from gitward.repository.objects import Location, Objects
from gitward.repository.plumbing import with_alternate

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from tempfile import TemporaryDirectory

    from gitward.model import Ancestry

_PATIENCE = 3  # questions about ancestry that are put to git before it is worth a commit-graph of our own
_PREFIX = re.compile(r"[0-9a-f]{7,}")


class Ranges(Objects):
    """Walks the history of a repository."""

    def __init__(self, location: Location, *, is_copy: bool = False) -> None:
        super().__init__(location)
        self._is_copy = is_copy
        self._graph: TemporaryDirectory[str] | None = None
        self._questions = 0

    def close(self) -> None:
        """End the processes that were started for this repository, and remove what was written beside it."""
        super().close()
        if self._graph:
            self._graph.cleanup()

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
        options = [] if max_count is None else [f"--max-count={max_count}"]
        options += ["--ignore-missing"] if ignore_missing else []
        for oid in history.walk(self._plumbing, ends, options, self._advice):
            if oid in self._boundary and self.parents(oid):
                raise Undecided(f"the history ends at {oid}: this clone is shallow", self._advice(), "incomplete-range")
            yield Oid(oid)

    def count(self, include: Iterable[str], exclude: Iterable[str], at_most: int | None = None) -> int:
        """How many commits `walk` would name; counting stops at `at_most`. An excluded oid may be missing."""
        if self.is_shallow:
            return sum(1 for _ in self.walk(include, exclude, max_count=at_most, ignore_missing=True))
        ends = self._ends(include, exclude)
        return history.count(self._plumbing, ends, at_most, self._advice) if ends else 0

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
            files = content.changed_paths(self._plumbing, ends, max_files, self._advice)
        if ends := self._ends((*include, *others), exclude):
            size = content.new_bytes(self._plumbing, ends, self._advice)
        return files, size

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
            if any(self._reaches(oid, descendant) for oid in commits):
                return True
        except MissingObject:
            return None
        return None if self.is_shallow or self.is_partial else False

    def _reaches(self, ancestor: str, descendant: str) -> bool:
        self._questions += 1
        if self._questions > _PATIENCE:
            self.index_history()
        return history.is_ancestor(self._plumbing, ancestor, descendant, self._advice)

    def index_history(self) -> None:
        """Make many questions about ancestry cheap: write a commit-graph to a temporary directory, gone with `close`.

        Done by itself after some questions; before it is opened in other processes, it is worth asking for. Nothing
        happens where there is a commit-graph, in a shallow clone, and where the directory could stay behind: in other
        processes, which end without `close`, and in quarantine, where the judging may be killed at any time.
        """
        if self._is_copy or self.location.quarantine or self.is_shallow:
            return
        if self._graph or self.location.graph or history.has_graph(self.common_dir):
            return
        from tempfile import TemporaryDirectory

        self._graph = TemporaryDirectory(prefix="gitward-")
        directory = os.path.join(self._graph.name, "objects")
        os.makedirs(os.path.join(directory, "info"))
        before = self._plumbing.env
        self._plumbing.env = with_alternate(before, directory)
        if history.write_graph(self._plumbing, directory):
            self.location = replace(self.location, graph=directory)
        else:
            self._plumbing.env = before

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
        if self._reaches(before, after):
            return "ff"
        if self.is_shallow:
            raise Undecided(f"this clone is too shallow to relate {old} to {new}", self._advice(), "incomplete-range")
        return "non-ff"
