"""What a thing costs, so that a slow machine or a crowded process does not fail a test that a slow program should fail."""

from __future__ import annotations

import gc
import time
from collections.abc import Iterator
from contextlib import contextmanager

LOOP, QUIET = 400_000, 0.02  # steps of a loop, and the seconds that they take on a machine of 2 to 3 GHz with nothing else to do


@contextmanager
def cpu_within(seconds: float) -> Iterator[None]:
    """Fails where the block takes more seconds of the processor, or as many more as the machine is slower than a quiet one.

    Time of this process alone (process_time(3)). The collector of a test process sweeps what thousands of other tests have
    left: that is no cost of the block, so it waits.
    """
    before, collecting = _slowness(), gc.isenabled()
    gc.disable()
    started = time.process_time()
    try:
        yield
        spent = time.process_time() - started
    finally:
        if collecting:
            gc.enable()
    allowed = seconds * max(1.0, before, _slowness())
    assert spent < allowed, f"{spent:.2f} s of the processor, where {allowed:.2f} are allowed"


def _slowness() -> float:
    """How many times longer than on a quiet machine the loop takes just now."""
    started = time.process_time()
    for _ in range(LOOP):
        pass
    return (time.process_time() - started) / QUIET
