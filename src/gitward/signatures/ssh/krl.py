"""Key revocation lists (OpenSSH's PROTOCOL.krl), version 1. Whatever is not known to the last byte is Undecided."""

from __future__ import annotations

from gitward.errors import Undecided
from gitward.signatures.ssh.revocation import FIX, Revocations, RevokedCertificates, plain_blob
from gitward.signatures.ssh.wire import Fields, Refused, shown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

MAGIC = b"SSHKRL\n\0"
_VERSION = 1
_CERTIFICATES, _KEYS, _SHA1, _SHA256, _EXTENSION = 1, 2, 3, 5, 255
_SERIALS, _RANGE, _BITMAP, _KEY_IDS, _CERTIFICATE_EXTENSION = 0x20, 0x21, 0x22, 0x23, 0x39
_MOST_BITS = 8 * 2048  # OpenSSH's own limit for one bitmap
_LAST_SERIAL = (1 << 64) - 1


class _Collected:
    """What the sections of certificates of one authority say together."""

    def __init__(self) -> None:
        self.serials: set[int] = set()
        self.ranges: list[tuple[int, int]] = []
        self.bitmaps: list[tuple[int, int]] = []
        self.key_ids: set[bytes] = set()


def read_krl(data: bytes) -> Revocations:
    """Read a KRL. Raises Undecided."""
    try:
        return _read(data)
    except Refused as error:
        raise Undecided(f"the list of revoked SSH keys (KRL) cannot be used: {error.detail}", FIX) from None


def _read(data: bytes) -> Revocations:
    fields = Fields(data, "KRL")
    if fields.take(len(MAGIC)) != MAGIC:
        raise Refused("malformed", "it is none")
    if (version := fields.number(4)) != _VERSION:
        raise Refused("unsupported", f"its format has version {version}")
    fields.take(24)  # its own version, its date, and flags of which none is defined
    fields.string()  # reserved
    fields.string()  # a comment
    keys: set[bytes] = set()
    digests: dict[int, set[bytes]] = {_SHA1: set(), _SHA256: set()}
    certificates: dict[bytes, _Collected] = {}
    for kind, section in _sections(fields):
        if kind == _CERTIFICATES:
            _read_certificates(section, certificates)
        elif kind == _KEYS:
            keys.update(plain_blob(blob) for blob in section.strings())
        elif kind in digests:
            digests[kind].update(_digests(section, 20 if kind == _SHA1 else 32))
        elif kind == _EXTENSION:
            _extension(section)
        else:
            raise Refused("unsupported", f"it has a section of type {kind}")
    return Revocations(
        keys=frozenset(keys), sha1s=frozenset(digests[_SHA1]), sha256s=frozenset(digests[_SHA256]),
        certificates={blob: _frozen(found) for blob, found in certificates.items()},
    )  # fmt: skip


def _sections(fields: Fields) -> Iterator[tuple[int, Fields]]:
    """Type and content of each section, which must be read to its end."""
    while fields.at < len(fields.data):
        kind, section = fields.number(1), Fields(fields.string(), "section of the KRL")
        yield kind, section
        section.end()


def _digests(section: Fields, length: int) -> tuple[bytes, ...]:
    found = section.strings()
    if any(len(digest) != length for digest in found):
        raise Refused("malformed", "it has a digest of the wrong length")
    return found


def _read_certificates(section: Fields, into: dict[bytes, _Collected]) -> None:
    blob = section.string()
    section.string()  # reserved
    of = into.setdefault(plain_blob(blob) if blob else b"", _Collected())
    for kind, part in _sections(section):
        if kind == _SERIALS:
            while part.at < len(part.data):
                of.serials.add(_range(part.number(8))[0])
        elif kind == _RANGE:
            of.ranges.append(_range(part.number(8), part.number(8)))
        elif kind == _BITMAP:
            of.bitmaps.append(_bitmap(part.number(8), part.mpint()))
        elif kind == _KEY_IDS:
            of.key_ids.update(map(_key_id, part.strings()))
        elif kind == _CERTIFICATE_EXTENSION:
            _extension(part)
        else:
            raise Refused("unsupported", f"it has a section of certificates of type {kind}")


def _range(low: int, high: int | None = None) -> tuple[int, int]:
    last = low if high is None else high
    if low == 0 or low > last:
        raise Refused("malformed", f"it has a range of serial numbers from {low} to {last}")
    return low, last


def _bitmap(first: int, bits: int) -> tuple[int, int]:
    if bits.bit_length() > _MOST_BITS or first + bits.bit_length() - 1 > _LAST_SERIAL:
        raise Refused("malformed", "it has a bitmap of serial numbers that is too long")
    return first, bits


def _key_id(value: bytes) -> bytes:
    if b"\0" in value:
        raise Refused("malformed", "it has a NUL in the id of a certificate")
    return value


def _extension(section: Fields) -> None:
    name, is_critical = section.string(), section.number(1)
    section.string()
    if is_critical:
        raise Refused("unsupported", f"it has the critical extension {shown(name)}")


def _frozen(of: _Collected) -> RevokedCertificates:
    return RevokedCertificates(
        serials=frozenset(of.serials), ranges=tuple(of.ranges), bitmaps=tuple(of.bitmaps), key_ids=frozenset(of.key_ids)
    )
