"""Frozen, slotted, keyword-only values: what `dataclasses` gives, without its price at start-up.

The commit-msg hook runs on every commit, and `import dataclasses` alone takes longer than a bare interpreter; each frozen
slotted class costs almost a millisecond more. `record` reads the same class syntax and makes the same kind of value.
Annotations are never evaluated here, so a rule's option types cost nothing until `policy.load` resolves them.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, TypeVar, dataclass_transform

    T = TypeVar("T")
else:

    def dataclass_transform(**_options):
        return lambda function: function


_set = object.__setattr__


def _refuse(self: object, name: str, _value: object = None) -> None:
    raise AttributeError(f"{type(self).__name__}.{name} cannot be changed: records are frozen")


def _equal(self: Any, other: object) -> bool:
    return type(self) is type(other) and values(self) == values(other)


def _hash(self: Any) -> int:
    return hash((type(self), *values(self).values()))


def _repr(self: Any) -> str:
    return f"{type(self).__name__}({', '.join(f'{name}={value!r}' for name, value in values(self).items())})"


def _reduce(self: Any) -> tuple[Any, ...]:
    return _restored, (type(self), *[getattr(self, name) for name in self.__fields__])


def _restored(cls: type[T], *state: Any) -> T:
    self = object.__new__(cls)
    for name, value in zip(cls.__fields__, state, strict=True):  # type: ignore[attr-defined]
        _set(self, name, value)
    return self


def _parameters(names: tuple[str, ...], defaults: dict[str, Any]) -> str:
    return "".join(f", {name}=defaults['{name}']" if name in defaults else f", {name}" for name in names)


def _initialiser(names: tuple[str, ...], defaults: dict[str, Any]) -> Any:
    """An `__init__` with keyword-only parameters, one slot each; a missing one is Python's own TypeError."""
    parameters = _parameters(names, defaults)
    body = "".join(f"\n    set(self, '{name}', {name})" for name in names) or "\n    pass"
    scope: dict[str, Any] = {"set": _set, "defaults": defaults}
    exec(f"def __init__(self{', *' + parameters if names else ''}):{body}", scope)  # noqa: S102  field names of our own
    return scope["__init__"]


_OFTEN = 100  # instances: beyond about so many a compiled `__init__` has saved the time that it takes to compile
_filled: dict[type, int] = {}


def _filled_by_name(self: Any, *arguments: Any, **given: Any) -> None:
    """Fill a record field by field, as most classes are made a few times in one process or never.

    A class that is made often, or called with fields that it has not, gets an `__init__` of its own.
    """
    cls = type(self)
    filled = _filled[cls] = _filled.get(cls, 0) + 1
    whole = {**cls.__defaults__, **given}
    if arguments or filled > _OFTEN or whole.keys() != set(cls.__fields__):
        cls.__init__ = _initialiser(cls.__fields__, cls.__defaults__)
        cls.__init__(self, *arguments, **given)
        return
    for name, value in whole.items():
        _set(self, name, value)


@dataclass_transform(frozen_default=True, kw_only_default=True)
def record(cls: type[T]) -> type[T]:
    """Make of an annotated class a frozen record. Defaults must be immutable. Class constants carry no annotation."""
    names = tuple(cls.__annotations__)  # of the class itself, never of a base (3.10 and newer)
    defaults = {name: cls.__dict__[name] for name in names if name in cls.__dict__}
    space = {
        name: value
        for name, value in cls.__dict__.items()
        if name not in defaults and name not in ("__dict__", "__weakref__", "__slots__")
    }
    methods = {
        "__slots__": names,
        "__fields__": names,
        "__defaults__": defaults,
        "__init__": _filled_by_name,
        "__setattr__": _refuse,
        "__delattr__": _refuse,
        "__eq__": _equal,
        "__hash__": _hash,
        "__repr__": _repr,
        "__reduce__": _reduce,
    }
    return type(cls.__name__, cls.__bases__, {**methods, **space})


def maker(cls: type[T]) -> type[T]:
    """A function that is called as the class is, and makes the same record in about a third of the time.

    For what is made for every commit. It fills an open twin of the class, with the same slots, by plain assignment, and
    turns it into the record when it is whole. (Typed as the class, so that its arguments are checked.)
    """
    names, defaults = cls.__fields__, cls.__defaults__  # type: ignore[attr-defined]
    twin = type(cls.__name__, cls.__bases__, {"__slots__": names})
    stores = "".join(f"\n    self.{name} = {name}" for name in names)
    scope: dict[str, Any] = {"new": object.__new__, "twin": twin, "cls": cls, "defaults": defaults}
    head = f"def make(*{_parameters(names, defaults)}):"
    exec(f"{head}\n    self = new(twin){stores}\n    self.__class__ = cls\n    return self", scope)  # noqa: S102  as above
    return scope["make"]  # type: ignore[no-any-return]


def fields(of: Any) -> tuple[str, ...]:
    """The field names of a record or of its class, in the order of their definition."""
    return of.__fields__  # type: ignore[no-any-return]


def values(of: Any) -> dict[str, Any]:
    """The fields of a record as a dict, shallow."""
    return {name: getattr(of, name) for name in of.__fields__}


def is_record(of: Any) -> bool:
    return hasattr(of, "__fields__")


def given(of: Any) -> dict[str, Any]:
    """The fields of a record that are not as they are when left out."""
    defaults = of.__defaults__
    return {name: value for name, value in values(of).items() if name not in defaults or value != defaults[name]}


def as_json(of: Any) -> Any:
    """A record as JSON knows it: a dict, with lists for tuples, all the way down."""
    if is_record(of):
        return {name: as_json(value) for name, value in values(of).items()}
    return [as_json(item) for item in of] if isinstance(of, tuple) else of


def replace(of: T, **changes: Any) -> T:
    """A copy of a record with some fields changed."""
    return type(of)(**{**values(of), **changes})
