"""Bounds of numbers and lengths: markers for `Annotated`, of which `policy` makes a check and a line of the JSON Schema.

Their attributes are called as in the `annotated_types` package, and they mean the same. That package makes a dataclass of each of
its thirty markers, which took a twelfth of what a server's hook does for a push of one commit.
"""

from __future__ import annotations


class Ge:
    """A number of at least `ge`."""

    def __init__(self, ge: float) -> None:
        self.ge = ge


class Le:
    """A number of at most `le`."""

    def __init__(self, le: float) -> None:
        self.le = le


class MinLen:
    """A text or a list of at least `min_length` characters or items."""

    def __init__(self, min_length: int) -> None:
        self.min_length = min_length


class MaxLen:
    """A text or a list of at most `max_length` characters or items."""

    def __init__(self, max_length: int) -> None:
        self.max_length = max_length
