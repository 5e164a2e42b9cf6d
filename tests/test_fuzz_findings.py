"""What fuzzing found, and what it begins with: each input goes through its harness (`fuzz/targets`) once more.

A finding is a file in `fuzz_findings/HARNESS`, named by what was wrong; `make fuzz` says how it comes there.
"""

from __future__ import annotations

import sys
from functools import cache
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from soaking import examples

ROOT = Path(__file__).resolve().parent.parent
sys.path.append(str(ROOT / "fuzz"))

from mutating import bytewise  # noqa: E402  beside the harnesses
from places import NAMES, load  # noqa: E402

FINDINGS = sorted(path for path in (ROOT / "tests" / "fuzz_findings").rglob("*") if path.is_file())


@cache
def seeds(name: str) -> list[bytes]:
    return load(name).seeds()


@pytest.mark.parametrize("name", NAMES)
def test_seeds_keep_what_their_parser_promises(name: str) -> None:
    assert len(seeds(name)) > 2
    for data in (*seeds(name), b""):
        load(name).check(data)


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=examples(25), deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_changed_seeds_keep_it_too(name: str, number: int) -> None:
    target, chance = load(name), Random(number)
    data = chance.choice(seeds(name))
    for _ in range(chance.randrange(1, 4)):
        data = chance.choice((getattr(target, "mutated", bytewise), bytewise))(data, chance)
    target.check(data)


@pytest.mark.parametrize("path", FINDINGS, ids=lambda path: f"{path.parent.name}-{path.name}")
def test_what_was_found_is_not_found_again(path: Path) -> None:
    load(path.parent.name).check(path.read_bytes())
