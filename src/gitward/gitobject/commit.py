"""Raw commit bytes -> Commit."""

from __future__ import annotations

from functools import cache

from gitward.gitobject.fields import IDENT, TIME_END, byte_faults, field, ident_in, matching, minutes, oid_in, quoted
from gitward.message import decode, parse
from gitward.model import Commit, Ident
from gitward.record import maker

TYPE_CHECKING = False
if TYPE_CHECKING:
    import re
    from collections.abc import Callable, Sequence
    from typing import Any

    from gitward.model import Message, Oid

    Ordered = tuple[Oid | None, tuple[Oid, ...], Ident | None, Ident | None, Sequence[str]]
else:
    Oid = str

LISTED_HEADERS = ("change-id", "gitbutler-*", "HG:*", "kilnhgcopies")
"""Extra commit headers that known tools write and that count for nothing; a final `*` stands for any rest."""

_ORDERED = ("tree", "parent", "author", "committer")
_KNOWN = ("encoding", "gpgsig", "gpgsig-sha256", "mergetag")
_commit, _new_ident = maker(Commit), maker(Ident)


def is_listed(name: str, names: Sequence[str] = LISTED_HEADERS) -> bool:
    """Whether an extra header's name is one of `names`, in the form of LISTED_HEADERS."""
    return any(name.startswith(known[:-1]) if known.endswith("*") else name == known for known in names)


def parse_commit(oid: Oid | None, raw: bytes) -> Commit:
    """The commit in these bytes; never raises. Without an `oid` the oids inside are held to the length of the first."""
    head, gap, body = raw.partition(b"\n\n")
    faults = [] if gap and b"\0" not in raw else byte_faults(raw, gap)
    text = head.decode("utf-8", "surrogateescape")
    length = len(oid) if oid else text.find("\n") - len("tree ")
    tree, parents, author, committer, more = _at_once(text, length) or _line_by_line(text, length, faults)
    encoding, headers = _extra_headers(more, faults) if more else ("", ())
    return _commit(
        oid=oid,
        tree=tree,
        parents=parents,
        merge=len(parents) > 1,
        author=_in_encoding(author, encoding) if encoding else author,
        committer=_in_encoding(committer, encoding) if encoding else committer,
        message=parse(body, encoding),
        headers=headers,
        malformed=faults[0] if faults else "",
        raw=raw,
    )


def draft_commit(message: Message, *, merge: bool = False) -> Commit:
    """A commit that does not exist yet, of which only its message is known, and whether it merges."""
    return Commit(oid=None, tree=None, parents=None, merge=merge, author=None, committer=None, message=message)


@cache
def _header(length: int) -> Callable[[str], re.Match[str] | None]:
    """Matches a commit's whole header, for oids of `length` hex digits: the ordered lines, then whatever follows."""
    oid = f"[0-9a-f]{{{length}}}"
    return matching(rf"tree ({oid})\n((?:parent {oid}\n)*)author {IDENT}\ncommitter {IDENT}(?:\n(.*))?")


def _at_once(text: str, length: int) -> Ordered | None:
    """The ordered lines of a header in which each of them is right, as almost every header is; None for another."""
    found = _header(length)(text) if length in (40, 64) else None
    if not found:
        return None
    tree, parents, name, email, time, zone, by, at, when, where, more = found.groups()
    author = _new_ident(name=name[:-1] if name else "", email=email, time=int(time), offset=minutes(zone))
    committer = author
    if (by, at, when, where) != (name, email, time, zone):
        committer = _new_ident(name=by[:-1] if by else "", email=at, time=int(when), offset=minutes(where))
    if author.time >= TIME_END or committer.time >= TIME_END:
        return None
    oids: Any = parents.replace("parent ", "").split("\n")[:-1] if parents else ()
    return Oid(tree), tuple(oids), author, committer, more.split("\n") if more is not None else ()


def _line_by_line(text: str, length: int, faults: list[str]) -> Ordered:
    """The best that can be read of the ordered lines, and what is wrong with them."""
    lines = text.split("\n")
    value, at = field(lines, 0, "tree ", faults)
    tree = oid_in(value, "tree", length, faults)
    parents = []
    while at < len(lines) and lines[at].startswith("parent "):
        if parent := oid_in(lines[at][7:], "parent", length, faults):
            parents.append(parent)
        at += 1
    value, at = field(lines, at, "author ", faults)
    author = ident_in(value, "author", faults)
    value, at = field(lines, at, "committer ", faults)
    committer = ident_in(value, "committer", faults)
    return tree, tuple(parents), author, committer, lines[at:]


def _extra_headers(lines: Sequence[str], faults: list[str]) -> tuple[str, tuple[str, ...]]:
    """What follows `committer`: the value of `encoding` ('' without one), and the names of headers unknown to git."""
    encoding = ""
    names, seen = [], set()
    previous, foldable = "committer", False
    for line in lines:
        if line[:1] == " ":
            if not foldable:
                faults.append(f"{previous} header has a continuation line")
            continue
        name, _, value = line.partition(" ")
        previous, foldable = name, name != "encoding"
        if name in _KNOWN:
            if name in seen and name != "mergetag":
                faults.append(f"{name} header stands more than once")
            if not value:
                faults.append(f"{name} header is empty")
            seen.add(name)
            if name == "encoding":
                encoding = value
        elif name in _ORDERED:
            faults.append(f"{name} header is repeated or out of place")
        elif name.startswith("gpgsig"):
            faults.append(f"no such header in a commit: {quoted(line)}")
        else:
            names.append(name)
    return encoding, tuple(names)


def _in_encoding(ident: Ident | None, encoding: str) -> Ident | None:
    """The same ident, its bytes read as the `encoding` header says: git recodes the header with the message."""
    if ident is None:
        return None
    name, email = (decode(part.encode("utf-8", "surrogateescape"), encoding)[0] for part in (ident.name, ident.email))
    return Ident(name=name, email=email, time=ident.time, offset=ident.offset)
