"""What a statement says: an in-toto Statement v1 (github.com/in-toto/attestation), to and from the records of model/statements.

Read and nothing more: no signature is verified here, and `by` stays empty. A statement of gitward's own is canonical JSON inside
too, with exactly the fields of its record; of one of another kind only its type and its subjects are read.
"""

from __future__ import annotations

import hashlib
import re
from itertools import pairwise

from gitward.canonical import canonical
from gitward.errors import UsageError
from gitward.model import OUTCOME_OF_CODE, Approval, Closing, Decided, JudgedBy, Revocation, Statement, Waiver, is_zero
from gitward.record import as_json, fields, record
from gitward.statements.envelope import NotAStatement, exactly, is_canonical, opened, strict_json

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
EVERYTHING = ("*",)
STAGES = ("receive", "ci", "deploy")
MODES = ("enforce", "evaluate")
_LISTS = ("entries", "commits", "violated", "waived", "undecided")
_INNER = {"policies": JudgedBy}  # lists of records
_NUMBERS = ("expires",)
_OID = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_ID = re.compile(r"[0-9a-f]{64}")
_DIGESTS = ("gitCommit", "sha1", "sha256")  # of a commit, in the order in which they are asked


@record
class Outline:
    """What every statement says of itself. `id` is SHA-256 of its blob, as hex, '' where there is none yet; `payload` is what was
    signed; `statement` is None for a kind of others.
    """

    id: str
    predicate_type: str
    subjects: tuple[str, ...]
    payload: bytes
    statement: Statement | None = None


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
            "predicateType": f"{OWN}{kind}:1",
            "subject": [{"digest": {"gitCommit": oid}, "name": "commit"} for oid in subjects],
        })
        _of_payload(payload, "")
    except UnicodeEncodeError:
        raise UsageError(f"the {kind} holds text that is not UTF-8", "write it in UTF-8") from None
    except NotAStatement as problem:
        raise UsageError(f"this cannot be said in a statement: {problem}") from None
    return payload


def read(blob: bytes) -> Statement | None:
    """The statement in a blob, not yet attributed; None for one that is none of gitward's. Linear, and never raises."""
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
    if not kind.startswith(OWN):
        return Outline(id=identity, predicate_type=kind, subjects=_subjects(plain), payload=payload)
    if kind not in KINDS:
        raise NotAStatement("it is of a kind of gitward's that this version does not know")
    exactly(plain, "statement", "_type", "subject", "predicateType", "predicate")
    if not is_canonical(plain, payload):
        raise NotAStatement("what was signed is not in canonical JSON")
    statement = _own(KINDS[kind], plain, identity)
    return Outline(id=identity, predicate_type=kind, subjects=statement.subjects, payload=payload, statement=statement)


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
    return tuple(found)


def _own(kind: Kind, plain: dict[str, Any], identity: str) -> Statement:
    subjects = _subjects(plain)
    if plain["subject"] != [{"name": "commit", "digest": {"gitCommit": oid}} for oid in subjects]:
        raise NotAStatement("its subjects are not commits, each once")
    record_type = RECORDS[kind]
    given = exactly(plain["predicate"], "predicate", *fields(record_type), "repository", "made")
    said: Any = _record_of(record_type, given)
    if problem := _problem(said, subjects):
        raise NotAStatement(problem)
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


def _problem(said: Said, subjects: tuple[str, ...]) -> str:
    """What is against it, '' for nothing."""
    if isinstance(said, Approval):
        if not all(_OID.fullmatch(oid) for oid in (said.base, said.commit, said.tree)):
            return "its base, commit and tree are not full object ids"
        return "" if subjects == (said.commit,) else "its subject is not the commit that it approves"
    if isinstance(said, Waiver):
        return _problem_of_waiver(said, subjects)
    if isinstance(said, Decided):
        return _problem_of_decided(said, subjects)
    if not _ID.fullmatch(said.statement):
        return "it names no statement: 64 hexadecimal digits"
    if isinstance(said, Closing):
        return "" if _is_about_none(subjects) else "a closing is about no commit: its subject is the zero oid"
    return ""


def _problem_of_waiver(said: Waiver, subjects: tuple[str, ...]) -> str:
    if not said.entries or ("*" in said.entries and said.entries != EVERYTHING):
        return "it names no entries, or everything beside some"
    if said.entries == EVERYTHING:
        fits = not said.commits and _is_about_none(subjects) and said.ref.startswith("refs/")
        return "" if fits else "a waiver of everything is for one ref and about no commit: its subject is the zero oid"
    return "" if said.commits == subjects and not is_zero(subjects[0]) else "its subjects are not the commits that it waives"


def _problem_of_decided(said: Decided, subjects: tuple[str, ...]) -> str:
    if not _OID.fullmatch(said.base) or len(said.base) != len(said.commit) or is_zero(said.commit):
        return "its base and its commit are not full object ids"
    if subjects != (said.commit,):
        return "its subject is not the commit that was judged"
    if said.stage not in STAGES or said.outcome not in OUTCOME_OF_CODE.values() or not said.ref.startswith("refs/"):
        return "its stage, its outcome or its ref is none that there is"
    for each in said.policies:
        if not _ID.fullmatch(each.digest) or each.mode not in MODES:
            return "a policy in it has no digest, or no mode that there is"
        if not all(map(_is_ascending, (each.violated, each.waived, each.undecided))):
            return "the entries of a policy in it are not sorted, each once"
    named = [(each.id, each.digest, each.mode) for each in said.policies]
    return "" if _is_ascending(named) else "its policies are not sorted, each once"


def _is_ascending(values: Sequence[Any]) -> bool:
    return all(one < two for one, two in pairwise(values))


def _is_about_none(subjects: tuple[str, ...]) -> bool:
    return len(subjects) == 1 and is_zero(subjects[0])
