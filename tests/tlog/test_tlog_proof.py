"""Proof files: the forms of C2SP tlog-proof and of add-checkpoint in tlog-witness, one form each, and what is none."""

import base64
from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gitward.errors import GitwardError
from gitward.tlog import checkpoint, note, proof
from gitward.tlog.note import PrivateKey
from gitward.tlog.proof import Consistency, Inclusion
from soaking import examples

ANN = PrivateKey(name="git.example.com/log", seed=b"a" * 32)
ONE, TWO = (sha256(word).digest() for word in (b"hash1", b"hash2"))  # of transparency-dev/formats, proof/tlog_proof_test.go
CODED = tuple(base64.b64encode(each).decode() for each in (ONE, TWO))
SIGNED = note.signed(f"git.example.com/log\n12\n{CODED[0]}\n", ANN)
AT = checkpoint.read(SIGNED.encode())
# the request of C2SP tlog-witness.md, as far as it is printed there
WITNESS = """old 20852014
PlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=
jrJZDmY8Y7SyJE0MWLpLozkIVMSMZcD5kvuKxPC3swk=
5+pKlUdi2LeF/BcMHBn+Ku6yhPGNCswZZD1X/6QgPd8=
/6WVhPs2CwSsb5rYBH5cjHV/wSmA79abXAwhXw3Kj/0=

example.com/behind-the-sofa
20852163
CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=
— example.com/behind-the-sofa opLqBQsREYCgu6xQkYQwJr9fo45a62DN9EdmHXnZdXNqlcVGlCum2Wks+49/V6267UEjw6QUXTS5Rovnzv++qbSzm9Q=
"""


@pytest.mark.parametrize(("made", "head"), [
    (Inclusion(index=5, path=(ONE, TWO), checkpoint=AT), f"c2sp.org/tlog-proof@v1\nindex 5\n{CODED[0]}\n{CODED[1]}\n\n"),
    (Inclusion(index=10, path=(ONE,), checkpoint=AT, extra=b"extra information"),
     f"c2sp.org/tlog-proof@v1\nextra ZXh0cmEgaW5mb3JtYXRpb24=\nindex 10\n{CODED[0]}\n\n"),
    (Inclusion(index=0, path=(), checkpoint=AT), "c2sp.org/tlog-proof@v1\nindex 0\n\n"),
    (Consistency(old=3, path=(ONE, TWO), checkpoint=AT), f"old 3\n{CODED[0]}\n{CODED[1]}\n\n"),
    (Consistency(old=0, path=(), checkpoint=AT), "old 0\n\n"),
])  # fmt: skip
def test_forms(made, head):
    assert made.text() == head + SIGNED
    assert proof.read(made.text().encode()) == made


def test_the_request_of_the_document():
    found = proof.read(WITNESS.encode())
    assert isinstance(found, Consistency)
    assert (found.old, found.checkpoint.size, len(found.path)) == (20852014, 20852163, 4)
    assert len(found.checkpoint.note.signatures) == 2
    assert found.text() == WITNESS


@pytest.mark.parametrize("head", [
    "", "\n", "wrong-header\nindex 0\n", "c2sp.org/tlog-proof@v1\n", "c2sp.org/tlog-proof@v2\nindex 0\n",
    "c2sp.org/tlog-proof@v1\nextra !!notbase64!!\nindex 0\n", "c2sp.org/tlog-proof@v1\nextra \nindex 0\n",
    "c2sp.org/tlog-proof@v1\nextra AA==\nextra AA==\nindex 0\n", "c2sp.org/tlog-proof@v1\nextra AB==\nindex 0\n",
    "c2sp.org/tlog-proof@v1\nextra AA==\n", "c2sp.org/tlog-proof@v1\nindex 0\nextra AA==\n",
    "c2sp.org/tlog-proof@v1\nindex notanumber\n", "c2sp.org/tlog-proof@v1\nindex -5\n", "c2sp.org/tlog-proof@v1\nindex 01\n",
    "c2sp.org/tlog-proof@v1\nindex ٣\n", "c2sp.org/tlog-proof@v1\nindex 5 \n", "c2sp.org/tlog-proof@v1\nindex\n",
    "c2sp.org/tlog-proof@v1\nindex 12345678901234567890\n", "c2sp.org/tlog-proof@v1\nold 5\n", "index 5\n",
    "c2sp.org/tlog-proof@v1\nindex 0\n!!notbase64!!\n",
    f"c2sp.org/tlog-proof@v1\nindex 0\n{base64.b64encode(bytes(64)).decode()}\n",
    f"c2sp.org/tlog-proof@v1\nindex 0\n{CODED[0]} \n", f"c2sp.org/tlog-proof@v1\r\nindex 0\r\n{CODED[0]}\r\n",
    f"c2sp.org/tlog-proof@v1\nindex 0\n{CODED[0]}\n" + f"{CODED[1]}\n" * 63, f"old 1\n{CODED[0]}x\n", "old\n",
    "old x\n", "older 1\n",
])  # fmt: skip
def test_what_is_none(head):
    with pytest.raises(GitwardError):
        proof.read(f"{head}\n{SIGNED}".encode())


def test_what_stands_after_the_hashes_is_a_checkpoint():
    for tail in ("", "\n", "test checkpoint\n", SIGNED[:-1], f"\n{SIGNED}", f"{SIGNED}\n"):
        with pytest.raises(GitwardError):
            proof.read(f"old 1\n\n{tail}".encode())
    with pytest.raises(GitwardError, match="longer"):
        proof.read(b"c2sp.org/tlog-proof@v1\nextra " + b"A" * proof.MAXIMUM)
    with pytest.raises(GitwardError):
        proof.read(b"c2sp.org/tlog-proof@v1\n" + b"extra \xff\n" * 1000)


@settings(max_examples=examples(30), deadline=None)
@given(st.binary(max_size=300), st.booleans())
def test_any_bytes_are_a_proof_or_refused(data, headed):
    data = (b"c2sp.org/tlog-proof@v1\n" if headed else b"") + data
    try:
        assert proof.read(data).text().encode() == data
    except GitwardError:
        pass


@settings(max_examples=examples(30), deadline=None)
@given(st.integers(0, 10**19 - 1), st.lists(st.binary(min_size=32, max_size=32), max_size=63), st.binary(max_size=99))
def test_what_is_written_is_read(number, path, extra):
    for made in (Inclusion(index=number, path=tuple(path), checkpoint=AT, extra=extra),
                 Consistency(old=number, path=tuple(path), checkpoint=AT)):  # fmt: skip
        assert proof.read(made.text().encode()) == made
