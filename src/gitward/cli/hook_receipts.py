"""pre-push, for a remote that gives receipts: note what goes, and look for the receipts of what went. It stops no push."""

from __future__ import annotations

import os
import time

from gitward.adapters import pushed
from gitward.cli.output import say
from gitward.errors import GitwardError
from gitward.render.escape import visible

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from gitward.adapters.clone import Clone
    from gitward.model import RawUpdate

_EVERY_SECONDS = 600  # the remote is asked at most so often, and only about what is older
_PATIENCE = 10.0


def at_push(clone: Clone, remote: str, updates: Sequence[RawUpdate]) -> None:
    """Say what is missing, then note what is about to go. What goes wrong here is said, and the push goes on."""
    if not pushed.gives_receipts(clone.config, remote):
        return
    try:
        if _is_time(clone.git_dir, remote):
            _look(clone, remote)
    except Exception as problem:  # noqa: BLE001  a receipt that cannot be looked for is no reason to stop a push
        words = problem.message if isinstance(problem, GitwardError) else f"it crashed with {type(problem).__name__}"
        say(f"gitward: no receipts were looked for: {visible(words)}")
    try:
        pushed.note(clone.git_dir, remote, updates)
    except OSError as problem:
        say(f"gitward: this push is not noted, so its receipt will not be looked for: {problem.strerror}")


def _look(clone: Clone, remote: str) -> None:
    from gitward.adapters.receipts import settle
    from gitward.tlog import note

    keys = [note.public_key(word) for word in pushed.public_key(clone.config).split()]
    for each in settle(clone.git_dir, remote, keys, seconds=_PATIENCE):
        if each.state in ("missing", "false", "waiting"):
            kind = "warning" if each.state == "waiting" else "error"
            say(f"gitward: {kind}[receipt] {visible(each.pushed.ref)} {each.pushed.new[:12]}: {visible(each.words)}")
            if kind == "error":
                say("  fix: ask whoever runs the server; to look again: gitward audit proof --mine")


def _is_time(git_dir: str, remote: str) -> bool:
    """Whether something has waited long enough, and the remote was not asked a moment ago."""
    now = time.time()
    if not any(each.remote == remote and now - each.time > _EVERY_SECONDS for each in pushed.waiting(git_dir)):
        return False
    path = os.path.join(git_dir, "gitward", "receipts-asked")
    try:
        if now - os.stat(path).st_mtime < _EVERY_SECONDS:
            return False
    except FileNotFoundError:
        pass
    with open(path, "w", encoding="ascii"):
        return True
