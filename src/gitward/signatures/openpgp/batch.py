"""Signatures verified by gpg, by the hundred in one process (gpg(1), --verify-files).

A signature packet in front of a literal packet with what was signed is a file that gpg verifies, and it takes many by name.
Without --batch, with which it would stop at the first that is bad. Its exit status says nothing about a file. Each batch begins
and ends with a signature that is good and one that is bad: if gpg does not say so, the batch counts for nothing.
"""

from __future__ import annotations

import os
import shutil
import tempfile

from gitward.errors import Undecided
from gitward.record import record
from gitward.signatures.openpgp import canary, packet, status

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from gitward.signatures.openpgp.packet import Signature
    from gitward.signatures.openpgp.runner import Gpg
    from gitward.signatures.openpgp.status import Verdict

MOST_FILES = 500
MOST_BYTES = 64 << 20
_NOT_TOLD_APART = "gpg does not tell a good signature from a bad one"


@record
class Question:
    """Is this a signature over these bytes?"""

    signature: Signature
    payload: bytes


def verify(gpg: Gpg, questions: Sequence[Question]) -> list[Verdict]:
    """The verdict about each, in order, by the keys in gpg's home folder, the canary's among them. Raises Undecided."""
    return [answer for part in _parts(questions) for answer in _verify_part(gpg, part)]


def _parts(questions: Sequence[Question]) -> Iterator[list[Question]]:
    part: list[Question] = []
    size = 0
    for question in questions:
        if part and (len(part) == MOST_FILES or size + len(question.payload) > MOST_BYTES):
            yield part
            part, size = [], 0
        part.append(question)
        size += len(question.payload)
    if part:
        yield part


def _verify_part(gpg: Gpg, part: list[Question]) -> list[Verdict]:
    signature = packet.parse_signature(canary.SIGNATURE)
    good = Question(signature=signature, payload=canary.TEXT)
    bad = Question(signature=signature, payload=canary.OTHER_TEXT)
    files = [good, bad, *part, good, bad]
    folder = tempfile.mkdtemp(dir=gpg.home)
    try:
        for place, question in enumerate(files):
            with open(os.path.join(folder, str(place)), "wb") as file:
                file.writelines((_framed(2, question.signature.packet), _framed(11, _LITERAL, question.payload)))
        names = [f"{os.path.basename(folder)}/{place}" for place in range(len(files))]  # gpg runs in its home folder
        output = gpg.run(["--status-fd", "1", "--ignore-time-conflict", "--verify-files", "--", *names]).output
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    said = status.per_file(output)
    answers = [_answer(said.get(name.encode()), question) for name, question in zip(names, files, strict=True)]
    for first, second in (answers[:2], answers[-2:]):
        if not (first and first.key == canary.FINGERPRINT and second and second.outcome == "bad"):
            raise Undecided(_NOT_TOLD_APART, "see what `gpg --version` says of this machine's GnuPG", "gpg-failed")
    return [answer or _verify_alone(gpg, question) for answer, question in zip(answers[2:-2], part, strict=True)]


_LITERAL = b"b\x00\x00\x00\x00\x00"  # binary, no name, no date (RFC 9580, 5.9)


def _framed(tag: int, *content: bytes) -> bytes:
    """A packet in the new form, its length in five bytes."""
    return bytes((0xC0 | tag, 0xFF)) + sum(map(len, content)).to_bytes(4, "big") + b"".join(content)


def _answer(lines: list[list[bytes]] | None, question: Question) -> Verdict | None:
    """What the status lines say, where they speak of this very signature."""
    verdict = status.verdict(lines) if lines is not None else None
    return verdict if verdict and verdict.created in (None, question.signature.created) else None


def _verify_alone(gpg: Gpg, question: Question) -> Verdict:
    """One signature as git verifies it: the signature in one file, what was signed in another."""
    folder = tempfile.mkdtemp(dir=gpg.home)
    try:
        for name, content in (("signature", _framed(2, question.signature.packet)), ("payload", question.payload)):
            with open(os.path.join(folder, name), "wb") as file:
                file.write(content)
        names = [f"{os.path.basename(folder)}/{name}" for name in ("signature", "payload")]
        answer = gpg.run(["--status-fd", "1", "--ignore-time-conflict", "--verify", "--", *names])
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    found = _answer(status.alone(answer.output), question)
    if found is None:
        raise Undecided(f"gpg gives no verdict on a signature: {answer.error or 'it says nothing'}", "", "gpg-failed")
    return found
