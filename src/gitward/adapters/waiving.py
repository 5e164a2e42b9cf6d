"""`waive`: options to signed statements, stored here."""

from __future__ import annotations

from gitward.errors import UsageError
from gitward.model import Closing, Waiver, is_zero
from gitward.policy.people import Instant
from gitward.record import record
from gitward.shapes import Refused, Seconds
from gitward.statements.keeping import keep, keep_all, standing
from gitward.waivers.rights import EVERYTHING, NAMED

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gitward.repository import Repository
    from gitward.statements.keeping import Place

_CHUNK = 200  # commits that one statement names: those of a longer range are waived by several
_REASON, _TICKET = 1_000, 200  # characters


@record
class Asked:
    """What is to be waived: `commits` by full oid, or, without any, everything on `ref`. `expires`: seconds since 1970."""

    policy: str
    entries: tuple[str, ...]
    commits: tuple[str, ...]
    ref: str
    reason: str
    ticket: str
    expires: int


def expiry(text: str, now: int) -> int:
    """`12h`, or a day or moment in UTC, as seconds since 1970. Raises UsageError for another word, and for what is over."""
    try:
        until = now + Seconds().check(text) if text[-1:] in "smhd" else Instant().check(text)
    except Refused as problem:
        raise UsageError(f"--expires {text}: {problem}", "write for example 12h, 2026-01-31 or 2026-01-31T12:00:00Z") from None
    if until <= now:
        raise UsageError(f"--expires {text} is over", "give a time that is to come")
    return until


def commits_of(repository: Repository, named: tuple[str, ...], span: str, ref: str, *, deletes: bool) -> tuple[str, ...]:
    """Full oids of what is named, tags not peeled, and of the commits in a range. Raises UsageError for more than NAMED."""
    found: list[str] = list(dict.fromkeys(repository.resolve(name) for name in named))
    if span:
        if ".." not in span:
            raise UsageError(f"{span!r} is no range", "write A..B, or --commit for one commit")
        include, exclude = repository.bounds(span)
        found += repository.walk(include, exclude, max_count=NAMED + 1)
    if len(found) > NAMED:
        raise UsageError(f"these are more than {NAMED} commits", "waive in smaller ranges, or change the policy: since, exempt")
    if span and not found:
        raise UsageError(f"{span} holds no commit")
    if deletes:
        if len(found) != 1 or not ref:
            raise UsageError("a deletion is waived for one value of one ref", "write --ref REF --commit VALUE --deletion")
        found.append("0" * repository.oid_length)
    return tuple(found)


def waive(asked: Asked, at: Place) -> tuple[str, ...]:
    """Sign all and store them; the refs of the statements. Raises GitwardError where nothing can sign, or git cannot keep it."""
    for text, name, most in ((asked.reason, "reason", _REASON), (asked.ticket, "ticket", _TICKET)):
        if len(text) > most:
            raise UsageError(f"the {name} has more than {most} characters", "say it in fewer words")
    chunks = [asked.commits[start : start + _CHUNK] for start in range(0, len(asked.commits), _CHUNK)]
    said = (
        Waiver(
            policy=asked.policy, entries=asked.entries, commits=commits, reason=asked.reason, expires=asked.expires,
            ticket=asked.ticket, ref=asked.ref,
        )
        for commits in chunks or [()]
    )  # fmt: skip
    return keep_all(at, "waiver", [(tuple(o for o in each.commits if not is_zero(o)) or at.nothing, each) for each in said])


def close(identity: str, reason: str, at: Place) -> str:
    """The ref of the statement that the follow-up of a break-glass is done."""
    found = standing(at.folder, identity)
    statement = found[1].statement if found else None
    if statement and not (isinstance(statement.said, Waiver) and statement.said.entries == EVERYTHING):
        raise UsageError(f"{statement.id[:12]} is no break-glass: there is nothing to close")
    said = Closing(statement=statement.id if statement else identity, reason=reason)
    return keep(at, "closing", at.nothing, said, statement.repository if statement else "")
