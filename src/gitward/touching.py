"""The paths that ref updates touch, for the policies that grant them by path.

A range is asked about once, however many refs and policies want to know. All paths together are at most the host's
`limits.paths`: a push that touches more is undecided.
"""

from __future__ import annotations

from functools import cache

from gitward.engine import entries_of, missing_fact
from gitward.errors import BudgetExceeded
from gitward.integrity import namespace, vouches
from gitward.model import is_zero
from gitward.patterns import matches_ref
from gitward.record import replace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from gitward.model import Entry, Policy, RefUpdate
    from gitward.repository import Repository

NOTHING: frozenset[bytes] = frozenset()
_TAGS = "refs/tags/"  # nobody is asked what a new one touches, so what they reach was judged for no other ref


def with_touched(
    policies: tuple[Policy, ...],
    updates: tuple[RefUpdate, ...],
    known: frozenset[str],
    existing: Mapping[str, str],
    repository: Repository,
    at_most: int | None,
) -> tuple[RefUpdate, ...]:
    """The same updates, each with the paths that it touches for every policy that grants its ref by path, None for the others.

    `existing` are the refs of the receiving side. Raises BudgetExceeded for more than `at_most` paths, and as Repository does.
    """
    asking: dict[int, list[Entry]] = {}
    for policy, entry in entries_of(policies):
        if hasattr(entry.rule, "protects") and hasattr(entry.rule, "check_update") and not missing_fact(entry, known):
            asking.setdefault(policy, []).append(entry)
    if not asking:
        return updates
    reader = _Reader(repository, at_most)
    judged = {policy: _Judged(entries, existing) for policy, entries in asking.items()}
    return tuple(
        replace(update, touched_by=tuple(_touched(update, judged.get(policy), reader) for policy in range(len(policies))))
        for update in updates
    )


def _touched(update: RefUpdate, judged: _Judged | None, reader: _Reader) -> frozenset[bytes] | None:
    names = (update.ref, update.alias) if update.alias else (update.ref,)
    if judged is None or not any(judged.protects(name) for name in names):
        return None
    if update.ancestry == "create" and update.ref.startswith(_TAGS):
        return NOTHING
    return reader.touched(update, judged.tips(names) if update.ancestry == "create" else ())


class _Judged:
    """What one policy grants by path, and so which refs are as guarded as another: what these reach was judged for it too."""

    def __init__(self, entries: Iterable[Entry], existing: Mapping[str, str]) -> None:
        self._entries, self._existing = tuple(entries), existing
        self._guards = cache(self._guarding)
        self._tips = cache(self._tips_of)

    def protects(self, ref: str) -> bool:
        return any(matches_ref(entry.refs, ref) and entry.rule.protects(ref) for entry in self._entries)

    def tips(self, names: tuple[str, ...]) -> tuple[str, ...]:
        """The tips of the refs that are guarded by all that guards one of these names: a ref's, and its symbolic one."""
        return self._tips(frozenset().union(*(self._guards(name) for name in names)), namespace(names[0]))

    def _tips_of(self, wanted: frozenset[tuple[int, int]], where: str) -> tuple[str, ...]:
        refs = (ref for ref in self._existing if vouches(ref, where) and not ref.startswith(_TAGS))
        return tuple(sorted({self._existing[ref] for ref in refs if self._guards(ref) >= wanted}))

    def _guarding(self, ref: str) -> frozenset[tuple[int, int]]:
        """The grants that name paths of a ref, beside the entry; -1 for the entry itself, whose refs it is in."""
        found = set()
        for index, entry in enumerate(self._entries):
            if matches_ref(entry.refs, ref):
                found.add((index, -1))
                found.update((index, grant) for grant in getattr(entry.rule, "protecting", _none)(ref))
        return frozenset(found)


def _none(_ref: str) -> frozenset[int]:
    return frozenset()


class _Reader:
    """Asks the repository, each range once, and counts."""

    def __init__(self, repository: Repository, at_most: int | None) -> None:
        self._repository, self._at_most, self._count = repository, at_most, 0
        self._found: dict[tuple[str, str, tuple[str, ...]], frozenset[bytes]] = {}

    def touched(self, update: RefUpdate, tips: tuple[str, ...]) -> frozenset[bytes]:
        """Of a create what the commits bring that no one of `tips` reaches; with none, all that there is."""
        if update.ancestry == "delete" or not update.peeled:
            return NOTHING
        old = "" if not update.old or is_zero(update.old) else self._repository.peel(update.old)[1]
        key = (old, update.peeled, tips)
        if key not in self._found:
            self._found[key] = self._collected(self._paths(update, old, tips))
        return self._found[key]

    def _paths(self, update: RefUpdate, old: str, tips: tuple[str, ...]) -> Iterator[bytes]:
        repository, new = self._repository, update.peeled
        before = repository.header(old)[0] if old else ""
        if update.ancestry == "range":  # what it adds to a branch, not what the branch has beyond it
            old = (repository.merge_base(old, new) or "") if before == "commit" else ""
            before = "commit" if old else ""
        if update.kind == "commit":
            yield from repository.touched(new, (old,) if before == "commit" else tips)
        if update.kind in ("commit", "tree") and before in ("commit", "tree"):
            yield from repository.differing(old, new)
        elif update.kind == "tree":
            yield from repository.listed(new)

    def _collected(self, paths: Iterator[bytes]) -> frozenset[bytes]:
        found: set[bytes] = set()
        for path in paths:
            found.add(path)
            if self._at_most is not None and self._count + len(found) > self._at_most:
                raise BudgetExceeded(f"the push touches more than {self._at_most} paths", "push it in smaller parts")
        self._count += len(found)
        return frozenset(found)
