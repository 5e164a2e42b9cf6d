"""Whether what a statement of gitward's own says makes sense: full object ids, its subjects, sorted lists."""

from __future__ import annotations

import re
from itertools import pairwise

from gitward.model import OUTCOME_OF_CODE, Approval, Closing, Decided, Evidence, Waiver, is_zero

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from gitward.model.statements import Said

EVERYTHING = ("*",)
STAGES = ("receive", "ci", "deploy")
MODES = ("enforce", "evaluate")
_OID = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_ID = re.compile(r"[0-9a-f]{64}")


def problem(said: Said, subjects: tuple[str, ...]) -> str:
    """What is against it, '' for nothing."""
    if isinstance(said, Approval):
        if not all(_OID.fullmatch(oid) for oid in (said.base, said.commit, said.tree)):
            return "its base, commit and tree are not full object ids"
        is_whole = subjects == (said.commit,) and not is_zero(said.commit)
        return "" if is_whole else "its subject is not the commit that it approves"
    if isinstance(said, Waiver):
        return _problem_of_waiver(said, subjects)
    if isinstance(said, Decided):
        return _problem_of_decided(said, subjects)
    if isinstance(said, Evidence):
        return ""
    if not _ID.fullmatch(said.statement):
        return "it names no statement: 64 hexadecimal digits"
    if isinstance(said, Closing):
        return "" if _is_about_none(subjects) else "a closing is about no commit: its subject is the zero oid"
    return ""


def _problem_of_waiver(said: Waiver, subjects: tuple[str, ...]) -> str:
    if not said.entries or ("*" in said.entries and said.entries != EVERYTHING):
        return "it names no entries, or everything beside some"
    if said.entries == EVERYTHING:
        fits = not said.commits and _is_about_none(subjects) and said.ref.startswith("refs/")
        return "" if fits else "a waiver of everything is for one ref and about no commit: its subject is the zero oid"
    named = tuple(oid for oid in said.commits if not is_zero(oid))  # of a deletion, what is there afterwards is no object
    return "" if named == subjects else "its subjects are not the commits that it waives"


def _problem_of_decided(said: Decided, subjects: tuple[str, ...]) -> str:
    if not _OID.fullmatch(said.base) or len(said.base) != len(said.commit) or is_zero(said.commit):
        return "its base and its commit are not full object ids"
    if subjects != (said.commit,):
        return "its subject is not the commit that was judged"
    if said.stage not in STAGES or said.outcome not in OUTCOME_OF_CODE.values() or not said.ref.startswith("refs/"):
        return "its stage, its outcome or its ref is none that there is"
    for each in said.policies:
        if not _ID.fullmatch(each.digest) or each.mode not in MODES:
            return "a policy in it has no digest, or no mode that there is"
        if not all(map(_is_ascending, (each.violated, each.waived, each.undecided))):
            return "the entries of a policy in it are not sorted, each once"
    named = [(each.id, each.digest, each.mode) for each in said.policies]
    return "" if _is_ascending(named) else "its policies are not sorted, each once"


def _is_ascending(values: Sequence[Any]) -> bool:
    return all(one < two for one, two in pairwise(values))


def _is_about_none(subjects: tuple[str, ...]) -> bool:
    return len(subjects) == 1 and is_zero(subjects[0])
