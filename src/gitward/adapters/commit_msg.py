"""commit-msg and applypatch-msg: the message file, cleaned as git is about to clean it, as a draft commit.

Source: githooks(5), git-commit(1) --cleanup.
"""

from __future__ import annotations

import os

from gitward import __version__, clock
from gitward.engine import Batch, conclude, entries_of, judge_change, judge_commits
from gitward.facts import KNOWN, ask
from gitward.message import cleanup, parse
from gitward.model import Change, Commit, RefUpdate
from gitward.patterns import matches_ref

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gitward.adapters.clone import Clone
    from gitward.model import Decision, Entry, Message, Policy, Question

_EVERY_BRANCH = {"refs/heads/**", "refs/**"}


def message_of(raw: bytes, clone: Clone, *, from_mail: bool) -> Message:
    """The message that git is going to store. git-am cleans nothing away, an unedited message keeps its `#` lines."""
    edited = os.environ.get("GIT_EDITOR") != ":" and not from_mail
    mode = "verbatim" if from_mail else clone.config.get("commit.cleanup", "default")
    if mode == "default":
        mode = "strip" if edited else "whitespace"
    elif mode == "scissors" and not edited:
        mode = "whitespace"
    comment = clone.config.get("core.commentstring") or clone.config.get("core.commentchar") or "#"
    raw = cleanup(raw, comment="" if comment == "auto" else comment, mode=mode, verbose=edited)
    return parse(raw, clone.config.get("i18n.commitencoding", ""))


def decide(policy: Policy, message: Message, clone: Clone) -> Decision:
    """Judge a draft for the branch it is made on; what the target branch would say comes along as notices."""
    draft = Commit(
        oid=None, tree=None, parents=None, merge=clone.merging, author=None, committer=None, message=message
    )

    def answer(_commit: Commit, question: Question) -> bool | None:
        return clone.is_ancestor_of_head(question.value) if question.kind == "ancestor" else None

    (draft,) = ask((policy,), (draft,), answer)
    known = KNOWN["commit"]
    update = RefUpdate(ref=clone.branch or "refs/heads/**", old="", new="", ancestry="draft", commits=1)
    change = Change(stage="commit", time=clock.now(), updates=(update,), known=known)
    here = [_applies(entry, clone.branch) for _, entry in entries_of((policy,))]
    tallies = judge_commits((policy,), [_batch(draft, clone.branch, here)], known)
    for tally, other in zip(tallies, judge_change((policy,), change), strict=True):
        tally.merge(other)
    notices = _for_target(policy, draft, clone, here) if clone.target and clone.target != clone.branch else ()
    return conclude(
        (policy,), change, tallies, decision_id=clock.new_id(), version=__version__, commits=1, notices=notices
    )


def _applies(entry: Entry, branch: str) -> bool:
    """With no branch to name (a detached HEAD) only entries for every branch apply."""
    return matches_ref(entry.refs, branch) if branch else bool(_EVERY_BRANCH.intersection(entry.refs[:1]))


def _batch(draft: Commit, ref: str, applies: list[bool]) -> Batch:
    return Batch(ref=ref, scope=tuple("" if takes else "refs" for takes in applies), commits=(draft,))


def _for_target(policy: Policy, draft: Commit, clone: Clone, here: list[bool]) -> tuple[str, ...]:
    """What the entries of the target, and only of the target, find: advice, which never stops a commit elsewhere."""
    there = [
        matches_ref(entry.refs, clone.target) and not judged
        for judged, (_, entry) in zip(here, entries_of((policy,)), strict=True)
    ]
    if not any(there):
        return ()
    tallies = judge_commits((policy,), [_batch(draft, clone.target, there)], KNOWN["commit"])
    return tuple(
        f"on {clone.target}: [{violation.entry}] {violation.message}" for tally in tallies for violation in tally.kept
    )
