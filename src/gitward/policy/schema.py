"""The JSON Schema (2020-12) of a policy file, for editors: from the same records that `load` reads files by."""

from __future__ import annotations

import inspect
import sys
from typing import Any, Literal, get_args, get_origin

from gitward import rules
from gitward.policy.grammar import Common, Drop, File, NoRule
from gitward.policy.granted import REFUSED
from gitward.policy.hints import Truth, Whole, arms, field_name, hints
from gitward.record import is_record
from gitward.shapes import Checked, Read

_BOUNDS = {
    "array": {"min_length": "minItems", "max_length": "maxItems"},
    "string": {"min_length": "minLength", "max_length": "maxLength"},
    "integer": {"ge": "minimum", "le": "maximum"},
}


def schema() -> dict[str, Any]:
    """The schema of a whole policy file, every rule with its options."""
    whole = _of(File)
    by_name = {"type": "object", "properties": {"file": {"type": "string"}}, "required": ["file"], "additionalProperties": False}
    for key in ("principals", "groups"):
        whole["properties"][key]["anyOf"].append(by_name)
    entries = [_of(Drop), *(_rule(name) for name in rules.NAMES)]
    whole["properties"]["rules"]["items"] = {"anyOf": entries}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "gitward policy, version 1",
        **whole,
        "$defs": {"entry": _of(Common)},
    }


def _rule(name: str) -> dict[str, Any]:
    """An entry of one rule: the keys of every entry, and its options. Those of `access` are made of the policy's other parts."""
    of = rules.load(name)
    is_filled = hasattr(of, "filled_from")
    found = _of(NoRule if is_filled else of)
    common: dict[str, Any] = {
        key: {"$ref": f"#/$defs/entry/properties/{key}"} for key in hints(Common) if not (is_filled and key in REFUSED)
    }
    return {
        **found,
        "title": name,
        "description": (inspect.getdoc(sys.modules[of.__module__]) or "").split("\n")[0],
        "properties": {**common, "rule": {"const": name}, **found["properties"]},
        "required": ["rule", *found["required"]],
    }


def _of(hint: Any) -> dict[str, Any]:
    """The schema of one type of the grammar."""
    given = get_args(hint)
    if is_record(hint):
        return _mapping(hint)
    if hint in (bool, int):
        return dict((Truth if hint is bool else Whole).json_schema)
    if get_origin(hint) is Literal:
        return {"enum": list(given)}
    if get_origin(hint) is tuple:
        return {"type": "array", "items": _of(given[0])}
    if get_origin(hint) is dict:
        return {"type": "object", "additionalProperties": _of(given[1])}
    if hasattr(hint, "__metadata__"):
        found = {} if any(isinstance(mark, Read) for mark in given) else _of(given[0])
        for mark in given[1:]:
            found |= _bound(found, mark)
        return found
    if len(arms(hint)) > 1:
        return {"anyOf": [_of(arm) for arm in arms(hint)]}
    return {str: {"type": "string"}, Any: {}}[hint] if arms(hint) == (hint,) else _of(arms(hint)[0])


def _bound(found: dict[str, Any], mark: Any) -> dict[str, Any]:
    if isinstance(mark, Checked):
        return dict(mark.json_schema)
    words = _BOUNDS.get(found.get("type", ""), {})
    return {word: getattr(mark, key) for key, word in words.items() if hasattr(mark, key)}


def _mapping(of: Any) -> dict[str, Any]:
    properties = {key: _of(hint) | _default(of, key) for key, hint in hints(of).items()}
    return {
        "type": "object",
        "description": (inspect.getdoc(of) or "").split("\n")[0],
        "properties": properties,
        "required": [key for key in properties if field_name(key) not in of.__defaults__],
        "additionalProperties": False,
    }


def _default(of: Any, key: str) -> dict[str, Any]:
    value = of.__defaults__.get(field_name(key))
    if value in (None, (), "", {}) or is_record(value):
        return {}
    return {"default": list(value) if isinstance(value, tuple) else value}
