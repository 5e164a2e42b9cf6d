"""From a job to the `check` that it amounts to: range, ref, and a policy that the change cannot have touched.

The policy is read at the base of the range (semantics: where a policy comes from): the tip of the branch that the pull
request wants to land on, what the pushed branch was before, or the default branch for a branch or tag that is new.
"""

from __future__ import annotations

import shlex

from gitward import sources
from gitward.adapters import check
from gitward.errors import GitwardError, Undecided, UsageError
from gitward.model import FILE_NAME
from gitward.patterns import matches_ref
from gitward.record import record, replace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gitward.adapters.ci.common import CiJob
    from gitward.model import Request
    from gitward.repository import Repository

_REMOTE = "refs/remotes/origin/"
_BRANCHES = "refs/heads/"


@record
class Check:
    """`words` is the command line, `request` and `policies` what it asks for; `squash` says what no option can.

    `head` is the commit that it is about, `base` the one that it comes from, '' for none.
    """

    words: tuple[str, ...]
    request: Request
    policies: tuple[str, ...]
    head: str
    base: str
    squash: str = ""


def plan(job: CiJob, repository: Repository, policies: tuple[str, ...], *, first: bool) -> Check:
    """What the job has to judge. Raises Undecided where the checkout does not hold enough, UsageError for no policy."""
    head = _here(repository, job.head, f"the head of this {job.kind}", job.deeper)
    base, notices = _base(job, repository)
    if not policies:
        policies, brought = _policy(job, repository, base, head, first=first)
        notices += brought
    if job.kind == "tag" and repository.is_ancestor(head, base):
        base = ""
    revisions = f"{base}..{head}" if base else head
    request = check.request(repository, ranges=(revisions,), ref=job.ref)
    squash = ""
    if job.kind == "pull request" and _squashes(job.ref, policies, repository):
        notices += (job.doubt,) if job.doubt else ()
        request = replace(request, squash=job.squash)
        squash = f"{job.ref} lands by squash: the title and the body are judged in place of the commits' messages"
    options = [word for name in policies for word in ("--policy", name)]
    return Check(
        words=("gitward", "check", revisions, "--ref", job.ref, *options),
        request=replace(request, notices=(*request.notices, *notices)),
        policies=policies,
        head=head,
        base=base,
        squash=squash if job.squash else "",
    )


def _base(job: CiJob, repository: Repository) -> tuple[str, tuple[str, ...]]:
    """The commit that the change starts from, and what there is to say about it."""
    default = job.default or _default(repository)
    if job.base and (job.lands_on_ref or job.ref == default or _holds(repository, job.base) or repository.is_shallow):
        words = f"{job.deeper}; after a forced push: git fetch origin {job.base}"
        return _here(repository, job.base, f"what {job.ref} was before", words), ()
    branch = job.ref if job.lands_on_ref else default
    if not branch:
        raise Undecided("this checkout does not say which branch is the default one",
                        f"{job.deeper}, and before: git remote set-head origin --auto", "no-base")  # fmt: skip
    if branch == job.ref and not job.lands_on_ref:
        raise _no_base(job)
    gone = f"what {job.ref} was before is gone (a forced push): judged is what {branch} does not hold"
    return _tip(job, repository, branch), ((gone,) if job.base else ())


def _no_base(job: CiJob) -> GitwardError:
    if job.kind == "manual":
        return UsageError(f"a job that no push and no pull request started names no range on {job.ref}",
                          "name one: gitward check BASE..HEAD; or everything: gitward check --all")  # fmt: skip
    return Undecided(f"{job.provider} does not tell what {job.ref} was before this push",
                     "judge all of it: gitward check --all --policy HEAD:.gitward.yaml", "no-base")  # fmt: skip


def _tip(job: CiJob, repository: Repository, branch: str) -> str:
    """The branch as this checkout's remote has it."""
    tracking = _REMOTE + branch[len(_BRANCHES) :]
    tip = repository.ref(tracking)
    if tip is None:
        refspec = shlex.quote(f"+{branch}:{tracking}")
        raise Undecided(f"{tracking} is not in this checkout", f"{job.deeper}; or: git fetch origin {refspec}",
                        "missing-object")  # fmt: skip
    return _here(repository, tip, branch, job.deeper)


def _default(repository: Repository) -> str:
    head = repository.symbolic_target(f"{_REMOTE}HEAD") or ""
    return _BRANCHES + head[len(_REMOTE) :] if head.startswith(_REMOTE) else ""


def _here(repository: Repository, revision: str, what: str, fix: str) -> str:
    """The commit's full oid. Raises Undecided, with the provider's own fix, where the checkout does not hold it."""
    try:
        _, commit, kind = repository.peel(repository.resolve(revision))
    except GitwardError:
        raise Undecided(f"{what}, {revision[:12]}, is not in this checkout", fix, "missing-object") from None
    if kind != "commit":
        raise Undecided(f"{what}, {revision[:12]}, is a {kind}, no commit", "tag a commit", "no-commit")
    return commit


def _holds(repository: Repository, oid: str) -> bool:
    try:
        repository.header(oid)
    except GitwardError:
        return False
    return True


def _policy(
    job: CiJob, repository: Repository, base: str, head: str, *, first: bool
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    if repository.read_path(base, FILE_NAME) is not None:
        return (f"{base}:{FILE_NAME}",), ()
    if first and repository.read_path(head, FILE_NAME) is not None:
        notice = f"--first: {base[:12]} has no policy, judged by the one that this change brings"
        return (f"{head}:{FILE_NAME}",), (notice,)
    where = f"no {FILE_NAME} at {base[:12]}, the base of this {job.kind}" + (", and none at its head" if first else "")
    raise UsageError(f"there is no policy: {where}",
                     "commit one there; for the change that brings the first: gitward ci --first")  # fmt: skip


def _squashes(ref: str, policies: tuple[str, ...], repository: Repository) -> bool:
    loaded = [sources.load(source, repository, receiving=False) for source in policies]
    return any(land.method == "squash" and matches_ref(land.refs, ref) for policy in loaded for land in policy.landing)
