"""The bytes of all files of a policy in one piece, so that it can be read again when they are gone.

Canonical JSON: `{"files": [[NAME, BASE64], ..], "name": NAME, "version": 1}`. Built-in packs are not in it: they are gitward's.
Whoever reads it back compares digests: a policy's is over the bytes of its files, so a piece cannot pass for another policy.
"""

from __future__ import annotations

import json
from base64 import b64decode, b64encode

from gitward.canonical import canonical, text
from gitward.errors import PolicyError
from gitward.policy import build, packs
from gitward.policy.load import load_plain, load_policy

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from gitward.model import Policy

    Reader = Callable[[str], bytes | None]

MAXIMUM = 4 << 20  # bytes of a piece; a larger policy has none


def load_whole(read: Reader, name: str, source: str) -> tuple[Policy, bytes]:
    """The policy file `name`, and its files in one piece, b"" where they are too large. `read` as in `load_policy`."""
    seen: dict[str, bytes | None] = {}

    def reading(file: str) -> bytes | None:
        if file not in seen:
            seen[file] = read(file)
        return seen[file]

    plain = load_plain(reading, name, source).plain
    files = sorted(file for file, _ in plain["files"] if not file.startswith(packs.PREFIX))
    if sum(len(seen[file] or b"") for file in files) > MAXIMUM * 3 // 4:
        return build.policy(plain), b""
    listed = [[text(file), b64encode(seen[file] or b"").decode()] for file in files]
    whole = canonical({"files": listed, "name": text(name), "version": 1})
    return build.policy(plain), whole if len(whole) <= MAXIMUM else b""


def load_again(whole: bytes, digest: str, source: str) -> Policy | None:
    """The policy of such a piece; None where this gitward does not make of it the one with this digest."""
    try:
        found = json.loads(whole)
        files = {_plain(name): b64decode(content, validate=True) for name, content in found["files"]}
        policy = load_policy(files.get, _plain(found["name"]), source)
    except (PolicyError, ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return None
    return policy if policy.digest == digest else None


def _plain(name: str | dict[str, str]) -> str:
    return name if isinstance(name, str) else b64decode(name["b64"], validate=True).decode("utf-8", "surrogateescape")
