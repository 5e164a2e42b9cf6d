"""pre-push: what is about to be pushed, judged in the clone as the server will. Source: githooks(5), pre-push."""

from __future__ import annotations

from gitward.errors import Undecided
from gitward.model import RawUpdate, Request, is_zero

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping


def request(stdin: bytes, existing: Mapping[str, str]) -> Request | None:
    """`local-ref SP local-oid SP remote-ref SP remote-oid LF` per line; None where there is nothing to push."""
    lines = stdin.split(b"\n")
    if lines.pop() != b"":
        raise Undecided("the list of refs to push is cut off", "push again", "malformed-input")
    if not lines:
        return None
    return Request(stage="push", updates=tuple(_update(number, line) for number, line in enumerate(lines, 1)),
                   existing=existing)  # fmt: skip


def _update(number: int, line: bytes) -> RawUpdate:
    # a local ref may be an expression with spaces ("HEAD@{1 day ago}"), so the fields are taken from the right
    parts = line.decode("utf-8", "surrogateescape").rsplit(" ", 3)
    if len(parts) != 4 or not parts[2].startswith("refs/") or len(parts[1]) != len(parts[3]):
        raise Undecided(f"line {number} of the refs to push is malformed", "push again", "malformed-input")
    _, local, ref, remote = parts
    return RawUpdate(old=remote, new=local, ref=ref)


def remote_refs(refs: Mapping[str, str], remote: str, updates: tuple[RawUpdate, ...] = ()) -> dict[str, str]:
    """The remote's refs as far as the clone knows them: its tracking branches, and what git just said of the pushed ones."""
    prefix = f"refs/remotes/{remote}/"
    known = {
        f"refs/heads/{name[len(prefix) :]}": oid
        for name, oid in refs.items()
        if name.startswith(prefix) and name != f"{prefix}HEAD"
    }
    for update in updates:
        if is_zero(update.old):
            known.pop(update.ref, None)
        else:
            known[update.ref] = update.old
    return known
