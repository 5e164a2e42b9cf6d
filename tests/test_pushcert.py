"""Push certificates: what git writes is read, anything else is refused, and git's own reader takes more."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitward.gitobject.pushcert import LARGEST_BLOCK, parse_push_certificate
from timing import cpu_within

TYPE_CHECKING = False
if TYPE_CHECKING:
    from conftest import Git

OLD, NEW = "1" * 40, "2" * 40
HEAD = (
    b"certificate version 0.1\npusher Ann <ann@example.com> 1700000000 +0100\npushee ssh://git@example.com/x.git\n"
    b"nonce 1700000000-abc\n"
)
COMMAND = f"{OLD} {NEW} refs/heads/main\n".encode()
BLOCK = b"-----BEGIN SSH SIGNATURE-----\nU1NIU0lH\n-----END SSH SIGNATURE-----\n"
GOOD = HEAD + b"\n" + COMMAND + BLOCK


def test_every_field() -> None:
    raw = HEAD + b"push-option one=1\npush-option \n\n" + COMMAND + f"{NEW} {'0' * 40} refs/tags/v1\n".encode() + BLOCK
    read = parse_push_certificate(raw)
    assert read.malformed == ""
    assert (read.pusher, read.time) == ("Ann <ann@example.com>", 1_700_000_000)
    assert (read.pushee, read.nonce) == ("ssh://git@example.com/x.git", "1700000000-abc")
    assert read.options == ("one=1", "")
    assert read.commands == ((OLD, NEW, "refs/heads/main"), (NEW, "0" * 40, "refs/tags/v1"))
    assert (read.signed.payload, read.signed.block) == (raw[: -len(BLOCK)], BLOCK)


@pytest.mark.parametrize(
    "raw",
    [
        GOOD,
        GOOD + b"\n \t\r\n",
        GOOD.removesuffix(b"\n"),
        GOOD.replace(b"Ann <ann@example.com>", b"SHA256:FT6KrmbCAmkfPFNkOaRMBXDUg9t+sQf9ZR1IZW0JZug "),  # as git writes it
        GOOD.replace(b"Ann <ann@example.com>", b"0x1234ABCD"),
        GOOD.replace(b"Ann", b"\xc5sa \xff"),
        GOOD.replace(b"ssh://git@example.com/x.git", b"../a b/\xe9.git"),
        GOOD.replace(b"1" * 40, b"1" * 64).replace(b"2" * 40, b"2" * 64),
        GOOD.replace(b"SSH SIGNATURE", b"PGP SIGNATURE"),
        GOOD.replace(b"SSH SIGNATURE", b"SIGNED MESSAGE"),
        GOOD.replace(b"refs/heads/main", "refs/heads/ö x".replace(" ", "-").encode()),
    ],
)
def test_well_formed(raw: bytes) -> None:
    assert parse_push_certificate(raw).malformed == ""


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        (b"version 0.1", b"version 0.2", "does not begin with"),
        (b"certificate", b"\ncertificate", "does not begin with"),
        (b"pusher ", b"Pusher ", "pusher header is missing"),
        (b"pusher Ann", b"pusher Ann <ann@example.com> 1 +0000\npusher Ann", "pushee header is missing before 'pusher"),
        (b"Ann <ann@example.com> ", b"", "names nobody"),
        (b" +0100", b"", "does not end in a date"),
        (b"1700000000 +0100", b"01700000000 +0100", "does not end in a date"),
        (b"1700000000 +0100", b"9999999999999999999 +0100", "does not end in a date"),
        (b"+0100", b"+0160", "does not end in a date"),
        (b"pushee ssh://git@example.com/x.git\n", b"", "pushee header is missing"),
        (b"ssh://git@example.com/x.git", b" ", "pushee field is empty"),
        (b"x.git", b"x.git\r", "control characters"),
        (b"nonce 1700000000-abc\n", b"", "nonce header is missing"),
        (b"nonce 1700000000-abc", b"nonce ", "nonce field is empty"),
        (b"nonce 1", b"nonce 2-b\nnonce 1", "no such field, or not there: 'nonce 1"),
        (b"pushee", b"nonce 1-a\npushee", "pushee header is missing before 'nonce"),
        (b"abc\n\n", b"abc\nx-field 1\n\n", "no such field, or not there: 'x-field 1'"),
        (b"abc\n\n", b"abc\n\n\n", "no command"),
        (b"abc\n\n", b"abc\n", "no empty line"),
        (COMMAND, b"", "there are no commands"),
        (COMMAND, COMMAND[:-1] + b"\0 report-status\n", "NUL"),
        (COMMAND, COMMAND + COMMAND, "two commands are for one ref"),
        (COMMAND, COMMAND + b"\n", "no command"),
        (COMMAND, COMMAND + b"text\n", "no command: 'text'"),
        (b"1" * 40, b"1" * 64, "no command"),
        (b"1" * 40, b"G" * 40, "no command"),
        (b"2 refs", b"2  refs", "no command"),
        (b"refs/heads/main", b"main", "no command"),
        (b"refs/heads/main", b"refs/heads/../main", "no command"),
        (BLOCK, b"", "not signed"),
        (BLOCK, b"-----BEGIN SSH SIGNATURE-----\nU1NI\n", "has no end"),
        (BLOCK, BLOCK + BLOCK, "more than one signature block"),
        (BLOCK, BLOCK + BLOCK.replace(b"SSH", b"PGP"), "more than one signature block"),
        (BLOCK, BLOCK + b"text\n", "text after the signature block"),
        (BLOCK, BLOCK.removesuffix(b"\n") + b"x\n", "text after the signature block"),
        (BLOCK, BLOCK.replace(b"END SSH", b"END PGP"), "has no end"),
        (COMMAND + BLOCK, BLOCK + COMMAND, "there are no commands"),
        (b"pushee", BLOCK + b"pushee", "no empty line"),
        (b"U1NI", b"U1NI" * (LARGEST_BLOCK // 4), "larger than"),
    ],
)  # fmt: skip
def test_malformed(old: bytes, new: bytes, says: str) -> None:
    assert old in GOOD
    assert says in parse_push_certificate(GOOD.replace(old, new)).malformed


PIECES = [*HEAD.splitlines(keepends=True), COMMAND, BLOCK, b"push-option x\n", b"\n", b" ", b"x", b"\0", b"\xe9", b"-----BEGIN "]
RAW = st.binary() | st.lists(st.sampled_from(PIECES)).map(b"".join)


@given(st.sampled_from([b"", HEAD, HEAD + b"\n" + COMMAND, GOOD]), RAW, RAW)
def test_any_bytes_parse(start: bytes, rest: bytes, end: bytes) -> None:
    raw = start + rest + end
    read = parse_push_certificate(raw)
    assert read.signed.payload + read.signed.block == raw
    if read.malformed:
        assert len(read.malformed) < 130
        return
    lines = [f"pushee {read.pushee}", f"nonce {read.nonce}", *[f"push-option {option}" for option in read.options], ""]
    lines += [" ".join(command) for command in read.commands]
    written = "".join(f"{line}\n" for line in lines).encode("utf-8", "surrogateescape")
    assert read.signed.payload.split(b"\n", 2)[2] == written
    assert read.signed.block.startswith(b"-----BEGIN ")


LONG = b"x" * 5_000_000


@pytest.mark.parametrize(
    "raw",
    [
        GOOD.replace(b"Ann", LONG),
        GOOD.replace(b"Ann <ann@example.com>", b"1 " * 2_500_000),
        GOOD.replace(b"abc\n", b"abc\n" + b"push-option x\n" * 300_000),
        GOOD.replace(b"main", LONG),
        GOOD.replace(COMMAND, COMMAND * 60_000),
        GOOD + BLOCK * 60_000,
        GOOD.replace(b"U1NI", b"-----END \n" * 500_000),
        GOOD.replace(b"U1NI", b"-----BEGIN \n" * 500_000),
        LONG,
        b"\n" * 5_000_000,
    ],
    ids=["name", "words", "options", "ref", "commands", "blocks", "ends", "begins", "line", "lines"],
)
def test_time_is_linear(raw: bytes) -> None:
    with cpu_within(5):
        assert len(parse_push_certificate(raw).malformed) < 130


@pytest.mark.parametrize("object_format", ["sha1", "sha256"])
def test_what_git_writes(git: Git, tmp_path: Path, object_format: str) -> None:
    server, clone, kept = tmp_path / "s.git", tmp_path / "clone", tmp_path / "certificate"
    git("init", "-q", "--bare", f"--object-format={object_format}", server)
    git("-C", server, "config", "receive.certNonceSeed", "seed")
    git("-C", server, "config", "receive.advertisePushOptions", "true")
    hook = server / "hooks" / "pre-receive"
    hook.write_text(f"#!/bin/sh\ngit cat-file blob $GIT_PUSH_CERT >{kept}\n")
    hook.chmod(0o755)
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", tmp_path / "key"], check=True)
    git("init", "-q", f"--object-format={object_format}", clone)
    git("-C", clone, "commit", "-q", "--allow-empty", "-m", "feat: x")
    signing = ("-c", "gpg.format=ssh", "-c", f"user.signingKey={tmp_path / 'key.pub'}")
    git("-C", clone, *signing, "push", "-q", "--signed", "-o", "", "-o", "a=b", server, "main", "main:refs/tags/v1")
    read, oid = parse_push_certificate(kept.read_bytes()), git("-C", clone, "rev-parse", "HEAD").stdout.strip()
    assert read.malformed == ""
    assert (read.pusher[:7], read.pushee, read.options) == ("SHA256:", str(server), ("", "a=b"))
    assert read.commands == tuple(("0" * len(oid), oid, ref) for ref in ("refs/heads/main", "refs/tags/v1"))
    assert read.signed.block.startswith(b"-----BEGIN SSH SIGNATURE-----\n")
