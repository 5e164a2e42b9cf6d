"""Changes for the rules about who and when: `ai-attribution`, `revert-reference`, `ident`, `commit-dates`."""

from __future__ import annotations

from items import GOOD, SENTENCE, Draft, Table, titled

ZONE = "people"
ANN = "Ann <ann@example.com>"
CLAUDE = "Claude Opus 4.5 (1M context) <noreply@anthropic.com>"
SUBJECT = "fix: handle names in paths"


def helped(*lines: str, body: str = SENTENCE) -> str:
    """A message with these trailers, and all else right."""
    return titled(SUBJECT, body, "\n".join(["Refs: PROJ-12", *lines]))


def made(author: str = ANN, committer: str = ANN, message: str = GOOD) -> Draft:
    """A whole commit by these people."""
    head = f"tree {{tree}}\nparent {{base}}\nauthor {author} 1700000001 +0000\ncommitter {committer} 1700000001 +0000\n"
    return Draft(raw=f"{head}\n{message}".encode())


ai = Table("ai-attribution")
ai.reject("co-author", helped(f"Co-authored-by: {CLAUDE}"), zone=ZONE)
ai.reject("co-author-without-address", helped("Co-authored-by: Gemini 2.5 Pro"), zone=ZONE)
ai.reject("account", helped("Co-authored-by: Copilot <123+Copilot@users.noreply.github.com>"), zone=ZONE)
ai.reject("folded", helped("Co-authored-by: Cursor", " <cursoragent@cursor.com>"), zone=ZONE)
ai.reject("sign-off", helped(f"Signed-off-by: {CLAUDE}"), zone=ZONE)
ai.reject("reviewer", helped("Reviewed-by: Devin AI <x@example.com>"), zone=ZONE)
ai.reject("no-model", helped("Assisted-by: Claude"), zone=ZONE)
ai.reject("address-in-assisted", helped(f"Assisted-by: {CLAUDE}"), zone=ZONE)
ai.reject("session", helped("Claude-Session: https://claude.ai/code/session_1"), zone=ZONE)
ai.reject("footer", helped(body=f"{SENTENCE}\n\nGenerated with [Claude Code](https://claude.com/claude-code)"), zone=ZONE)
ai.reject("footer-with-picture", helped(body=f"{SENTENCE}\n\n\U0001f916 Generated with Claude Code"), zone=ZONE)
ai.reject("in-mid-text", helped(body=f"Co-authored-by: {CLAUDE}\n\n{SENTENCE}"), zone=ZONE)
ai.reject("crlf", helped(f"Co-authored-by: {CLAUDE}").replace("\n", "\r\n"), zone=ZONE)
ai.reject("second-of-two-commits", GOOD, Draft(helped("Assisted-by: Claude").encode(), ("~",)), zone=ZONE)
ai.reject("author", made("Claude Code <claude@example.com>"), zone=ZONE)
ai.reject("author-in-parentheses", made("Ann (aider) <ann@example.com>"), zone=ZONE)
ai.reject("committer", made(committer="Codex GPT-5.4 <codex@example.com>"), zone=ZONE)
ai.accept("none", GOOD, zone=ZONE)
ai.accept("disclosed", helped("Assisted-by: Claude:claude-3-opus"), zone=ZONE)
ai.accept("disclosed-with-tools", helped("Assisted-by: Claude:claude-3-opus coccinelle sparse"), zone=ZONE)
ai.accept("agent-of-two-words", helped("Assisted-by: Gemini CLI:gemini-3.1-pro"), zone=ZONE)
ai.accept("small-letters", helped("assisted-by: codex:gpt-5.4"), zone=ZONE)
ai.accept("person-assists", helped("Assisted-by: Bob <bob@example.com>"), zone=ZONE)
ai.accept("claude-dubois", helped("Co-authored-by: Claude Dubois <claude@example.com>"), zone=ZONE)
ai.accept("devin-booker", helped("Co-authored-by: Devin Booker <devin@example.com>"), zone=ZONE)
ai.accept("another-bot", helped("Co-authored-by: dependabot[bot] <x@example.com>"), zone=ZONE)
ai.accept("prose", helped(body="Claude Code writes such a line, and so does Copilot."), zone=ZONE)
ai.accept("two-people", made("Claude Dubois <claude@example.com>", "Bob <bob@example.com>"), zone=ZONE)
ai.accept("elsewhere", helped(f"Co-authored-by: {CLAUDE}"), zone="free")

REVERT, WHY = 'Revert "fix: handle names"', "It broke the build of the oldest release."
NAMED = f"This reverts commit {{base}}.\n\n{WHY}"

revert = Table("revert-reference")
revert.reject("no-commit", titled(REVERT, WHY), also="conventional-commit", zone=ZONE)
revert.reject("no-commit-reapply", titled('Reapply "fix: handle names"', WHY), also="conventional-commit", zone=ZONE)
revert.reject("no-commit-nested", titled(f'Revert "{REVERT}"', WHY), also="conventional-commit", zone=ZONE)
revert.reject("request-only", titled(f"{REVERT} (#12)", "Reverts example/app#11"), also="conventional-commit", zone=ZONE)
revert.reject("short-oid", titled(REVERT, f"This reverts commit 12345.\n\n{WHY}"), also="conventional-commit", zone=ZONE)
revert.reject("no-ancestor", titled(REVERT, NAMED.replace("base", "side")), also="conventional-commit", zone=ZONE)
revert.reject("one-of-two", titled(REVERT, f"This reverts commits\n{{base}} and\n{{side}}.\n\n{WHY}"),
              also="conventional-commit", zone=ZONE)  # fmt: skip
revert.reject("not-there", made(message=titled(REVERT, f"This reverts commit {'1' * 40}.\n\n{WHY}")),
              also="conventional-commit", zone=ZONE)  # fmt: skip
revert.reject("type-without-commit", titled("revert: handle names", WHY), zone=ZONE)
revert.reject("type-with-scope", titled("revert(api)!: handle names", WHY), zone=ZONE)
revert.reject("type-no-ancestor", titled("revert: handle names", WHY, "Refs: PROJ-12, {side}"), zone=ZONE)
revert.reject("without-reason", titled(REVERT, "This reverts commit {base}."), zone=ZONE)
revert.reject("marked", titled(f"fixup! {REVERT}", WHY), also="conventional-commit no-fixup", zone=ZONE)
revert.reject("second-of-two-commits", GOOD, Draft(titled("revert: it", WHY).encode(), ("~",)), zone=ZONE)
revert.accept("named", titled(REVERT, NAMED), zone=ZONE)
revert.accept("named-crlf", titled(REVERT, NAMED).replace("\n", "\r\n"), zone=ZONE)
revert.accept("reapply", titled('Reapply "fix: handle names"', NAMED), zone=ZONE)
revert.accept("nested", titled(f'Revert "{REVERT}"', NAMED), zone=ZONE)
revert.accept("older", titled(REVERT, NAMED.replace("base", "root")), zone=ZONE)
revert.accept("reason-first", titled(REVERT, f"{WHY}\n\nThis reverts commit {{base}}."), zone=ZONE)
OF_MERGE = f"This reverts commit {{base}}, reversing\nchanges made to\n{{parent}}.\n\n{WHY}"
revert.accept("of-a-merge", titled(REVERT, OF_MERGE), zone=ZONE)
revert.accept("two-commits", titled(REVERT, f"This reverts commits\n{{base}} and\n{{parent}}.\n\n{WHY}"), zone=ZONE)
revert.accept("with-subject", titled(REVERT, f"This reverts commit {{base}}\n(fix: x).\n\n{WHY}"), zone=ZONE)
revert.accept("type-with-trailer", titled("revert: handle names", WHY, "Refs: PROJ-12, {base}"), zone=ZONE)
revert.accept("type-with-line", titled("revert: handle names", NAMED), zone=ZONE)
revert.accept("second-is-named", GOOD, Draft(titled(REVERT, NAMED).encode(), ("~",)), zone=ZONE)
revert.accept("ordinary", titled("fix: revert the order of names"), zone=ZONE)
revert.accept("elsewhere", titled("revert: handle names", WHY))

ident = Table("ident")
ident.reject("empty-name", made("<ann@example.com>"), zone=ZONE)
ident.reject("empty-address", made("Ann <>"), zone=ZONE)
ident.reject("root", made("root <root@example.com>"), zone=ZONE)
ident.reject("unknown", made("unknown <ann@example.com>"), zone=ZONE)
ident.reject("your-name", made("Your Name <ann@example.com>"), zone=ZONE)
ident.reject("name-is-address", made("ann@example.com <ann@example.com>"), zone=ZONE)
ident.reject("you", made("Ann <you@example.com>"), zone=ZONE)
ident.reject("localhost", made("Ann <ann@localhost>"), zone=ZONE)
ident.reject("laptop", made("Ann <ann@laptop>"), zone=ZONE)
ident.reject("none", made("Ann <ann@box.(none)>"), zone=ZONE)
ident.reject("not-an-address", made("Ann <ann>"), zone=ZONE)
ident.reject("invisible", made("Ann\u202eeb <ann@example.com>"), zone=ZONE)
ident.reject("committer", made(committer="root <root@localhost>"), zone=ZONE)
ident.reject("other-domain", made("Ann <ann@gmail.example>"), zone=ZONE)
ident.reject("look-alike-domain", made("Ann <ann@notexample.com>"), zone=ZONE)
NOT_UTF8 = Draft(raw=made("Zo? <z@example.com>").raw.replace(b"Zo?", b"Zo\xeb"))
ident.reject("not-utf8", NOT_UTF8, zone=ZONE)
ident.accept("plain", made(), zone=ZONE)
ident.accept("umlaut", made("Zoë Ö <zoe@example.com>"), zone=ZONE)
ident.accept("japanese", made("\u5c71\u7530 <yamada@example.com>"), zone=ZONE)
ident.accept("below-the-domain", made("Ann <ann@mail.example.com>"), zone=ZONE)
ident.accept("capitals", made("Ann <Ann@EXAMPLE.COM>"), zone=ZONE)
ident.accept("plus", made("Ann <ann+git@example.com>"), zone=ZONE)
ident.accept("bot", made("dependabot[bot] <1+dependabot[bot]@users.noreply.github.com>"), zone=ZONE)
ident.accept("forge", made(committer="GitHub <noreply@github.com>"), zone=ZONE)
ident.accept("two-people", made(committer="Bob <bob@example.com>"), zone=ZONE)
ident.accept("as-git-makes-it", GOOD, zone=ZONE)
ident.accept("elsewhere", made("root <root@localhost>"), zone="case")


def timed(author: int, committer: int | None = None, *, parent: str = "{base}") -> Draft:
    """A commit of these times, all else right. What is in the world is of the first minute after 1700000000."""
    times = (author, author if committer is None else committer)
    lines = ["tree {tree}", f"parent {parent}", f"author {ANN} {times[0]} +0000", f"committer {ANN} {times[1]} +0000"]
    return Draft(raw=("\n".join(lines) + f"\n\n{GOOD}").encode())


START, YEAR_2100 = 1_700_000_000, 4_102_444_800

dates = Table("commit-dates")
dates.reject("year-2100", timed(YEAR_2100), zone=ZONE)
dates.reject("author-in-2100", timed(YEAR_2100, START), zone=ZONE)
dates.reject("committer-in-2100", timed(START, YEAR_2100), zone=ZONE)
dates.reject("last-second", timed((1 << 63) - 1), zone=ZONE)
dates.reject("first-second", timed(0), zone=ZONE)
dates.reject("author-in-1970", timed(0, START), zone=ZONE)
dates.reject("before-git", timed(1_112_831_999, START), zone=ZONE)
dates.reject("committed-before-written", timed(START + 2_000, START + 1_000), zone=ZONE)
dates.reject("committed-an-hour-before", timed(START + 3_660, START + 60), zone=ZONE)
dates.reject("before-its-parent", timed(START - 1_000), zone=ZONE)
dates.reject("years-before-its-parent", timed(1_300_000_000), zone=ZONE)
dates.reject("first-of-two-commits", timed(YEAR_2100), Draft(GOOD.encode(), ("~",)), zone=ZONE)
dates.accept("now", timed(START + 60), zone=ZONE)
dates.accept("as-git-makes-it", GOOD, zone=ZONE)
dates.accept("old-author", timed(1_300_000_000, START + 60), zone=ZONE)
dates.accept("first-day-of-git", timed(1_112_832_000, START + 60), zone=ZONE)
dates.accept("within-the-skew", timed(START + 600, START + 60), zone=ZONE)
dates.accept("a-minute-before-its-parent", timed(START - 60), zone=ZONE)
dates.accept("long-after-its-parent", timed(START + 50_000_000), zone=ZONE)
dates.accept("after-an-older-parent", timed(START + 60, parent="{root}"), zone=ZONE)
dates.accept("two-commits", GOOD, Draft(GOOD.encode(), ("~",)), zone=ZONE)
dates.accept("elsewhere", timed(YEAR_2100))

TABLES = (ai, revert, ident, dates)
