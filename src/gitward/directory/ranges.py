"""All values of an attribute, of which some directories give a part at a time: `member;range=0-1499`, the last `1500-*`.

What is missing is asked for until the last part has come. Source: MS-ADTS, 3.1.1.3.1.3.3 (Active Directory). A list of which
a part is not to be had is an error and never a short list.
"""

from __future__ import annotations

import re

from gitward.errors import GitwardError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gitward.directory.ldif import Entry
    from gitward.directory.search import Directory

REVISIONS = ("entryCSN", "modifyTimestamp", "whenChanged")
"""The attributes by which a changed entry is known, the surest first."""
_PART = re.compile(r"range=([0-9]{1,9})-([0-9]{1,9}|\*)")


def revision_of(entry: Entry) -> str:
    """What tells this state of an entry from another, '' where the directory says nothing of the kind."""
    found = (text for each in REVISIONS for text in entry.texts(each) if text.isascii() and text.isprintable())
    return next(found, "")[:256]


def values_of(directory: Directory, entry: Entry, name: str, most: int) -> list[bytes]:
    """The values of an attribute, at most so many. Raises GitwardError where they are more, or cannot be had whole."""
    values = list(entry.values.get(name.lower(), ()))
    part = _part_of(entry, name)
    while part:
        first, last, found = part
        if first != len(values) or not found or not (last == "*" or len(found) == int(last) - first + 1):
            raise _in_part(entry, name)
        values += found
        if last == "*" or len(values) > most:
            break
        part = _part_of(_asked(directory, entry, f"{name};range={len(values)}-*"), name)
        if part is None:
            raise _in_part(entry, name)
    if len(values) > most:
        raise GitwardError(f"{_shown(entry)} has more than {most} members", "a policy lists who may do what, name fewer")
    return values


def _part_of(entry: Entry, name: str) -> tuple[int, str, list[bytes]] | None:
    """(number of the first value, of the last or `*`, the values) of the part that an answer has, None without one."""
    key = f"{name.lower()};"
    parts = [each for each in entry.values if each.startswith(key)]
    found = _PART.fullmatch(parts[0][len(key) :]) if len(parts) == 1 else None
    if parts and not found:
        raise _in_part(entry, name)
    return (int(found[1]), found[2], entry.values[parts[0]]) if found else None


def _asked(directory: Directory, entry: Entry, attribute: str) -> Entry:
    """The same entry again, with another part. Raises GitwardError where it is not the same any more."""
    dn = entry.dn.decode("utf-8", "surrogateescape")
    answers = list(directory.search(dn, "(objectClass=*)", attribute, *REVISIONS, scope="base"))
    if len(answers) != 1 or answers[0].dn != entry.dn or revision_of(answers[0]) != revision_of(entry):
        raise GitwardError(f"{_shown(entry)} has changed while it was read", "run it again")
    return answers[0]


def _in_part(entry: Entry, name: str) -> GitwardError:
    words = f"the directory gives only a part of the values of {name} of {_shown(entry)}"
    return GitwardError(words, "ldapsearch for this entry shows what it gives; raise its MaxValRange, or split the group")


def _shown(entry: Entry) -> str:
    return repr(entry.dn[:200].decode("utf-8", "replace"))
