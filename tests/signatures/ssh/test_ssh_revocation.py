"""Lists of revoked keys: what ssh-keygen writes is read as it was meant, and what cannot be read is never "not revoked"."""

import random
from base64 import b64encode

import pytest
from sshmaking import Workshop, mpint, run, string

from gitward.errors import Undecided
from gitward.model import Trust
from gitward.signatures.ssh import SshVerifier
from gitward.signatures.ssh.krl import MAGIC, read_krl
from gitward.signatures.ssh.revocation import listed_keys
from gitward.sshkeys import fingerprint

HEADER = MAGIC + (1).to_bytes(4, "big") + bytes(24) + string(b"") + string(b"")


@pytest.fixture(scope="module")
def w(tmp_path_factory):
    return Workshop(tmp_path_factory.mktemp("revocation"))


def section(kind, data):
    return bytes([kind]) + string(data)


def certificates(*sections, authority=b""):
    return section(1, string(authority) + string(b"") + b"".join(sections))


def u64(*numbers):
    return b"".join(number.to_bytes(8, "big") for number in numbers)


def made(w, spec, *options, name="krl"):
    """The KRL that ssh-keygen makes of a specification."""
    (w.folder / "spec").write_text(spec)
    run("ssh-keygen", "-q", "-k", "-f", w.folder / name, *options, w.folder / "spec")
    return (w.folder / name).read_bytes()


@pytest.mark.parametrize("seed", range(4))
def test_serials_as_lists_ranges_and_bitmaps(w, seed):
    numbers = random.Random(seed)
    serials, spec, low = set(), [], 2**numbers.choice([3, 20, 62])
    for _ in range(60):
        low += numbers.choice([1, 1, 2, 5, 30, 70, 300])
        high = low + numbers.choice([0, 0, 0, 1, 3, 40])
        spec.append(f"serial: {low}-{high}" if high > low else f"serial: {low}")
        serials.update(range(low, high + 1))
        low = high
    data = made(w, "\n".join(spec), "-s", w.path("ed25519-ca").with_suffix(".pub"))
    found = read_krl(data).certificates[w.blob("ed25519-ca")]
    assert {serial for serial in range(min(serials) - 5, low + 50) if found.holds(serial, b"")} == serials
    assert not found.holds(0, b"")
    assert not found.holds(2**64 - 1, b"")


def test_a_bitmap_begins_at_its_serial():
    [found] = read_krl(HEADER + certificates(section(0x22, u64(1000) + mpint(0b1000000101)))).certificates.values()
    assert [serial for serial in range(990, 1020) if found.holds(serial, b"")] == [1000, 1002, 1009]
    [found] = read_krl(HEADER + certificates(section(0x22, u64(0) + mpint(0b11)))).certificates.values()
    assert [serial for serial in range(5) if found.holds(serial, b"")] == [1]  # 0 is no number


def test_a_krl_cut_anywhere_is_undecided(w):
    data = made(w, f"serial: 1-9\nid: x\nkey: {w.line('ed25519-ann')}\nhash: {fingerprint(w.blob('ecdsa-256-ann'))}\n", "-s",
                w.path("ed25519-ca").with_suffix(".pub"))  # fmt: skip
    whole = read_krl(data)
    assert whole.keys
    assert whole.sha256s
    read = []
    for end in range(len(data)):
        try:
            SshVerifier(Trust(ssh_revoked=data[:end]))
        except Undecided:
            continue
        read.append(data[:end])
    assert b"" in read  # an empty list
    boundaries = [cut for cut in read if cut]
    assert len(boundaries) == 3  # between two sections: nothing in the format tells
    for cut in boundaries:
        (w.folder / "cut").write_bytes(cut)
        assert run("ssh-keygen", "-Q", "-f", w.folder / "cut", w.path("ed25519-other").with_suffix(".pub"))


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (MAGIC + (2).to_bytes(4, "big") + HEADER[12:], "its format has version 2"),
        (HEADER + section(9, b""), "section of type 9"),
        (HEADER + section(4, b"") + string(b""), "section of type 4"),
        (HEADER + section(3, string(b"x" * 19)), "digest of the wrong length"),
        (HEADER + section(5, string(b"x" * 20)), "digest of the wrong length"),
        (HEADER + section(255, string(b"more") + b"\1" + string(b"")), "critical extension 'more'"),
        (HEADER + section(255, string(b"more") + b"\0" + string(b"") + b"x"), "followed by 1 more bytes"),
        (HEADER + section(2, string(string(b"ssh-ed25519") + string(b"x"))), "32 bytes"),
        (HEADER + section(2, string(b"")), "ends too early"),
        (HEADER + certificates(section(0x24, b"")), "certificates of type 36"),
        (HEADER + certificates(section(0x20, u64(0))), "from 0 to 0"),
        (HEADER + certificates(section(0x20, u64(1)[:7])), "ends too early"),
        (HEADER + certificates(section(0x21, u64(9, 8))), "from 9 to 8"),
        (HEADER + certificates(section(0x21, u64(8, 9, 1))), "followed by 8 more bytes"),
        (HEADER + certificates(section(0x22, u64(1) + mpint(1 << 16384))), "too long"),
        (HEADER + certificates(section(0x22, u64(2**64 - 1) + mpint(2))), "too long"),
        (HEADER + certificates(section(0x23, string(b"a\0b"))), "NUL"),
        (HEADER + certificates(section(0x39, string(b"more") + b"\1" + string(b""))), "critical extension 'more'"),
        (HEADER + certificates(authority=string(b"ssh-ed25519") + string(b"x")), "32 bytes"),
        (HEADER + b"\1", "ends too early"),
        (b"SSHKRL", "ends too early"),
        (b"SSHKRL\n\1" + bytes(99), "it is none"),
    ],
)
def test_a_krl_that_is_not_understood_is_undecided(data, said):
    with pytest.raises(Undecided, match=said) as caught:
        SshVerifier(Trust(ssh_revoked=data))
    assert "ssh-keygen -k" in caught.value.fix


def test_what_may_be_passed_over_in_a_krl():
    more = string(b"more") + b"\0" + string(b"x")
    assert read_krl(HEADER + section(255, more) + certificates(section(0x39, more))).keys == frozenset()


def test_a_list_takes_what_ssh_keygen_k_takes_of_keys(w):
    ann, bob, carol = (w.line(f"ed25519-{name}") for name in ("ann", "bob", "carol"))
    text = f"# lost\r\n\n  {ann} a comment\r\nkey: {bob}\nsha256:{carol}\nHASH: {fingerprint(w.blob('ecdsa-256-ann'))}\n"
    text += f"{fingerprint(w.blob('ecdsa-256-bob'))} # and why\n"
    short = string(b"ssh-rsa") + mpint(65537) + mpint(1 << 767 | 1)
    text += f"ssh-dss {b64encode(string(b'ssh-dss') + string(b'x')).decode()}\nssh-rsa {b64encode(short).decode()}\n"
    found = listed_keys(text.encode())
    assert {w.blob(f"ed25519-{name}") for name in ("ann", "bob", "carol")} < found.keys
    assert len(found.sha256s) == 2
    assert not SshVerifier(Trust(ssh_revoked=b"\n# nothing yet\n"))._revoked.keys


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("serial: 7", "make a KRL"),
        ("id: ann", "make a KRL"),
        ("hash: MD5:00", "SHA256: and base64"),
        ("hash: SHA256:AAAA", "not 32 bytes"),
        ("SHA256:***", "no base64"),
        ("hash:", "SHA256: and base64"),
        ("ssh-ed25519", "TYPE BASE64"),
        ("ssh-ed25519 AAAA", "says nothing"),
        ("cert-authority {ann}", "no base64"),
        ("ssh-rsa {rest}", "says ssh-ed25519"),
        ("{ann}\nrevoked", "line 2"),
        ("ssh-rsa {padded}", "not in its shortest form"),
        ("\x00", "line 1"),
        ("\udcff\udcfe", "line 1"),
        ("\x1b[31m AAAAAA==", r"the line says \x1b[31m"),
        ("ssh-rsa {escape}", r"the key itself says \x1b[31m"),
    ],
)
def test_a_list_that_is_not_understood_is_undecided(w, line, said):
    ann = w.line("ed25519-ann")
    padded = b64encode(string(b"ssh-rsa") + string(b"\0\1\0\1") + mpint(1 << 2047 | 1)).decode()
    escape = b64encode(string(b"\x1b[31m")).decode()
    data = line.format(ann=ann, rest=ann.split()[1], padded=padded, escape=escape).encode("utf-8", "surrogateescape")
    with pytest.raises(Undecided) as caught:
        SshVerifier(Trust(ssh_revoked=data))
    assert said in str(caught.value)
