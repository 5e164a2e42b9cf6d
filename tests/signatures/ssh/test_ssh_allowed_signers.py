"""Lists of allowed signers: no line counts that ssh-keygen would not count, and each that is left out is named."""

import time

import pytest
from sshmaking import NOW, Workshop, run

from gitward.signatures.ssh import import_allowed_signers
from gitward.signatures.ssh.patterns import matches_list
from gitward.signatures.ssh.signeroptions import seconds

WHEN = "20231114221320Z"  # NOW


@pytest.fixture(scope="module")
def w(tmp_path_factory):
    """With a signature by Ann's key, and one by the same key with a certificate for ann@example.com."""
    w = Workshop(tmp_path_factory.mktemp("allowed"))
    (w.folder / "plain.sig").write_bytes(w.ssh_signed(b"text", w.path("ed25519-ann")))
    (w.folder / "cert.sig").write_bytes(w.ssh_signed(b"text", w.certified("ann", "ed25519-ann", "ed25519-ca")))
    return w


def ssh_keygen_counts(w, line, name, signature="plain", when=WHEN, env=None):
    (w.folder / "list").write_bytes(line)
    signed = w.folder / f"{signature}.sig"
    done = run("ssh-keygen", "-Y", "verify", "-n", "git", "-I", name, "-f", w.folder / "list", "-s", signed,
               "-O", f"verify-time={when}", stdin=b"text", ok=False, env=env)  # fmt: skip
    return done.returncode == 0


IMPORTED = {
    "ann@example.com {ann}": (("ann@example.com",), False, None, None),
    "  ann@example.com\t{ann} Ann's own key": (("ann@example.com",), False, None, None),
    "ann@example.com,ann@example.org {ann}": (("ann@example.com", "ann@example.org"), False, None, None),
    '"ann@example.com" {ann}': (("ann@example.com",), False, None, None),
    '"ann@example.com,Ann Example" {ann}\r': (("ann@example.com", "Ann Example"), False, None, None),
    'ann@example.com namespaces="git" {ann}': (("ann@example.com",), False, None, None),
    'ann@example.com NAMESPACES="file,g*" {ann}': (("ann@example.com",), False, None, None),
    'ann@example.com valid-after="20200101Z" {ann}': (("ann@example.com",), False, 1577836800, None),
    'ann@example.com valid-after="202001010000Z",valid-before="20300101000000Z" {ann}': (
        ("ann@example.com",), False, 1577836800, 1893456000),
    "*@example.com cert-authority {ca}": (("*@example.com",), True, None, None),
    "!bob@example.com,*@example.com Cert-Authority {ca}": (("!bob@example.com", "*@example.com"), True, None, None),
    'ann@example.com cert-authority,namespaces="git",valid-before="20300101Z" {ca}': (
        ("ann@example.com",), True, None, 1893456000),
}  # fmt: skip
"""A line -> names, authority or not, window. All count for ssh-keygen too."""

LEFT_OUT = {
    "ann@example.com": "no key",
    "{ann}": "no key",
    "ann@example.com {ann_type} AAAA": "says nothing",
    "ann@example.com ssh-rsa {ann_blob}": "the line says ssh-rsa",
    "ann@example.com no-touch-required {ann}": "option 'no-touch-required' is not known",
    "ann@example.com cert-authority=yes {ann}": "no quotes",
    'ann@example.com cert-authority="yes" {ann}': "not known, or not written",
    "ann@example.com namespaces=git {ann}": "in no quotes",
    'ann@example.com namespaces="git {ann}': "not closed",
    'ann@example.com namespaces="git"x {ann}': "after a closing quote",
    'ann@example.com namespaces="git", {ann}': "end in a comma",
    'ann@example.com namespaces="git",namespaces="git" {ann}': "option namespaces twice",
    'ann@example.com valid-before="20200101Z",valid-before="20300101Z" {ann}': "option valid-before twice",
    'ann@example.com namespaces="file" {ann}': "git's is not among",
    'ann@example.com namespaces="!git" {ann}': "git's is not among",
    'ann@example.com namespaces="!git,*" {ann}': "git's is not among",
    'ann@example.com namespaces="Git" {ann}': "git's is not among",
    'ann@example.com namespaces="" {ann}': "git's is not among",
    'ann@example.com valid-before="2020" {ann}': "is no time",
    'ann@example.com valid-before="2020-01-01" {ann}': "is no time",
    'ann@example.com valid-before="20201301Z" {ann}': "that there is not",
    'ann@example.com valid-after="20300101Z",valid-before="20200101Z" {ann}': "not after",
    "!ann@example.com {ann}": "only takes out",
    ", {ann}": "only takes out",
    '"ann@example.com {ann}': "not closed",
    '"ann@example.com"{ann}': "followed by no blank",
    'ann"@example.com" {ann}': "quote inside",
    "*@example.com {ann}": "is a pattern",
    "ann@example.com,!bob@example.com {ann}": "is a pattern",
    "ann?example.com {ann}": "is a pattern",
    "* {ann}": "its principal is *",
    "** {ann}": "its principal is *",
    "ann@example.com,* {ann}": "its principal is *",
    "* cert-authority {ca}": "its principal is *",
    "!bob@example.com cert-authority {ca}": "only takes out",
    "\ufeffann@example.com {ann}": "cannot be seen",
    "ann@example.com\x1b[31m {ann}": "cannot be seen",
    "ann@example.com\0 {ann}": "NUL",
    "ann@example.com ssh-\x1b[31m AAAAAA==": r"the line says ssh-\x1b[31m",
    "ann@example.com {certificate}": "do not count",
    "ann@example.com ssh-dss AAAAB3NzaC1kc3M=": "do not count",
}


def filled(w, line):
    ann = w.line("ed25519-ann")
    certificate = " ".join((w.folder / "ann-cert.pub").read_text().split()[:2])
    kind, blob = ann.split()
    return line.format(ann=ann, ann_type=kind, ann_blob=blob, ca=w.line("ed25519-ca"), certificate=certificate)


@pytest.mark.parametrize("line", IMPORTED)
def test_what_counts(w, line):
    names, is_authority, after, before = IMPORTED[line]
    text = filled(w, line).encode()
    listing = import_allowed_signers(b"# comment\n\n" + text + b"\n", "list")
    assert listing.notes == ()
    [key] = listing.keys
    assert (key.names, key.is_authority, key.valid_after, key.valid_before, key.line) == (names, is_authority, after, before, 3)
    assert key.key == w.line("ed25519-ca" if is_authority else "ed25519-ann")
    assert key.title == ("Ann's own key" if "own" in line else "")
    assert ssh_keygen_counts(w, text + b"\n", "ann@example.com", "cert" if is_authority else "plain")


@pytest.mark.parametrize("line", LEFT_OUT)
def test_what_is_left_out_is_named(w, line):
    text = filled(w, line).encode()
    listing = import_allowed_signers(text, "list")
    assert listing.keys == ()
    [note] = listing.notes
    assert note.startswith("list:1: not imported: ")
    assert LEFT_OUT[line] in note
    assert note.isascii()
    assert note.isprintable()


def test_what_openssh_counts_and_a_policy_cannot_say(w):
    """The lines that are left out although they count for ssh-keygen: patterns, * and what no key of a policy can be."""
    counted = {
        line for line in LEFT_OUT
        if ssh_keygen_counts(w, filled(w, line).encode(), "ann@example.com", "cert" if "{c" in line else "plain")
    }  # fmt: skip
    assert counted == {
        "*@example.com {ann}", "ann@example.com,!bob@example.com {ann}", "ann?example.com {ann}", "* {ann}", "** {ann}",
        "ann@example.com,* {ann}", "* cert-authority {ca}", '"ann@example.com"{ann}', 'ann"@example.com" {ann}',
        "ann@example.com {certificate}",
    }  # fmt: skip


def test_a_key_stands_in_a_policy_once(w):
    ann, ca = w.line("ed25519-ann"), w.line("ed25519-ca")
    lines = [
        f"ann@example.com {ann}", f'ann@example.com valid-before="20200101Z" {ann}', f"*@example.com cert-authority {ca}",
        f"*@example.org cert-authority {ca}", f"*@example.com cert-authority {ca} again", f"ann@example.com cert-authority {ann}",
    ]  # fmt: skip
    listing = import_allowed_signers("\n".join(lines).encode(), "f")
    assert [key.line for key in listing.keys] == [1, 3, 4, 6]
    assert listing.notes == (
        "f:2: not imported: the same key stands in line 1, and a policy has each key once",
        "f:5: not imported: the same key stands in line 3, and a policy has each key once",
    )


@pytest.mark.parametrize("zone", ["UTC", "Europe/Berlin", "America/St_Johns"])
@pytest.mark.parametrize("text", ["20240115", "202407011230", "20240701123015", "20240701Z", "202401011230Z"])
def test_times_are_those_of_this_machine_as_openssh_has_them(w, monkeypatch, zone, text):
    monkeypatch.setenv("TZ", zone)
    time.tzset()
    try:
        found = seconds(text)
    finally:
        monkeypatch.undo()
        time.tzset()
    line = f'ann@example.com valid-after="{text}" {w.line("ed25519-ann")}\n'.encode()
    at, before = (time.strftime("%Y%m%d%H%M%SZ", time.gmtime(found - early)) for early in (0, 1))
    assert ssh_keygen_counts(w, line, "ann@example.com", when=at, env={"TZ": zone})
    assert not ssh_keygen_counts(w, line, "ann@example.com", when=before, env={"TZ": zone})


@pytest.mark.parametrize(("names", "counts"), [("*@example.com", True), ("!ann@example.com,*@example.com", False),
    ("*@example.org", False), ("!bob@example.com,ann@*", True), ("a??@example.com", True), ("*,!ann@*", False)])  # fmt: skip
def test_patterns_are_openssh_s(w, names, counts):
    line = f"{names} cert-authority {w.line('ed25519-ca')}\n".encode()
    assert ssh_keygen_counts(w, line, "ann@example.com", "cert") is counts
    assert matches_list("ann@example.com", names.split(",")) is counts


def test_the_time_of_these_tests():
    assert seconds(WHEN) == NOW
