"""What git did with a decision: `ref.updated` for each transaction of refs, `receive.completed` for a push that came to its end.

A decision's event says what may happen, these say what did. They are joined by session, ref, old and new oid.
"""

from __future__ import annotations

import hashlib
import os

from gitward import clock
from gitward.audit.emitter import emitter
from gitward.audit.entry import MAXIMUM_EVENT
from gitward.audit.log import Item
from gitward.audit.session import command_of, session_id
from gitward.canonical import canonical, text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    Updated = tuple[str, str, str]  # ref, old, new; an oid of zeros stands for no object

SCHEMA = "gitward.event/1"
UPDATES_KEPT = 50


def ref_updated(git_dir: str, updates: Sequence[Updated]) -> Item:
    """One transaction of refs that git has carried out, as reference-transaction saw it."""
    return _outcome("ref.updated", "update", git_dir, updates)


def receive_completed(git_dir: str, updates: Sequence[Updated]) -> Item:
    """A push that came to its end, with the ref updates that git says it made (githooks(5), post-receive)."""
    return _outcome("receive.completed", "push", git_dir, updates)


def _outcome(name: str, action: str, git_dir: str, updates: Sequence[Updated]) -> Item:
    every = [_update(*update) for update in updates]
    kept = UPDATES_KEPT
    evidence = canonical(every) if len(every) > kept else b""
    event = {
        "schema": SCHEMA,
        "id": clock.new_id(),
        "time": clock.now(),
        "emitter": emitter("server"),
        "event": {"class": name, "action": action, "outcome": "done"},
        "actor": {"type": "system", "id": None, "display": None},
        "session": {"id": session_id(), "command": command_of(os.getppid()), "uid": os.getuid()},
        "repository": text(os.path.realpath(git_dir)),
        "updates": every[:kept],
        "update_count": len(every),
        "updates_evidence": _named(evidence),
    }
    written = canonical(event)
    while len(written) > MAXIMUM_EVENT:  # names of refs may be long
        kept //= 2
        evidence = evidence or canonical(every)
        written = canonical({**event, "updates": every[:kept], "updates_evidence": _named(evidence)})
    return Item(event=written, evidence=(evidence,) if evidence else ())


def _update(ref: str, old: str, new: str) -> dict[str, Any]:
    """Whether it went forward, nobody asks: the decision knows."""
    kind = "create" if not old.strip("0") else "delete" if not new.strip("0") else None
    return {"ref": text(ref), "alias": "", "old": old, "new": new, "ancestry": kind}


def _named(blob: bytes) -> dict[str, Any] | None:
    return {"sha256": hashlib.sha256(blob).hexdigest(), "bytes": len(blob)} if blob else None
