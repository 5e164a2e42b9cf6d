"""One question: may this principal do this to this ref, and which line of the policy says so?

The answer is `gitward.granting`'s, as at a push. Without paths it is only given where it is the same for every path.
"""

from __future__ import annotations

from gitward import granting
from gitward.patterns import matches_ref
from gitward.policy.compose import nearest
from gitward.policy.resolve import GATE
from gitward.record import record
from gitward.rights.holders import line, listed, plain, state, times

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any, Literal

    from gitward.model import Grant
    from gitward.model.access import Action
    from gitward.rights.holders import Rights

VERSION = 1  # of the plain form
EXIT_CODES = {"allowed": 0, "denied": 1, "undecided": 3}


@record
class Asked:
    """A question. `ref` may be '' for `read`, which is of a whole repository; `now` is in seconds since 1970."""

    who: str
    action: Action
    ref: str
    paths: tuple[bytes, ...]
    now: int


@record
class Answer:
    """What the grants say. `grant` is the line that decided, `through` the names in it that are the principal's.

    `reason` is a sentence; `could` are the names of all grants that would allow it; `also` the other entries that judge such an
    update, by id.
    """

    outcome: Literal["allowed", "denied", "undecided"]
    reason: str = ""
    grant: Grant | None = None
    through: tuple[str, ...] = ()
    path: bytes | None = None
    could: tuple[str, ...] = ()
    also: tuple[str, ...] = ()


def answer(rights: Rights, asked: Asked) -> Answer:
    """The answer of a policy's grants."""
    names = rights.names(asked.who, asked.now)
    also = _also(rights, asked)
    if asked.action == "read":
        verdict = granting.may_read(rights.grants, names, asked.now)
    else:
        paths = frozenset(asked.paths) if asked.paths else None
        verdict = granting.decide(rights.grants, names, asked.action, asked.ref, paths, asked.now)
        if paths is None and (open_question := _by_path(rights, asked, names)):
            return Answer(outcome="undecided", reason=open_question, also=also)
    if verdict.allowed and verdict.grant:
        through = tuple(name for name in verdict.grant.who if name in names)
        return Answer(outcome="allowed", grant=verdict.grant, through=through, also=also)
    reason = _unknown(rights, asked) or _refusal(asked, verdict)
    return Answer(outcome="denied", reason=reason, grant=verdict.grant, path=verdict.path, could=verdict.could)


def _unknown(rights: Rights, asked: Asked) -> str:
    """Why somebody has no rights at all, '' where that is not the reason."""
    known = rights.people.get(asked.who)
    if known is None:
        holders = rights.holders(asked.who)
        if holders:
            return f"{asked.who} is no principal but a role: ask about one who has it, {listed(holders)}"
        owner = next((name for name, each in rights.people.items() if asked.who in each.accounts), "")
        more = f": it is an account of {owner}" if owner else nearest(asked.who, rights.people)
        return f"the policy knows no principal {asked.who!r}{more}"
    return "" if state(known, asked.now) == "valid" else f"the policy knows {asked.who} {times(known)} only"


def _refusal(asked: Asked, verdict: granting.Verdict) -> str:
    if verdict.path is None:
        return f"no grant of {asked.who}'s is for this"
    if verdict.grant is None:
        return f"no grant of {asked.who}'s is for this path"
    return f"a grant names this path, and none of {asked.who}'s does"


def _by_path(rights: Rights, asked: Asked, names: frozenset[str]) -> str:
    """Why the answer depends on the paths, '' where it is the same for all."""
    if asked.action not in granting.BY_PATH:
        return ""
    naming = [rights.grants[number] for number in sorted(granting.protecting(rights.grants, asked.ref))]
    own = [
        grant for grant in rights.grants
        if asked.action in grant.may and not names.isdisjoint(grant.who) and matches_ref(grant.refs, asked.ref)
        and granting.is_valid(grant, asked.now)
    ]  # fmt: skip
    if not own or not naming or (all(grant in own for grant in naming) and any(not grant.paths for grant in own)):
        return ""
    first = naming[0]
    others = f", and {len(naming) - 1} more" if len(naming) > 1 else ""
    return f"it depends on the paths: {first.place} names {listed(first.paths)} here{others}"


def _also(rights: Rights, asked: Asked) -> tuple[str, ...]:
    """The other entries that judge an update of the ref: a grant is not all that a push needs."""
    if asked.action == "read":
        return ()
    return tuple(
        entry.id for entry in rights.policy.entries
        if entry is not rights.entry and entry.rule.name != GATE
        and hasattr(entry.rule, "check_update") and matches_ref(entry.refs, asked.ref)
    )  # fmt: skip


def text(rights: Rights, asked: Asked, found: Answer) -> Iterator[str]:
    """The answer for people, a line at a time; not escaped."""
    said = "may not" if found.outcome == "denied" else "may"
    whether = "whether " * (found.outcome == "undecided")
    yield f"{found.outcome}: {whether}{asked.who} {said} {asked.action} {asked.ref or 'the repository'}{_with(asked)}"
    if found.reason:
        where = f": {found.path.decode('utf-8', 'surrogateescape')}" if found.path is not None else ""
        yield f"  why: {found.reason}{where}"
    if found.grant:
        yield f"  by {found.grant.place}: {line(found.grant)}"
    if found.through and found.through != (asked.who,):
        yield f"  through {listed(found.through)}"
    if found.outcome == "undecided":
        yield "  fix: name the paths that change, behind the ref"
    if found.outcome == "denied":
        could = tuple(_whom(rights, name, asked.now) for name in found.could)
        yield f"  who could: {listed(could) or 'nobody'}"
    if found.also:
        yield f"  also judged by: {listed(found.also)}"
    if not rights.is_enforced:
        yield "  not enforced: the policy is in evaluate, or its grants are a warning"


def _with(asked: Asked) -> str:
    if not asked.paths:
        return ""
    first = asked.paths[0].decode("utf-8", "surrogateescape")
    return f" with {first}" if len(asked.paths) == 1 else f" with {first} and {len(asked.paths) - 1} more"


def _whom(rights: Rights, name: str, now: int) -> str:
    """A name, and of a role who has it now."""
    if name in rights.people:
        return name
    return f"{name} ({listed(_holders(rights, name, now)) or 'nobody'})"


def _holders(rights: Rights, name: str, now: int) -> tuple[str, ...]:
    return tuple(who for who in rights.holders(name) if state(rights.people[who], now) == "valid")


def document(rights: Rights, asked: Asked, found: Answer) -> dict[str, Any]:
    """The answer for programs; text from outside is as it came, surrogates for what is no UTF-8."""
    return {
        "version": VERSION,
        "outcome": found.outcome,
        "who": asked.who,
        "roles": sorted(rights.people[asked.who].roles) if asked.who in rights.people else [],
        "action": asked.action,
        "ref": asked.ref or None,
        "paths": [path.decode("utf-8", "surrogateescape") for path in asked.paths],
        "reason": found.reason or None,
        "line": plain(found.grant) if found.grant else None,
        "through": list(found.through),
        "path": None if found.path is None else found.path.decode("utf-8", "surrogateescape"),
        "could": [{"name": name, "principals": list(_holders(rights, name, asked.now))} for name in found.could],
        "also": list(found.also),
        "enforced": rights.is_enforced,
        "policy": {"id": rights.policy.id, "revision": rights.policy.revision, "digest": rights.policy.digest,
                   "source": rights.policy.source},
    }  # fmt: skip
