"""commit-msg and applypatch-msg: the message file, cleaned as git is about to clean it, as a draft commit.

Source: githooks(5), git-commit(1) --cleanup.
"""

from __future__ import annotations

import os

from gitward.adapters.draft import decide_draft
from gitward.cleanup import cleanup
from gitward.message import parse
from gitward.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gitward.adapters.clone import Clone
    from gitward.fixing import Fix
    from gitward.model import Commit, Decision, Message, Policy, Question


@record
class Denied:
    """A message file that was not let through: its bytes, what git would make of them, and the exit code.

    `policies` are those that denied it, () where they could not be read. `is_over` says that there is nothing to ask
    about: the message was left empty, which is how one tells git that one does not want to commit after all.
    """

    code: int
    raw: bytes
    message: Message
    policies: tuple[Policy, ...] = ()
    is_over: bool = False


def message_of(raw: bytes, clone: Clone, *, from_mail: bool) -> Message:
    """The message that git is going to store. git-am cleans nothing away, an unedited message keeps its `#` lines."""
    edited = _is_edited() and not from_mail
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


def _is_edited() -> bool:
    """Whether git opened an editor for the message; where it does not, it says so to its hooks."""
    return os.environ.get("GIT_EDITOR") != ":"


def decide(policies: tuple[Policy, ...], message: Message, clone: Clone) -> Decision:
    """Judge a message for the branch it is written on; what the target branch would say comes along as notices."""

    def answer(_commit: Commit, question: Question) -> bool | None:
        return clone.is_ancestor_of_head(question.value) if question.kind == "ancestor" else None

    return decide_draft(policies, message, clone.branch, answer, merge=clone.merging, target=clone.target)


def safe_fix(policies: tuple[Policy, ...], raw: bytes, message: Message, clone: Clone) -> tuple[Fix, bytes] | None:
    """What can safely be put right in a denied message, and the whole file with it; None where that is nothing.

    Nor is anything offered where it is not certain what git will take for a comment.
    """
    from gitward.adapters.messagefile import spliced
    from gitward.fixing import propose

    if not policies or (_is_edited() and not comment_sign(clone)):
        return None
    fix = propose(policies, message, lambda given: decide(policies, given, clone))
    if fix is None:
        return None
    new = spliced(raw, message.lines, fix.pieces)
    return (fix, new) if message_of(new, clone, from_mail=False).text == fix.message.text else None
