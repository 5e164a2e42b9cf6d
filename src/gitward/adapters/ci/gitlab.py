"""GitLab CI. Source: GitLab's documentation, "Predefined CI/CD variables reference".

CI_MERGE_REQUEST_DIFF_BASE_SHA, the merge base, is not used: whoever writes the change chooses where it forks off, and
with that an old policy. The base is the tip of the target branch.
"""

from __future__ import annotations

from gitward.adapters.ci.common import CiJob, branch, message, oid, ref, variable
from gitward.errors import Undecided
from gitward.model import is_zero

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from gitward.model import Message

DEEPER = 'give the job `variables: {GIT_DEPTH: "0", GIT_STRATEGY: clone}`'


def job(environment: Mapping[str, str]) -> CiJob:
    """The job from its variables. Raises Undecided where one that must be there is missing or makes no sense."""
    if environment.get("CI_MERGE_REQUEST_IID"):
        return _merge_request(environment)
    default = branch(variable(environment, "CI_DEFAULT_BRANCH"), "CI_DEFAULT_BRANCH")
    head = oid(variable(environment, "CI_COMMIT_SHA"), "CI_COMMIT_SHA")
    tag = environment.get("CI_COMMIT_TAG", "")
    if tag:
        pushed = ref(f"refs/tags/{tag}", "CI_COMMIT_TAG")
        return CiJob(provider="gitlab", kind="tag", ref=pushed, head=head, default=default, deeper=DEEPER)
    before = oid(environment.get("CI_COMMIT_BEFORE_SHA") or "0" * 40, "CI_COMMIT_BEFORE_SHA")
    return CiJob(
        provider="gitlab",
        kind="push" if environment.get("CI_PIPELINE_SOURCE") == "push" else "manual",
        ref=branch(variable(environment, "CI_COMMIT_BRANCH"), "CI_COMMIT_BRANCH"),
        base="" if is_zero(before) else before,
        head=head,
        default=default,
        deeper=DEEPER,
    )


def _merge_request(environment: Mapping[str, str]) -> CiJob:
    """Of a merged results pipeline and a merge train CI_COMMIT_SHA is the merge; they alone name both ends.

    A pipeline in a fork sees the fork's own target branch, with a policy that whoever owns the fork has written.
    """
    if environment.get("CI_PROJECT_ID") != environment.get("CI_MERGE_REQUEST_PROJECT_ID"):
        raise Undecided("this pipeline runs in a fork, where the target branch is not the project's own",
                        "a member of the project runs it: merge request, Pipelines, Run pipeline", "fork")  # fmt: skip
    merged = environment.get("CI_MERGE_REQUEST_EVENT_TYPE", "detached") != "detached"
    head, base = "CI_COMMIT_SHA", ""
    if merged:
        head = "CI_MERGE_REQUEST_SOURCE_BRANCH_SHA"
        target = "CI_MERGE_REQUEST_TARGET_BRANCH_SHA"
        base = oid(variable(environment, target), target)
    name = "CI_MERGE_REQUEST_TARGET_BRANCH_NAME"
    squash, doubt = _squash(environment)
    return CiJob(
        provider="gitlab",
        kind="pull request",
        ref=branch(variable(environment, name), name),
        base=base,
        head=oid(variable(environment, head), head),
        squash=squash,
        doubt=doubt,
        deeper=DEEPER,
    )


def _squash(environment: Mapping[str, str]) -> tuple[Message | None, str]:
    """The message, and what there is to say about it. GitLab says "false" where this request would not be squashed."""
    if environment.get("CI_MERGE_REQUEST_SQUASH_ON_MERGE") == "false":
        return None, "this merge request does not say squash: its single commits are judged"
    title = variable(environment, "CI_MERGE_REQUEST_TITLE")
    doubt = ""
    if environment.get("CI_MERGE_REQUEST_DESCRIPTION_IS_TRUNCATED") == "true":
        doubt = "GitLab hands over only 2700 characters of the description: the rest is not judged here"
    return message(title, environment.get("CI_MERGE_REQUEST_DESCRIPTION", "")), doubt
