"""A process that works for another one ends with it, however that ends: killed, it can tell nobody."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NoReturn

_TIMES, _SECONDS = 20, 0.5  # how often, and how far apart, it is asked to clean up


def end_with_parent() -> None:
    """Let this process, one of a pool's, end soon after its parent; what it has told `multiprocessing.util` to do is done."""
    from multiprocessing import parent_process

    parent = parent_process()
    if parent is None:
        return
    is_orphan = threading.Event()

    def end(number: int, _: object) -> None:
        if is_orphan.is_set():
            sys.exit(1)
        signal.signal(number, signal.SIG_DFL)  # the pool itself ends it: at once
        os.kill(os.getpid(), number)

    signal.signal(signal.SIGTERM, end)
    threading.Thread(target=_wait, args=(parent.sentinel, is_orphan), daemon=True).start()


def _wait(sentinel: int, is_orphan: threading.Event) -> NoReturn:
    from multiprocessing.connection import wait

    wait([sentinel])
    is_orphan.set()
    for _ in range(_TIMES):  # the main thread waits for work that nobody will bring, or makes a result of the first signal
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(_SECONDS)
    os._exit(1)
