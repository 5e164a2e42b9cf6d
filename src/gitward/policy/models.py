"""From the types of a record's fields to the schema that pydantic's validator reads text by.

A core schema is a plain dict. It is written here rather than made by `TypeAdapter`, and checked by the same validator:
`import pydantic` and its walk over the types take longer than all else that happens to a policy, on every push.
"""

from __future__ import annotations

from functools import partial, reduce
from typing import Annotated, Any, Literal, get_args, get_origin

from gitward.policy.complaints import tag
from gitward.policy.hints import OneOf, Truth, Whole, arms, field_name, hints, shape
from gitward.record import is_record
from gitward.shapes import Checked, Read, Refused

_SHAPES: dict[type, str] = {dict: "mapping", list: "list", str: "text"}
_TEXT = {"type": "str"}
_PLAIN: dict[Any, dict[str, Any]] = {str: _TEXT, Any: {"type": "any"}}
_SCALARS: dict[Any, Checked] = {bool: Truth(), int: Whole()}
_BOUNDS = ("ge", "le", "min_length", "max_length")  # as `gitward.bounds` and the core schemas call them


def schema_of(hint: Any) -> dict[str, Any]:
    """A type as a core schema: scalars from text, records from mappings, alternatives told apart by their shape."""
    origin, given = get_origin(hint), get_args(hint)
    if is_record(hint):
        return _mapping(hint)
    if hint in _SCALARS:
        return _marked(_TEXT, _SCALARS[hint])
    if origin is Literal:
        return _marked(_TEXT, OneOf(given))
    if origin is Annotated:
        is_read = any(isinstance(mark, Read) for mark in given)
        return reduce(_marked, given[1:], _TEXT if is_read else schema_of(given[0]))
    if origin is tuple:
        return {"type": "tuple", "items_schema": [schema_of(given[0])], "variadic_item_index": 0}
    if origin is dict:
        return {"type": "dict", "keys_schema": schema_of(given[0]), "values_schema": schema_of(given[1])}
    if len(arms(hint)) > 1:
        choices = {tag(shape(arm)): schema_of(arm) for arm in arms(hint)}
        return {"type": "tagged-union", "choices": choices, "discriminator": _shape_of}
    return _PLAIN[hint] if arms(hint) == (hint,) else schema_of(arms(hint)[0])


def _marked(schema: dict[str, Any], mark: Any) -> dict[str, Any]:
    """A schema with one more bound or check, after those that it has."""
    if isinstance(mark, Checked):
        return {"type": "function-after", "function": {"type": "no-info", "function": mark.check}, "schema": schema}
    bound = {key: getattr(mark, key) for key in _BOUNDS if hasattr(mark, key)}
    if "min_length" in bound or "max_length" in bound:
        return {**schema, **bound}
    return {"type": "chain", "steps": [schema, {"type": "int", **bound}]}


def _shape_of(value: Any) -> str:
    return tag(_SHAPES[type(value)])


def _mapping(of: Any) -> dict[str, Any]:
    """A mapping with the fields of a record, unknown keys refused, that becomes the record."""
    names = {
        key: {"type": "typed-dict-field", "schema": schema_of(hint), "required": field_name(key) not in of.__defaults__}
        for key, hint in hints(of).items()
    }
    schema = {"type": "typed-dict", "fields": names, "extra_behavior": "forbid"}
    return {
        "type": "function-after",
        "function": {"type": "no-info", "function": partial(_record, of)},
        "schema": schema,
    }


def _record(of: Any, given: dict[str, Any]) -> Any:
    value = of(**{field_name(key): item for key, item in given.items()})
    if problem := getattr(value, "conflict", str)():
        raise Refused(problem)
    return value
