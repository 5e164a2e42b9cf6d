"""The start of every `gitward` process: hooks go their own fast way, everything else to the command line."""

from __future__ import annotations

import sys


def main() -> int:
    """Run `gitward` with the process's arguments and return its exit code."""
    if sys.argv[1:2] == ["hook"]:
        from gitward.cli.hook import main as hook

        return hook(sys.argv[2:])
    from gitward.cli.main import main as command_line

    return command_line()


if __name__ == "__main__":
    sys.exit(main())
