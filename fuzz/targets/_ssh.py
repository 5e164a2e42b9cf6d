"""SSH keys that are the same in every run, and what they signed: nobody can make another good signature by them."""

from __future__ import annotations

from hashlib import sha256

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from sshmaking import SecurityKey, armored, envelope, issued, mpint, sealed, string, to_sign

from gitward.gitobject.signed import ARMORS
from gitward.model import Signed, SshKey, Trust
from gitward.signatures.ssh import SshVerifier
from gitward.signatures.ssh.armor import unarmored


def ed25519_key(name: bytes) -> ed25519.Ed25519PrivateKey:
    return ed25519.Ed25519PrivateKey.from_private_bytes(sha256(name).digest())


def p256_key(name: bytes) -> ec.EllipticCurvePrivateKey:
    return ec.derive_private_key(int.from_bytes(sha256(name).digest()[:31], "big"), ec.SECP256R1())


def token_key(name: bytes) -> SecurityKey:
    made = SecurityKey()
    made.key = ed25519_key(name)
    return made


def plain(key: ed25519.Ed25519PrivateKey | ec.EllipticCurvePrivateKey) -> bytes:
    """The public key in wire form."""
    if isinstance(key, ed25519.Ed25519PrivateKey):
        return string(b"ssh-ed25519") + string(key.public_key().public_bytes_raw())
    numbers = key.public_key().public_numbers()
    point = b"\4" + numbers.x.to_bytes(32, "big") + numbers.y.to_bytes(32, "big")
    return string(b"ecdsa-sha2-nistp256") + string(b"nistp256") + string(point)


ANN, BOB, TOKEN, AUTHORITY = ed25519_key(b"ann"), p256_key(b"bob"), token_key(b"token"), ed25519_key(b"authority")
CERTIFICATE = issued(plain(ANN), AUTHORITY, plain(AUTHORITY), options=string(b"force-command") + string(string(b"true")))
VERIFIER = SshVerifier(
    Trust(
        ssh=(
            *(SshKey(principal="ann", blob=blob) for blob in (plain(ANN), plain(BOB), TOKEN.blob)),
            SshKey(principal="staff", blob=plain(AUTHORITY), is_authority=True, names=("*@example.com",)),
        )
    )
)


def blocks(payload: bytes) -> list[bytes]:
    """A good signature by each kind of key, the same in every run."""
    made = [sealed(key, blob, payload) for key, blob in ((ANN, plain(ANN)), (TOKEN, TOKEN.blob), (ANN, CERTIFICATE))]
    value = BOB.sign(to_sign(payload), ec.ECDSA(hashes.SHA256(), deterministic_signing=True))
    numbers = b"".join(map(mpint, decode_dss_signature(value)))
    return [*made, armored(envelope(plain(BOB), string(b"ecdsa-sha2-nistp256") + string(numbers)))]


def status(signed: Signed) -> str:
    [proof] = VERIFIER.prove([signed])
    assert len(proof.detail) < 500
    assert proof.detail.isascii()
    assert proof.detail.isprintable()
    finding = VERIFIER.find(proof, signed)
    assert (finding.status == "good") <= (proof.outcome == "good")
    return finding.status


def must_be_one(block: bytes) -> None:
    """One armor that git knows, to the end."""
    lines = block.rstrip(b" \t\r\n").split(b"\n")
    [opening] = [armor for armor in ARMORS if lines[0].startswith(armor)]
    assert sum(line.startswith(tuple(ARMORS)) for line in lines) == 1
    assert lines[-1] == opening.replace(b"BEGIN", b"END")


def must_be_ours(signed: Signed, payload: bytes, ours: list[bytes]) -> None:
    """A good signature is over `payload`, and holds what one of our blocks holds."""
    if status(signed) == "good":
        assert signed.payload == payload, "good over another payload"
        assert unarmored(signed.block) in [unarmored(block) for block in ours], "good by a block that nobody made"
