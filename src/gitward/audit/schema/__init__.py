"""Whether an event is one: `gitward.event/1` as a schema, for whoever reads a log that may be anybody's.

Unknown keys are refused, types are exact, sizes are bounded. Made for a million events: an event of 900 bytes takes some
microseconds. The same types give docs/event.schema.json and docs/events.md. This package alone of `audit` imports pydantic.
"""

from __future__ import annotations

from functools import cache
from itertools import takewhile
from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter, ValidationError

from gitward.audit.entry import MAXIMUM_EVENT
from gitward.audit.happenings import SCHEMA
from gitward.audit.schema.classes import needs
from gitward.audit.schema.event import PARTS, Event
from gitward.canonical import canonical

if TYPE_CHECKING:
    from pydantic_core import SchemaValidator

_SHOWN = 200  # characters of a complaint
_FORMS = ("str", "constrained-str", "B64", "Commitment")  # how pydantic calls the forms that a field may have


@cache
def _adapter() -> TypeAdapter[Event]:
    return TypeAdapter(Event)


@cache
def _validator() -> SchemaValidator:
    return _adapter().validator  # type: ignore[return-value]


def problem(event: Any, *, newer: bool = False) -> str:
    """What is wrong with an event, a parsed JSON value; '' where nothing is. The words are bounded, and not escaped.

    With `newer`, fields and classes that are not known here are no fault: a later minor version may have added them.
    """
    try:
        _validator().validate_python(event)
    except ValidationError as failed:
        if wrong := _words(failed, newer=newer):
            return wrong
    except RecursionError:
        return "it is nested too deeply"
    name = event["event"]["class"]
    wanted = needs(name)
    if wanted is None:
        return "" if newer else f"there is no class {name[:60]!r}"
    for part in wanted:
        if part not in event:
            return f"an event of class {name} has no {part!r}"
    return ""


def problem_of_bytes(raw: bytes, event: Any) -> str:
    """The same of the bytes as well, of which `event` was parsed: whether they are the canonical ones, and not too many."""
    if len(raw) > MAXIMUM_EVENT:
        return f"it has {len(raw)} bytes, {MAXIMUM_EVENT} are allowed"
    wrong = problem(event)
    if wrong:
        return wrong
    return "" if canonical(event) == raw else "its bytes are not the canonical ones"


def json_schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of an event."""
    plain = _adapter().json_schema(by_alias=True)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": SCHEMA, **plain}


def _words(failed: ValidationError, *, newer: bool) -> str:
    every = failed.errors(include_url=False, include_context=False, include_input=False)
    first = next((each for each in every if not (newer and each["type"] == "extra_forbidden")), None)
    if first is None:
        return ""
    place = ".".join(str(part)[:40] for part in takewhile(lambda part: part not in _FORMS, first["loc"]))
    part = place.partition(".")[0]
    if part in PARTS and len(first["loc"]) > 1:
        return f"{part}: it holds what no part may hold: a float, or what is too long, too deep, or oddly named"
    return f"{place}: {first['msg']}"[:_SHOWN] if place else first["msg"][:_SHOWN]
