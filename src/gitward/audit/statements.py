"""Statements, such as an approval or what CI decided, noted in the log when they reach the server: `statement.received`.

A statement is an in-toto Statement v1 in a DSSE envelope (github.com/in-toto/attestation, github.com/secure-systems-lab/dsse),
at most 64 KiB. Here it is read as a claim, and nothing follows from it; who signed is noted where the hook knows a policy. The
blob is kept as evidence. Of people only their names in a policy stand in the line; what they wrote stands in the blob alone.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import re

from gitward.audit import folder, reading
from gitward.audit.entry import read
from gitward.audit.happenings import happening
from gitward.audit.log import Item
from gitward.audit.session import session_id
from gitward.canonical import text
from gitward.errors import Undecided
from gitward.makers import Identities
from gitward.policy.trust import trust
from gitward.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Any

    from gitward.model import Policy, Statement

MAXIMUM = 64 << 10
_PAYLOAD = "application/vnd.in-toto+json"
_STATEMENT = "https://in-toto.io/Statement/v1"
_OID = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_MOST_SUBJECTS, _MOST_WORDS = 50, 200
_DIGESTS = ("gitCommit", "sha1", "sha256")  # of a commit, in the order in which they are asked


@record
class Claim:
    """What a statement says of itself: the type of its predicate, the commits it is about, how many signatures it carries."""

    predicate_type: str
    subjects: tuple[str, ...]
    signatures: int


def claim_of(blob: bytes) -> Claim | None:
    """Read a statement; None for a blob that is none. Whatever it is made of, this takes linear time."""
    if len(blob) > MAXIMUM:
        return None
    try:
        envelope = json.loads(blob)
        if envelope["payloadType"] != _PAYLOAD:
            return None
        plain = json.loads(base64.b64decode(envelope["payload"], validate=True))
        kind = plain["predicateType"]
        if plain["_type"] != _STATEMENT or not isinstance(kind, str) or not isinstance(plain["predicate"], dict):
            return None
        subjects = [oid for each in plain["subject"] if (oid := _oid(each["digest"]))]
        signatures = envelope["signatures"]
        if not subjects or not isinstance(signatures, list):
            return None
        return Claim(predicate_type=kind, subjects=tuple(dict.fromkeys(subjects)), signatures=len(signatures))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None


def statement_received(
    git_dir: str, ref: str, blob: bytes, statement: Statement | None = None, policies: Sequence[Policy] = ()
) -> Item:
    """The event of a blob that came as a statement under this ref, and the blob as its evidence, read or not.

    `statement` is what it says where somebody has verified it, by these `policies`.
    """
    claim = claim_of(blob)
    name = hashlib.sha256(blob).hexdigest()
    said: dict[str, Any] = {"sha256": name, "bytes": len(blob), "ref": text(ref), "is_verified": False}
    if claim:
        said |= {
            "predicate_type": _words(claim.predicate_type),
            "subjects": list(claim.subjects[:_MOST_SUBJECTS]),
            "subject_count": len(claim.subjects),
            "signature_count": claim.signatures,
        }
    if statement:
        said |= _attributed(statement, policies)
    event = happening(
        "statement.received",
        outcome="received" if claim else "malformed",
        session={"id": session_id()},
        repository=text(os.path.realpath(git_dir)),
        statement=said,
    )
    return Item(event=event, evidence=(blob,))


def received(directory: str) -> dict[str, tuple[int, str]]:
    """When the log took in each statement first: seq and time by its blob's SHA-256. Raises Undecided, GitwardError, OSError."""
    folder.about(directory)
    found: dict[str, tuple[int, str]] = {}
    try:
        for seq, line in reading.numbered(directory):
            if b'"class":"statement.received"' in line:
                entry = read(line)
                said = entry.event.get("statement")
                name = said.get("sha256") if isinstance(said, dict) else None
                if isinstance(name, str):
                    found.setdefault(name, (seq, entry.received_time))
    except ValueError as problem:
        fix = "gitward audit verify says what of the log holds"
        raise Undecided(f"when statements were received cannot be told: {problem}", fix, "log-damaged") from None
    return found


def _attributed(statement: Statement, policies: Sequence[Policy]) -> dict[str, Any]:
    """Of which kind it is, and who signed it by which policy. It is verified where a policy knows somebody who did."""
    signers = [each for policy, names in zip(policies, statement.by, strict=False) for each in _signers(policy, names)]
    made = {} if statement.kind == "evidence" else {"made": statement.made}
    return {
        "kind": statement.kind,
        "is_verified": bool(signers),
        "signers": signers[:_MOST_SUBJECTS],
        "signer_count": len(signers),
        **made,
    }


def _signers(policy: Policy, names: Sequence[str]) -> Iterator[dict[str, Any]]:
    """Each by its name in the policy; that it is a service, and under which names else the policy lists one of its addresses."""
    known = trust(policy.trust).principals if names else {}
    identities = Identities(known)
    for name in names:
        plain: dict[str, Any] = {"id": name, "policy": policy.id}
        if known[name].service:
            plain["type"] = "service"
        if also := sorted(identities.of(("", address) for address in known[name].addresses) - {name}):
            plain["also"] = also[:_MOST_SUBJECTS]
        yield plain


def _oid(digests: dict[str, Any]) -> str:
    found = next((digests[name] for name in _DIGESTS if name in digests), "")
    return found if isinstance(found, str) and _OID.fullmatch(found) else ""


def _words(value: str) -> str | dict[str, str]:
    """A lone surrogate, which JSON can write and UTF-8 cannot, becomes a question mark."""
    return text(value[:_MOST_WORDS].encode("utf-8", "replace").decode())
