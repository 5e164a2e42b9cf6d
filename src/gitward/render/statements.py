"""Statements for people and for programs: what each says, and who signed it by the policies in sight. Every line is escaped."""

from __future__ import annotations

import json

from gitward.days import moment
from gitward.model import Approval, Closing, Decided, Evidence, Revocation, Statement, Waiver
from gitward.record import record
from gitward.render.escape import visible, well_formed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from typing import Any

SCHEMA = "gitward.statements/1"
_SHORT = 12
_NAMED = 3  # commits that a line names
_WORDS = 200  # characters of what somebody wrote
_DEEP = 8  # levels of a predicate that have lines of their own


@record
class Listed:
    """A statement as it is listed. `revoked` says for which of the policies it was taken back.

    `received` is the entry, and the time, with which a log took it in first, None where it never did; `is_log_asked`: one was.
    """

    statement: Statement
    predicate_type: str
    is_archived: bool
    revoked: tuple[bool, ...]
    received: tuple[int, str] | None = None
    is_log_asked: bool = False

    @property
    def came_expired(self) -> bool:
        """Whether a log took it in when what it lets go had ended already."""
        said = self.statement.said
        return bool(self.received and isinstance(said, Waiver) and self.received[1] >= moment(said.expires)[:-1])


def as_text(listed: Iterable[Listed], policies: Sequence[str]) -> Iterator[str]:
    """A block each, and how many there are. `policies` are ids, in the order in which statements have their signers."""
    number = 0
    for number, each in enumerate(listed, 1):  # noqa: B007  the count is what is left of it
        yield from (f"{visible(line)}\n" for line in _block(each, policies))
    yield f"{number} statement{'' if number == 1 else 's'}\n"


def _block(each: Listed, policies: Sequence[str]) -> Iterator[str]:
    said = each.statement
    more = f" and {len(said.subjects) - _NAMED} more" if len(said.subjects) > _NAMED else ""
    about = "no commit" if _is_about_none(said) else ", ".join(oid[:_SHORT] for oid in said.subjects[:_NAMED]) + more
    yield f"{said.kind} {said.id[:_SHORT]} about {about}{f': {words}' if (words := _summary(said)) else ''}"
    made = f", made {moment(said.made)}" if said.made else ""
    yield f"  {_cut(each.predicate_type)}{made}, {'archived' if each.is_archived else 'stands'}"
    if each.received:
        yield f"  received as entry {each.received[0]}, {each.received[1]}{', when it had ended' if each.came_expired else ''}"
    elif each.is_log_asked:
        yield "  the log never received it"
    for policy, by, against in zip(policies, said.by, said.against, strict=True):
        yield f"  {policy}: signed by {', '.join(by)}" if by else f"  {policy}: counts for nobody, {against}"
    if not policies:
        yield "  there is no policy here: whose signatures it carries is not known"


def _summary(statement: Statement) -> str:
    """What it says, in a few words of ours."""
    said = statement.said
    if isinstance(said, Approval):
        return f"for {said.ref}" + (f", {_cut(said.reviewer)} on {_cut(said.source)}" if said.source else "")
    if isinstance(said, Waiver):
        entries = "everything" if said.entries == ("*",) else _cut(", ".join(said.entries))
        return f"{entries} of the policy {_cut(said.policy)} until {moment(said.expires)}: {_cut(said.reason)}"
    if isinstance(said, Revocation | Closing):
        return f"of {said.statement[:_SHORT]}: {_cut(said.reason)}"
    if isinstance(said, Decided):
        return f"{said.outcome} for {_cut(said.ref)} by {_cut(', '.join(each.id for each in said.policies)) or 'no policy'}"
    return ""


def _is_about_none(statement: Statement) -> bool:
    return not statement.subjects[0].strip("0")


def _cut(words: str) -> str:
    return words if len(words) <= _WORDS else f"{words[:_WORDS]}..."


def as_json(listed: Iterable[Listed], policies: Sequence[dict[str, Any]]) -> Iterator[str]:
    """One object, statement by statement, in ASCII."""
    yield json.dumps({"schema": SCHEMA, "policies": policies}, indent=2)[:-2] + ',\n  "statements": ['
    between = "\n    "
    for each in listed:
        yield between + json.dumps(_document(each, policies))
        between = ",\n    "
    yield "\n  ]\n}\n"


def _document(each: Listed, policies: Sequence[dict[str, Any]]) -> dict[str, Any]:
    said = each.statement
    is_evidence = isinstance(said.said, Evidence)
    return {
        "id": said.id,
        "kind": said.kind,
        "predicate_type": well_formed(each.predicate_type),
        "subjects": list(said.subjects),
        "repository": None if is_evidence else said.repository,
        "made": None if is_evidence else moment(said.made),
        "is_archived": each.is_archived,
        **({"received": _received(each)} if each.is_log_asked else {}),
        "signers": [
            {"policy": policy["id"], "by": list(by), "against": against, "is_revoked": is_revoked}
            for policy, by, against, is_revoked in zip(policies, said.by, said.against, each.revoked, strict=True)
        ],
    }


def _received(each: Listed) -> dict[str, Any] | None:
    return {"seq": each.received[0], "time": each.received[1], "when_expired": each.came_expired} if each.received else None


# --- a predicate ----------------------------------------------------------------------------------------------------------


def pretty(value: Any, depth: int = 0, lead: str = "") -> Iterator[str]:
    """A JSON value as escaped lines. What lies deep stays on one line, so that the indentation costs no more than the text."""
    indent = "  " * depth
    if depth < _DEEP and value and isinstance(value, dict | list):
        opens, closes = "{}" if isinstance(value, dict) else "[]"
        yield f"{indent}{lead}{opens}"
        for name, inner in value.items() if isinstance(value, dict) else (("", each) for each in value):
            yield from pretty(inner, depth + 1, visible(f"{json.dumps(name, ensure_ascii=False)}: ") if opens == "{" else "")
        yield f"{indent}{closes}"
    else:
        yield f"{indent}{lead}{visible(json.dumps(value, ensure_ascii=False))}"
