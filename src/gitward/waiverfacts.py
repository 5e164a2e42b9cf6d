"""What waivers are held against: whom each policy knows, who wrote what is pushed, and which repository this is.

Read only where a waiver has come: without one nothing here costs anything.
"""

from __future__ import annotations

import os

from gitward import clock
from gitward.approving import is_over
from gitward.authorship import made, mailmap_of
from gitward.errors import BudgetExceeded
from gitward.integrity import is_statement
from gitward.makers import Identities
from gitward.model import Waiver, is_zero
from gitward.policy.trust import trust
from gitward.proposals import names_of
from gitward.pushees import is_whole, normal
from gitward.waivers.counting import Waivers, names_update
from gitward.waivers.rights import People, Setting

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from gitward.model import Change, Host, Policy, RefUpdate, Statement
    from gitward.repository import Repository
    from gitward.signatures.signers import Signers

_MOST = 10_000  # commits of an update whose makers are looked up; of more, who made them is not known
_MAILMAPS = 20  # different ones that stood before a change


def waivers_of(
    policies: tuple[Policy, ...], change: Change, host: Host, repository: Repository, signers: Sequence[Signers],
    existing: Mapping[str, str],
) -> Waivers | None:  # fmt: skip
    """The waivers among the statements about a change; None where there are none. `existing` are the refs that stand.

    Raises BudgetExceeded, and as Repository does.
    """
    waivers = [statement for statement in change.statements if isinstance(statement.said, Waiver)]
    if not waivers:
        return None
    now = clock.seconds(change.time)
    named = [update for update in change.updates if any(_is_named(statement, update) for statement in waivers)]
    mailmaps = _mailmaps(change, repository, existing)
    known = tuple(people(policy, now, mailmaps) for policy in policies)
    asked = [each if policy.waivers else None for policy, each in zip(policies, signers, strict=True)]
    nobody = ("",) * len(policies) if change.stage == "receive" else ()
    setting = Setting(
        policies=policies,
        people=known,
        urls=frozenset(_urls(host, repository, in_clone=change.stage == "ci")),
        now=now,
        pushers=change.pushers or nobody,
        made=_made(named, repository, asked, known, tuple(existing.values()), host.limits.message_bytes),
    )
    return Waivers(waivers, setting)


def _urls(host: Host, repository: Repository, *, in_clone: bool) -> Iterator[str]:
    """What this repository is called: what the host says, its path, and in a clone the URL that it was cloned from."""
    for url in (*host.urls, *names_of(repository.path)):
        yield normal(url)
    origin = repository.config("remote.origin.url") if in_clone else ""
    if origin:
        yield normal(origin if is_whole(origin) else os.path.realpath(os.path.join(repository.path, os.pardir, origin)))


def _is_named(statement: Statement, update: RefUpdate) -> bool:
    return any(statement.by) and isinstance(statement.said, Waiver) and names_update(statement.said, update)


def people(policy: Policy, now: int, mailmaps: Iterable[Sequence[str]] = ()) -> People:
    """Whom the policy knows at this time. Raises what `trust` does."""
    known = trust(policy.trust).principals
    never = {name for name, each in known.items() if each.service or each.forge or is_over(each, now)}
    return People(identities=Identities(known, mailmaps), never=frozenset(never))


# --- who made it ----------------------------------------------------------------------------------------------------------


def _mailmaps(change: Change, repository: Repository, existing: Mapping[str, str]) -> set[tuple[str, ...]]:
    """Every `.mailmap` that stood before the change: at the old values of its refs, and of new ones at the branch of HEAD.

    All of them hold for all of the change: each can only find more who wrote it.
    """
    found: set[tuple[str, ...]] = set()
    for commit in dict.fromkeys(_before(change, repository, existing)):
        if lines := mailmap_of(repository, commit):
            found.add(lines)
        if len(found) > _MAILMAPS:
            raise BudgetExceeded(f"the refs of the push have more than {_MAILMAPS} mailmaps", "push them one after the other")
    return found


def _before(change: Change, repository: Repository, existing: Mapping[str, str]) -> Iterator[str]:
    for update in change.updates:
        if is_statement(update):
            continue
        if update.ancestry == "create":
            yield existing.get(repository.head_ref(), "")
        elif update.old:
            _, oid, kind = repository.peel(update.old)
            yield oid if kind == "commit" else ""


def _made(
    updates: Iterable[RefUpdate], repository: Repository, signers: Sequence[Signers | None], known: Sequence[People],
    existing: tuple[str, ...], message_bytes: int,
) -> dict[str, tuple[frozenset[str], ...]]:  # fmt: skip
    """Who made what each update brings, by its new value, in the names of each policy.

    What a new ref brings is what no other ref has, and its tip: commits that wait on another ref are still somebody's.
    """
    found: dict[str, tuple[frozenset[str], ...]] = {}
    for update in updates:
        if is_zero(update.new):
            continue
        oids: dict[str, None] = {}
        if update.kind == "commit":
            tip = update.peeled or update.new
            exclude = existing if update.ancestry == "create" else (update.old,) if update.old else ()
            oids = dict.fromkeys((tip, *repository.walk((tip,), exclude, max_count=_MOST + 1, ignore_missing=True)))
            if len(oids) > _MOST:
                continue
        try:
            claims, signed = made(repository, update, oids, signers, message_bytes)
        except BudgetExceeded:
            continue
        who = tuple(each.identities.of(claims) | names for each, names in zip(known, signed, strict=True))
        before = found.get(update.new, who)
        found[update.new] = tuple(one | other for one, other in zip(before, who, strict=True))
    return found
