"""Events about the log itself and about administration (`log.*`, `key.*`, ...): one function makes them all."""

from __future__ import annotations

import os

from gitward import clock
from gitward.audit.emitter import emitter
from gitward.audit.item import Item
from gitward.audit.personal import Commitments
from gitward.canonical import canonical

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

SCHEMA = "gitward.event/1"
POLICY_CHANGED = "policy.changed"
BASELINE_CHANGED = "baseline.changed"


def act(name: str, *, outcome: str = "done", action: str = "", evidence: tuple[bytes, ...] = (), **parts: Any) -> Item:
    """What whoever runs this process did: the event `name`, with the parts that this class has.

    The name of the operating system's user may be somebody's own: it stands behind a commitment.
    """
    made, event_id = Commitments(), clock.new_id()
    display = made.commit("/actor/display", user_name())
    actor = {"type": "human" if _at_terminal() else "system", "id": None, "display": display}
    event = _event(name, outcome, action, event_id, actor, parts)
    return Item(event=event, personal=made.line(event_id), evidence=evidence)


def happening(name: str, *, outcome: str = "done", action: str = "", **parts: Any) -> bytes:
    """What the log or a hook does by itself: the event `name`, with the parts that this class has, as canonical bytes."""
    return _event(name, outcome, action, clock.new_id(), {"type": "system", "id": None}, parts)


def _event(name: str, outcome: str, action: str, event_id: str, actor: dict[str, Any], parts: dict[str, Any]) -> bytes:
    return canonical({
        "schema": SCHEMA,
        "id": event_id,
        "time": clock.now(),
        "emitter": emitter("server"),
        "event": {"class": name, "outcome": outcome, **({"action": action} if action else {})},
        "actor": actor,
        **parts,
    })


def _at_terminal() -> bool:
    try:
        return os.isatty(0)
    except OSError:
        return False


def user_name() -> str:
    """The operating system's name of who runs this process, or the number."""
    import getpass

    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return str(os.getuid())
