"""Changes for the rules about the form of a message: `conventional-commit`, `ticket-reference`."""

from __future__ import annotations

from items import SENTENCE, Draft, Table, bodied, narrow, titled

REVERT = 'Revert "fix: handle names"'

conventional = Table("conventional-commit")
conventional.reject("no-space", titled("feat:read names"))
conventional.reject("empty-scope", titled("feat(): read names"))
conventional.reject("space-before-scope", titled("feat (api): read names"))
conventional.reject("space-before-colon", titled("feat(api) : read names"))
conventional.reject("mark-before-scope", titled("feat!(api): read names"))
conventional.reject("two-scopes", titled("feat(api)(cli): read names"))
conventional.reject("open-scope", titled("feat(api: read names"))
conventional.reject("no-type", titled(": read names"))
conventional.reject("no-description", titled("feat(api):  "), also="subject-style")
conventional.reject("two-spaces", titled("feat:  read names"), also="subject-style")
conventional.reject("prose", titled("read names"))
conventional.reject("second-line", titled("feat: read names\nand paths"), also="subject-style")
conventional.reject("revert-without-commit", titled(REVERT), zone="free")
conventional.reject("revert-of-no-ancestor", titled(REVERT, "This reverts commit {side}."), zone="free")
conventional.reject("note-without-space", bodied(f"{SENTENCE}\n\nBREAKING CHANGE:names are bytes"))
conventional.reject("empty-note", bodied(f"{SENTENCE}\n\nBREAKING CHANGE: "))
conventional.reject("unknown-type", narrow("chore(api): read names"), zone="strict", entry="known-types")
conventional.reject("unknown-scope", narrow("feat(web): read names"), zone="strict", entry="known-types")
conventional.reject("unexplained", narrow("feat(api)!: read names"), zone="strict", entry="known-types")
conventional.accept("plain", titled("feat: read names"))
conventional.accept("upper", titled("FEAT: read names"))
conventional.accept("scope-of-two-words", titled("feat(a b): read names"))
conventional.accept("scope-path", titled("feat(a/b): read names"))
conventional.accept("scope-list", titled("feat(a,b): read names"))
conventional.accept("scope-package", titled("feat(@org/pkg): read names"))
conventional.accept("type-with-hyphen", titled("feat-x: read names"))
conventional.accept("breaking", titled("feat(api)!: read names"))
conventional.accept("crlf", titled("feat: read names").replace("\n", "\r\n"))
conventional.accept("footer-list", bodied(SENTENCE, "Fixes: #123, #124\nRefs: PROJ-12"))
conventional.accept("key-in-mid-paragraph", bodied(f"{SENTENCE}\nIMPORTANT: this is body\nand so is this"))
conventional.accept("note-discussed", bodied("BREAKING CHANGE was discussed at length"))
conventional.accept("notes-of-many", bodied("BREAKING CHANGES: none that we know of"))
conventional.accept("lower-note", bodied("breaking change: names are bytes"))
conventional.accept("note-in-a-list", bodied("* BREAKING CHANGE: names are bytes\n* fix: handle names"))
conventional.accept("colons-in-a-footer", bodied(SENTENCE, "Refs: PROJ-12\nNote: a: b: c"))
conventional.accept("indented-key", bodied(f"{SENTENCE}\n  key: value"))
conventional.accept("revert-of-an-ancestor", titled(REVERT, "This reverts commit {base}."), zone="free")
conventional.accept("revert-of-an-older-one", titled(REVERT, "This reverts commit {parent}."), zone="free")
conventional.accept(
    "explained",
    narrow("feat(api)!: read names", trailers="Refs: PROJ-12, ABC-3\nBREAKING-CHANGE: names are bytes"),
    zone="strict",
)


def ticketed(subject: str, trailers: str = "Note: none") -> str:
    """A message in which a ticket may stand only where these put it."""
    return titled(subject, SENTENCE, trailers)


ticket = Table("ticket-reference")
ticket.reject("none", ticketed("fix: handle names"))
ticket.reject("encoding", ticketed("fix: handle UTF-8"))
ticket.reject("hash", ticketed("fix: use SHA-256 in place of MD-5"))
ticket.reject("advisory", ticketed("fix: close CVE-2024-12345"))
ticket.reject("zero", ticketed("fix: PROJ-0 handle names"))
ticket.reject("leading-zero", ticketed("fix: PROJ-012 handle names"))
ticket.reject("letters-after", ticketed("fix: PROJ-12abc handle names"))
ticket.reject("letters-before", ticketed("fix: xPROJ-12 handle names"))
ticket.reject("lower-case", ticketed("fix: abc-123 handle names"))
ticket.reject("url", ticketed("fix: see https://example.com/browse/PROJ-12"))
ticket.reject("body-only", titled("fix: handle names", "PROJ-12 wants names to be read.", "Note: none"))
ticket.reject("person", ticketed("fix: handle names", "Reviewed-by: PROJ-12 <p@example.com>"))
ticket.reject("only-one", narrow(trailers="Refs: PROJ-12"), zone="strict", entry="two-tickets")
ticket.reject("the-same-twice", narrow(trailers="Refs: PROJ-12\nCloses: PROJ-12"), zone="strict", entry="two-tickets")
ticket.accept("subject", ticketed("fix: PROJ-12 handle names"))
ticket.accept("at-the-start", ticketed("PROJ-12: handle names"))
ticket.accept("parentheses", ticketed("fix: handle names (PROJ-12)"))
ticket.accept("brackets", ticketed("fix: [PROJ-12] handle names"))
ticket.accept("last-word", ticketed("fix: handle names of PROJ-12"))
ticket.accept("beside-another-word", ticketed("fix: handle UTF-8, see PROJ-12"))
ticket.accept("underscore", ticketed("fix: AB_C-9 handle names"))
ticket.accept("trailer", ticketed("fix: handle names", "Closes: PROJ-12"))
ticket.accept("trailer-list", ticketed("fix: handle names", "Refs: PROJ-12, PROJ-13 and others"))
ticket.accept("folded", ticketed("fix: handle names", "Refs: see the\n request PROJ-12"))
ticket.accept("crlf", ticketed("fix: PROJ-12 handle names").replace("\n", "\r\n"))
ticket.accept("two-trailers", narrow(trailers="Refs: PROJ-12\nCloses: PROJ-13"), zone="strict")
ticket.accept("merge", Draft(b"merge without a ticket\n", ("base", "side")), zone="free")

TABLES = (conventional, ticket)
