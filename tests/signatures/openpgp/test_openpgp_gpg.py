"""gpg is asked by the hundred, and not believed before it has told a good signature from a bad one."""

from __future__ import annotations

import os
import random
import time

import pytest
from pgpcases import commit, with_signature
from pgpforge import armored, packet

from gitward.errors import Undecided
from gitward.gitobject.signed import signed_commit
from gitward.model import Signed, Trust
from gitward.signatures.openpgp import batch, canary, status
from gitward.signatures.openpgp.armor import Refused, unarmor
from gitward.signatures.openpgp.certificates import Keyring
from gitward.signatures.openpgp.packet import parse_signature
from gitward.signatures.openpgp.proving import Prover
from gitward.signatures.openpgp.verifier import OpenPgpVerifier, _by_name
from soaking import examples

GOOD_FOR_ALL = r"""
for name in "$@"; do case "$name" in
  */*) echo "[GNUPG:] FILE_START 1 $name"; echo "[GNUPG:] NEWSIG"; echo "[GNUPG:] GOODSIG 5F7AC4AF7125E302 x"
       echo "[GNUPG:] VALIDSIG FPR 2020-01-01 1577836801 0 4 0 22 8 00 FPR"; echo "[GNUPG:] FILE_DONE";;
esac; done"""
LIARS = {
    "exits 0 and says nothing": "exit 0",
    "calls everything good": GOOD_FOR_ALL.replace("FPR", canary.FINGERPRINT),
    "speaks of no file": 'echo "[GNUPG:] GOODSIG 5F7AC4AF7125E302 x"',
    "is killed": "kill -9 $$",
    "stops half way": 'gpg "$@" | head -n 9',
    "says something else too": 'gpg "$@"; echo good',
    "leaves out the end": 'gpg "$@" | grep -v FILE_DONE',
    "says all twice": 'gpg "$@"; gpg "$@"',
}


def question(signed):
    return batch.Question(signature=parse_signature(unarmor(signed.block)), payload=signed.payload)


@pytest.fixture
def wrapped(tmp_path):
    """A function that makes a gpg which does what a script says when it is to verify, and logs how it was called."""

    def make(script):
        path = tmp_path / "gpg-wrapped"
        path.write_text(
            f'#!/bin/sh\necho "$@" >> {tmp_path}/calls\ncase " $* " in *" --verify"*) {script} ;; *) exec gpg "$@";; esac\n'
        )
        path.chmod(0o755)
        return str(path)

    make.calls = tmp_path / "calls"
    return make


@pytest.fixture
def ring(world):
    keyring = Keyring(world.trust("ann", "gus").openpgp)
    yield keyring
    keyring.close()


def test_a_bad_signature_in_the_middle_of_hundreds(world, ring, monkeypatch):
    monkeypatch.setattr(batch, "MOST_FILES", 100)
    good = question(world.signed("rsa of 1024 bits"))
    questions = [good] * 301
    questions[150] = question(world.signed("altered message"))
    questions[199] = question(world.signed("unknown key"))
    questions[300] = question(world.signed("of another commit"))
    outcomes = [verdict.outcome for verdict in batch.verify(ring.gpg, questions)]
    assert {place: outcome for place, outcome in enumerate(outcomes) if outcome != "good"} == {
        150: "bad", 199: "unknown-key", 300: "bad",
    }  # fmt: skip


def test_without_the_grammar_a_signed_message_would_be_good_for_any_commit(world, ring):
    """What `armor` and `packet` are for."""
    message = world.people.sign("ann", b"other text\n", "--compress-level", "6", mode="--sign", armor=False)
    with open(os.path.join(ring.gpg.home, "trap"), "wb") as file:
        file.write(message + packet(11, b"b\0\0\0\0\0" + commit()))
    assert b"[GNUPG:] GOODSIG " in ring.gpg.run(["--status-fd", "1", "--verify-files", "--", "trap"]).output
    (proof,) = world.verifier.prove([Signed(payload=commit(), block=armored(message))])
    assert proof.outcome == "malformed"


@pytest.mark.parametrize("name", LIARS)
def test_a_gpg_that_lies_decides_nothing(world, wrapped, name):
    verifier = OpenPgpVerifier(world.trust("ann"), program=wrapped(LIARS[name]))
    for what in ("ed25519", "altered message"):
        with pytest.raises(Undecided, match="tell a good signature"):
            verifier.prove([world.signed(what)])
    verifier.close()


def test_a_gpg_that_hangs_is_ended_with_all_that_it_has_started(world, wrapped, tmp_path):
    script = f"sh -c 'echo $$ > {tmp_path}/pid; exec sleep 600'; exit 0"
    verifier = OpenPgpVerifier(world.trust("ann"), program=wrapped(script), seconds=1)
    began = time.monotonic()
    with pytest.raises(Undecided, match="more than 1 s"):
        verifier.prove([world.signed("ed25519")])
    assert time.monotonic() - began < 10
    verifier.close()
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        try:
            with open(f"/proc/{(tmp_path / 'pid').read_text().strip()}/stat") as file:
                if file.read().split()[2] == "Z":
                    return
        except OSError:
            return
        time.sleep(0.05)
    pytest.fail("what the hanging gpg had started is still running")


@pytest.mark.parametrize(("program", "why"), [("/nowhere/gpg", "there is no /nowhere/gpg"), ("/", "cannot be run"),
                                              ("/bin/false", "its version"), ("/bin/echo", "its version")])  # fmt: skip
def test_no_gpg(world, program, why):
    with pytest.raises(Undecided, match=why):
        OpenPgpVerifier(world.trust("ann"), program=program)
    nobody = OpenPgpVerifier(Trust(), program=program)  # nothing is listed, so nothing is asked of it
    assert [proof.outcome for proof in nobody.prove([world.signed("ed25519"), world.signed("two packets")])] == [
        "unknown-key", "malformed",
    ]  # fmt: skip
    assert nobody.tools == ()


def test_a_file_without_a_verdict_goes_alone(world, wrapped):
    without = r"sed '/FILE_START 1 [^ ]*\/2$/,/FILE_DONE/ { /GOODSIG/d }'"
    script = f'case " $* " in *verify-files*) gpg "$@" | {without};; *) gpg "$@";; esac'
    keyring = Keyring(world.trust("ann").openpgp, wrapped(script))
    bad = question(world.signed("altered message"))
    outcomes = [verdict.outcome for verdict in batch.verify(keyring.gpg, [question(world.signed("ed25519")), bad])]
    assert outcomes == ["good", "bad"]
    assert [line.count("--verify ") for line in wrapped.calls.read_text().split("\n") if "--verify" in line] == [0, 1]
    keyring.close()


def test_a_file_that_gets_no_verdict_alone_either_is_undecided(world, wrapped):
    keyring = Keyring(world.trust("ann").openpgp, wrapped("gpg \"$@\" | sed '/GOODSIG 5F7AC4AF7125E302/!{ /GOODSIG/d }'"))
    with pytest.raises(Undecided, match="no verdict"):
        batch.verify(keyring.gpg, [question(world.signed("ed25519"))])
    keyring.close()


def test_how_it_is_called(world, wrapped):
    verifier = OpenPgpVerifier(world.trust("ann"), program=wrapped('gpg "$@"'))
    assert verifier.prove([world.signed("ed25519")])[0].outcome == "good"
    home = verifier._keyring.gpg.home
    assert os.stat(home).st_mode & 0o777 == 0o700
    (call,) = [line for line in wrapped.calls.read_text().split("\n") if "--verify-files" in line]
    words = call.split(" ")
    assert "--batch" not in words
    assert {"--no-tty", "--no-autostart", "--no-auto-key-retrieve", "--disable-dirmngr", "--status-fd"} <= set(words)
    assert words[words.index("--homedir") + 1] == home
    assert "--no-options" in words
    verifier.close()
    assert not os.path.exists(home)


def test_gpg_is_asked_once_for_every_key(world, wrapped):
    verifier = OpenPgpVerifier(world.trust("ann", "bob"), program=wrapped('gpg "$@"'))
    items = [world.signed(name) for name in ("ed25519", "rsa", "crlf", "rsa", "ed25519", "subkey")]
    for _ in range(2):
        assert {proof.outcome for proof in verifier.prove(items)} == {"good"}
    (call,) = [line for line in wrapped.calls.read_text().split("\n") if "--verify-files" in line]
    assert len(call.split(" -- ")[1].split()) == 4 + 3  # the canary's four; Ann's key, Bob's and Bob's subkey
    verifier.prove([world.signed("altered message")])
    assert wrapped.calls.read_text().count("--verify-files") == 2  # what is not plainly good is gpg's to say
    verifier.close()


def test_a_key_that_gpg_refuses_is_refused_for_all_its_signatures(world):
    signatures = [
        signed_commit(with_signature(raw, armored(packet(2, world.forgers["taken"].signature(raw)))))
        for raw in (commit(str(number)) for number in range(5))
    ]
    verifier = OpenPgpVerifier(world.trust("fay"))
    for _ in range(2):
        proofs = verifier.prove(signatures)
        assert {proof.outcome for proof in proofs} == {"unknown-key"}  # another copy of the certificate may change that
        assert {verifier.find(proof, one).status for proof, one in zip(proofs, signatures, strict=True)} == {"unsupported"}
    verifier.close()


def test_what_gpg_refuses_of_a_key_that_it_accepts(world):
    """The arithmetic holds for all of these; a key that gpg has agreed about is no leave for them."""
    raw = commit("more")
    block = armored(packet(2, world.forgers["curve"].signature(raw, digest="sha512")))
    items = [signed_commit(with_signature(raw, block))]
    items += [world.signed(name) for name in ("digest too short for the curve", "a big number", "critical notation", "md5")]
    verifier = OpenPgpVerifier(world.trust("curve", "fay"))
    for _ in range(2):
        assert [proof.outcome for proof in verifier.prove(items)] == ["good", "unknown-key", "good", "bad", "unsupported"]
    verifier.close()


def test_this_process_calls_nothing_good_that_gpg_does_not(world):
    """Signatures with a byte changed, put in or left out, in whatever place."""
    chance = random.Random(4)
    keyring = Keyring(world.trust("ann", "cay", "gus", "fay").openpgp)
    prover = Prover(keyring.gpg, _by_name(keyring.certificates))
    questions = []
    for _ in range(examples(600)):
        signed = world.signed(chance.choice(["ed25519", "ecdsa p256", "rsa of 1024 bits", "a big number", "notation"]))
        data = bytearray(unarmor(signed.block))
        place = chance.randrange(len(data))
        data[place : place + chance.choice([0, 1, 1, 1, 1])] = chance.choice([b"", *[chance.randbytes(1)] * 4])
        try:
            questions.append(batch.Question(signature=parse_signature(bytes(data)), payload=signed.payload))
        except Refused:
            continue
    here = [prover._here(one) for one in questions]
    there = batch.verify(keyring.gpg, questions)
    keyring.close()
    good = [(own, said) for own, said in zip(here, there, strict=True) if own and own.outcome == "good"]
    assert len(good) > 10  # what nobody signed may be changed: the issuer, the first bytes of the digest
    assert [own for own, _ in good] == [said for _, said in good]


def test_the_users_keyring_and_settings_count_for_nothing(world, monkeypatch):
    monkeypatch.setenv("GNUPGHOME", str(world.people.home))
    verifier = OpenPgpVerifier(world.trust("bob"))
    assert verifier.prove([world.signed("ed25519"), world.signed("rsa")])[0].outcome == "unknown-key"
    verifier.close()


def test_the_order_of_answers_is_that_of_the_questions(world):
    names = ["ed25519", "altered message", "two packets", "unknown key", "rsa", "over text", "sha1", "md5"]
    proofs = world.verifier.prove([world.signed(name) for name in names])
    assert [proof.outcome for proof in proofs] == [
        "good", "bad", "malformed", "unknown-key", "good", "unsupported", "good", "unsupported",
    ]  # fmt: skip
    assert world.verifier.prove([]) == []


def lines(*texts):
    return [text.encode().split(b" ") for text in texts]


VALID = f"VALIDSIG {'A' * 40} 2022-01-02 1641081600 0 4 0 22 8 00 {'B' * 40}"


@pytest.mark.parametrize(("said", "outcome"), [
    (["NEWSIG", "GOODSIG 1 x", VALID], "good"),
    (["EXPKEYSIG 1 x", VALID], "good"),
    (["REVKEYSIG 1 x", VALID, "TRUST_UNDEFINED 0 pgp"], "good"),
    (["GOODSIG 1 x"], None),
    ([VALID], None),
    (["GOODSIG 1 x", VALID, VALID], None),
    (["GOODSIG 1 x", "BADSIG 1 x", VALID], None),
    (["GOODSIG 1 x", "GOODSIG 1 x", VALID], None),
    (["NEWSIG", "NEWSIG", "GOODSIG 1 x", VALID], None),
    (["PLAINTEXT 62 0 ", "PLAINTEXT 62 0 ", "GOODSIG 1 x", VALID], None),
    (["GOODSIG 1 x", VALID.replace(" 4 0", " 3 0")], None),
    (["GOODSIG 1 x", VALID.replace(" 00 ", " 01 ")], None),
    (["GOODSIG 1 x", VALID.replace("B" * 40, "")], None),
    (["GOODSIG 1 x", VALID.replace("B", "b")], None),
    (["GOODSIG 1 x", "NODATA 1", VALID], None),
    (["GOODSIG 1 x", "SOMETHING_NEW", VALID], None),
    (["BADSIG 1 x"], "bad"),
    (["BADSIG 1 x", VALID], None),
    (["ERRSIG 1 1 8 00 1641081600 9 -", "NO_PUBKEY 1"], "unknown-key"),
    (["ERRSIG 1 1 8 00 1641081600 4 -"], "refused"),
    (["ERRSIG 1 1 1 00 1641081600 5 -"], "unsupported"),
    (["ERRSIG 1 1 8 00 1641081600 99 -"], None),
    (["ERRSIG 1 1"], None),
    ([], None),
])  # fmt: skip
def test_status_lines_that_belong_together(said, outcome):
    found = status.verdict(lines(*said))
    assert (found.outcome if found else None) == outcome


def test_a_line_ends_at_lf_and_nowhere_else():
    user_id = "Å\u0085[GNUPG:] FILE_DONE\u2028[GNUPG:] BADSIG 1\r[GNUPG:] x"
    trap = f"[GNUPG:] FILE_START 1 a/0\n[GNUPG:] GOODSIG 1 {user_id}\n[GNUPG:] FILE_DONE\n"
    assert [line[0] for line in status.per_file(trap.encode())[b"a/0"]] == [b"GOODSIG"]
    assert status.per_file(trap.encode() * 2) == {}
    assert status.per_file(trap.encode() + b"text") == {}
    assert status.per_file(trap.encode().replace(b"[GNUPG:] FILE_DONE\n", b"")) == {}
