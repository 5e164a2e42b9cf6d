"""Groups of a directory with principals for members. Who cannot be told is left out and named, and nobody is guessed."""

from __future__ import annotations

from urllib.parse import quote

from gitward.directory.ldif import text_of
from gitward.directory.names import normal
from gitward.errors import GitwardError, UsageError
from gitward.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from gitward.directory.ldif import Entry
    from gitward.directory.search import Directory
    from gitward.directory.settings import Settings

MOST = 1_000  # groups
MEMBERS = 100_000  # of one
_REVISIONS = ("entryCSN", "modifyTimestamp", "whenChanged")


@record
class Group:
    """`members` are principals, sorted; `left_out` those of whom it cannot be told who they are, each with the reason."""

    name: str
    members: tuple[str, ...]
    source: str = ""
    revision: str = ""
    left_out: tuple[tuple[str, str], ...] = ()


@record
class Found:
    """The groups by name, and the entries that can be none, each with the reason."""

    groups: dict[str, Group]
    passed_over: tuple[tuple[str, str], ...] = ()


def accounts(people: Any) -> dict[str, str]:
    """Which principal an account is, from `principals` as a policy writes them. Raises UsageError for one that two have."""
    if not isinstance(people, dict):
        raise UsageError("the file of principals holds none", "NAME: {accounts: [...], keys: [...]}")
    found: dict[str, str] = {}
    for name, item in people.items():
        given = item.get("accounts") if isinstance(item, dict) else None
        for account in given if isinstance(given, list) else [name]:
            if isinstance(account, str) and found.setdefault(account, name) != name:
                owners = f"{found[account]}'s and {name}'s"
                raise UsageError(f"the account {account!r} is {owners}", "an account belongs to one principal")
    return found


def gather(directory: Directory, base: str, of: Mapping[str, str]) -> Found:
    """The groups below a base; `of` says which principal an account is. Raises GitwardError."""
    settings = directory.settings
    known = _accounts_of(of) if settings.members_are == "account" else _people_of(directory, base, of)
    groups: dict[str, Group] = {}
    passed: list[tuple[str, str]] = []
    wanted = (settings.group_name, settings.members, *_REVISIONS)
    for entry in directory.search(base, settings.groups, *wanted):
        dn = entry.dn.decode("utf-8", "surrogateescape")
        name, why = _name(entry, settings)
        if why:
            passed.append((dn, why))
            continue
        if name in groups or name in of.values():
            other = "two groups have" if name in groups else "a principal has"
            raise GitwardError(f"{other} the name {name!r}, one of them {dn!r}", "name it otherwise under `rename`")
        groups[name] = _group(name, entry, directory, known)
        if len(groups) > MOST:
            raise GitwardError(f"there are more than {MOST} groups below {base!r}", "a narrower base or filter")
    if not groups:
        raise GitwardError(f"the directory has no group below {base!r}", "look at `groups` and `group_name` of the settings")
    return Found(groups=groups, passed_over=tuple(passed))


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


def _group(name: str, entry: Entry, directory: Directory, known: _Known) -> Group:
    key = directory.settings.members.lower()
    if any(each.startswith(f"{key};") for each in entry.values):  # of large groups some directories give only a part
        raise GitwardError(f"the directory gives only a part of the members of {name}", "raise its MaxValRange, or split it")
    values = entry.values.get(key, [])
    if len(values) > MEMBERS:
        raise GitwardError(f"the group {name} has more than {MEMBERS} members", "a policy lists who may do what, name fewer")
    members, left_out = set(), []
    for value in values:
        principal, why = known.who(value)
        if why:
            left_out.append((value.decode("utf-8", "surrogateescape"), why))
        else:
            members.add(principal)
    revision = next((text for each in _REVISIONS for text in entry.texts(each) if text.isascii() and text.isprintable()), "")
    where = "ldapi://" if directory.uri.startswith("ldapi:") else directory.uri.rstrip("/")
    return Group(
        name=name, members=tuple(sorted(members)), source=f"{where}/{quote(entry.dn, safe='=,')}", revision=revision[:256],
        left_out=tuple(left_out),
    )  # fmt: skip


class _Known:
    """Who a member is, by the value that a group has for it."""

    def __init__(self, principals: dict[Any, set[str]], what: str) -> None:
        self._principals, self._what = principals, what

    def who(self, value: bytes) -> tuple[str, str]:
        """The principal, or '' and the reason."""
        text = text_of(value)
        key = None if text is None else text if self._what == "account" else normal(text)
        if key is None:
            return "", f"it is no {'account' if self._what == 'account' else 'distinguished name'}"
        found = self._principals.get(key)
        if found is None:
            return "", f"there is no such {'principal' if self._what == 'account' else 'entry among the people'}"
        if len(found) != 1:
            return "", "it is several principals" if found else "none of its accounts is a principal"
        return next(iter(found)), ""


def _accounts_of(of: Mapping[str, str]) -> _Known:
    return _Known({account: {principal} for account, principal in of.items()}, "account")


def _people_of(directory: Directory, base: str, of: Mapping[str, str]) -> _Known:
    """By their distinguished names. Raises GitwardError where two have names that cannot be told apart, or where there is nobody:
    every group would be empty.
    """
    settings = directory.settings
    base = settings.people_base or base
    found: dict[Any, set[str]] = {}
    for entry in directory.search(base, settings.people, settings.account):
        name = text_of(entry.dn)
        key = None if name is None else normal(name)
        if key is None:
            continue
        if key in found:
            raise GitwardError(f"the directory has two entries that cannot be told apart: {name!r}", "a narrower `people`")
        found[key] = {of[account] for account in entry.texts(settings.account) if account in of}
    if not found:
        raise GitwardError(f"the directory has nobody below {base!r} that {settings.people} finds",
                           "say in a file for --settings where the people are: people_base, people")  # fmt: skip
    return _Known(found, "dn")


def left_out(found: Found) -> Iterator[tuple[str, str, str]]:
    """(group, member, why) of all that were left out, then what is no group."""
    for group in found.groups.values():
        yield from ((group.name, member, why) for member, why in group.left_out)
    yield from (("", name, why) for name, why in found.passed_over)
