"""What revokes SSH keys: lists in OpenSSH's binary form (KRL), and lists of public keys."""

from __future__ import annotations

from base64 import b64encode

from sshmaking import mpint, string

import mutating
from gitward.errors import Undecided
from gitward.model import Signed, SshKey, Trust
from gitward.signatures.ssh import SshVerifier
from gitward.signatures.ssh.certificate import certificate, is_certificate, plain_key
from gitward.signatures.ssh.keys import public_key
from gitward.signatures.ssh.krl import MAGIC, read_krl
from gitward.signatures.ssh.revocation import listed_keys
from gitward.signatures.ssh.wire import Refused
from gitward.sshkeys import fingerprint
from targets._ssh import ANN, AUTHORITY, BOB, CERTIFICATE, blocks, plain

PAYLOAD = b"what was signed\n"
_SIGNED = Signed(payload=PAYLOAD, block=blocks(PAYLOAD)[0])
_HEAD = MAGIC + b"\0\0\0\1" + bytes(24) + string(b"") + string(b"")
mutated = mutating.strings


def _section(kind: int, content: bytes) -> bytes:
    return bytes([kind]) + string(content)


def seeds() -> list[bytes]:
    of = string(plain(AUTHORITY)) + string(b"")
    parts = [_section(0x20, (1).to_bytes(8, "big")), _section(0x21, bytes(7) + b"\1" + bytes(7) + b"\5"),
             _section(0x22, bytes(7) + b"\3" + mpint(5)), _section(0x23, string(b"ann")),
             _section(0x39, string(b"x") + b"\0" + string(b""))]  # fmt: skip
    line = f"ssh-ed25519 {b64encode(plain(ANN)).decode()} ann\n".encode()
    return [
        _HEAD, _HEAD + _section(1, of + b"".join(parts)), _HEAD + _section(1, string(b"") + string(b"") + parts[1]),
        _HEAD + _section(2, string(plain(ANN)) + string(CERTIFICATE)), _HEAD + _section(2, string(CERTIFICATE)),
        _HEAD + _section(3, string(bytes(20))),
        _HEAD + _section(5, string(bytes(32))), _HEAD + _section(255, string(b"x") + b"\1" + string(b"")),
        b"# revoked\n" + line, b"hash: " + fingerprint(plain(BOB)).encode() + b"\nsha256: " + line, b"serial: 7\n",
    ]  # fmt: skip


def check(data: bytes) -> None:
    for read in (read_krl, listed_keys):
        try:
            found = read(data)
        except Undecided as error:
            assert len(error.message) < 500
            assert error.message.isascii()
            assert error.message.isprintable()
            continue
        reason = found.reason(public_key(plain(ANN)), None)
        assert not reason or found.keys or found.sha1s or found.sha256s
        assert reason or plain(ANN) not in found.keys
        found.reason(public_key(plain(ANN)), certificate(CERTIFICATE))
        for blob in found.keys:
            assert not is_certificate(blob) or _is_of_no_use(blob)  # a certificate stands for its plain key
        if read is listed_keys:
            continue
        assert _is_undecided(data[:-1])
        assert _is_undecided(data + b"\0")
        verifier = SshVerifier(Trust(ssh=(SshKey(principal="ann", blob=plain(ANN)),), ssh_revoked=data))
        [proof] = verifier.prove([_SIGNED])
        assert verifier.find(proof, _SIGNED).status == ("revoked-hard" if reason else "good")


def _is_of_no_use(certificate: bytes) -> bool:
    try:
        plain_key(certificate)
    except Refused:
        return True
    return False


def _is_undecided(data: bytes) -> bool:
    try:
        read_krl(data)
    except Undecided:
        return True
    return False
