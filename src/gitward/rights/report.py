"""The report of a policy's access: what is in it, and its forms for programs. `text` has the one for people."""

from __future__ import annotations

from gitward.clock import at
from gitward.policy import duties
from gitward.record import record
from gitward.render.entries import cell
from gitward.rights.difference import difference
from gitward.rights.holders import plain, times
from gitward.rights.lint import notes
from gitward.rights.listing import rows
from gitward.rights.usage import LIMITS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from gitward.policy.duties import Conflict
    from gitward.rights.difference import Change, Difference
    from gitward.rights.holders import Rights
    from gitward.rights.lint import Note
    from gitward.rights.listing import Row
    from gitward.rights.usage import Usage

SCHEMA = "gitward.access/1"
FIELDS = ("principal", "kind", "action", "refs", "paths", "through", "line", "times", "state", "change", "used", "last_used")


@record
class Report:
    """Who may do what as of `now`, seconds since 1970. `difference` and `usage` are None where nobody asked."""

    rights: Rights
    now: int
    rows: tuple[Row, ...]
    notes: tuple[Note, ...]
    conflicts: tuple[Conflict, ...]
    advice: tuple[Conflict, ...]
    difference: Difference | None = None
    usage: Usage | None = None


def report_of(rights: Rights, now: int, *, old: Rights | None = None, usage: Usage | None = None) -> Report:
    """The report, held against a former state and what the log says."""
    return Report(
        rights=rights, now=now, rows=rows(rights, now), notes=notes(rights, now), conflicts=duties.conflicts(rights.policy, now),
        advice=duties.advice(rights.policy, now), difference=None if old is None else difference(old, rights, now), usage=usage,
    )  # fmt: skip


def used(report: Report, row: Row) -> tuple[int, str] | None:
    """How often a right was used, and when last; None where no log was asked, or it cannot tell."""
    found = report.usage
    return found.used((row.number, row.principal, row.action)) if found and found.can_tell(row.action) else None


def document(report: Report) -> dict[str, Any]:
    """The report for programs; text as the policy has it."""
    policy = report.rights.policy
    return {
        "schema": SCHEMA,
        "policy": {"id": policy.id, "revision": policy.revision, "digest": policy.digest, "source": policy.source},
        "enforced": report.rights.is_enforced,
        "as_of": at(report.now),
        "principals": [_principal(report, name) for name in sorted(report.rights.people)],
        "groups": [{"name": group.name, "members": sorted(group.members), "source": group.source or None,
                    "revision": group.revision or None} for group in policy.groups],
        "grants": [plain(grant) | {"principals": sorted(everyone)}
                   for grant, everyone in zip(report.rights.grants, report.rights.everyone, strict=True)],
        "rights": [_row(report, row) for row in report.rows],
        "conflicts": [_conflict(each) for each in report.conflicts],
        "advice": [_conflict(each) for each in report.advice],
        "notes": [{"kind": note.kind, "place": note.place, "message": note.message} for note in report.notes],
        "difference": None if report.difference is None else _difference(report.difference),
        "usage": None if report.usage is None else _usage(report.usage),
    }  # fmt: skip


def _principal(report: Report, name: str) -> dict[str, Any]:
    known = report.rights.people[name]
    return {"name": name, "kind": "service" if known.service else "human", "accounts": list(known.accounts or (name,)),
            "roles": sorted(known.roles), "times": times(known) or None}  # fmt: skip


def _row(report: Report, row: Row) -> dict[str, Any]:
    found: dict[str, Any] = {
        "principal": row.principal, "action": row.action, "refs": list(row.refs), "paths": list(row.grant.paths),
        "through": list(row.through), "line": row.grant.place, "state": row.state,
    }  # fmt: skip
    if (use := used(report, row)) is not None:
        found |= {"used": use[0], "last_used": use[1] or None}
    return found


def _conflict(each: Conflict) -> dict[str, Any]:
    return {"principal": each.principal, "roles": list(each.roles), "groups": list(each.groups), "others": list(each.others),
            "line": each.place or None}  # fmt: skip


def _difference(found: Difference) -> dict[str, Any]:
    return {
        "against": {"source": found.source, "digest": found.digest},
        "principals": [{"gained": gained, "principal": name} for gained, name in found.principals],
        "roles": [{"gained": gained, "principal": name, "role": role} for gained, name, role in found.roles],
        "services": [{"principal": name, "service": is_service} for is_service, name in found.services],
        "rights": [
            {"gained": each.gained, "principal": each.principal, "action": each.action, "refs": list(each.refs),
             "paths": list(each.paths), "line": each.row.grant.place, "through": list(each.row.through)}
            for each in found.changes
        ],
    }  # fmt: skip


def _usage(found: Usage) -> dict[str, Any]:
    return {
        "log": found.log, "origin": found.origin, "asked": {"since": found.asked[0] or None, "until": found.asked[1] or None},
        "first": found.first if found.first >= 0 else None, "last": found.last if found.last >= 0 else None,
        "since": found.since or None, "until": found.until or None, "begins": found.begins or None, "pruned": found.pruned,
        "missing": found.missing, "decisions": found.decisions, "unproven": found.unproven, "readings": found.readings,
        "others": found.others, "policies": dict(sorted(found.digests.items())),
        "repositories": dict(sorted(found.repositories.items())),
        "can_tell": {"readings": found.can_tell("read"), "pushes": found.can_tell("update")}, "cannot_know": list(LIMITS),
    }  # fmt: skip


def table(report: Report) -> Iterator[str]:
    """RFC 4180, line ends LF: a line for each right, and behind them those that were lost."""
    yield ",".join(FIELDS) + "\n"
    gained = {(each.principal, each.action, each.row.number) for each in _changes(report) if each.gained}
    for row in report.rows:
        change = "gained" if (row.principal, row.action, row.number) in gained else ""
        use = used(report, row)
        yield _line(report.rights, row, row.state, change, ("", "") if use is None else (str(use[0]), use[1]))
    for each in _changes(report):
        if not each.gained:
            yield _line(report.rights, each.row, "", "lost", ("", ""), each)


def _changes(report: Report) -> tuple[Change, ...]:
    return report.difference.changes if report.difference else ()


def _line(
    rights: Rights, row: Row, state: str, change: str, use: tuple[str, str], lost: Change | None = None
) -> str:
    known = rights.people.get(row.principal)
    kind = "" if known is None else "service" if known.service else "human"
    refs, paths = (lost.refs, lost.paths) if lost else (row.refs, row.grant.paths)
    cells = (row.principal, kind, row.action, " ".join(refs), " ".join(paths), " ".join(row.through), row.grant.place,
             times(row.grant), state, change, *use)  # fmt: skip
    return ",".join(cell(each) for each in cells) + "\n"
