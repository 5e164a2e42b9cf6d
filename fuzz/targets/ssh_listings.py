"""Lists of SSH keys that `gitward keys import` reads: allowed signers, and what a forge lists."""

from __future__ import annotations

import json
import re
from base64 import b64encode

from gitward.errors import UsageError
from gitward.model import SshKey, Trust
from gitward.signatures.ssh import SshVerifier, import_allowed_signers, import_forge
from gitward.signatures.ssh.signeroptions import read_options
from targets._ssh import ANN, BOB, plain

_P256 = f"ecdsa-sha2-nistp256 {b64encode(plain(BOB)).decode()}"
_KEY = f"ssh-ed25519 {b64encode(plain(ANN)).decode()}"


def seeds() -> list[bytes]:
    lines = [
        f"ann@example.com {_KEY} comment", f'"ann@example.com,b" namespaces="git,file" {_KEY}',
        f"*@example.com cert-authority {_KEY}",
        f'ann valid-after="20200101",valid-before="20300101120000Z" {_KEY}\r', f'ann namespaces="a\\"b" {_KEY}',
        f"# {_KEY}", _KEY, f"bob@example.com {_P256}",
        'valid-after="20200101",cert-authority,namespaces="git"',
    ]  # fmt: skip
    forge = [{"key": _KEY, "title": "laptop", "usage_type": "signing", "expires_at": "2030-01-01T00:00:00Z"}, {"key": _KEY}]
    return [*(line.encode() + b"\n" for line in lines), "\n".join(lines).encode(), json.dumps(forge).encode()]


def check(data: bytes) -> None:
    text = data.decode("utf-8", "surrogateescape")
    listing = import_allowed_signers(data, "f")
    lines = [line.strip(" \t\r") for line in text.split("\n")]
    assert len(listing.keys) + len(listing.notes) == sum(1 for line in lines if line and not line.startswith("#"))
    for key in listing.keys:
        assert key.names
        assert re.search(re.escape(key.key).replace(r"\ ", "[ \t]+") + "([ \t\r]|$)", text.split("\n")[key.line - 1])
        assert all(name.isprintable() and name.strip("*") for name in key.names)
    assert all(note.isascii() and note.isprintable() for note in listing.notes)
    try:
        forge = import_forge(data, "f")
    except UsageError:
        forge = None
    for found in (listing, forge) if forge else (listing,):
        for key in found.keys:
            assert SshVerifier(Trust(ssh=(SshKey(principal="ann", blob=key.blob),)))
            assert key.title.isprintable()
            assert key.key.isascii()
    try:
        options = read_options(text)
    except ValueError as error:
        assert str(error).isascii()
    else:
        assert options.valid_after is None or options.valid_before is None or options.valid_after < options.valid_before
