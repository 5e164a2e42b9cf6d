"""The report of a policy's access for people: by principal, by ref, then what is worth a look."""

from __future__ import annotations

from itertools import groupby

from gitward.clock import at
from gitward.policy.duties import sentence
from gitward.rights.holders import listed, times
from gitward.rights.report import used
from gitward.rights.usage import LIMITS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gitward.rights.difference import Change, Difference
    from gitward.rights.listing import Row
    from gitward.rights.report import Report
    from gitward.rights.usage import Usage


def text(report: Report) -> Iterator[str]:
    """A line at a time, not escaped for a terminal."""
    policy = report.rights.policy
    revision = "" if policy.revision is None else f" revision {policy.revision}"
    yield f"who may do what under {policy.id}{revision}, {policy.source}, as of {at(report.now)}"
    if not report.rights.is_enforced:
        yield "not enforced: the policy is in evaluate, or its grants are a warning"
    yield from _by_principal(report)
    yield from _groups(report)
    yield from _by_ref(report)
    if report.difference:
        yield from _difference(report.difference)
    if report.usage:
        yield from _usage(report, report.usage)
    yield from _worth_a_look(report)
    services = sum(known.service for known in report.rights.people.values())
    people = f"{_many(len(report.rights.people), 'principal')}, {services} of them services"
    conflicts = f"{_many(len(report.conflicts), 'conflict')} of duties"
    yield ""
    yield (f"{people}; {_many(sum(bool(grant.may) for grant in report.rights.grants), 'grant')}; {conflicts}, "
           f"{_many(len(report.notes) + len(report.advice), 'note')}")  # fmt: skip


def _many(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"


def _by_principal(report: Report) -> Iterator[str]:
    of = {name: list(rows) for name, rows in groupby(report.rows, key=lambda row: row.principal)}
    for name in sorted(report.rights.people):
        known = report.rights.people[name]
        about = ["service"] * known.service
        about += [f"accounts {', '.join(known.accounts)}"] if known.accounts else []
        about += [f"roles {', '.join(sorted(known.roles))}"] if known.roles else []
        about += [f"known {times(known)}"] if times(known) else []
        yield ""
        yield f"{name}{': ' * bool(about)}{'; '.join(about)}"
        for _, rows in groupby(of.get(name, ()), key=lambda row: row.number):
            yield f"  {_granted(list(rows))}"
        if name not in of:
            yield "  nothing"


def _granted(rows: list[Row]) -> str:
    """What one line gives to one principal."""
    first = rows[0]
    actions = ", ".join(row.action for row in rows)
    where = " ".join(first.grant.refs) + (f" with {' '.join(first.grant.paths)}" if first.grant.paths else "")
    where = "the repository" if actions == "read" else where
    through = "" if first.through == (first.principal,) else f" through {', '.join(first.through)}"
    validity = f" {times(first.grant)}" if times(first.grant) else ""
    mark = "" if first.state == "valid" else f" [{first.state}]"
    return f"{actions}: {where}{through} ({first.grant.place}){validity}{mark}"


def _groups(report: Report) -> Iterator[str]:
    groups = report.rights.policy.groups
    yield from [""] if groups else []
    for group in groups:
        origin = " revision ".join(filter(None, (group.source, group.revision)))
        yield f"group {group.name}: {', '.join(sorted(group.members)) or 'nobody'}{f' (from {origin})' if origin else ''}"


def _by_ref(report: Report) -> Iterator[str]:
    rights = report.rights
    places = dict.fromkeys((grant.refs, grant.paths) for grant in rights.grants if grant.may)
    for refs, paths in sorted(places):
        yield ""
        yield f"{' '.join(refs)}{' with ' * bool(paths)}{' '.join(paths)}"
        for number, grant in enumerate(rights.grants):
            if (grant.refs, grant.paths) == (refs, paths) and grant.may:
                whom = ", ".join(name if name in rights.people else f"{name} ({listed(rights.holders(name)) or 'nobody'})"
                                 for name in grant.who)  # fmt: skip
                everyone = f"{len(rights.everyone[number])}: " if len(grant.who) > 1 else ""
                yield f"  {', '.join(grant.may)}: {everyone}{whom} ({grant.place})"


def _difference(found: Difference) -> Iterator[str]:
    yield ""
    yield f"since {found.source}, digest {found.digest}"
    yield from (f"  {_sign(gained)} principal {name}" for gained, name in found.principals)
    for gained, name, role in found.roles:
        yield f"  {_sign(gained)} {name} {'has got' if gained else 'has lost'} the role {role}"
    yield from (f"  {_changed(each)}" for each in found.changes)
    yield from (f"  + {name} is {'a service' if is_service else 'no service'} now" for is_service, name in found.services)
    if found.is_none:
        yield "  no difference"


def _sign(gained: bool) -> str:
    return "+" if gained else "-"


def _changed(each: Change) -> str:
    where = "the repository" if each.action == "read" else " ".join(each.refs)
    where += f" with {' '.join(each.paths)}" if each.paths else ""
    through = "" if each.row.through == (each.principal,) else f" through {', '.join(each.row.through)}"
    return f"{_sign(each.gained)} {each.principal} {each.action}: {where}{through} ({each.row.grant.place})"


def _usage(report: Report, found: Usage) -> Iterator[str]:
    yield ""
    if not found.since:
        yield f"never used: the log {found.log} has no entry of that time"
        return
    yield f"never used, by the log {found.log} from {found.since} to {found.until}:"
    yield f"  {found.decisions} pushes and {found.readings} readings under this policy were let in"
    if found.unproven:
        were, they = ("was", "it") if found.unproven == 1 else ("were", "they")
        yield f"  {found.unproven} of these pushes {were} nobody's who is known: whose right {they} used cannot be told"
    for number, grant in enumerate(report.rights.grants):
        for action in grant.may:
            rows = [row for row in report.rows if row.number == number and row.action == action]
            idle = tuple(row.principal for row in rows if not (used(report, row) or (0,))[0])
            if len(idle) == len(rows):
                yield f"  {grant.place}: {action}, by nobody"
            elif idle:
                yield f"  {grant.place}: {action}, by {listed(idle)}"
    yield from (f"  not known: {limit}" for limit in LIMITS)


def _worth_a_look(report: Report) -> Iterator[str]:
    lines = [f"error[duties] {sentence(each)}" for each in report.conflicts]
    lines += [f"warning[duties] {sentence(each)}" for each in report.advice]
    lines += [f"note[{note.kind}] {note.place}{': ' if note.place else ''}{note.message}" for note in report.notes]
    yield from ["", *lines] if lines else []
