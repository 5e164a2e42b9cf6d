"""Secrets in what a change adds to a file, with the lines where they stand."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from itertools import accumulate

from gitward.secretshapes.keys import private_keys
from gitward.secretshapes.table import PRIVATE_KEY
from gitward.secretshapes.tokens import fingerprint, tokens

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

_UTF_16 = (b"\xff\xfe", b"\xfe\xff")


def added_secrets(content: bytes, added: tuple[tuple[int, bytes], ...]) -> Iterator[tuple[int, str, str]]:
    """(line, kind, fingerprint) of each secret that the added lines hold or, of a private key, are a part of.

    `content` is the whole file, `added` are its new lines: (number from 1, line without its LF), in ascending order.
    Of a file in UTF-16, known by its byte order mark, the NUL bytes are passed over.
    """
    if not added:
        return
    lines = [line for _, line in added]
    if content.startswith(_UTF_16):
        content, lines = content.replace(b"\0", b""), [line.replace(b"\0", b"") for line in lines]
    starts: list[int] = []
    for token in tokens(b"\n".join(lines)):
        if not starts:
            starts = list(accumulate((len(line) + 1 for line in lines), initial=0))
        yield added[bisect_right(starts, token.start) - 1][0], token.kind, token.fingerprint
    yield from _keys(content, added)


def _keys(content: bytes, added: tuple[tuple[int, bytes], ...]) -> Iterator[tuple[int, str, str]]:
    """A key may be made new by a part of its lines: then the place is the first of them."""
    line, counted = 1, 0
    numbers: list[int] = []
    for start, end, body in private_keys(content):
        numbers = numbers or [number for number, _ in added]
        line += content.count(b"\n", counted, start)
        last = line + content.count(b"\n", start, end)
        index = bisect_left(numbers, line)
        if index < len(numbers) and numbers[index] <= last:
            yield numbers[index], PRIVATE_KEY, fingerprint(body)
        line, counted = last, end


def masked(text: bytes) -> tuple[bytes, tuple[tuple[str, str], ...]]:
    """A text with each token in it written as `<KIND>`, and (kind, fingerprint) of each."""
    shown, end, found = b"", 0, []
    for token in tokens(text):
        shown += text[end : token.start] + b"<%s>" % token.kind.encode()
        end = token.end
        found.append((token.kind, token.fingerprint))
    return shown + text[end:], tuple(found)
