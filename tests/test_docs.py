"""What is generated is up to date, and the docs' tables are those of the program."""

from __future__ import annotations

import importlib.util
import re
from functools import cache
from pathlib import Path

import pytest

from gitward import rules
from gitward.errors import GitwardError, PolicyError, UsageError
from gitward.facts import KNOWN

DOCS = Path(__file__).parent.parent / "docs"


def generated():
    spec = importlib.util.spec_from_file_location("generate", DOCS / "generate.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.files()


@pytest.mark.parametrize(("name", "text"), generated().items())
def test_generated_files_are_up_to_date(name, text):
    assert (DOCS / name).read_text() == text, "run `make docs`"


def rows(page, head):
    table = (DOCS / page).read_text().split(head, 1)[1].split("\n\n", 1)[0]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines()[2:]]


def test_the_table_of_stages_is_the_programs():
    for fact, commit, push, receive, ci in rows("stages.md", "| fact "):
        name = fact.partition(":")[0]
        for stage, cell in (("push", push), ("receive", receive), ("ci", ci), ("commit", commit)):
            known = name in KNOWN[stage] or (stage == "commit" and name == "ref")
            assert known is not cell.startswith("no"), (name, stage)


def test_the_table_of_rules_is_the_programs():
    listed = {}
    for names, needs in rows("stages.md", "| rule | needs |"):
        listed.update({name.strip(): tuple(re.split(r",\s*", needs)) for name in names.split(",")})
    assert listed == {name: rules.load(name).needs for name in rules.NAMES}


def test_exit_codes():
    codes = {row[0] for row in rows("exit-codes.md", "| code ")}
    assert codes == {"0", "1", "2", "3", "130"}
    assert (GitwardError.exit_code, UsageError.exit_code, PolicyError.exit_code) == (3, 2, 2)


def test_no_document_names_a_rule_that_does_not_exist():
    text = (DOCS / "rules.md").read_text()
    assert re.findall(r"^## (\S+)$", text, re.MULTILINE) == [*rules.NAMES, "push-integrity"]


@cache
def anchors(page):
    """The anchors of a page's headings, as GitHub makes them."""
    heads = re.findall(r"^#+ (.*)$", re.sub(r"^```.*?^```", "", page.read_text(), flags=re.MULTILINE | re.DOTALL), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


def test_every_link_within_the_docs_leads_somewhere():
    lost = []
    pages = [page for page in (*DOCS.rglob("*.md"), *DOCS.parent.glob("*.md")) if not page.name.endswith(".head.md")]
    for page in pages:  # a head is a part of a generated page
        text = re.sub(r"^```.*?^```", "", page.read_text(), flags=re.MULTILINE | re.DOTALL)
        for name, anchor in re.findall(r"\]\(([^)#:\s]*)#?([^)\s:]*)\)", text):
            target = (page.parent / name).resolve() if name else page
            if not target.exists() or (anchor and target.suffix == ".md" and anchor not in anchors(target)):
                lost.append(f"{page.name}: {name}#{anchor}")
    assert lost == []
