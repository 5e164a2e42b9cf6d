"""Groups in groups, opened: whoever is in one of them is a member, once, on however many ways; a circle adds nobody.

What would be more than the bounds is an error and never a shorter list.
"""

from __future__ import annotations

from gitward.directory.ldif import text_of
from gitward.directory.names import normal
from gitward.directory.people import NO_ENTRY
from gitward.directory.ranges import revision_of, values_of
from gitward.errors import GitwardError
from gitward.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable

    from gitward.directory.ldif import Entry
    from gitward.directory.people import Known
    from gitward.directory.search import Directory

MEMBERS = 100_000  # of one group, those of the groups in it not counted
DEEP = 32  # groups in groups
STEPS = 10_000_000  # members looked at, those of a group once for each group that it is in
_FIX = "leave them closed with `nested: closed`, or name what the policy needs by a narrower filter"


@record
class Listed:
    """What one entry says: principals, the groups among its members by their key, and who is left out, with the reason."""

    principals: frozenset[str]
    groups: tuple[Hashable, ...]
    left_out: tuple[tuple[str, str], ...]


@record
class Opened:
    """The principals in a group and in all groups in it; `inner` are these groups, in the order in which they were met."""

    principals: frozenset[str]
    inner: tuple[Entry, ...]


class Nest:
    """The groups of a directory by the name of their entry. Of those that nobody meets no more parts are asked for."""

    def __init__(self, directory: Directory, known: Known, entries: Iterable[Entry]) -> None:
        """Raises GitwardError where two entries have names that cannot be told apart."""
        self._directory, self._known = directory, known
        self._entries: dict[Hashable, Entry] = {}
        self._listed: dict[Hashable, Listed] = {}
        self._steps = 0
        for entry in entries:
            found = self._entries.setdefault(_key(entry.dn), entry)
            if found is not entry and found.dn != entry.dn:
                words = f"the directory has two groups that cannot be told apart: {_shown(entry)}"
                raise GitwardError(words, "a narrower `groups`")

    def listed(self, entry: Entry) -> Listed:
        """What one entry says by itself. Raises GitwardError where its members cannot be had whole."""
        key = _key(entry.dn)
        if key not in self._listed:
            self._listed[key] = self._read(entry)
        return self._listed[key]

    def opened(self, root: Entry) -> Opened:
        """A group with all that is in it. Raises GitwardError as `listed`, and beyond the bounds."""
        met: dict[Hashable, Entry] = {_key(root.dn): root}
        principals: set[str] = set()
        level = [root]
        for _ in range(DEEP + 1):
            following: dict[Hashable, Entry] = {}
            for entry in level:
                listed = self.listed(entry)
                principals |= listed.principals
                self._steps += 1 + len(listed.principals) + len(listed.groups)
                following |= {key: self._entries[key] for key in listed.groups if key not in met}
            if self._steps > STEPS:
                raise GitwardError(f"the groups in groups have more than {STEPS} members together", _FIX)
            if not following:
                return Opened(principals=frozenset(principals), inner=tuple(met.values())[1:])
            met |= following
            level = list(following.values())
        raise GitwardError(f"in {_shown(root)} groups lie more than {DEEP} deep", _FIX)

    def _read(self, entry: Entry) -> Listed:
        principals, groups, left_out = set(), {}, []
        settings = self._directory.settings
        for name in settings.members:
            for value in values_of(self._directory, entry, name, MEMBERS):
                principal, why = self._known.who(value)
                key = _key(value) if why == NO_ENTRY else None
                if not why:
                    principals.add(principal)
                elif key in self._entries and settings.nested == "open":
                    groups[key] = True
                else:
                    why = "it is a group, and `nested` is closed" if key in self._entries else why
                    left_out.append((value.decode("utf-8", "surrogateescape"), why))
        return Listed(principals=frozenset(principals), groups=tuple(groups), left_out=tuple(left_out))


def revision(root: Entry, opened: Opened) -> str:
    """The state of a group that was read: of its entry, and of the entries of the groups in it."""
    own = revision_of(root)
    if not opened.inner:
        return own
    groups = "1 group" if len(opened.inner) == 1 else f"{len(opened.inner)} groups"
    newest = max(map(revision_of, opened.inner))
    return f"{own}, with {groups} in it, changed last {newest}"


def _key(dn: bytes) -> Hashable:
    text = text_of(dn)
    return (None if text is None else normal(text)) or dn


def _shown(entry: Entry) -> str:
    return repr(entry.dn[:200].decode("utf-8", "replace"))
