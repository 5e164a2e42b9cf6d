"""The hooks that write down what git did with a decision: reference-transaction and post-receive, beside pre-receive."""

from __future__ import annotations

import os

from gitward.installer import hookfile, place
from gitward.installer.hookfile import KEPT, OUTCOMES, SERVER, TRANSACTION

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from gitward.installer.hookfile import Program
    from gitward.installer.settings import Settings
    from gitward.model import Policy

DENY = "--deny-unaudited"
_WAITS = "log_seconds="  # the only limit that is theirs too


def paths(pre_receive: str) -> dict[str, str]:
    """Where each of these hooks goes, by where pre-receive does; one that cannot be placed is left out.

    GitLab runs its own reference-transaction and no other. Gitea runs what is in `post-receive.d`, and git itself the rest.
    """
    folder, name = os.path.split(pre_receive)
    if name == SERVER:
        return {each: os.path.join(folder, each) for each in OUTCOMES}
    above = os.path.dirname(folder)
    several = os.path.join(above, "post-receive.d", "gitward")
    if os.path.basename(above) == "custom_hooks":
        return {"post-receive": several}
    own = os.path.join(above, "post-receive")
    return {TRANSACTION: os.path.join(above, TRANSACTION), "post-receive": several if os.path.exists(own) else own}


def text(name: str, program: Program, settings: Settings, *, denies: bool) -> place.Text:
    """What stands in the hook file: by the policies statements are verified, and what becomes of a policy is noted."""
    policies = (word for source in settings.policies for word in ("--policy", source))  # by them statements are verified
    waits = (word for each in settings.limits if each.startswith(_WAITS) for word in ("--limit", each))
    options = (*policies, "--log", settings.log, *waits, *((DENY,) if denies and name == TRANSACTION else ()))
    return lambda earlier: hookfile.outcome(name, program, options, earlier)


def put(
    pre_receive: str, program: Program, settings: Settings, policies: Iterable[Policy]
) -> tuple[bool, tuple[str, ...]]:
    """Put them in, those that stood there kept. Whether anything changed, and what is to be said of it."""
    denies, changed, remarks = any(policy.unaudited_denied for policy in policies), False, []
    found = paths(pre_receive)
    for name, path in found.items():
        wanted = text(name, program, settings, denies=denies)
        changed |= place.put(path, wanted) != "unchanged"
        if os.path.lexists(path + KEPT):
            remarks.append(f"the {name} hook that was here is kept as {os.path.basename(path)}{KEPT} and runs first")
    if TRANSACTION not in found:
        remarks.append(f"this server runs its own {TRANSACTION} hook and no other: that a ref was updated is recorded only when"
                       " a push comes to its end, the review finds the rest")  # fmt: skip
        if denies:
            remarks.append("unaudited-updates: deny cannot be kept on this server")
    elif denies:
        remarks.append("protected refs change only where the log allows it: git update-ref on them is refused")
    return changed, tuple(remarks)


def take_out(pre_receive: str) -> tuple[bool, tuple[str, ...]]:
    """Take them out, and put back what stood there. Raises UsageError for one that was edited."""
    found = [path for path in paths(pre_receive).values() if hookfile.state(path) != "absent"]
    place.refuse_edited(found)
    done = [place.take_out(path) for path in found]
    return any(done), ()
