"""What a rule needs besides its code, and what holds for each: the first test to fail when a rule is added by half."""

from __future__ import annotations

import ast
import importlib.util
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from judging import GIVEN
from pydantic_core import ValidationError

from gitward.policy.load import model
from gitward.record import fields, values
from gitward.rules import NAMES, class_name, load, module_name

ROOT = Path(__file__).parent.parent.parent
HEADINGS = ["What it checks", "Why", "Rejected", "Accepted", "Limits"]
CONSTANTS = {"name", "needs", "default_refs", "first"}
OPTIONAL = {"records", "judges_malformed", "filled_from"}  # constants that not every rule has
CHECKS = {"check_commit", "check_update", "check_push"}
FACTS = {"message", "merge", "object", "update", "ref", "refs", "push", "time", "paths", "sizes", "content", "signature",
         "certificate", "pusher", "touched", "statements"}  # fmt: skip


# --- every place that a rule has -------------------------------------------------------------------------------------


def missing(rule: str, root: Path = ROOT, names: tuple[str, ...] = NAMES) -> list[str]:
    """What is not there of a rule, each in words that say what to add."""
    source = root / "src/gitward/rules" / f"{module_name(rule)}.py"
    found = [] if rule in names else [f"{rule} is not in NAMES of rules/__init__.py"]
    found += _missing_in_source(rule, source) if source.exists() else [f"there is no {source.relative_to(root)}"]
    return found + _missing_tests(rule, root) + _missing_example(rule, root)


def _missing_in_source(rule: str, source: Path) -> list[str]:
    tree = ast.parse(source.read_text(encoding="utf-8"))
    kind = next((node for node in tree.body if isinstance(node, ast.ClassDef) and node.name == class_name(rule)), None)
    if kind is None:
        return [f"{source.name} has no class {class_name(rule)}"]
    options = [node.target.id for node in kind.body if isinstance(node, ast.AnnAssign)]  # type: ignore[union-attr]
    plain = {target.id: node for node in kind.body if isinstance(node, ast.Assign) for target in node.targets}  # type: ignore[union-attr]
    methods = {node.name for node in kind.body if isinstance(node, ast.FunctionDef)}
    found = [f"class {class_name(rule)} has no constant {name}" for name in sorted(CONSTANTS - set(plain))]
    found += [f"field {name} of {class_name(rule)} has no annotation" for name in plain if name not in CONSTANTS | OPTIONAL]
    if not methods & CHECKS:
        found.append(f"class {class_name(rule)} has none of {', '.join(sorted(CHECKS))}")
    if [ast.unparse(decorator) for decorator in kind.decorator_list] != ["record"]:
        found.append(f"class {class_name(rule)} is no @record")
    return found + _missing_in_page(rule, ast.get_docstring(tree) or "", [name.rstrip("_") for name in options])


def _missing_in_page(rule: str, page: str, options: list[str]) -> list[str]:
    found = [] if page.startswith(f"`{rule}`: ") else [f"the docstring does not begin with `{rule}`: "]
    headings = re.findall(r"(?m)^## (.*)$", page)
    found += [f"the docstring has no heading: ## {heading}" for heading in HEADINGS if heading not in headings]
    if not found and headings != HEADINGS:
        found.append(f"the headings are not in the order {', '.join(HEADINGS)}")
    sections = re.split(r"(?m)^## ", page)
    for section in sections[1:]:
        heading, _, text = section.partition("\n")
        if not text.strip():
            found.append(f"nothing stands under ## {heading}")
        elif heading in ("Rejected", "Accepted") and not re.search(r"(?m)^```+\S", text):
            found.append(f"no fenced example stands under ## {heading}")
    return found + [f"the docstring does not explain the option `{name}`" for name in options if f"`{name}`" not in page]


def _missing_tests(rule: str, root: Path) -> list[str]:
    path = root / "tests/rules" / f"test_{module_name(rule)}.py"
    if not path.exists():
        return [f"there is no {path.relative_to(root)}"]
    spec = importlib.util.spec_from_file_location(f"cases_of_{module_name(rule)}", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    counts = {name: len(getattr(module, name, [])) for name in ("REJECTED", "ACCEPTED")}
    return [f"{path.name} has {count} cases in {name}, 12 are wanted" for name, count in counts.items() if count < 12]


def _missing_example(rule: str, root: Path) -> list[str]:
    path = root / "examples/policy.yaml"
    entries = yaml.safe_load(path.read_text(encoding="utf-8"))["rules"] if path.exists() else []
    entries = [entry for entry in entries if entry["rule"] == rule]
    if len(entries) != 1:
        return [f"examples/policy.yaml has {len(entries)} entries for {rule}, 1 is wanted"]
    kinds = {kind for test in entries[0].get("tests", []) for kind in test}
    return [f"examples/policy.yaml has no {kind} test for {rule}" for kind in ("accept", "reject") if kind not in kinds]


@pytest.mark.parametrize("rule", NAMES)
def test_nothing_is_missing(rule: str) -> None:
    assert missing(rule) == []


def test_every_file_is_of_a_rule() -> None:
    files = {path.stem for path in (ROOT / "src/gitward/rules").glob("*.py")} - {"__init__", "options"}
    assert files == {module_name(rule) for rule in NAMES}
    tests = {path.stem for path in (ROOT / "tests/rules").glob("test_*.py")} - {"test_every_rule", "test_every_message"}
    assert tests == {f"test_{module_name(rule)}" for rule in NAMES}
    example = yaml.safe_load((ROOT / "examples/policy.yaml").read_text(encoding="utf-8"))
    assert [entry["rule"] for entry in example["rules"]] == list(NAMES)


def test_a_rule_that_is_not_there_misses_each_place() -> None:
    assert missing("no-such-rule") == [
        "no-such-rule is not in NAMES of rules/__init__.py",
        "there is no src/gitward/rules/no_such_rule.py",
        "there is no tests/rules/test_no_such_rule.py",
        "examples/policy.yaml has 0 entries for no-such-rule, 1 is wanted",
    ]


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("class NoFixup", "class NoFixUp", "no_fixup.py has no class NoFixup"),
        ("## Why\n", "", "the docstring has no heading: ## Why"),
        ("## Limits\n", "## Limit\n", "the docstring has no heading: ## Limits"),
        ("`no-fixup`: ", "no-fixup: ", "the docstring does not begin with `no-fixup`: "),
        ("```text", "```", "no fenced example stands under ## Rejected"),
        ("    first = False\n", "", "class NoFixup has no constant first"),
        ("    first = False\n", "    first = False\n    max = 7\n", "field max of NoFixup has no annotation"),
        (
            "    first = False\n",
            "    first = False\n    max: int = 7\n",
            "the docstring does not explain the option `max`",
        ),
        ("def check_commit", "def check_commits", "class NoFixup has none of check_commit, check_push, check_update"),
        ("@record\n", "", "class NoFixup is no @record"),
    ],
)
def test_what_is_missing_is_named(old: str, new: str, says: str, tmp_path: Path) -> None:
    for part in ("src/gitward/rules", "tests/rules", "examples"):
        (tmp_path / part).mkdir(parents=True)
    for part in ("src/gitward/rules/no_fixup.py", "tests/rules/test_no_fixup.py", "examples/policy.yaml"):
        shutil.copy(ROOT / part, tmp_path / part)
    assert missing("no-fixup", tmp_path) == []
    source = tmp_path / "src/gitward/rules/no_fixup.py"
    text = source.read_text(encoding="utf-8")
    assert old in text
    source.write_text(text.replace(old, new), encoding="utf-8")
    assert says in missing("no-fixup", tmp_path)


def test_missing_cases_and_examples_are_named(tmp_path: Path) -> None:
    (tmp_path / "tests/rules").mkdir(parents=True)
    (tmp_path / "examples").mkdir()
    (tmp_path / "tests/rules/test_no_fixup.py").write_text("REJECTED = [1] * 11\nACCEPTED = [1] * 12\n")
    (tmp_path / "examples/policy.yaml").write_text("rules: [{rule: no-fixup, tests: [{accept: x}]}]\n")
    assert missing("no-fixup", tmp_path)[1:] == [
        "test_no_fixup.py has 11 cases in REJECTED, 12 are wanted",
        "examples/policy.yaml has no reject test for no-fixup",
    ]


# --- the contract with the engine ------------------------------------------------------------------------------------


@pytest.mark.parametrize("rule", NAMES)
def test_constants(rule: str) -> None:
    kind = load(rule)
    assert kind.name == rule
    assert kind.needs
    assert set(kind.needs) <= FACTS
    of_tags = {"signed-tag": ("refs/tags/**",), "approval": ("refs/heads/**",)}.get(rule, ("refs/**",))
    assert kind.default_refs == (("refs/heads/**",) if set(kind.needs) <= {"message", "merge"} else of_tags)
    assert kind.first is (rule == "push-limits")


@pytest.mark.parametrize("rule", NAMES)
def test_rules_are_values(rule: str) -> None:
    first, second = load(rule)(**GIVEN.get(rule, {})), load(rule)(**GIVEN.get(rule, {}))
    assert first == second
    assert hash(first) == hash(second)
    assert getattr(first, "conflict", str)() == ""
    assert set(GIVEN.get(rule, {})) >= {name for name in fields(first) if name not in type(first).__defaults__}
    with pytest.raises(AttributeError):
        first.name = "other"
    assert type(first)(**values(first)) == first


@pytest.mark.parametrize(
    ("rule", "option", "least", "most"),
    [
        ("subject-length", "min", 0, 10_000),
        ("subject-length", "max", 5, 10_000),
        ("body-required", "min", 1, 100_000),
        ("body-line-length", "max", 20, 10_000),
        ("ticket-reference", "count", 1, 100),
        ("push-limits", "commits", 1, 10_000),  # the four budgets of a push
        ("push-limits", "updates", 1, 1_000),
        ("push-limits", "files", 1, 100_000),
        ("push-limits", "bytes", 1, 100 << 20),
        ("signed-push", "slop", 0, 86_400),
        ("approval", "count", 1, 20),
    ],
)
def test_numbers_have_bounds(rule: str, option: str, least: int, most: int) -> None:
    given: dict[str, Any] = {"max": "10000"} if (rule, option) == ("subject-length", "min") else {}
    given = {"push_urls": ["https://example.com/x.git"]} if rule == "signed-push" else given
    for number, is_taken in ((least - 1, False), (least, True), (most, True), (most + 1, False)):
        try:
            model(load(rule)).validate_python({**given, option: str(number)})
        except ValidationError:
            assert not is_taken, number
        else:
            assert is_taken, number


@pytest.mark.parametrize("rule", NAMES)
def test_merges_are_skipped_where_subject_body_and_tickets_are_judged(rule: str) -> None:
    text = {"subject-length", "subject-pattern", "subject-style", "body-required", "body-line-length"}
    wanted = rule in text | {"conventional-commit", "ticket-reference", "signed-off-by", "subject-imperative", "trailers"}
    assert load(rule).__defaults__.get("merges") == ("skip" if wanted else "judge" if rule == "signed-commit" else None)


def test_a_rule_is_imported_alone_and_without_what_is_heavy() -> None:
    heavy = ["dataclasses", "typing", "enum", "inspect", "pathlib", "subprocess", "datetime", "unicodedata", "pydantic"]
    code = f"""if True:
        import sys
        import json, re, re2
        before = set(sys.modules)
        from gitward import rules
        for rule in rules.NAMES:
            rules.load(rule)
        print(sorted((set(sys.modules) - before) & set({heavy!r})))
        from gitward.rules import no_fixup
    """
    path = {"PYTHONPATH": ":".join(sys.path)}
    done = subprocess.run([sys.executable, "-S", "-c", code], env=path, capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ("[]\n", "")


def test_an_unknown_rule_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        load("no-such-rule")
