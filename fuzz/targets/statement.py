"""Statements: the envelope, what was signed, the signature in it, and the ref that names it.

The first byte says what the rest is: `B` a whole blob, `P` what was signed, to which a good signature is made, `S` a signature
beside a fixed payload, `R` the name of a ref.
"""

from __future__ import annotations

import json

from sshmaking import envelope, signature, to_sign

import mutating
from gitward.audit.statements import claim_of
from gitward.canonical import canonical
from gitward.model import Approval, Closing, Decided, JudgedBy, Revocation, SshKey, Trust, Waiver
from gitward.refname import is_ref
from gitward.signatures.reading import SignatureReader
from gitward.statements.blocks import signed_of
from gitward.statements.envelope import MAXIMUM, EnvelopeSignature, NotAStatement, encoded, opened, pae
from gitward.statements.places import parts_of, ref_of
from gitward.statements.reading import id_of, outline, payload_of, read
from targets._ssh import ANN, AUTHORITY, CERTIFICATE, plain

TYPE_CHECKING = False
if TYPE_CHECKING:
    from random import Random

NAMESPACE = b"gitward-statement"
URL, NOW, OID, ZERO = "https://git.example.com/x", 1_800_000_000, "8c66e680c52af5586b93ad370f087017e0328c95", "0" * 40
JUDGED = JudgedBy(id="x", digest="d" * 64, mode="enforce", violated=("y",))
DECIDED = Decided(
    stage="ci", ref="refs/heads/main", base=ZERO, commit=OID, outcome="denied", policies=(JUDGED,), gitward="1"
)
SAID = (
    ("approval", Approval(ref="refs/heads/main", base=ZERO, commit=OID, tree=OID), (OID,)),
    ("waiver", Waiver(policy="x", entries=("y",), commits=(OID,), reason="z", expires=NOW), (OID,)),
    ("waiver", Waiver(policy="x", entries=("*",), commits=(), reason="z", expires=NOW, ref="refs/heads/main"), (ZERO,)),
    ("revocation", Revocation(statement="d" * 64), (OID,)),
    ("closing", Closing(statement="d" * 64), (ZERO,)),
    ("decision", DECIDED, (OID,)),
)
PAYLOADS = [payload_of(kind, about, URL, said, NOW) for kind, said, about in SAID]  # type: ignore[arg-type]
FOREIGN = b'{"_type":"https://in-toto.io/Statement/v1","predicate":{},"predicateType":"x","subject":[{"digest":{"sha1":"%b"}}]}'
TRUST = Trust(ssh=(
    SshKey(principal="ann", blob=plain(ANN)),
    SshKey(principal="staff", blob=plain(AUTHORITY), is_authority=True, names=("*@example.com",)),
))  # fmt: skip
READER = SignatureReader(TRUST)


def made(payload: bytes, blob: bytes = plain(ANN)) -> bytes:
    return envelope(blob, signature(ANN, to_sign(pae(payload), NAMESPACE)), NAMESPACE)


OURS = {(PAYLOADS[0], sig) for sig in (made(PAYLOADS[0]), made(PAYLOADS[0], CERTIFICATE))}
PGP = bytes.fromhex("88750400160a001d162104") + b"\1" * 40 + b"\2" * 60


def seeds() -> list[bytes]:
    blobs = [encoded(payload, [EnvelopeSignature(sig=made(payload), keyid="ann")] * 2) for payload in PAYLOADS]
    refs = [ref_of(OID, "a" * 64), ref_of("b" * 64, "a" * 64), "refs/gitward/statements/x"]
    foreign = [FOREIGN % oid.encode() for oid in (OID, ZERO)]
    return [
        *(b"B" + blob for blob in blobs), *(b"P" + payload for payload in (*PAYLOADS, *foreign)),
        *(b"S" + sig for _, sig in sorted(OURS)), b"S" + PGP, *(b"R" + ref.encode() for ref in refs),
    ]  # fmt: skip


_JSON = (b" ", b"\n", b"0", b"-", b".0", b"\\u0041", b'""', b"{}", b"[]", b",", b"null", b"*", b"\xed\xa0\x80")


def mutated(data: bytes, chance: Random) -> bytes:
    if data[:1] in (b"B", b"P") and chance.random() < 0.5:
        at = chance.choice([place for place in range(1, len(data) + 1) if data[place - 1 : place] in b'BP,:{}[]"'])
        return data[:at] + chance.choice(_JSON) + data[at + (chance.random() < 0.2) :]
    change = mutating.strings if data[:1] == b"S" else mutating.bytewise
    return data[:1] + change(data[1:], chance) if data else b"B"


def check(data: bytes) -> None:
    kind, rest = data[:1], data[1:]
    if kind == b"R":
        _check_ref(rest.decode("latin-1"))
    elif kind == b"P" and rest:
        _check_blob(encoded(rest, [EnvelopeSignature(sig=made(rest))]), {(rest, made(rest))})
    elif kind == b"S" and rest:
        _check_blob(encoded(PAYLOADS[0], [EnvelopeSignature(sig=rest)]), OURS)
    else:
        _check_blob(rest, OURS | {(payload, made(payload)) for payload in PAYLOADS})


def _check_ref(ref: str) -> None:
    subject, identity = parts_of(ref)
    if subject:
        assert ref_of(subject, identity) == ref
        assert is_ref(ref)


def _check_blob(blob: bytes, signed: set[tuple[bytes, bytes]]) -> None:
    claim = claim_of(blob)
    try:
        said = outline(blob)
    except NotAStatement as refused:
        assert str(refused).isascii()
        assert str(refused).isprintable()
        assert len(str(refused)) < 300
        assert read(blob) is None
        return
    held = opened(blob)
    assert len(blob) <= MAXIMUM
    assert canonical(json.loads(blob)) == blob
    assert said.id == id_of(blob)
    assert said.payload == held.payload
    assert set(map(len, said.subjects)) <= {40, 64}
    assert all(subject.strip("0") for subject in said.subjects) or len(said.subjects) == 1
    statement = said.statement
    if statement.kind != "evidence":
        again = payload_of(statement.kind, statement.subjects, statement.repository, statement.said, statement.made)
        assert again == held.payload
        assert claim
        assert (claim.predicate_type, claim.subjects) == (said.predicate_type, said.subjects)
    items = signed_of(held)
    for each, signature_made in zip(READER.of_statements(items, [None] * len(items), NOW), held.signatures, strict=True):
        assert len(each.finding.detail) < 500
        assert each.finding.detail.isprintable()
        assert each.finding.status != "good" or (held.payload, signature_made.sig) in signed
