"""Changes for the rules about who and when: `ai-attribution`."""

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
ai.reject("author", made("Claude <noreply@anthropic.com>"), zone=ZONE)
ai.reject("author-in-parentheses", made("Ann (aider) <ann@example.com>"), zone=ZONE)
ai.reject("committer", made(committer="Codex <codex@openai.com>"), zone=ZONE)
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

TABLES = (ai,)
