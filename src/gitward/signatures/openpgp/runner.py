"""Running gpg: one private home folder, one set of options, machine output as bytes.

Nothing of the user counts: no keyring, no gpg.conf, no agent, no network. Source: gpg(1), DETAILS of GnuPG.
"""

from __future__ import annotations

import os
import signal
import subprocess
import weakref

from gitward.errors import Undecided
from gitward.ownfolder import held_folder, remove
from gitward.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

SECONDS = 120.0
_KEPT = ("PATH", "TMPDIR", "TEMP", "TMP", "SYSTEMROOT", "COMSPEC", "PATHEXT")  # the last four for Windows
_OPTIONS = (
    "--no-options", "--no-tty", "--no-autostart", "--no-auto-key-retrieve", "--disable-dirmngr", "--no-auto-check-trustdb",
    "--no-random-seed-file", "--display-charset", "utf-8",
)  # fmt: skip


@record
class Answer:
    """How gpg ended: exit status, what it wrote to stdout, and the last words of its stderr, for people."""

    status: int
    output: bytes
    error: str


class Gpg:
    """A gpg with a home folder of its own, which only its owner can enter.

    `close` removes it, in the process that has made it; children that were forked off use the same. One that was killed has
    left its folder: the next one removes it.
    """

    def __init__(self, program: str = "gpg", seconds: float = SECONDS) -> None:
        self.program, self.seconds = program, seconds
        self.home, self.hold = held_folder("gitward-gpg-")
        self.close = weakref.finalize(self, _remove, self.home, self.hold, os.getpid())

    def run(self, args: Sequence[str], stdin: bytes | None = None) -> Answer:
        """Run gpg to its end, in its home folder. Without `stdin` it reads nothing. Raises Undecided.

        The pipe of stdout carries only what `args` ask for: `--status-fd 1` makes it the pipe of the status lines.
        """
        process = self._start([self.program, "--homedir", self.home, *_OPTIONS, *args], stdin is not None)
        try:
            output, error = process.communicate(stdin, timeout=self.seconds)
        except subprocess.TimeoutExpired:
            words = f"gpg took more than {self.seconds:g} s"
            raise Undecided(words, "look at the load of this machine, and at what gpg waits for", "timeout") from None
        finally:
            _end(process)
        return Answer(status=process.returncode, output=output, error=_last_line(error))

    def _start(self, command: list[str], has_input: bool) -> subprocess.Popen[bytes]:
        try:
            return subprocess.Popen(
                command,
                stdin=subprocess.PIPE if has_input else subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env={**{name: os.environ[name] for name in _KEPT if name in os.environ}, "LC_ALL": "C.UTF-8"},
                cwd=self.home,
                start_new_session=os.name == "posix",  # so that whatever it has started can be ended with it
            )
        except OSError as problem:
            if isinstance(problem, FileNotFoundError):
                raise Undecided(f"there is no {self.program}", "install GnuPG on this machine", "no-gpg") from None
            raise Undecided(f"gpg cannot be run: {problem.strerror}", "", "no-gpg") from None

    def version(self) -> tuple[str, ...]:
        """Program and library with their versions, as gpg says them: `gpg (GnuPG) 2.2.40`, `libgcrypt 1.10.1`."""
        answer = self.run(["--version"])
        lines = [line for line in answer.output.decode("utf-8", "replace").split("\n")[:2] if line.isprintable()]
        if answer.status or not lines or not lines[0].startswith("gpg"):
            raise Undecided("gpg does not say its version", "install GnuPG on this machine", "gpg-failed")
        return tuple(lines)


def _remove(folder: str, hold: int, owner: int) -> None:
    if os.getpid() == owner:
        remove(folder, hold)


def _end(process: subprocess.Popen[bytes]) -> None:
    """See to it that it has ended, and all that it has started, and that nobody waits for its pipes."""
    if process.poll() is None:
        if os.name == "posix":
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
        process.wait()
    for stream in (process.stdin, process.stdout, process.stderr):
        if stream is not None:
            try:
                stream.close()
            except BrokenPipeError:
                continue


def _last_line(error: bytes) -> str:
    """The last line of a complaint, without control characters, at most 200 characters."""
    lines = [line for line in error.decode("utf-8", "backslashreplace").split("\n") if line.strip()] or [""]
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in lines[-1][:200])
