"""Where reports go: stdout or a file, in colour only on a terminal."""

from __future__ import annotations

import io
import os
import sys

from gitward.render import render

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from gitward.model import Decision


def wants_colour(stream: Any, choice: str = "auto") -> bool:
    """`auto|always|never`; auto is a terminal without NO_COLOR (https://no-color.org) and not TERM=dumb."""
    if choice != "auto":
        return choice == "always"
    return not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb" and bool(stream.isatty())


def write(text: str, output: str = "") -> None:
    """Write a report whole. A reader that has gone away changes nothing about the decision."""
    if output and output != "-":
        with open(output, "w", encoding="utf-8") as file:
            file.write(text)
        return
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # a terminal may be no UTF-8
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def report(decision: Decision, options: dict[str, list[str]], **how: Any) -> None:
    """Render a decision as the hook's own options say."""
    form = (options["--format"] or ["text"])[-1]
    output = (options["--output"] or [""])[-1]
    if form == "text":
        how.setdefault("colour", not output and wants_colour(sys.stdout))
        write(render(form, decision, **how), output)
    else:
        write(render(form, decision), output)
