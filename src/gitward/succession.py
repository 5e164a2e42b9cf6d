"""A push that moves the ref a policy is read from: the old policy judges it, and the next one must be usable.

A policy that cannot be read would deny every later push, and a revision, where it stands, never goes back: both are
refused under any policy. A policy that changes is named in the decision. Where a policy grants who may do what, a grant that
gives nobody anything names its own files on that ref: only who has a grant with `paths` for them may change them.
"""

from __future__ import annotations

import posixpath

from gitward import sources
from gitward.errors import GitwardError, PolicyError
from gitward.model import Grant
from gitward.record import replace

ACCESS = "access"  # the rule
TYPE_CHECKING = False
if TYPE_CHECKING:
    from gitward.model import Host, Policy, RefUpdate
    from gitward.repository import Repository


def guard(policies: tuple[Policy, ...]) -> tuple[Policy, ...]:
    """The same policies, where they grant and are read from a ref with their own files named by a grant."""
    return tuple(_guarded(policy) for policy in policies)


def _guarded(policy: Policy) -> Policy:
    ref, _, path = policy.source.partition(":")
    if not (path and ref.startswith("refs/") and any(entry.rule.name == ACCESS for entry in policy.entries)):
        return policy
    folder = posixpath.dirname(path)
    files = tuple("/" + posixpath.normpath(posixpath.join(folder, name)).lstrip("/") for name in policy.files)
    own = Grant(who=(), may=(), refs=(ref,), paths=files, place="made by gitward for the policy's own files")
    return replace(policy, entries=tuple(
        replace(entry, rule=replace(entry.rule, grants=(*entry.rule.grants, own))) if entry.rule.name == ACCESS else entry
        for entry in policy.entries
    ))  # fmt: skip


def follow(
    policies: tuple[Policy, ...], updates: tuple[RefUpdate, ...], repository: Repository
) -> tuple[tuple[RefUpdate, ...], tuple[str, ...]]:
    """The same updates, with a `problem` where the next policy cannot follow the present one; and what changes."""
    notices: list[str] = []
    followed = []
    for update in updates:
        problem = update.problem
        for policy in policies:
            ref, _, path = policy.source.partition(":")
            if path and ref == update.ref:
                others = frozenset(each.id for each in policies if each is not policy)
                fault, notice = _step(policy, path, update, repository, others)
                problem = problem or fault
                notices += [notice] if notice else []
        followed.append(replace(update, problem=problem) if problem else update)
    return tuple(followed), tuple(notices)


def keep_ids(policies: tuple[Policy, ...]) -> None:
    """Raises PolicyError where two policies have one id: the log, and waivers, call them and their people by nothing else."""
    for number, policy in enumerate(policies):
        if any(policy.id == other.id for other in policies[:number]):
            words = f"another policy of this server is called {policy.id} too"
            raise PolicyError(words, policy.source, fix="give it an id of its own")


def keep_revisions(policies: tuple[Policy, ...], host: Host) -> None:
    """A policy's file does not go back either. Raises PolicyError where the log knows a later revision of it."""
    for policy in policies:
        last = host.revisions.get((policy.id, policy.source), -1)
        if last > (-1 if policy.revision is None else policy.revision):
            raise PolicyError(
                f"the revision of policy {policy.id} goes back from {last} to {_shown(policy)}",
                fix="the administrator restores the newer file, or raises the revision",
            )


def _step(
    policy: Policy, path: str, update: RefUpdate, repository: Repository, others: frozenset[str]
) -> tuple[str, str]:
    """(why the next policy is refused, what changes), either of them ''."""
    if update.ancestry == "delete":
        return "the policy of this server is read from this ref: it cannot be deleted", ""
    try:
        following = sources.load_at(update.new, path, f"{path} as pushed", repository)
    except GitwardError as problem:
        return f"the policy of this server would be unusable: {problem.message}", ""
    if following.id in others:
        return f"another policy of this server is called {following.id}", ""
    if policy.revision is not None and (following.revision is None or following.revision < policy.revision):
        now = "none" if following.revision is None else str(following.revision)
        return f"the revision of policy {policy.id} goes back from {policy.revision} to {now}", ""
    if following.digest == policy.digest:
        return "", ""
    return "", _notice(policy, following)


def _notice(policy: Policy, following: Policy) -> str:
    """What who pushes, and who reads the log, is to know of a change: how much of it goes which way."""
    from gitward.policy.diff import counts, diff

    found = counts(diff(policy, following))
    ways = f"{found['weaker']} weaker, {found['stricter']} stricter, {found['different']} different"
    revisions = f"revision {_shown(policy)} to {_shown(following)}"
    return f"this push changes the policy {policy.id}, {revisions}: {ways}; the old one judges it"


def _shown(policy: Policy) -> str:
    return "none" if policy.revision is None else str(policy.revision)
