"""commit-msg and applypatch-msg: the message file, cleaned as git is about to clean it, as a draft commit.

Source: githooks(5), git-commit(1) --cleanup.
"""

from __future__ import annotations

import os

from gitward.adapters.draft import decide_draft
from gitward.cleanup import cleanup
from gitward.message import parse

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gitward.adapters.clone import Clone
    from gitward.model import Commit, Decision, Message, Policy, Question


def message_of(raw: bytes, clone: Clone, *, from_mail: bool) -> Message:
    """The message that git is going to store. git-am cleans nothing away, an unedited message keeps its `#` lines."""
    edited = os.environ.get("GIT_EDITOR") != ":" and not from_mail
    mode = "verbatim" if from_mail else clone.config.get("commit.cleanup", "default")
    if mode == "default":
        mode = "strip" if edited else "whitespace"
    elif mode == "scissors" and not edited:
        mode = "whitespace"
    raw = cleanup(raw, comment=comment_sign(clone), mode=mode, verbose=edited)
    return parse(raw, clone.config.get("i18n.commitencoding", ""))


def comment_sign(clone: Clone) -> str:
    """What begins a comment in a message file, '' where git chooses it anew for each message (`auto`)."""
    sign = clone.config.get("core.commentstring") or clone.config.get("core.commentchar") or "#"
    return "" if sign == "auto" else sign


def decide(policies: tuple[Policy, ...], message: Message, clone: Clone) -> Decision:
    """Judge a message for the branch it is written on; what the target branch would say comes along as notices."""

    def answer(_commit: Commit, question: Question) -> bool | None:
        return clone.is_ancestor_of_head(question.value) if question.kind == "ancestor" else None

    return decide_draft(policies, message, clone.branch, answer, merge=clone.merging, target=clone.target)
