"""Whether an event has the shape of `gitward.event/1`: what every event has, and a class that gitward knows."""

from __future__ import annotations

import re

from gitward.audit.happenings import SCHEMA

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_ID = re.compile(r"[0-7][0-9A-HJKMNP-TV-Z]{25}")
_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6}Z")
_FAMILIES = re.compile(r"(?:decision|ref|receive|statement|policy|role|key|waiver|break_glass|anomaly|incident|log|deploy)"
                       r"\.[a-z][a-z_]{0,40}")  # fmt: skip


def problem(event: dict[str, Any]) -> str:
    """What is wrong with the event, '' where nothing is."""
    schema, identity, time = event.get("schema"), event.get("id"), event.get("time")
    if schema != SCHEMA:
        return f"schema is not {SCHEMA}"
    if type(identity) is not str or not _ID.fullmatch(identity):
        return "id is no ULID"
    if type(time) is not str or not _TIME.fullmatch(time):
        return "time is none"
    if type(event.get("emitter")) is not dict or type(event.get("actor")) is not dict:
        return "emitter or actor is missing"
    about = event.get("event")
    if type(about) is not dict or type(about.get("class")) is not str or not _FAMILIES.fullmatch(about["class"]):
        return "event.class is none that gitward knows"
    return ""
