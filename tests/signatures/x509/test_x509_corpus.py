"""The corpus three ways: git with gpgsm, openssl, gitward. What differs is said in the tables, and nothing else may."""

import os
import shutil
import subprocess
import tempfile
from binascii import a2b_base64
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import hashes
from x509_corpus import ANN as ANN_RSA
from x509_corpus import ANN_EC, BOTH, CORPUS, CRLS, PAYLOAD, ROOT, SELF
from x509_signature import armored, openssl_accepts, signature

from gitward.gitobject.signed import signed_commit
from gitward.model import Signed, Trust, X509Key
from gitward.signatures.x509 import X509Verifier, armor
from gitward.signatures.x509.refusal import Refusal
from servers import need

NOW = 1798761600  # 2027-01-01
ANN = X509Key(principal="ann", address="ann@example.com")
TRUST = Trust(x509=(ANN,), x509_roots=ROOT.pem + SELF.pem, x509_crls=CRLS)


def status_at(finding, now):
    """What a clock makes of a finding, as short as it can be said."""
    if finding.status != "good":
        return finding.status
    if finding.revoked is not None and finding.revoked <= now:
        return "revoked-soft"
    return "expired" if now > finding.not_after else "not-yet-valid" if now < finding.not_before else "good"


@pytest.fixture(scope="module")
def blocks(tmp_path_factory):
    folder = tmp_path_factory.mktemp("blocks")
    return {name: block(folder) for name, (block, *_) in CORPUS.items()}


@pytest.fixture(scope="module")
def verifier():
    return X509Verifier(TRUST)


@pytest.mark.parametrize("name", CORPUS)
def test_gitward(name, blocks, verifier):
    *_, expected, word = CORPUS[name]
    signed = Signed(payload=PAYLOAD, block=blocks[name])
    (proof,) = verifier.prove([signed])
    finding = verifier.find(proof, signed)
    assert (status_at(finding, NOW), word) == (expected, word if word in finding.detail else finding.detail)
    assert bool(finding.detail) == (finding.status != "good")
    assert finding.detail.isascii()
    assert len(finding.detail) < 160


def commit(block):
    head, _, body = PAYLOAD.partition(b"\n\n")
    lines = block.removesuffix(b"\n").split(b"\n")
    return head + b"\ngpgsig " + b"\n ".join(lines) + b"\n\n" + body


def armor_of_others(block):
    """The bytes of a block as a lenient reader finds them."""
    body = block.partition(b"-----\n")[2].partition(b"-----END")[0]
    return a2b_base64(b"".join(line for line in body.splitlines() if b":" not in line))


def test_openssl(blocks, tmp_path):
    said = {}
    for name, (_, _, _, expected, _) in CORPUS.items():
        try:
            data = armor.contents(blocks[name])
        except Refusal:
            data = armor_of_others(blocks[name])
        crls = CRLS if expected in ("revoked-hard", "revoked-soft") or "revoked" in name else ()
        said[name] = openssl_accepts(tmp_path, data, PAYLOAD, [ROOT, SELF], crls)
    assert said == {name: accepts for name, (_, _, accepts, *_) in CORPUS.items()}


@pytest.fixture(scope="module")
def gnupg():
    """A folder for gpgsm that trusts the same roots; git is told nothing else. Short, for the sockets in it."""
    need("gpgsm", "gpgsm")
    if b" 2.2." not in subprocess.run(["gpgsm", "--version"], capture_output=True).stdout.split(b"\n")[0]:
        pytest.skip("the letters in the table are those of gpgsm 2.2")
    folder = Path(tempfile.mkdtemp(prefix="x509-"))
    (folder / "gpgsm.conf").write_text("disable-crl-checks\ndisable-dirmngr\n")
    (folder / "gpg-agent.conf").write_text("s2k-count 65536\n")  # not calibrated at each start
    prints = [root.certificate.fingerprint(hashes.SHA1()).hex().upper() for root in (ROOT, SELF)]
    (folder / "trustlist.txt").write_text("".join(f"{line} S relax\n" for line in prints))
    env = {**os.environ, "GNUPGHOME": str(folder), "LC_ALL": "C"}
    # gpgsm waits five seconds for an agent that it starts itself, which a busy machine may take
    subprocess.run(["gpg-agent", "--daemon"], env=env, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    subprocess.run(["gpgsm", "--batch", "--import"], input=ROOT.pem + SELF.pem, env=env, check=True, capture_output=True)
    yield env
    subprocess.run(["gpgconf", "--kill", "all"], env=env, check=False, capture_output=True)
    shutil.rmtree(folder)


def test_what_git_takes_and_gitward_does_not_is_a_closed_list():
    taken = {name for name, (_, letter, _, ours, _) in CORPUS.items() if letter == "G" and ours != "good"}
    assert taken == {
        # a policy knows more than a keyring
        "revoked, key compromise", "revoked, no reason", "authority compromised", "revoked, on hold", "nobody's",
        # gpgsm asks no floor and no purpose
        "key usage for keys only", "key usage contentCommitment", "for clients only", "authority for clients",
        "SHA-1", "MD5", "RSA of 1024 bits", "certificate signed with SHA-1",
        # RFC 5652 allows it, and it can be read in two ways, or says less
        "no signed attributes", "no signing time", "no certificate", "another's certificate only",
        "two certificates of one name",
        # RFC 5652, 5.3 and RFC 7468 do not allow it
        "version of another kind of name",
        "bytes after the signature", "text after END", "second block", "no END",
        "white space in base64",
    }  # fmt: skip
    stricter = {name for name, (_, letter, _, ours, _) in CORPUS.items() if letter != "G" and ours == "good"}
    assert stricter == {  # gpgsm 2.2 cannot
        "RSA-PSS, by openssl", "Ed25519", "named by key identifier", "another's first, by key identifier",
        "names constrained, held", "attributes of indefinite length",
    }  # fmt: skip


def test_git(blocks, gnupg, git, tmp_path):
    git("init", "-q", "repo", cwd=tmp_path)
    repo = tmp_path / "repo"
    git("hash-object", "-t", "tree", "-w", "--stdin", cwd=repo)
    oids = {}
    for name, block in blocks.items():
        raw = commit(block)
        assert signed_commit(raw) == Signed(payload=PAYLOAD, block=block.removesuffix(b"\n"))
        done = subprocess.run(["git", "hash-object", "-t", "commit", "-w", "--stdin", "--literally"], input=raw, cwd=repo,
                              check=True, capture_output=True)  # fmt: skip
        oids[name] = done.stdout.decode().strip()
    assert len(set(oids.values())) == len(CORPUS)
    out = subprocess.run(["git", "-c", "gpg.format=x509", "log", "--no-walk=unsorted", "--format=%H %G?", *oids.values()],
                         cwd=repo, env=gnupg, capture_output=True, text=True, check=True).stdout  # fmt: skip
    letters = dict(line.split() for line in out.splitlines())
    assert {name: letters[oid] for name, oid in oids.items()} == {name: letter for name, (_, letter, *_) in CORPUS.items()}


@pytest.mark.parametrize(("claimed", "principal"), [
    (["dan@example.com"], "dan"), (["DAN@example.com"], "carol"), (["dan@EXAMPLE.com"], "dan"),
    (["carol@example.com"], "carol"), ([], "carol"), (["eve@example.com"], "carol"),
])  # fmt: skip
def test_of_two_addresses_the_one_that_the_commit_claims_counts(claimed, principal):
    keys = [X509Key(principal=who, address=f"{who}@example.com") for who in ("dan", "carol")]
    verifier = X509Verifier(Trust(x509=tuple(keys), x509_roots=ROOT.pem))
    signed = Signed(payload=PAYLOAD, block=armored(signature(PAYLOAD, BOTH)))
    assert verifier.find(verifier.prove([signed])[0], signed, claimed).principal == principal


@pytest.mark.parametrize("key", [
    {"fingerprint": ANN_EC.fingerprint}, {"subject": "CN=Ann EC"}, {"address": "ann@example.com"},
])  # fmt: skip
def test_a_holder_is_known_in_three_ways(key):
    verifier = X509Verifier(Trust(x509=(X509Key(principal="ann", **key),), x509_roots=ROOT.pem))
    signed = Signed(payload=PAYLOAD, block=armored(signature(PAYLOAD, ANN_EC)))
    assert verifier.find(verifier.prove([signed])[0], signed).principal == "ann"


def test_a_commit_that_git_signs_with_gpgsm(gnupg, git, tmp_path):
    """From the key in gpgsm's keyring to the finding; nothing here is made by hand but the certificate."""
    for name, data in (("ann.pem", ANN_RSA.pem), ("ann.key", ANN_RSA.key_pem), ("words", b"words\n")):
        (tmp_path / name).write_bytes(data)
    # the algorithms are those that gpgsm 2.2 can import
    subprocess.run(["openssl", "pkcs12", "-export", "-legacy", "-in", "ann.pem", "-inkey", "ann.key", "-out", "ann.p12",
                    "-passout", "file:words", "-certpbe", "PBE-SHA1-3DES", "-keypbe", "PBE-SHA1-3DES", "-macalg", "sha1"],
                   cwd=tmp_path, check=True, capture_output=True)  # fmt: skip
    program = tmp_path / "gpgsm"
    program.write_text('#!/bin/sh\nexec gpgsm --batch --pinentry-mode loopback --passphrase-fd 3 "$@" 3<"$WORDS"\n')
    program.chmod(0o755)
    env = {**gnupg, "WORDS": str(tmp_path / "words")}
    subprocess.run([program, "--import", "ann.p12"], cwd=tmp_path, env=env, check=True, capture_output=True)
    git("init", "-q", "repo", cwd=tmp_path)
    key = ANN_RSA.certificate.fingerprint(hashes.SHA1()).hex().upper()
    signing = ["-c", "gpg.format=x509", "-c", f"gpg.x509.program={program}", "-c", f"user.signingKey=0x{key}"]
    who = ["-c", "user.name=Ann", "-c", "user.email=ann@example.com"]
    subprocess.run(["git", *signing, *who, "commit", "-q", "-S", "--allow-empty", "-m", "say hello"], cwd=tmp_path / "repo",
                   env=env, check=True, capture_output=True)  # fmt: skip
    raw = subprocess.run(["git", "cat-file", "commit", "HEAD"], cwd=tmp_path / "repo", check=True, capture_output=True).stdout
    signed = signed_commit(raw)
    verifier = X509Verifier(TRUST)
    finding = verifier.find(verifier.prove([signed])[0], signed)
    assert (finding.status, finding.principal, finding.fingerprint) == ("good", "ann", ANN_RSA.fingerprint)
    assert armor.contents(signed.block)[:2] == b"0\x80"  # gpgsm writes an indefinite length
