"""A decision as a flat list of findings, for the formats that know files and lines, not commits and refs.

A commit message is no file, so each finding gets a path that stands for what was judged: `commits/<oid>`, the ref's own
name, `message` for a draft, `push` for a whole push, `gitward` for what could not be decided; and the real path where a
rule names one.
"""

from __future__ import annotations

import hashlib

from gitward.record import record
from gitward.render.counts import number, undecided
from gitward.render.escape import visible
from gitward.render.place import is_message, place
from gitward.render.waived import justification

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Literal

    from gitward.model import Decision, Result, Violation

    Level = Literal["error", "warning", "note"]


NOWHERE = "gitward"


@record
class Finding:
    """One violation, or (then `is_undecided`) one reason why an entry is undecided, or what was found and not kept.

    `index` is that of the result in the decision. `text` and `fix` are escaped, `path` is not: its bytes are the
    original's (surrogateescape). `line` and `column` count from 1. `fingerprint` is 32 hex digits, the same in every
    run over the same facts, unique in a report. `waived` is '' or says by whom it was let go; then it is a note.
    """

    index: int
    entry: str
    level: Level
    text: str
    fingerprint: str
    is_undecided: bool = False
    path: str = NOWHERE
    line: int = 1
    column: int | None = None
    fix: str = ""
    waived: str = ""


def level(decision: Decision, result: Result) -> Level:
    """`note` for what a policy in evaluate finds: it denies nothing, whatever its severity."""
    return result.severity if decision.policies[result.policy].mode == "enforce" else "note"


def findings(decision: Decision) -> Iterator[Finding]:
    """In the order of the results; of each the violations that were kept, then the rest, then what is undecided."""
    seen: dict[str, int] = {}
    for index, result in enumerate(decision.results):
        entry, severity = result.entry, level(decision, result)
        of = (decision.policies[result.policy].id, entry)
        found = [(violation, "") for violation in result.violations]
        found += [(violation, justification(waived)) for waived in result.let_go for violation in waived.violations]
        for violation, waived in found:
            path = _path(violation)
            yield Finding(
                index=index,
                entry=entry,
                level="note" if waived else severity,
                text=visible(f"{place(violation)}: {violation.message}"),
                fingerprint=_fingerprint(seen, *of, path, violation.line, violation.column, violation.message),
                path=path,
                line=violation.line or 1,
                column=violation.column,
                fix=visible(violation.fix),
                waived=visible(waived),
            )
        if more := result.violation_count - len(result.violations):
            text, fingerprint = f"{number(more, 'more violation')} found", _fingerprint(seen, *of, "more")
            yield Finding(index=index, entry=entry, level=severity, text=text, fingerprint=fingerprint)
        for reason, count in undecided(result):
            text = visible(f"undecided, {number(count, 'time')}: {reason}")
            fingerprint = _fingerprint(seen, *of, "undecided", reason)
            yield Finding(
                index=index, entry=entry, level=severity, text=text, fingerprint=fingerprint, is_undecided=True
            )


def _path(violation: Violation) -> str:
    if violation.path is not None:
        return violation.path
    if violation.commit:
        return f"commits/{violation.commit}"
    return "message" if is_message(violation) else violation.ref or "push"


def _fingerprint(seen: dict[str, int], *parts: object) -> str:
    """A digest of what the finding is; of equal ones the second and later are told apart by their number."""
    key = "\0".join(map(str, parts))
    seen[key] = seen.get(key, 0) + 1
    return hashlib.sha256(f"{key}\0{seen[key]}".encode("utf-8", "surrogateescape")).hexdigest()[:32]
