"""The channel that tells a server's hook who pushes, and whether its policies want to know."""

from __future__ import annotations

from gitward import channels
from gitward.doctor.finding import fail, ok, warn
from gitward.doctor.policies import readable
from gitward.errors import GitwardError
from gitward.installer import seed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gitward.doctor.finding import Finding
    from gitward.model import Entry

_NAME = "actor"


def check_actor(path: str, given: list[str], actor: list[str]) -> Iterator[Finding]:
    """The channel that the hook names, and each policy that asks who pushes where nothing can tell."""
    try:
        channel = channels.chosen(actor)
    except GitwardError as problem:
        yield fail(_NAME, f"{problem.message}: every push is denied", problem.fix)
        return
    policies = readable(path, given)
    if channel and channel != channels.CERTIFICATE:
        yield ok(_NAME, f"{channel}: who pushes is whom {channels.VARIABLES[channel][0]} names, as this server was started")
        return
    if channel:
        yield ok(_NAME, f"{channel}: who pushes is who signed the push")
    for policy in policies:
        asking = [entry.id for entry in policy.entries if _asks(entry)]
        if asking and not seed.asks((policy,)):  # a push certificate counts only where `signed-push` looks at it
            yield warn(
                _NAME,
                f"nothing tells policy {policy.id} who pushes, and {', '.join(asking[:5])} would know: nobody is",
                f"gitward install --server {path} --actor CHANNEL, with the other options (docs/access.md)",
            )


def _asks(entry: Entry) -> bool:
    """Whether an entry judges who pushes, or lets somebody's pushes go."""
    rule = entry.rule
    return "pusher" in rule.needs or (bool(entry.exempt_principals) and not hasattr(rule, "check_commit"))
