"""How far each sink has come: a cursor per sink, `cursors/NAME` in the log's folder, holds the seq of the next entry to ship."""

from __future__ import annotations

import os

from gitward.review.gap import Gap

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator


def lagging(directory: str, size: int) -> Iterator[Gap]:
    """A gap for every sink that is behind, ahead, or whose cursor cannot be read. `size` counts the entries of the log."""
    folder = os.path.join(directory, "cursors")
    try:
        names = sorted(os.listdir(folder))
    except FileNotFoundError:
        return
    for name in names:
        try:
            with open(os.path.join(folder, name), encoding="ascii") as file:
                cursor = int(file.read(64))
        except (OSError, ValueError):
            yield Gap(weight="unknown", kind="sink", where=name, text="its cursor cannot be read")
            continue
        if cursor > size:
            text = f"it was sent {cursor} entries, and the log holds {size}: the log was cut, or is another"
            yield Gap(weight="contradiction", kind="sink", where=name, text=text)
        elif cursor < size:
            yield Gap(weight="note", kind="sink", where=name, text=f"{size - cursor} entries are not yet sent")
