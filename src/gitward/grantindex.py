"""The grants of a policy, sorted so that a decision looks only at those that may be about it: by refs, names and paths.

What is found here is what would be found by asking every grant; only sooner. `granting` says what it means.
"""

from __future__ import annotations

from gitward.pathglobs import matches_path
from gitward.patterns import matches_ref

TYPE_CHECKING = False
if TYPE_CHECKING:
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
                    self._lists.add(_bytes(_start(pattern)), number)
        self._of: list[list[int]] = [[] for _ in self._refs]
        self._whose: dict[tuple[int, str], list[int]] = {}
        self._paths = [_Paths() for _ in self._refs]
        self.group: list[int] = []
        self.members: list[list[int]] = []
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
        near = self._lists.near(_bytes(ref))
        return tuple(number for number in near if matches_ref(self._refs[number], ref))

    def own(self, lists: tuple[int, ...], names: frozenset[str]) -> list[int]:
        """What is granted for these lists of refs to one of the names, in the order of the policy."""
        given = (self._whose.get((each, name), ()) for each in lists for name in names)
        return sorted({number for numbers in given for number in numbers})

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
            start = _bytes(_start(pattern)[1:]) if pattern.startswith("/") else b""
            if start:
                # a path, or a folder, without a star: what begins so is named, and there is no more to ask
                (self._near if takes_out or "*" in pattern else self._sure).add(start, group)
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
        found = self._sure.near(path)
        near = self._near.near(path)
        if any(matches_path(patterns, path) for patterns in self._together):
            near |= self._loose
        return [*found, *(each for each in near if each not in found and matches_path(self._patterns[each], path))]


class _Starts:
    """Numbers of what begins with a fixed text, which ends with a slash or is the whole."""

    def __init__(self) -> None:
        self._at: dict[bytes, list[int]] = {}
        self._longest = 0

    def add(self, start: bytes, number: int) -> None:
        self._at.setdefault(start, []).append(number)
        self._longest = max(self._longest, len(start))

    def near(self, text: bytes) -> dict[int, None]:
        """The numbers of what begins as this text does, each once, in a dict of the caller's own."""
        if not self._at:
            return {}
        found = dict.fromkeys(self._at.get(text, ()))
        end = text.find(b"/") + 1
        while 0 < end <= self._longest:  # whatever the text: it may have any number of parts
            if numbers := self._at.get(text[:end]):
                found.update(dict.fromkeys(numbers))
            end = text.find(b"/", end) + 1
        return found


def _start(pattern: str) -> str:
    """What every ref that a pattern matches begins with, up to a `/`, or the whole of a pattern without `*`."""
    fixed, star, _ = pattern.partition("*")
    return fixed[: fixed.rfind("/") + 1] if star else fixed


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
