"""LDIF as ldapsearch(1) prints it with `-LLL -o ldif_wrap=no`: entries, one value a line. Source: RFC 2849.

A directory is somebody else's: a line that is none is an error and never half an entry, and all that is kept is bounded.
"""

from __future__ import annotations

from base64 import b64decode

from gitward.errors import GitwardError
from gitward.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

LONGEST = 64 << 10  # bytes of a line: no name or address is so long
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
    for line in lines:
        if not line:
            if entry:
                yield entry
            entry = None
        elif not line.startswith(b"#"):  # comments: a page has ended, the rest of the tree is elsewhere
            name, value = _line(line)
            count += 1
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


def _line(line: bytes) -> tuple[str, bytes]:
    name, separator, value = line.partition(b":")
    if not separator or not name or len(line) > LONGEST or not name.isascii() or not name.decode().isprintable() or b" " in name:
        raise _malformed(line)
    if value.startswith(b":"):
        try:
            value = b64decode(value[1:].strip(b" "), validate=True)
        except ValueError:
            raise _malformed(line) from None
    elif value.startswith(b"<"):  # a value that stands in a file: nobody asked for one
        raise _malformed(line)
    else:
        value = value.removeprefix(b" ")
    return name.decode().lower(), value


def _malformed(line: bytes) -> GitwardError:
    return GitwardError(f"ldapsearch prints what is no LDIF: {line[:60]!r}", "report it with your version of ldapsearch")
