"""From a key that somebody offers to sshd to the line of authorized_keys that lets its principal in, and into the shell only.

sshd proves that the key is held, and of a certificate everything that it says (sshd_config(5), AuthorizedKeysCommand; sshd(8),
AUTHORIZED_KEYS). Here it is only found whose it is by the policy, and whether that counts now. Who is in doubt gets no line.
"""

from __future__ import annotations

import re
import shlex
from base64 import b64encode

from gitward.errors import UsageError
from gitward.signatures.ssh.certificate import certificate, is_certificate
from gitward.signatures.ssh.keys import public_key
from gitward.signatures.ssh.patterns import matches_list
from gitward.signatures.ssh.verifier import revocations
from gitward.signatures.ssh.wire import Refused
from gitward.sshkeys import fingerprint, key_type

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from gitward.model import SshKey, Trust
    from gitward.signatures.ssh.certificate import Certificate

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+@-]{0,127}")  # of a certificate's principal that can stand in `principals="..."`


def line(trust: Trust, offered: bytes, shell: Sequence[str], now: int) -> str:
    """The line for a key in wire form, without LF, at a time in seconds since 1970; '' where it lets nobody in.

    `shell` are the words of `gitward access shell`, absolute paths; a principal and options are added. Raises UsageError for
    words that no line can hold, Undecided for a list of revoked keys that cannot be read.
    """
    try:
        held = certificate(offered) if is_certificate(offered) else None
        key = held.key if held else public_key(offered)
        authority = held.authority if held else key
    except Refused:
        return ""
    if revocations(trust.ssh_revoked).reason(key, held) or any(0 < each.bits < trust.rsa_bits for each in (key, authority)):
        return ""
    listed = [each for each in trust.ssh if each.blob == authority.blob and each.is_authority == (held is not None)]
    fitting = [(each, names) for each in listed if (names := _names(each, held)) is not None]
    if len({each.principal for each, _ in fitting}) != 1:
        return ""
    entry, names = fitting[0]
    if not _counts(trust, entry, now):
        return ""
    start = f'cert-authority,principals="{",".join(names)}",' if held else ""
    command = _command([*shell, entry.principal, "--key", key.fingerprint])
    return f'{start}restrict,command="{command}" {key_type(entry.blob)} {b64encode(entry.blob).decode()}'


def blob_of(trust: Trust, wanted: str) -> bytes:
    """The listed key with this fingerprint, in wire form; b'' where none has it."""
    return next((each.blob for each in trust.ssh if not each.is_authority and fingerprint(each.blob) == wanted), b"")


def _names(entry: SshKey, held: Certificate | None) -> list[str] | None:
    """The principals of the certificate that this entry lets its authority name; None where it is not for this key."""
    if held is None:
        return []
    patterns = [part for name in entry.names for part in name.split(",")]
    named = [name.decode("ascii", "replace") for name in held.principals]
    return [name for name in named if _NAME.fullmatch(name) and matches_list(name, patterns)] or None


def _counts(trust: Trust, entry: SshKey, now: int) -> bool:
    """Whether the key's times, and those of whose it is, hold now. A forge never comes in: it speaks for others."""
    who = trust.principals[entry.principal]
    limits = [(each.valid_after, each.valid_before) for each in (entry, who)]
    return not who.forge and all((after is None or now >= after) and (before is None or now < before) for after, before in limits)


def _command(words: Sequence[str]) -> str:
    """The words for a shell, and that for `command="..."`, in which only a double quote is written otherwise."""
    text = shlex.join(words)
    if not text.isprintable():
        raise UsageError("a path in the command holds a control character", "name folders without any")
    return text.replace('"', '\\"')
