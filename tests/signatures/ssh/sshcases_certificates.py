"""Certificates, and what is revoked."""

from sshcases import FLOOR, JUNK, OPTION, SECURITY_KEYS, case, crafted, enter
from sshmaking import certificate_body, issued, signature, string


def _certified(name, git, ours, *options, why="", revoked="", key="ed25519-ann", authority="ed25519-ca", **more):
    file = name.replace(" ", "-").replace(":", "").replace("@", "-")
    enter(f"certificate: {name}", git, ours,
           lambda w: w.git_signed(w.certified(file, key, authority, *options, **more)), why, revoked)  # fmt: skip


for _kind in ("ed25519", "ecdsa-256", "ecdsa-384", "ecdsa-521", "rsa-2048"):
    _certified(f"of {_kind}", "G", "good", key=f"{_kind}-ann")
_certified("of an unlisted key", "G", "good", key="ed25519-stranger")
_certified("by an RSA authority", "G", "good", authority="rsa-2048-ca")
_certified("by a small RSA authority", "G", "weak", authority="rsa-1024-ca", why=FLOOR)
_certified("by an authority's SHA-1", "G", "unsupported", "-t", "ssh-rsa", authority="rsa-2048-ca", why=FLOOR)
_certified("by a stranger", "U", "unknown-key", authority="ed25519-stranger")
_certified("in its window", "G", "good", "-V", "20230101Z:20240101Z")
_certified("expired", "U", "expired", "-V", "20200101Z:20210101Z")
_certified("not yet valid", "U", "not-yet-valid", "-V", "20300101Z:20310101Z")
_certified("of another principal", "U", "unknown-key", principals="ann@example.org")
_certified("of several principals", "G", "good", principals="root,ann@example.org,ann@example.com")
_certified("of nobody", "U", "unknown-key", principals="")
_certified("taken out", "B", "unknown-key", authority="ed25519-narrow", principals="bob@example.com")
_certified("not taken out", "G", "good", authority="ed25519-narrow")
_certified("of a host", "U", "unsupported", "-h")
_certified("force-command", "G", "good", "-O", "force-command=/bin/true")
_certified("source-address", "G", "good", "-O", "source-address=192.0.2.0/24")
_certified("unknown option", "G", "unsupported", "-O", "critical:sign-only@example.com=x", why=OPTION)
_certified("unknown extension", "G", "good", "-O", "extension:more@example.com=x")
_certified("serial revoked", "B", "revoked-hard", "-z", "77", revoked="krl")
_certified("serial in a range", "B", "revoked-hard", "-z", "150", revoked="krl")
_certified("serial of another authority", "G", "good", "-z", "77", authority="rsa-2048-ca", revoked="krl")
_certified("serial not revoked", "G", "good", "-z", "78", revoked="krl")
_certified("id revoked", "B", "revoked-hard", names="-I gone", revoked="krl")
_certified("id of another authority", "G", "good", names="-I gone", authority="rsa-2048-ca", revoked="krl")
_certified("id revoked for all", "B", "revoked-hard", names="-I everywhere", authority="rsa-2048-ca", revoked="krl")
_certified("authority revoked", "B", "revoked-hard", authority="ed25519-lostca", revoked="krl")
_certified("authority in a list", "B", "revoked-hard", authority="ed25519-lostca", revoked="list")
_certified("its plain key revoked", "B", "revoked-hard", key="ed25519-lost", revoked="krl")
_certified("its plain key's hash", "B", "revoked-hard", key="ed25519-hashed", revoked="hashes")
for _where in ("krl", "hashes", "list"):
    enter(f"key revoked: {_where}", "B", "revoked-hard", lambda w: w.git_signed(w.path("ed25519-lost")), revoked=_where)
    enter(f"key not revoked: {_where}", "G", "good", lambda w: w.git_signed(w.path("ed25519-ann")), revoked=_where)
enter("a listed certificate's key", "B", "revoked-hard", lambda w: w.git_signed(w.path("ecdsa-256-ann")), revoked="list")
enter("stranger's key, revoked: list", "U", "unknown-key", lambda w: w.git_signed(w.path("ed25519-stranger")), revoked="list")

PIN = string(b"verify-required") + string(b"")


def _made(name, git, ours, key="ed25519-ann", why="", tail=b"", change=lambda blob: blob, **more):
    def make(w):
        private = SECURITY_KEYS.get(key) or w.private(key)
        plain = private.blob if key in SECURITY_KEYS else w.blob(key)
        blob = issued(plain, w.private("ed25519-ca"), w.blob("ed25519-ca"), **more) + tail
        return crafted(w, name, key, change(blob))

    enter(f"certificate: {name}", git, ours, make, why)


_made("of sk-ed25519", "G", "good", "sk-ed25519")
_made("of sk-p256", "G", "good", "sk-p256")
_made("PIN not given", "G", "weak", "sk-ed25519", OPTION, options=PIN)
_made("PIN given", "G", "good", "sk-pin", options=PIN)
_made("PIN for a plain key", "G", "weak", "ed25519-ann", OPTION, options=PIN)
_made("of an unknown kind", "B", "unsupported", kind=3)
_made("trailing byte", "B", "malformed", tail=b"\0")
_made("option without value", "B", "malformed", options=string(b"verify-required"))
_made("NUL in a principal", "B", "malformed", principals=(b"ann@example.com\0x",))
_made("NUL after its id", "G", "malformed", why=JUNK, key_id=b"ann\0")
_made("of 257 principals", "B", "malformed", principals=(b"ann@example.com",) * 257)
_made("altered", "B", "bad", change=lambda blob: blob.replace(b"ann@example.com", b"bob@example.com"))


@case("certificate: issued by a certificate", "B", "unsupported")
def _chain(w):
    plain, authority = w.blob("ed25519-ann"), w.private("ed25519-ca")
    middle = issued(w.blob("ed25519-stranger"), authority, w.blob("ed25519-ca"))
    body = certificate_body(plain, middle)
    return crafted(w, "chain", blob=body + string(signature(w.private("ed25519-stranger"), body)))


@case("certificate: issued by its own key", "U", "unknown-key")
def _own(w):
    return crafted(w, "own", blob=issued(w.blob("ed25519-ann"), w.private("ed25519-ann"), w.blob("ed25519-ann")))


@case("certificate: issued by a security key", "U", "unknown-key")
def _by_security_key(w):
    key = SECURITY_KEYS["sk-p256"]
    return crafted(w, "by a security key", blob=issued(w.blob("ed25519-ann"), key, key.blob))
