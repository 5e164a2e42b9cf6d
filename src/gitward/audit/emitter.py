"""Who says so: the machine and the program that an event comes from."""

from __future__ import annotations

import os

from gitward import __version__
from gitward.canonical import text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Literal

    Trust = Literal["server", "ci", "observed"]


def emitter(trust: Trust, version: str = __version__) -> dict[str, Any]:
    """`trust` says on whose word it rests: a server's hook or command, a CI job, or what was seen from outside."""
    return {"host": text(os.uname().nodename), "boot": _boot(), "version": version, "trust": trust}


def _boot() -> str | None:
    """The kernel's id of this boot (random(4)), None where it says none."""
    try:
        with open("/proc/sys/kernel/random/boot_id", encoding="ascii") as file:
            return file.read(36) or None
    except (OSError, ValueError):
        return None
