"""Bitbucket Pipelines. Source: Atlassian's documentation, "Variables and secrets".

Oids may come cut to 12 digits. That is good enough for the head, never for the base, where the policy is read: the base
is the tip of the destination branch in the checkout. No variable holds a pull request's title, and none says what stood
on a branch before a push. HEAD of a pull request's checkout is a trial merge: not used.
"""

from __future__ import annotations

from gitward.adapters.ci.common import CiJob, branch, head_oid, ref, variable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

DEEPER = "give the step `clone: {depth: full}`"
NO_TITLE = "Bitbucket does not tell the pull request's title: its single commits are judged"


def job(environment: Mapping[str, str]) -> CiJob:
    """The job from its variables. Raises Undecided where one that must be there is missing or makes no sense."""
    head = head_oid(variable(environment, "BITBUCKET_COMMIT"), "BITBUCKET_COMMIT")
    tag = environment.get("BITBUCKET_TAG", "")
    if environment.get("BITBUCKET_PR_ID"):
        name = "BITBUCKET_PR_DESTINATION_BRANCH"
        target = branch(variable(environment, name), name)
        return CiJob(provider="bitbucket", kind="pull request", ref=target, head=head, doubt=NO_TITLE, deeper=DEEPER)
    if tag:
        pushed = ref(f"refs/tags/{tag}", "BITBUCKET_TAG")
        return CiJob(provider="bitbucket", kind="tag", ref=pushed, head=head, deeper=DEEPER)
    pushed = branch(variable(environment, "BITBUCKET_BRANCH"), "BITBUCKET_BRANCH")
    return CiJob(provider="bitbucket", kind="push", ref=pushed, head=head, deeper=DEEPER)
