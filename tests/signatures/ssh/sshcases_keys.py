"""Every type of key that git can sign with, listed or not, and when."""

import hashlib
from base64 import b64encode

from sshcases import FLOOR, SECOND, SECURITY_KEYS, WEBAUTHN, case, crafted, enter
from sshmaking import SecurityKey, armored, envelope, sealed, signature, string, to_sign, unsigned, with_block

for _kind in ("ed25519", "ecdsa-256", "ecdsa-384", "ecdsa-521", "rsa-2048"):
    enter(f"git: {_kind}", "G", "good", lambda w, kind=_kind: w.git_signed(w.path(f"{kind}-ann")))
enter("rsa-sha2-256", "G", "good", lambda w: crafted(w, "rsa-sha2-256", "rsa-2048-ann", kind="rsa-sha2-256"))
enter("hash sha256", "G", "good", lambda w: crafted(w, "hash sha256", name="sha256"))
for _name in SECURITY_KEYS:
    enter(f"security key: {_name}", "G", "good", lambda w, name=_name: crafted(w, f"security key: {name}", name))
enter("security key: counter", "B", "bad", lambda w: reworked_key(w, lambda state: state[:-1] + bytes([state[-1] ^ 1])))
enter("security key: flags", "B", "bad", lambda w: reworked_key(w, lambda state: bytes([state[0] ^ 4]) + state[1:]))
enter("another application", "U", "unknown-key", lambda w: w.write(_by(SecurityKey(application=b"ssh:other"))))
enter("unknown key", "U", "unknown-key", lambda w: w.git_signed(w.path("ed25519-stranger")))
enter("the authority's own key", "U", "unknown-key", lambda w: w.git_signed(w.path("ed25519-ca")))
enter("a line whose type is not the key's", "U", "unknown-key", lambda w: w.git_signed(w.path("ed25519-mistyped")))
enter("a line with an unknown option", "U", "unknown-key", lambda w: w.git_signed(w.path("ed25519-void")))
enter("a line for other namespaces", "B", "unknown-key", lambda w: w.git_signed(w.path("ed25519-files")))
enter("rsa of 1024 bits", "G", "weak", lambda w: w.git_signed(w.path("rsa-1024-ann")), FLOOR)
enter("rsa over SHA-1", "B", "unsupported", lambda w: crafted(w, "rsa over SHA-1", "rsa-2048-ann", kind="ssh-rsa"))
enter("expired key", "U", "expired", lambda w: w.git_signed(w.path("ed25519-old")))
enter("expired key, set back", "G", "good", lambda w: w.git_signed(w.path("ed25519-old"), 1_500_000_000))
enter("the second of valid-before", "G", "expired", lambda w: w.git_signed(w.path("ed25519-old"), 1_577_836_800), SECOND)
enter("the second after", "U", "expired", lambda w: w.git_signed(w.path("ed25519-old"), 1_577_836_801))
enter("the second before", "G", "good", lambda w: w.git_signed(w.path("ed25519-old"), 1_577_836_799))
enter("key not yet valid", "U", "not-yet-valid", lambda w: w.git_signed(w.path("ed25519-new")))
enter("key from its first second", "G", "good", lambda w: w.git_signed(w.path("ed25519-new"), 1_893_456_000))


def _by(key):
    payload = unsigned("by another")
    return with_block(payload, sealed(key, key.blob, payload))


def reworked_key(w, change):
    key, payload = SECURITY_KEYS["sk-ed25519"], unsigned("reworked")
    made = key.signature(to_sign(payload))
    return w.write(with_block(payload, armored(envelope(key.blob, made[:-5] + change(made[-5:])))))


@case("rsa signature without its leading zeros", "G", "good")
def _short_rsa(w):
    key = w.private("rsa-2048-ann")
    for number in range(5000):
        payload = unsigned(f"try {number}")
        made = signature(key, to_sign(payload))
        kind, value = made[:16], made[20:]
        if value[0] == 0:
            return w.write(with_block(payload, armored(envelope(w.blob("rsa-2048-ann"), kind + string(value.lstrip(b"\0"))))))
    raise AssertionError("none in 5,000")


@case("webauthn", "G", "unsupported", WEBAUTHN)
def _webauthn(w):
    key, payload = SECURITY_KEYS["sk-p256"], unsigned("webauthn")
    challenge = b64encode(to_sign(payload), altchars=b"-_").rstrip(b"=")
    client = b'{"type":"webauthn.get","challenge":"%s","origin":"https://example.com"}' % challenge
    state = b"\1\0\0\0\7"
    inner = signature(key.key, hashlib.sha256(key.application).digest() + state + hashlib.sha256(client).digest())
    inner = inner[int.from_bytes(inner[:4], "big") + 4 :]
    made = string(b"webauthn-" + key.type) + inner + state + string(b"https://example.com") + string(client) + string(b"")
    return w.write(with_block(payload, armored(envelope(key.blob, made))))


