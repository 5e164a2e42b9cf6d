"""Annotated tags: the gate, and what is cut out of them to be verified."""

from __future__ import annotations

from gitward.gitobject import parse_tag
from gitward.gitobject.signed import ARMORS, format_of, signed_tag
from targets._ssh import blocks, must_be_one, must_be_ours

PAYLOAD = (
    b"object " + b"1" * 40 + b"\ntype commit\ntag v1\ntagger Ann <ann@example.com> 1700000000 +0000\n\nthe first\n\nRefs: A-1\n"
)
BLOCKS = blocks(PAYLOAD)


def seeds() -> list[bytes]:
    pgp = b"-----BEGIN PGP SIGNATURE-----\n\niQ==\n-----END PGP SIGNATURE-----\n"
    cms = pgp.replace(b"PGP SIGNATURE", b"SIGNED MESSAGE")
    return [PAYLOAD, PAYLOAD + pgp, PAYLOAD + cms, *(PAYLOAD + block + b"\n" for block in BLOCKS)]


def check(data: bytes) -> None:
    for oid in ("a" * 40, "a" * 64):
        tag = parse_tag(oid, data)
        assert tag.raw == data
        assert len(tag.malformed) < 200
        signed = signed_tag(data)
        if tag.malformed:
            continue
        assert tag.tagger is not None
        assert tag.has_signature == (signed is not None)
        opened = [at for at in range(len(data)) if data[at - 1 : at] == b"\n" and data.startswith(tuple(ARMORS), at)]
        assert len(opened) <= 1 or not signed or opened[-1] == len(signed.payload)
        if signed:
            assert signed.payload + signed.block == data
            must_be_one(signed.block)
            assert tag.message.raw == signed.payload.partition(b"\n\n")[2]
            assert format_of(signed.block) or not signed.block.startswith(tuple(armor + b"\n" for armor in ARMORS))
            must_be_ours(signed, PAYLOAD, BLOCKS)
