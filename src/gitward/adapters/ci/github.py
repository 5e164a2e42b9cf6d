"""GitHub Actions. Source: GitHub's documentation, "Default environment variables", "Webhook events and payloads".

On a pull request GITHUB_SHA is a trial merge that nobody wrote and GITHUB_REF is its ref: neither is used.
"""

from __future__ import annotations

from gitward.adapters.ci.common import CiJob, branch, member, message, oid, ref, variable
from gitward.model import is_zero

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

DEEPER = "give actions/checkout `with: {fetch-depth: 0}`"


def job(environment: Mapping[str, str], event: Mapping[str, Any]) -> CiJob:
    """The job from its variables and its event. Raises Undecided where they do not say what the event must say."""
    name = variable(environment, "GITHUB_EVENT_NAME")
    if isinstance(event.get("pull_request"), dict):
        return _pull_request(name, event)
    if name == "merge_group":
        return _merge_queue(event)
    if name == "push":
        return _push(environment, event)
    return CiJob(
        provider="github",
        kind="manual",
        ref=ref(variable(environment, "GITHUB_REF"), "GITHUB_REF"),
        head=oid(variable(environment, "GITHUB_SHA"), "GITHUB_SHA"),
        default=_default(event),
        deeper=DEEPER,
    )


def _pull_request(name: str, event: Mapping[str, Any]) -> CiJob:
    request = event["pull_request"]
    deeper = DEEPER
    if name == "pull_request_target":  # this event checks out the target branch alone
        deeper += f", then fetch the head, never check it out: git fetch origin refs/pull/{request.get('number')}/head"
    return CiJob(
        provider="github",
        kind="pull request",
        ref=branch(member(event, "pull_request", "base", "ref"), "pull_request.base.ref"),
        base=oid(member(event, "pull_request", "base", "sha"), "pull_request.base.sha"),
        head=oid(member(event, "pull_request", "head", "sha"), "pull_request.head.sha"),
        squash=message(member(event, "pull_request", "title"), request.get("body") or ""),
        deeper=deeper,
    )


def _merge_queue(event: Mapping[str, Any]) -> CiJob:
    """The commits as they will land, squashed already where the queue squashes."""
    return CiJob(
        provider="github",
        kind="merge queue",
        ref=ref(member(event, "merge_group", "base_ref"), "merge_group.base_ref"),
        base=oid(member(event, "merge_group", "base_sha"), "merge_group.base_sha"),
        head=oid(member(event, "merge_group", "head_sha"), "merge_group.head_sha"),
        deeper=DEEPER,
    )


def _push(environment: Mapping[str, str], event: Mapping[str, Any]) -> CiJob:
    pushed = ref(member(event, "ref"), "ref")
    before = oid(member(event, "before"), "before")
    is_tag = pushed.startswith("refs/tags/")
    head = oid(member(event, "after"), "after")
    if is_tag and not is_zero(head):  # `after` is the tag object, which actions/checkout may leave out
        head = oid(variable(environment, "GITHUB_SHA"), "GITHUB_SHA")
    return CiJob(
        provider="github",
        kind="tag" if is_tag else "push",
        ref=pushed,
        base="" if is_tag or is_zero(before) else before,
        head=head,
        default=_default(event),
        deeper=DEEPER,
    )


def _default(event: Mapping[str, Any]) -> str:
    return branch(member(event, "repository", "default_branch"), "repository.default_branch")
