"""A push certificate -> PushCertificate: one strict grammar, as narrow as what `git push --signed` writes.

Source: gitprotocol-pack(5), Push Certificate; gitformat-signature(5); git's own writer, send-pack.c. git's reader takes
more: it finds the commands after the first empty line and the signature at the last line that opens one, passes over
fields that it does not know, and looks for no end of the signature.
"""

from __future__ import annotations

from gitward.gitobject.fields import TIME_END, byte_faults, field, matching, quoted
from gitward.gitobject.signed import ARMORS
from gitward.model import PushCertificate, Signed
from gitward.refname import is_ref

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    Command = tuple[str, str, str]

VERSION = "certificate version 0.1"
LARGEST_BLOCK = 1 << 20
_COMMAND = r"([0-9a-f]{40}|[0-9a-f]{64}) ([0-9a-f]{40}|[0-9a-f]{64}) (.+)"
_DATE = r"(0|[1-9][0-9]{0,18}) [+-][0-9]{2}[0-5][0-9]"
_PLAIN = r"[^\x00-\x1f\x7f]+"
_OPTION = "push-option "


def parse_push_certificate(raw: bytes) -> PushCertificate:
    """The push certificate in these bytes; never raises. Where `malformed` is set, the rest is the best that could be read."""
    cut = _signature_start(raw)
    head, gap, body = raw[:cut].partition(b"\n\n")
    faults = byte_faults(raw, gap)
    lines = head.decode("utf-8", "surrogateescape").split("\n")
    if lines[0] != VERSION:
        faults.append(f"it does not begin with '{VERSION}'")
    pusher, at = field(lines, 1, "pusher ", faults)
    name, time = _pusher(pusher, faults)
    pushee, at = _value(lines, at, "pushee", faults)
    nonce, at = _value(lines, at, "nonce", faults)
    options = []
    while at < len(lines) and lines[at].startswith(_OPTION):
        options.append(lines[at][len(_OPTION) :])
        at += 1
    if at < len(lines):
        faults.append(f"no such field, or not there: {quoted(lines[at])}")
    commands = _commands(body, faults)
    _check_block(raw[cut:], faults)
    return PushCertificate(
        pusher=name,
        time=time,
        pushee=pushee,
        nonce=nonce,
        options=tuple(options),
        commands=commands,
        signed=Signed(payload=raw[:cut], block=raw[cut:]),
        malformed=faults[0] if faults else "",
    )


def _signature_start(raw: bytes) -> int:
    """Where the first line begins that opens an armor git knows; the end where there is none."""
    found = [at + 1 for armor in ARMORS if (at := raw.find(b"\n" + armor)) >= 0]
    return min(found, default=len(raw))


def _pusher(text: str, faults: list[str]) -> tuple[str, int]:
    """What the pusher is called, and when: `git push` writes the key's fingerprint for SSH, for other formats an ident or
    the key as it is configured.
    """
    name, _, date = text.rpartition(" ")
    name, _, seconds = name.rpartition(" ")
    found = matching(_DATE)(f"{seconds} {date}")
    if not name.strip():
        faults.append("pusher field names nobody")
    if not found or int(found[1]) >= TIME_END:
        faults.append(f"pusher field does not end in a date: {quoted(text)}")
    return name.strip(" "), int(found[1]) if found else 0


def _value(lines: Sequence[str], at: int, name: str, faults: list[str]) -> tuple[str, int]:
    """The value of a field that must be there and hold something, without control characters."""
    value, at = field(lines, at, f"{name} ", faults)
    if not value.strip() or not matching(_PLAIN)(value):
        faults.append(f"{name} field is empty or holds control characters")
    return value, at


def _commands(body: bytes, faults: list[str]) -> tuple[Command, ...]:
    """(old, new, ref) of each line, in order."""
    lines = body.decode("utf-8", "surrogateescape").split("\n")
    if lines.pop() != "" or not lines:
        faults.append("there are no commands, or the last is cut off")
    commands: list[Command] = []
    for line in lines:
        found = matching(_COMMAND)(line)
        if not found or len(found[1]) != len(found[2]) or not is_ref(found[3]):
            faults.append(f"this is no command: {quoted(line)}")
            break
        commands.append((found[1], found[2], found[3]))
    if len({ref for _, _, ref in commands}) < len(commands):
        faults.append("two commands are for one ref")
    return tuple(commands)


def _check_block(block: bytes, faults: list[str]) -> None:
    """One signature block to the end, and nothing but white space after it. What is in it is for its verifier."""
    if not block:
        faults.append("it is not signed")
        return
    opening = next(armor for armor in ARMORS if block.startswith(armor))
    _, end, after = block.partition(b"\n" + opening.replace(b"BEGIN", b"END", 1))
    if len(block) > LARGEST_BLOCK:
        faults.append(f"signature block is larger than {LARGEST_BLOCK} bytes")
    if sum((b"\n" + block).count(b"\n" + armor) for armor in ARMORS) > 1:
        faults.append("there is more than one signature block")
    if not end:
        faults.append("signature block has no end")
    if after.strip(b" \t\r\n"):
        faults.append("there is text after the signature block")
