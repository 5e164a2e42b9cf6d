"""SSH keys that somebody listed elsewhere, as `gitward keys import` takes them over, and what is said of the rest."""

from __future__ import annotations

from base64 import b64encode

from gitward.record import record
from gitward.signatures.ssh.keys import public_key
from gitward.signatures.ssh.wire import Refused, plainly
from gitward.sshkeys import fields
from gitward.sshkeys import public_key as key_of_line


@record
class ListedKey:
    """One key. `names` are whom it may sign for: names, or for an authority patterns; () where the list has none.

    `key` is `TYPE BASE64`, `blob` the same in wire form, `title` what stands beside it. The times are seconds since 1970,
    None where there is no limit; `valid_before` is exclusive. `line` counts from 1; in JSON it is the place in the list.
    """

    key: str
    blob: bytes
    line: int
    names: tuple[str, ...] = ()
    title: str = ""
    is_authority: bool = False
    valid_after: int | None = None
    valid_before: int | None = None


@record
class Listing:
    """The keys to import, in the order of the list; `notes` say of each that is left out where it stands, and why."""

    keys: tuple[ListedKey, ...]
    notes: tuple[str, ...]


def usable_key(text: str) -> tuple[str, bytes, str]:
    """`TYPE BASE64 [COMMENT]` -> the key as text and in wire form, and the comment. Raises ValueError with what is wrong."""
    try:
        blob = key_of_line(text)
        key = public_key(blob)
    except (Refused, ValueError) as error:
        raise ValueError(plainly(error)) from None
    comment = " ".join(fields(text)[2:]).strip()
    return f"{key.type.decode()} {b64encode(blob).decode()}", blob, comment if comment.isprintable() else ""
