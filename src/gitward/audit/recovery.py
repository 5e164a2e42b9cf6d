"""What goes between a log and its recovery key where the two are on different machines: a request, and the answer to it.

    gitward.recovery/1              the first line of a request; of an answer gitward.recovered/1
    origin NAME                     the log
    revoke KEY                      the key that is in force, which is to count no more; no such line where none is in force
    add KEY                         the key that is to sign from then on
    revoke-signature BASE64         of the answer only, beside its `revoke`: Ed25519 by the recovery key (logkeys.revoked_text)
    add-signature BASE64            of the answer only (logkeys.added_text)

Nothing in either is secret, and neither is believed: the log verifies the signatures by its own recovery key.
"""

from __future__ import annotations

import base64
import re

from gitward.audit.logkeys import added_text, revoked_text
from gitward.errors import UsageError
from gitward.record import record, replace
from gitward.tlog import note

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gitward.tlog.note import PrivateKey

MAXIMUM = 1 << 14  # bytes of either
_ASKED, _ANSWERED = "gitward.recovery/1", "gitward.recovered/1"
_LINE = re.compile(r"(origin|revoke|add|revoke-signature|add-signature) ([!-~\u0080-\uffff]{1,2000})")


@record
class Asked:
    """Keys as notes write them, `revoke` '' for none. The signatures, 64 bytes each, are b"" where nobody has signed yet."""

    origin: str
    revoke: str
    add: str
    revocation: bytes = b""
    addition: bytes = b""

    def text(self) -> str:
        """As it is carried from one machine to the other."""
        lines = [_ANSWERED if self.addition else _ASKED, f"origin {self.origin}", f"add {self.add}"]
        lines[2:2] = [f"revoke {self.revoke}"] if self.revoke else []
        signed = (("revoke-signature", self.revocation), ("add-signature", self.addition))
        lines += [f"{name} {base64.b64encode(signature).decode()}" for name, signature in signed if signature]
        return "\n".join(lines) + "\n"


def read(data: bytes, *, is_answer: bool) -> Asked:
    """A request or an answer, its shape only. Raises UsageError for what is none, and GitwardError for a key that is none."""
    what = "the answer" if is_answer else "the request"
    try:
        head, *lines = data.decode().removesuffix("\n").split("\n")
        parts = [(found[1], found[2]) for line in lines if (found := _LINE.fullmatch(line))]
    except ValueError:
        head, lines, parts = "", [""], []
    said = dict(parts)
    names = ["origin", *(["revoke"] if "revoke" in said else []), "add"]
    if is_answer:
        names += [*(["revoke-signature"] if "revoke" in said else []), "add-signature"]
    if head != (_ANSWERED if is_answer else _ASKED) or len(parts) != len(lines) or [name for name, _ in parts] != names:
        other = "a request" if is_answer else "an answer"
        raise UsageError(f"this is not {what} of a recovery{f': it is {other}' if head in (_ASKED, _ANSWERED) else ''}",
                         "gitward audit recover --help shows the three steps")  # fmt: skip
    for name in ("revoke", "add"):
        if name in said and str(note.public_key(said[name])) != said[name]:
            raise UsageError(f"{what} names a key that is not written as gitward writes it")
    return Asked(
        origin=said["origin"], revoke=said.get("revoke", ""), add=said["add"],
        revocation=_signature(said.get("revoke-signature", "")), addition=_signature(said.get("add-signature", "")),
    )  # fmt: skip


def _signature(text: str) -> bytes:
    try:
        found = base64.b64decode(text, validate=True)
    except ValueError:
        found = b"?"
    if text and len(found) != 64:
        raise UsageError("a signature of the answer is none")
    return found


def answered(asked: Asked, recovery: PrivateKey) -> Asked:
    """The request, signed."""
    revocation = recovery.sign(revoked_text(asked.origin, asked.revoke)) if asked.revoke else b""
    return replace(asked, revocation=revocation, addition=recovery.sign(added_text(asked.origin, asked.add)))
