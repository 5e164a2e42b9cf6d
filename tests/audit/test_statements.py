"""Statements as they arrive: read as claims, kept whole, and never more than that."""

from __future__ import annotations

import base64
import hashlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitward.audit import creation, evidence, reading, recorder, schema
from gitward.audit.statements import MAXIMUM, claim_of, statement_received
from gitward.canonical import canonical

OID = "8c66e680c52af5586b93ad370f087017e0328c95"
REF = f"refs/gitward/statements/{OID}/{'a' * 64}"


def statement(**how: Any) -> dict[str, Any]:
    return {
        "_type": "https://in-toto.io/Statement/v1",
        "subject": [{"digest": {"gitCommit": OID}}, {"digest": {"sha1": OID}}, {"digest": {"sha256": "b" * 64}}],
        "predicateType": "https://example.com/decision/v1",
        "predicate": {"outcome": "allowed"},
        **how,
    }


def envelope(plain: object, **how: Any) -> bytes:
    payload = base64.b64encode(json.dumps(plain).encode()).decode()
    whole = {"payloadType": "application/vnd.in-toto+json", "payload": payload, "signatures": [{"sig": "AA=="}], **how}
    return json.dumps(whole).encode()


def test_it_is_recorded_with_what_it_claims_and_kept_whole(tmp_path) -> None:
    log, blob = str(tmp_path / "log"), envelope(statement())
    creation.make(log, "git.example.com/log")
    recorder.record(log, statement_received(str(tmp_path), REF, blob))
    event = list(reading.entries(log))[-1].event
    name = hashlib.sha256(blob).hexdigest()
    assert event["event"] == {"class": "statement.received", "outcome": "received"}
    assert event["repository"] == str(tmp_path.resolve())
    assert event["statement"] == {
        "sha256": name, "bytes": len(blob), "ref": REF, "is_verified": False, "subjects": [OID, "b" * 64], "subject_count": 2,
        "predicate_type": "https://example.com/decision/v1", "signature_count": 1,
    }  # fmt: skip
    assert schema.problem(event) == ""
    assert (tmp_path / "log" / "evidence" / name).read_bytes() == blob
    assert evidence.keep(log, blob) == name


@pytest.mark.parametrize(
    "blob",
    [
        b"", b"{}", b"[]", b"\xff", b"[" * 60_000, b"x" * (MAXIMUM + 1),
        envelope(statement(), payloadType="text/plain"), envelope(statement(), payload="?"), envelope(statement(), payload=7),
        envelope(statement(), signatures=3), envelope([]), envelope(statement(_type="https://in-toto.io/Statement/v0.1")),
        envelope(statement(subject=[])), envelope(statement(subject=[{"digest": {"gitCommit": "main"}}])),
        envelope(statement(subject=[{"digest": {"gitCommit": [OID]}}])), envelope(statement(subject=OID)),
        envelope(statement(predicateType=None)), envelope(statement(predicate="allowed")),
    ],
)  # fmt: skip
def test_what_is_none_is_noted_as_malformed(tmp_path, blob: bytes) -> None:
    item = statement_received(str(tmp_path), "refs/heads/\udcff", blob)
    event = json.loads(item.event)
    assert (claim_of(blob), event["event"]["outcome"], item.evidence) == (None, "malformed", (blob,))
    assert "subjects" not in event["statement"]
    assert canonical(event) == item.event


@given(st.text(st.characters(), max_size=300))
def test_any_words_fit_into_a_line(words: str) -> None:
    item = statement_received(".", REF, envelope(statement(predicateType=words)))
    assert b"\n" not in item.event
    assert len(item.event) < 8_000
    assert canonical(json.loads(item.event)) == item.event


@given(st.binary(max_size=400))
def test_any_bytes_are_read(blob: bytes) -> None:
    assert claim_of(blob) is None
