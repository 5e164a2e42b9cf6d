"""Groups of a directory with principals for members. Who cannot be told is left out and named, and nobody is guessed."""

from __future__ import annotations

from urllib.parse import quote

from gitward.directory import people
from gitward.directory.nesting import Nest, revision
from gitward.directory.ranges import REVISIONS
from gitward.errors import GitwardError
from gitward.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from gitward.directory.ldif import Entry
    from gitward.directory.search import Directory
    from gitward.directory.settings import Settings

MOST = 1_000  # groups
INNER = 10_000  # that may be in them


@record
class Group:
    """`members` are principals, sorted; `left_out` those of whom it cannot be told who they are, each with the reason.

    `opened` are the names of the groups in it whose members are among these.
    """

    name: str
    members: tuple[str, ...]
    source: str = ""
    revision: str = ""
    left_out: tuple[tuple[str, str], ...] = ()
    opened: tuple[str, ...] = ()


@record
class Found:
    """The groups by name, and the entries that can be none, each with the reason.

    `inner` are those in groups of whom it cannot be told who they are: the group in the group, the member, the reason.
    """

    groups: dict[str, Group]
    passed_over: tuple[tuple[str, str], ...] = ()
    inner: tuple[tuple[str, str, str], ...] = ()


def gather(directory: Directory, base: str, of: Mapping[str, str]) -> Found:
    """The groups below a base; `of` says which principal an account is. Raises GitwardError."""
    settings = directory.settings
    known = people.by_account(of) if settings.members_are == "account" else people.by_name(directory, base, of)
    entries = _entries(directory, base, settings.groups, MOST)
    if not entries:
        raise GitwardError(f"the directory has no group below {base!r}", "look at `groups` and `group_name` of the settings")
    nest = Nest(directory, known, [*entries, *_others(directory, base)])
    groups: dict[str, Group] = {}
    passed: list[tuple[str, str]] = []
    inner: dict[bytes, Entry] = {}
    for entry in entries:
        name, why = _name(entry, settings)
        if why:
            passed.append((_dn(entry), why))
            continue
        if name in groups or name in of.values():
            other = "two groups have" if name in groups else "a principal has"
            raise GitwardError(f"{other} the name {name!r}, one of them {_dn(entry)!r}", "name it otherwise under `rename`")
        groups[name] = _group(name, entry, directory, nest, inner)
    if not groups:
        raise GitwardError(f"no group below {base!r} has a name that a policy can use", "name them under `rename`")
    written = {group.source for group in groups.values()}
    more = ((_dn(entry), member, why) for entry in inner.values() if _source(directory, entry) not in written
            for member, why in nest.listed(entry).left_out)  # fmt: skip
    return Found(groups=groups, passed_over=tuple(passed), inner=tuple(more))


def _entries(directory: Directory, base: str, of: str, most: int) -> list[Entry]:
    settings = directory.settings
    found = []
    for entry in directory.search(base, of, settings.group_name, *settings.members, *REVISIONS):
        found.append(entry)
        if len(found) > most:
            raise GitwardError(f"there are more than {most} groups below {base!r}", "a narrower base or filter")
    return found


def _others(directory: Directory, base: str) -> list[Entry]:
    """The groups that are not written, and may be in those that are."""
    settings = directory.settings
    if not (settings.nested_base or settings.nested_groups):
        return []
    return _entries(directory, settings.nested_base or base, settings.nested_groups or settings.groups, INNER)


def _name(entry: Entry, settings: Settings) -> tuple[str, str]:
    """How the policy calls a group, or why it cannot."""
    names = entry.texts(settings.group_name)
    renamed = [settings.rename[name] for name in names if name in settings.rename]
    if renamed:
        return renamed[0], ""
    if len(names) != 1:
        return "", f"it has {len(names)} values of {settings.group_name}"
    return (names[0], "") if _is_id(names[0]) else ("", "its name is no id of a policy: name it under `rename`")


def _is_id(name: str) -> bool:
    parts = name.split("-")
    return len(name) <= 128 and all(part.isascii() and part.isalnum() and part == part.lower() for part in parts)


def _group(name: str, entry: Entry, directory: Directory, nest: Nest, inner: dict[bytes, Entry]) -> Group:
    """One group; the groups in it are added to `inner`."""
    opened = nest.opened(entry)
    inner |= {each.dn: each for each in opened.inner}
    return Group(
        name=name, members=tuple(sorted(opened.principals)), source=_source(directory, entry), revision=revision(entry, opened),
        left_out=nest.listed(entry).left_out, opened=tuple(map(_dn, opened.inner)),
    )  # fmt: skip


def _source(directory: Directory, entry: Entry) -> str:
    where = "ldapi://" if directory.uri.startswith("ldapi:") else directory.uri.rstrip("/")
    return f"{where}/{quote(entry.dn, safe='=,')}"


def _dn(entry: Entry) -> str:
    return entry.dn.decode("utf-8", "surrogateescape")


def left_out(found: Found) -> Iterator[tuple[str, str, str]]:
    """(group, member, why) of all that were left out, then of the groups in groups, then what is no group."""
    for group in found.groups.values():
        yield from ((group.name, member, why) for member, why in group.left_out)
    yield from found.inner
    yield from (("", name, why) for name, why in found.passed_over)
