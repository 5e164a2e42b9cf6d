"""The envelope of a statement: DSSE's own test vector, one form, and whatever bytes come."""

from __future__ import annotations

import base64
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gitward.canonical import canonical
from gitward.statements import envelope
from gitward.statements.envelope import MAXIMUM, EnvelopeSignature, encoded, pae, parse
from soaking import examples
from timing import cpu_within

SIGNATURES = (EnvelopeSignature(sig=b"SSHSIG", keyid="SHA256:x"), EnvelopeSignature(sig=b"\x88\x00"))


def test_pae_is_that_of_the_specification(monkeypatch: pytest.MonkeyPatch) -> None:
    """protocol.md of DSSE v1.0.2, and the test vector at its end."""
    monkeypatch.setattr(envelope, "PAYLOAD_TYPE", "http://example.com/HelloWorld")
    assert pae(b"hello world") == b"DSSEv1 29 http://example.com/HelloWorld 11 hello world"


def test_pae_names_the_type_and_both_lengths() -> None:
    assert pae(b"{}") == b"DSSEv1 28 application/vnd.in-toto+json 2 {}"
    assert pae(b"\xff\n") == b"DSSEv1 28 application/vnd.in-toto+json 2 \xff\n"


def test_what_was_put_in_comes_out() -> None:
    found = parse(encoded(b"anything \x00", SIGNATURES))
    assert found is not None
    assert (found.payload, found.signatures) == (b"anything \x00", SIGNATURES)


PLAIN = json.loads(encoded(b"{}", SIGNATURES))


def text(**how: object) -> bytes:
    return canonical({**PLAIN, **how})


REFUSED = {
    "nothing": b"",
    "no JSON": b"{",
    "a list": b"[]",
    "not UTF-8": b"\xff",
    "UTF-16": encoded(b"{}", SIGNATURES).decode().encode("utf-16"),
    "a byte order mark": b"\xef\xbb\xbf" + encoded(b"{}", SIGNATURES),
    "deep": b"[" * MAXIMUM,
    "deep within": b'{"payload":' + b'{"a":' * 12_000 + b"1" + b"}" * 12_000 + b"}",
    "giant": encoded(b"x" * MAXIMUM, SIGNATURES),
    "a blank": encoded(b"{}", SIGNATURES) + b"\n",
    "blanks within": json.dumps(PLAIN).encode(),
    "another order": json.dumps(dict(reversed(PLAIN.items())), separators=(",", ":")).encode(),
    "a key twice": encoded(b"{}", SIGNATURES)[:-1] + b',"signatures":[]}',
    "one more key": text(more=1),
    "a key less": canonical({name: value for name, value in PLAIN.items() if name != "payloadType"}),
    "another type": text(payloadType="text/plain"),
    "a number for the payload": text(payload=7),
    "NaN": encoded(b"{}", SIGNATURES).replace(b'"e30="', b"NaN"),
    "a long number": encoded(b"{}", SIGNATURES).replace(b'"e30="', b"9" * 60_000),
    "no base 64": text(payload="?"),
    "url-safe base 64": text(payload=base64.urlsafe_b64encode(b"\xff\xff\xff").decode()),
    "base 64 without its padding": text(payload="e30"),
    "base 64 with bits left over": text(payload="e31="),
    "base 64 with a line feed": text(payload="e3\n0="),
    "base 64 beyond ASCII": text(payload="e30\u0661"),
    "an empty payload": text(payload=""),
    "no signatures": text(signatures=[]),
    "too many signatures": text(signatures=PLAIN["signatures"] * 9),
    "signatures that are none": text(signatures="abc"),
    "a signature that is text": text(signatures=["abc"]),
    "an empty signature": text(signatures=[{"keyid": "", "sig": ""}]),
    "a signature with more": text(signatures=[{"keyid": "", "sig": "AA==", "cert": ""}]),
    "a keyid of another type": text(signatures=[{"keyid": 1, "sig": "AA=="}]),
    "a long keyid": text(signatures=[{"keyid": "x" * 201, "sig": "AA=="}]),
    "a lone surrogate": encoded(b"{}", SIGNATURES).replace(b"SHA256:x", b"\\ud800"),
}


@pytest.mark.parametrize("blob", REFUSED.values(), ids=list(REFUSED))
def test_anything_else_is_none(blob: bytes) -> None:
    assert parse(blob) is None


def test_a_signature_without_a_keyid_is_one() -> None:
    found = parse(text(signatures=[{"sig": "AA=="}]))
    assert found is not None
    assert found.signatures == (EnvelopeSignature(sig=b"\0"),)


@pytest.mark.parametrize("piece", [b"[", b'{"a":', b'"\\ud800', b"1", b'{"payload":"', b"[],", b'"a":1,', b"-", b"\\u"])
def test_it_takes_linear_time(piece: bytes) -> None:
    whole = (piece * MAXIMUM)[:MAXIMUM]
    with cpu_within(1.0):
        for _ in range(5):
            assert parse(whole) is None


@settings(max_examples=examples(40), deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_are_read(blob: bytes) -> None:
    assert parse(blob) is None


@settings(max_examples=examples(40), deadline=None)
@given(st.binary(min_size=1, max_size=60), st.lists(st.binary(min_size=1, max_size=20), min_size=1, max_size=3))
def test_there_is_one_form(payload: bytes, signatures: list[bytes]) -> None:
    blob = encoded(payload, [EnvelopeSignature(sig=each) for each in signatures])
    found = parse(blob)
    assert found is not None
    assert encoded(found.payload, found.signatures) == blob
