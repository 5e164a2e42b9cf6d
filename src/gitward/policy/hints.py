"""The types of a record's fields: the grammar of a policy and the options of its rules.

Annotations of records are strings that nobody evaluates at start-up, and name types that are imported for type checkers
only. Here they are resolved, for the records that a policy uses. The markers say how a scalar, which is text, is read.
"""

from __future__ import annotations

import collections.abc
import keyword
import re
import sys
import types
import typing
from functools import cache
from typing import Annotated, Any, ClassVar, Literal, Union, get_args, get_origin

from gitward import bounds
from gitward.model import ACTIONS
from gitward.policy.compose import nearest
from gitward.record import fields, is_record
from gitward.rules import options
from gitward.shapes import Read, Refused

_NAMES = {
    **vars(collections.abc), **vars(typing), **vars(bounds), **vars(options), "Action": Literal[ACTIONS],
}  # fmt: skip
_WHOLE = re.compile(r"-?(0|[1-9][0-9]{0,17})")


class Whole(Read):
    """A whole number in decimal. `0123` and `1_000` are not the same to every reader of YAML, and are refused."""

    json_schema: ClassVar[dict[str, Any]] = {"type": "integer"}

    def check(self, value: str) -> int:
        if not _WHOLE.fullmatch(value):
            raise Refused(f"{value!r} is not a whole number")
        return int(value)


class Truth(Read):
    """`true` or `false`, and none of the other words that YAML 1.1 takes for them."""

    json_schema: ClassVar[dict[str, Any]] = {"type": "boolean"}

    def check(self, value: str) -> bool:
        if value not in ("true", "false"):
            raise Refused(f"{value!r} is neither true nor false")
        return value == "true"


class OneOf(Read):
    """One of a few words."""

    def __init__(self, words: tuple[str, ...]) -> None:
        self.words = words
        self.json_schema = {"enum": list(words)}  # type: ignore[misc]  # of this marker, not of its class

    def check(self, value: str) -> str:
        if value not in self.words:
            raise Refused(f"{value!r} is not one of {', '.join(self.words)}{nearest(value, self.words)}")
        return value


_HYPHENED = {"unaudited_updates": "unaudited-updates"}


@cache
def hints(of: type) -> dict[str, Any]:
    """The fields of a record class by their names in YAML, with their types."""
    names = {**_NAMES, **vars(sys.modules[of.__module__])}
    resolved = typing.get_type_hints(of, globalns=names, localns=names, include_extras=True)
    return {yaml_name(name): resolved[name] for name in fields(of)}


def yaml_name(field: str) -> str:
    """`in_` is `in` in YAML; a few names have a hyphen there."""
    if field in _HYPHENED:
        return _HYPHENED[field]
    return field[:-1] if field.endswith("_") and keyword.iskeyword(field[:-1]) else field


def field_name(name: str) -> str:
    """The inverse of `yaml_name`."""
    if name in _HYPHENED.values():
        return name.replace("-", "_")
    return f"{name}_" if keyword.iskeyword(name) else name


def arms(hint: Any) -> tuple[Any, ...]:
    """The alternatives of a type, without None: in YAML a value that is None is left out."""
    if get_origin(hint) in (Union, types.UnionType):
        return tuple(arm for arm in get_args(hint) if arm is not type(None))
    return (hint,)


def shape(hint: Any) -> str:
    """Which kind of YAML node a type is written as: mapping, list or text."""
    plain = get_args(hint)[0] if get_origin(hint) is Annotated else hint
    kind = get_origin(plain) or plain
    return "mapping" if is_record(plain) or kind is dict else "list" if kind is tuple else "text"


def inner(hint: Any, step: str | int) -> Any:
    """The type one step further in: of a field, an item or a value. None where there is none."""
    if get_origin(hint) is Annotated:
        return inner(get_args(hint)[0], step)
    for arm in arms(hint):
        if is_record(arm) and step in hints(arm):
            return hints(arm)[str(step)]
        if get_origin(arm) is tuple and isinstance(step, int):
            return get_args(arm)[0]
        if get_origin(arm) is dict:
            return get_args(arm)[1]
        if len(arms(hint)) > 1 and (found := inner(arm, step)) is not None:
            return found
    return None


def keys_of(hint: Any) -> tuple[str, ...]:
    """The keys that a mapping of this type may have; none where any may stand."""
    if get_origin(hint) is Annotated:
        return keys_of(get_args(hint)[0])
    return tuple(key for arm in arms(hint) if is_record(arm) for key in hints(arm))
