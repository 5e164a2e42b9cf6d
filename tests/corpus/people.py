"""Changes for the rules about people: `signed-off-by`."""

from __future__ import annotations

from items import GOOD, SENTENCE, Draft, Table, titled

ANN = "Signed-off-by: Ann <ann@example.com>"
SUBJECT = "fix: handle names in paths"


def signed(*lines: str) -> str:
    """A message in which all but the sign-off is right."""
    return titled(SUBJECT, trailers="\n".join(["Refs: PROJ-12", *lines]))


def made(*lines: str, author: str = "Ann <ann@example.com>") -> Draft:
    """The same as a whole commit: commit-msg does not know yet whose it will be."""
    head = f"tree {{tree}}\nparent {{base}}\nauthor {author} 1700000001 +0000\ncommitter {author} 1700000001 +0000\n"
    return Draft(raw=f"{head}\n{signed(*lines)}".encode())


off = Table("signed-off-by")
off.reject("none", GOOD, zone="signed")
off.reject("empty", signed("Signed-off-by:"), zone="signed")
off.reject("name-only", signed("Signed-off-by: Ann"), zone="signed")
off.reject("address-only", signed("Signed-off-by: ann@example.com"), zone="signed")
off.reject("no-name", signed("Signed-off-by: <ann@example.com>"), zone="signed")
off.reject("swapped", signed("Signed-off-by: <ann@example.com> Ann"), zone="signed")
off.reject("twice", signed(ANN, ANN), zone="signed")
off.reject("in-prose", titled(SUBJECT, f"This says {ANN}."), zone="signed")
off.reject("above-the-trailers", titled(SUBJECT, f"{SENTENCE}\n\n{ANN}"), zone="signed")
off.reject("blanks-in-the-key", signed("Signed off by: Ann <ann@example.com>"), also="ticket-reference", zone="signed")
off.reject("second-of-two-commits", signed(ANN), Draft(GOOD.encode(), ("~",)), zone="signed")
off.reject("another-name", made("Signed-off-by: Anne <ann@example.com>"), zone="signed")
off.reject("another-address", made("Signed-off-by: Ann <ann+work@example.com>"), zone="signed")
off.reject("another-person", made("Signed-off-by: Bob <bob@example.com>"), zone="signed")
off.accept("author", signed(ANN), zone="signed")
off.accept("lower-case-key", signed(ANN.lower().replace("ann <", "Ann <")), zone="signed")
off.accept("capital-address", signed("Signed-off-by: Ann <ANN@EXAMPLE.COM>"), zone="signed")
off.accept("second-of-two", signed("Signed-off-by: Bob <bob@example.com>", ANN), zone="signed")
off.accept("first-of-two", signed(ANN, "Signed-off-by: Bob <bob@example.com>"), zone="signed")
off.accept("folded", signed("Signed-off-by: Ann", " <ann@example.com>"), zone="signed")
off.accept("picked", signed(ANN, "(cherry picked from commit {base})"), zone="signed")
off.accept("picked-below", signed(ANN) + "\n(cherry picked from commit {base})\n", zone="signed")
off.accept("crlf", signed(ANN).replace("\n", "\r\n"), zone="signed")
DASHES = f"{SENTENCE}\n\n---\nupdated: names"
off.accept("below-a-line-of-dashes", titled(SUBJECT, DASHES, f"Refs: PROJ-12\n{ANN}"), zone="signed")
off.accept("as-an-object", made(ANN), zone="signed")
off.accept("of-somebody-else", made("Signed-off-by: Zoë <z@example.com>", author="Zoë <z@example.com>"), zone="signed")
off.accept("elsewhere", GOOD, zone="free")

TABLES = (off,)
