"""commitlint's configuration: each rule with its levels, in JSON and in YAML, and what is a program."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gitward.errors import UsageError
from gitward.imports import read
from gitward.imports.commitlint_rules import NONE
from gitward.imports.write import write
from soaking import examples

NAME = ".commitlintrc.json"
RULES = [
    "body-case", "body-empty", "body-full-stop", "body-leading-blank", "body-max-length", "body-max-line-length",
    "body-min-length", "breaking-change-exclamation-mark", "footer-empty", "footer-leading-blank", "footer-max-length",
    "footer-max-line-length", "footer-min-length", "header-case", "header-full-stop", "header-max-length",
    "header-min-length", "header-trim", "references-empty", "scope-case", "scope-delimiter-style", "scope-empty",
    "scope-enum", "scope-max-length", "scope-min-length", "signed-off-by", "subject-case", "subject-empty",
    "subject-exclamation-mark", "subject-full-stop", "subject-max-length", "subject-min-length", "trailer-exists",
    "type-case", "type-empty", "type-enum", "type-max-length", "type-min-length",
]  # fmt: skip


def found(rules: dict[str, object], **others: object):
    return read(json.dumps({"rules": rules, **others}).encode(), NAME)


def entries(rules: dict[str, object]) -> list[tuple[str, str, dict[str, object]]]:
    return [(each.rule, each.severity, each.options) for each in found(rules).proposals]


@pytest.mark.parametrize(
    ("rules", "rule", "options"),
    [
        ({"header-max-length": [2, "always", 50]}, "subject-length", {"min": 0, "max": 50, "unit": "code-points"}),
        ({"header-min-length": [2, "always", 9], "header-max-length": [2, "always", 50]}, "subject-length",
         {"min": 9, "max": 50, "unit": "code-points"}),
        ({"header-trim": [2]}, "subject-pattern", {"pattern": r"^\s|\s$", "negate": True,
                                                   "description": "take out the white space at the ends of the subject"}),
        ({"type-empty": [2, "never"], "type-enum": [2, "always", ["a", "b"]], "type-case": [2, "always", "lower-case"]},
         "conventional-commit", {"types": ("a", "b"), "case": "exact"}),
        ({"type-empty": [2, "never"], "scope-empty": [2, "never"], "scope-enum": [2, "always", ["x"]]},
         "conventional-commit", {"scopes": ("x",), "case": "exact", "require_scope": True}),
        ({"type-empty": [2, "never"], "breaking-change-exclamation-mark": [2, "always"]},
         "conventional-commit", {"breaking": "explain"}),
        ({"subject-full-stop": [2, "never", "."]}, "subject-style",
         {"trailing_punctuation": ".", "white_space": False, "case": "any", "blank_second_line": False}),
        ({"subject-case": [2, "always", "sentence-case"]}, "subject-style",
         {"trailing_punctuation": "", "white_space": False, "case": "sentence", "blank_second_line": False}),
        ({"body-leading-blank": [2, "always"]}, "subject-style",
         {"trailing_punctuation": "", "white_space": False, "case": "any", "blank_second_line": True}),
        ({"body-empty": [2, "never"], "body-min-length": [2, "always", 20]}, "body-required", {"min": 20}),
        ({"body-max-line-length": [2, "always", 100]}, "body-line-length", {"max": 100}),
        ({"references-empty": [2, "never"]}, "ticket-reference",
         {"pattern": "#[1-9][0-9]*", "in": ("subject", "body", "trailers")}),
        ({"signed-off-by": [2, "always", "Signed-off-by:"]}, "signed-off-by", {}),
        ({"trailer-exists": [2, "always", "Signed-off-by:"]}, "signed-off-by", {}),
        ({"trailer-exists": [2, "always", "Refs:"]}, "trailers", {"keys": ({"key": "Refs", "required": True},)}),
    ],
)  # fmt: skip
def test_a_rule(rules, rule, options):
    assert entries(rules) == [(rule, "error", options)]
    warned = {name: [1, *setting[1:]] for name, setting in rules.items()}
    assert entries(warned) == [(rule, "warning", options)]
    off = {name: [0, *setting[1:]] for name, setting in rules.items()}
    assert entries(off) == []
    assert len(found(off).notes) == len(rules) + 1


@pytest.mark.parametrize(
    "setting",
    [
        {"type-empty": [2, "always"]}, {"type-enum": [2, "never", ["wip"]]}, {"header-max-length": [2, "never", 9]},
        {"subject-case": [2, "never", ["lower-case"]]}, {"subject-case": [2, "always", "camel-case"]},
        {"trailer-exists": [2, "always", "Refs: PROJ-"]}, {"body-min-length": [2, "always", 5]}, {"mine/rule": [2, "always"]},
        *({name: [2, "always", 3]} for name in NONE if name not in ("breaking-change-exclamation-mark", "trailer-exists")),
    ],
)  # fmt: skip
def test_what_has_no_equivalent_is_said(setting):
    (name,) = setting
    assert entries(setting) == []
    assert any(note.setting.startswith(f"commitlint {name} [2, ") for note in found(setting).notes)


@pytest.mark.parametrize("setting", [[], ["2"], [3], [True], [2, "sometimes"], [2, "always", 1, 2], {}, None, "always"])
def test_what_is_no_setting_is_said(setting):
    assert any("not importable" in note.line for note in found({"header-trim": setting}).notes) == (setting != ["2"])


def test_levels_make_entries_of_their_own():
    rules = {"header-max-length": [2, "always", 72], "header-min-length": [1, "always", 9]}
    policy = write(found(rules), NAME).text
    assert "  - rule: subject-length\n    min: 0\n" in policy
    assert "    id: subject-length-warning\n    severity: warning\n    min: 9\n" in policy


def test_yaml_says_the_same_as_json():
    yaml = b"extends: ['@commitlint/config-conventional']\nrules:\n  type-enum: [2, always, [a, b]]\n  header-max-length: [0]\n"
    data = {
        "extends": ["@commitlint/config-conventional"],
        "rules": {"type-enum": [2, "always", ["a", "b"]], "header-max-length": [0]},
    }
    found_yaml, found_json = read(yaml, ".commitlintrc"), read(json.dumps(data).encode(), ".commitlintrc")
    assert write(found_yaml, "x").text.replace(", 100", "") == write(found_json, "x").text.replace(", 100", "")
    package = json.dumps({"name": "x", "commitlint": data}).encode()
    assert read(package, "package.json", "commitlint").proposals == found_json.proposals


def test_what_is_extended_and_not_known_is_said():
    lines = [note.line for note in found({}, extends=["@commitlint/config-conventional", "./mine.js"], strange=1).notes]
    assert any("extends ./mine.js: no equivalent: its rules are not known here" in line for line in lines)
    assert "commitlint strange = 1: no equivalent: commitlint knows no such key" in lines


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("commitlint.config.js", b"module.exports = {rules: {}}"),
        ("commitlint.config.ts", b"whatever"),
        (".commitlintrc", b"export default { rules: {} };\n"),
        (".commitlintrc", b"const Configuration = { rules: {} };\nmodule.exports = Configuration;\n"),
    ],
)
def test_a_program_is_not_run(name, data):
    with pytest.raises(UsageError) as caught:
        read(data, name)
    assert "npx commitlint --print-config json" in caught.value.fix


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b'{"rules": {"a": [0], "a": [2]}}', "the key 'a' stands twice"),
        (b"rules:\n  a: [0]\n  a: [2]\n", "the key 'a' stands here twice, first in line 2"),
        (b"rules: &a [*a]\n", "no anchors"),
        (b"a: &a [x]\nrules: *a\n", "no anchors"),
        (b"rules: !!python/object:os.system {}\n", "no tags"),
        (b'{"rules": ' + b"[" * 100_000, "nested too deep"),
        (b"rules: " + b"[" * 100, "nested more than 16 deep"),
        (b'{"rules": {"a": [NaN]}}', "NaN is no JSON"),
        (b'{"rules": {"a": [' + b"9" * 5_000 + b"]}}", "too large a number"),
        (b'{"rules": []}', "`rules` is no object"),
        (b"[]", "the configuration is no object"),
        (b'{"rules": ', "not JSON"),
        (b"\xff: 1", "byte 0xff is not UTF-8"),
        (b'{"rules": "' + b"x" * 300_000, "at most 262144 bytes"),
    ],
)
def test_hostile_files(data, said):
    with pytest.raises(UsageError) as caught:
        read(data, NAME, "commitlint")
    assert said in str(caught.value)


LEVELS = st.sampled_from([0, 1, 2])
WORDS = st.lists(st.sampled_from(["a", "lower-case", "(", "\x1b"]), max_size=3)
VALUES = st.none() | st.integers(-1, 200) | st.text(max_size=5) | WORDS


@settings(max_examples=examples(100), deadline=None)
@given(st.dictionaries(st.sampled_from(RULES), st.tuples(LEVELS, st.sampled_from(["always", "never"]), VALUES), max_size=8))
def test_every_rule_is_an_entry_or_a_note(rules):
    said = found({name: list(setting) for name, setting in rules.items()})
    words = [*(each for proposal in said.proposals for each in proposal.settings), *(note.setting for note in said.notes)]
    for name in rules:
        assert any(each == f"commitlint {name}" or each.startswith(f"commitlint {name} ") for each in words), name


@settings(max_examples=examples(15), deadline=None)
@given(st.dictionaries(st.sampled_from(RULES), st.tuples(LEVELS, st.sampled_from(["always", "never"]), VALUES), max_size=4))
def test_whatever_is_written_loads(rules):
    write(found({name: list(setting) for name, setting in rules.items()}), NAME)
