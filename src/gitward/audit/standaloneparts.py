"""What the parts of the stand-alone verifier of bundles share: refusing, and reading what may be anybody's."""

from __future__ import annotations

import base64

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

LINE = 65_535
NUMBER = "0|[1-9][0-9]{0,18}"
TIME = r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6}Z"


class Refused(Exception):
    """What is wrong, and the exit code: 1 does not hold, 3 cannot be verified."""

    def __init__(self, message: str, code: int = 1) -> None:
        super().__init__(message)
        self.code = code


def base64_of(text: str, code: int = 1) -> bytes:
    try:
        raw = base64.b64decode(text.encode("ascii"), validate=True)
    except ValueError:
        raw = b""
    if not raw or base64.b64encode(raw).decode() != text:
        raise Refused("a field is no canonical base 64", code)
    return raw


def hashes(lines: Iterable[str]) -> list[bytes]:
    found = [base64_of(line) for line in lines]
    if any(len(each) != 32 for each in found):
        raise Refused("a hash is no SHA-256")
    return found


def read(path: str, most: int = 1 << 20) -> bytes:
    with open(path, "rb") as file:
        data = file.read(most + 1)
    if len(data) > most:
        raise Refused(f"{path} is longer than {most} bytes", 3)
    return data
