"""Any bytes in any text of a decision: the event is canonical, valid, one line, within its size, and nothing is lost.

The oracle for the canonical form is the rfc8785 package.
"""

from __future__ import annotations

import json
from typing import Any

import rfc8785
from hypothesis import given, settings
from hypothesis import strategies as st

from gitward.audit import event, personal, schema
from gitward.audit.claims import Claims
from gitward.audit.log import Item
from gitward.audit.personal import Value
from gitward.audit.redaction import redacted
from gitward.canonical import canonical, text
from gitward.engine import conclude
from gitward.model import Actor, Brought, Change, Decision, Failure, PolicyInfo, RefUpdate, Result, Violation
from gitward.record import replace

ID, TIME = "01KBQ7Z3N40000000000000001", "2026-01-15T09:00:00.000000Z"
HOSTILE = (
    '\n{"event":{"class":"log.started"},"seq":1}\n', "\r\n\x00\x07\x1b[2J\x1b]0;x\x07", "\u202e\u2066gpj.exe\u2069",
    "\u2028\u2029\x85\x7f\x9b31m",
    '"},"prev":"', "\\u000a\\", "\ud800\udfff", "\udcff\udc80", "\U0010ffff",
    "ann <ann@example.com>", "https://ann:hunter2@git.example.com/x", "{}", "\ufeff", "a\u0300\u200b",
)  # fmt: skip
LONG = ("x" * 5_000, "\x00" * 5_000, "\ud800" * 5_000)
ANY = st.one_of(
    st.binary(max_size=80).map(lambda raw: raw.decode("utf-8", "surrogateescape")), st.text(max_size=40), st.sampled_from(HOSTILE)
)


def decision_of(words: list[str], repeat: int = 1) -> tuple[Decision, Claims]:
    """A decision that has these fourteen words wherever it can have a text."""
    (ref, alias, claim, detail, more, message, path, reason, source, ticket, name, address, option, repository) = words
    update = RefUpdate(ref=ref, alias=alias, old="0" * 40, new="1" * 40, ancestry="create")
    result = Result(
        entry="e", rule="r", severity="error", policy=0, violated=1, undecided=1, violation_count=1,
        violations=(Violation(message=message, path=path, ref=ref, entry="e", commit="1" * 40),) * min(repeat, 5),
        reasons=(("undecided", reason, 1),) * min(repeat, 5),
    )  # fmt: skip
    change = Change(stage="receive", time=TIME, updates=(update,) * repeat, known=frozenset(), actor=Actor(claim=claim))
    decision = replace(
        conclude((), change, [], decision_id=ID, version="1"),
        policies=(PolicyInfo(id="p", digest="d", source=source, mode="enforce"),),
        results=(result,) * repeat,
        failure=Failure(reason="crashed", message="m", exit_code=3, turn="developer", detail=detail),
        details=(more,) * repeat,
        brought=Brought(authors=((name, address),) * min(repeat, 50), tickets=(ticket,) * min(repeat, 50)),
    )  # fmt: skip
    claims = Claims(session="s", repository=repository, address=address, transport="ssh", options=(option,) * min(repeat, 20),
                    option_count=repeat)  # fmt: skip
    return decision, claims


def holds(item: Item) -> dict[str, Any]:
    """The event, joined, if it is all that an event must be."""
    stored = json.loads(item.event)
    assert rfc8785.dumps(stored) == item.event == canonical(stored)
    assert schema.problem_of_bytes(item.event, stored) == ""
    assert len(item.event) <= event.MAXIMUM
    assert min(item.event) >= 0x20
    assert min(item.personal, default=0x20) >= 0x20
    side = json.loads(item.personal or b'{"id":"%s","values":[]}' % ID.encode())
    assert side["id"] == ID
    return personal.joined(stored, [Value(path=path, salt=salt, value=value) for path, salt, value in side["values"]])


def shown(value: str, limit: int = 400) -> Any:
    return text(redacted(value[: limit + 4_096])[0][:limit])


@settings(max_examples=80, deadline=None)
@given(st.lists(ANY, min_size=14, max_size=14))
def test_any_text_in_any_field(words: list[str]) -> None:
    (ref, alias, claim, detail, more, message, path, reason, source, ticket, name, address, option, repository) = words
    found = holds(event.decision_item(*decision_of(words), 5))
    (update,), (result,) = found["updates"], found["results"]
    assert (update["ref"], update["alias"]) == (text(ref[:4096]), text(alias[:4096]))
    assert found["actor"]["claim"] == (text(claim[:400]) if claim else None)
    assert found["session"]["address"] == (text(address[:100]) if address else None)
    assert found["session"]["push_options"] == [text(redacted(option[:4496], is_option=True)[0][:400])]
    assert found["repository"] == (text(repository[:4096]) if repository else None)
    assert found["decision"]["failure"]["detail"] == shown(detail or "m", 4_000)
    assert found["decision"]["details"] == [shown(more)]
    assert (result["violations"][0]["message"], result["reasons"][0][1]) == (shown(message), shown(reason))
    assert result["violations"][0]["path"] == (text(path[:4096]) if path else path)
    assert found["policies"][0]["source"] == text(source[:4096])
    assert found["change"]["authors"] == [text(f"{name} <{address}>"[:400])]
    assert found["change"]["tickets"] == [shown(ticket, 200)]


@settings(max_examples=6, deadline=None)
@given(st.lists(ANY | st.sampled_from(LONG), min_size=14, max_size=14), st.sampled_from([12, 30]))
def test_as_much_of_it_as_fits(words: list[str], repeat: int) -> None:
    decision, claims = decision_of(words, repeat)
    item = event.decision_item(decision, claims)
    found = holds(item)
    assert (found["update_count"], found["result_count"], found["results"] == []) == (repeat, repeat, not found["results"])
    names = sorted(each["of"] for each in found["evidence"])
    kept = {name: json.loads(blob) for name, blob in zip(names, item.evidence, strict=True)}
    if len(found["updates"]) < repeat:
        assert kept["updates"] == event.updates(decision.updates)
    if len(found["results"]) < repeat:
        assert len(kept["results"]) == repeat
