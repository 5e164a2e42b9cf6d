"""Whether a principal may read a repository, or may be shown its refs in order to push, by every policy of its hook.

Each policy is asked for itself, as for a push: one that has no `access` says nothing, one that is not enforced denies nothing.
"""

from __future__ import annotations

from gitward import granting
from gitward.channels import SHELL
from gitward.model import ActorClaim, PolicyInfo
from gitward.policy.trust import trust
from gitward.pushing.channel import principal
from gitward.record import record
from gitward.shell.refusal import Denied

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from gitward.model import Entry, Policy, Principal
    from gitward.shell.command import Service

_NAMED = 5  # of those who may


@record
class Judged:
    """What the policies say together. `principal` is how the first that knows the account calls it, '' where none does.

    `denied` is the first refusal that counts, `would_be` the outcome if every policy were enforced.
    """

    principal: str
    is_service: bool
    roles: tuple[tuple[str, str], ...]
    policies: tuple[PolicyInfo, ...]
    grants: tuple[str, ...]
    would_be: str
    denied: Denied | None


def judge(policies: tuple[Policy, ...], account: str, service: Service, now: int) -> Judged:
    """Ask every policy at a time, seconds since 1970. Raises KeyError, TypeError or ValueError for a damaged trust store."""
    said = ActorClaim(channel=SHELL, name=account)
    known = [(policy, *principal(trust(policy.trust).principals.values(), said, now)) for policy in policies]
    grants, refusals = [], []
    for policy, who, why in known:
        for entry in policy.entries:
            if entry.rule.name != "access":
                continue
            verdict = _verdict(entry.rule, who, service, now)
            if verdict.allowed:
                grants.append(verdict.grant.place if verdict.grant else entry.place)
            else:
                is_enforced = policy.mode == "enforce" and entry.severity == "error"
                refusals.append((is_enforced, _denial(policy, entry, account, why, service, verdict.could)))
    first = next((who for _, who, _ in known if who), None)
    return Judged(
        principal=first.name if first else "",
        is_service=first.service if first else False,
        roles=tuple((role, policy.id) for policy, who, _ in known if who for role in who.roles),
        policies=tuple(_info(policy) for policy in policies),
        grants=tuple(grants),
        would_be="denied" if refusals else "allowed",
        denied=next((denied for is_enforced, denied in refusals if is_enforced), None),
    )


def _verdict(rule: Any, who: Principal | None, service: Service, now: int) -> granting.Verdict:
    """To read takes `read`; to push takes any grant: git shows the refs before anybody says what is to change."""
    names = granting.names_of(rule.members, who.name) if who else frozenset()
    if service != "receive-pack":
        return granting.may_read(rule.grants, names, now)
    valid = [grant for grant in rule.grants if granting.is_valid(grant, now)]
    line = next((grant for grant in valid if not names.isdisjoint(grant.who)), None)
    could = () if line else tuple(dict.fromkeys(name for grant in valid for name in grant.who))
    return granting.Verdict(allowed=line is not None, grant=line, could=could)


def _denial(policy: Policy, entry: Entry, account: str, why: str, service: Service, could: tuple[str, ...]) -> Denied:
    """Who may not do what, by which line of which policy, and who may."""
    what = "push to this repository" if service == "receive-pack" else "read this repository"
    grants = entry.rule.grants
    lines = f"{grants[0].place.rpartition('/')[2]} and below" if grants else "there is none"
    cause = why or f"no grant of theirs is for it, {lines}"
    more = f" and {len(could) - _NAMED} more" if len(could) > _NAMED else ""
    ask = f"ask who may: {', '.join(could[:_NAMED])}{more}; or ask for a grant" if could else "nobody may: ask for a grant"
    fix = f"{entry.message}; {ask}" if entry.message else ask
    return Denied(f"{account} may not {what}: {cause} (policy {policy.id})", fix, "unknown-principal" if why else "no-grant")


def _info(policy: Policy) -> PolicyInfo:
    return PolicyInfo(id=policy.id, digest=policy.digest, source=policy.source, mode=policy.mode, revision=policy.revision)
