"""What a source's module finds in a file: entries on their way into a policy, and notes on everything else."""

from __future__ import annotations

import json

from gitward.errors import UsageError
from gitward.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any, Literal, NoReturn

    Kind = Literal["no equivalent", "differs", "not importable", "later", "off"]
    Value = str | int | bool | tuple[str, ...] | tuple[dict[str, Any], ...]
    Case = str | dict[str, Any]  # of a policy's test: a message, or what `grammar.Case` takes

MAX_BYTES = 256 << 10  # as a policy file


@record
class Proposal:
    """An entry. `settings` are what it comes from, in the words of the source; `differs` is what it does not do alike.

    `accept` and `reject` are changes that the source's own meaning decides; those that hold become tests.
    """

    rule: str
    settings: tuple[str, ...]
    options: dict[str, Value] = {}  # noqa: RUF012  never written
    id: str = ""
    refs: tuple[str, ...] = ()
    severity: str = "error"
    differs: tuple[str, ...] = ()
    accept: tuple[Case, ...] = ()
    reject: tuple[Case, ...] = ()


@record
class Note:
    """A setting that becomes no entry, or a way in which the two tools differ as a whole."""

    setting: str
    kind: Kind
    words: str

    @property
    def line(self) -> str:
        return f"{self.setting}: {self.kind}: {self.words}"


@record
class Found:
    """All that a file says, in its order."""

    kind: str
    proposals: tuple[Proposal, ...]
    notes: tuple[Note, ...]


def decode(data: bytes, file: str) -> str:
    """The text of a file, LF line ends. Raises UsageError for what is too long, no UTF-8, or holds control characters."""
    if len(data) > MAX_BYTES:
        raise UsageError(f"{file}: settings of at most {MAX_BYTES} bytes are read", "take out what is not needed")
    try:
        text = data.removeprefix(b"\xef\xbb\xbf").decode("utf-8")
    except UnicodeDecodeError as problem:
        line = data[: problem.start].count(b"\n") + 1
        raise UsageError(f"{file}:{line}: byte 0x{data[problem.start]:02x} is not UTF-8", "save the file as UTF-8") from None
    text = text.replace("\r\n", "\n")
    for number, line_text in enumerate(text.split("\n"), 1):
        wrong = next((character for character in line_text if character < " " and character != "\t"), "")
        if wrong:
            raise UsageError(f"{file}:{number}: the control character U+{ord(wrong):04X} is refused", "take it out")
    return text


def from_json(data: bytes, file: str) -> Any:
    """A JSON document. Raises UsageError, for a key that stands twice too."""

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) < len(pairs):
            keys = [key for key, _ in pairs]
            twice = next(key for key in keys if keys.count(key) > 1) if len(keys) < 10_000 else "one of them"
            raise UsageError(f"{file}: the key {twice[:60]!r} stands twice in one object", "keep one of them")
        return found

    def refuse(word: str) -> NoReturn:
        raise UsageError(f"{file}: {word} is no JSON", "write a number")

    def whole(digits: str) -> int:
        if len(digits) > 18:
            raise UsageError(f"{file}: {digits[:20]}... is too large a number", "write a smaller one")
        return int(digits)

    try:
        return json.loads(decode(data, file), object_pairs_hook=unique, parse_constant=refuse, parse_int=whole)
    except json.JSONDecodeError as problem:
        raise UsageError(f"{file}:{problem.lineno}:{problem.colno}: not JSON: {problem.msg}", "export it again") from None
    except RecursionError:
        raise UsageError(f"{file}: nested too deep", "export it again") from None


def mapping(value: Any, what: str, file: str) -> dict[str, Any]:
    """The value as an object with text keys. Raises UsageError."""
    if not isinstance(value, dict):
        raise UsageError(f"{file}: {what} is no object", "export it again")
    return value


def texts(value: Any) -> tuple[str, ...]:
    """The texts of a list; () for what is no list of texts."""
    return tuple(value) if isinstance(value, list) and all(isinstance(item, str) for item in value) else ()


def said(value: Any) -> str:
    """A value of a source in a few words."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 120 else f"{text[:117]}..."


def listed(settings: Iterable[str]) -> str:
    return ", ".join(settings)


def anywhere(pattern: str) -> str:
    """A pattern that a rule holds against a whole text, for one that is looked for in it."""
    return f".*(?:{pattern}).*"
