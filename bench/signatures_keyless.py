"""Keyless signatures of a real history: gitward's statuses beside `openssl cms -verify` on the same bytes, and git's answer.

The repository holds commits signed by gitsign, `trusted_root` is the trusted_root.json of their Sigstore instance. openssl does
the arithmetic and the chain to the same authorities, at no time; the proof of the log it knows nothing of, so that is recomputed
by the plain implementation of the tests. Every commit is judged once as it is and once with a byte of its payload changed.
Identities are pinned as they stand in the certificates: whether a pin counts is tested elsewhere.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from base64 import b64encode
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests" / "signatures" / "x509"))

import signature_runs as runs
from measure import table
from x509_log import plain_fields, plain_root, record_of, sha

from gitward.model import Finding, KeylessKey, Proof, Signed, Trust
from gitward.signatures.x509 import X509Verifier, armor, cms, material
from gitward.signatures.x509 import keyless as fulcio

NAMES = ("openssl", "gitward's arithmetic", "log's proof, plainly", "gitward", "why", "git")


def keyless(repo: str, trusted_root: bytes, folder: Path) -> tuple[str, str, bool]:
    """Figures, table, and whether every verdict is as it should be. `folder` is for files that openssl reads."""
    (folder / "authorities.pem").write_bytes(_authorities(trusted_root))
    commits = runs.signed_with(repo, "--all", "x509")
    letters = _letters(repo, list(commits), folder)
    signatures = list(commits.values())
    identities = _identities(signatures)
    verifier = X509Verifier(Trust(keyless_root=trusted_root, keyless=identities))
    started = time.process_time()
    judged = _judged(verifier, signatures)
    seconds = time.process_time() - started
    ours, taken = runs.in_turn(repo, "--all", _policy(trusted_root, identities, folder), "--validity", "now")
    rows: Counter[tuple[str, ...]] = Counter()
    wrong = []
    for (oid, signed), (proof, finding) in zip(commits.items(), judged, strict=True):
        openssl, plain, said = _openssl(signed, folder), _plain(signed), ours[oid]
        rows[openssl, proof.outcome, plain, said["status"], said["detail"], letters[oid]] += 1
        same = (openssl == "good") == (proof.outcome == "good") and (plain == "holds") == (said["status"] == "good")
        if not same or said["status"] != finding.status:
            wrong.append(oid)
    altered = [Signed(payload=signed.payload[:-1] + b"~", block=signed.block) for signed in signatures]
    passed = [finding.status for _, finding in _judged(verifier, altered) if finding.status != "bad"]
    passed += [said for signed in altered if (said := _openssl(signed, folder)) != "bad"]
    project = Path(repo).parent.name
    figures = f"""## Keyless: {project}, {len(commits)} commits signed with gitsign

`gitward signatures --all`, {len(ours)} commits: {taken:.2f} s. Arithmetic, chain and proof of a commit take gitward
{seconds / len(commits) * 1e3:.2f} ms of one core.
"""
    verdicts = f"""## Keyless: {project}

{len(commits)} commits are signed with gitsign, by {len(identities)} identities.

{table((*NAMES, "commits"), [(*row, str(number)) for row, number in sorted(rows.items())])}
Verdicts that differ: {" ".join((str(len(wrong)), *wrong[:10]))}
With the last byte changed, {len(passed)} of {len(altered)} are anything but bad to gitward or openssl.
"""
    return figures, verdicts, not wrong and not passed


def _policy(trusted_root: bytes, identities: tuple[KeylessKey, ...], folder: Path) -> Path:
    """A policy that lists these identities."""
    (folder / "trusted_root.json").write_bytes(trusted_root)
    people = {
        f"signer-{place}": {"keys": [{"keyless": {"issuer": each.issuer, "subject": each.subject}}]}
        for place, each in enumerate(identities)
    }  # fmt: skip
    whole = {
        "version": 1, "policy": {"id": "keyless"}, "trust": {"keyless_root": "trusted_root.json"}, "principals": people,
        "rules": [{"rule": "signed-commit", "refs": ["refs/heads/**"]}],
    }  # fmt: skip
    (folder / "policy.yaml").write_text(json.dumps(whole))
    return folder / "policy.yaml"


def _judged(verifier: X509Verifier, signatures: list[Signed]) -> list[tuple[Proof, Finding]]:
    proofs = verifier.prove(signatures)
    return [(proof, verifier.find(proof, signed)) for proof, signed in zip(proofs, signatures, strict=True)]


def _authorities(trusted_root: bytes) -> bytes:
    chains = [part["certChain"]["certificates"] for part in json.loads(trusted_root)["certificateAuthorities"]]
    bodies = [one["rawBytes"] for chain in chains for one in chain]
    return "".join(f"-----BEGIN CERTIFICATE-----\n{body}\n-----END CERTIFICATE-----\n" for body in bodies).encode()


def _letters(repo: str, oids: list[str], folder: Path) -> dict[str, str]:
    """What git says where gitsign is not its program; whatever else is installed shall ask no network."""
    (folder / "gpgsm.conf").write_text("disable-dirmngr\ndisable-crl-checks\n")
    said, _ = runs.git_says(repo, oids, GNUPGHOME=str(folder))
    return {oid: each.letter for oid, each in said.items()}


def _identities(signatures: list[Signed]) -> tuple[KeylessKey, ...]:
    found = set()
    for signed in signatures:
        for certificate in material.brought(cms.read(armor.contents(signed.block)).certificates):
            if fulcio.is_keyless(certificate):
                found.add(fulcio.identity(certificate))
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
    leaf = next(one for one in material.brought(message.certificates) if fulcio.is_keyless(one))
    text = leaf.public_bytes(material.PEM)
    leaf_hash = sha(b"\0" + record_of(message.attributes, message.signature, text))
    root = plain_root(leaf_hash, proof.get(1, [0])[0], proof[3][0], proof[4])
    return "holds" if root and note[1:3] == [b"%d" % proof[3][0], b64encode(root)] else "does not hold"
