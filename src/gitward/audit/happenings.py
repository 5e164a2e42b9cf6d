"""Events about the log itself and about administration (`log.*`, `key.*`, ...): one function makes them all."""

from __future__ import annotations

import getpass
import os
import socket

from gitward import __version__, clock
from gitward.canonical import canonical, text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

SCHEMA = "gitward.event/1"


def happening(name: str, *, outcome: str = "done", action: str = "", **parts: Any) -> bytes:
    """The event `name` by whoever runs this process, with the parts that this class has, as canonical bytes."""
    return canonical({
        "schema": SCHEMA,
        "id": clock.new_id(),
        "time": clock.now(),
        "emitter": {"host": text(socket.gethostname()), "version": __version__, "trust": "server"},
        "event": {"class": name, "outcome": outcome, **({"action": action} if action else {})},
        "actor": {"type": "human" if os.isatty(0) else "system", "id": None, "display": text(_user())},
        **parts,
    })


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return str(os.getuid())
