"""Changes for the rules about objects and history: `malformed-object`, `linear-history`."""

from __future__ import annotations

from items import GOOD, Draft, Move, Table, titled

TREE, PARENT = "tree {tree}", "parent {base}"
AUTHOR = "author Ann <ann@example.com> 1700000000 +0000"
COMMITTER = "committer Ann <ann@example.com> 1700000000 +0000"
SIGNATURE = "-----BEGIN PGP SIGNATURE-----\n \n iQEzBAABCAAdFiEE\n =abcd\n -----END PGP SIGNATURE-----"
MERGETAG = "mergetag object {side}\n type commit\n tag v0.1.0\n tagger Ann <ann@example.com> 1700000000 +0000\n \n first"


def raw(*headers: str, message: str | bytes = GOOD, gap: bytes = b"\n\n") -> Draft:
    """A commit with just these header lines."""
    text = message if isinstance(message, bytes) else message.encode()
    return Draft(raw="\n".join(headers).encode() + gap + text)


def authored(author: str) -> Draft:
    return raw(TREE, PARENT, f"author {author}", COMMITTER)


def extra(*headers: str) -> Draft:
    return raw(TREE, PARENT, AUTHOR, COMMITTER, *headers)


malformed = Table("malformed-object")
malformed.reject("two-authors", raw(TREE, PARENT, AUTHOR, AUTHOR.replace("Ann", "Bob"), COMMITTER))
malformed.reject("two-committers", raw(TREE, PARENT, AUTHOR, COMMITTER, COMMITTER.replace("Ann", "Bob")))
malformed.reject("no-author", raw(TREE, PARENT, COMMITTER))
malformed.reject("committer-first", raw(TREE, PARENT, COMMITTER, AUTHOR))
malformed.reject("parent-after-author", raw(TREE, AUTHOR, PARENT, COMMITTER))
malformed.reject("two-brackets", authored("Bob <evil@x> <ann@example.com> 1700000000 +0000"))
malformed.reject("no-brackets", authored("Ann ann@example.com 1700000000 +0000"))
malformed.reject("date-out-of-range", authored("Ann <ann@example.com> 99999999999999999999 +0000"))
malformed.reject("date-with-zero", authored("Ann <ann@example.com> 01700000000 +0000"))
malformed.reject("negative-date", authored("Ann <ann@example.com> -1 +0000"))
malformed.reject("no-date", authored("Ann <ann@example.com>"))
malformed.reject("zone-of-words", authored("Ann <ann@example.com> 1700000000 UTC"))
malformed.reject("zone-out-of-range", authored("Ann <ann@example.com> 1700000000 +0099"))
malformed.reject("nul-in-message", raw(TREE, PARENT, AUTHOR, COMMITTER, message=GOOD + "\0and more\n"))
malformed.reject("nul-in-name", authored("Ann\0Bob <ann@example.com> 1700000000 +0000"))
malformed.reject("two-signatures", extra(f"gpgsig {SIGNATURE}", f"gpgsig {SIGNATURE}"))
malformed.reject("look-alike-signature", extra(f"gpgsigfoo {SIGNATURE}"))
malformed.reject("two-encodings", extra("encoding UTF-8", "encoding ISO-8859-1"))
malformed.reject("unknown-header", extra("build-id 17"))
malformed.reject("continued-committer", raw(TREE, PARENT, AUTHOR, COMMITTER, " and more"))
malformed.reject("no-empty-line", raw(TREE, PARENT, AUTHOR, COMMITTER, message="", gap=b"\n"))
malformed.accept("plain", raw(TREE, PARENT, AUTHOR, COMMITTER))
malformed.accept("root", raw(TREE, AUTHOR, COMMITTER))
malformed.accept("no-name", authored("<ann@example.com> 1700000000 +0000"))
malformed.accept("no-address", authored("Ann <> 1700000000 +0000"))
malformed.accept("first-second", authored("Ann <ann@example.com> 0 +0000"))
malformed.accept("far-zone", authored("Ann <ann@example.com> 1700000000 +1400"))
malformed.accept("minus-zero", authored("Ann <ann@example.com> 1700000000 -0000"))
malformed.accept("name-not-utf8", Draft(raw=authored("Ann X <a@example.com> 1 +0000").raw.replace(b"X", b"\xe9")))
malformed.accept("signature", extra(f"gpgsig {SIGNATURE}"))
malformed.accept("two-kinds-of-signature", extra(f"gpgsig {SIGNATURE}", f"gpgsig-sha256 {SIGNATURE}"))
malformed.accept("encoding", extra("encoding UTF-8"))
malformed.accept("mergetag", extra(MERGETAG))
malformed.accept("change-id", extra("change-id I0123456789", "HG:extra rebase_source:1", "gitbutler-headers-version 2"))
malformed.accept("named-by-the-entry", extra("x-build-id 17"))


def tag(version: str, *headers: str, message: bytes = b"the release\n") -> tuple[Draft, Move]:
    """An annotated tag with just these header lines after `tag`, and the update that brings it."""
    head = "\n".join(("object {base}", "type commit", f"tag {version}", *headers))
    return Draft(raw=head.encode() + b"\n\n" + message, kind="tag"), Move(f"refs/tags/{version}")


TAGGER = "tagger Ann <ann@example.com> 1700000000 +0000"
ARMOR = b"-----BEGIN PGP SIGNATURE-----\n\nabcd\n-----END PGP SIGNATURE-----\n"
for name, (draft, move) in {
    "tag-without-tagger": tag("v1.0.0"),
    "tag-with-two-taggers": tag("v1.0.1", TAGGER, TAGGER),
    "tag-with-text-below-the-signature": tag("v1.0.2", TAGGER, message=ARMOR + b"and more\n"),
    "tag-with-two-signatures": tag("v1.0.3", TAGGER, message=ARMOR + ARMOR),
    "tag-with-nul": tag("v1.0.4", TAGGER, message=b"the\0release\n"),
}.items():
    malformed.refuse(name, move, drafts=(draft,))
for name, (draft, move) in {
    "tag": tag("v1.1.0", TAGGER),
    "signed-tag": tag("v1.1.1", TAGGER, message=b"the release\n" + ARMOR),
}.items():
    malformed.allow(name, move, drafts=(draft,))


def merge(*parents: str, message: str = GOOD) -> Draft:
    return Draft(message.encode(), parents)


linear = Table("linear-history")
linear.reject("merge", merge("base", "side"))
linear.reject("other-way-round", merge("side", "base"))
linear.reject("of-a-newer-one", merge("base", "next"))
linear.reject("of-a-root", merge("base", "orphan"))
linear.reject("octopus", merge("base", "side", "next"))
linear.reject("octopus-of-four", merge("base", "side", "next", "orphan"))
linear.reject("merge-title", merge("base", "side", message="Merge branch 'side'\n"))
linear.reject("title-of-a-fix", merge("base", "side", message=titled("fix: not a merge, it says")))
linear.reject("empty-message", merge("base", "side", message=""))
linear.reject("below-another-commit", merge("base", "side"), Draft(titled("fix: on top of it").encode(), ("~",)))
linear.reject("on-top-of-another-commit", GOOD, merge("~", "side"))
linear.reject("with-content", Draft(GOOD.encode(), ("base", "side"), files=(10,)))
linear.accept("one-parent", merge("base"))
linear.accept("other-parent", merge("side"))
linear.accept("no-parent", merge())
linear.accept("only-its-title", merge("base", message=titled("merge: branch side, it says")))
linear.accept("merge-words", merge("base", message=titled("fix: merge branch 'side' of example.com")))
linear.accept("two-commits", GOOD, merge("~"))
linear.accept("three-commits", GOOD, merge("~"), merge("~", message=titled("fix: the third")))
linear.accept("on-an-orphan", merge("orphan"))
linear.accept("with-files", Draft(GOOD.encode(), files=(10, 20)))
linear.accept("allowed-merge", merge("base", "side"), zone="free")
linear.accept("allowed-octopus", merge("base", "side", "next"), zone="free")

TABLES = (malformed, linear)
