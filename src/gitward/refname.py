"""Names of refs and paths. Source: git-check-ref-format(1)."""

from __future__ import annotations

import re
import unicodedata

_NO_NAME = re.compile(r"[\x00-\x20\x7f~^:?*\[\\]|\.\.|@\{|//|(?:^|/)\.|\.lock(?:/|$)|[./]$|^/|^$")


def is_ref(name: str) -> bool:
    """Whether git allows a name, in full, as that of a ref below `refs/`."""
    return name.startswith("refs/") and name not in ("refs/heads/", "refs/tags/") and not _NO_NAME.search(name)


def folded(name: str) -> str:
    """Two names that are folded alike are one file on some systems, and one name to a reader."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())
