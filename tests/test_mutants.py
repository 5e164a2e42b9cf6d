"""Each invariant is guarded: with its patch applied to a copy of the source, its guard fails.

That the guards pass on the source as it is, the suite itself shows: each guard is a test of it. A patch in
tests/mutants/ begins with two lines, `invariant: N` and `guard: TEST`; `git apply` skips them.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PATCHES = sorted((ROOT / "tests" / "mutants").glob("*.patch"))
INVARIANTS = range(1, 16)


def head(patch: Path) -> dict[str, str]:
    lines = (line.partition(": ") for line in patch.read_text().splitlines()[:2])
    return {key: value for key, _, value in lines}


def run_guard(guard: str, source: Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(source), "GITWARD_SRC": str(source), "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", guard],
        cwd=ROOT, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip


@pytest.mark.parametrize("invariant", INVARIANTS)
def test_every_invariant_has_a_patch(invariant):
    assert [patch for patch in PATCHES if head(patch)["invariant"] == str(invariant)], f"no patch for {invariant}"


@pytest.mark.parametrize("patch", PATCHES, ids=lambda patch: patch.stem)
def test_the_guard_fails_on_the_mutant(patch, tmp_path):
    guard = head(patch)["guard"]
    source = tmp_path / "src"
    shutil.copytree(ROOT / "src", source)  # with the bytecode, which holds for what the patch leaves as it is
    subprocess.run(["git", "init", "--quiet", str(tmp_path)], check=True)
    applied = subprocess.run(["git", "apply", str(patch)], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert applied.returncode == 0, f"{patch.name} no longer applies: {applied.stderr}"
    done = run_guard(guard, source)
    assert done.returncode == 1, f"the guard did not fail\n{done.stdout}{done.stderr}"
