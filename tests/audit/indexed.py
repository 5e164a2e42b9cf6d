"""Logs with events in them, for the tests of what reads a log."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from gitward import clock
from gitward.audit import creation, log
from gitward.audit.log import Item
from gitward.audit.personal import Commitments
from gitward.canonical import canonical

ZERO = "0" * 40
ORIGIN = "git.example.com/log"


def made(folder: Path) -> str:
    creation.make(str(folder), ORIGIN)
    return str(folder)


def event(name: str = "decision.receive", outcome: str = "allowed", **parts: Any) -> dict[str, Any]:
    return {"schema": "gitward.event/1", "id": clock.new_id(), "time": clock.now(), "emitter": {"trust": "server"},
            "event": {"class": name, "outcome": outcome}, "actor": {"id": "ann"}, **parts}  # fmt: skip


def update(ref: str = "refs/heads/main", old: str = ZERO, new: str = "1" * 40) -> dict[str, str]:
    return {"ref": ref, "alias": "", "old": old, "new": new, "ancestry": "ff"}


def add(directory: str, *events: dict[str, Any]) -> list[int]:
    return log.append_all(directory, tuple(Item(event=canonical(each)) for each in events))


def add_personal(directory: str, of: dict[str, Any], name: str) -> int:
    """An event whose actor is known by name alone, which is personal."""
    hidden = Commitments()
    whole = {**of, "actor": {"id": None, "display": hidden.commit("/actor/display", name)}}
    return log.append(directory, canonical(whole), hidden.line(of["id"]))


def lines(directory: str) -> list[Any]:
    """What stands in the log, segment by segment."""
    paths = sorted(Path(directory).glob("*.jsonl"))
    return [json.loads(line) for path in paths for line in path.read_bytes().splitlines()]
