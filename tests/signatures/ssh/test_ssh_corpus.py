"""git's verdict and gitward's, side by side, on every object of sshcases*.py: what differs is listed, and only ever stricter."""

import pytest
import sshcases
import sshcases_blocks
import sshcases_certificates
import sshcases_keys
from sshmaking import Workshop, run

from gitward.errors import Undecided
from gitward.gitobject import parse_commit
from gitward.gitobject.signed import format_of, signed_commit
from gitward.model import Principal, SshKey, Trust
from gitward.signatures.ssh import SshVerifier, import_allowed_signers


def trust_of(text, revoked=None):
    """What a policy that was imported from a list of allowed signers trusts."""
    keys = import_allowed_signers(text.encode()).keys
    ssh = tuple(
        SshKey(
            principal=key.names[0], blob=key.blob, is_authority=key.is_authority, names=key.names if key.is_authority else (),
            valid_after=key.valid_after, valid_before=key.valid_before,
        )
        for key in keys
    )  # fmt: skip
    named = {key.principal: Principal(name=key.principal, addresses=(key.principal,)) for key in ssh if not key.is_authority}
    return Trust(ssh=ssh, principals=named, ssh_revoked=revoked)


def judged(verifier, trust, oid, raw):
    """The status at the committer's date (which no real judgement uses) and the finding."""
    commit, signed = parse_commit(oid, raw), signed_commit(raw)
    if commit.malformed:
        return "malformed", None
    if signed is None or not format_of(signed.block):
        return "unsigned", None
    [proof] = verifier.prove([signed])
    found = verifier.find(proof, signed, [commit.committer.email])
    when, owner = commit.committer.time, trust.principals.get(found.principal)
    if found.status != "good":
        return found.status, found
    if found.not_after is not None and when > found.not_after:
        return "expired", found
    if found.not_before is not None and when < found.not_before:
        return "not-yet-valid", found
    return ("principal-mismatch" if owner and commit.committer.email not in owner.addresses else "good"), found


@pytest.fixture(scope="module")
def verdicts(tmp_path_factory):
    """Case -> what git and gitward say: `%G?`, git's fingerprint, our status, our finding."""
    w = Workshop(tmp_path_factory.mktemp("corpus"))
    listed = sshcases.allowed_signers(w)
    (w.folder / "allowed").write_text(listed)
    oids = {name: entry[0](w) for name, entry in sshcases.CASES.items()}
    found = {}
    for where, data in sshcases.revocations(w).items():
        options = ["git", "--git-dir", w.repo, "-c", f"gpg.ssh.allowedSignersFile={w.folder / 'allowed'}"]
        if data is not None:
            (w.folder / "revoked").write_bytes(data)
            options += ["-c", f"gpg.ssh.revocationFile={w.folder / 'revoked'}"]
        names = [name for name, entry in sshcases.CASES.items() if entry[4] == where]
        said = run(*options, "log", "--no-walk=unsorted", "--stdin", "--format=%G? %GF", stdin="\n".join(
            dict.fromkeys(oids[name] for name in names)).encode())  # fmt: skip
        letters = dict(zip(dict.fromkeys(oids[name] for name in names), said.stdout.decode().split("\n"), strict=False))
        trust = trust_of(listed, data)
        verifier = SshVerifier(trust)
        for name in names:
            letter, _, fingerprint = letters[oids[name]].partition(" ")
            status, finding = judged(verifier, trust, oids[name], w.raw(oids[name]))
            found[name] = letter, fingerprint, status, finding
        by_letter = {}
        for oid, said in letters.items():
            by_letter.setdefault(said[0], []).append(oid)
        for letter, of_letter in by_letter.items():
            for oid in of_letter[:2]:  # the letter and the exit code come from one function of git's
                assert run(*options, "verify-commit", "--raw", oid, ok=False).returncode == (letter != "G")
    return found


@pytest.mark.parametrize("name", sshcases.CASES)
def test_both_verdicts(verdicts, name):
    _, git, ours, why, _ = sshcases.CASES[name]
    letter, fingerprint, status, finding = verdicts[name]
    assert (letter, status) == (git, ours), finding
    assert bool(why) == (letter == "G" and status != "good"), "a difference has a reason, and nothing else has one"
    if status == "good":
        assert (letter, fingerprint) == ("G", finding.fingerprint), "gitward is looser than git"


def test_the_corpus_is_whole():
    assert all((sshcases_keys, sshcases_blocks, sshcases_certificates))
    whys = {entry[3] for entry in sshcases.CASES.values()} - {""}
    assert whys == sshcases.DIFFERENCES
    assert len(sshcases.CASES) >= 100


def test_a_list_of_revoked_keys_that_cannot_be_used(tmp_path):
    """git takes a file that is not there for an empty one; OpenSSH refuses everything where one cannot be read.

    gitward decides nothing then. A file that is not there never comes this far: reading the policy ends with it.
    """
    w = Workshop(tmp_path)
    listed = f"ann@example.com {w.line('ed25519-ann')}\n"
    (tmp_path / "allowed").write_text(listed)
    (tmp_path / "garbage").write_text("no key at all\n")
    oid = w.git_signed(w.path("ed25519-ann"))
    said = {}
    for name in ("missing", "garbage"):
        files = ["-c", f"gpg.ssh.allowedSignersFile={tmp_path / 'allowed'}", "-c", f"gpg.ssh.revocationFile={tmp_path / name}"]
        done = run("git", "--git-dir", w.repo, *files, "log", "--no-walk", "--format=%G?", oid)
        said[name] = done.stdout.strip(), b"warning" in done.stderr
    assert said == {"missing": (b"G", True), "garbage": (b"B", False)}
    with pytest.raises(Undecided, match="line 1 of the list of revoked SSH keys"):
        SshVerifier(trust_of(listed, b"no key at all\n"))
