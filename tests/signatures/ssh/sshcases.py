"""Commits signed with SSH, each with what git says of it (`%G?`) and what gitward says. Where they differ, why.

git: G good, U good by a key that is not listed, B bad, N no signature, or none that it has a key for. The status is judged
at the committer's date, as git does it, so that both can be compared. The cases stand in sshcases_*.py.
"""

from base64 import b64decode, b64encode

from cryptography.hazmat.primitives.asymmetric import ec
from sshmaking import (
    NOW,
    SecurityKey,
    armored,
    run,
    sealed,
    unsigned,
    with_block,
)

ARMOR = "anything but white space after END, or armor that is not in its one form"
JUNK = "junk inside the signature: not in its one form, or a field that nobody signed"
HEADER = "headers that the canonical gate refuses"
FLOOR = "a floor on RSA keys and on what their authority signs with"
OPTION = "a critical option of a certificate that is not known, or not kept"
MISMATCH = "an SSH principal that does not match the committer, where the principal lists addresses"
SECOND = "the very second of valid-before counts for OpenSSH, and not for a policy"
WEBAUTHN = "signatures of web browsers, which ssh-keygen does not make"
DIFFERENCES = {ARMOR, JUNK, HEADER, FLOOR, OPTION, MISMATCH, SECOND, WEBAUTHN}
"""git accepts, gitward refuses: there are no others, and none the other way round."""

CASES = {}
SECURITY_KEYS = {
    "sk-ed25519": SecurityKey(), "sk-p256": SecurityKey(ec.SECP256R1()), "sk-untouched": SecurityKey(flags=0),
    "sk-pin": SecurityKey(flags=5),
}  # fmt: skip


def allowed_signers(w):
    """The list that git gets, and from which gitward's trust is imported."""
    plain = ["ed25519-ann", "ecdsa-256-ann", "ecdsa-384-ann", "ecdsa-521-ann", "rsa-2048-ann", "rsa-1024-ann", "ed25519-lost",
             "ed25519-hashed"]  # fmt: skip
    lines = [f"ann@example.com {w.line(name)}" for name in plain]
    for key in SECURITY_KEYS.values():
        lines.append(f"ann@example.com {key.type.decode()} {b64encode(key.blob).decode()}")
    lines += [
        f'ann@example.com valid-before="20200101Z" {w.line("ed25519-old")}',
        f'ann@example.com valid-after="20300101000000Z" {w.line("ed25519-new")}',
        f'ann@example.com namespaces="file,email" {w.line("ed25519-files")}',
        f"ann@example.com ssh-rsa {w.line('ed25519-mistyped').split()[1]}",
        f"ann@example.com no-such-option {w.line('ed25519-void')}",
        f"*@example.com cert-authority {w.line('ed25519-ca')}",
        f"*@example.com cert-authority {w.line('rsa-2048-ca')}",
        f"*@example.com cert-authority {w.line('rsa-1024-ca')}",
        f"*@example.com cert-authority {w.line('ed25519-lostca')}",
        f'!bob@example.com,*@example.com cert-authority,valid-before="20300101Z" {w.line("ed25519-narrow")}',
    ]
    return "\n".join(lines) + "\n"


def revocations(w):
    """What is revoked -> the bytes of the file. `krl` by key, serial, range, id and authority; `hashes` by SHA-1 and SHA-256."""
    spec, other = w.folder / "spec", w.folder / "other"
    spec.write_text("serial: 77\nserial: 100-200\nserial: 0x1000\nid: gone\n")
    run("ssh-keygen", "-q", "-k", "-f", w.folder / "krl", "-s", w.path("ed25519-ca").with_suffix(".pub"), spec)
    spec.write_text(f"key: {w.line('ed25519-lost')}\n{w.line('ed25519-lostca')}\n")
    run("ssh-keygen", "-q", "-k", "-u", "-f", w.folder / "krl", spec)
    other.write_text("id: everywhere\n")
    run("ssh-keygen", "-q", "-k", "-u", "-f", w.folder / "krl", "-s", "none", other)
    spec.write_text(f"sha1: {w.line('ed25519-lost')}\nsha256: {w.line('ed25519-hashed')}\n")
    run("ssh-keygen", "-q", "-k", "-f", w.folder / "hashes", spec)
    w.certificate("listed", "ecdsa-256-ann", "ed25519-ca")
    certified = (w.folder / "listed-cert.pub").read_text()
    return {
        "": None,
        "krl": (w.folder / "krl").read_bytes(),
        "hashes": (w.folder / "hashes").read_bytes(),
        "list": f"# lost\n\n{w.line('ed25519-lost')} comment\n{w.line('ed25519-lostca')}\n{certified}".encode(),
    }


def enter(name, git, ours, make, why="", revoked=""):
    """Enter a function that makes a commit: from a workshop to its oid."""
    assert name not in CASES
    CASES[name] = (make, git, ours, why, revoked)


def case(name, git, ours, why="", revoked=""):
    """`enter`, above the function."""

    def entered(make):
        enter(name, git, ours, make, why, revoked)
        return make

    return entered


def crafted(w, subject, key="ed25519-ann", blob=None, time=NOW, **more):
    """A commit with a signature that is put together here."""
    private = SECURITY_KEYS.get(key) or w.private(key)
    own = private.blob if key in SECURITY_KEYS else w.blob(key)
    payload = unsigned(subject, time)
    return w.write(with_block(payload, sealed(private, blob or own, payload, **more)))


def reworked(w, subject, change, key="ed25519-ann"):
    """A commit whose block was good before `change(block)`."""
    payload = unsigned(subject)
    return w.write(with_block(payload, change(sealed(w.private(key), w.blob(key), payload))))


def per_line(block, end):
    """The lines of base64 ended by `end` in place of LF."""
    begin, *lines, last = block.split(b"\n")
    return begin + b"\n" + end.join(lines) + b"\n" + last


def in_base64(change):
    """A change of a block that is one of the bytes within."""
    return lambda block: armored(change(b64decode(b"".join(block.split(b"\n")[1:-1]))))
