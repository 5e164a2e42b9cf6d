"""Changes for the rules about who signed: `signed-commit` and `signed-tag`. Signed pushes are made in tests/server."""

from __future__ import annotations

from items import GOOD, Draft, Move, Table

ZONE = "vault"
ANN = "Ann <ann@example.com>"
BOB = "Bob <bob@example.com>"


def made(sign: str = "", author: str = ANN, committer: str = ANN, *headers: str, parents: tuple[str, ...] = ("base",),
         changed: tuple[bytes, bytes] = (b"", b"")) -> Draft:  # fmt: skip
    """A commit with just these people and headers, signed by the key of this name."""
    who = [f"author {author} 1700000000 +0000", f"committer {committer} 1700000000 +0000", *headers]
    lines = ["tree {tree}", *(f"parent {{{name}}}" for name in parents), *who]
    return Draft(raw=("\n".join(lines) + f"\n\n{GOOD}").encode(), sign=sign, changed=changed)


commit = Table("signed-commit")
commit.reject("unsigned", GOOD, zone=ZONE)
commit.reject("unsigned-merge", Draft(GOOD.encode(), ("base", "side")), also="linear-history", zone=ZONE)
commit.reject("second-unsigned", made("ann"), Draft(GOOD.encode(), ("~",)), zone=ZONE)
commit.reject("by-a-stranger", made("stranger"), zone=ZONE)
commit.reject("as-somebody-else", made("bob"), zone=ZONE)
commit.reject("with-an-old-key", made("old"), zone=ZONE)
commit.reject("for-another-use", made("ann file"), zone=ZONE)
commit.reject("message-changed", made("ann", changed=(b"fix: handle", b"fix: Handle")), also="subject-style", zone=ZONE)
commit.reject("author-changed", made("ann", changed=(b"author Ann", b"author Eve")), zone=ZONE)
commit.reject("parent-added", made("ann", changed=(b"\nauthor", b"\nparent {side}\nauthor")), also="linear-history", zone=ZONE)
commit.reject("signature-cut", made("ann", changed=(b"-----END SSH", b"-----ENDE SSH")), zone=ZONE)
commit.reject("text-below", made("ann", changed=(b"END SSH SIGNATURE-----", b"END SSH SIGNATURE-----\n more")), zone=ZONE)
commit.reject("committer-of-nobody", made("ann", ANN, "Eve <eve@example.com>"), zone=ZONE)
IN_BODY = b"-----BEGIN SSH SIGNATURE-----\nAA==\n-----END SSH SIGNATURE-----\n"
commit.reject("signed-in-the-body", Draft(raw=made().raw + IN_BODY), also="ticket-reference", zone=ZONE)
commit.accept("by-ann", made("ann"), zone=ZONE)
commit.accept("by-bob", made("bob", BOB, BOB), zone=ZONE)
commit.accept("by-bob-for-ann", made("bob", ANN, BOB), zone=ZONE)
commit.accept("by-one-without-an-address", made("ci", BOB, "Eve <eve@example.com>"), zone=ZONE)
commit.accept("capitals-in-the-address", made("ann", ANN, "Ann <ANN@Example.com>"), zone=ZONE)
commit.accept("another-name", made("ann", ANN, "A. <ann@example.com>"), zone=ZONE)
commit.accept("with-a-header", made("ann", ANN, ANN, "change-id I0123456789"), zone=ZONE)
commit.accept("with-an-encoding", made("ann", ANN, ANN, "encoding UTF-8"), zone=ZONE)
commit.accept("root", made("ann", parents=()), zone=ZONE)
commit.accept("two", made("ann"), made("bob", ANN, BOB, parents=("next",)), zone=ZONE)
commit.accept("unsigned-elsewhere", made(), zone="case")
commit.accept("by-a-stranger-elsewhere", made("stranger"), zone="case")


def tag(version: str, sign: str, tagger: str = ANN, changed: tuple[bytes, bytes] = (b"", b"")) -> Draft:
    """An annotated tag of the commit before it."""
    head = f"object {{~}}\ntype commit\ntag {version}\ntagger {tagger} 1700000000 +0000\n\nthe release\n"
    return Draft(raw=head.encode(), kind="tag", sign=sign, changed=changed)


tags = Table("signed-tag")
for number, (name, target, sign, tagger, changed) in enumerate((
    ("unsigned", "ann", "", ANN, (b"", b"")),
    ("by-a-stranger", "ann", "stranger", ANN, (b"", b"")),
    ("as-somebody-else", "ann", "bob", ANN, (b"", b"")),
    ("with-an-old-key", "ann", "old", ANN, (b"", b"")),
    ("for-another-use", "ann", "ann file", ANN, (b"", b"")),
    ("message-changed", "ann", "ann", ANN, (b"the release", b"a release")),
    ("tagger-changed", "ann", "ann", ANN, (b"1700000000", b"1700000001")),
    ("of-an-unsigned-commit", "", "ann", ANN, (b"", b"")),
    ("of-a-strangers-commit", "stranger", "ann", ANN, (b"", b"")),
    ("tagger-of-nobody", "ann", "ann", "Eve <eve@example.com>", (b"", b"")),
)):  # fmt: skip
    version = f"rel/v9.0.{number}"
    tags.refuse(name, Move(f"refs/tags/{version}"), drafts=(made(target), tag(version, sign, tagger=tagger, changed=changed)))
tags.refuse("lightweight", Move("refs/tags/rel/v9.1.0", "", "base"))
tags.refuse("plain", Move("refs/tags/rel/v9.1.1", "", "tag rel/v9.1.1 base"))
for number, (name, target, sign, tagger) in enumerate((
    ("by-ann", "ann", "ann", ANN),
    ("by-bob", "ann", "bob", BOB),
    ("by-bob-of-bobs", "bob Bob", "bob", BOB),
    ("by-one-without-an-address", "ann", "ci", "Eve <eve@example.com>"),
    ("of-a-commit-by-one-without", "ci", "ann", ANN),
    ("capitals", "ann", "ann", "Ann <ANN@EXAMPLE.COM>"),
    ("another-name", "ann", "ann", "A. <ann@example.com>"),
    ("by-ann-of-bobs", "bob Bob", "ann", ANN),
)):  # fmt: skip
    version = f"rel/v9.2.{number}"
    made_by, _, committer = target.partition(" ")
    commit_ = made(made_by, BOB, BOB) if committer else made(made_by)
    tags.allow(name, Move(f"refs/tags/{version}"), drafts=(commit_, tag(version, sign, tagger=tagger)))
tags.allow("elsewhere", Move("refs/tags/v4.9.1", "", "tag v4.9.1 base"))
tags.allow("lightweight-elsewhere", Move("refs/tags/v4.9.2", "", "base"))

TABLES = (commit, tags)
