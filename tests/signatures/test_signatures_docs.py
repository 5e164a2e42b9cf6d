"""docs/signatures.md: its commands are typed in, its policy loads, and its tables and lists are those of the program."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from gitward.model.signatures import STATUSES
from gitward.policy.load import load_policy
from gitward.policy.people import ForgeItem, KeyItem, KeylessIdentity, PrincipalItem, TrustItem, X509Holder
from gitward.policy.trust import trust
from gitward.record import fields
from gitward.render.signatures import FIELDS
from gitward.signatures.moments import read_first_seen
from servers import developer

PAGE = (Path(__file__).parents[2] / "docs" / "signatures.md").read_text()
BLOCKS: dict[str, str] = dict(re.findall(r"```(sh|yaml|text)\n(.*?)```", PAGE, re.DOTALL))
AS_JSON = "gitward signatures HEAD --policy keys.yaml --format json"
PEOPLE = (PrincipalItem, ForgeItem, KeyItem, X509Holder, KeylessIdentity, TrustItem)


def section(head: str) -> str:
    return PAGE.split(f"\n## {head}\n", 1)[1].split("\n## ", 1)[0]


def first_cells(head: str) -> list[str]:
    rows = [line.split("|")[1].strip() for line in section(head).splitlines() if line.startswith("|")]
    return [row.strip("`") for row in rows if not row.startswith("---")]


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What each command of the page answered; a command that fails ends it."""
    folder = tmp_path_factory.mktemp("signatures")
    environment = developer(folder)
    environment["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{environment['PATH']}"
    (folder / ".ssh").mkdir()
    (folder / "clone").mkdir()
    found = {}
    for command in ("git init -q -b main .", *BLOCKS["sh"].splitlines(), AS_JSON):
        done = subprocess.run(
            ["sh", "-c", command], cwd=folder / "clone", env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
        found[command] = done.stdout + done.stderr
    return found


def test_the_commands_end_in_a_good_signature(said: dict[str, str]) -> None:
    answers = {command.split(" --")[0]: output for command, output in said.items()}
    assert answers["gitward signatures"].endswith("1 commit: 1 good\n")
    assert answers["gitward explain"].endswith("status good\n")
    assert "0 wrong, 0 warnings" in answers["gitward keys check"]


def test_the_fields_of_the_json_are_those_of_the_page(said: dict[str, str]) -> None:
    printed = json.loads(said[AS_JSON])
    rows = ", ".join(first_cells("JSON")[1:])
    assert set(re.findall(r"[a-z_]+", rows)) == set(printed)
    of_each = section("JSON").split("Of each signature:", 1)[1]
    assert [name for name in FIELDS if f"`{name}`" not in of_each] == []


def test_the_policy_loads_with_the_files_that_it_names() -> None:
    asked = []

    def read(name: str) -> bytes:
        asked.append(name)
        return BLOCKS["yaml"].encode() if name == "policy.yaml" else b"what stands in it is looked at later"

    whole = trust(load_policy(read, "policy.yaml", "docs/signatures.md").trust)
    assert len(asked) == 8
    assert set(whole.principals) == {"ann", "bob", "builder", "forge:github"}
    assert all((whole.ssh, whole.openpgp, whole.x509, whole.keyless))


def test_every_key_of_the_grammar_is_explained() -> None:
    keys = {name for item in PEOPLE for name in fields(item)}
    tables = "".join(line for line in section("Who is trusted").splitlines() if line.startswith(("|", "-")))
    assert [key for key in sorted(keys) if not re.search(rf"`[^`|]*\b{key}\b[^`|]*`", tables)] == []


def test_the_statuses_are_those_of_the_program_worst_first() -> None:
    assert tuple(first_cells("Statuses")[1:]) == STATUSES


def test_the_file_of_first_seen_times_is_one(tmp_path: Path) -> None:
    path = tmp_path / "seen.txt"
    path.write_text(BLOCKS["text"])
    assert list(read_first_seen(str(path)).values()) == [1_709_285_400]
