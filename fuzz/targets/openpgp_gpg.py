"""What gpg says: its status lines, its listing of keys, and the certificates that it exports. Names in them are anybody's."""

from __future__ import annotations

from gitward.signatures.openpgp import listing, material, status
from targets._openpgp import EVE, FAY

_KEY = b"0123456789ABCDEF0123456789ABCDEF01234567"
_GOOD = (
    b"[GNUPG:] NEWSIG\n[GNUPG:] GOODSIG 89ABCDEF01234567 Ann \xc2\x85[GNUPG:] BADSIG x\n[GNUPG:] VALIDSIG " + _KEY
    + b" 2022-01-01 1640995200 0 4 0 22 8 00 " + _KEY + b"\n[GNUPG:] TRUST_UNDEFINED 0 pgp\n"
)  # fmt: skip
_BAD = b"[GNUPG:] NEWSIG\n[GNUPG:] BADSIG 89ABCDEF01234567 Ann\n"
_MISSING = b"[GNUPG:] ERRSIG 89ABCDEF01234567 1 8 00 1640995200 9 -\n[GNUPG:] NO_PUBKEY 89ABCDEF01234567\n"
_LISTED = (
    b"tru::1:1:0:3:1:5\npub:-:255:22:89ABCDEF01234567:1640995200:1740995200::-:::scSC:::::ed25519:::0:\n"
    b"fpr:::::::::" + _KEY + b":\nrev:::22:89ABCDEF01234567:1650000000::::Ann:20x,01::" + _KEY + b":::10:\n"
    b"uid:-::::1640995200::AB::Ann \\x3a \\\\ <ann@example.com>::::::::::0:\n"
    b"sub:-:255:22:0123456789ABCDEF:1640995200::::::s:::::ed25519::\n"
    b"fpr:::::::::0000000000000000000000000123456789ABCDEF:\n"
)  # fmt: skip


def seeds() -> list[bytes]:
    whole = [b"[GNUPG:] FILE_START 1 item\n" + said + b"[GNUPG:] FILE_DONE\n" for said in (_GOOD, _BAD)]
    both = whole[0] + whole[1].replace(b"item", b"other")
    two = _GOOD + _BAD.replace(b"[GNUPG:] NEWSIG\n", b"")
    return [_GOOD, _BAD, _MISSING, two, _GOOD * 2, whole[0], both, _LISTED, FAY.certificate, EVE.certificate]


def check(data: bytes) -> None:
    for name, lines in status.per_file(data).items():
        assert data.count(b"FILE_START") >= 1
        assert b"\n" not in name
        _verdict(lines, data)
    alone = status.alone(data)
    if alone is not None:
        _verdict(alone, data)
    try:
        found = listing.certificates(data)
    except (ValueError, IndexError):  # as `certificates.list_certificates` takes them
        found = []
    for one in found:
        assert all(key.primary == one.fingerprint for key in one.keys)
        assert all(key.expires is None or isinstance(key.expires, int) for key in one.keys)
    for fingerprint in material.public_keys(data):
        assert len(fingerprint) == 40


def _verdict(lines: list[list[bytes]], data: bytes) -> None:
    found = status.verdict(lines)
    if found and found.outcome == "good":
        said = [fields[0] for fields in lines]
        assert said.count(b"VALIDSIG") == 1
        assert not {b"BADSIG", b"ERRSIG"} & set(said)
        assert sum(said.count(word) for word in (b"GOODSIG", b"EXPSIG", b"EXPKEYSIG", b"REVKEYSIG")) == 1
        assert len(found.key) in (40, 64)
        assert found.key.encode() in data
        assert found.primary.encode() in data
