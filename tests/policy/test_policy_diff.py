"""What changed between two policies, each way, each key, and every option of every rule."""

from __future__ import annotations

import json

import pytest
from policies import policy, rules

from gitward import rules as known
from gitward.errors import PolicyError
from gitward.policy import directions, option_directions
from gitward.policy.diff import diff, is_safe, plain, text
from gitward.policy.grammar import Case
from gitward.policy.hints import hints

OID, OTHER = "8c66e680c52af5586b93ad370f087017e0328c95", "9" * 40


def ways(old: str, new: str, **files: str) -> list[tuple[str, str, str]]:
    """(way, entry, key) of each difference between two policies."""
    return [(change.way, change.entry, change.key) for change in diff(policy(old, **files), policy(new, **files))]


def of_entries(old: str, new: str) -> list[tuple[str, str]]:
    """(way, key) of the differences between two policies of one entry."""
    return [(way, key) for way, _, key in ways(rules(old), rules(new))]


# options of one entry, old and new, and what is said; turned round, weaker and stricter change places
CHANGES = [
    ("rule: subject-length", "rule: subject-length, max: 80", [("weaker", "max")]),
    ("rule: subject-length", "rule: subject-length, min: 1", [("weaker", "min")]),
    ("rule: subject-length", "rule: subject-length, min: 1, max: 60", [("weaker", "min"), ("stricter", "max")]),
    ("rule: subject-length", "rule: subject-length, severity: warning", [("weaker", "severity")]),
    ("rule: subject-length, merges: judge", "rule: subject-length", [("weaker", "merges")]),
    ("rule: subject-length", "rule: subject-length, since: baseline", [("weaker", "since")]),
    ("rule: subject-length", f"rule: subject-length, since: {{commits: [{OID}]}}", [("weaker", "since")]),
    ("rule: subject-length", f"rule: subject-length, exempt: [{{commit: {OID}}}]", [("weaker", "exempt")]),
    ("rule: message-encoding", "rule: message-encoding, allow: [bidi]", [("weaker", "allow")]),
    ("rule: malformed-object", "rule: malformed-object, headers: [build-id]", [("weaker", "headers")]),
    ("rule: body-required, min: 20", "rule: body-required, min: 19", [("weaker", "min")]),
    ("rule: body-required", "rule: body-required, unless_types: [docs]", [("weaker", "unless_types")]),
    ("rule: body-line-length", "rule: body-line-length, exempt_lines: '^x'", [("weaker", "exempt_lines")]),
    ("rule: conventional-commit, types: [fix]", "rule: conventional-commit, types: [fix, x]", [("weaker", "types")]),
    ("rule: conventional-commit, types: [fix]", "rule: conventional-commit", [("weaker", "types")]),
    ("rule: conventional-commit, scopes: [a, b]", "rule: conventional-commit, scopes: [a, b, c]", [("weaker", "scopes")]),
    ("rule: conventional-commit, require_scope: true", "rule: conventional-commit", [("weaker", "require_scope")]),
    ("rule: conventional-commit, breaking: forbid", "rule: conventional-commit, breaking: explain", [("weaker", "breaking")]),
    ("rule: conventional-commit, case: exact", "rule: conventional-commit", [("weaker", "case")]),
    ("rule: ticket-reference, count: 2", "rule: ticket-reference", [("weaker", "count")]),
    ("rule: ticket-reference", "rule: ticket-reference, allow: [UTF]", [("weaker", "allow")]),
    ("rule: ticket-reference, in: [subject]", "rule: ticket-reference", [("weaker", "in")]),
    ("rule: subject-style", "rule: subject-style, white_space: false", [("weaker", "white_space")]),
    ("rule: subject-style", "rule: subject-style, trailing_punctuation: '.'", [("weaker", "trailing_punctuation")]),
    ("rule: subject-style, case: lower", "rule: subject-style", [("weaker", "case")]),
    ("rule: signed-off-by, by: author", "rule: signed-off-by", [("weaker", "by")]),
    ("rule: ref-namespace", "rule: ref-namespace, allow: ['refs/**']", [("weaker", "allow")]),
    ("rule: ref-namespace", "rule: ref-namespace, tag_name: last-part", [("weaker", "tag_name")]),
    ("rule: push-limits, commits: 5, bytes: 1KiB", "rule: push-limits, bytes: 1KiB", [("weaker", "commits")]),
    ("rule: push-limits, commits: 5", "rule: push-limits, commits: 6", [("weaker", "commits")]),
    ("rule: no-fixup", "rule: no-fixup, refs: [refs/heads/main]", [("weaker", "refs")]),
    ("rule: no-fixup", "rule: no-fixup, refs: ['refs/heads/**', '!refs/heads/x']", [("weaker", "refs")]),
]  # fmt: skip
DIFFERENT = [
    ("rule: ref-name, pattern: 'a.*'", "rule: ref-name, pattern: '.*'", [("different", "pattern")]),
    ("rule: subject-pattern, pattern: a", "rule: subject-pattern, pattern: a, negate: true", [("different", "negate")]),
    ("rule: subject-length", "rule: subject-length, unit: code-points", [("different", "unit")]),
    ("rule: body-line-length, exempt_lines: a", "rule: body-line-length, exempt_lines: b", [("different", "exempt_lines")]),
    ("rule: subject-style, case: lower", "rule: subject-style, case: sentence", [("different", "case")]),
    ("rule: signed-off-by, by: author", "rule: signed-off-by, by: committer", [("different", "by")]),
]
SAME = [
    ("rule: no-fixup", "rule: no-fixup", []),
    ("rule: no-fixup", "rule: no-fixup, message: see the handbook", [("same", "message")]),
    ("rule: subject-pattern, pattern: a", "rule: subject-pattern, pattern: a, description: b", [("same", "description")]),
    ("rule: no-fixup, refs: [refs/a/a, refs/b/b]", "rule: no-fixup, refs: [refs/b/b, refs/a/a]", [("same", "refs")]),
    ("rule: no-fixup", "rule: no-fixup, refs: ['refs/heads/**', refs/heads/x]", [("same", "refs")]),
    ("rule: ticket-reference, in: [subject, body]", "rule: ticket-reference, in: [body, subject]", [("same", "in")]),
]  # fmt: skip
TURNED = {"weaker": "stricter", "stricter": "weaker"}


@pytest.mark.parametrize(("old", "new", "said"), CHANGES + DIFFERENT + SAME)
def test_an_entry(old, new, said):
    assert of_entries(old, new) == said
    assert of_entries(new, old) == [(TURNED.get(way, way), key) for way, key in said]


def test_values_that_move_go_both_ways():
    old = f"rule: no-fixup, exempt: [{{commit: {OID}}}]"
    assert of_entries(old, f"rule: no-fixup, exempt: [{{commit: {OTHER}}}]") == [("weaker", "exempt"), ("stricter", "exempt")]
    old = f"rule: no-fixup, since: {{commits: [{OID}]}}"
    assert of_entries(old, "rule: no-fixup, since: baseline") == [("weaker", "since"), ("stricter", "since")]
    old = "rule: no-fixup, refs: [refs/heads/main, 'refs/heads/release/**']"
    new = "rule: no-fixup, refs: [refs/heads/main, refs/heads/dev]"
    assert of_entries(old, new) == [("stricter", "refs"), ("weaker", "refs")]


def test_a_loss_that_cannot_be_shown_is_different_and_not_safe():
    new = "rule: no-fixup, refs: ['refs/heads/*', 'refs/heads/*/**', refs/tags/x]"
    changes = diff(policy(rules("rule: no-fixup")), policy(rules(new)))
    assert [change.way for change in changes] == ["stricter", "different"]
    assert not is_safe(changes)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("rule: no-fixup", "rule: linear-history", [("stricter", "linear-history"), ("weaker", "no-fixup")]),
        ("rule: no-fixup, id: x", "rule: no-force-push, id: x", [("stricter", "x"), ("weaker", "x")]),
    ],
)
def test_another_entry(old, new, said):
    assert [(way, entry) for way, entry, key in ways(rules(old), rules(new)) if key == "entry"] == said


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("mode: enforce\n", "mode: evaluate\n", [("weaker", "mode")]),
        ("mode: evaluate\n", "", [("stricter", "mode")]),
        ("audit: required\n", "", [("weaker", "audit")]),
        ("", "audit: required\n", [("stricter", "audit")]),
        ("audit: required\nunaudited-updates: deny\n", "audit: required\n", [("weaker", "unaudited-updates")]),
        ("", "unaudited-updates: deny\n", [("stricter", "audit"), ("stricter", "unaudited-updates")]),
        ("", "landing: squash\n", [("weaker", "landing")]),
        ("landing: squash\n", "", [("weaker", "landing")]),
        ("landing: squash\n", "landing: [{refs: [refs/heads/main], method: squash}]\n", [("weaker", "landing")]),
    ],
)
def test_the_policy_itself(old, new, said):
    head = "version: 1\npolicy: {id: test}\n"
    entry = "rule: no-fixup"
    assert [(way, key) for way, _, key in ways(rules(entry, head=head + old), rules(entry, head=head + new))] == said


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("id: a, revision: 3", "id: a, revision: 4", [("same", "revision")]),
        ("id: a, revision: 3", "id: a, revision: 2", [("weaker", "revision")]),
        ("id: a, revision: 3", "id: a", [("weaker", "revision")]),
        ("id: a", "id: a, revision: 2", [("same", "revision")]),
        ("id: a", "id: b", [("different", "id")]),
    ],
)
def test_who_the_policy_is(old, new, said):
    both = [rules("rule: no-fixup", head=f"version: 1\npolicy: {{{who}}}\n") for who in (old, new)]
    assert [(way, key) for way, _, key in ways(*both)] == said


def test_a_ref_set_that_shrank_shows_in_every_entry_that_uses_it():
    text = "version: 1\npolicy: {{id: a}}\nrefsets: {{protected: [{}]}}\nrules:\n"
    text += "  - {{rule: no-fixup, refs: [protected]}}\n  - {{rule: linear-history, refs: [protected]}}\n"
    old, new = text.format("refs/heads/main, 'refs/heads/release/**'"), text.format("refs/heads/main")
    assert ways(old, new) == [("weaker", "no-fixup", "refs"), ("weaker", "linear-history", "refs")]


BASE = "version: 1\nrules: [{rule: no-fixup}, {rule: subject-length}]\n"
EXTENDS = "version: 1\npolicy: {id: a}\nextends: [base.yaml]\n"


def test_dropped_and_replaced_entries_of_an_extended_file_are_weaker():
    said = ways(EXTENDS, EXTENDS + "rules: [{drop: no-fixup}]\n", base=BASE)
    assert said == [("weaker", "no-fixup", "drops"), ("weaker", "no-fixup", "entry")]
    stricter = EXTENDS + "rules: [{rule: subject-length, replace: subject-length, max: 50}]\n"
    assert ways(EXTENDS, stricter, base=BASE) == [("weaker", "subject-length", "replaces"), ("stricter", "subject-length", "max")]


def test_what_was_dropped_before_is_no_change():
    old = EXTENDS + "rules: [{drop: no-fixup}]\n"
    assert ways(old, EXTENDS + "# a line more\nrules: [{drop: no-fixup}]\n", base=BASE) == []
    assert ways(old, EXTENDS, base=BASE) == [("stricter", "no-fixup", "entry")]


def test_the_gate_is_one_entry_whatever_it_is_called():
    assert ways(rules("rule: no-fixup"), rules("rule: no-fixup", "rule: malformed-object, id: gate")) == []


def test_text_and_plain_form():
    old, new = policy(rules("rule: subject-length")), policy(rules("rule: subject-length, max: 80, severity: warning"))
    changes = diff(old, new)
    assert text(changes).splitlines() == [
        "weaker     [subject-length] severity: error -> warning  (p.yaml:4)",
        "weaker     [subject-length] max: 72 -> 80  (p.yaml:4)",
        "weaker: 2 weaker, 0 different, 0 stricter, 0 same",
    ]
    form = json.loads(json.dumps(plain(old, new, changes)))
    assert form["version"] == 1
    assert form["counts"] == {"weaker": 2, "different": 0, "stricter": 0, "same": 0}
    assert form["changes"][1] == {
        "way": "weaker", "entry": "subject-length", "key": "max", "words": "72 -> 80", "old": 72, "new": 80, "place": "p.yaml:4",
    }  # fmt: skip
    assert text(diff(old, old)) == "no difference"
    assert text(diff(new, old)).splitlines()[-1] == "not weaker: 0 weaker, 0 different, 2 stricter, 0 same"


def test_every_option_of_every_rule_has_a_direction():
    """Whoever adds an option says here which way it goes: `unknown` where no value refuses more than another."""
    missing = {name: set(hints(known.load(name))) - set(option_directions.OPTIONS.get(name, {})) for name in known.NAMES}
    assert {name: options for name, options in missing.items() if options} == {}
    stale = {name: set(option_directions.OPTIONS[name]) - set(hints(known.load(name))) for name in known.NAMES}
    assert {name: options for name, options in stale.items() if options} == {}
    assert set(option_directions.OPTIONS) >= set(known.NAMES)


def test_an_option_without_a_direction_is_not_called_safe(monkeypatch):
    monkeypatch.setitem(option_directions.OPTIONS, "subject-length", {})
    assert of_entries("rule: subject-length", "rule: subject-length, max: 60") == [("different", "max")]


def test_policies_that_are_invalid_have_no_difference():
    with pytest.raises(PolicyError):
        ways(rules("rule: no-fixup"), rules("rule: no-fixups"))


GLOBS = [
    (directions.denied_paths, ("a",), ("a", "b"), ["stricter"]),
    (directions.denied_paths, ("a",), ("a", "!b"), ["weaker"]),
    (directions.allowed_paths, ("a",), ("b",), ["weaker", "stricter"]),
    (directions.allowed_paths, ("a", "!b"), ("a",), ["weaker"]),
    (directions.allowed_paths_or_all, ("a",), (), ["weaker"]),
    (directions.allowed_paths_or_all, (), ("a",), ["stricter"]),
    (directions.allowed_paths_or_all, ("a",), ("a", "b"), ["weaker"]),
]


@pytest.mark.parametrize(("comparison", "old", "new", "ways_found"), GLOBS)
def test_globs_of_paths(comparison, old, new, ways_found):
    assert [way for way, _ in comparison(old, new)] == ways_found


def test_values_that_are_records_have_words_and_a_plain_form():
    value = (Case(message="x"),)
    assert '"message": "x"' in directions.shown(value)
    assert json.loads(json.dumps(value, default=directions.plain))[0]["message"] == "x"
