"""The grants of a policy, sorted so that a decision looks only at those that may be about it: by refs, names and paths.

What is found here is what would be found by asking every grant; only sooner. `granting` says what it means.
"""

from __future__ import annotations

from gitward.pathglobs import matches_path
from gitward.patterns import matches_ref

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from gitward.model import Grant

_TABLES = 8  # policies whose grants are kept sorted
_TOGETHER, _CHARACTERS = 100, 8_000  # patterns of paths that are matched in one go, and how long they are together


class Table:
    """The grants of a policy, sorted, so that a decision looks only at those that may be about it. Grants go by their number.

    Grants with the same refs share a list of refs; of these, those with the same paths a group, `members` by `group`.
    """

    def __init__(self, grants: tuple[Grant, ...]) -> None:
        self.grants = grants
        self._refs = list(dict.fromkeys(grant.refs for grant in grants))
        self._lists = _Starts()
        for number, refs in enumerate(self._refs):
            for pattern in refs:
                if not pattern.startswith("!"):
                    self._lists.add(pattern, number)
        self._of: list[list[int]] = [[] for _ in self._refs]
        self._whose: dict[tuple[int, str], list[int]] = {}
        self._paths = [_Paths() for _ in self._refs]
        self.group: list[int] = []
        self.members: list[list[int]] = []
        self.could: dict[tuple[Any, ...], tuple[str, ...] | list[int]] = {}  # a memo of granting's
        self._sort()

    def _sort(self) -> None:
        number_of = {refs: number for number, refs in enumerate(self._refs)}
        group_of: dict[tuple[int, tuple[str, ...]], int] = {}
        for number, grant in enumerate(self.grants):
            at = number_of[grant.refs]
            self._of[at].append(number)
            for name in grant.who:
                self._whose.setdefault((at, name), []).append(number)
            group = group_of.setdefault((at, grant.paths), len(group_of))
            if group == len(self.members):
                self.members.append([])
                self._paths[at].add(group, grant.paths)
            self.members[group].append(number)
            self.group.append(group)

    def lists(self, ref: str) -> tuple[int, ...]:
        """The lists of refs that have this one."""
        refs = self._refs
        return tuple([number for number in self._lists.near(_bytes(ref)) if matches_ref(refs[number], ref)])

    def own(self, lists: tuple[int, ...], names: frozenset[str]) -> list[int]:
        """What is granted for these lists of refs to one of the names, in the order of the policy."""
        whose = self._whose
        return sorted({number for each in lists for name in names for number in whose.get((each, name), ())})

    def all(self, lists: tuple[int, ...]) -> list[int]:
        """What is granted for these lists of refs to anybody, in the order of the policy."""
        return sorted(number for each in lists for number in self._of[each])

    def naming(self, lists: tuple[int, ...], path: bytes) -> list[int]:
        """The groups that name this path, of the grants for these lists of refs."""
        return [group for each in lists for group in self._paths[each].naming(path)]


class _Paths:
    """Which groups of grants for one list of refs name a path: by how their patterns begin, and the others all together."""

    def __init__(self) -> None:
        self._patterns: dict[int, tuple[str, ...]] = {}
        self._sure, self._near = _Starts(), _Starts()
        self._loose: dict[int, None] = {}
        self._together: list[tuple[str, ...]] = []

    def add(self, group: int, patterns: tuple[str, ...]) -> None:
        if patterns:
            self._patterns[group] = patterns
        takes_out = any(pattern.startswith("!") for pattern in patterns)
        for pattern in patterns:
            if pattern.startswith("/") and _bytes(_start(pattern))[1:]:
                # a path, or a folder: what is it, or begins so, is named, and there is no more to ask
                is_sure = not takes_out and "*" not in pattern.removesuffix("/**")
                (self._sure if is_sure else self._near).add(pattern[1:], group)
            elif not pattern.startswith("!"):
                self._loose[group] = None
                self._join(pattern)

    def _join(self, pattern: str) -> None:
        """Add a pattern to the last of those that are matched in one go, where there is room."""
        last = self._together[-1] if self._together else ()
        if last and len(last) < _TOGETHER and sum(map(len, last)) + len(pattern) <= _CHARACTERS:
            self._together[-1] = (*last, pattern)
        else:
            self._together.append((pattern,))

    def naming(self, path: bytes) -> list[int]:
        if not self._patterns:
            return []
        found, near = self._sure.near(path), self._near.near(path)
        if self._together and any(matches_path(patterns, path) for patterns in self._together):
            near |= self._loose
        if not near:
            return list(found)
        return [*found, *(each for each in near if each not in found and matches_path(self._patterns[each], path))]


class _Starts:
    """Numbers of patterns by the text that all they match begins with, or that is the whole of one without `*`."""

    def __init__(self) -> None:
        self._whole: dict[bytes, list[int]] = {}
        self._starts: dict[bytes, list[int]] = {}
        self._lengths: dict[bytes, list[int]] = {}  # of the starts, by the folder in which they end
        self._longest = -1  # of these folders

    def add(self, pattern: str, number: int) -> None:
        start = _bytes(_start(pattern))
        is_whole = "*" not in pattern and not start.endswith(b"/")
        (self._whole if is_whole else self._starts).setdefault(start, []).append(number)
        if not is_whole:
            folder = start[: start.rfind(b"/") + 1]
            self._longest = max(self._longest, len(folder))
            lengths = self._lengths.setdefault(folder, [])
            if len(start) not in lengths:
                lengths.append(len(start))

    def near(self, text: bytes) -> dict[int, None]:
        """The numbers of the patterns that may match this text, each once, in a dict of the caller's own."""
        found = dict.fromkeys(self._whole[text]) if text in self._whole else {}
        end = 0
        while end <= self._longest:  # whatever the text: it may have any number of parts
            for length in self._lengths.get(text[:end], ()):
                for number in self._starts.get(text[:length], ()):
                    found[number] = None
            end = text.find(b"/", end) + 1 or self._longest + 1
        return found


def _start(pattern: str) -> str:
    """What everything that a pattern matches begins with."""
    return pattern.partition("*")[0]


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


_tables: dict[int, Table] = {}  # a memo by identity: a table keeps its grants, so no others have theirs while it stands


def table_of(grants: tuple[Grant, ...]) -> Table:
    found = _tables.get(id(grants))
    if found is None or found.grants is not grants:
        while len(_tables) >= _TABLES:
            _tables.pop(next(iter(_tables)))
        found = _tables[id(grants)] = Table(grants)
    return found
