"""The start of every `gitward` process: hooks and what sshd runs go their own fast way, everything else to the command line."""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable


def main() -> int:
    """Run `gitward` with the process's arguments and return its exit code. A hook ends the process with it.

    Before anything else is imported: a Ctrl-C may come at any moment, shows no traceback, and is 130 to a shell.
    """
    sys.excepthook, sys.unraisablehook = _uncaught(sys.excepthook), _unraisable
    from gitward.cli.output import settle

    _occupy_standard_descriptors()
    try:
        code = _run()
    finally:
        settle()
    if sys.argv[1:2] == ["hook"]:
        os._exit(code)  # all is written: a commit and a push need not wait until Python has taken its memory apart
    return code


def _run() -> int:
    if sys.argv[1:2] == ["hook"]:
        from gitward.cli.hook import main as hook

        return hook(sys.argv[2:])
    if sys.argv[1:2] == ["access"] and sys.argv[2:3] in (["shell"], ["keys"]):
        return int(__import__(f"gitward.cli.access_{sys.argv[2]}", fromlist=["main"]).main(sys.argv[3:]))
    from gitward.cli.main import main as command_line

    return command_line()


def _uncaught(before: Callable[..., object]) -> Callable[..., object]:
    """What shows whatever else is not caught. Python ends an interrupted process by the signal, once this has returned."""
    return lambda kind, value, trace: issubclass(kind, KeyboardInterrupt) or before(kind, value, trace)


def _unraisable(what: sys.UnraisableHookArgs) -> None:
    """What is raised in a callback of the interpreter goes nowhere else, and the process would go on."""
    if isinstance(what.exc_value, KeyboardInterrupt):
        os._exit(130)
    sys.__unraisablehook__(what)


def _occupy_standard_descriptors() -> None:
    """Open those of 0, 1 and 2 that came closed: else the next file or pipe gets that number, and is taken for it."""
    while (number := os.open(os.devnull, os.O_RDWR)) <= 2:
        continue
    os.close(number)


if __name__ == "__main__":
    sys.exit(main())
