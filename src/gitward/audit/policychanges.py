"""`policy.changed`: a policy is another than it was, and which way. Found by git's transactions, and by the next decision.

A policy in a ref changes with the ref: both versions are read where the update is carried out. That a file of the host has
changed shows when it next judges: then its digest is not the last one in the log, which also holds what the former one said.
"""

from __future__ import annotations

import hashlib
import json
import os

from gitward import clock, sources
from gitward.audit import recorder
from gitward.audit.emitter import emitter
from gitward.audit.happenings import POLICY_CHANGED, SCHEMA
from gitward.audit.item import Item
from gitward.audit.session import session_id
from gitward.canonical import canonical, text
from gitward.errors import GitwardError
from gitward.model import BUILT_IN, PolicyInfo, is_zero
from gitward.policy import diff
from gitward.record import record
from gitward.repository import open_repository

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from typing import Any

    from gitward.audit.policies import Last
    from gitward.model import Policy
    from gitward.repository import Repository

    Updated = tuple[str, str, str]  # ref, old, new

KEPT = 20  # changes that stand in an event; the whole difference is evidence
_WORDS = 300  # characters of one


@record
class Side:
    """One version: the policy, None where it cannot be read, and then `why`. `files` are its files in one piece."""

    digest: str = ""
    revision: int | None = None
    policy: Policy | None = None
    files: bytes = b""
    why: str = ""

    @property
    def plain(self) -> dict[str, Any] | None:
        return {"digest": self.digest, "revision": self.revision} if self.digest else None


# --- who notices ------------------------------------------------------------------------------------------------------


def at_update(updates: Sequence[Updated], policies: Iterable[str], git_dir: str, name: str) -> Iterator[Item]:
    """What ref updates that git has carried out change in the policies read from these refs. `name` is the repository's."""
    for source in policies:
        ref, _, path = source.partition(":")
        for moved, old, new in updates:
            if sources.is_in_repository(source) and moved == ref:
                with open_repository(git_dir) as repository:
                    before, after = (_at(oid, path, source, repository) for oid in (old, new))
                if before.digest != after.digest:
                    yield policy_changed(name, source, before, after)


def at_decision(policies: Iterable[PolicyInfo], last: Last, log: str, name: str, git_dir: str = os.curdir) -> Iterator[Item]:
    """What has become of the policies that judge since the log last spoke of them. Raises OSError, Undecided."""
    for used in policies:
        known = last.digests.get(used.source, used.digest)
        if used.source != BUILT_IN and known != used.digest:
            yield policy_changed(name, used.source, _former(known, used, last, log), _present(used, git_dir), of=used.id)


def installed(source: str, repository: Repository) -> tuple[PolicyInfo, dict[str, Any], bytes] | None:
    """A policy as an installation finds it, what its event says of it, and its files in one piece; None for an unreadable one."""
    try:
        policy, files = sources.load_whole(source, repository)
    except GitwardError:
        return None
    info = PolicyInfo(id=policy.id, digest=policy.digest, source=source, mode=policy.mode, revision=policy.revision)
    said = {"of": policy.id, "source": text(source), "digest": policy.digest, "revision": policy.revision}
    return info, {**said, "files": _named(files)}, files


# --- both versions ----------------------------------------------------------------------------------------------------


def _at(oid: str, path: str, source: str, repository: Repository) -> Side:
    if is_zero(oid):
        return Side(why="the ref is not there")
    try:
        policy, files = sources.load_whole_at(oid, path, source, repository)
    except GitwardError as problem:
        return Side(why=problem.message)
    return Side(digest=policy.digest, revision=policy.revision, policy=policy, files=files)


def _present(used: PolicyInfo, git_dir: str) -> Side:
    """The policy that has just judged, read once more."""
    found = Side(digest=used.digest, revision=used.revision, why="it changed again while it judged")
    try:
        with open_repository(git_dir) as repository:
            policy, files = sources.load_whole(used.source, repository)
    except GitwardError:
        return found
    return Side(digest=used.digest, revision=used.revision, policy=policy, files=files) if policy.digest == used.digest else found


def _former(digest: str, used: PolicyInfo, last: Last, log: str) -> Side:
    from gitward.policy.snapshot import load_again

    files = recorder.former_files(log, digest)
    policy = load_again(files, digest, used.source) if files else None
    revision = policy.revision if policy else last.revisions.get((used.id, used.source))
    return Side(digest=digest, revision=revision, policy=policy, files=files if policy else b"",
                why="" if policy else "the files of the former policy are not at hand")  # fmt: skip


# --- the event --------------------------------------------------------------------------------------------------------


def policy_changed(name: str, source: str, before: Side, after: Side, *, of: str = "") -> Item:
    """One change, with the files of the new policy and the whole difference as evidence."""
    named = after.policy or before.policy
    found = diff.diff(before.policy, after.policy) if before.policy and after.policy else ()
    whole = b""
    if before.policy and after.policy:
        whole = json.dumps(diff.plain(before.policy, after.policy, found), sort_keys=True, separators=(",", ":")).encode()
    severity = "info" if whole and diff.is_safe(found) else "notice"
    change = {
        "of": of or (named.id if named else ""),
        "source": text(source),
        "before": before.plain,
        "after": after.plain and {**after.plain, "files": _named(after.files)},
        "counts": dict(diff.counts(found)) if whole else None,
        "changes": [_change(each) for each in _foremost(found)],
        "change_count": len(found),
        "diff": _named(whole),
        "unknown": None if whole else text((after.why or before.why)[:_WORDS]),
    }
    event = {
        "schema": SCHEMA,
        "id": clock.new_id(),
        "time": clock.now(),
        "emitter": emitter("server"),
        "event": {"class": POLICY_CHANGED, "action": "changed", "outcome": "done", "severity": severity},
        "actor": {"type": "system", "id": None, "display": None},
        "session": {"id": session_id()},
        "repository": text(name),
        "config_change": change,
    }
    return Item(event=canonical(event), evidence=tuple(blob for blob in (after.files, whole) if blob))


def _foremost(found: tuple[diff.Change, ...]) -> list[diff.Change]:
    """The first of them, what weakens before what does not."""
    return sorted(found, key=lambda each: diff.WAYS.index(each.way))[:KEPT]


def _change(change: diff.Change) -> dict[str, Any]:
    return {"way": change.way, "entry": text(change.entry[:_WORDS]), "key": change.key, "words": text(change.words[:_WORDS])}


def _named(blob: bytes) -> dict[str, Any] | None:
    return {"sha256": hashlib.sha256(blob).hexdigest(), "bytes": len(blob)} if blob else None
