"""The verifier of SSH signatures, on what ssh-keygen makes: who signed, for how long, and what else it says."""

import subprocess

import pytest
from sshmaking import Workshop, run

from gitward.errors import Undecided
from gitward.gitobject.signed import format_of, signed_commit, signed_tag
from gitward.model import Proof, Signed, SshKey, Trust
from gitward.signatures.ssh import SshVerifier
from gitward.sshkeys import fingerprint, public_key

TEXT = b"tree 1\n\nsubject\n"


@pytest.fixture(scope="session")
def key(tmp_path_factory):
    """An Ed25519 key in a file, and its public half in wire form."""
    path = tmp_path_factory.mktemp("keys") / "ann"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", path], check=True)
    return path, public_key(path.with_suffix(".pub").read_text())


def sign(path, text=TEXT, namespace="git"):
    done = subprocess.run(
        ["ssh-keygen", "-q", "-Y", "sign", "-n", namespace, "-f", path], input=text, capture_output=True, check=True
    )
    return done.stdout


def judged(trust, payload, block, addresses=()):
    verifier = SshVerifier(trust)
    signed = Signed(payload=payload, block=block)
    [proof] = verifier.prove([signed])
    return proof, verifier.find(proof, signed, addresses)


def test_a_listed_key_is_its_owners_within_its_window(key):
    path, blob = key
    trust = Trust(ssh=(SshKey(principal="ann", blob=blob, valid_after=100, valid_before=200),))
    proof, found = judged(trust, TEXT, sign(path))
    assert proof == Proof(format="ssh", outcome="good", key=fingerprint(blob), digest="sha512")
    assert (found.status, found.principal, found.fingerprint, found.primary_fingerprint, found.not_before, found.not_after) == (
        "good", "ann", fingerprint(blob), fingerprint(blob), 100, 199,
    )  # fmt: skip


def test_what_does_not_hold_is_nobodys(key):
    path, blob = key
    trust = Trust(ssh=(SshKey(principal="ann", blob=blob),))
    proof, found = judged(trust, TEXT + b"x", sign(path))
    assert (proof.outcome, found.status, found.principal, found.detail) == (
        "bad", "bad", "", "the signature was not made over these bytes by this key",
    )  # fmt: skip
    proof, found = judged(trust, TEXT, sign(path, namespace="file"))
    assert (found.status, found.detail) == ("bad", "made for the namespace 'file', not for 'git'")
    proof, found = judged(Trust(), TEXT, sign(path))
    assert (proof.outcome, found.status, found.principal, found.detail) == ("good", "unknown-key", "", "the key is not listed")


def test_a_proof_serves_for_its_own_signature_only(key):
    path, blob = key
    verifier = SshVerifier(Trust(ssh=(SshKey(principal="ann", blob=blob),)))
    signed = Signed(payload=TEXT, block=sign(path))
    with pytest.raises(Undecided, match="of another key"):
        verifier.find(Proof(format="ssh", outcome="good", key="SHA256:x"), signed)
    with pytest.raises(Undecided, match="not of this one"):
        verifier.find(Proof(format="ssh", outcome="good", key=fingerprint(blob)), Signed(payload=TEXT, block=b"x"))


@pytest.mark.parametrize(
    ("entries", "said"),
    [
        ([("ann", b"\0\0\0\7ssh-dss\0")], "keys of type 'ssh-dss' do not count"),
        ([("ann", None), ("bob", None)], "listed twice, for 'ann' and 'bob'"),
    ],
)
def test_a_trust_list_that_cannot_be_used_is_undecided(key, entries, said):
    with pytest.raises(Undecided, match=said):
        SshVerifier(Trust(ssh=tuple(SshKey(principal=name, blob=blob or key[1]) for name, blob in entries)))


@pytest.mark.parametrize("hashes", ["sha1", "sha256"])
def test_commits_and_tags_of_both_kinds_of_repositories(tmp_path, hashes):
    w = Workshop(tmp_path)
    repo = tmp_path / "work"
    run("git", "init", "-q", f"--object-format={hashes}", repo)
    settings = ["user.name=Ann", "user.email=ann@example.com", "gpg.format=ssh", f"user.signingkey={w.path('ed25519-ann')}"]
    git = ["git", "-C", repo, *[word for setting in settings for word in ("-c", setting)]]
    run(*git, "commit", "-q", "-S", "--allow-empty", "-m", "a subject")
    run(*git, "tag", "-s", "-m", "a tag", "v1")
    header = {"sha1": b"gpgsig", "sha256": b"gpgsig-sha256"}[hashes]
    of_commit = signed_commit(run(*git, "cat-file", "commit", "HEAD").stdout, header)
    of_tag = signed_tag(run(*git, "cat-file", "tag", "v1").stdout)
    verifier = SshVerifier(Trust(ssh=(SshKey(principal="ann", blob=w.blob("ed25519-ann")),)))
    for signed in (of_commit, of_tag):
        assert format_of(signed.block) == "ssh"
        assert verifier.find(verifier.prove([signed])[0], signed).status == "good"
    swapped = Signed(payload=of_tag.payload, block=of_commit.block)
    assert [proof.outcome for proof in verifier.prove([of_commit, swapped, of_tag])] == ["good", "bad", "good"]
    verifier.close()
