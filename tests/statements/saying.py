"""Statements as tests make them: payloads of each kind, keys of people, and real signatures by ssh-keygen and gpg."""

from __future__ import annotations

import base64
import hashlib
import subprocess
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_ssh_private_key

from gitward.model import Approval, Closing, Decided, JudgedBy, Revocation, Waiver
from gitward.statements.envelope import EnvelopeSignature, pae
from gitward.statements.reading import payload_of

OID, OTHER, TREE, ZERO = "8c66e680c52af5586b93ad370f087017e0328c95", "b" * 40, "c" * 40, "0" * 40
URL = "https://git.example.com/payments"
NOW = 1_800_000_000
APPROVAL = Approval(ref="refs/heads/main", base=OTHER, commit=OID, tree=TREE)
WAIVER = Waiver(
    policy="payments", entries=("ticket-reference",), commits=(OID,), reason="the tracker is down", expires=NOW + 3600
)
BREAK_GLASS = Waiver(policy="payments", entries=("*",), commits=(), reason="an outage", expires=NOW + 3600, ref="refs/heads/main")
REVOCATION = Revocation(statement="d" * 64, reason="given too early")
CLOSING = Closing(statement="d" * 64, reason="looked at")
DECIDED = Decided(
    stage="ci", ref="refs/heads/main", base=OTHER, commit=OID, outcome="denied", gitward="1.0",
    policies=(JudgedBy(id="payments", digest="e" * 64, mode="enforce", violated=("a", "b"), waived=("c",)),),
)  # fmt: skip
SAID: dict[str, tuple[Any, tuple[str, ...]]] = {
    "approval": (APPROVAL, (OID,)), "waiver": (WAIVER, (OID,)), "revocation": (REVOCATION, (OID,)), "closing": (CLOSING, (ZERO,)),
    "decision": (DECIDED, (OID,)),
}  # fmt: skip


def payload(kind: str = "approval", said: Any = None, subjects: tuple[str, ...] = (), made: int = NOW) -> bytes:
    usual, about = SAID[kind]
    return payload_of(kind, subjects or about, URL, said or usual, made)  # type: ignore[arg-type]


@dataclass(frozen=True)
class Keys:
    """A folder with SSH keys of people: NAME and NAME.pub."""

    folder: Path

    @classmethod
    def made(cls, folder: Path, *names: str) -> Keys:
        for name in names:
            subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", folder / name], check=True)
        return cls(folder)

    def path(self, name: str) -> str:
        return str(self.folder / name)

    def public(self, name: str) -> str:
        return (self.folder / f"{name}.pub").read_text().strip()

    def signature(self, name: str, payload: bytes) -> EnvelopeSignature:
        """What `ssh-keygen -Y sign -n gitward-statement` makes, without starting it (OpenSSH's PROTOCOL.sshsig)."""
        blob, head = base64.b64decode(self.public(name).split()[1]), (b"gitward-statement", b"", b"sha512")
        made = _private(self.path(name)).sign(b"SSHSIG" + _strings(*head, hashlib.sha512(pae(payload)).digest()))
        sig = b"SSHSIG" + (1).to_bytes(4, "big") + _strings(blob, *head, _strings(b"ssh-ed25519", made))
        return EnvelopeSignature(sig=sig, keyid=name)


@cache
def _private(path: str) -> Ed25519PrivateKey:
    key = load_ssh_private_key(Path(path).read_bytes(), None)
    assert isinstance(key, Ed25519PrivateKey)
    return key


def _strings(*values: bytes) -> bytes:
    return b"".join(len(value).to_bytes(4, "big") + value for value in values)


def repository(folder: Path, *options: str) -> Path:
    subprocess.run(["git", "init", "-q", "--template=", "-b", "main", *options, folder], check=True)
    return folder


def armored(signature: bytes) -> bytes:
    """An SSH signature as ssh-keygen reads it."""
    text = base64.b64encode(signature).decode()
    lines = [text[start : start + 70] for start in range(0, len(text), 70)]
    return "\n".join(["-----BEGIN SSH SIGNATURE-----", *lines, "-----END SSH SIGNATURE-----", ""]).encode()
