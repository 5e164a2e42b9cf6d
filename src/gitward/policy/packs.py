"""The policies that come with gitward, as files: `extends: [builtin:NAME]`."""

from __future__ import annotations

import os

PREFIX = "builtin:"
_FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "packs")


def names() -> tuple[str, ...]:
    """The packs that there are, sorted, without the prefix."""
    return tuple(sorted(name.removesuffix(".yaml") for name in os.listdir(_FOLDER) if name.endswith(".yaml")))


def read(name: str) -> bytes | None:
    """The bytes of `builtin:NAME`; None where there is no such pack."""
    pack = name.removeprefix(PREFIX)
    if pack not in names():
        return None
    with open(os.path.join(_FOLDER, f"{pack}.yaml"), "rb") as file:
        return file.read()
