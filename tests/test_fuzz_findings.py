"""What fuzzing found, and what it begins with: each input goes through its harness (`fuzz/targets`) once more.

A finding is a file in `fuzz_findings/HARNESS`, named by what was wrong; `make fuzz` says how it comes there. A file that ends in
`.gz` is packed.
"""

from __future__ import annotations

import gzip
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
sys.path.append(str(ROOT / "fuzz"))

from places import NAMES, load  # noqa: E402  it lies beside the harnesses

FINDINGS = sorted(path for path in (ROOT / "tests" / "fuzz_findings").rglob("*") if path.is_file())


@pytest.mark.parametrize("name", NAMES)
def test_seeds_keep_what_their_parser_promises(name: str) -> None:
    target = load(name)
    seeds = target.seeds()
    assert len(seeds) > 2
    for data in (*seeds, b""):
        target.check(data)


@pytest.mark.parametrize("path", FINDINGS, ids=lambda path: f"{path.parent.name}-{path.name}")
def test_what_was_found_is_not_found_again(path: Path) -> None:
    data = path.read_bytes()
    load(path.parent.name).check(gzip.decompress(data) if path.suffix == ".gz" else data)
