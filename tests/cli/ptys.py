"""A terminal with somebody at it: a pseudo-terminal, a shell that leads its session, and a command in its foreground."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import subprocess
import termios
import time
from pathlib import Path

CTRL_C, CTRL_D = "\x03", "\x04"
ASKED = "r or g? "


class Pty:
    """Runs an `sh` script on a new terminal; `leading` is a command that runs there without a shell, as programs do it."""

    def __init__(self, script: str, cwd: Path, env: dict[str, str] | None = None, leading: list[str] | None = None) -> None:
        self.master, slave = pty.openpty()
        self.seen = ""
        self._read = 0
        self.process = subprocess.Popen(
            leading or ["/bin/sh", "-c", script], cwd=cwd, stdin=slave, stdout=slave, stderr=slave, start_new_session=True,
            preexec_fn=_log_in,  # noqa: PLW1509  no thread runs here
            env={**os.environ, "TERM": "xterm", "NO_COLOR": "1", "CI": "", **(env or {})},
        )  # fmt: skip
        os.close(slave)

    def __enter__(self) -> Pty:
        return self

    def __exit__(self, *_: object) -> None:
        self.hang_up()
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()

    def until(self, text: str) -> str:
        """What was shown up to and with `text`, since the last call."""
        deadline = time.monotonic() + 30
        while text not in self.seen[self._read :]:
            assert self._more(deadline), f"no {text!r} in: {self.seen!r}"
        start, self._read = self._read, self.seen.index(text, self._read) + len(text)
        return self.seen[start : self._read]

    def end(self) -> str:
        """Everything that was shown, after the script's end."""
        deadline = time.monotonic() + 30
        while self._more(deadline):
            pass
        self.process.wait(timeout=30)
        return self.seen

    def send(self, keys: str) -> None:
        os.write(self.master, keys.encode())

    def hang_up(self) -> None:
        if self.master >= 0:
            os.close(self.master)
            self.master = -1

    def _more(self, deadline: float) -> bool:
        while time.monotonic() < deadline:
            if select.select([self.master], [], [], 0.2)[0]:
                try:
                    data = os.read(self.master, 65536)
                except OSError:  # the last process that had the terminal is gone
                    return False
                self.seen += data.decode("utf-8", "replace").replace("\r\n", "\n")
                return bool(data)
        return False


def _log_in() -> None:
    """What a login gives its shell: the terminal, and keys that end programs. A suite in the background of a script has none."""
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
    for number in (signal.SIGHUP, signal.SIGINT, signal.SIGQUIT):
        signal.signal(number, signal.SIG_DFL)
