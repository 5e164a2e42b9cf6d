"""What a statement says: an in-toto Statement v1 (github.com/in-toto/attestation), to and from the records of model/statements.

Read and nothing more: no signature is verified here, and `by` stays empty. A statement of gitward's own is canonical JSON inside
too, with exactly the fields of its record; of one of another kind only its type and its subjects are read.
"""

from __future__ import annotations

import hashlib
import re

from gitward.canonical import canonical
from gitward.errors import UsageError
from gitward.model import Approval, Closing, Decided, Evidence, JudgedBy, Revocation, Statement, Waiver, is_zero
from gitward.record import as_json, fields, record
from gitward.statements.envelope import NotAStatement, exactly, is_canonical, opened, strict_json
from gitward.statements.sense import problem

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from gitward.model.statements import Kind, Said

TYPE = "https://in-toto.io/Statement/v1"
OWN = "urn:gitward:"
RECORDS: dict[Kind, type[Said]] = {
    "approval": Approval, "waiver": Waiver, "revocation": Revocation, "closing": Closing, "decision": Decided,
}  # fmt: skip
KINDS: dict[str, Kind] = {f"{OWN}{kind}:1": kind for kind in RECORDS}
"""Predicate type -> kind."""
_LISTS = ("entries", "commits", "violated", "waived", "undecided")
_INNER = {"policies": JudgedBy}  # lists of records
_NUMBERS = ("expires",)
_OID = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[!-~]{1,200}")  # RFC 3986, 3; short
_DIGESTS = ("gitCommit", "sha1", "sha256")  # of a commit, in the order in which they are asked


@record
class Outline:
    """What a statement says. `payload` is what was signed; the id of the statement is '' where there is no blob yet."""

    predicate_type: str
    payload: bytes
    statement: Statement

    @property
    def id(self) -> str:
        return self.statement.id

    @property
    def subjects(self) -> tuple[str, ...]:
        return self.statement.subjects


def id_of(blob: bytes) -> str:
    return hashlib.sha256(blob).hexdigest()


def payload_of(kind: Kind, subjects: Sequence[str], repository: str, said: Said, made: int) -> bytes:
    """What is to be signed. `repository` is a URL as `pushees.normal` spells it, `made` seconds since 1970.

    Raises UsageError for what `read` would not take.
    """
    try:
        payload = canonical({
            "_type": TYPE,
            "predicate": {**as_json(said), "made": made, "repository": repository},
            "predicateType": predicate_type_of(kind),
            "subject": [{"digest": {"gitCommit": oid}, "name": "commit"} for oid in subjects],
        })
        _of_payload(payload, "")
    except UnicodeEncodeError:
        raise UsageError(f"the {kind} holds text that is not UTF-8", "write it in UTF-8") from None
    except NotAStatement as found:
        raise UsageError(f"this cannot be said in a statement: {found}") from None
    return payload


def predicate_type_of(kind: Kind) -> str:
    """Of a kind of gitward's own."""
    return f"{OWN}{kind}:1"


def evidence_of(predicate_type: str, subjects: Sequence[str], predicate: bytes) -> bytes:
    """What is to be signed of a predicate of others, an object in strict JSON. Raises UsageError for what may not be said so."""
    fix = "name the type as a URI: https://in-toto.io/attestation/test-result/v0.1"
    if not _URI.fullmatch(predicate_type):
        raise UsageError(f"{predicate_type[:80]!r} is no predicate type", fix)
    if predicate_type.startswith(OWN):
        raise UsageError("a predicate of gitward's own is made by its own command", "gitward approve, waive, or ci --statement")
    try:
        plain = strict_json(predicate)
        if not isinstance(plain, dict):
            raise NotAStatement("it is no object")
        subject = [{"digest": {"gitCommit": oid}, "name": "commit"} for oid in subjects]
        payload = canonical({"_type": TYPE, "predicate": plain, "predicateType": predicate_type, "subject": subject})
        _of_payload(payload, "")
    except (NotAStatement, UnicodeEncodeError, RecursionError) as found:
        why = str(found) if isinstance(found, NotAStatement) else "it holds text that is not UTF-8, or is nested too deep"
        fix = "write an object of text, whole numbers below 2^53, true, false, null, lists and objects, each key once"
        raise UsageError(f"the predicate cannot be signed: {why}", fix) from None
    return payload


def read(blob: bytes) -> Statement | None:
    """The statement in a blob, not yet attributed; None for a blob that is none. Linear, and never raises."""
    try:
        return outline(blob).statement
    except NotAStatement:
        return None


def outline(blob: bytes) -> Outline:
    """What a blob says, of whatever kind. Linear. Raises NotAStatement for one that is no statement."""
    return _of_payload(opened(blob).payload, id_of(blob))


def _of_payload(payload: bytes, identity: str) -> Outline:
    plain = strict_json(payload)
    if not isinstance(plain, dict) or plain.get("_type") != TYPE or not isinstance(plain.get("predicateType"), str):
        raise NotAStatement("it is no in-toto Statement v1")
    kind = plain["predicateType"]
    if not kind:
        raise NotAStatement("it has no predicate type")
    if not kind.startswith(OWN):
        said = Evidence(predicate_type=kind)
        found = Statement(id=identity, kind="evidence", subjects=_subjects(plain), repository="", said=said, made=0)
        return Outline(predicate_type=kind, payload=payload, statement=found)
    if kind not in KINDS:
        raise NotAStatement("it is of a kind of gitward's that this version does not know")
    exactly(plain, "statement", "_type", "subject", "predicateType", "predicate")
    if not is_canonical(plain, payload):
        raise NotAStatement("what was signed is not in canonical JSON")
    return Outline(predicate_type=kind, payload=payload, statement=_own(KINDS[kind], plain, identity))


def _subjects(plain: dict[str, Any]) -> tuple[str, ...]:
    """The commits that it is about; one at least."""
    listed = plain.get("subject")
    found: dict[str, None] = {}
    for each in listed if isinstance(listed, list) else ():
        digests = each.get("digest") if isinstance(each, dict) else None
        oid = next((digests[name] for name in _DIGESTS if name in digests), None) if isinstance(digests, dict) else None
        if isinstance(oid, str) and _OID.fullmatch(oid):
            found[oid] = None
    if not found:
        raise NotAStatement("it is about no commit")
    if any(map(is_zero, found)) and (len(found) > 1 or plain["predicateType"] not in KINDS):
        raise NotAStatement("it is about no commit, beside others or as no statement of gitward's own")
    return tuple(found)


def _own(kind: Kind, plain: dict[str, Any], identity: str) -> Statement:
    subjects = _subjects(plain)
    if plain["subject"] != [{"name": "commit", "digest": {"gitCommit": oid}} for oid in subjects]:
        raise NotAStatement("its subjects are not commits, each once")
    record_type = RECORDS[kind]
    given = exactly(plain["predicate"], "predicate", *fields(record_type), "repository", "made")
    said: Any = _record_of(record_type, given)
    if why := problem(said, subjects):
        raise NotAStatement(why)
    repository, made = (_value(name, given[name]) for name in ("repository", "made"))
    return Statement(id=identity, kind=kind, subjects=subjects, repository=repository, said=said, made=made)


def _record_of(record_type: Any, given: dict[str, Any]) -> Any:
    return record_type(**{name: _value(name, given[name]) for name in fields(record_type)})


def _value(name: str, value: Any) -> Any:
    """A field as its record has it. Raises NotAStatement where its value is of another type."""
    if inner := _INNER.get(name):
        listed = value if isinstance(value, list) else (value,)
        return tuple(_record_of(inner, exactly(each, name, *fields(inner))) for each in listed)
    if name in _LISTS:
        fits = isinstance(value, list) and all(isinstance(each, str) for each in value)
    elif name in (*_NUMBERS, "made"):
        fits = type(value) is int and value >= 0
    else:
        fits = isinstance(value, str)
    if not fits:
        raise NotAStatement(f"its field {name} has a value of another type")
    return tuple(value) if name in _LISTS else value
