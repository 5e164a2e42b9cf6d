"""What a statement says: each kind there and back, and what is none."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from saying import APPROVAL, BREAK_GLASS, DECIDED, NOW, OID, OTHER, SAID, URL, WAIVER, ZERO, payload

from gitward.canonical import canonical
from gitward.errors import UsageError
from gitward.model import Evidence
from gitward.record import replace
from gitward.statements.envelope import EnvelopeSignature, NotAStatement, encoded
from gitward.statements.reading import id_of, outline, payload_of, read
from soaking import examples

SIGNATURE = (EnvelopeSignature(sig=b"SSHSIG"),)


def blob_of(plain: Any) -> bytes:
    return encoded(plain if isinstance(plain, bytes) else canonical(plain), SIGNATURE)


@pytest.mark.parametrize("kind", SAID)
def test_each_kind_comes_back(kind: str) -> None:
    said, subjects = SAID[kind]
    blob = blob_of(payload(kind))
    found = read(blob)
    assert found is not None
    assert (found.kind, found.said, found.subjects, found.repository, found.made) == (kind, said, subjects, URL, NOW)
    assert (found.id, found.by, found.first_seen) == (id_of(blob), (), None)


def test_it_is_what_the_documents_say() -> None:
    assert json.loads(payload()) == {
        "_type": "https://in-toto.io/Statement/v1",
        "subject": [{"name": "commit", "digest": {"gitCommit": OID}}],
        "predicateType": "urn:gitward:approval:1",
        "predicate": {
            "ref": "refs/heads/main", "base": OTHER, "commit": OID, "tree": "c" * 40, "patch_id": "", "source": "",
            "reviewer": "", "repository": URL, "made": NOW,
        },
    }  # fmt: skip


def test_break_glass_is_about_no_commit() -> None:
    found = read(blob_of(payload("waiver", BREAK_GLASS, (ZERO,))))
    assert found is not None
    assert (found.said, found.subjects) == (BREAK_GLASS, (ZERO,))


JUDGED = DECIDED.policies[0]
REFUSED = [
    ("approval", replace(APPROVAL, commit=OTHER), (OID,)),
    ("approval", replace(APPROVAL, commit=OID[:12]), (OID[:12],)),
    ("approval", replace(APPROVAL, tree="main"), (OID,)),
    ("approval", APPROVAL, (OID, OTHER)),
    ("approval", APPROVAL, (OID, OID)),
    ("approval", APPROVAL, ()),
    ("approval", replace(APPROVAL, ref="refs/heads/\udcff"), (OID,)),
    ("waiver", replace(WAIVER, entries=()), (OID,)),
    ("waiver", replace(WAIVER, entries=("*",)), (OID,)),
    ("waiver", replace(WAIVER, entries=("a", "*")), (OID,)),
    ("waiver", replace(WAIVER, commits=(OTHER,)), (OID,)),
    ("waiver", replace(WAIVER, commits=()), (ZERO,)),
    ("waiver", replace(WAIVER, commits=(ZERO,)), (ZERO,)),
    ("waiver", replace(WAIVER, expires=-1), (OID,)),
    ("waiver", replace(WAIVER, expires=1 << 53), (OID,)),
    ("waiver", replace(BREAK_GLASS, ref=""), (ZERO,)),
    ("waiver", BREAK_GLASS, (OID,)),
    ("closing", replace(SAID["closing"][0], statement="x"), (ZERO,)),
    ("closing", SAID["closing"][0], (OID,)),
    ("revocation", replace(SAID["revocation"][0], statement=OID), (OID,)),
    ("decision", DECIDED, (OTHER,)),
    ("decision", replace(DECIDED, commit=ZERO), (ZERO,)),
    ("decision", replace(DECIDED, base="b" * 64), (OID,)),
    ("decision", replace(DECIDED, base=""), (OID,)),
    ("decision", replace(DECIDED, stage="commit"), (OID,)),
    ("decision", replace(DECIDED, outcome="fine"), (OID,)),
    ("decision", replace(DECIDED, ref="main"), (OID,)),
    *(("decision", replace(DECIDED, policies=policies), (OID,)) for policies in (
        (replace(JUDGED, mode="off"),),
        (replace(JUDGED, digest="e" * 63),),
        (replace(JUDGED, violated=("b", "a")),),
        (replace(JUDGED, waived=("a", "a")),),
        (JUDGED, JUDGED),
        (JUDGED, replace(JUDGED, id="a")),
    )),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "said", "subjects"), REFUSED)
def test_what_could_not_be_read_is_not_made(kind: Any, said: Any, subjects: tuple[str, ...]) -> None:
    with pytest.raises(UsageError):
        payload_of(kind, subjects, URL, said, NOW)


def changed(at: tuple[Any, ...], value: object, kind: str = "approval") -> Any:
    whole = json.loads(payload(kind))
    inner = whole
    for name in at[:-1]:
        inner = inner[name]
    if value is None:
        del inner[at[-1]]
    else:
        inner[at[-1]] = value
    return whole


WRONG = {
    "no statement": [],
    "another statement type": changed(("_type",), "https://in-toto.io/Statement/v0.1"),
    "another version of a kind": changed(("predicateType",), "urn:gitward:approval:2"),
    "the fields of another kind": changed(("predicateType",), "urn:gitward:waiver:1"),
    "one more key": changed(("more",), 1),
    "one more field": changed(("predicate", "more"), 1),
    "a field less": changed(("predicate", "patch_id"), None),
    "a subject of another name": changed(("subject", 0, "name"), "file"),
    "a subject with two digests": changed(("subject", 0, "digest", "sha1"), OTHER),
    "a short subject": changed(("subject", 0, "digest", "gitCommit"), OID[:39]),
    "a subject in capitals": changed(("subject", 0, "digest", "gitCommit"), OID.upper()),
    "a subject that is a list": changed(("subject", 0, "digest", "gitCommit"), [OID]),
    "no subject": changed(("subject",), []),
    "a number for a ref": changed(("predicate", "ref"), 7),
    "true for a time": changed(("predicate", "made"), True),
    "text for a time": changed(("predicate", "made"), "1"),
    "a list of numbers": changed(("predicate", "entries"), [1], "waiver"),
    "text for a list": changed(("predicate", "entries"), "ab", "waiver"),
    "text for a policy": changed(("predicate", "policies", 0), "payments", "decision"),
    "text for policies": changed(("predicate", "policies"), "payments", "decision"),
    "a field more in a policy": changed(("predicate", "policies", 0, "source"), "x", "decision"),
    "a field less in a policy": changed(("predicate", "policies", 0, "undecided"), None, "decision"),
    "a number in a policy": changed(("predicate", "policies", 0, "violated"), [1], "decision"),
    "an object for a predicate": changed(("predicate",), []),
    "blanks": json.dumps(json.loads(payload())).encode(),
    "a key twice": payload()[:-1] + b',"_type":"https://in-toto.io/Statement/v1"}',
    "a float": payload().replace(str(NOW).encode(), b"1.5"),
    "a float that is whole": payload().replace(str(NOW).encode(), b"1e3"),
    "NaN": payload().replace(str(NOW).encode(), b"NaN"),
    "a number of 17 digits": payload().replace(str(NOW).encode(), b"9" * 17),
    "a lone surrogate": payload().replace(b'"source":""', b'"source":"\\ud800"'),
    "deep": payload().replace(b'"source":""', b'"source":' + b"[" * 20_000 + b"]" * 20_000),
}


@pytest.mark.parametrize("plain", WRONG.values(), ids=list(WRONG))
def test_anything_else_is_none(plain: Any) -> None:
    blob = blob_of(plain)
    assert read(blob) is None
    with pytest.raises(NotAStatement):
        outline(blob)


def test_of_a_statement_of_another_kind_type_and_subjects_are_known() -> None:
    plain = changed(("predicateType",), "https://slsa.dev/provenance/v1")
    plain["subject"] += [{"name": "x", "digest": {"sha1": OTHER}}, {"name": "y", "digest": {"sha512": "1"}}]
    blob = blob_of(json.dumps(plain).encode())
    found = outline(blob)
    assert (found.predicate_type, found.subjects) == ("https://slsa.dev/provenance/v1", (OID, OTHER))
    assert read(blob) == found.statement
    assert (found.statement.kind, found.statement.said) == ("evidence", Evidence(predicate_type=found.predicate_type))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters(), max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["ref", "made", "commits", "digest"]), inner),
    max_leaves=6,
)


@settings(max_examples=examples(40), deadline=None)
@given(st.sampled_from(["subject", "predicate", "_type", "predicateType"]), JSON)
def test_whatever_stands_where_it_should_not_nothing_raises(name: str, value: Any) -> None:
    found = read(encoded(json.dumps({**json.loads(payload()), name: value}).encode(), SIGNATURE))
    assert found is None or (name == "predicateType" and found.said == Evidence(predicate_type=value) and value)


@settings(max_examples=examples(40), deadline=None)
@given(st.text(max_size=40), st.text(max_size=40), st.integers(0, (1 << 53) - 1))
def test_any_words_come_back(reason: str, ticket: str, expires: int) -> None:
    said = replace(WAIVER, reason=reason, ticket=ticket, expires=expires)
    found = read(blob_of(payload("waiver", said)))
    assert found is not None
    assert found.said == said
