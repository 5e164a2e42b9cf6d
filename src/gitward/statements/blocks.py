"""From the bytes of a signature to the armored block that the verifiers of `signatures` read, by their one strict grammar."""

from __future__ import annotations

import base64

from gitward.model import Signed
from gitward.statements.envelope import pae

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gitward.statements.envelope import Envelope

_SSH = b"SSHSIG"  # OpenSSH's PROTOCOL.sshsig, 2
_PACKET = 0x80  # RFC 9580, 4.2: the first bit of a packet is set
_WIDTH = 76


def signed_of(envelope: Envelope) -> list[Signed]:
    """What each signature of an envelope was made over, and its block; b"" for one that is neither SSH's nor OpenPGP's."""
    payload = pae(envelope.payload)
    return [Signed(payload=payload, block=_block(each.sig)) for each in envelope.signatures]


def _block(signature: bytes) -> bytes:
    text = base64.b64encode(signature)
    lines = b"\n".join(text[start : start + _WIDTH] for start in range(0, len(text), _WIDTH))
    if signature.startswith(_SSH):
        return b"-----BEGIN SSH SIGNATURE-----\n%b\n-----END SSH SIGNATURE-----\n" % lines
    if signature[0] & _PACKET:
        return b"-----BEGIN PGP SIGNATURE-----\n\n%b\n-----END PGP SIGNATURE-----\n" % lines
    return b""
