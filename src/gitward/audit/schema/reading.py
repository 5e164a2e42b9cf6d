"""Reading an event that is as it should be, for a verifier of millions: parsed, held against the schema and canonical in one go.

pydantic's validator parses the bytes itself, and gives the fields in the order of the schema. Where that is the order of their
names, what it gives, written down again, is the canonical form. So an event that is written down as the same bytes, with the keys
of its free parts in order, is valid and canonical; of any other this module says nothing.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from pydantic_core import SchemaValidator, ValidationError, to_json

from gitward.audit.schema import _adapter
from gitward.audit.schema.classes import needs

_KNOWN: set[tuple[str, ...]] = set()  # keys of objects that are in order; bounded, a hostile log has any number
_MOST = 10_000
_TYPED = {"typed-dict", "typed-dict-field", "nullable", "none", "str", "int", "bool", "literal", "list", "tuple", "union"}


def read(raw: bytes) -> dict[str, Any] | None:
    """The event, if these are the canonical bytes of one that has nothing wrong with it; None for anything else."""
    validator, free = _tools()
    try:
        event = validator.validate_json(raw, strict=True)
        if to_json(event) != raw:
            return None
        if not free.isdisjoint(event) and not _is_ordered([event[name] for name in free.intersection(event)]):
            return None
    except (ValidationError, ValueError, RecursionError):
        return None
    wanted = needs(event["event"]["class"])
    return event if wanted is not None and event.keys() >= set(wanted) else None


@cache
def _tools() -> tuple[SchemaValidator, frozenset[str]]:
    """A validator with fields in the order of their names, and the fields with objects of any keys."""
    adapter = _adapter()
    core: Any = _sorted(adapter.core_schema)
    plain = frozenset(each["ref"] for each in core.get("definitions", ()) if _is_typed(each, frozenset()))
    fields = core.get("schema", core)["fields"]
    free = frozenset(name for name, field in fields.items() if not _is_typed(field, plain))
    return SchemaValidator(core), free


def _is_typed(schema: Any, plain: frozenset[str]) -> bool:
    """Whether a core schema holds no objects but those with the fields of a typed dict; `plain` are references to such."""
    if isinstance(schema, list | tuple):
        return all(_is_typed(each, plain) for each in schema)
    if not isinstance(schema, dict) or schema.get("schema_ref") in plain:
        return True
    if isinstance(schema.get("type"), str) and schema["type"] not in _TYPED:
        return False
    return all(_is_typed(inner, plain) for name, inner in schema.items() if name not in ("metadata", "config", "serialization"))


def _sorted(schema: Any) -> Any:
    """A core schema of pydantic's with the fields of every typed dict in order."""
    if isinstance(schema, list):
        return [_sorted(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    found = {name: _sorted(inner) for name, inner in schema.items()}
    if found.get("type") == "typed-dict":
        found["fields"] = dict(sorted(found["fields"].items()))
    return found


def _is_ordered(value: Any) -> bool:
    """Whether the keys of every object are in order."""
    if type(value) is dict:
        keys = tuple(value)
        if keys not in _KNOWN:
            if list(keys) != sorted(keys):
                return False
            if len(_KNOWN) >= _MOST:
                _KNOWN.clear()
            _KNOWN.add(keys)
        value = value.values()
    return all(_is_ordered(each) for each in value if type(each) is dict or type(each) is list)
