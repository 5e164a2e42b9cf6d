"""What waivers are held against: whom each policy knows, who wrote what is pushed, and which repository this is.

Read only where a waiver has come: without one nothing here costs anything.
"""

from __future__ import annotations

import os

from gitward import clock
from gitward.model import Waiver, is_zero
from gitward.policy.trust import trust
from gitward.proposals import names_of
from gitward.pushees import is_whole, normal
from gitward.waivers.counting import Waivers, names_update
from gitward.waivers.requesters import addresses
from gitward.waivers.rights import People, Setting

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from gitward.model import Change, Host, Policy, RefUpdate, Statement
    from gitward.repository import Repository

_MOST = 10_000  # commits of an update whose authors are looked up; of more, who wrote them is not known


def waivers_of(
    policies: tuple[Policy, ...], change: Change, host: Host, repository: Repository, existing: Mapping[str, str]
) -> Waivers | None:
    """The waivers among the statements about a change; None where there are none. `existing` are the refs that stand."""
    waivers = [statement for statement in change.statements if isinstance(statement.said, Waiver)]
    if not waivers:
        return None
    now = clock.seconds(change.time)
    named = [update for update in change.updates if any(_is_named(statement, update) for statement in waivers)]
    nobody = ("",) * len(policies) if change.stage == "receive" else ()
    setting = Setting(
        policies=policies,
        people=tuple(people(policy, now) for policy in policies),
        urls=frozenset(_urls(host, repository, in_clone=change.stage == "ci")),
        now=now,
        pushers=change.pushers or nobody,
        wrote=_wrote(named, repository, tuple(existing.values())),
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


def people(policy: Policy, now: int) -> People:
    """Whom the policy knows at this time. Raises what `trust` does."""
    known: dict[str, set[str]] = {}
    never = set()
    for name, principal in trust(policy.trust).principals.items():
        for address in principal.addresses:
            known.setdefault(address.casefold(), set()).add(name)
        is_early = principal.valid_after is not None and now < principal.valid_after
        is_late = principal.valid_before is not None and now >= principal.valid_before
        if principal.service or principal.forge or is_early or is_late:
            never.add(name)
    return People(addresses={address: frozenset(names) for address, names in known.items()}, never=frozenset(never))


def _wrote(updates: Iterable[RefUpdate], repository: Repository, existing: tuple[str, ...]) -> dict[str, frozenset[str]]:
    """The addresses of all who wrote what each update brings, and of who tagged it, by its new value.

    What a new ref brings is what no other ref has, and its tip: commits that wait on another ref are still somebody's.
    """
    found: dict[str, frozenset[str]] = {}
    for update in updates:
        if is_zero(update.new):
            continue
        who = {tag.tagger.email.casefold() for tag in update.tags if tag.tagger}
        if update.kind == "commit":
            tip = update.peeled or update.new
            exclude = existing if update.ancestry == "create" else (update.old,) if update.old else ()
            oids = tuple(repository.walk((tip,), exclude, max_count=_MOST + 1, ignore_missing=True))
            if len(oids) > _MOST:
                continue
            for commit in repository.commits(dict.fromkeys((*oids, tip))):
                who |= addresses(commit)
        found[update.new] = found.get(update.new, frozenset()) | who
    return found
