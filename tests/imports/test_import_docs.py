"""The page on importing names every rule of every source."""

from __future__ import annotations

from pathlib import Path

import pytest
from test_import_commitlint import RULES

from gitward.imports import github_rules, gitlab, gitlint_rules

PAGES = Path(__file__).parents[2] / "docs"
PAGE = (PAGES / "import.md").read_text()
NAMES = [*gitlint_rules.OPTIONS, *RULES, *gitlab._ENTRIES, *gitlab.NONE, *github_rules.ENTRIES, *github_rules.NONE]


@pytest.mark.parametrize("name", sorted({*NAMES} - {"code_quality", "tag_protection"}))
def test_it_is_named(name):
    assert f"`{name}`" in PAGE


def test_the_pages_name_what_is_there():
    for page in ("import.md", "policy-diff.md"):
        assert "gitward policy" in (PAGES / page).read_text()
