"""A hook that has been started already: each line of stdin is a run of it, in a process of its own.

    python warm.py LAUNCHER hook commit-msg ...

A line is the environment of one run, as JSON; its exit code is answered as a line of stdout. Each run is forked from a
process that has gitward's modules in memory and has run nothing, and does all that the launcher does.
"""

from __future__ import annotations

import json
import os
import runpy
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Run = Callable[[dict[str, str]], subprocess.CompletedProcess[str]]


@contextmanager
def started(words: list[str], launcher: int, cwd: Path, environment: dict[str, str], log: Path) -> Iterator[Run]:
    """This hook, warm: what is given runs it in an environment. `words[launcher]` is the script that starts gitward."""
    words = [*words[:launcher], __file__, *words[launcher:]]
    with (
        log.open("w") as said,
        subprocess.Popen(
            words, cwd=cwd, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=said, text=True
        ) as hook,
    ):

        def run(environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
            assert hook.stdin
            assert hook.stdout
            start = log.stat().st_size
            print(json.dumps(environment), file=hook.stdin, flush=True)
            code = int(hook.stdout.readline() or -1)
            return subprocess.CompletedProcess(words, code, "", log.read_bytes()[start:].decode("utf-8", "replace"))

        yield run


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
