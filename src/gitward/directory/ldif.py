"""LDIF (RFC 2849) as far as it tells entries: their names and values, folded or not, in base 64 or in clear.

A directory is somebody else's: a line that is none is an error and never half an entry, and all that is kept is bounded.
"""

from __future__ import annotations

from base64 import b64decode

from gitward.errors import GitwardError
from gitward.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

LONGEST = 64 << 10  # bytes of a line, its folds put together: no name or address is so long
VALUES = 1_000_000


@record
class Entry:
    """One entry: its distinguished name, and its values by the name of their attribute in small letters, as bytes."""

    dn: bytes
    values: dict[str, list[bytes]]

    def texts(self, name: str) -> list[str]:
        """The values that are UTF-8."""
        return [text for value in self.values.get(name.lower(), ()) if (text := text_of(value)) is not None]


def text_of(value: bytes) -> str | None:
    try:
        return value.decode()
    except UnicodeDecodeError:
        return None


def entries(lines: Iterable[bytes]) -> Iterator[Entry]:
    """The entries of these lines, without their line feeds. Raises GitwardError for what is no LDIF, or too much of it."""
    entry: Entry | None = None
    count = 0
    for line in _whole(lines):
        if not line:
            if entry:
                yield entry
            entry = None
        elif not line.startswith(b"#"):  # comments: a page has ended, the rest of the tree is elsewhere
            name, value = _line(line)
            count += 1
            if count == 1 and (name, value) == ("version", b"1"):
                continue
            if count > VALUES:
                raise GitwardError(f"the directory has more than {VALUES} values to tell", "a narrower base or filter")
            if (name == "dn") == (entry is not None):
                raise _malformed(line)
            if entry is None:
                entry = Entry(dn=value, values={})
            else:
                entry.values.setdefault(name, []).append(value)
    if entry:
        yield entry


def _whole(lines: Iterable[bytes]) -> Iterator[bytes]:
    """The lines with what was folded put together: a line that begins with a blank goes on where the one before it ended."""
    parts: list[bytes] = []
    length = 0
    for given in lines:
        line = given.removesuffix(b"\r")
        if line.startswith(b" "):
            if not parts or not parts[0]:
                raise _malformed(line)
            line = line[1:]
        elif parts:
            yield b"".join(parts)
            parts, length = [], 0
        parts.append(line)
        length += len(line)
        if length > LONGEST:
            raise _malformed(parts[0])
    if parts:
        yield b"".join(parts)


def _line(line: bytes) -> tuple[str, bytes]:
    name, separator, value = line.partition(b":")
    if not separator or not name or not name.isascii() or not name.decode().isprintable() or b" " in name:
        raise _malformed(line)
    if value.startswith(b":"):
        try:
            value = b64decode(value[1:].strip(b" "), validate=True)
        except ValueError:
            raise _malformed(line) from None
    elif value.startswith(b"<"):  # a value that stands in a file: nobody asked for one
        raise _malformed(line)
    else:
        value = value.lstrip(b" ")
    return name.decode().lower(), value


def _malformed(line: bytes) -> GitwardError:
    return GitwardError(f"ldapsearch prints what is no LDIF: {line[:60]!r}", "report it with your version of ldapsearch")
