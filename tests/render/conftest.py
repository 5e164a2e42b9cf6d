"""The decisions, one by one or by name, and whole outputs kept in `snapshots/`, one file each.

`UPDATE_SNAPSHOTS=1 pytest tests/render` writes them anew; read the difference before it is committed.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from decisions import DECISIONS
from hypothesis import settings

from gitward.model import Decision

settings.register_profile("no-deadline", deadline=None)  # a busy machine is no failure
settings.load_profile("no-deadline")


@pytest.fixture(params=sorted(DECISIONS))
def name(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture
def decisions() -> dict[str, Decision]:
    return DECISIONS


@pytest.fixture
def snapshot():
    """Compare a whole output with the file of that name."""

    def compare(name: str, text: str) -> None:
        file = Path(__file__).parent / "snapshots" / name
        if os.environ.get("UPDATE_SNAPSHOTS"):
            file.write_text(text, encoding="utf-8", newline="")
        with file.open(encoding="utf-8", newline="") as stream:
            assert text == stream.read()

    return compare
