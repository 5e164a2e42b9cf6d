"""Text of a shape that a regular expression says, for the records of the grammar."""

from __future__ import annotations

import re
from typing import Annotated

from gitward.bounds import MinLen
from gitward.shapes import Checked, Refused


class Shaped(Checked):
    """Text of one shape."""

    def __init__(self, pattern: str, what: str, fix: str = "") -> None:
        self.pattern = re.compile(pattern)
        self.what, self.fix = what, fix
        self.json_schema = {"pattern": f"^({pattern})$"}  # type: ignore[misc]  # of this marker, not of its class

    def check(self, value: str) -> str:
        if not self.pattern.fullmatch(value):
            raise Refused(f"{value!r} is not {self.what}", self.fix)
        return value


KEBAB = r"[a-z0-9]+(-[a-z0-9]+)*"
Id = Annotated[str, Shaped(KEBAB, "an id", "lower-case letters, digits and single hyphens: change-ticket")]
RefNames = Annotated[tuple[Annotated[str, MinLen(1)], ...], MinLen(1)]
"""Patterns of refs and names of ref sets, each with or without a leading `!`."""
