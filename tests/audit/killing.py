"""kill -9 between any two calls that change something on the disk."""

from __future__ import annotations

import itertools
import os
import signal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

CHANGING = ("open", "replace", "fsync", "fdatasync", "pwrite", "write", "unlink", "ftruncate")


def killed_before(step: int, act: Callable[[], str]) -> bool:
    """Run it in a child that kills itself, with SIGKILL, before its nth call that changes something; whether it came so far."""
    child = os.fork()
    if child == 0:
        calls = itertools.count(1)

        def dying(call: Callable[..., object]) -> Callable[..., object]:
            def instead(*arguments: object, **named: object) -> object:
                if next(calls) == step:
                    os.kill(os.getpid(), signal.SIGKILL)
                return call(*arguments, **named)

            return instead

        for name in CHANGING:
            setattr(os, name, dying(getattr(os, name)))
        try:
            act()
            os._exit(0)
        finally:
            os._exit(1)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    assert status in (0, -signal.SIGKILL)
    return status != 0
