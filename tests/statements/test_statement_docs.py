"""docs/statements.md: what it shows is what the program makes, and its commands work."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

from saying import APPROVAL, BREAK_GLASS, NOW, OID, SAID, ZERO, Keys, payload
from signedworld import World

from gitward.record import fields, replace
from gitward.statements.archiving import archive
from gitward.statements.reading import KINDS, RECORDS, payload_of
from gitward.statements.storing import store

PAGE = (Path(__file__).parents[2] / "docs" / "statements.md").read_text()


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


def test_the_kinds_and_their_fields() -> None:
    rows = re.findall(r"^\| `(urn:[^`]*)` \| .* \| (.*) \|$", PAGE, re.MULTILINE)
    said = {name: tuple(re.findall(r"`([^`]*)`", listed)) for name, listed in rows}
    assert said == {name: fields(RECORDS[kind]) for name, kind in KINDS.items()}


def test_the_example() -> None:
    shown = json.loads(blocks("json")[1])
    usual = json.loads(payload())
    assert (shown.keys(), shown["predicate"].keys()) == (usual.keys(), usual["predicate"].keys())
    assert all(shown[name] == usual[name] for name in ("_type", "subject", "predicateType"))


def test_verifying_without_gitward(tmp_path: Path, people: Keys) -> None:
    world = World(tmp_path / "repository", people)
    (tmp_path / "allowed_signers").write_text(f"ann@example.com {people.public('ann')}\n")
    ref = store(str(world.folder), world.blob("ann"))
    script = f'REF={ref}\nexport GIT_DIR="{world.folder}/.git"\n{blocks("sh")[0]}'
    assert subprocess.run(["sh", "-c", script], cwd=tmp_path, capture_output=True).returncode == 0


def test_a_change_of_any_field_changes_what_is_signed() -> None:
    _, about = SAID["approval"]
    for name in ("ref", "base", "tree", "patch_id", "source", "reviewer"):
        other = replace(APPROVAL, **{name: "d" * 40})
        assert payload_of("approval", about, "x", other, 1) != payload_of("approval", about, "x", APPROVAL, 1)


def test_taking_out_what_is_about_no_commit(tmp_path: Path, people: Keys) -> None:
    world = World(tmp_path / "repository", people)
    kept, gone = world.put("ann"), world.put("ann", kind="waiver", said=BREAK_GLASS, subjects=(ZERO,))
    archive(str(world.folder / ".git"), NOW)
    world.put("bob", kind="waiver", said=BREAK_GLASS, subjects=(ZERO,), made=NOW + 1)
    assert {kept, gone} < world.found(OID).keys()
    (taking_out,) = (block for block in blocks("sh") if "read-tree" in block or "update-ref refs/gitward/archive" in block)
    script = f'export GIT_DIR="{world.folder}/.git"\n{taking_out}'
    assert subprocess.run(["sh", "-e", "-c", script], cwd=tmp_path, capture_output=True).returncode == 0
    assert set(world.found(OID)) == {kept}
