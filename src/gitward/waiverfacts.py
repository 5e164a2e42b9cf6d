"""What waivers are held against: whom each policy knows, who wrote what is pushed, and which repository this is.

Read only where a waiver has come: without one nothing here costs anything.
"""

from __future__ import annotations

import os
from itertools import islice

from gitward import clock
from gitward.approving import is_over
from gitward.authorship import made, mailmap_of
from gitward.engine import entries_of
from gitward.errors import BudgetExceeded
from gitward.integrity import is_statement
from gitward.makers import Identities
from gitward.model import Waiver, is_zero
from gitward.policy.trust import trust
from gitward.proposals import names_of
from gitward.pushees import is_whole, normal
from gitward.scope import judged_tips
from gitward.waivers.counting import Waivers, names_update
from gitward.waivers.requesters import MOST
from gitward.waivers.rights import People, Setting

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from gitward.makers import Person
    from gitward.model import Change, Host, Policy, RefUpdate, Statement
    from gitward.repository import Repository
    from gitward.signatures.signers import Signers
    from gitward.waivers.rights import Brought

    Made = tuple[frozenset[Person], tuple[frozenset[str], ...]]  # as authorship.made says

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
    now = max(clock.seconds(change.time), host.latest)
    mailmaps = _mailmaps(change, repository, existing)
    known = tuple(people(policy, now, mailmaps) for policy in policies)
    asked = [each if policy.waivers else None for policy, each in zip(policies, signers, strict=True)]
    nobody = ("",) * len(policies) if change.stage == "receive" else ()
    setting = Setting(
        policies=policies,
        people=known,
        urls=frozenset(_urls(host, repository, in_clone=change.stage != "receive")),
        now=now,
        pushers=change.pushers or nobody,
        made=_made(waivers, change, policies, known, _Makers(repository, asked, host.limits.message_bytes), existing),
    )
    return Waivers(waivers, setting)


def _urls(host: Host, repository: Repository, *, in_clone: bool) -> Iterator[str]:
    """What this repository is called: what the host says, its path, and in a clone the URL that it was cloned from."""
    yield from map(normal, names_of(repository.path))
    top = os.path.join(repository.path, os.pardir)  # from where git takes the path of a remote
    for url in (*host.urls, repository.config("remote.origin.url") if in_clone else ""):
        if url:
            yield normal(url if is_whole(url) or not in_clone else os.path.realpath(os.path.join(top, url)))


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


class _Makers:
    """Reads who made what updates bring, each span of commits once, and together no more than MOST of them."""

    def __init__(self, repository: Repository, signers: Sequence[Signers | None], message_bytes: int) -> None:
        self._repository, self._signers, self._message_bytes, self._left = repository, signers, message_bytes, MOST
        self._read: dict[tuple[str, str, tuple[str, ...]], Made | None] = {}

    def of(self, update: RefUpdate, exclude: tuple[str, ...]) -> Made | None:
        """Whom the commits claim that an update leads to and `exclude` does not reach, and who signed them; None for too many."""
        key = (update.ref, update.new, exclude)
        if key not in self._read:
            try:
                oids = self._commits(update.peeled or update.new, exclude) if update.kind == "commit" else {}
                self._read[key] = made(self._repository, update, oids, self._signers, self._message_bytes)
            except BudgetExceeded:
                self._read[key] = None
        return self._read[key]

    def _commits(self, tip: str, exclude: tuple[str, ...]) -> dict[str, None]:
        """The commits, and the tip whoever reaches it: what waits on another ref is still somebody's. Raises BudgetExceeded."""
        if exclude:
            oids = self._repository.walk((tip,), exclude, max_count=self._left + 1, ignore_missing=True)
        else:
            oids = islice(self._repository.walk_down((tip,)), self._left + 1)
        found: dict[str, None] = dict.fromkeys((tip, *oids))
        self._left -= min(len(found), self._left + 1)
        if self._left < 0:
            raise BudgetExceeded(f"more than {MOST} commits")
        return found


def _made(
    waivers: Sequence[Statement], change: Change, policies: tuple[Policy, ...], known: Sequence[People], makers: _Makers,
    existing: Mapping[str, str],
) -> dict[Brought, frozenset[str]]:  # fmt: skip
    """Who made what the updates that waivers name bring to the entries that these name, as far as it is known.

    An update of a ref brings all that its old value does not reach. A new ref brings to an entry all that no ref reaches which
    the entry judges: what others hold came in under none of its rules.
    """
    found: dict[Brought, frozenset[str]] = {}
    for update in change.updates:
        names = {name for each in waivers if _is_named(each, update) for name in each.said.entries}  # type: ignore[union-attr]
        for policy, entry in entries_of(policies) if names and not is_zero(update.new) else ():
            if entry.id not in names or not policies[policy].waivers:
                continue
            exclude: tuple[str, ...] = (update.old,) if update.old else ()
            if update.ancestry == "create":
                exclude = judged_tips(entry, existing, update.ref)
            if (read := makers.of(update, exclude)) is not None:
                key = (policy, entry.id, update.ref, update.new)
                who = known[policy].identities.of(read[0]) | read[1][policy]
                found[key] = found.get(key, frozenset()) | who
    return found
