from __future__ import annotations

from typing import Any

import pytest
from hostile import BAD, refused_bad
from judging import Case, accepts, commit, judge, rejects
from pydantic_core import ValidationError

from gitward.policy.load import model
from gitward.rules import load
from gitward.rules.trailers import Key
from timing import cpu_within

REVIEW = Key(key="Reviewed-by", required=True)
REFS = Key(key="Refs", pattern="PROJ-[0-9]+|none")
CHANGE = Key(key="Change-Id", unique=True)
NO, PLACE = "there is no Reviewed-by trailer", "a Reviewed-by does not stand in the trailers"
FORM, SECOND, UNKNOWN = "is of another form", "a second Change-Id, first in line 3", "is known here"


def with_block(*lines: str) -> str:
    return "fix: x\n\n" + "".join(f"{line}\n" for line in lines)


def refuses(lines: tuple[str, ...] | str, says: str, at: Any, *keys: Key, **options: Any) -> Case:
    text = lines if isinstance(lines, str) else with_block(*lines)
    return rejects(text, says, at, keys=keys, **options)


def takes(lines: tuple[str, ...] | str, *keys: Key, **options: Any) -> Case:
    return accepts(lines if isinstance(lines, str) else with_block(*lines), keys=keys, **options)


REJECTED = [
    refuses("", NO, (None, None), REVIEW),
    refuses("fix: x", NO, (None, None), REVIEW),
    refuses("Reviewed-by: Ann", PLACE, (1, 1), REVIEW),
    refuses("fix: x\nReviewed-by: Ann", PLACE, (2, 1), REVIEW),
    refuses("fix: x\n\nreviewed-by: Ann\n\nMore text.\n", PLACE, (3, 1), REVIEW),
    refuses("fix: x\n\n Reviewed-by: Ann\n", NO, (None, None), REVIEW),
    refuses("fix: x\n\nA text.\nReviewed-by: Ann\n", PLACE, (4, 1), REVIEW),
    refuses(("Reviewed-by:",), "Reviewed-by has no value", (3, 1), REVIEW),
    refuses(("Reviewed-by:  ", "Reviewed-by:"), "Reviewed-by has no value", (3, 1), REVIEW),
    refuses(("Reviewed by: Ann",), NO, (None, None), REVIEW),
    refuses(("Tested-by: Ann",), NO, (None, None), REVIEW),
    refuses(("Reviewed-by: Ann",), NO.replace("Reviewed", "Acked"), None, REVIEW, Key(key="Acked-by", required=True)),
    refuses(("Refs: PROJ-12a",), FORM, (3, 1), REFS),
    refuses(("Refs: see PROJ-12",), FORM, (3, 1), REFS),
    refuses(("Refs: PROJ-12", "Refs: PROJ-x"), FORM, (4, 1), REFS),
    refuses(("refs: nonexistent",), FORM, (3, 1), REFS),
    refuses(("Refs:",), "an empty value of Refs", (3, 1), REFS),
    refuses(("Refs: PROJ-1", "  2"), '"PROJ-1 2" of Refs', (3, 1), REFS),
    refuses(("Change-Id: I1", "Change-Id: I1"), SECOND, (4, 1), CHANGE),
    refuses(("Change-Id: I1", "Refs: x", "CHANGE-ID: I2"), SECOND, (5, 1), CHANGE),
    refuses(("Change-Id: I1", "change-id:"), SECOND, (4, 1), CHANGE),
    refuses(("Reviewd-by: Ann",), f'no trailer "Reviewd-by" {UNKNOWN}', (3, 1), REFS, others="refuse"),
    refuses(("Refs: none", "Note: x", "note: y"), f'"Note" {UNKNOWN}', (4, 1), REFS, others="refuse"),
    refuses("fix: x\r\n\r\nNote: x\r\n", UNKNOWN, (3, 1), REFS, others="refuse"),
    refuses("fix: x\n\nbody\n\n---\nx\n\nNote: x\n", UNKNOWN, (8, 1), REFS, others="refuse"),
    refuses(("Note: x", "(cherry picked from commit 1111111)"), UNKNOWN, (3, 1), REFS, others="refuse"),
]
ACCEPTED = [
    takes(("Reviewed-by: Ann",), REVIEW),
    takes(("REVIEWED-BY : Ann",), REVIEW),
    takes(("Reviewed-by:", "Reviewed-by: Ann"), REVIEW),
    takes(("Reviewed-by: Ann", "Reviewed-by: Bob", "Tested-by: Carol"), REVIEW),
    takes("fix: x\r\n\r\nReviewed-by: Ann\r\n", REVIEW),
    takes("fix: x\n\nReviewed-by: Ann", REVIEW),
    takes("fix: x\n\nReviewed-by:\n Ann\n", REVIEW),
    takes("fix: x\n\nbody\n\n---\nx\n\nReviewed-by: Ann\n", REVIEW),
    takes("fix: x\n\nReviewed-by: Ann\n\n(cherry picked from commit 1111111)\n", REVIEW),
    takes(("Refs: PROJ-12",), REFS),
    takes(("Refs: PROJ-12", "refs: none"), REFS),
    takes("fix: x\n\nRefs: PROJ-x is in the body.\n\nRefs: none\n", REFS),
    takes("fix: x", REFS, CHANGE),
    takes("", REFS, CHANGE, others="refuse"),
    takes(("Change-Id: I1",), CHANGE),
    takes("fix: x\n\nChange-Id: I1\n\nChange-Id: I2\n", CHANGE),
    takes(("Refs: none", "refs: PROJ-1"), REFS, others="refuse"),
    takes(("(cherry picked from commit 1111111)",), REFS, others="refuse"),
    takes("fix: x\n\nNote: text\n\nbecause this ends it\n", REFS, others="refuse"),
    takes("fix: x\n\nhttps://example.com/1\nRefs: none\n", REFS, others="refuse"),
    takes(("Note: x",), REFS),
]


@pytest.mark.parametrize("case", REJECTED, ids=str)
def test_rejected(case: Case) -> None:
    case.check("trailers")


@pytest.mark.parametrize("case", ACCEPTED, ids=str)
def test_accepted(case: Case) -> None:
    case.check("trailers")


def test_all_that_is_wrong_is_said_in_the_order_of_the_policy() -> None:
    rule = load("trailers")(keys=(REVIEW, CHANGE, REFS), others="refuse")
    found = judge(rule, commit(with_block("Note: x", "Refs: x", "Change-Id: 1", "Change-Id: 2", "Also: y")))
    assert [(each.message.split(",")[0], each.line) for each in found] == [
        (NO, None), ("a second Change-Id", 6), ('the value "x" of Refs is of another form', 4),
        ('no trailer "Note" is known here', 3), ('no trailer "Also" is known here', 7),
    ]  # fmt: skip
    assert found[-1].fix == "known here: Reviewed-by, Change-Id, Refs"


def test_of_many_unknown_keys_ten_are_named() -> None:
    rule = load("trailers")(keys=(REFS,), others="refuse")
    assert len(judge(rule, commit(with_block(*(f"Key-{number}: x" for number in range(1000)))))) == 10


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"keys": [{"key": "Refs"}]}, "it asks for nothing"),
        ({"keys": [{"key": "Refs", "required": "false"}]}, "it asks for nothing"),
        ({"keys": [{"key": "Refs", "unique": "true"}, {"key": "REFS"}]}, "the key 'REFS' is in `keys` twice"),
        ({"keys": [{"key": "Refs:", "unique": "true"}]}, "'Refs:' is no key of a trailer"),
        ({"keys": [{"key": "Réfs", "unique": "true"}]}, "'Réfs' is no key of a trailer"),
        ({"keys": [{"key": "", "unique": "true"}]}, "'' is no key of a trailer"),
        ({"keys": []}, "at least 1 item"),
        ({"keys": [{"key": f"K{number}", "unique": "true"} for number in range(101)]}, "at most 100 items"),
        ({"keys": [{"key": "Refs", "pattern": "(?=x)"}]}, "is not one that RE2 takes"),
        ({"keys": [{"required": "true"}]}, "Field required"),
        ({"others": "refuse"}, "Field required"),
    ],
)
def test_what_cannot_be_asked_is_refused(options: dict[str, Any], says: str) -> None:
    with pytest.raises(ValidationError) as refused:
        model(load("trailers")).validate_python(options)
    assert says in str(refused.value)


def test_bad_input() -> None:
    assert refused_bad("trailers", keys=(REVIEW,)) == set(BAD)
    assert refused_bad("trailers", keys=(REFS, CHANGE)) == set()
    assert refused_bad("trailers", keys=(CHANGE,), others="refuse") == {"100,000 trailers"}


def test_a_hundred_keys_that_are_missing_take_no_time() -> None:
    keys = tuple(Key(key=f"Key-{number}", required=True) for number in range(100))
    subject = commit(b"x\n\n" + b"Key-: \xc4\xb0\n" * 100_000 + b"\nx\nKEY-99: x\ntext\n")
    with cpu_within(5):
        found = judge(load("trailers")(keys=keys), subject)
    assert [each.line for each in found] == [None] * 99 + [100_005]
