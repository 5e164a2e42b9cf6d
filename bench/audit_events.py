"""What the event of a decision costs: building it (a push pays that), validating one of 900 bytes (a verifier a million)."""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Callable
from pathlib import Path

from measure import table

from gitward import clock
from gitward.audit import schema
from gitward.audit.claims import Claims
from gitward.audit.event import decision_item
from gitward.audit.happenings import happening
from gitward.engine import conclude
from gitward.model import Brought, Change, Decision, PolicyInfo, RefUpdate, Result, Violation
from gitward.record import replace

BUILDING, VALIDATING = 1_000.0, 30.0  # microseconds: of a push that is allowed, of an event of 900 bytes
UPDATE = RefUpdate(ref="refs/heads/main", old="1" * 40, new="2" * 40, ancestry="ff")
CLAIMS = Claims(session="5f0c2b3e-4711-90210", repository="/srv/git/x.git", address="127.0.0.1", transport="ssh")


def audit_events(_: Path) -> tuple[str, bool]:
    allowed = _decision(())
    message = 'the subject "handle UTF-8 in paths" names no ticket, https://ann:hunter2@git.example.com/x'
    many = _decision((Violation(message=message, entry="e", commit="3" * 40, ref="refs/heads/main"),) * 100)
    update = {"alias": "", "old": "1" * 40, "new": "2" * 40, "ancestry": "ff"}
    listed = [{"ref": f"refs/heads/topic-{number}", **update} for number in (1, 2, 3)]
    small = json.loads(happening("ref.updated", session={"id": CLAIMS.session}, repository=CLAIMS.repository, updates=listed,
                                 update_count=3, updates_evidence=None))  # fmt: skip
    decided = json.loads(decision_item(allowed, CLAIMS).event)
    rows = [
        ("building: an allowed push", _microseconds(lambda: decision_item(allowed, CLAIMS), 300), BUILDING),
        ("building: 700 violations, each with a secret", _microseconds(lambda: decision_item(many, CLAIMS), 5), None),
        (f"validating: {len(json.dumps(small))} bytes", _microseconds(lambda: schema.problem(small), 3_000), VALIDATING),
        (f"validating: {len(json.dumps(decided))} bytes", _microseconds(lambda: schema.problem(decided), 3_000), None),
    ]
    shown = [(name, f"{found:.1f} us", f"{limit:.0f} us" if limit else "-") for name, found, limit in rows]
    text = "## Events: processor time for one\n\n" + table(("what", "median", "budget"), shown)
    return text, all(found <= limit for _, found, limit in rows if limit)


def _decision(violations: tuple[Violation, ...]) -> Decision:
    change = Change(stage="receive", time=clock.now(), updates=(UPDATE,), known=frozenset())
    results = tuple(
        Result(entry=f"entry-{number}", rule="subject-length", severity="error", policy=0, passed=3, violated=len(violations),
               violation_count=len(violations), violations=violations) for number in range(7)
    )  # fmt: skip
    return replace(
        conclude((), change, [], decision_id=clock.new_id(), version="1"), results=results,
        policies=(PolicyInfo(id="p", digest="d" * 64, source="/etc/gitward/p.yaml", mode="enforce"),),
        brought=Brought(authors=(("Ann", "ann@example.com"),), author_count=1, files=3, insertions=5, deletions=1, diff="0" * 64),
    )  # fmt: skip


def _microseconds(once: Callable[[], object], rounds: int) -> float:
    """The median of nine measurements, each of so many rounds."""
    once()
    found = []
    for _ in range(9):
        begin = time.process_time()
        for _ in range(rounds):
            once()
        found.append((time.process_time() - begin) / rounds * 1e6)
    return statistics.median(found)
