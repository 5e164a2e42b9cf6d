"""Reverts: which subjects say that a commit is one, and which commits it names.

Source: git-revert(1), and sequencer.c for what git writes: `This reverts commit OID.`, of a merge with `, reversing
changes made to OID.` behind it, with --reference `OID (subject, date)`. People write `This reverts commits A, B and C.`
"""

from __future__ import annotations

import re

from gitward.errors import Undecided
from gitward.model import Question

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from gitward.model import Commit, Message, Trailer

_REVERTS = ('Revert "', 'Reapply "')
_LINE = "This reverts commit"
MOST = 100  # commits that are looked up for one revert

_OID = r"[0-9a-f]{7,64}(?![0-9A-Za-z])"
_NAMED = rf"{_OID}(?:[ \n]\([^()\n]*\))?"
_NEXT = r"(?:,[ \n](?:and[ \n])?|[ \n](?:and|&)[ \n]|\.\.\.?)"
# compiled by `re` with the first revert: most messages that a hook judges are none
_GENERATED = (
    rf"(?m)^{_LINE}s?:?[ \n]({_NAMED}(?:{_NEXT}{_NAMED})*)(?:,[ \n]reversing[ \n]changes[ \n]made[ \n]to[ \n]{_OID})?[.,]?"
)
_BY_FORGE = r"(?m)^Reverts [^\s#]*#[0-9]+$"
_OIDS = rf"(?<![0-9A-Za-z#/_-]){_OID}"
_ASIDE = r"\([^()\n]*\)"


def is_revert(subject: str) -> bool:
    """Whether a subject has the form that `git revert` writes: `Revert "..."`, or `Reapply "..."` for its revert."""
    return subject.startswith(_REVERTS) and subject.endswith('"') and len(subject) > len(_REVERTS[1])


def claims_revert(subject: str) -> bool:
    """Whether a subject begins as a revert's does, whatever follows: forges put `(#12)` behind it."""
    return subject.startswith(_REVERTS)


def reverted(message: Message) -> tuple[str, ...]:
    """The oids in lines that begin `This reverts commit`, which may be cut to 7 digits: each once, at most MOST."""
    lines = message.lines[message.body_index :]
    if not any(line.startswith(_LINE) for line in lines):
        return ()
    found = (oid for match in re.finditer(_GENERATED, "\n".join(lines)) for oid in _oids(re.sub(_ASIDE, "", match[1])))
    return tuple(dict.fromkeys(found))[:MOST]


def in_trailers(trailers: Iterable[Trailer], keys: tuple[str, ...]) -> tuple[str, ...]:
    """The oids in trailers with these keys, in small letters: each once, at most MOST."""
    values = (trailer.value for trailer in trailers if trailer.key.lower() in keys)
    return tuple(dict.fromkeys(oid for value in values for oid in _oids(value)))[:MOST]


def reason(body: Sequence[str]) -> str:
    """What a body says besides what git and forges write into it: '' where that is all."""
    text = re.sub(_GENERATED, "", "\n".join(body))
    return re.sub(_BY_FORGE, "", text).strip(" \t\r\n.,")


def questions(oids: Iterable[str]) -> list[Question]:
    """Whether each of these commits is an ancestor."""
    return [Question(kind="ancestor", value=oid) for oid in oids]


def strangers(commit: Commit, asked: Iterable[Question]) -> list[str]:
    """The oids that are no ancestors of the commit. Raises Undecided where that could not be found out of each."""
    found = []
    for question in asked:
        answer = commit.answers.get(question)
        if answer is None:
            raise Undecided(f"cannot tell whether {question.value[:12]} is an ancestor", reason="unknown-ancestor")
        if not answer:
            found.append(question.value)
    return found


def _oids(text: str) -> list[str]:
    return re.findall(_OIDS, text)
