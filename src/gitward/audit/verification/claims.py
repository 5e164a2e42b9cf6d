"""Checkpoints that are held against a log: its own, and those that a verifier kept. Each claims a size and a root."""

from __future__ import annotations

import os
from functools import lru_cache

from gitward.audit import folder
from gitward.audit.verification.findings import BROKEN, INCOMPLETE, UNVERIFIABLE
from gitward.errors import GitwardError
from gitward.regularfile import content, why
from gitward.tlog import checkpoint, note

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gitward.audit.logkeys import KeyHistory
    from gitward.audit.verification.findings import Findings
    from gitward.tlog.checkpoint import Checkpoint
    from gitward.tlog.note import Note, PublicKey

OWN = folder.CHECKPOINT


class Claim:
    """One checkpoint. `root` is the log's root at its size, once the lines have been read so far."""

    def __init__(self, name: str, said: Checkpoint, *, is_kept: bool) -> None:
        self.name, self.said, self.is_kept = name, said, is_kept
        self.root: bytes | None = None
        self.is_reached = False
        self.signers: tuple[PublicKey, ...] = ()
        self.is_usable = True  # its root is the truth for the entries that it covers

    @property
    def agrees(self) -> bool:
        return self.root == self.said.root


def own(directory: str, findings: Findings) -> Claim | None:
    """The checkpoint in the folder, None where there is none that can be used."""
    try:
        return Claim(OWN, checkpoint.read(content(os.path.join(directory, OWN), checkpoint.MAXIMUM)), is_kept=False)
    except FileNotFoundError:
        findings.add("signature", INCOMPLETE, OWN, "is missing: the log's own word for its size and root")
    except OSError as problem:
        findings.add("signature", BROKEN, OWN, f"cannot be read: {why(problem)}")
    except GitwardError as problem:
        findings.add("signature", BROKEN, OWN, problem.message)
    except ValueError as problem:
        findings.add("signature", BROKEN, OWN, str(problem))
    return None


def kept(name: str, data: bytes, findings: Findings) -> Claim | None:
    """A checkpoint that the verifier kept, None for what is none."""
    try:
        return Claim(name, checkpoint.read(data), is_kept=True)
    except GitwardError as problem:
        findings.add("last seen", UNVERIFIABLE, name, problem.message)
        return None


def judge_own(claim: Claim, origin: str, keys: KeyHistory | None, trusted: tuple[PublicKey, ...], findings: Findings,
              *, has_gaps: bool) -> None:  # fmt: skip
    """Whether a key of the log signed its own checkpoint."""
    claim.is_usable = False
    if claim.said.origin != origin:
        findings.add("signature", BROKEN, OWN, "is a checkpoint of another log")
        return
    try:
        claim.signers = _signed_by(claim, keys, trusted)
    except GitwardError as problem:
        findings.add("signature", BROKEN, OWN, problem.message)
        return
    claim.is_usable = bool(claim.signers)
    if not claim.signers:
        code = INCOMPLETE if has_gaps else BROKEN
        findings.add("signature", code, OWN, "no key that the log names for this size signed it")


def judge_kept(claim: Claim, origin: str, keys: KeyHistory | None, trusted: tuple[PublicKey, ...],
               findings: Findings) -> None:  # fmt: skip
    """Whether a kept checkpoint is one of this log, and whole. Its root counts under an unknown key too: the verifier kept it."""
    if claim.said.origin != origin:
        claim.is_usable = False
        findings.add("last seen", UNVERIFIABLE, claim.name, "is a checkpoint of another log")
        return
    try:
        claim.signers = _signed_by(claim, keys, trusted)
    except GitwardError as problem:
        claim.is_usable = False
        findings.add("last seen", UNVERIFIABLE, claim.name, f"is damaged: {problem.message}")
        return
    if not claim.signers:
        findings.add("last seen", UNVERIFIABLE, claim.name, "is signed by no key that the log names for its size")


def _signed_by(claim: Claim, keys: KeyHistory | None, trusted: tuple[PublicKey, ...]) -> tuple[PublicKey, ...]:
    """Raises GitwardError where a signature says that it is of such a key, and does not fit."""
    known = dict.fromkeys((*(keys.signers(claim.said.size) if keys else ()), *trusted))
    return _verified(claim.said.note, tuple(known)) if claim.said.note else ()


@lru_cache(maxsize=64)
def _verified(signed: Note, keys: tuple[PublicKey, ...]) -> tuple[PublicKey, ...]:
    """A verifier's last checkpoint is mostly the log's own."""
    return note.verified(signed, keys)
