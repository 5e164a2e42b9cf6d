"""How often a property is tried: a little in `make test`, ten times as much in `make soak`."""

import os

FACTOR = 10 if os.environ.get("GITWARD_SOAK") else 1


def examples(number: int) -> int:
    return number * FACTOR
