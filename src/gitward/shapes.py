"""Shapes that a text in a policy may have: markers for `Annotated`, each with a check that says what to write instead."""

from __future__ import annotations

import re
from difflib import get_close_matches
from typing import Any, ClassVar

from gitward.days import day, first_second
from gitward.errors import UsageError
from gitward.mailmap import is_entry_or_none
from gitward.patterns import compiled
from gitward.secretshapes import KINDS

_REF_FORBIDDEN = re.compile(r"[\x00-\x20\x7f~^:?\[\\]|\.\.|@\{|//|\*\*\*")
_PATH_FORBIDDEN = re.compile(r"[\x00-\x1f\x7f\\?\[]|//|\*\*\*")
_PATH_HINTS = {
    "?": "only * and ** stand for other text; for a ? that is in a name write *",
    "[": "only * and ** stand for other text; for a [ that is in a name write *",
    "\\": "parts are parted by /; for a backslash that is in a name write *",
    "***": "write * within a part, ** across",
}
_TRAILER_KEY = re.compile(r"[A-Za-z0-9-]+")
_DOMAIN = re.compile(r"[^\s@*/.]+(\.[^\s@*/.]+)+")
_SIZE = re.compile(r"([1-9][0-9]{0,15})(?:\s?(KiB|MiB|GiB))?")
_REFUSED_IN_NAME = re.compile(r"[\\:\x00-\x1f]")
_CALENDAR = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TIME = re.compile(r"(0|[1-9][0-9]{0,8})([smhd])?")
_TIMES = {None: 1, "s": 1, "m": 60, "h": 3_600, "d": 86_400}
_UNITS = {None: 1, "KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30}


class Refused(ValueError):
    """Why a value cannot be taken, and what to write instead."""

    def __init__(self, message: str, fix: str = "") -> None:
        super().__init__(message)
        self.fix = fix


class Checked:
    """A marker for `Annotated`: `check` gets the converted value, gives the value to keep, and raises Refused.

    `json_schema` is what the JSON Schema of a policy says of such a value.
    """

    json_schema: ClassVar[dict[str, Any]] = {}

    def check(self, value: Any) -> Any:
        return value


class Read(Checked):
    """A marker whose `check` makes the value from the text as it stands in the file."""


class Regex(Checked):
    """A pattern that RE2 takes."""

    json_schema: ClassVar[dict[str, Any]] = {"format": "regex"}

    def check(self, value: str) -> str:
        try:
            compiled(value)
        except UsageError as problem:
            raise Refused(problem.message, problem.fix) from None
        return value


class RefShape(Checked):
    """A ref, or a glob of refs, that a ref could match (git-check-ref-format(1)); a leading `!` is allowed."""

    def check(self, value: str) -> str:
        name = value.removeprefix("!")
        if not name.startswith("refs/"):
            raise Refused(f"{value!r} does not begin with refs/", f"for a branch, write refs/heads/{name}")
        wrong = _REF_FORBIDDEN.search(name)
        if wrong:
            hint = "only * and ** stand for other text" if wrong.group() in ("?", "[", "***") else ""
            raise Refused(f"{value!r} can match no ref: git allows no {wrong.group()!r} in a ref's name", hint)
        if name.endswith(("/", ".", ".lock")):
            below = f"{name.rstrip('/.')}/**"
            raise Refused(f"{value!r} can match no ref: no ref ends so", f"for all refs below it, write {below}")
        return value


class PathShape(Checked):
    """A glob of paths that a path could match (gitward.pathglobs); a leading `!` is allowed."""

    def check(self, value: str) -> str:
        path = value.removeprefix("!")
        if not path:
            raise Refused(f"{value!r} can match no path: nothing stands after the !", "for every path, write /")
        wrong = _PATH_FORBIDDEN.search(path)
        if wrong:
            hint = _PATH_HINTS.get(wrong.group(), "")
            raise Refused(f"{value!r} can match no path, or not what it seems to: it has {wrong.group()!r}", hint)
        if any(part in (".", "..") for part in path.split("/")):
            raise Refused(f"{value!r} can match no path: none has a part '.' or '..'", "begin with / at the top of the tree")
        return value


class KeyShape(Checked):
    """The key of a trailer, as git takes one: ASCII letters, digits and `-`."""

    json_schema: ClassVar[dict[str, Any]] = {"pattern": "^[A-Za-z0-9-]+$"}

    def check(self, value: str) -> str:
        if not _TRAILER_KEY.fullmatch(value):
            raise Refused(f"{value!r} is no key of a trailer", "letters, digits and hyphens, without the colon: Reviewed-by")
        return value


class FingerprintShape(Checked):
    """A fingerprint as the reports of `secret-content` print it."""

    json_schema: ClassVar[dict[str, Any]] = {"pattern": "^[0-9a-f]{12}$"}

    def check(self, value: str) -> str:
        if not re.fullmatch("[0-9a-f]{12}", value):
            raise Refused("a fingerprint is 12 hex digits", "take it from a report, never write a secret here")
        return value


class KindOfSecret(Checked):
    """A kind of secret that gitward knows."""

    json_schema: ClassVar[dict[str, Any]] = {"enum": list(KINDS)}

    def check(self, value: str) -> str:
        if value not in KINDS:
            near = get_close_matches(value, KINDS, 3)
            raise Refused(f"unknown kind of secret {value!r}", f"did you mean {' or '.join(near)}" if near else "")
        return value


class DomainShape(Checked):
    """A domain of addresses, or `*.` and a domain for all below it."""

    json_schema: ClassVar[dict[str, Any]] = {"pattern": r"^(\*\.)?[^\s@*/]+\.[^\s@*/.]+$"}

    def check(self, value: str) -> str:
        name = value.removeprefix("*.")
        if not _DOMAIN.fullmatch(name):
            raise Refused(f"{value!r} is no domain", "write example.com, or *.example.com for those below it")
        return value


class MailmapShape(Checked):
    """A line of a mailmap, gitmailmap(5)."""

    def check(self, value: str) -> str:
        if not is_entry_or_none(value):
            raise Refused(f"{value!r} is no line of a mailmap", "write for example: Ann <ann@example.com> <old@example.com>")
        return value


class BesideShape(Checked):
    """A file beside the policy, by its path from the folder of the file that names it.

    Only the name is checked here. `policy.resolve` reads the file, at the same commit as the policy, and puts its lines
    in the place of the name: comments and blank lines left out, each held to the type of an item of the other
    alternative. So a rule sees lines, and the file is part of the policy and of its digest.
    """

    def check(self, value: str) -> str:
        if not value or value.startswith(("/", "builtin:")) or _REFUSED_IN_NAME.search(value):
            raise Refused(f"{value!r} is no file beside this policy", "write a relative path: mailmap.txt")
        return value


class OfPrincipals(Checked):
    """The word `principals`: `policy.resolve` puts the addresses of all principals of the policy in its place."""

    json_schema: ClassVar[dict[str, Any]] = {"const": "principals"}

    def check(self, value: str) -> str:
        if value != "principals":
            raise Refused(f"{value!r} is no list of addresses", "write a list, or the word principals")
        return value


class NamesRole(Checked):
    """The name of a role of the policy: `policy.resolve` looks it up."""

    def check(self, value: str) -> str:
        return value


class NamesWho(NamesRole):
    """The name of a principal or of a role of the policy: `policy.resolve` looks it up."""


class Seconds(Read):
    """A length of time in seconds, or with s, m, h or d."""

    json_schema: ClassVar[dict[str, Any]] = {
        "anyOf": [{"type": "integer", "minimum": 0}, {"type": "string", "pattern": f"^{_TIME.pattern}$"}]
    }

    def check(self, value: str) -> int:
        found = _TIME.fullmatch(value)
        if not found:
            raise Refused(f"{value!r} is not a length of time", "write for example 90s, 10m, 24h, 7d")
        return int(found[1]) * _TIMES[found[2]]


class CalendarDay(Checked):
    """A day of the calendar."""

    json_schema: ClassVar[dict[str, Any]] = {"type": "string", "format": "date"}

    def check(self, value: str) -> str:
        if not _CALENDAR.fullmatch(value) or first_second(value) < 0 or day(first_second(value)) != value:
            raise Refused(f"{value!r} is no day from 1970 on", "write it as 2005-04-07")
        return value


class Bytes(Read):
    """A number of bytes, with or without KiB, MiB or GiB."""

    json_schema: ClassVar[dict[str, Any]] = {
        "anyOf": [{"type": "integer", "minimum": 1}, {"type": "string", "pattern": f"^{_SIZE.pattern}$"}]
    }

    def check(self, value: str) -> int:
        found = _SIZE.fullmatch(value)
        if not found:
            raise Refused(f"{value!r} is not a size", "write a number of bytes, or for example 512KiB, 10MiB")
        return int(found[1]) * _UNITS[found[2]]
