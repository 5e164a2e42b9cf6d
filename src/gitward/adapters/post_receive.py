"""post-receive: the ref updates that git says a push made. Source: githooks(5), post-receive."""

from __future__ import annotations

from gitward.errors import Undecided


def updates_of(stdin: bytes) -> list[tuple[str, str, str]]:
    """`old SP new SP ref LF` per line, as (ref, old, new). Raises Undecided for a line that is none: git never writes one."""
    lines = stdin.decode("utf-8", "surrogateescape").split("\n")
    found = []
    for line in lines:
        if not line:
            continue
        old, _, rest = line.partition(" ")
        new, _, ref = rest.partition(" ")
        if not (old and new and ref.startswith("refs/")) or (old + new).strip("0123456789abcdef"):
            raise Undecided("a line of the ref updates is malformed", "report it with your version of git", "malformed-input")
        found.append((ref, old, new))
    return found
