"""Who says so: the machine and the program that an event comes from."""

from __future__ import annotations

import os

from gitward import __version__
from gitward.canonical import text
from gitward.durable import boot

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Literal

    Trust = Literal["server", "ci", "observed"]


def emitter(trust: Trust, version: str = __version__) -> dict[str, Any]:
    """`trust` says on whose word it rests: a server's hook or command, a CI job, or what was seen from outside."""
    return {"host": text(os.uname().nodename), "boot": boot().decode() or None, "version": version, "trust": trust}
