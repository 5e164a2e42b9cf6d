"""The channels that can tell a server's hook who pushes. The host names one; no other is ever looked at.

Each variable is one that the program in front of git sets itself, over whatever the client sent (docs/access.md, Who pushes,
has the source for each). Gerrit has none: it runs no pre-receive hook.
"""

from __future__ import annotations

from gitward.errors import UsageError
from gitward.model import ActorClaim

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

CERTIFICATE = "push-certificate"
SHELL = "ssh-command"
_GITEA_KEY = "GITEA_DEPLOY_KEY_ID"
VARIABLES: dict[str, tuple[str, ...]] = {
    CERTIFICATE: (),
    SHELL: ("GITWARD_PRINCIPAL",),
    "http": ("REMOTE_USER",),
    "gitlab": ("GL_USERNAME",),
    "gitlab-id": ("GL_ID",),
    "gitea": ("GITEA_PUSHER_NAME", _GITEA_KEY),
    "gitea-id": ("GITEA_PUSHER_ID", _GITEA_KEY),
    "bitbucket": ("BB_USER_NAME",),
    "gitolite": ("GL_USER",),
}
"""By channel: the variable that names who pushes, and for Gitea the one that says that it is a key of the repository's.

A name can be given up on a forge, and taken by somebody else; an id cannot.
"""

_LONGEST = 256  # characters: no account is longer, and what is cut would be another's
_WHY_NOT = {"gerrit": "Gerrit runs no pre-receive hook, so it tells it nothing"}


def chosen(words: Sequence[str]) -> str:
    """The one channel among the values of --actor, '' for none. Raises UsageError for another word, or two channels."""
    for word in words:
        if word not in VARIABLES:
            raise UsageError(f"--actor {word}: {_WHY_NOT.get(word, 'no such channel')}", f"one of {', '.join(VARIABLES)}")
    if len(set(words)) > 1:
        raise UsageError("--actor names the one channel that says who pushes, here are two", "name one")
    return words[0] if words else ""


def claim(channel: str, environment: Mapping[str, str]) -> ActorClaim | None:
    """What the channel says, out of the environment that the hook was started with; None where the host names no channel.

    A Gitea deploy key comes as `deploy-key:ID`: Gitea gives name and id of the repository's owner for it, who is not there.
    """
    if not channel:
        return None
    name = environment.get(VARIABLES[channel][0], "") if VARIABLES[channel] else ""
    if _GITEA_KEY in VARIABLES[channel] and environment.get(_GITEA_KEY, "0").strip("0"):
        name = f"deploy-key:{environment[_GITEA_KEY]}"
    return ActorClaim(channel=channel, name="" if len(name) > _LONGEST else name)
