"""Keyless signatures of a real history: gitward's statuses beside `openssl cms -verify` on the same bytes, and git's answer.

KEYLESS_HISTORY=PATH names a repository with commits signed by gitsign, TRUSTED_ROOT=FILE the trusted_root.json of its Sigstore
instance. openssl does the arithmetic and the chain to the same authorities, at no time; the proof of the log it knows nothing
of, so that is recomputed by the plain implementation of the tests. Every commit is judged once as it is and once with a byte
of its payload changed. Identities are pinned as they stand in the certificates: whether a pin counts is tested elsewhere.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from base64 import b64encode
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests" / "signatures" / "x509"))

from x509_log import plain_fields, plain_root, record_of, sha

from gitward.gitobject.signed import format_of, signed_commit
from gitward.model import Finding, KeylessKey, Proof, Signed, Trust
from gitward.repository import open_repository
from gitward.signatures.x509 import X509Verifier, armor, cms, keyless, material

NAMES = "openssl | arithmetic | log's proof, plainly | gitward | why | git"


def measure(repo: str, trusted_root: bytes, folder: Path) -> tuple[str, bool]:
    """The report, and whether every verdict is as it should be. `folder` is for files that openssl reads."""
    (folder / "authorities.pem").write_bytes(_authorities(trusted_root))
    commits = _commits(repo)
    letters = _letters(repo, list(commits), folder)
    signatures = list(commits.values())
    verifier = X509Verifier(Trust(keyless_root=trusted_root, keyless=_identities(signatures)))
    started = time.process_time()
    judged = _judged(verifier, signatures)
    seconds = time.process_time() - started
    rows: Counter[tuple[str, ...]] = Counter()
    wrong = []
    for (oid, signed), (proof, finding) in zip(commits.items(), judged, strict=True):
        openssl, plain = _openssl(signed, folder), _plain(signed)
        rows[openssl, proof.outcome, plain, finding.status, finding.detail, letters[oid]] += 1
        same = (openssl == "good") == (proof.outcome == "good") and (plain == "holds") == (finding.status == "good")
        if not same:
            wrong.append(oid)
    altered = [Signed(payload=signed.payload[:-1] + b"~", block=signed.block) for signed in signatures]
    passed = [finding.status for _, finding in _judged(verifier, altered) if finding.status != "bad"]
    passed += [said for signed in altered if (said := _openssl(signed, folder)) != "bad"]
    lines = [f"| {' | '.join(row)} | {number} |" for row, number in sorted(rows.items())]
    columns = NAMES.count("|") + 2
    text = f"""## Keyless: {Path(repo).parent.name}, {len(commits)} commits signed with gitsign

| {NAMES} | commits |
|{"---|" * columns}
{chr(10).join(lines)}

Verdicts that differ: {len(wrong)} {" ".join(wrong[:10])}
With the last byte changed, {len(passed)} of {len(altered)} are anything but bad to gitward or openssl.
A commit takes gitward {seconds / len(commits) * 1e3:.2f} ms of one core, arithmetic, chain and proof.
"""
    return text, not wrong and not passed


def _judged(verifier: X509Verifier, signatures: list[Signed]) -> list[tuple[Proof, Finding]]:
    proofs = verifier.prove(signatures)
    return [(proof, verifier.find(proof, signed)) for proof, signed in zip(proofs, signatures, strict=True)]


def _authorities(trusted_root: bytes) -> bytes:
    chains = [part["certChain"]["certificates"] for part in json.loads(trusted_root)["certificateAuthorities"]]
    bodies = [one["rawBytes"] for chain in chains for one in chain]
    return "".join(f"-----BEGIN CERTIFICATE-----\n{body}\n-----END CERTIFICATE-----\n" for body in bodies).encode()


def _git(repo: str, *arguments: str, stdin: bytes = b"", **more: str) -> bytes:
    environment = {"PATH": os.environ["PATH"], "HOME": "/nonexistent", "GIT_CONFIG_NOSYSTEM": "1", "LC_ALL": "C.UTF-8", **more}
    command = ["git", "--git-dir", repo, *arguments]
    return subprocess.run(command, input=stdin, capture_output=True, check=True, env=environment).stdout


def _commits(repo: str) -> dict[str, Signed]:
    oids = _git(repo, "rev-list", "--all").decode().split()
    with open_repository(repo) as repository:
        return {
            oid: signed for oid, _, raw in repository.read_many(oids)
            if (signed := signed_commit(raw)) and format_of(signed.block) == "x509"
        }  # fmt: skip


def _letters(repo: str, oids: list[str], folder: Path) -> dict[str, str]:
    """What git says where gitsign is not its program; whatever else is installed shall ask no network."""
    (folder / "gpgsm.conf").write_text("disable-dirmngr\ndisable-crl-checks\n")
    said = _git(repo, "log", "--no-walk=unsorted", "--stdin", "--format=%H %G?", stdin="\n".join(oids).encode(),
                GNUPGHOME=str(folder))  # fmt: skip
    return dict(line.split() for line in said.decode().splitlines())


def _identities(signatures: list[Signed]) -> tuple[KeylessKey, ...]:
    found = set()
    for signed in signatures:
        for certificate in material.brought(cms.read(armor.contents(signed.block)).certificates):
            if keyless.is_keyless(certificate):
                found.add(keyless.identity(certificate))
    return tuple(KeylessKey(principal=subject, issuer=issuer, subject=subject) for issuer, subject in sorted(found))


def _openssl(signed: Signed, folder: Path) -> str:
    (folder / "payload").write_bytes(signed.payload)
    (folder / "signature").write_bytes(armor.contents(signed.block))
    command = ["openssl", "cms", "-verify", "-binary", "-inform", "DER", "-in", "signature", "-content", "payload", "-CAfile",
               "authorities.pem", "-no-CApath", "-purpose", "any", "-no_check_time", "-out", "/dev/null"]  # fmt: skip
    return "bad" if subprocess.run(command, cwd=folder, capture_output=True, check=False).returncode else "good"


def _plain(signed: Signed) -> str:
    """Whether the log's proof leads to the root in its checkpoint, counted from the top of the tree to the bottom."""
    message = cms.read(armor.contents(signed.block))
    entries = [entry for entry in message.log_entries if entry[:1] == b"\x04"]  # OCTET STRING
    if not entries:
        return "other form" if message.log_entries else "none"
    length = entries[0][1]
    entry = plain_fields(entries[0][2 + (length & 0x7F if length > 0x7F else 0) :])
    proof = plain_fields(entry[6][0])
    note = plain_fields(proof[5][0])[1][0].split(b"\n")
    leaf = next(one for one in material.brought(message.certificates) if keyless.is_keyless(one))
    text = leaf.public_bytes(material.PEM)
    leaf_hash = sha(b"\0" + record_of(message.attributes, message.signature, text))
    root = plain_root(leaf_hash, proof.get(1, [0])[0], proof[3][0], proof[4])
    return "holds" if root and note[1:3] == [b"%d" % proof[3][0], b64encode(root)] else "does not hold"


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        text, is_right = measure(os.environ["KEYLESS_HISTORY"], Path(os.environ["TRUSTED_ROOT"]).read_bytes(), Path(folder))
    print(text)
    sys.exit(not is_right)


if __name__ == "__main__":
    main()
