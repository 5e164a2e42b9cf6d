"""docs/threats.md says of each threat which tests try it: they are there, and of them all each stands in the table."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
PAGE = (TESTS.parent / "docs" / "threats.md").read_text(encoding="utf-8")
ROWS = [line for line in PAGE.splitlines() if line.startswith("| ") and not line.startswith("| somebody |")]


def names_of(tree: ast.AST) -> set[str]:
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")}


@pytest.fixture(scope="module")
def there() -> set[str]:
    return set().union(*(names_of(ast.parse(path.read_bytes())) for path in TESTS.rglob("test_*.py")))


@pytest.fixture(scope="module")
def scenarios() -> set[str]:
    tree = ast.parse((TESTS / "server" / "scenarios.py").read_bytes())
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


def test_every_test_that_the_page_names_is_there(there: set[str], scenarios: set[str]) -> None:
    named = re.findall(r"`(test_\w+)(?:\[(\w+)\])?`", PAGE)
    assert len(named) > 100
    assert [name for name, scenario in named if name not in there or (scenario and scenario not in scenarios)] == []


def test_every_threat_has_a_test() -> None:
    assert len(ROWS) > 35
    assert [row for row in ROWS if not re.search(r"\| `test_[^|]+\|$", row)] == []
