"""What a fix changes in a message, line by line, as `diff` writes it; escaped like all text from outside."""

from __future__ import annotations

from gitward.render.escape import visible

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_MOST = 60  # lines that are shown, and characters of a line; the rest is counted, or cut off
_WIDE = 400
_COLOURS = {"-": "31", "+": "32"}


def difference(lines: Sequence[str], pieces: Sequence[tuple[str, ...]], *, colour: bool = False) -> str:
    """The lines that change (`- `), what stands in their place (`+ `), and lines that get another beside them.

    `pieces` has, for each line, the lines that stand for it afterwards.
    """
    changes = [change for line, piece in zip(lines, pieces, strict=True) for change in _changes(line, piece)]
    shown = [_painted(*change, colour=colour) for change in changes[:_MOST]]
    if len(changes) > _MOST:
        shown.append(f"  and {len(changes) - _MOST} more lines")
    return "".join(f"{line}\n" for line in shown)


def _changes(line: str, piece: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    if piece == (line,):
        return
    if line not in piece:
        yield "-", line
    for new in piece:
        yield " " if new == line else "+", new


def _painted(mark: str, line: str, *, colour: bool) -> str:
    text = f"{mark} {visible(line[:_WIDE])}{'…' if len(line) > _WIDE else ''}".rstrip()
    code = _COLOURS.get(mark) if colour else ""
    return f"\x1b[{code}m{text}\x1b[0m" if code else text
