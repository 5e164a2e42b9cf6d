"""An OpenPGP key of this run, and a signature by it over PAYLOAD."""

from __future__ import annotations

from pgpforge import CREATED, EXPIRES, MADE, NOTATION, Forger, packet, sub

from gitward.signatures.openpgp import arithmetic, material
from gitward.signatures.openpgp.armor import Refused
from gitward.signatures.openpgp.packet import Signature, parse_signature

PAYLOAD = b"what was signed\n"
FAY, EVE = Forger(), Forger(bits=384)
KEYS = [material.public_keys(forger.certificate)[forger.fingerprint] for forger in (FAY, EVE)]
PACKETS = [
    packet(2, FAY.signature(PAYLOAD)), packet(2, FAY.signature(PAYLOAD, digest="sha512"), new=False),
    packet(2, EVE.signature(PAYLOAD, digest="sha512", extra=sub(NOTATION, b"x"))),
]  # fmt: skip
ODD = [packet(2, FAY.signature(PAYLOAD, **more)) for more in (
    {"version": 3}, {"kind": 1}, {"extra": sub(EXPIRES, b"\0\0\1\0")}, {"extra": sub(NOTATION, b"x", critical=True)},
    {"unhashed": b""}, {"hashed": b"\5" + bytes((CREATED,)) + MADE.to_bytes(4, "big")}, {"digest": "sha1"}, {"tail": b"x"},
)]  # fmt: skip
"""Signatures by Fay with something about each, some of which are refused."""


def _signed(data: bytes) -> tuple[object, ...]:
    try:
        found = parse_signature(data)
    except Refused:
        return ()
    return found.signed_part, found.mpis, found.digest


_SIGNED = set(map(_signed, (*PACKETS, *ODD)))


def must_be_ours(signature: Signature) -> None:
    """A signature that holds says what one of ours says, wherever it is signed."""
    for key in KEYS:
        assert not arithmetic.holds(signature, PAYLOAD + b"\n", key)
        if arithmetic.holds(signature, PAYLOAD, key):
            assert (signature.signed_part, signature.mpis, signature.digest) in _SIGNED
