"""pre-receive: stdin lines to a request. Every line is read before any is judged. Source: githooks(5), pre-receive."""

from __future__ import annotations

from gitward.errors import Undecided
from gitward.model import RawUpdate, Request
from gitward.refname import is_ref

_HEX = set("0123456789abcdef")


def request(stdin: bytes) -> Request:
    """`old SP new SP ref LF` per line. Raises Undecided for a line that is none: git never writes one."""
    lines = stdin.split(b"\n")
    if lines.pop() != b"" or not lines:
        raise Undecided("the list of ref updates is empty or cut off", "push again", "malformed-input")
    return Request(stage="receive", updates=tuple(_update(number, line) for number, line in enumerate(lines, 1)))


def _update(number: int, line: bytes) -> RawUpdate:
    old, _, rest = line.decode("utf-8", "surrogateescape").partition(" ")
    new, _, ref = rest.partition(" ")
    if not (_is_oid(old) and _is_oid(new) and len(old) == len(new) and is_ref(ref)):
        raise Undecided(f"line {number} of the ref updates is malformed", "push again", "malformed-input")
    return RawUpdate(old=old, new=new, ref=ref)


def _is_oid(text: str) -> bool:
    return len(text) in (40, 64) and _HEX.issuperset(text)
