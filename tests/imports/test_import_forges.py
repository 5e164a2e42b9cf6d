"""GitLab's push rules and GitHub's rulesets: each rule, the refs, and what has no equivalent."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gitward import rules as known
from gitward.errors import UsageError
from gitward.imports import read
from gitward.imports.github_rules import ENTRIES, NONE
from gitward.imports.write import write
from gitward.patterns import matches_ref, matches_whole
from gitward.policy.load import load_with_tests
from gitward.policy.testing import run_tests
from soaking import examples

PUSH_RULE = {
    "id": 1, "project_id": 3, "commit_message_regex": "^[A-Z]+-[0-9]+ ", "commit_message_negative_regex": "ssh\\:\\/\\/",
    "branch_name_regex": "^(main|feature/.+)$", "deny_delete_tag": True, "created_at": "2026-01-01T00:00:00Z",
    "member_check": True, "prevent_secrets": True, "author_email_regex": "@example\\.com$", "file_name_regex": "(jar|exe)$",
    "max_file_size": 5, "commit_committer_check": False, "commit_committer_name_check": None,
    "reject_unsigned_commits": True, "reject_non_dco_commits": True,
}  # fmt: skip


def found(data: Any, name: str = "export.json"):
    return read(json.dumps(data).encode(), name)


def lines(data: Any) -> list[str]:
    return [note.line for note in write(found(data), "export.json").notes]


def ruleset(*rules: dict[str, Any], **others: Any) -> dict[str, Any]:
    return {"name": "main", "target": "branch", "enforcement": "active", "rules": list(rules), **others}


def test_a_whole_push_rule():
    said = found(PUSH_RULE)
    assert [(each.rule, each.refs, each.options) for each in said.proposals] == [
        ("subject-pattern", (), {"pattern": "^[A-Z]+-[0-9]+ ", "merges": "judge"}),
        ("subject-pattern", (), {"pattern": "ssh\\:\\/\\/", "merges": "judge", "negate": True}),
        ("ref-name", ("refs/heads/**",), {"pattern": ".*(?:^(main|feature/.+)$).*"}),
        ("no-ref-deletion", ("refs/tags/**",), {}),
        ("secret-files", (), {}),
        ("ident", (), {"who": ("author",), "emails": ".*(?:@example\\.com$).*", "placeholders": "allow"}),
        ("file-size", (), {"max": "5MiB"}),
        ("signed-off-by", (), {"merges": "judge"}),
    ]
    notes = lines(PUSH_RULE)
    assert any(line.startswith("gitlab member_check = true: no equivalent: who is a member is") for line in notes)
    assert any(line.startswith("gitlab file_name_regex = (jar|exe)$: no equivalent: changed-paths takes globs") for line in notes)
    assert "gitlab commit_committer_check = false: off: not set" in notes
    assert any(line.startswith("gitlab reject_unsigned_commits = true: no equivalent: signed-commit asks") for line in notes)
    later = {line.rpartition(" ")[2] for line in notes if ": later: comes with rule " in line}
    assert later == {"secret-files", "ident", "file-size"} - set(known.NAMES)


def test_what_is_written_of_a_push_rule_holds_its_tests():
    text = write(found(PUSH_RULE), "export.json").text
    policy, tests = load_with_tests({"p": text.encode()}.get, "p", "p")
    assert run_tests(policy, tests).faults == ()


@pytest.mark.parametrize(("name", "matches"), [("feature/x", True), ("main", True), ("xmain", False), ("feature/", False)])
def test_a_pattern_that_is_found_anywhere_keeps_its_anchors(name, matches):
    pattern = str(found({"branch_name_regex": PUSH_RULE["branch_name_regex"]}).proposals[0].options["pattern"])
    assert matches_whole(pattern, name) == matches


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"commit_message_regex": "(?!x)"}, "not importable: pattern '(?!x)' is not one that RE2 takes"),
        ({"deny_delete_tag": True, "strange": 1}, "gitlab strange = 1: no equivalent: no push rule that is known here"),
        ({"deny_delete_tag": "yes"}, "gitlab deny_delete_tag = yes: no equivalent"),
        ({"deny_delete_tag": True, "max_file_size": 2.5}, "gitlab max_file_size = 2.5: no equivalent: only whole numbers"),
        ({"deny_delete_tag": True, "max_file_size": True}, "gitlab max_file_size = true: no equivalent"),
    ],
)
def test_push_rules_that_are_not_taken(data, said):
    assert [line for line in lines(data) if said in line]


RULES = [
    {"type": "deletion"}, {"type": "non_fast_forward"}, {"type": "required_linear_history"}, {"type": "required_signatures"},
    {"type": "pull_request", "parameters": {"required_approving_review_count": 2}},
    {"type": "commit_message_pattern", "parameters": {"operator": "starts_with", "pattern": "PROJ-", "name": "Ticket!"}},
    {"type": "commit_message_pattern", "parameters": {"operator": "contains", "pattern": "W.P", "negate": True}},
    {"type": "commit_author_email_pattern", "parameters": {"operator": "ends_with", "pattern": "@example.com"}},
    {"type": "committer_email_pattern", "parameters": {"operator": "regex", "pattern": "@example[.]com$"}},
    {"type": "branch_name_pattern", "parameters": {"operator": "regex", "pattern": "^(main|x/.+)$"}},
    {"type": "file_path_restriction", "parameters": {"restricted_file_paths": ["ci/**", "*.lock"]}},
    {"type": "file_extension_restriction", "parameters": {"restricted_file_extensions": ["*.jar", ".exe", "zip"]}},
    {"type": "max_file_path_length", "parameters": {"max_file_path_length": 200}},
    {"type": "max_file_size", "parameters": {"max_file_size": 10}},
]  # fmt: skip


def test_each_rule_of_a_ruleset():
    assert [(each.rule, each.options) for each in found(ruleset(*RULES)).proposals] == [
        ("no-ref-deletion", {}), ("no-force-push", {}), ("linear-history", {}), ("approval", {"count": 2}),
        ("subject-pattern", {"pattern": r"^PROJ\-", "merges": "judge", "description": "Ticket!"}),
        ("subject-pattern", {"pattern": r"W\.P", "merges": "judge", "negate": True}),
        ("ident", {"who": ("author",), "emails": r".*(?:\@example\.com$).*", "placeholders": "allow"}),
        ("ident", {"who": ("committer",), "emails": ".*(?:@example[.]com$).*", "placeholders": "allow"}),
        ("ref-name", {"pattern": ".*(?:^(main|x/.+)$).*"}),
        ("changed-paths", {"deny": ("ci/**", "*.lock"), "names": "any"}),
        ("changed-paths", {"deny": ("*.jar", "*.exe", "*.zip"), "names": "any"}),
        ("changed-paths", {"max_length": 200, "names": "any"}),
        ("file-size", {"max": "10MiB"}),
    ]  # fmt: skip
    text = write(found(ruleset(*RULES)), "export.json").text
    policy, tests = load_with_tests({"p": text.encode()}.get, "p", "p")
    assert {entry.refs for entry in policy.entries[1:]} == {("refs/heads/**",)}
    # no message that is tried has W.P in it, and the comment over such an entry says so
    faults = {fault.entry for fault in run_tests(policy, tests).faults}
    assert faults == {"message-pattern"}
    assert text.count("# `gitward policy test` wants a change that this entry alone rejects") == 1


@pytest.mark.parametrize(
    ("include", "exclude", "inside", "outside"),
    [
        (["~DEFAULT_BRANCH"], [], ["refs/heads/main"], ["refs/heads/x", "refs/tags/main"]),
        (["~ALL"], ["refs/heads/dev/**/*"], ["refs/heads/a/b"], ["refs/heads/dev/x", "refs/heads/dev/x/y", "refs/tags/x"]),
        (["refs/heads/release/*"], [], ["refs/heads/release/1"], ["refs/heads/release/1/2", "refs/heads/release"]),
        (["refs/heads/release/**/*"], [], ["refs/heads/release/1", "refs/heads/release/1/2"], ["refs/heads/release"]),
        (["refs/heads/**/x"], [], ["refs/heads/x", "refs/heads/a/x", "refs/heads/a/b/x"], ["refs/heads/ax"]),
        (["qa"], [], ["refs/heads/qa"], ["refs/heads/qa/x"]),
        (["refs/heads/qa**"], [], ["refs/heads/qa", "refs/heads/qa-1"], ["refs/heads/q"]),
        (["~ALL"], ["refs/heads/x**"], ["refs/heads/x/y"], ["refs/heads/xy"]),
    ],
)
def test_refs(include, exclude, inside, outside):
    (proposal,) = found(
        ruleset({"type": "deletion"}, conditions={"ref_name": {"include": include, "exclude": exclude}})
    ).proposals
    assert [ref for ref in inside if not matches_ref(proposal.refs, ref)] == []
    assert [ref for ref in outside if matches_ref(proposal.refs, ref)] == []


def test_the_default_branch_is_a_guess_and_is_said_to_be():
    data = ruleset({"type": "deletion"}, conditions={"ref_name": {"include": ["~DEFAULT_BRANCH"], "exclude": []}})
    assert any("differs: which branch is the default one is GitHub's to know" in line for line in lines(data))


def test_enforcement_and_targets():
    data = [
        ruleset({"type": "deletion"}, enforcement="evaluate", target="tag"),
        ruleset({"type": "deletion"}, {"type": "non_fast_forward"}, enforcement="disabled", name="old"),
        ruleset({"type": "tag_name_pattern", "parameters": {"operator": "regex", "pattern": "^v"}}, target="tag"),
    ]
    said = found(data)
    assert [(each.rule, each.severity, each.refs) for each in said.proposals] == [
        ("no-ref-deletion", "warning", ("refs/tags/**",)),
        ("ref-name", "error", ("refs/tags/**",)),
    ]
    assert [note.line for note in said.notes] == [
        "github old: deletion: off: enforcement is disabled",
        "github old: non_fast_forward: off: enforcement is disabled",
    ]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (ruleset({"type": "creation"}), "github main: creation: no equivalent: who may create or move a ref is"),
        (ruleset({"type": "dreams", "parameters": {"a": 1}}), 'github main: dreams {"a": 1}: no equivalent: no rule that'),
        (ruleset({"type": "branch_name_pattern", "parameters": {"operator": "regex", "pattern": "x", "negate": True}}),
         "not importable: what must not match cannot be said of names here"),
        (ruleset({"type": "tag_name_pattern", "parameters": {"operator": "regex", "pattern": "x"}}), "its ruleset about"),
        (ruleset({"type": "commit_message_pattern", "parameters": {"operator": "sounds_like", "pattern": "x"}}),
         "not importable: no operator, or no pattern"),
        (ruleset({"type": "commit_message_pattern", "parameters": {"operator": "regex", "pattern": "(?<!a)b"}}),
         "is not one that RE2 takes"),
        (ruleset({"type": "file_path_restriction", "parameters": {"restricted_file_paths": ["a?"]}}), "importable: a path has"),
        (ruleset({"type": "deletion"}, conditions={"ref_name": {"include": ["x[12]"], "exclude": []}}), "has ? or [ ]"),
        (ruleset({"type": "deletion"}, conditions={"ref_name": {"include": [], "exclude": []}}), "conditions name no refs"),
        (ruleset({"type": "deletion"}, conditions={"ref_name": {"include": [3], "exclude": []}}), "conditions name no refs"),
        (ruleset({"type": "deletion"}, conditions={"repository_name": {"include": ["~ALL"]}}), "conditions.repository_name = "),
        (ruleset({"type": "deletion"}, bypass_actors=[{"actor_id": 5}]), "bypass_actors = "),
        (ruleset({"type": "deletion"}, target="moon"), "target moon is not known here"),
        (ruleset({"type": "deletion"}, strange=1), "github main: strange = 1: no equivalent"),
    ],
)  # fmt: skip
def test_what_is_said_of_the_rest(data, said):
    assert [line for line in lines(data) if said in line], lines(data)


@pytest.mark.parametrize(
    ("data", "kind", "said"),
    [
        (b"[]x", "github", "not JSON"),
        (b"3", "github", "ruleset 1 is no object"),
        (b'[{"id": 1, "name": "x"}]', "github", "ruleset 1 has no list of rules"),
        (b'{"rules": [3]}', "github", "a rule of unnamed is no object"),
        (b'{"rules": [], "rules": []}', "github", "the key 'rules' stands twice"),
        (b"[" * 100_000, "github", "nested too deep"),
        (b"[]", "gitlab", "push rules is no object"),
        (b'{"a": 1, "a": 1}', "gitlab", "the key 'a' stands twice"),
        (b'"\xff"', "gitlab", "byte 0xff is not UTF-8"),
    ],
)
def test_hostile_files(data, kind, said):
    with pytest.raises(UsageError) as caught:
        read(data, "x.json", kind)
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("data", "name", "kind"),
    [
        (PUSH_RULE, "x.json", "gitlab"),
        (ruleset(*RULES), "x.json", "github"),
        ([ruleset(*RULES)], "x.json", "github"),
        ({"extends": ["@commitlint/config-conventional"]}, "x.json", "commitlint"),
        ({"rules": {"header-trim": [2]}}, ".commitlintrc", "commitlint"),
    ],
)
def test_the_kind_is_told_by_name_and_content(data, name, kind):
    assert found(data, name).kind == kind


ANY = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.sampled_from(["", "x", "regex", "^a", "(", "~ALL", "refs/heads/**"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
        st.sampled_from(["operator", "pattern", "negate", "name", "restricted_file_paths", "max_file_size", "include"]), inner,
        max_size=4),
    max_leaves=8,
)  # fmt: skip


@settings(max_examples=examples(60), deadline=None)
@given(st.sampled_from([*ENTRIES, *NONE, "other"]), ANY, ANY)
def test_every_rule_is_an_entry_or_a_note(kind, parameters, conditions):
    data = ruleset({"type": kind, "parameters": parameters}, conditions=conditions)
    said = found(data)
    words = [*(each for proposal in said.proposals for each in proposal.settings), *(note.setting for note in said.notes)]
    assert any(each.startswith(f"github main: {kind}") for each in words)


@settings(max_examples=examples(60), deadline=None)
@given(st.dictionaries(st.sampled_from([*PUSH_RULE, "other"]), ANY, max_size=4))
def test_every_push_rule_is_an_entry_or_a_note(data):
    said = read(json.dumps(data).encode(), "x", "gitlab")
    words = [*(each for proposal in said.proposals for each in proposal.settings), *(note.setting for note in said.notes)]
    for name in data:
        assert name in ("id", "project_id", "created_at") or any(each.startswith(f"gitlab {name} = ") for each in words)
