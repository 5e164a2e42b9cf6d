"""What a commit, a tag or a push certificate had signed, and its signature: cut from the raw bytes by one strict grammar.

Readers disagree about where a signature begins (gitformat-signature(5)); here it is where the canonical gate says, and
nowhere else. The payload of a commit is its bytes without the `gpgsig` and `gpgsig-sha256` headers; that of a tag what
stands before the block.
"""

from __future__ import annotations

from gitward.gitobject.tag import signature_start
from gitward.model import Signed

ARMORS = {
    b"-----BEGIN PGP SIGNATURE-----": "openpgp",
    b"-----BEGIN PGP MESSAGE-----": "openpgp",
    b"-----BEGIN SSH SIGNATURE-----": "ssh",
    b"-----BEGIN SIGNED MESSAGE-----": "x509",
}
"""The first line of a signature -> its format (git's gpg-interface.c)."""
_HEADERS = (b"gpgsig", b"gpgsig-sha256")


def signed_commit(raw: bytes, header: bytes = b"gpgsig") -> Signed | None:
    """The signed part and the signature of a commit that passes the gate; None where no `header` is there.

    `header` is `gpgsig`, or `gpgsig-sha256` in a SHA-256 repository.
    """
    head, gap, body = raw.partition(b"\n\n")
    if b"\n" + header + b" " not in head:
        return None
    kept: list[bytes] = []
    block: list[bytes] = []
    name = b""
    for line in head.split(b"\n"):
        if line[:1] != b" ":
            name, _, value = line.partition(b" ")
            text = value
        else:
            text = line[1:]
        if name == header:
            block.append(text)
        elif name not in _HEADERS:
            kept.append(line)
    return Signed(payload=b"\n".join(kept) + gap + body, block=b"\n".join(block))


def signed_tag(raw: bytes) -> Signed | None:
    """The signed part and the signature of an annotated tag that passes the gate; None where it has none."""
    head, gap, body = raw.partition(b"\n\n")
    cut = signature_start(body)
    if cut == len(body):
        return None
    return Signed(payload=head + gap + body[:cut], block=body[cut:])


def format_of(block: bytes) -> str:
    """"openpgp", "ssh" or "x509", by the first line of a block; '' for another."""
    return ARMORS.get(block.partition(b"\n")[0].rstrip(b"\r"), "")
