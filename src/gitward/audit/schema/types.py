"""The small types of an event's fields: what a text may be, how long, and which words there are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeAlias

from pydantic import ConfigDict, Field, StringConstraints
from typing_extensions import TypeAliasType, TypedDict

STRICT = ConfigDict(extra="forbid", strict=True)
LARGEST = (1 << 53) - 1  # RFC 8785, 3.2.2.3: a larger integer would be rounded by some readers
_IN_ORDER: Any = Field(union_mode="left_to_right")


class B64(TypedDict):
    """Text that is no UTF-8: its bytes in base 64."""

    __pydantic_config__ = STRICT  # type: ignore[misc]
    b64: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9+/]{1,30000}={0,2}$")]


class Commitment(TypedDict):
    """A personal value: HMAC-SHA-256 under a salt of its own. The value lies in the side table, until it is erased."""

    __pydantic_config__ = STRICT  # type: ignore[misc]
    commitment: Annotated[str, StringConstraints(pattern="^[0-9a-f]{64}$")]


Number: TypeAlias = Annotated[int, Field(ge=0, le=LARGEST)]
Plain: TypeAlias = Annotated[str, Field(max_length=4_096)]
Hex: TypeAlias = Annotated[str, StringConstraints(pattern="^[0-9a-f]{64}$")]
Oid: TypeAlias = Annotated[str, StringConstraints(pattern="^([0-9a-f]{40}|[0-9a-f]{64}|)$")]
Time: TypeAlias = Annotated[str, StringConstraints(
    pattern=r"^[0-9]{4}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-6][0-9]\.[0-9]{6}Z$"
)]  # fmt: skip
Ulid: TypeAlias = Annotated[str, StringConstraints(pattern="^[0-7][0-9A-HJKMNP-TV-Z]{25}$")]
Word: TypeAlias = Annotated[str, StringConstraints(pattern="^[a-z][a-z0-9_.-]{0,63}$")]
Text: TypeAlias = Annotated[Plain | B64, _IN_ORDER]
"""A string, or `{"b64": ..}` where what git gave is no UTF-8."""
Personal: TypeAlias = Commitment | None
Words: TypeAlias = Annotated[Plain | B64 | Commitment, _IN_ORDER]
"""As `Text`, and a commitment where it names people."""
Ancestry: TypeAlias = Literal["create", "ff", "non-ff", "delete", "range", "draft"]
Outcome: TypeAlias = Literal["allowed", "denied", "undecided"]
_Key: TypeAlias = Annotated[str, StringConstraints(pattern="^[A-Za-z0-9_.:/ -]{1,128}$")]
if TYPE_CHECKING:
    Anything: TypeAlias = Any
else:
    Anything = TypeAliasType(
        "Anything",
        Annotated[
            bool
            | Annotated[int, Field(ge=-LARGEST, le=LARGEST)]
            | Annotated[str, Field(max_length=16_384)]
            | Annotated[list["Anything"], Field(max_length=10_000)]
            | Annotated[dict[_Key, "Anything"], Field(max_length=1_000)]
            | None,
            _IN_ORDER,
        ],
    )
"""What only its class says more about: strings, booleans, null, integers, lists and objects, bounded."""
Part: TypeAlias = Annotated[dict[_Key, Anything], Field(max_length=100)]
