"""Names of refs. Source: git-check-ref-format(1)."""

from __future__ import annotations

import re

_NO_NAME = re.compile(r"[\x00-\x20\x7f~^:?*\[\\]|\.\.|@\{|//|(?:^|/)\.|\.lock(?:/|$)|[./]$|^/|^$")


def is_ref(name: str) -> bool:
    """Whether git allows a name, in full, as that of a ref below `refs/`."""
    return name.startswith("refs/") and name not in ("refs/heads/", "refs/tags/") and not _NO_NAME.search(name)
