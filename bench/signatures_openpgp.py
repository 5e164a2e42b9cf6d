"""Every OpenPGP-signed commit of a real history: git's verdict beside gitward's, and how long each takes.

    python bench/signatures_openpgp.py REPOSITORY KEYS [TRAILER ...]
    python bench/signatures_openpgp.py --made COUNT ALGORITHM

KEYS is a ring, a folder of certificates, or a GnuPG home, as `gitward keys import` reads it. git gets the same certificates
in a GNUPGHOME of its own, with `trust-model always`, and is asked for %G? of the same commits. gitward starts from nothing: the
time of the process, of importing the certificates and of reading the objects is in its figure. `--made` makes a history of
its own, signed by a key of one algorithm, as gpg names it (ed25519, rsa2048, ...).
"""

from __future__ import annotations

import collections
import json
import multiprocessing
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "src"))

from gitward.gitobject.signed import format_of, signed_commit
from gitward.model import OpenPgpKey, Signed, Trust
from gitward.signatures.openpgp.armor import Refused, unarmor
from gitward.signatures.openpgp.importing import import_openpgp
from gitward.signatures.openpgp.packet import parse_signature
from gitward.signatures.openpgp.verifier import OpenPgpVerifier

SAME = {
    "G": ("good",), "X": ("expired",), "Y": ("expired",), "R": ("revoked-hard", "revoked-soft"), "B": ("bad",),
    "E": ("unknown-key", "unsupported"), "N": ("malformed",),
}  # fmt: skip
"""%G? -> the statuses that say the same, the clock being now."""
LISTED = {
    ("*", "weak"): "a digest or a key below the policy's floor",
    ("*", "unsupported"): "version 3, or over text",
    ("*", "malformed"): "text after the END line, or another deviation from the one form",
    ("X", "revoked-soft"): "git names the expiry, gitward the worse of the two",
    ("Y", "revoked-soft"): "git names the expiry, gitward the worse of the two",
    ("Y", "revoked-hard"): "git names the expiry, gitward the worse of the two",
}
"""The differences that there may be, with their reasons; any other fails the run."""
NAMES = {1: "RSA", 3: "RSA", 17: "DSA", 19: "ECDSA", 22: "Ed25519"}


def objects(repository: str, oids: list[str]) -> list[tuple[str, Signed]]:
    """The OpenPGP-signed among these commits."""
    batch = subprocess.run(["git", "--git-dir", repository, "cat-file", "--batch"], input="\n".join(oids).encode() + b"\n",
                           capture_output=True, check=True).stdout  # fmt: skip
    found, place = [], 0
    while place < len(batch):
        end = batch.index(b"\n", place)
        oid, _, size = batch[place:end].split()
        signed = signed_commit(batch[end + 1 : end + 1 + int(size)])
        place = end + 2 + int(size)
        if signed and format_of(signed.block) == "openpgp":
            found.append((oid.decode(), signed))
    return found


def status_now(finding, now: float) -> str:
    if finding.status != "good":
        return str(finding.status)
    if finding.revoked is not None:
        return "revoked-soft"
    return "expired" if finding.not_after is not None and finding.not_after < now else "good"


def verify_part(verifier: OpenPgpVerifier, repository: str, oids: list[str], now: float) -> dict[str, str]:
    items = objects(repository, oids)
    proofs = verifier.prove([signed for _, signed in items])
    return {oid: status_now(verifier.find(proof, signed), now) for (oid, signed), proof in zip(items, proofs, strict=True)}


_shared: dict[str, object] = {}


def _work(part: tuple[str, list[str], float]) -> dict[str, str]:
    return verify_part(_shared["verifier"], *part)  # type: ignore[arg-type]


def verify(repository: str, trust: Trust, oids: list[str], jobs: int, trailers: tuple[str, ...]) -> dict[str, str]:
    """Oid -> status with the clock at now, by `jobs` processes that share one keyring."""
    verifier = OpenPgpVerifier(trust, trailers=trailers)
    now = time.time()
    try:
        if jobs == 1:
            return verify_part(verifier, repository, oids, now)
        _shared["verifier"] = verifier
        size = -(-len(oids) // jobs)
        parts = [(repository, oids[start : start + size], now) for start in range(0, len(oids), size)]
        with multiprocessing.get_context("fork").Pool(jobs) as pool:
            return {oid: status for part in pool.map(_work, parts) for oid, status in part.items()}
    finally:
        verifier.close()


def git_says(repository: str, trust: Trust, oids: list[str]) -> tuple[dict[str, str], float]:
    """Oid -> %G?, and the seconds that git took, the import not among them."""
    with tempfile.TemporaryDirectory(prefix="pgp-") as home:
        os.chmod(home, 0o700)
        (Path(home) / "gpg.conf").write_text("trust-model always\nno-auto-check-trustdb\n")
        env = {"PATH": os.environ["PATH"], "GNUPGHOME": home, "HOME": home, "GIT_CONFIG_NOSYSTEM": "1", "LC_ALL": "C.UTF-8"}
        for key in trust.openpgp:
            subprocess.run(["gpg", "--batch", "--import"], input=key.certificate, env=env, capture_output=True, check=False)
        started = time.perf_counter()
        said = subprocess.run(["git", "--git-dir", repository, "log", "--no-walk=unsorted", "--stdin", "--format=%H %G?"],
                              input="\n".join(oids).encode() + b"\n", env=env, capture_output=True, check=True)  # fmt: skip
        taken = time.perf_counter() - started
        subprocess.run(["gpgconf", "--homedir", home, "--kill", "all"], check=False)
    return dict(line.split() for line in said.stdout.decode().splitlines()), taken  # type: ignore[misc]


def mix(items: list[tuple[str, Signed]], trailers: tuple[str, ...]) -> collections.Counter[str]:
    found: collections.Counter[str] = collections.Counter()
    for _, signed in items:
        try:
            signature = parse_signature(unarmor(signed.block, trailers))
            found[f"{NAMES[signature.algorithm]} {signature.digest}"] += 1
        except Refused as refused:
            found[str(refused.outcome)] += 1
    return found


def compare(repository: str, keys: str, trailers: tuple[str, ...] = (), oids: list[str] | None = None) -> tuple[str, bool]:
    """A report (Markdown), and whether every difference is a listed one. `oids`: the commits, all of them if None."""
    trust = Trust(openpgp=tuple(
        OpenPgpKey(principal=one.fingerprint, fingerprint=one.fingerprint, certificate=one.certificate.encode())
        for one in import_openpgp(keys)
    ))  # fmt: skip
    if oids is None:
        listed = subprocess.run(["git", "--git-dir", repository, "rev-list", "--all"], capture_output=True, check=True)
        oids = listed.stdout.decode().split()
    items = objects(repository, oids)
    oids = [oid for oid, _ in items]
    letters, by_git = git_says(repository, trust, oids)
    text = f"{len(oids)} commits with an OpenPGP signature, {len(trust.openpgp)} certificates.\n\n"
    text += ", ".join(f"{kind} {count}" for kind, count in mix(items, trailers).most_common()) + ".\n\n"
    text += f"| program | seconds | ratio |\n|---|---|---|\n| git log --format=%G? | {by_git:.2f} | 1 |\n"
    found: dict[str, str] = {}
    for jobs in (1, 2):
        found, taken = _fresh(repository, keys, oids, jobs, trailers)
        text += f"| gitward, {jobs} job{'s' if jobs > 1 else ''} | {taken:.2f} | {by_git / taken:.1f} |\n"
    pairs = collections.Counter((letters[oid], found[oid]) for oid in oids)
    text += "\n| git | gitward | commits | |\n|---|---|---|---|\n"
    closed = set(found) == set(oids)
    for (letter, status), count in pairs.most_common():
        reason = "" if status in SAME[letter] else LISTED.get((letter, status)) or LISTED.get(("*", status), "NOT LISTED")
        closed = closed and reason != "NOT LISTED"
        text += f"| {letter} | {status} | {count} | {reason} |\n"
    return text, closed


def _fresh(repository: str, keys: str, oids: list[str], jobs: int, trailers: tuple[str, ...]) -> tuple[dict[str, str], float]:
    """What a process of its own says, and the seconds from its start to its end."""
    with tempfile.TemporaryDirectory() as folder:
        ready = Path(folder) / "trust.json"
        ready.write_text(json.dumps([(one.fingerprint, one.certificate) for one in import_openpgp(keys)]))
        command = [sys.executable, __file__, "--verify", repository, str(ready), str(jobs), *trailers]
        started = time.perf_counter()
        done = subprocess.run(command, input="\n".join(oids).encode(), capture_output=True, check=True)
        return json.loads(done.stdout), time.perf_counter() - started


def made(folder: Path, count: int, algorithm: str) -> tuple[str, str]:
    """A repository of so many commits signed with gpg, and the ring with their key."""
    home = folder / "home"
    home.mkdir(mode=0o700)
    env = {"PATH": os.environ["PATH"], "GNUPGHOME": str(home), "HOME": str(home), "GIT_CONFIG_NOSYSTEM": "1"}
    gpg = ["gpg", "--batch", "--quiet", "--pinentry-mode", "loopback", "--passphrase", ""]
    git = ["git", "--git-dir", str(folder / "repo")]

    def run(command: list[str], stdin: bytes = b"") -> bytes:
        return subprocess.run(command, input=stdin, env=env, capture_output=True, check=True).stdout

    run([*gpg, "--quick-gen-key", "Bench <bench@bench.example>", algorithm, "sign", "never"])
    run([*git, "init", "--quiet", "--bare"])
    tree = run([*git, "mktree"]).decode().strip()
    oid = ""
    for number in range(count):
        who = f"Bench <bench@bench.example> {1_700_000_000 + number} +0000"
        parent = f"parent {oid}\n" if oid else ""
        head, body = f"tree {tree}\n{parent}author {who}\ncommitter {who}\n", f"\ncommit {number}\n"
        block = run([*gpg, "--armor", "--detach-sign"], (head + body).encode()).decode().replace("\n", "\n ").rstrip(" ")
        oid = run([*git, "hash-object", "-t", "commit", "-w", "--stdin"], f"{head}gpgsig {block}{body}".encode()).decode().strip()
    run([*git, "update-ref", "refs/heads/main", oid])
    (folder / "ring").write_bytes(run([*gpg, "--export"]))
    subprocess.run(["gpgconf", "--homedir", home, "--kill", "all"], check=False)
    return str(folder / "repo"), str(folder / "ring")


def main(arguments: list[str]) -> int:
    if arguments[:1] == ["--verify"]:
        repository, ready, jobs, *trailers = arguments[1:]
        trust = Trust(openpgp=tuple(
            OpenPgpKey(principal=fingerprint, fingerprint=fingerprint, certificate=text.encode())
            for fingerprint, text in json.loads(Path(ready).read_text())
        ))  # fmt: skip
        print(json.dumps(verify(repository, trust, sys.stdin.read().split(), int(jobs), tuple(trailers))))
        return 0
    with tempfile.TemporaryDirectory(prefix="pgp-") as folder:
        if arguments[0] == "--made":
            arguments[:] = made(Path(folder), int(arguments[1]), arguments[2])
        text, closed = compare(arguments[0], arguments[1], tuple(arguments[2:]))
    print(text)
    return 0 if closed else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
