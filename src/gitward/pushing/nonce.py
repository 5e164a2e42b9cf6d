"""The nonce of a push certificate, made again from the repository's secret: was it this server that gave it out, and when?

git says so too, in GIT_PUSH_CERT_NONCE_STATUS, but a variable is a claim: git sets it only for a push that brings a
certificate, and else leaves what it was started with. Source: git's prepare_push_cert_nonce, builtin/receive-pack.c;
git-config(1), receive.certNonceSeed.
"""

from __future__ import annotations

import hmac
import re

from gitward.pushees import path_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

_NONCE = re.compile(r"([1-9][0-9]{0,11})-([0-9a-f]{40}|[0-9a-f]{64})")
_DEEPEST = 64  # folders of a path that are looked at


def issued(nonce: str, seed: str, pushee: str, git_dir: str) -> int | None:
    """When this nonce was given out for the repository at `git_dir`, in seconds since 1970; None where it never was.

    git mixes in the path that it was started with: what the client sent, or what a server program in front of git made
    of it. The hook is not told, so each path that leads to this repository is tried.
    """
    found = _NONCE.fullmatch(nonce)
    if not found or not seed:
        return None
    secret = seed.encode("utf-8", "surrogateescape")
    algorithm = "sha1" if len(found[2]) == 40 else "sha256"
    for path in _paths(pushee, git_dir):
        key = f"{path}:{found[1]}".encode("utf-8", "surrogateescape")  # git has the secret for the message
        if hmac.compare_digest(hmac.digest(key, secret, algorithm).hex(), found[2]):
            return int(found[1])
    return None


def _paths(pushee: str, git_dir: str) -> Iterator[str]:
    """git-http-backend starts git in the repository itself; git's own server over ssh with the path that was typed; others
    with the whole path, or the part of it below a folder of theirs.
    """
    yield "."
    yield path_of(pushee)
    parts = git_dir.strip("/").split("/")
    for start in range(max(0, len(parts) - _DEEPEST), len(parts)):
        below = "/".join(parts[start:])
        for path in dict.fromkeys((below, below.removesuffix("/.git"), below.removesuffix(".git"))):
            for before in ("/", ""):
                for after in ("", "/"):
                    yield f"{before}{path}{after}"
