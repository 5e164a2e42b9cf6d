"""Where reports go: stdout or a file, in colour only on a terminal; and what to do when nobody takes them."""

from __future__ import annotations

import io
import os
import sys

from gitward.errors import GitwardError, UsageError
from gitward.render import render

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any

    from gitward.model import Decision

# a stream that is None (its descriptor was closed when Python started), full or broken, or closed since
_GONE = (AttributeError, OSError, ValueError)


def wants_colour(stream: Any, choice: str = "auto") -> bool:
    """`auto|always|never`; auto is a terminal without NO_COLOR (https://no-color.org) and not TERM=dumb."""
    if choice != "auto":
        return choice == "always"
    if os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
        return False
    try:
        return bool(stream.isatty())
    except _GONE:
        return False


def write(text: str, output: str = "") -> None:
    """Write a report whole. A stdout that does not take it changes nothing about the decision, and stderr says so.

    Raises UsageError where the folder of `output` does not exist, GitwardError where the file cannot be written.
    """
    if output and output != "-":
        _write_file(text, output)
        return
    try:
        if isinstance(sys.stdout, io.TextIOWrapper):
            sys.stdout.reconfigure(errors="backslashreplace")  # a terminal may be no UTF-8
        sys.stdout.write(text)
        sys.stdout.flush()
    except _GONE as problem:
        _drain(sys.stdout)
        why = getattr(problem, "strerror", None) or "stdout is closed"
        say(f"gitward: the report could not be written: {why}")


def writing(pieces: Iterable[str], output: str = "") -> None:
    """Write a report piece by piece: what is long is never whole in memory. Otherwise as `write`.

    A file takes its name only when it is whole.
    """
    if not output or output == "-":
        for piece in pieces:
            write(piece)
        return
    draft = f"{output}.{os.getpid()}.part"
    try:
        with open(draft, "w", encoding="utf-8") as file:
            file.writelines(pieces)
        os.replace(draft, output)
    except OSError as problem:
        raise GitwardError(f"--output {output}: the report cannot be written: {problem.strerror}") from None
    finally:
        _remove(draft)


def _remove(path: str) -> None:
    try:
        os.unlink(path)
    except OSError:
        return


def _write_file(text: str, path: str) -> None:
    folder = os.path.dirname(path) or os.curdir
    if not os.path.isdir(folder):
        raise UsageError(f"--output {path}: there is no folder {folder}", "make it first, or write elsewhere")
    try:
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
    except OSError as problem:
        raise GitwardError(f"--output {path}: the report cannot be written: {problem.strerror}") from None


def say(line: str) -> None:
    """Write one line to stderr, already escaped, if stderr takes it."""
    try:
        sys.stderr.write(f"{line}\n")
        sys.stderr.flush()
    except _GONE:
        _drain(sys.stderr)


def tell(problem: GitwardError) -> None:
    """Say what could not be done, and the fix where there is one."""
    from gitward.render.escape import visible

    say(f"gitward: {visible(problem.message)}")
    if problem.fix:
        say(f"  fix: {visible(problem.fix)}")


def exit_code_of(run: Callable[[], int]) -> int:
    """The exit code of a command that git or sshd starts. Anything unforeseen is undecided, never allowed (invariant 5)."""
    try:
        return run()
    except KeyboardInterrupt:
        return 130
    except GitwardError as problem:
        tell(problem)
        return problem.exit_code
    except (ImportError, SyntaxError) as problem:
        say(f"gitward: undecided: gitward is broken on this machine ({type(problem).__name__}): install it again")
        return 3
    except Exception as problem:  # noqa: BLE001
        say(f"gitward: undecided: it crashed with {type(problem).__name__}; report this to the maintainers")
        return 3


def settle() -> None:
    """Flush what was printed, so that the interpreter's own flush at its end cannot turn the exit code into 120."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except _GONE:
            _drain(stream)


def _drain(stream: Any) -> None:
    """Let what a stream still holds go nowhere."""
    try:
        number = stream.fileno()
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, number)
        os.close(null)
    except _GONE:
        return


def report(decision: Decision, options: dict[str, list[str]], **how: Any) -> None:
    """Render a decision as the hook's own options say."""
    form = (options["--format"] or ["text"])[-1]
    output = (options["--output"] or [""])[-1]
    if form == "text":
        how.setdefault("colour", not output and wants_colour(sys.stdout))
        write(render(form, decision, **how), output)
    else:
        write(render(form, decision), output)
