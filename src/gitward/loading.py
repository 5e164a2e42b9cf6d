"""Loads what the entries that judge a commit need of it beyond its own bytes, and nothing else.

Out of scope, out of reach: of a commit that no entry judges by its files, they are not read.
"""

from __future__ import annotations

from itertools import islice

from gitward.batches import asks_signer
from gitward.engine import entries_of, missing_fact
from gitward.errors import BudgetExceeded
from gitward.record import replace
from gitward.repository import Wanted
from gitward.signatures.signers import Signers

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from typing import TypeVar

    from gitward.model import Commit, Entry, File, Limits, Policy, RefUpdate, Signature
    from gitward.repository import FileReader, Repository
    from gitward.scope import Piece
    from gitward.signatures.moments import Moments

    T = TypeVar("T")

_LOADED = frozenset({"time", "paths", "sizes", "content"})
_OF_FILES = frozenset({"paths", "sizes", "content"})
_GROUP = 500  # commits whose changes one git lists
_GROUP_BYTES = 8 << 20


class Loader:
    """Loads for one process. `moments.now` is when the judging began; `close` it."""

    def __init__(
        self, repository: Repository, policies: tuple[Policy, ...], known: frozenset[str], limits: Limits, moments: Moments
    ) -> None:
        self._repository, self._limits, self._moments = repository, limits, moments
        self._needs = tuple(
            frozenset[str]() if missing_fact(entry, known) else _needs(policy, entry, known)
            for policy, entry in entries_of(policies)
        )
        self.signers = tuple(Signers(policy.trust, moments) for policy in policies)
        self._reader: FileReader = repository.file_reader(limits.content_bytes)
        self._paths = 0

    def close(self) -> None:
        for signers in self.signers:
            signers.close()

    def commits(self, piece: Piece, named: frozenset[str] = frozenset()) -> Iterator[Commit]:
        """The commits of a piece, in order, each with what the entries that judge it need, and who signed it if it is `named`."""
        read = self._repository.commits(piece.oids, limit=self._limits.message_bytes)
        if not any(self._needs) and not named:
            yield from read
            return
        for run in piece.runs:
            pairs = zip(run.scope, self._needs, strict=True)
            needs = frozenset[str]().union(*(need for word, need in pairs if not word))
            stream = islice(read, run.length)
            yield from self._filled(stream, needs, named) if needs or named else stream

    def _filled(self, stream: Iterator[Commit], needs: frozenset[str], named: frozenset[str]) -> Iterator[Commit]:
        while group := _group(stream):
            # what the gate refuses no other rule sees, and git could stumble over it
            asked = [commit.oid for commit in group if commit.oid and not commit.malformed] if needs & _OF_FILES else []
            files = self._repository.files(asked, _wanted(needs), self._reader)
            signatures = self._signatures(group, needs, [commit.oid in named for commit in group])
            for commit, signed in zip(group, signatures, strict=True):
                told = replace(commit, seen=self._moments.now, signatures=signed)
                if asked and commit.oid and not commit.malformed:
                    told = replace(told, files=self._counted(next(files)))
                yield told

    def _signatures(
        self, group: list[Commit], needs: frozenset[str], named: list[bool]
    ) -> Iterable[tuple[Signature | None, ...]]:
        """Of each commit what every policy says that has to know, of one that is named all of them; None for one that has not."""
        if not any(named) and not any(_signed(index) in needs for index in range(len(self.signers))):
            return ((),) * len(group)
        columns = []
        for index, signers in enumerate(self.signers):
            wanted = [_signed(index) in needs or is_named for is_named in named]
            asked = [commit for commit, asks in zip(group, wanted, strict=True) if asks]
            found = iter(signers.commits(asked) if asked else ())
            columns.append([next(found) if asks else None for asks in wanted])
        return zip(*columns, strict=True)

    def update(self, update: RefUpdate) -> RefUpdate:
        """A ref update with the paths that differ and that its commits do not tell, where it is forced, or merges.

        A merge may drop what one of its sides brought, and no commit says so.
        """
        old, new = update.old, update.peeled
        if update.ancestry not in ("ff", "non-ff", "range") or update.kind != "commit" or not (old and new):
            return update
        ends: tuple[str | None, str] = (self._repository.peel(old)[1], new)
        if self._repository.header(ends[0] or "")[0] != "commit":
            return update
        if update.ancestry == "range":
            ends = (self._repository.merge_base(*ends), new)  # type: ignore[arg-type]
        if ends[0] is None or (update.ancestry != "non-ff" and not self._repository.has_merges(new, ends[0])):
            return update
        return replace(update, files=self._counted(self._repository.untold_files(ends[0], new, self._limits.paths)))

    def tag_signers(self, update: RefUpdate, asking: Sequence[int]) -> RefUpdate:
        """A ref update with who signed its tags, and the commit to which they lead, for the policies that ask."""
        if not update.tags:
            return update
        tags, target = update.tags, None
        if update.kind == "commit":
            commits = tuple(self._repository.commits((update.peeled,), limit=self._limits.message_bytes))
            of_target = self._by_policy(asking, lambda signers: signers.commits(commits)[0])
            target = replace(commits[0], signatures=of_target)
        of_tags = self._by_policy(asking, lambda signers: signers.tags(tags))
        return replace(
            update,
            target=target,
            tags=tuple(
                replace(tag, signatures=tuple(found and found[index] for found in of_tags)) for index, tag in enumerate(tags)
            ),
        )

    def _by_policy(self, asking: Sequence[int], ask: Callable[[Signers], T]) -> tuple[T | None, ...]:
        return tuple(ask(signers) if index in asking else None for index, signers in enumerate(self.signers))

    def _counted(self, files: tuple[File, ...]) -> tuple[File, ...]:
        self._paths += len(files)
        if self._limits.paths is not None and self._paths > self._limits.paths:
            raise BudgetExceeded(f"the push changes more than {self._limits.paths} paths", "push it in smaller parts")
        return files


def with_files(policies: tuple[Policy, ...], updates: tuple[RefUpdate, ...], loader: Loader) -> tuple[RefUpdate, ...]:
    """The same updates, with the untold paths where an entry judges updates by paths."""
    asks = any(hasattr(entry.rule, "check_update") and "paths" in entry.rule.needs for _, entry in entries_of(policies))
    return tuple(loader.update(update) for update in updates) if asks else updates


def with_signers(
    policies: tuple[Policy, ...], updates: tuple[RefUpdate, ...], known: frozenset[str], loader: Loader
) -> tuple[RefUpdate, ...]:
    """The same updates, with who signed their tags where an entry asks."""
    asking = sorted(
        {
            policy
            for policy, entry in entries_of(policies)
            if "signature" in entry.rule.needs and hasattr(entry.rule, "check_update") and not missing_fact(entry, known)
        }
    )
    return tuple(loader.tag_signers(update, asking) for update in updates) if asking else updates


def _needs(policy: int, entry: Entry, known: frozenset[str]) -> frozenset[str]:
    needs = _LOADED.intersection(entry.rule.needs)
    return needs | {_signed(policy)} if asks_signer(entry) and "signature" in known else needs


def _signed(policy: int) -> str:
    """The need of a policy to know who signed: each has a trust store of its own."""
    return f"signature {policy}"


def _wanted(needs: frozenset[str]) -> Wanted:
    return Wanted(sizes="sizes" in needs, content="content" in needs)


def _group(stream: Iterator[Commit]) -> list[Commit]:
    group: list[Commit] = []
    size = 0
    for commit in stream:
        group.append(commit)
        size += len(commit.raw)
        if len(group) == _GROUP or size > _GROUP_BYTES:
            break
    return group
