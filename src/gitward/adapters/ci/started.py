"""Who started a CI job, and which job it is, by the provider's variables: claims, for the log.

Sources: GitHub, "Variables reference"; GitLab, "Predefined CI/CD variables reference"; Bitbucket, "Variables and secrets".
"""

from __future__ import annotations

import os

from gitward.audit.claims import Claims

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

# per provider: who, which job, which repository
_NAMES = {
    "github": ("GITHUB_TRIGGERING_ACTOR", "GITHUB_RUN_ID", "GITHUB_REPOSITORY"),
    "gitlab": ("GITLAB_USER_LOGIN", "CI_JOB_ID", "CI_PROJECT_PATH"),
    "bitbucket": ("BITBUCKET_STEP_TRIGGERER_UUID", "BITBUCKET_BUILD_NUMBER", "BITBUCKET_REPO_FULL_NAME"),
}


def claims(provider: str, environment: Mapping[str, str], checkout: str) -> Claims:
    """The repository is called as the provider calls it, else by the real path of the checkout."""
    user, job, repository = (environment.get(name, "") for name in _NAMES[provider])
    return Claims(
        session=f"{provider}-{job}"[:200] if job.isascii() and job.isalnum() else provider,
        repository=repository or os.path.realpath(checkout),
        user=user,
    )
