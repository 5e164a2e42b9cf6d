"""How often a property is tried: a little in `make test`, ten times as much in `make soak`; and what is tried only there."""

import os

import pytest

FACTOR = 10 if os.environ.get("GITWARD_SOAK") else 1
long = pytest.mark.skipif(FACTOR == 1, reason="it takes long: make soak")


def examples(number: int) -> int:
    return number * FACTOR
