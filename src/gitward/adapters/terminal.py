"""The terminal of somebody who waits for a commit, if there is one to ask. POSIX; elsewhere nobody is asked.

git gives hooks no stdin, so answers come from the controlling terminal. Source: tcgetpgrp(3), getsid(2), tty(4), git(1).
"""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from gitward.adapters.clone import Clone

_NO = ("false", "no", "off", "0")
_GIVE_UP = (b"\x03", b"\x04")  # Ctrl-C and Ctrl-D where the terminal hands them over as they are


def open_terminal(clone: Clone) -> Terminal | None:
    """The terminal, or None where nobody is there to answer, or where somebody has said so (docs/commit-msg.md)."""
    if sys.platform == "win32" or _is_told_not_to(os.environ, clone) or not _is_ours():
        return None
    try:
        return Terminal(os.open(os.ctermid(), os.O_RDWR | os.O_NOCTTY))
    except OSError:
        return None


def _is_told_not_to(environment: Mapping[str, str], clone: Clone) -> bool:
    """CI, the pre-commit framework, terminals that programs emulate, git's own switch, and ours."""
    from gitward.adapters.framework import is_running

    return (
        environment.get("CI", "").lower() not in ("", *_NO)
        or is_running(environment)
        or environment.get("TERM", "dumb") in ("", "dumb")
        or environment.get("GIT_TERMINAL_PROMPT", "").lower() in _NO
        or clone.config.get("gitward.prompt", "").lower() in _NO
    )


def _is_ours() -> bool:
    """Whether stderr is the controlling terminal, we are in its foreground, and a shell further up has led us there.

    A program that runs git, or a hook, on a terminal of its own makes that process the leader of a session: then what
    is written there may be shown to somebody, but nobody types.
    """
    try:
        return os.tcgetpgrp(2) == os.getpgrp() and os.getsid(0) not in (os.getpid(), os.getppid())
    except OSError:
        return False


class Terminal:
    """Lines to and from a terminal; `number` is its file descriptor. A terminal that has gone says nothing and hears nothing."""

    def __init__(self, number: int) -> None:
        self.number = number

    def write(self, text: str) -> None:
        """Write text that is escaped already."""
        data = text.encode(sys.stderr.encoding or "utf-8", "backslashreplace")
        try:
            while data:
                data = data[os.write(self.number, data) :]
        except OSError:
            return

    def ask(self, question: str) -> str | None:
        """A line in answer to a question, None for Ctrl-C, Ctrl-D and a terminal that has gone.

        What was typed before the question was there is no answer to it.
        """
        import termios

        line = b""
        try:
            termios.tcflush(self.number, termios.TCIFLUSH)
            self.write(question)
            while not line.endswith((b"\n", b"\r")) and len(line) < 1000:
                piece = os.read(self.number, 1000)
                if not piece or any(key in piece for key in _GIVE_UP):
                    return None
                line += piece
        except (OSError, termios.error, KeyboardInterrupt):
            return None
        return line.decode("utf-8", "replace").strip()

    def close(self) -> None:
        os.close(self.number)
