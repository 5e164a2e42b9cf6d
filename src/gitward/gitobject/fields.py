"""What commits and tags have in common: header lines one by one, oids, idents, and the words for what is wrong."""

from __future__ import annotations

import re
from functools import cache, lru_cache

from gitward.model import Ident

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from gitward.model import Oid
else:
    Oid = str

IDENT = r"([^<>\n]* )?<([^<>\n]*)> (0|[1-9][0-9]{0,18}) ([+-][0-9]{2}[0-5][0-9])"
TIME_END = 1 << 63  # git refuses what does not fit its time_t (fsck: badDateOverflow)
_HEX = "0123456789abcdef"


@cache
def matching(pattern: str) -> Callable[[str], re.Match[str] | None]:
    return re.compile(pattern, re.DOTALL).fullmatch


def quoted(text: str) -> str:
    return f"'{text[:57]}...'" if len(text) > 60 else f"'{text}'"


def byte_faults(raw: bytes, gap: bytes) -> list[str]:
    faults = []
    if b"\0" in raw:
        faults.append("there is a NUL byte")
    if not gap:
        faults.append("no empty line after the header")
    return faults


def field(lines: Sequence[str], at: int, start: str, faults: list[str]) -> tuple[str, int]:
    """The value of the header that must stand at line `at`, and the next index; `start` is its name and a space."""
    line = lines[at] if at < len(lines) else ""
    if line.startswith(start):
        return line[len(start) :], at + 1
    faults.append(f"{start}header is missing" + (f" before {quoted(line)}" if line else ""))
    return "", at


def oid_in(text: str, name: str, length: int, faults: list[str]) -> Oid | None:
    if len(text) != length or length not in (40, 64) or text.strip(_HEX):
        faults.append(f"{name} header holds no oid of {length} hex digits: {quoted(text)}")
        return None
    return Oid(text)


def ident_in(text: str, name: str, faults: list[str]) -> Ident | None:
    """`name <email> seconds zone`; name and email may be empty."""
    found = matching(IDENT)(text)
    if not found or (time := int(found[3])) >= TIME_END:
        faults.append(f"{name} {_ident_fault(text)}")
        return None
    return Ident(name=(found[1] or " ")[:-1], email=found[2], time=time, offset=minutes(found[4]))


@lru_cache(maxsize=256)
def minutes(zone: str) -> int:
    minutes = int(zone[1:3]) * 60 + int(zone[3:])
    return -minutes if zone[0] == "-" else minutes


def _ident_fault(text: str) -> str:
    """Why a text is no ident."""
    person, _, rest = text.partition("<")
    _, closed, date = rest.partition(">")
    if not closed or ">" in person or "<" in rest:
        return "has not one pair of angle brackets"
    if person and person[-1] != " ":
        return "has no space before the address"
    blank, _, date = date.partition(" ")
    seconds, _, zone = date.partition(" ")
    if blank or not date.isascii() or not seconds.isdigit() or (seconds[0] == "0" and seconds != "0"):
        return f"date is not a plain number of seconds: {quoted(date)}"
    if len(seconds) > 19 or int(seconds) >= TIME_END:
        return f"date is out of range: {quoted(seconds)}"
    return f"zone is not +hhmm or -hhmm: {quoted(zone)}"
