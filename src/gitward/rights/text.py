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
    from collections.abc import Iterator, Sequence

    from gitward.rights.difference import Change, Difference
    from gitward.rights.listing import Row
    from gitward.rights.report import Report
    from gitward.rights.usage import Usage


_EVERYTHING = "the whole repository"


def text(report: Report) -> Iterator[str]:
    """A line at a time, not escaped for a terminal."""
    policy = report.rights.policy
    revision = "" if policy.revision is None else f" revision {policy.revision}"
    yield f"who may do what under {policy.id}{revision}, {policy.source}, as of {at(report.now)}"
    yield f"by the version of it whose files have the digest {policy.digest}"
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
        for _, rows in groupby(of.get(name, ()), key=lambda row: (row.number, row.action == "read")):
            yield f"  {_granted(list(rows))}"
        if name not in of:
            yield "  nothing"


def _granted(rows: list[Row]) -> str:
    """What one line gives to one principal: of reading, or of all else."""
    first = rows[0]
    through = "" if first.through == (first.principal,) else f" through {', '.join(first.through)}"
    validity = f" {times(first.grant)}" if times(first.grant) else ""
    mark = "" if first.state == "valid" else f" [{first.state}]"
    what = f"{', '.join(row.action for row in rows)}: {_where(first.action, first.grant.refs, first.grant.paths)}"
    return f"{what}{through} ({first.grant.place}){validity}{mark}"


def _where(action: str, refs: Sequence[str], paths: Sequence[str]) -> str:
    """What an action is about. Reading is of everything, whatever the grant says."""
    if action == "read":
        return _EVERYTHING
    return f"{' '.join(refs)}{', paths ' * bool(paths)}{' '.join(paths)}"


def _groups(report: Report) -> Iterator[str]:
    groups = report.rights.policy.groups
    yield from [""] if groups else []
    for group in groups:
        origin = " revision ".join(filter(None, (group.source, group.revision)))
        yield f"group {group.name}: {', '.join(sorted(group.members)) or 'nobody'}{f' (from {origin})' if origin else ''}"


def _by_ref(report: Report) -> Iterator[str]:
    rights = report.rights
    places: dict[str, list[str]] = {_EVERYTHING: []}
    for number, grant in enumerate(rights.grants):
        whom = ", ".join(name if name in rights.people else f"{name} ({listed(rights.holders(name)) or 'nobody'})"
                         for name in grant.who)  # fmt: skip
        whom += f", {len(rights.everyone[number])} in all" if len(grant.who) > 1 else ""
        for is_read, actions in groupby(sorted(grant.may, key="read".__ne__), key="read".__eq__):
            place = _where("read" if is_read else "", grant.refs, grant.paths)
            places.setdefault(place, []).append(f"  {', '.join(actions)}: {whom} ({grant.place})")
    for place in (_EVERYTHING, *sorted(set(places) - {_EVERYTHING})):
        yield from ["", place, *places[place]] if places[place] else []


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
    through = "" if each.row.through == (each.principal,) else f" through {', '.join(each.row.through)}"
    where = _where(each.action, each.refs, each.paths)
    return f"{_sign(each.gained)} {each.principal} {each.action}: {where}{through} ({each.row.grant.place})"


def _usage(report: Report, found: Usage) -> Iterator[str]:
    yield ""
    yield from _looked_at(found, report.rights.policy.digest)
    if found.first < 0:
        yield "not used: cannot be told, the log has no entry of that time"
    else:
        yield f"not used from {found.since} to {found.until}:"
        for number, grant in enumerate(report.rights.grants):
            for who, actions in groupby(grant.may, key=lambda action: _idle(report, number, action)):
                if who:
                    yield f"  {grant.place}: {', '.join(actions)}: {who}"
    yield from (f"  not known: {limit}" for limit in LIMITS)


def _looked_at(found: Usage, digest: str) -> Iterator[str]:
    """Which part of which log was looked at, and what in it counted."""
    times = " ".join(f"{word} {time}" for word, time in zip(("from", "until"), found.asked, strict=True) if time)
    yield f"log {found.origin} in {found.log}{', asked for ' * bool(times)}{times}"
    if found.first < 0:
        return
    yield f"  looked at: entries {found.first} to {found.last}, received from {found.since} to {found.until}"
    if found.begins > found.asked[0] and found.asked[0]:
        yield f"  the log begins at {found.begins}, later than was asked for"
    yield f"  {found.decisions} pushes and {found.readings} readings under this policy were let in"
    for version, count in sorted(found.digests.items()):
        yield f"  {count} of them by {'this' if version == digest else 'its'} version {version or 'not known'}"
    where = tuple(sorted(filter(None, found.repositories)))
    yield from [f"  in {listed(where)}"] if where else []
    if found.others:
        yield f"  {found.others} that other policies alone judged were let in, and are not counted"
    if found.pruned:
        yield f"  the log's first {found.pruned} entries are pruned: who used what before {found.since} cannot be told"
    if found.missing:
        yield f"  {found.missing} entries between these are missing: who used what there cannot be told"
    if found.unproven:
        yield f"  of {found.unproven} of these pushes nobody is proven to be the pusher: whose right was used cannot be told"


def _idle(report: Report, number: int, action: str) -> str:
    """Who did not use what a grant gives, in words; '' where everybody did."""
    if report.usage and not report.usage.can_tell(action):
        return f"cannot be told, the log has no {'reading' if action == 'read' else 'push'} of that time under this policy"
    rows = [row for row in report.rows if row.number == number and row.action == action]
    idle = tuple(row.principal for row in rows if not (used(report, row) or (0,))[0])
    if len(idle) == len(rows):
        return "used by nobody"
    return f"not used by {listed(idle)}" if idle else ""


def _worth_a_look(report: Report) -> Iterator[str]:
    lines = [f"error[duties] {sentence(each)}" for each in report.conflicts]
    lines += [f"warning[duties] {sentence(each)}" for each in report.advice]
    lines += [f"note[{note.kind}] {note.place}{': ' if note.place else ''}{note.message}" for note in report.notes]
    yield from ["", *lines] if lines else []
