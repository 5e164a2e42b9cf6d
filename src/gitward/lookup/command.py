"""One question to a command of the host's: the ticket on stdin, one word on stdout, exit status 0.

No shell, an environment of its own, a process group of its own, which is killed when the answer is there or the time up.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess

from gitward.lookup import NoAnswer

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gitward.lookup.settings import Settings
    from gitward.model import TicketState

MAX_TICKET = 200  # characters
_MAX_ANSWER = 100  # bytes
_ENVIRONMENT = {"PATH": "/usr/local/bin:/usr/bin:/bin", "LC_ALL": "C.UTF-8"}
_STATES: tuple[TicketState, ...] = ("open", "closed", "absent", "moved")


class Command:
    """A program that knows about tickets."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    def question(self, ticket: str) -> CommandQuestion | TicketState:
        """The question to ask, or what is known without: this is no ticket of any tracker."""
        if len(ticket) > MAX_TICKET or not ticket.isprintable():
            return "absent"
        return CommandQuestion(self.settings.command, ticket)


class CommandQuestion:
    """One run of the command. `cut` may be called from another thread at any time, and ends it."""

    def __init__(self, command: tuple[str, ...], ticket: str) -> None:
        self.ticket = ticket
        self.command = command
        self.process: subprocess.Popen[bytes] | None = None
        self.is_cut = False

    def ask(self) -> TicketState:
        """What the command says. Raises NoAnswer."""
        try:
            self.process = process = subprocess.Popen(
                self.command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, cwd=os.sep,
                env=_ENVIRONMENT, start_new_session=True,
            )  # fmt: skip
        except OSError as problem:
            raise NoAnswer(f"cannot be started: {problem.strerror}") from None
        try:
            answer, status = self._answer(process)
        finally:
            self.cut()
            process.wait()
            self.process = None  # its number may be another's from now on
        if status != 0:
            raise NoAnswer("answers at length" if status is None else f"ends with status {status}")
        word = answer.decode("ascii", "replace").strip()
        state = next((state for state in _STATES if state == word), None)
        if state is None:
            raise NoAnswer(f"answers none of {', '.join(_STATES)}")
        return state

    def _answer(self, process: subprocess.Popen[bytes]) -> tuple[bytes, int | None]:
        """The first line and the exit status, None where the line is too long. The process is not yet reaped."""
        if self.is_cut or process.stdin is None or process.stdout is None:
            raise NoAnswer("does not answer in time")
        with process.stdout as stdout:
            with contextlib.suppress(BrokenPipeError), process.stdin as stdin:
                stdin.write(self.ticket.encode() + b"\n")
            answer = stdout.readline(_MAX_ANSWER + 1)
        if len(answer) > _MAX_ANSWER:
            return answer, None
        ended = os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
        return answer, ended.si_status if ended else None

    def cut(self) -> None:
        """Kill the command and all that it started, as far as that stayed in its process group."""
        self.is_cut = True
        if self.process is not None:
            with contextlib.suppress(OSError):
                os.killpg(self.process.pid, signal.SIGKILL)
