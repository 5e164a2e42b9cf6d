"""From the bytes of a YAML file to plain data with positions: dicts, lists and text, nothing else.

Every scalar is text, so `no`, `12:30` and `0123456` stay what was written. What a policy has no use for and a reviewer
would trip over is refused: anchors, aliases, tags, merge keys, directives, several documents, a key that stands twice.
The YAML reader itself belongs to `load`; its events are taken apart here.
"""

from __future__ import annotations

import re
from difflib import get_close_matches

from gitward.errors import PolicyError
from gitward.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any

    Path = tuple[str | int, ...]
    Place = tuple[int, int]

MAX_BYTES = 256 << 10
MAX_DEPTH = 16

# C0 and C1 controls but LF (U+0085 among them), line and paragraph separators, BOM, what has no width or reorders text;
# tabs too: readers of YAML disagree on where one may stand
_REFUSED = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff]")
# U+DC80..U+DCFF stand for bytes that are no UTF-8, as in `model`; any other surrogate is nothing at all
_SURROGATE = re.compile("[\ud800-\udc7f\udd00-\udfff]")


@record
class Document:
    """One file of a policy. `name` is what was asked for, `file` how errors call it; places count from 1."""

    name: str
    file: str
    data: Any
    values: dict[Path, Place]
    keys: dict[Path, Place]

    def place(self, path: Path, *, key: bool = False) -> Place:
        """Where the value (or the key) at this path stands; where there is none, what it would stand in."""
        if key and path in self.keys:
            return self.keys[path]
        while path and path not in self.values:
            path = path[:-1]
        return self.values.get(path, (1, 1))

    def error(self, message: str, path: Path, fix: str = "", *, key: bool = False) -> PolicyError:
        line, column = self.place(path, key=key)
        return PolicyError(message if len(message) <= 400 else message[:397] + "...", self.file, line, column, fix)


def nearest(word: str, known: Iterable[str]) -> str:
    """`; did you mean X?`, or '' where nothing is near."""
    close = get_close_matches(word, list(known), n=1, cutoff=0.6)
    return f"; did you mean {close[0]!r}?" if close else ""


def decode(data: bytes, file: str, *, tabs: bool = False, most: int = MAX_BYTES) -> str:
    """The text of a policy file with LF line ends. Raises PolicyError for what is too long, not UTF-8 or invisible.

    `most` is how many bytes it may have. With `tabs` a tab is as good as a blank: such a file is no YAML.
    """
    if len(data) > most:
        raise PolicyError(f"a policy file has at most {most} bytes", file, fix="split it, and use `extends`")
    data = data.removeprefix(b"\xef\xbb\xbf")
    try:
        text = data.decode("utf-8").replace("\r\n", "\n")
    except UnicodeDecodeError as problem:
        before = data[: problem.start].decode("utf-8")
        raise _at(before, f"byte 0x{data[problem.start]:02x} is not UTF-8", file, "save the file as UTF-8") from None
    text = text.replace("\t", " ") if tabs else text
    wrong = _REFUSED.search(text)
    if wrong:
        message, fix = (
            f"the character U+{ord(wrong.group()):04X} cannot be seen",
            'where it is meant, write it as "\\u...."',
        )
        if wrong.group() == "\t":
            message, fix = "a tab is refused", 'indent with blanks; where a tab is meant, write "\\t"'
        raise _at(text[: wrong.start()], message, file, fix)
    return text


def _at(before: str, message: str, file: str, fix: str) -> PolicyError:
    return PolicyError(message, file, before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1, fix)


def compose(events: Iterator[Any], name: str, file: str) -> Document:
    """The one document in a stream of YAML events. Raises PolicyError; what the stream itself raises passes through."""
    composer = _Composer(file)
    data = composer.document(events)
    return Document(name=name, file=file, data=data, values=composer.values, keys=composer.keys)


class _Composer:
    def __init__(self, file: str) -> None:
        self.file = file
        self.values: dict[Path, Place] = {}
        self.keys: dict[Path, Place] = {}

    def refuse(self, event: Any, message: str, fix: str = "") -> PolicyError:
        mark = event.start_mark
        return PolicyError(message, self.file, mark.line + 1, mark.column + 1, fix)

    def document(self, events: Iterator[Any]) -> Any:
        data: Any = None
        for event in events:
            kind = type(event).__name__
            if kind == "DocumentStartEvent":
                if event.version or event.tags:
                    raise self.refuse(event, "a policy has no % directives", "take the line out")
                if data is not None:
                    raise self.refuse(
                        event, "a policy file is one document, a second one begins here", "use one file each"
                    )
                data = self.value(next(events), events, ())
        if not isinstance(data, dict) or not data:
            raise PolicyError(
                "a policy is a mapping, and this file holds none", self.file, 1, 1, "begin with: version: 1"
            )
        return data

    def value(self, event: Any, events: Iterator[Any], path: Path) -> Any:
        kind = type(event).__name__
        self.check(event, kind)
        self.values[path] = (event.start_mark.line + 1, event.start_mark.column + 1)
        if kind == "ScalarEvent":
            return self.text(event)
        if len(path) >= MAX_DEPTH:
            raise self.refuse(event, f"nested more than {MAX_DEPTH} deep")
        return self.sequence(events, path) if kind == "SequenceStartEvent" else self.mapping(events, path)

    def check(self, event: Any, kind: str) -> None:
        if kind == "AliasEvent":
            raise self.refuse(
                event, "a policy has no aliases", 'write the value out; a text that begins with "*" is quoted'
            )
        if event.anchor is not None:
            raise self.refuse(
                event, "a policy has no anchors", 'write the value out; a text that begins with "&" is quoted'
            )
        if event.tag is not None:
            raise self.refuse(event, f"a policy has no tags: {event.tag!r}", 'a text that begins with "!" is quoted')

    def text(self, event: Any) -> str:
        value: str = event.value
        if not value and not event.style:
            raise self.refuse(event, "there is no value here", 'leave the key out, or write "" for an empty text')
        if _SURROGATE.search(value):
            raise self.refuse(event, "half of a surrogate pair is no character")
        return value

    def sequence(self, events: Iterator[Any], path: Path) -> list[Any]:
        items: list[Any] = []
        while type(event := next(events)).__name__ != "SequenceEndEvent":
            items.append(self.value(event, events, (*path, len(items))))
        return items

    def mapping(self, events: Iterator[Any], path: Path) -> dict[str, Any]:
        items: dict[str, Any] = {}
        while type(event := next(events)).__name__ != "MappingEndEvent":
            kind = type(event).__name__
            self.check(event, kind)
            if kind != "ScalarEvent":
                raise self.refuse(event, "a key is a plain word")
            key = self.text(event)
            if key == "<<":
                raise self.refuse(event, "a policy has no merge keys", "write the values out")
            if key in items:
                line = self.keys[(*path, key)][0]
                raise self.refuse(event, f"the key {key!r} stands here twice, first in line {line}", "keep one of them")
            self.keys[(*path, key)] = (event.start_mark.line + 1, event.start_mark.column + 1)
            items[key] = self.value(next(events), events, (*path, key))
        return items
