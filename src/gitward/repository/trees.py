"""What stands in the trees of commits, and what merges make of them. Source: git-merge-tree(1)."""

from __future__ import annotations

import os
from contextlib import contextmanager
from functools import partial

from gitward.errors import BudgetExceeded, MissingObject, Undecided
from gitward.refname import folded
from gitward.repository import content, differences, history, patches
from gitward.repository.files import FileReader, Wanted
from gitward.repository.merging import Merger, empty_folder, writing_to
from gitward.repository.netdifference import NetDifference
from gitward.repository.objects import Objects
from gitward.repository.plumbing import LONG
from gitward.repository.recurring import may_recur

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from gitward.model import File
    from gitward.repository.merging import Merged


class Trees(Objects):
    """Reads what commits change."""

    def file_reader(self, limit: int | None = None) -> FileReader:
        """What reads blobs for `files`, at most `limit` bytes in all."""
        return FileReader(self._git_reader, limit)

    def files(self, oids: Iterable[str], wanted: Wanted, reader: FileReader) -> Iterator[tuple[File, ...]]:
        """What each of the commits changes against its parents, in order, streamed (model.File)."""
        oids = tuple(self._checked(oids))
        records = partial(content.records, self._plumbing, end=b"\0", advice=self._advice)
        for found in differences.of_commits(records, oids) if oids else ():
            yield reader.files(found, wanted)

    def untold_files(self, old: str, new: str, at_most: int | None = None) -> tuple[File, ...]:
        """The paths in which the tree of one commit differs from another's, but for those that a commit between changes.

        Raises BudgetExceeded where these change more than `at_most` paths.
        """
        ends = history.revisions((new,), (old,))
        output = self._plumbing.run(differences.between(*self._checked((old, new))), timeout=LONG)
        found = differences.of_trees(output)
        told = content.changed_paths(self._plumbing, ends, at_most, self._advice) if found else set()
        untold = tuple(each for each in found if each.path not in told)
        return self.file_reader().files(untold, Wanted())

    def net_difference(self, pairs: Sequence[tuple[str, str]]) -> NetDifference:
        """What pairs of trees (old, new) differ in, all together, by a git that runs beside this process."""
        return NetDifference(self._plumbing, tuple((*self._checked(pair),) for pair in pairs))  # type: ignore[misc]

    def patch(self, old: str, new: str) -> str:
        """The digest of what differs between two commits or trees (patches.digest)."""
        return patches.digest(self._plumbing, *self._checked((old, new)))

    def changed_paths(self, include: Sequence[str], exclude: Sequence[str], at_most: int | None = None) -> frozenset[bytes]:
        """The paths that commits change, merges against all their parents. Raises BudgetExceeded over `at_most`."""
        ends = history.revisions(self._checked(include), self._checked(exclude))
        return frozenset(content.changed_paths(self._plumbing, ends, at_most, self._advice))

    def different_paths(self, old: str, new: str, at_most: int | None = None) -> frozenset[bytes]:
        """The paths in which two commits differ. Raises BudgetExceeded over `at_most`."""
        names = self._plumbing.run(differences.names(*self._checked((old, new))), timeout=LONG).split(b"\0")
        if at_most is not None and len(names) > at_most + 1:
            raise BudgetExceeded(f"the range changes more than {at_most} paths")
        return frozenset(filter(None, names))

    def additions(self, old: str, new: str) -> tuple[tuple[bytes, str], ...]:
        """Path and oid of all that one commit or tree holds and another has not, or has otherwise."""
        output = self._plumbing.run(differences.between(*self._checked((old, new))), timeout=LONG)
        return tuple((each.path, each.oid) for each in differences.of_trees(output) if each.oid)

    def has_merges(self, include: str, exclude: str) -> bool:
        """Whether a merge is among the commits that one end reaches and the other does not."""
        ends = self._checked((include, exclude))
        args = ["rev-list", "--merges", "--max-count=1", "{}", "^{}"]
        args[-2:] = [text.format(oid) for text, oid in zip(args[-2:], ends, strict=True)]
        return bool(self._plumbing.run(args, timeout=LONG))

    def merge_base(self, one: str, other: str) -> str | None:
        """A best common ancestor of two commits, None where there is none. Source: git-merge-base(1).

        Raises Undecided where git cannot walk, and where a shallow clone may hide it.
        """
        args = ["merge-base", *self._checked((one, other))]
        answer = self._plumbing.call(args, timeout=LONG)
        if answer.status not in (0, 1):
            raise history.broken_walk(args, answer, self._advice)
        if answer.status == 1 and self.is_shallow:
            raise Undecided(f"this clone is too shallow to relate {one} to {other}", self._advice(), "incomplete-range")
        return answer.output.decode("ascii").strip() or None

    def collides(self, commit: str, path: str) -> bool:
        """Whether a path of a commit, or a directory of it, has a neighbour that differs only by case or Unicode form."""
        (found,) = self.commits((commit,))
        tree: str | None = found.tree
        for name in path.encode("utf-8", "surrogateescape").split(b"/"):
            if tree is None:
                raise MissingObject(f"{commit} has no path {path}")
            entries = content.entries(self.read, tree)
            alike = folded(name.decode("utf-8", "surrogateescape"))
            if any(entry != name and folded(entry.decode("utf-8", "surrogateescape")) == alike for _, entry, _ in entries):
                return True
            tree = next((oid for mode, entry, oid in entries if entry == name and mode in content.TREES), None)
        return False

    def is_remade(self, oid: str, *, resolved: bool) -> bool | None:
        """Whether git, merging the parents of a merge anew, makes the tree that the merge has.

        With `resolved` the paths that git left in conflict may hold anything. None where git cannot tell (Merger). What git
        writes for it goes into a folder that is removed again.
        """
        (commit,) = self.commits((oid,))
        parents = commit.parents or ()
        if commit.tree is None or len(parents) < 2:
            return None
        with self._merger() as merger:
            found = merger.merged(*parents) if len(parents) == 2 else merger.octopus(parents)
            if not found.tree and found.why:
                return None
            if found.is_clean or not resolved:
                return found.is_clean and found.tree == commit.tree
            output = merger.read(*differences.between(found.tree, commit.tree))
            return {each.path for each in differences.of_trees(output)} <= set(found.conflicts)

    def moved(self, old: str, new: str, onto: str) -> Merged:
        """What differs between two trees, brought onto a third. Nothing of it stays."""
        with self._merger() as merger:
            before = merger.commit(old)
            return merger.merged(merger.commit(new, before), merger.commit(onto, before))

    def may_recur(self, include: str, exclude: str, old: str, new: str) -> bool:
        """Whether the commits that one end reaches and the other does not may have made what differs between two trees."""
        ends = history.revisions(self._checked((include,)), self._checked((exclude,)))
        return may_recur(self._plumbing, ends, old, new, self.different_paths(old, new), self._advice)

    @contextmanager
    def _merger(self) -> Iterator[Merger]:
        given = self._plumbing.env
        objects = given.get("GIT_OBJECT_DIRECTORY") or os.path.join(self.common_dir, "objects")
        with empty_folder() as folder:
            env = {**given, **writing_to(folder, objects, given.get("GIT_ALTERNATE_OBJECT_DIRECTORIES", ""))}
            yield Merger(self.path, env, self.oid_length, folder)
