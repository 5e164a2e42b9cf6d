from __future__ import annotations

from typing import Any

import pytest
from hostile import refused_bad
from judging import Case, accepts, commit, judge, rejects

from gitward.model import Commit, Ident
from gitward.rules.ai_attribution import AiAttribution
from timing import cpu_within

CLAUDE = "Claude Opus 4.5 (1M context) <noreply@anthropic.com>"
COPILOT = "Copilot <123+Copilot@users.noreply.github.com>"
BODY = "fix: x\n\nThe walk stopped half way.\n\n"
AI = "is an AI"
FORM = "the form of Assisted-by"
FOOTER = "an AI's tool wrote"
SIGNS = "cannot sign off"
NONE: dict[str, Any] = {"want": "forbidden"}
ANY: dict[str, Any] = {"want": "allowed"}


def by(author: str, committer: str = "Bob <bob@example.com>", text: str = "fix: x\n") -> Commit:
    return commit(text, author=ident(author), committer=ident(committer))


def ident(text: str) -> Ident:
    name, _, address = text.removesuffix(">").partition(" <")
    return Ident(name=name, email=address, time=1_700_000_000, offset=0)


REJECTED = [
    rejects(f"{BODY}Co-authored-by: {CLAUDE}\n", AI, (5, 1)),
    rejects(f"{BODY}Co-Authored-By: Claude <noreply@anthropic.com>\n", AI),
    rejects(f"{BODY}Co-authored-by: {COPILOT}\n", AI),
    rejects(f"{BODY}Co-authored-by: Gemini 2.5 Pro\n", AI),
    rejects(f"{BODY}Co-authored-by: Cursor\n <cursoragent@cursor.com>\n", AI),
    rejects(f"{BODY}Reviewed-by: coderabbitai[bot] <1+coderabbitai[bot]@users.noreply.github.com>\n", AI),
    rejects(f"{BODY}Made-with: Cursor\n", AI),
    rejects(f"{BODY}Claude-Session: https://claude.ai/code/session_1\n", "what an AI's tool writes"),
    rejects(f"{BODY}Amp-Thread-ID: https://ampcode.com/threads/T-1\n", "what an AI's tool writes"),
    rejects(f"{BODY}Assisted-by: Claude\n", FORM, (5, 1)),
    rejects(f"{BODY}Assisted-by: Claude Code\n", FORM),
    rejects(f"{BODY}Assisted-by: {CLAUDE}\n", FORM),
    rejects(f"{BODY}Assisted-by: Claude: claude-3-opus\n", FORM),
    rejects(f"{BODY}Assisted-by: :claude-3-opus\n", FORM),
    rejects(f"{BODY}Assisted-by: https://claude.ai/x\n", FORM),
    rejects(f"{BODY}Assisted-by: some new tool\n", FORM),
    rejects(f"{BODY}Assisted-by:\n", FORM),
    rejects(f"{BODY}Signed-off-by: {CLAUDE}\n", SIGNS, (5, 1)),
    rejects(f"{BODY}Signed-off-by: {CLAUDE}\n", SIGNS, **ANY),
    rejects(f"{BODY}Signed-off-by: {CLAUDE}\n", SIGNS, **NONE),
    rejects(f"fix: x\n\nSigned-off-by: {CLAUDE}\n\nAnd more text.\n", SIGNS, (3, 1), **ANY),
    rejects(f"{BODY}🤖 Generated with [Claude Code](https://claude.com/claude-code)\n", FOOTER, (5, 1)),
    rejects(f"{BODY}Generated with Claude Code\nSigned-off-by: Ann <ann@example.com>\n", FOOTER, (5, 1)),
    rejects(f"{BODY}https://claude.ai/code/session_01abc\n", FOOTER),
    rejects(f"fix: x\n\n* one\n\nCo-authored-by: {CLAUDE}\n\n* two\n", AI, (5, 1)),
    rejects(f"fix: x\nCo-authored-by: {CLAUDE}\n", AI, (2, 1)),
    rejects(f"{BODY}Assisted-by: Claude:claude-3-opus\n", "named in Assisted-by", (5, 1), **NONE),
    rejects(f"{BODY}Assisted-by: Claude\n", "named in Assisted-by", **NONE),
    rejects(f"{BODY}Co-authored-by: {CLAUDE}\n", AI, **NONE),
    rejects(f"{BODY}Generated with Claude Code\n", FOOTER, **NONE),
    rejects(f"{BODY}AI-Model: gpt-4o\n", "what an AI's tool writes", **NONE),
    rejects(by(CLAUDE), "the author is an AI", (None, None)),
    rejects(by("Ann (aider) <ann@example.com>"), "the author is an AI", **NONE),
    rejects(by("Ann <ann@example.com>", COPILOT), "the committer is an AI"),
    rejects(f"{BODY}Co-authored-by: Helper <Agent@Corp.example>\n", AI, agents=("agent@corp.example",)),
    rejects(by("Helper <agent@corp.example>"), "the author is an AI", agents=("Agent@corp.example",)),
    rejects(f"{BODY}Signed-off-by: Helper <agent@corp.example>\n", SIGNS, agents=("agent@corp.example",), **ANY),
    rejects(f"{BODY}Co-authored-by: {CLAUDE}\nCo-authored-by: dependabot[bot] <x@example.com>\n", AI),
]
ACCEPTED = [
    accepts("fix: x"),
    accepts(""),
    accepts("fix: x", **NONE),
    accepts(f"{BODY}Assisted-by: Claude:claude-3-opus coccinelle sparse\n"),
    accepts(f"{BODY}Assisted-by: Claude:claude-3-opus\nSigned-off-by: Ann <ann@example.com>\n"),
    accepts(f"{BODY}Assisted-by: Claude Code:claude-sonnet-4-6\n"),
    accepts(f"{BODY}Assisted-by: Codex:gpt-5.4 Sashiko:claude-haiku-4-5\n"),
    accepts(f"{BODY}Assisted-by: ollama:qwen3:8b\n"),
    accepts(f"{BODY}ASSISTED-BY: Claude:claude-3-opus\n"),
    accepts(f"{BODY}Assisted-by: Bob Lee <bob@example.com>\n"),
    accepts(f"{BODY}Assisted-by: Bob Lee <bob@example.com>\n", **NONE),
    accepts(f"{BODY}Co-authored-by: Claude Dubois <claude@example.com>\n", **NONE),
    accepts(f"{BODY}Co-authored-by: Claude <claude@example.com>\n", **NONE),
    accepts(f"{BODY}Signed-off-by: Devin Booker <devin@example.com>\n", **NONE),
    accepts(f"{BODY}Co-authored-by: dependabot[bot] <49699333+dependabot[bot]@users.noreply.github.com>\n", **NONE),
    accepts(f"{BODY}Co-authored-by: {CLAUDE}\n", **ANY),
    accepts(f"{BODY}Assisted-by: Claude Code\n", **ANY),
    accepts(f"{BODY}Generated with Claude Code\n", **ANY),
    accepts(by(CLAUDE), **ANY),
    accepts(by("Claude Dubois <claude@example.com>", "GitHub <noreply@github.com>"), **NONE),
    accepts("docs: say what Copilot and Claude Code write\n\nBoth add Co-authored-by: lines to what they commit.\n", **NONE),
    accepts("fix: x\n\n    Co-authored-by: Claude <noreply@anthropic.com>\n\nis what it wrote.\n", **NONE),
    accepts("fix: x\n\nGenerated with protoc 3.21 by hand.\n", **NONE),
    accepts("Generated with Claude Code", **NONE),
    accepts(f"{BODY}Co-authored-by: Helper <agent@corp.example>\n", **NONE),
    accepts(f"{BODY}Refs: PROJ-12\n".replace("\n", "\r\n"), **NONE),
]


@pytest.mark.parametrize("case", REJECTED, ids=str)
def test_rejected(case: Case) -> None:
    case.check("ai-attribution")


@pytest.mark.parametrize("case", ACCEPTED, ids=str)
def test_accepted(case: Case) -> None:
    case.check("ai-attribution")


def test_bad_input() -> None:
    assert refused_bad("ai-attribution") == set()
    assert refused_bad("ai-attribution", want="forbidden") == set()


@pytest.mark.parametrize(
    "text",
    [
        "Co-authored-by: " + "claude " * 100_000,
        "Co-authored-by: Claude " + "(" * 500_000,
        "Co-authored-by: " + "<" * 500_000,
        "Assisted-by: " + ":" * 500_000,
        "Assisted-by: a" + " a" * 250_000 + ">",
        "Generated with " * 50_000,
        "\n".join(["Generated with [Claude Code"] * 20_000),
        "https://claude.ai/" * 50_000,
        "-by: " * 100_000 + "\nmore",
        "\n".join([f"Co-authored-by: {CLAUDE}"] * 10_000),
    ],
    ids=lambda text: text[:30],
)
def test_made_against_it(text: str) -> None:
    subject = commit(f"fix: x\n\n{text}\n\nmore\n")
    with cpu_within(10):
        for want in ("disclosed", "forbidden", "allowed"):
            judge(AiAttribution(want=want), subject)
