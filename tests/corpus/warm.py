"""A hook that has been started already: each line of stdin is a run of it, in a process of its own.

    python warm.py LAUNCHER hook commit-msg ...

A line is the environment of one run, as JSON; its exit code is answered as a line of stdout. Each run is forked from a
process that has gitward's modules in memory and has run nothing, and does all that the launcher does.
"""

from __future__ import annotations

import json
import os
import runpy
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


def _loaded(launcher: str) -> Callable[[], int]:
    main: Callable[[], int] = runpy.run_path(launcher)["main"]
    import gitward.cli.hook_client
    import gitward.render.json_report  # noqa: F401
    from gitward import rules

    for name in rules.NAMES:
        rules.load(name)
    return main


def _run(main: Callable[[], int], environment: dict[str, str]) -> int:
    child = os.fork()
    if child == 0:
        code = 70  # of no hook
        try:
            os.environ.clear()
            os.environ.update(environment)
            null = os.open(os.devnull, os.O_RDWR)
            os.dup2(null, 0)
            os.dup2(2, 1)
            code = main()
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def serve() -> None:
    del sys.argv[0]
    main = _loaded(sys.argv[0])
    for line in sys.stdin.buffer:
        os.write(1, b"%d\n" % _run(main, json.loads(line)))


if __name__ == "__main__":
    serve()
