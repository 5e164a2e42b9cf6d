"""The start of every `gitward` process: hooks and what sshd runs go their own fast way, everything else to the command line."""

from __future__ import annotations

import os
import sys

from gitward.cli.output import settle


def main() -> int:
    """Run `gitward` with the process's arguments and return its exit code."""
    _occupy_standard_descriptors()
    try:
        return _run()
    finally:
        settle()


def _run() -> int:
    if sys.argv[1:2] == ["hook"]:
        from gitward.cli.hook import main as hook

        return hook(sys.argv[2:])
    if sys.argv[1:2] == ["access"] and sys.argv[2:3] in (["shell"], ["keys"]):
        return int(__import__(f"gitward.cli.access_{sys.argv[2]}", fromlist=["main"]).main(sys.argv[3:]))
    from gitward.cli.main import main as command_line

    return command_line()


def _occupy_standard_descriptors() -> None:
    """Open those of 0, 1 and 2 that came closed: else the next file or pipe gets that number, and is taken for it."""
    while (number := os.open(os.devnull, os.O_RDWR)) <= 2:
        continue
    os.close(number)


if __name__ == "__main__":
    sys.exit(main())
