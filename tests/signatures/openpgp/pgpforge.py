"""OpenPGP certificates and signatures byte by byte (RFC 9580): those that gpg itself does not make."""

from __future__ import annotations

import hashlib
from base64 import b64encode

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa, utils
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

HASHES = {"md5": (1, hashes.MD5()), "sha1": (2, hashes.SHA1()), "sha224": (11, hashes.SHA224()),
          "sha256": (8, hashes.SHA256()), "sha384": (9, hashes.SHA384()), "sha512": (10, hashes.SHA512())}  # fmt: skip
MADE = 1_640_995_200  # 2022-01-01
CREATED, EXPIRES, REVOKER, ISSUER, NOTATION, FLAGS, REASON, FINGERPRINT = 2, 3, 12, 16, 20, 27, 29, 33


def mpi(number):
    return number.bit_length().to_bytes(2, "big") + number.to_bytes((number.bit_length() + 7) // 8, "big")


def packet(tag, content, *, new=True):
    if new:
        return bytes((0xC0 | tag, 0xFF)) + len(content).to_bytes(4, "big") + content
    return bytes((0x80 | tag << 2 | 1,)) + len(content).to_bytes(2, "big") + content


def sub(kind, content, *, critical=False):
    return b"\xff" + (len(content) + 1).to_bytes(4, "big") + bytes((kind | 0x80 if critical else kind,)) + content


def armored(data, name="PGP SIGNATURE"):
    text = b64encode(data).decode()
    lines = [text[start : start + 64] for start in range(0, len(text), 64)]
    return "\n".join([f"-----BEGIN {name}-----", "", *lines, f"-----END {name}-----", ""]).encode()


class Forger:
    """An RSA key, or one on P-384, with a certificate, that signs whatever it is asked to.

    `direct`: subpackets of a signature directly on the key (0x1f), if any.
    """

    def __init__(self, user_id="Fay <fay@example.com>", bits=2048, made=MADE, flags=b"\x03", lifetime=0, direct=b""):
        self.algorithm = 19 if bits == 384 else 1
        if bits == 384:
            self.key = ec.generate_private_key(ec.SECP384R1())
            point = self.key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
            public = b"\x05\x2b\x81\x04\x00\x22" + mpi(int.from_bytes(point, "big"))
        else:
            self.key = rsa.generate_private_key(public_exponent=65537, key_size=bits)
            numbers = self.key.public_key().public_numbers()
            public = mpi(numbers.n) + mpi(numbers.e)
        self.content = b"\x04" + made.to_bytes(4, "big") + bytes((self.algorithm,)) + public
        framed = b"\x99" + len(self.content).to_bytes(2, "big") + self.content
        self.fingerprint = hashlib.sha1(framed).hexdigest().upper()
        name = user_id if isinstance(user_id, bytes) else user_id.encode()
        over = framed + b"\xb4" + len(name).to_bytes(4, "big") + name
        extra = sub(FLAGS, flags) + (sub(9, lifetime.to_bytes(4, "big")) if lifetime else b"")
        own = packet(2, self.signature(framed, kind=0x1F, made=made, extra=direct)) if direct else b""
        self.certificate = packet(6, self.content) + own + packet(13, name) + packet(
            2, self.signature(over, kind=0x13, made=made, extra=extra, digest="sha512")
        )

    def revocation(self, other, reason):
        """Revoke the certificate of `other`, for this reason (RFC 9580, 5.2.3.31)."""
        framed = b"\x99" + len(other.content).to_bytes(2, "big") + other.content
        revoked = packet(2, self.signature(framed, kind=0x20, extra=sub(REASON, bytes((reason,)))))
        return packet(6, other.content) + revoked + other.certificate[len(packet(6, other.content)) :]

    def subkey(self, other, *, crossed):
        """Bind the key of `other` as a subkey that signs, with or without its own consent (0x19)."""
        framed = [b"\x99" + len(key.content).to_bytes(2, "big") + key.content for key in (self, other)]
        consent = other.signature(framed[0] + framed[1], kind=0x19, made=MADE)
        unhashed = sub(ISSUER, bytes.fromhex(self.fingerprint[-16:])) + (sub(32, consent) if crossed else b"")
        binding = self.signature(framed[0] + framed[1], kind=0x18, made=MADE, extra=sub(FLAGS, b"\x02"), unhashed=unhashed)
        self.certificate += packet(14, other.content) + packet(2, binding)

    def signature(self, payload, *, kind=0, digest="sha256", made=MADE + 100, extra=b"", hashed=None, unhashed=None,
                  version=4, left=None, tail=b"", name_digest=None):  # fmt: skip
        """The content of a signature packet."""
        number, algorithm = HASHES[digest]
        number = name_digest or number
        if version == 3:
            head = bytes((kind,)) + made.to_bytes(4, "big")
            value, left2 = self._signed(payload + head, digest, algorithm)
            identity = bytes.fromhex(self.fingerprint[-16:])
            return b"\x03\x05" + head + identity + bytes((1, number)) + left2 + value
        if hashed is None:
            hashed = sub(FINGERPRINT, b"\x04" + bytes.fromhex(self.fingerprint)) + sub(CREATED, made.to_bytes(4, "big")) + extra
        if unhashed is None:
            unhashed = sub(ISSUER, bytes.fromhex(self.fingerprint[-16:]))
        head = bytes((version, kind, self.algorithm, number)) + len(hashed).to_bytes(2, "big") + hashed
        value, left2 = self._signed(payload + head + bytes((version, 0xFF)) + len(head).to_bytes(4, "big"), digest, algorithm)
        return head + len(unhashed).to_bytes(2, "big") + unhashed + (left or left2) + value + tail

    def _signed(self, data, digest, algorithm):
        value = hashlib.new(digest, data).digest()
        if self.algorithm == 19:
            numbers = utils.decode_dss_signature(self.key.sign(value, ec.ECDSA(utils.Prehashed(algorithm))))
            return b"".join(map(mpi, numbers)), value[:2]
        signed = self.key.sign(value, padding.PKCS1v15(), utils.Prehashed(algorithm))
        return mpi(int.from_bytes(signed, "big")), value[:2]
