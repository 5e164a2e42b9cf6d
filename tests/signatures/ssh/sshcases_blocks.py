"""What is inside a signature, its armor, and the headers around it."""

from sshcases import ARMOR, HEADER, JUNK, MISMATCH, case, crafted, enter, in_base64, per_line, reworked
from sshmaking import ED25519_ORDER, armored, envelope, mpint, sealed, signature, string, to_sign, unsigned, with_block

for _space in ("file", "email", "Git", "git ", ""):
    enter(f"namespace {_space!r}", "B", "bad", lambda w, space=_space: crafted(w, space, namespace=space.encode()))
enter("namespace with a NUL", "G", "bad", lambda w: reworked(w, "NUL", in_base64(
    lambda data: data.replace(string(b"git"), string(b"git\0")))), JUNK)  # fmt: skip
enter("hash sha384", "B", "unsupported", lambda w: crafted(w, "hash sha384", name="sha384"))
enter("hash sha1", "B", "unsupported", lambda w: crafted(w, "hash sha1", name="sha1"))
enter("version 2", "B", "unsupported", lambda w: crafted(w, "version 2", version=2))
enter("version 0", "G", "malformed", lambda w: crafted(w, "version 0", version=0), JUNK)
enter("reserved field", "G", "malformed", lambda w: crafted(w, "reserved field", reserved=b"x"), JUNK)
enter("trailing byte", "B", "malformed", lambda w: crafted(w, "trailing byte", tail=b"\0"))
enter("another magic", "B", "malformed", lambda w: reworked(w, "magic", in_base64(lambda data: b"SSHSIX" + data[6:])))
enter("altered signature", "B", "bad", lambda w: reworked(w, "altered", in_base64(
    lambda data: data[:-9] + bytes([data[-9] ^ 1]) + data[-8:])))  # fmt: skip
enter("signature of another type", "B", "unsupported",
    lambda w: crafted(w, "of another type", blob=w.blob("rsa-2048-ann")))
enter("another's key", "B", "bad", lambda w: crafted(w, "another's key", "ed25519-stranger", w.blob("ed25519-ann")))
enter("key with a trailing byte", "B", "malformed", lambda w: crafted(w, "tail", blob=w.blob("ed25519-ann") + b"\0"))
enter("key of an unknown type", "B", "unsupported", lambda w: crafted(w, "type", blob=string(b"ssh-none") + string(b"x" * 32)))


@case("second form of an Ed25519 signature", "G", "bad", JUNK)
def _malleated(w):
    def change(data):
        return data[:-32] + (int.from_bytes(data[-32:], "little") + ED25519_ORDER).to_bytes(32, "little")

    return reworked(w, "malleated", in_base64(change))


@case("ECDSA with needless zeros", "G", "malformed", JUNK)
def _zeros(w):
    payload = unsigned("zeros")
    made = signature(w.private("ecdsa-256-ann"), to_sign(payload))
    kind, numbers = made[:23], made[27:]
    padded = string(b"\0\0" + numbers[4 : 4 + numbers[3]]) + numbers[4 + numbers[3] :]
    return w.write(with_block(payload, armored(envelope(w.blob("ecdsa-256-ann"), kind + string(padded)))))


@case("RSA key with needless zeros", "G", "malformed", JUNK)
def _padded_key(w):
    numbers = w.private("rsa-2048-ann").public_key().public_numbers()
    blob = string(b"ssh-rsa") + string(b"\0" + mpint(numbers.e)[4:]) + mpint(numbers.n)
    return crafted(w, "padded key", "rsa-2048-ann", blob)


@case("point not written in full", "B", "malformed")
def _compressed(w):
    numbers = w.private("ecdsa-256-ann").public_key().public_numbers()
    point = bytes([2 + (numbers.y & 1)]) + numbers.x.to_bytes(32, "big")
    return crafted(w, "point", "ecdsa-256-ann", string(b"ecdsa-sha2-nistp256") + string(b"nistp256") + string(point))


enter("empty line after END", "G", "good", lambda w: reworked(w, "empty line", lambda block: block + b"\n"))
enter("white space after END", "G", "good", lambda w: reworked(w, "white space", lambda block: block + b" \t\n\n"))
enter("text after END", "G", "malformed", lambda w: reworked(w, "text", lambda block: block + b"\nmore"), ARMOR)
enter("text in the line of END", "G", "malformed", lambda w: reworked(w, "text", lambda block: block + b"more"), ARMOR)
enter("second block", "G", "malformed", lambda w: reworked(w, "second", lambda block: block + b"\n" + block), ARMOR)
enter("OpenPGP block after it", "G", "malformed", lambda w: reworked(w, "both", lambda block: block + b"\n" + PGP), ARMOR)
enter("OpenPGP block before it", "N", "malformed", lambda w: reworked(w, "both", lambda block: PGP + b"\n" + block))
enter("no END", "B", "malformed", lambda w: reworked(w, "no END", lambda block: block.rpartition(b"\n")[0]))
enter("empty line within", "G", "malformed", lambda w: reworked(w, "within", lambda b: b.replace(b"\n", b"\n\n", 2)), ARMOR)
enter("blanks within", "G", "malformed", lambda w: reworked(w, "blanks", lambda b: b[:60] + b" \t" + b[60:]), ARMOR)
enter("lines end in CRLF", "B", "malformed", lambda w: reworked(w, "CRLF", lambda block: block.replace(b"\n", b"\r\n")))
enter("later lines end in CRLF", "G", "malformed", lambda w: reworked(w, "CR", lambda block: per_line(block, b"\r\n")), ARMOR)
enter("one long line", "G", "good", lambda w: reworked(w, "long", lambda block: per_line(block, b"")))
enter("altered commit", "B", "bad", lambda w: w.write(w.raw(w.git_signed(w.path("ed25519-ann"))).replace(b"Ann", b"Bob", 1)))
enter("another subject", "B", "bad", lambda w: w.write(w.raw(w.git_signed(w.path("ed25519-ann"))) + b"more\n"))
PGP = b"-----BEGIN PGP SIGNATURE-----\n\niHUEABYKAB0=\n-----END PGP SIGNATURE-----"


def _committed_by_bob(w):
    payload = unsigned("bob", email=b"bob@example.com")
    return w.write(with_block(payload, sealed(w.private("ed25519-ann"), w.blob("ed25519-ann"), payload)))


enter("principal of another committer", "G", "principal-mismatch", _committed_by_bob, MISMATCH)


@case("truncated base64", "B", "malformed")
def _cut(w):
    return reworked(w, "cut", in_base64(lambda data: data[:-10]))


@case("base64 with spare bits", "B", "malformed")
def _spare(w):
    def change(block):
        at = block.rindex(b"=\n") - 1
        return block[:at] + bytes([block[at] + 1]) + block[at + 1 :]  # the last letter's two low bits are not read

    return reworked(w, "spare", change)


@case("gpgsig twice", "G", "malformed", HEADER)
def _twice(w):
    payload = unsigned("twice")
    block = sealed(w.private("ed25519-ann"), w.blob("ed25519-ann"), payload)
    return w.write(with_block(with_block(payload, block), block))


@case("an extra header gpgsigfoo", "G", "malformed", HEADER)
def _extra(w):
    payload = unsigned("extra")
    block = sealed(w.private("ed25519-ann"), w.blob("ed25519-ann"), payload)
    return w.write(with_block(with_block(payload, block), b"unsigned text", b"gpgsigfoo"))


@case("bytes after a NUL", "B", "malformed")
def _after_nul(w):
    payload = unsigned("nul")
    block = sealed(w.private("ed25519-ann"), w.blob("ed25519-ann"), payload)
    return w.write(with_block(payload, block) + b"\0forged")


@case("signature in the body", "N", "unsigned")
def _in_body(w):
    payload = unsigned("body")
    block = sealed(w.private("ed25519-ann"), w.blob("ed25519-ann"), payload)
    return w.write(payload + b"gpgsig " + block.replace(b"\n", b"\n ") + b"\n")


@case("in gpgsig-sha256 only", "N", "unsigned")
def _other_header(w):
    payload = unsigned("other")
    return w.write(with_block(payload, sealed(w.private("ed25519-ann"), w.blob("ed25519-ann"), payload), b"gpgsig-sha256"))


