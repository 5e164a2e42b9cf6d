"""SSH's wire format (RFC 4251, 5), read strictly: every number is written in its one shortest form, every field fills."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal

    Outcome = Literal["bad", "malformed", "unsupported"]

_SHOWN = 40


class Refused(Exception):
    """A signature, key or certificate is not what it should be: `outcome` as in a Proof, `detail` for people."""

    def __init__(self, outcome: Outcome, detail: str) -> None:
        super().__init__(detail)
        self.outcome: Outcome = outcome
        self.detail = detail


class Fields:
    """The fields of `data`, one after the other. Whatever is not there, or not in its shortest form, is Refused."""

    __slots__ = ("at", "data", "what")

    def __init__(self, data: bytes, what: str) -> None:
        self.data, self.what, self.at = data, what, 0

    def take(self, length: int) -> bytes:
        start = self.at
        self.at = end = start + length
        if end > len(self.data):
            raise Refused("malformed", f"the {self.what} ends too early")
        return self.data[start:end]

    def number(self, length: int) -> int:
        """An unsigned number of `length` bytes: byte, uint32 or uint64."""
        return int.from_bytes(self.take(length), "big")

    def string(self) -> bytes:
        return self.take(int.from_bytes(self.take(4), "big"))

    def mpint(self) -> int:
        """A number that is not negative, without needless leading zeros."""
        value = self.string()
        if value and (value[0] > 127 or (value[0] == 0 and (len(value) == 1 or value[1] < 128))):
            raise Refused("malformed", f"the {self.what} has a number that is negative or not in its shortest form")
        return int.from_bytes(value, "big")

    def strings(self) -> tuple[bytes, ...]:
        """All that is left, as strings."""
        found = []
        while self.at < len(self.data):
            found.append(self.string())
        return tuple(found)

    def end(self) -> None:
        if self.at != len(self.data):
            raise Refused("malformed", f"the {self.what} is followed by {len(self.data) - self.at} more bytes")


def string(value: bytes) -> bytes:
    """`value` as it is written."""
    return len(value).to_bytes(4, "big") + value


def shown(value: bytes) -> str:
    """Bytes of somebody else's for a message: quoted, in ASCII, and bounded."""
    return ascii(value[:_SHOWN].decode("latin-1")) + ("..." if len(value) > _SHOWN else "")


def plainly(error: Exception) -> str:
    """What an error says, in ASCII without control characters, and bounded: it may repeat what it was given."""
    return ascii(str(error))[1:-1][:200]
