"""Signed commits of all kinds, as raw objects: what git says of each stands beside what gitward says in `VERDICTS`."""

from __future__ import annotations

from pgpforge import MADE, NOTATION, Forger, armored, packet, sub
from pgppeople import STATUS_LINES, People

T = 1_641_081_600  # 2022-01-02, when most of them sign

LISTED_FORGERS = ("fay", "short", "certifier", "curve")

# name: git's %G?, gitward's status with the clock at the signature's own time, with the clock in 2026, a word of why
VERDICTS = {
    "ed25519": ("G", "good", "good", ""),
    "rsa": ("G", "good", "good", ""),
    "subkey": ("G", "good", "good", ""),
    "ecdsa p256": ("G", "good", "good", ""),
    "ecdsa p521": ("G", "good", "good", ""),
    "ecdsa secp256k1": ("G", "good", "good", ""),
    "ecdsa brainpool": ("G", "good", "good", ""),
    "dsa of 1024 bits": ("G", "weak", "weak", "1024 bits"),
    "rsa of 1024 bits": ("G", "weak", "weak", "1024 bits"),
    "sha1": ("G", "weak", "weak", "sha1"),
    "md5": ("E", "weak", "weak", "md5"),
    "a big number": ("G", "good", "good", ""),
    "old packet form": ("G", "good", "good", ""),
    "crlf": ("G", "good", "good", ""),
    "comment in the armor": ("G", "good", "good", ""),
    "no crc": ("G", "good", "good", ""),
    "empty line after the end": ("G", "good", "good", ""),
    "notation": ("G", "good", "good", ""),
    "critical notation": ("B", "bad", "bad", "not over these bytes"),
    "key expired since": ("Y", "good", "expired", ""),
    "key expired before": ("Y", "expired", "expired", ""),
    "signature expired since": ("X", "good", "expired", ""),
    "subkey expired since": ("Y", "good", "expired", ""),
    "compromised after": ("R", "revoked-hard", "revoked-hard", "compromised"),
    "revoked without a reason": ("R", "revoked-hard", "revoked-hard", "no reason"),
    "retired after": ("R", "good", "revoked-soft", ""),
    "retired before": ("R", "revoked-soft", "revoked-soft", ""),
    "subkey superseded after": ("R", "good", "revoked-soft", ""),
    "unknown key": ("E", "unknown-key", "unknown-key", "no listed certificate"),
    "stranger with a listed user id": ("G", "unknown-key", "unknown-key", "no listed certificate"),
    "subkey that the listed copy does not bind": ("G", "unknown-key", "unknown-key", "no listed certificate"),
    "key whose user id carries status lines": ("Y", "good", "expired", ""),
    "older than its key": ("E", "not-yet-valid", "not-yet-valid", "older than its key"),
    "key that is not for signing": ("E", "unsupported", "unsupported", "not for signing"),
    "digest too short for the curve": ("E", "unsupported", "unsupported", "too short"),
    "subkey that has not agreed": ("E", "unsupported", "unsupported", "cross-certified"),
    "subkey that has agreed": ("G", "good", "good", ""),
    "no time": ("E", "malformed", "malformed", "when it was made"),
    "two times": ("G", "malformed", "malformed", "when it was made"),
    "no issuer": ("E", "unknown-key", "unknown-key", "does not name"),
    "version 3": ("G", "unsupported", "unsupported", "version 3"),
    "version 5": ("N", "unsupported", "unsupported", "version 5"),
    "over text": ("G", "unsupported", "unsupported", "over text"),
    "over a certificate": ("E", "malformed", "malformed", "type 0x10"),
    "marker packet": ("G", "malformed", "malformed", "packet of type 10"),
    "junk in the packet": ("G", "malformed", "malformed", "after the numbers"),
    "junk after the packet": ("G", "malformed", "malformed", "more than one packet"),
    "two packets": ("E", "malformed", "malformed", "more than one packet"),
    "two armors": ("E", "malformed", "malformed", "after the signature's END"),
    "signed message of other text": ("N", "malformed", "malformed", "packet of type 8"),
    "indefinite length": ("N", "malformed", "malformed", "no definite length"),
    "pgp message": ("N", "malformed", "malformed", "BEGIN PGP SIGNATURE"),
    "no end": ("G", "malformed", "malformed", "no END line"),
    "wrong crc": ("N", "malformed", "malformed", "CRC is wrong"),
    "text after the end": ("G", "malformed", "malformed", "after the signature's END"),
    "text before the beginning": ("fatal", "malformed", "malformed", "BEGIN PGP SIGNATURE"),
    "ssh after it": ("G", "malformed", "malformed", "after the signature's END"),
    "a megabyte": ("G", "malformed", "malformed", "more than"),
    "altered message": ("B", "bad", "bad", "not over these bytes"),
    "altered tree": ("B", "bad", "bad", "not over these bytes"),
    "of another commit": ("B", "bad", "bad", "not over these bytes"),
    "wrong first bytes of the digest": ("G", "good", "good", ""),
    "for the other hash too": ("G", "good", "good", ""),
    "bytes after nul": ("B", "gate", "gate", "NUL"),
    "moved into the message": ("N", "unsigned", "unsigned", ""),
    "two signature headers": ("E", "gate", "gate", "gpgsig"),
    "another signature header": ("G", "gate", "gate", "gpgsigfoo"),
}


def commit(subject="work", when=T):
    who = b"Ann <ann@example.com> %d +0000" % when
    return b"tree 4b825dc642cb6eb9a060e54bf8d69288fbee4904\nauthor %b\ncommitter %b\n\n%b\n" % (who, who, subject.encode())


def with_signature(raw, block, header=b"gpgsig"):
    head, _, body = raw.partition(b"\n\n")
    return head + b"\n" + header + b" " + block.rstrip(b"\n").replace(b"\n", b"\n ") + b"\n\n" + body


def make_people():
    """Everybody, with what is listed and what is not. Gives the people and the forger."""
    people = People()
    for name, algorithm in (("ann", "ed25519"), ("bob", "rsa2048"), ("cay", "nistp256"), ("jon", "nistp521"),
                            ("hal", "secp256k1"), ("ida", "brainpoolP256r1"), ("dan", "dsa1024"), ("gus", "rsa1024"),
                            ("lost", "ed25519"), ("mute", "ed25519"), ("retired", "ed25519"), ("zoe", "ed25519")):  # fmt: skip
        people.add(name, algorithm)
    people.add("eve", user_id="Ann  <ann@example.com>")
    people.add("old", expires="20220601T000000")
    people.add("ake", user_id=STATUS_LINES.format(fingerprint=people.fingerprints["ann"]), expires="20220601T000000")
    people.add_subkey("old")
    people.export("old")
    people.add_subkey("bob")
    people.add_subkey("bob", expires="20220601T000000")
    people.export("bob")
    people.add_subkey("bob")  # after the copy was made that is listed
    people.add_subkey("cay")
    return people


def make_forgers():
    """RSA keys outside gpg: one for everything, one that expires after a day, one that may only certify, and two subkeys."""
    forgers = {"fay": Forger(), "short": Forger("Short <short@example.com>", lifetime=86_400),
               "certifier": Forger("Certifier <certifier@example.com>", flags=b"\x01"),
               "curve": Forger("Curve <curve@example.com>", bits=384), "taken": Forger(), "agreed": Forger()}  # fmt: skip
    forgers["fay"].subkey(forgers["taken"], crossed=False)
    forgers["fay"].subkey(forgers["agreed"], crossed=True)
    return forgers


def make_commits(people: People, forgers):
    """Name -> raw commit, for every name in VERDICTS."""
    plain = commit()
    subkeys = people.subkeys("bob")
    made = {
        "ed25519": people.sign("ann", plain), "rsa": people.sign("bob", plain), "subkey": people.sign(subkeys[0], plain),
        "ecdsa p256": people.sign("cay", plain), "ecdsa p521": people.sign("jon", plain),
        "ecdsa secp256k1": people.sign("hal", plain), "ecdsa brainpool": people.sign("ida", plain),
        "dsa of 1024 bits": people.sign("dan", plain, "--digest-algo", "SHA256"), "rsa of 1024 bits": people.sign("gus", plain),
        "sha1": people.sign("bob", plain, "--digest-algo", "SHA1"),
        "comment in the armor": people.sign("ann", plain, "--comment", "made by hand", "--emit-version"),
        "key expired since": people.sign("old", plain),
        "signature expired since": people.sign("ann", plain, "--default-sig-expire", "30d"),
        "subkey expired since": people.sign(subkeys[1], plain),
        "key whose user id carries status lines": people.sign("ake", plain),
        "compromised after": people.sign("lost", plain), "revoked without a reason": people.sign("mute", plain),
        "retired after": people.sign("retired", plain),
        "retired before": people.sign("retired", plain, at="20230601T000000"),
        "subkey superseded after": people.sign(people.subkeys("cay")[0], plain),
        "stranger with a listed user id": people.sign("eve", plain), "unknown key": people.sign("zoe", plain),
        "subkey that the listed copy does not bind": people.sign(subkeys[2], plain),
        "over text": people.sign("ann", plain, "--textmode"),
        "notation": people.sign("ann", plain, "--sig-notation", "a@example.com=b"),
    }  # fmt: skip
    people.revoke("lost", 1)
    people.revoke("mute", 0)
    people.revoke("retired", 3)
    people.revoke("cay", 2, subkey=1)
    made |= forged(plain, forgers, people)
    commits = {name: with_signature(plain, block) for name, block in made.items()}
    good = commits["ed25519"]
    commits["altered message"] = good.replace(b"\n\nwork\n", b"\n\nworse\n")
    commits["altered tree"] = good.replace(b"tree 4b", b"tree 4c")
    commits["of another commit"] = with_signature(commit("another"), made["ed25519"])
    head, _, body = good.partition(b"\n\n")
    header = head[head.index(b"\ngpgsig ") :]
    commits["bytes after nul"] = good + b"\0and more\n"
    commits["moved into the message"] = plain + header[1:] + b"\n"
    commits["two signature headers"] = head + header + b"\n\n" + body
    commits["another signature header"] = head + b"\ngpgsigfoo x\n\n" + body
    commits["for the other hash too"] = head + header.replace(b"gpgsig ", b"gpgsig-sha256 ") + b"\n\n" + body
    return commits


def forged(plain, forgers, people: People):
    """Signatures that gpg does not make, and blocks that nobody should."""
    fay = forgers["fay"]
    rsa = fay.signature(plain)
    ann = people.sign("ann", plain)
    binary = people.sign("ann", plain, armor=False)
    other = people.sign("ann", b"other text\n", "--compress-level", "6", mode="--sign", armor=False)
    end = b"-----END PGP SIGNATURE-----"
    bare = armored(binary)
    crc_at = ann.index(b"\n=") + 2
    early = packet(2, fay.signature(plain, made=MADE - 1000))
    critical = sub(NOTATION, b"\x80\0\0\0\0\1\0\1ab", critical=True)
    time = sub(2, (MADE + 100).to_bytes(4, "big"))
    return {
        "md5": armored(packet(2, fay.signature(plain, digest="md5"))),
        "a big number": armored(packet(2, rsa)),
        "old packet form": armored(packet(2, rsa, new=False)),
        "critical notation": armored(packet(2, fay.signature(plain, extra=critical))),
        "key expired before": armored(packet(2, forgers["short"].signature(plain, made=MADE + 90_000))),
        "key that is not for signing": armored(packet(2, forgers["certifier"].signature(plain))),
        "digest too short for the curve": armored(packet(2, forgers["curve"].signature(plain))),
        "subkey that has not agreed": armored(packet(2, forgers["taken"].signature(plain))),
        "subkey that has agreed": armored(packet(2, forgers["agreed"].signature(plain))),
        "older than its key": armored(early),
        "no time": armored(packet(2, fay.signature(plain, hashed=b""))),
        "two times": armored(packet(2, fay.signature(plain, extra=time))),
        "no issuer": armored(packet(2, fay.signature(plain, hashed=time, unhashed=b""))),
        "wrong first bytes of the digest": armored(packet(2, fay.signature(plain, left=b"\0\0"))),
        "version 3": armored(packet(2, fay.signature(plain, version=3))),
        "version 5": armored(packet(2, fay.signature(plain, version=5))),
        "over a certificate": armored(packet(2, fay.signature(plain, kind=0x10))),
        "marker packet": armored(packet(10, b"PGP") + packet(2, rsa)),
        "junk in the packet": armored(packet(2, rsa + b"junk")),
        "junk after the packet": armored(packet(2, rsa) + packet(60, b"junk")),
        "two packets": armored(packet(2, rsa) + packet(2, rsa)),
        "two armors": ann + ann,
        "signed message of other text": armored(other),
        "indefinite length": armored(b"\x8b" + rsa),
        "pgp message": people.sign("ann", plain, mode="--sign"),
        "no end": ann.replace(end, b""),
        "wrong crc": ann[:crc_at] + (b"AAAA" if ann[crc_at : crc_at + 4] != b"AAAA" else b"BBBB") + ann[crc_at + 4 :],
        "crlf": ann.replace(b"\n", b"\r\n"),
        "no crc": bare,
        "empty line after the end": ann + b" \n",
        "text after the end": ann + b"and text\n",
        "text before the beginning": b"text\n" + ann,
        "ssh after it": ann + b"-----BEGIN SSH SIGNATURE-----\nU1NIU0lH\n-----END SSH SIGNATURE-----\n",
        "a megabyte": ann.replace(b"\n\n", b"\n" + b"Comment: more\n" * 80_000 + b"\n", 1),
    }
