"""A policy from a few lines, and what is proposed for a message under it."""

from __future__ import annotations

from gitward.adapters.draft import decide_draft
from gitward.fixing import Fix, propose
from gitward.message import parse
from gitward.model import Decision, Message, Policy
from gitward.policy.load import load_policy

MAIN = "refs/heads/main"
EVERY = (
    "{rule: message-encoding}",
    "{rule: subject-length, max: 50}",
    "{rule: subject-style, case: lower}",
    "{rule: conventional-commit, types: [feat, fix, docs], case: exact}",
    "{rule: body-line-length, max: 40}",
    "{rule: signed-off-by}",
)


def policy(*entries: str) -> tuple[Policy, ...]:
    text = "\n".join(["version: 1", "policy: {id: test}", "rules:", *[f"  - {entry}" for entry in entries or EVERY]])
    return (load_policy(lambda _name: text.encode(), "policy.yaml", "policy.yaml"),)


def decide(policies: tuple[Policy, ...], message: Message, target: str = "") -> Decision:
    return decide_draft(policies, message, MAIN, lambda _commit, _question: None, target=target)


def fixed(policies: tuple[Policy, ...], raw: bytes | str) -> Fix | None:
    data = raw if isinstance(raw, bytes) else raw.encode("utf-8", "surrogateescape")
    return propose(policies, parse(data), lambda message: decide(policies, message))
