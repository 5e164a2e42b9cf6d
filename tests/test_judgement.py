from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gitward.judgement import judgement, judgement_of_report
from gitward.model import Decision, PolicyInfo, RefUpdate, Result, Violation
from gitward.record import replace
from gitward.render import render

RULES = ("subject-length", "body-line-length")
POLICY = PolicyInfo(id="p", digest="0" * 64, source="p.yaml", mode="enforce")
LONG = Violation(message="80 columns, 72 allowed", fix="shorten it", line=1, column=73, subject="s")


def decision(*results: Result, **more: object) -> Decision:
    given = {"id": "1", "stage": "ci", "time": "t", "version": "0.1.0", "policies": (POLICY,), "updates": ()}
    return Decision(**{**given, "results": results, **more})


def result(entry: str, *violations: Violation, **more: object) -> Result:
    given = {"rule": "subject-length", "severity": "error", "policy": 0, "violation_count": len(violations)}
    counts = {"violated": 1} if violations else {"passed": 1}
    return Result(entry=entry, violations=violations, **{**given, **counts, **more})


def test_the_bytes() -> None:
    judged = decision(
        result("subject", LONG),
        result("lines", Violation(message='a "b"\n\x1b é', line=3), Violation(message="x"), rule="body-line-length"),
        result("forced", Violation(message="forced"), rule="no-force-push"),
        result("empty"),
    )
    assert judgement(judged, RULES).decode() == (
        '[["empty","passed",[]],'
        '["lines","violated",[[3,null,"a \\"b\\"\\n\\u001b é"],[null,null,"x"]]],'
        '["subject","violated",[[1,73,"80 columns, 72 allowed"]]]]'
    )


def test_stage_ref_oid_time_fix_and_order_are_no_part_of_it() -> None:
    other = Violation(message="again", line=2)
    draft = decision(result("a", LONG, other), result("b"))
    pushed = decision(
        result("b"),
        result(
            "a", replace(other, commit="1" * 40, fix="x"), replace(LONG, commit="1" * 40, ref="refs/heads/x", fix="")
        ),
        id="2",
        stage="receive",
        time="later",
        commits=1,
        updates=(RefUpdate(ref="refs/heads/x", old="0", new="1", ancestry="ff"),),
    )
    assert judgement(draft, RULES) == judgement(pushed, RULES)


@pytest.mark.parametrize(
    "changed",
    [
        replace(LONG, line=2),
        replace(LONG, column=None),
        replace(LONG, message="81 columns, 72 allowed"),
    ],
)
def test_line_column_and_message_are(changed: Violation) -> None:
    assert judgement(decision(result("a", changed)), RULES) != judgement(decision(result("a", LONG)), RULES)


def test_outcome_and_entry_are() -> None:
    passed = judgement(decision(result("a")), RULES)
    assert passed != judgement(decision(result("a", passed=0, not_applicable=1)), RULES)
    assert passed != judgement(decision(result("b")), RULES)
    assert passed != judgement(decision(result("a"), result("b")), RULES)


def test_only_the_rules_that_are_asked_for_count() -> None:
    judged = decision(result("a"), result("f", Violation(message="forced"), rule="no-force-push"))
    assert judgement(judged, RULES) == judgement(decision(result("a")), RULES)
    assert judgement(judged, ("no-force-push",)) == b'[["f","violated",[[null,null,"forced"]]]]'


@settings(deadline=None)
@given(st.lists(st.builds(Violation, message=st.text(st.characters(exclude_categories=())))))
def test_the_report_of_another_process_gives_the_same(violations: list[Violation]) -> None:
    judged = decision(result("a", *violations), result("a"))
    report = json.loads(render("json", judged))
    assert judgement_of_report(report, RULES) == judgement(judged, RULES)


def test_what_is_no_report_is_refused() -> None:
    with pytest.raises(KeyError):
        judgement_of_report({"error": "no"}, RULES)
