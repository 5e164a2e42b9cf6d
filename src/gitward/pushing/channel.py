"""From what the host's one channel says of who pushes to a principal of each policy.

A name is somebody's only by a policy that says so: by `accounts`, or where a principal has none, by its own name; exactly, and
within the principal's times. Two policies may know one account as two principals.
"""

from __future__ import annotations

from gitward import channels
from gitward.model import Actor
from gitward.policy.trust import trust
from gitward.record import replace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from gitward.model import ActorClaim, Change, Policy, Principal


def with_actor(change: Change, said: ActorClaim, policies: tuple[Policy, ...], now: int) -> Change:
    """The same change with who pushes by this channel, and by nothing else: a push certificate names nobody then."""
    found = tuple(principal(trust(policy.trust).principals.values(), said, now) for policy in policies)
    pushers = tuple(each.name if each else "" for each, _ in found)
    return replace(change, actor=_actor(said, policies, found), pushers=pushers, unproven=tuple(why for _, why in found))


def principal(known: Iterable[Principal], said: ActorClaim, now: int) -> tuple[Principal | None, str]:
    """Who that is at a time, seconds since 1970, and where it is nobody, why: without the name, which is not of the policy."""
    if not said.name:
        variable = channels.VARIABLES[said.channel][0]
        return None, f"the channel {said.channel} names nobody: {variable} is not set"
    named = [each for each in known if _is_named(each, said)]
    if not named:
        return None, f"whom the channel {said.channel} names is no principal of this policy"
    if len(named) > 1:
        return None, f"whom the channel {said.channel} names is {named[0].name} and {named[1].name} in this policy"
    (found,) = named
    if found.valid_before is not None and now >= found.valid_before:
        return None, f"the time of {found.name} as a principal is over"
    if found.valid_after is not None and now < found.valid_after:
        return None, f"the time of {found.name} as a principal has not begun"
    return found, ""


def _is_named(known: Principal, said: ActorClaim) -> bool:
    """Who has accounts is not known by its own name, which somebody else may have there; the shell is told that very name."""
    if known.forge:
        return False
    is_own = known.name == said.name and (not known.accounts or said.channel == channels.SHELL)
    return is_own or said.name in known.accounts


def _actor(said: ActorClaim, policies: tuple[Policy, ...], found: tuple[tuple[Principal | None, str], ...]) -> Actor:
    """Whom the first policy that knows the pusher knows it as, with the roles that each such policy gives to its own."""
    known = [(policy, each) for policy, (each, _) in zip(policies, found, strict=True) if each]
    if not known:
        return Actor(channel=said.channel, claim=said.name)
    first = known[0][1]
    return Actor(
        principal=first.name,
        channel=said.channel,
        claim=said.name,
        roles=tuple((role, policy.id) for policy, each in known for role in each.roles),
        is_service=first.service,
    )
