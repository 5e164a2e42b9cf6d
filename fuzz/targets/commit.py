"""Commits: the gate, and what is cut out of them to be verified."""

from __future__ import annotations

import re

from sshmaking import with_block

from gitward.gitobject import parse_commit
from gitward.gitobject.signed import signed_commit
from targets._ssh import blocks, must_be_ours

PAYLOAD = (
    b"tree 4b825dc642cb6eb9a060e54bf8d69288fbee4904\nparent " + b"1" * 40 + b"\nauthor Ann <ann@example.com> 1700000000 +0100\n"
    b"committer Ann <ann@example.com> 1700000000 +0100\nencoding iso-8859-1\n\n"
    b"say hello\n\nSigned-off-by: Ann <ann@example.com>\n"
)
BLOCKS = blocks(PAYLOAD)
_BLOCK = re.compile(rb"^(gpgsig(?:-sha256)?) (.*\n(?: .*\n)*)", re.MULTILINE)


def seeds() -> list[bytes]:
    signed = [with_block(PAYLOAD, block) for block in BLOCKS]
    return [
        PAYLOAD, *signed, with_block(signed[0], BLOCKS[1], b"gpgsig-sha256"),
        PAYLOAD.replace(b"encoding", b"mergetag object " + b"1" * 40 + b"\n type commit\nHG:extra x\nencoding"),
        PAYLOAD.replace(b"4b825dc642cb6eb9a060e54bf8d69288fbee4904", b"a" * 64).replace(b"1" * 40, b"b" * 64),
    ]  # fmt: skip


def check(data: bytes) -> None:
    for oid in ("a" * 40, "a" * 64, None):
        commit = parse_commit(oid, data)
        assert commit.raw == data
        assert len(commit.malformed) < 200
        if commit.malformed:
            continue
        head, gap, body = data.partition(b"\n\n")
        assert gap
        assert commit.message.raw == body
        assert commit.author is not None
        assert commit.committer is not None
        assert (commit.tree or "").encode() == head[5 : head.index(b"\n")]
        for header in (b"gpgsig", b"gpgsig-sha256"):
            _check_signed(data, header)


def _check_signed(data: bytes, header: bytes) -> None:
    """The payload and the block of a well-formed commit, beside what one regular expression makes of it."""
    head, _, body = data.partition(b"\n\n")
    found = {match[1]: match[2] for match in _BLOCK.finditer(head + b"\n")}
    signed = signed_commit(data, header)
    assert (signed is None) == (header not in found)
    if signed:
        assert signed.payload == _BLOCK.sub(b"", head + b"\n") + b"\n" + body
        assert signed.block == found[header].replace(b"\n ", b"\n")[:-1]
        must_be_ours(signed, PAYLOAD, BLOCKS)
