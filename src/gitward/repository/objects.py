"""The objects of one repository, and what kind of repository it is. No object is kept."""

from __future__ import annotations

import os
from functools import cached_property
from itertools import chain, islice

from gitward.errors import BudgetExceeded, MissingObject, Undecided
from gitward.gitobject import parse_commit, parse_tag
from gitward.model import Oid
from gitward.record import record
from gitward.repository import content, history
from gitward.repository.plumbing import Plumbing, quarantine_variables
from gitward.repository.plumbing_reader import SHORTER, PlumbingReader

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Literal

    from gitward.model import Commit, Tag
    from gitward.repository.pygit2_reader import Pygit2Reader

    Reader = Literal["plumbing", "libgit2"]

MESSAGE_BYTES = 1 << 20
HEADER_BYTES = 64 << 10  # what a commit or tag may have beside its message: parents, a signature, merged tags
FILE_BYTES = 1 << 20
_BULK = 200  # more objects than these are always read by git: beside this process, and in memory of its own
_TAGS = 32
_HEX = "0123456789abcdef"


@record
class Location:
    """Where an opened repository is: enough to open it again in another process, with nothing to be decided anew.

    With the reader "libgit2" packed objects of a SHA-1 repository are read in this process, unless they are many; the
    rest is git's. It is not the default: to import it takes as long as thirty gits, and a damaged pack can bring the
    process down.
    """

    git_dir: str
    oid_length: int
    quarantine: bool = False
    reader: Reader = "plumbing"


class Objects:
    """Reads objects of a repository by their full ids."""

    def __init__(self, location: Location) -> None:
        self.location, self.path, self.oid_length = location, location.git_dir, location.oid_length
        env = quarantine_variables() if location.quarantine else {}
        self._plumbing = Plumbing(self.path, env)
        self._git_reader = PlumbingReader(self._plumbing, self._advice)
        self._reader: PlumbingReader | Pygit2Reader = self._git_reader
        if location.reader == "libgit2" and self.oid_length == 40:
            from gitward.repository.pygit2_reader import Pygit2Reader

            self._reader = Pygit2Reader(os.path.join(self.common_dir, "objects"), self._git_reader)

    def close(self) -> None:
        """End the processes that were started for this repository."""
        self._plumbing.close()

    # --- what kind of repository it is --------------------------------------------------------------------------------

    @cached_property
    def common_dir(self) -> str:
        """The git directory that linked work trees share. Source: gitrepository-layout(5), commondir."""
        try:
            with open(os.path.join(self.path, "commondir"), "rb") as file:
                return os.path.join(self.path, os.fsdecode(file.read().rstrip(b"\n")))
        except FileNotFoundError:
            return self.path

    @cached_property
    def _boundary(self) -> frozenset[str]:
        return history.boundary(self.common_dir)

    @property
    def is_shallow(self) -> bool:
        return bool(self._boundary)

    @cached_property
    def is_partial(self) -> bool:
        """Whether objects may have been left with a remote. Source: git's Documentation/technical/partial-clone."""
        pattern = r"^(extensions\.partialclone|remote\..*\.promisor)$"
        return self._plumbing.call(["config", "--get-regexp", pattern]).status == 0

    def _advice(self) -> str:
        """What to do where an object or a commit is not there."""
        if self.is_shallow:
            return "git fetch --unshallow (in CI: check out with fetch-depth: 0)"
        if self.is_partial:
            return "git fetch --refetch --no-filter (in CI: check out without a filter)"
        return "git fsck names what is damaged or missing"

    # --- objects ------------------------------------------------------------------------------------------------------

    def _checked(self, oids: Iterable[str]) -> Iterator[str]:
        """The same oids: git and libgit2 take much else for the name of an object."""
        for oid in oids:
            if len(oid) != self.oid_length or oid.strip(_HEX):
                raise MissingObject(f"{oid!r} is no full object id of this repository")
            yield oid

    def header(self, oid: str) -> tuple[str, int]:
        """Type ("commit", "tree", "blob", "tag") and size in bytes. Raises MissingObject."""
        (found,) = self._reader.headers(self._checked((oid,)))
        if found is None:
            raise MissingObject(f"object {oid} is not in the repository", self._advice())
        return found

    def headers(self, oids: Iterable[str]) -> Iterator[tuple[str, int] | None]:
        """`header` of each, in order; None for an object that is not there."""
        return self._reader.headers(self._checked(oids))

    def read(self, oid: str, limit: int | None = None) -> tuple[str, bytes]:
        """Type and content. Raises MissingObject, and BudgetExceeded over `limit` bytes, which are not read."""
        (checked,) = self._checked((oid,))
        return self._reader.read(checked, limit)

    def read_many(self, oids: Iterable[str], limit: int | None = None) -> Iterator[tuple[str, str, bytes]]:
        """(oid, type, content) of each object, in order, streamed; errors as in `read`."""
        source = self._checked(oids)
        first = [] if self._reader is self._git_reader else list(islice(source, _BULK + 1))
        if 0 < len(first) <= _BULK:
            for oid in first:
                yield oid, *self._reader.read(oid, limit)
        else:
            yield from self._git_reader.read_many(chain(first, source), limit)

    def commits(self, oids: Iterable[str], limit: int = MESSAGE_BYTES) -> Iterator[Commit]:
        """The commits with these oids, in order, streamed. `limit`: bytes of a message, BudgetExceeded over it."""
        for oid, kind, data in self.read_many(oids, limit + HEADER_BYTES):
            if kind != "commit":
                raise MissingObject(f"object {oid} is a {kind}, no commit")
            commit = parse_commit(Oid(oid), data)
            if (size := len(commit.message.raw)) > limit:
                raise BudgetExceeded(f"commit {oid} has a message of {size} bytes, the limit is {limit}", SHORTER["commit"])
            yield commit

    def parents(self, oid: str) -> tuple[Oid, ...]:
        """A commit's parents, from its own bytes."""
        (commit,) = self.commits((oid,))
        return commit.parents or ()

    def peel(self, oid: str) -> tuple[tuple[Tag, ...], Oid, str]:
        """The annotated tags on the way, outermost first; then what they lead to: its oid and type.

        A tag whose `object` header cannot be read leads to itself, type "tag". Raises Undecided for a tag that gives
        its object another type than it has, and for more than 32 tags in a row.
        """
        tags: list[Tag] = []
        kind, _ = self.header(oid)
        while kind == "tag":
            if len(tags) == _TAGS:
                raise Undecided(f"tag {tags[0].oid} stands on more than {_TAGS} other tags", "", "too-large")
            tag = parse_tag(Oid(oid), self.read(oid, MESSAGE_BYTES + HEADER_BYTES)[1])
            tags.append(tag)
            if not tag.target:
                break
            oid, (kind, _) = tag.target, self.header(tag.target)
            if kind != tag.target_type:
                words = f"tag {tag.oid} says that {oid} is a {tag.target_type}: it is a {kind}"
                raise Undecided(words, "", "malformed-object")
        return tuple(tags), Oid(oid), kind

    def read_path(self, revision: str, path: str) -> bytes | None:
        """The file at a path of a commit (or of what a tag leads to); None where there is none. At most 1 MiB.

        `revision` is an oid. Raises Undecided for a symbolic link, a submodule or a directory.
        """
        commit = self.peel(revision)[1]
        (found,) = self.commits((commit,))
        if found.tree is None:
            raise MissingObject(f"commit {commit} names no tree")
        return content.read_file(self.read, found.tree, path, FILE_BYTES)
