"""SSH signatures of real histories: gitward's statuses beside git's `%G?` on the same commits, and the time of both.

SSH_HISTORY=PATH[,PATH...] names repositories whose HEAD holds `.git_allowed_signers` or `.gitsigners`. Of each, every commit
that HEAD reaches and that is signed with SSH is judged by both: git with one `git log --no-walk --stdin --format=%G?`,
gitward in a process of its own (this file, with `--judge`). As git does, the window of a key is held against the
committer's date; how many good signatures that clock alone keeps good is told beside. A good signature must have git's
fingerprint and principal too. ROUNDS=3 says how often gitward is run; git takes 18 ms a commit and runs once.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

from gitward.gitobject.signed import format_of, signed_commit
from gitward.model import Finding, Principal, SshKey, Trust
from gitward.repository import open_repository
from gitward.signatures.ssh import SshVerifier, import_allowed_signers

LISTS = (".git_allowed_signers", ".gitsigners")
ROUNDS = int(os.environ.get("ROUNDS", "3"))
WHOLE, EACH = 25, 50  # how many times faster: process start included, and per commit once running
BAD = ("malformed", "bad", "revoked-hard", "weak", "unsupported")
SAME = {"G": ("good",), "U": ("unknown-key", "expired", "not-yet-valid"), "B": BAD, "N": ("unsigned", "malformed")}
DIFFERENCES = ("principal-mismatch",)
"""What git takes and gitward does not, in a history whose commits git made: the list is closed."""


def trust_of(listed: bytes) -> Trust:
    """The keys of a list of allowed signers, as an imported policy has them; addresses are not looked at."""
    keys = import_allowed_signers(listed).keys
    ssh = tuple(
        SshKey(
            principal=key.names[0], blob=key.blob, is_authority=key.is_authority, names=key.names if key.is_authority else (),
            valid_after=key.valid_after, valid_before=key.valid_before,
        )
        for key in keys
    )  # fmt: skip
    return Trust(ssh=ssh, principals={key.principal: Principal(name=key.principal) for key in ssh})


def status_at(finding: Finding, when: int) -> str:
    if finding.status == "good" and finding.not_after is not None and when > finding.not_after:
        return "expired"
    if finding.status == "good" and finding.not_before is not None and when < finding.not_before:
        return "not-yet-valid"
    return finding.status


def judge(repo: str, listed: str) -> None:
    """Print a line a commit of stdin: oid, status at the committer's date, status now, fingerprint, principal. Then the times.

    The last line is JSON: microseconds a commit, of processor time, for reading and parsing, the arithmetic, the list.
    """
    verifier = SshVerifier(trust_of(Path(listed).read_bytes()))
    oids = sys.stdin.read().split()
    now, started = int(time.time()), time.perf_counter()
    with open_repository(repo) as repository:
        commits = list(repository.commits(oids))
    signed = [found for commit in commits if (found := signed_commit(commit.raw))]
    read = time.perf_counter()
    proofs = verifier.prove(signed)
    proven = time.perf_counter()
    findings = [verifier.find(proof, one) for proof, one in zip(proofs, signed, strict=True)]
    found = time.perf_counter()
    for commit, finding in zip(commits, findings, strict=True):
        when = commit.committer.time if commit.committer else 0
        said = "malformed" if commit.malformed else status_at(finding, when)
        print(commit.oid, said, status_at(finding, now), finding.fingerprint or "-", finding.principal)
    spans = {"read": read - started, "prove": proven - read, "find": found - proven}
    print(json.dumps({name: span / len(oids) * 1e6 for name, span in spans.items()}))


def _git(repo: str, *arguments: str, stdin: bytes = b"") -> bytes:
    environment = {"PATH": os.environ["PATH"], "HOME": "/nonexistent", "GIT_CONFIG_NOSYSTEM": "1", "LC_ALL": "C.UTF-8"}
    command = ["git", "--git-dir", repo, *arguments]
    return subprocess.run(command, input=stdin, capture_output=True, check=True, env=environment).stdout


def _ssh_signed(repo: str) -> list[str]:
    oids = _git(repo, "rev-list", "HEAD").decode().split()
    with open_repository(repo) as repository:
        return [
            oid for oid, _, raw in repository.read_many(oids)
            if (signed := signed_commit(raw)) and format_of(signed.block) == "ssh"
        ]  # fmt: skip


def measure(repo: str, folder: Path) -> tuple[str, bool]:
    """The report on one history, and whether verdicts and times are as they should be."""
    name = next(name for name in LISTS if _git(repo, "ls-tree", "HEAD", name))
    listed = folder / "allowed"
    listed.write_bytes(_git(repo, "show", f"HEAD:{name}"))
    stdin = "\n".join(_ssh_signed(repo)).encode()
    count = stdin.count(b"\n") + 1
    started = time.perf_counter()
    said = _git(repo, "-c", f"gpg.ssh.allowedSignersFile={listed}", "log", "--no-walk=unsorted", "--stdin",
                "--format=%H %G? %GF%x09%GS", stdin=stdin).decode()  # fmt: skip
    git_seconds = time.perf_counter() - started
    seconds, output = [], ""
    for _ in range(ROUNDS):
        started = time.perf_counter()
        output = subprocess.run([sys.executable, "-I", __file__, "--judge", repo, str(listed)], input=stdin, capture_output=True,
                                check=True).stdout.decode()  # fmt: skip
        seconds.append(time.perf_counter() - started)
    *lines, last = output.splitlines()
    micros = json.loads(last)
    whole, each = git_seconds / statistics.median(seconds), git_seconds / count * 1e6 / sum(micros.values())
    table, wrong = _compared(said.splitlines(), lines)
    text = f"""## SSH: {Path(repo).parent.name}, {count} commits signed with SSH

{table}
git {git_seconds:.1f} s, gitward {statistics.median(seconds):.2f} s from start to end: {whole:.0f} times (at least {WHOLE}).
Once running, a commit takes git {git_seconds / count * 1e3:.1f} ms and gitward {sum(micros.values()):.0f} us (read and parsed \
{micros["read"]:.0f}, arithmetic {micros["prove"]:.0f}, list {micros["find"]:.0f}): {each:.0f} times (at least {EACH}).
"""
    return text, not wrong and whole >= WHOLE and each >= EACH


def _compared(theirs: list[str], ours: list[str]) -> tuple[str, int]:
    """Both verdicts as a table, with how many differ for no listed reason."""
    pairs: Counter[tuple[str, str, str]] = Counter()
    wrong = []
    for one, other in zip(theirs, ours, strict=True):
        oid, letter, rest = one.split(" ", 2)
        fingerprint, _, principal = rest.partition("\t")
        own, status, now, own_fingerprint, own_principal = other.split(" ", 4)
        pairs[letter, status, now] += 1
        same = status in SAME[letter] and (letter != "G" or (fingerprint, principal) == (own_fingerprint, own_principal))
        if own != oid or not (same or status in DIFFERENCES):
            wrong.append(oid)
    rows = [f"| {letter} | {status} | {now} | {number} |" for (letter, status, now), number in sorted(pairs.items())]
    head = "| git | gitward at the committer's date | gitward now | commits |\n|---|---|---|---|\n"
    return head + "\n".join(rows) + f"\n\nVerdicts that differ: {len(wrong)} {' '.join(wrong[:10])}\n", len(wrong)


def ssh(folder: Path) -> tuple[str, bool]:
    """The report on every history that SSH_HISTORY names."""
    histories = [path for path in os.environ.get("SSH_HISTORY", "").split(",") if path]
    if not histories:
        return "## SSH\n\nLeft out: SSH_HISTORY names no repository.\n", True
    parts = [measure(path, folder) for path in histories]
    return "\n".join(text for text, _ in parts), all(within for _, within in parts)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--judge"]:
        judge(*sys.argv[2:4])
    else:
        import tempfile

        with tempfile.TemporaryDirectory(prefix="gitward-bench-") as made:
            report, within = ssh(Path(made))
        print(report)
        sys.exit(not within)
