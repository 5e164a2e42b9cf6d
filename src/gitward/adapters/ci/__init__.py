"""`gitward ci`: which provider runs this job, and what it says about it. What follows from that stands in `plan`."""

from __future__ import annotations

import json

from gitward.adapters.ci import bitbucket, github, gitlab
from gitward.errors import Undecided, UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from gitward.adapters.ci.common import CiJob

PROVIDERS = ("github", "gitlab", "bitbucket")
_SIGNS = {"github": "GITHUB_ACTIONS", "gitlab": "GITLAB_CI", "bitbucket": "BITBUCKET_BUILD_NUMBER"}
_EVENT_BYTES = 64 << 20


def detect(environment: Mapping[str, str]) -> str:
    """The provider whose sign stands in the environment. Raises UsageError for none, or for several."""
    found = [name for name in PROVIDERS if environment.get(_SIGNS[name])]
    if not found:
        raise UsageError(
            "this is no job of GitHub Actions, GitLab CI or Bitbucket Pipelines",
            "anywhere else, name what is to be judged:\n"
            "       gitward check BASE..HEAD --ref refs/heads/main --policy BASE:.gitward.yaml",
        )
    if len(found) > 1:
        raise UsageError(f"the environment is that of {' and '.join(found)}", "say which: --provider NAME")
    return found[0]


def read_job(provider: str, environment: Mapping[str, str]) -> CiJob:
    """The job as its provider tells it. Raises UsageError, or Undecided where what it tells makes no sense."""
    if provider == "github":
        return github.job(environment, _event(environment.get("GITHUB_EVENT_PATH", "")))
    if provider == "gitlab":
        return gitlab.job(environment)
    return bitbucket.job(environment)


def _event(path: str) -> dict[str, Any]:
    """The webhook payload that the runner has saved."""
    if not path:
        raise UsageError("GITHUB_EVENT_PATH is not set", "run it in a job of GitHub Actions, or use `gitward check`")
    try:
        with open(path, "rb") as file:
            event = json.loads(file.read(_EVENT_BYTES))
    except (OSError, ValueError, RecursionError) as problem:
        raise Undecided(f"the event of this job cannot be read: {problem}", "run the job again") from None
    if not isinstance(event, dict):
        raise Undecided("the event of this job is no JSON object", "run the job again", "malformed-input")
    return event
