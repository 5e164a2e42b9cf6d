"""The options of a line of allowed signers (ssh-keygen(1), ALLOWED SIGNERS). One that is not known makes the line void."""

from __future__ import annotations

import time
from calendar import timegm
from datetime import datetime

from gitward.record import record

_FORMS = {8: "%Y%m%d", 12: "%Y%m%d%H%M", 14: "%Y%m%d%H%M%S"}
_NAMES = ("namespaces", "valid-after", "valid-before")


@record
class Options:
    """Times are seconds since 1970, None where there is no limit; `namespaces` is a list of patterns, None for any."""

    is_authority: bool = False
    namespaces: str | None = None
    valid_after: int | None = None
    valid_before: int | None = None


def read_options(text: str) -> Options:
    """The options, separated by commas. Raises ValueError with what is wrong."""
    is_authority = False
    values: dict[str, str] = {}
    while text:
        name, value, text = _next(text)
        if name == "cert-authority" and value is None:
            is_authority = True
        elif name in _NAMES and value is not None:
            if name in values:
                raise ValueError(f"it has the option {name} twice")
            values[name] = value
        else:
            raise ValueError(f"its option {name[:40]!a} is not known, or not written as it should be")
    after, before = (seconds(values[name]) if name in values else None for name in _NAMES[1:])
    if after is not None and before is not None and before <= after:
        raise ValueError("its valid-before is not after its valid-after")
    return Options(is_authority=is_authority, namespaces=values.get("namespaces"), valid_after=after, valid_before=before)


def _next(text: str) -> tuple[str, str | None, str]:
    """Name and value (None for a flag) of the first option, and the options after it."""
    end = next((at for at, letter in enumerate(text) if letter in ",="), len(text))
    name, rest = text[:end].lower(), text[end:]
    value: str | None = None
    if rest.startswith("="):
        value, rest = _dequoted(rest[1:])
    if rest and (rest[0] != "," or len(rest) == 1):
        raise ValueError("its options end in a comma, or have something after a closing quote")
    return name, value, rest[1:]


def _dequoted(text: str) -> tuple[str, str]:
    """A value in quotes, in which \\" is a quote, and what follows it."""
    if text.startswith('"'):
        at = 1
        while (at := text.find('"', at)) > 0:
            if text[at - 1] != "\\":
                return text[1:at].replace('\\"', '"'), text[at + 1 :]
            at += 1
    raise ValueError("the value of an option stands in no quotes, or they are not closed")


def seconds(text: str) -> int:
    """YYYYMMDD[HHMM[SS]][Z] as seconds since 1970; without Z in this machine's time zone, in winter time, as OpenSSH has it.

    Raises ValueError.
    """
    bare = text[:-1] if text[-1:] in ("Z", "z") else text.removesuffix("UTC")
    if len(bare) not in _FORMS or not (bare.isascii() and bare.isdigit()):
        raise ValueError(f"{text[:40]!a} is no time: YYYYMMDD, YYYYMMDDHHMM or YYYYMMDDHHMMSS, with or without Z")
    try:
        parts = datetime.strptime(bare, _FORMS[len(bare)]).timetuple()
        found = timegm(parts) if bare != text else int(time.mktime((*parts[:8], 0)))
    except (ValueError, OverflowError):
        raise ValueError(f"{text[:40]!a} is a time that there is not") from None
    if found <= 0:
        raise ValueError(f"{text[:40]!a} is before 1970")
    return found
