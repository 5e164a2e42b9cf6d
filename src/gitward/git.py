"""Running git's plumbing: one environment, one way to fail.

Commands run with `--git-dir` and see neither replace refs, grafts nor the user's configuration, and nothing is fetched
on the way: what git answers rests on the repository alone. Source: git(1), environment variables; gitglossary, graft.
"""

from __future__ import annotations

import os

from gitward.errors import Undecided
from gitward.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from io import BufferedReader
    from typing import Any

SECONDS = 60.0
_HUNG_UP = "fatal: the remote end hung up unexpectedly"
ALLOC_LIMIT = "1g"  # of one allocation in git: an object that unpacks to more is an error, not the end of the memory

_KEPT = ("PATH", "TMPDIR", "TEMP", "TMP", "SYSTEMROOT", "COMSPEC", "PATHEXT")  # the last four for Windows
_FIXED = {
    "LC_ALL": "C.UTF-8",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_GRAFT_FILE": os.devnull,
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_ALLOW_PROTOCOL": "none",  # a git that does not know GIT_NO_LAZY_FETCH cannot fetch either
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_FLUSH": "0",  # rev-list would write commit by commit, and wake its reader each time
}
_NO_USER = {"GIT_CONFIG_GLOBAL": os.devnull, "HOME": os.devnull}  # HOME for a git before 2.32


@record
class Answer:
    """How a command ended: exit status (negative: the signal that ended it), stdout, stderr."""

    status: int
    output: bytes
    error: bytes


def environment(
    env: Mapping[str, str] | None = None, *, own_config: bool = False, without: Sequence[str] = ()
) -> dict[str, str]:
    """What git gets of the environment, `env` on top.

    With `own_config` it is the caller's own, less the variables `without`, and the user's configuration counts.
    """
    kept = {name: value for name, value in os.environ.items() if (own_config or name in _KEPT) and name not in without}
    return {**kept, **_FIXED, "GIT_ALLOC_LIMIT": ALLOC_LIMIT, **({} if own_config else _NO_USER), **(env or {})}


def command(args: Sequence[str], git_dir: str = "") -> list[str | bytes]:
    """The argument list. Arguments are UTF-8, a lone surrogate stands for a byte; a path is as the host encodes it."""
    given: list[str | bytes] = list(args)
    if os.name == "posix":
        given = [arg.encode("utf-8", "surrogateescape") for arg in args]
    return ["git", *(["--git-dir", git_dir] if git_dir else []), *given]


def call(
    args: Sequence[str],
    *,
    git_dir: str = "",
    stdin: bytes = b"",
    timeout: float = SECONDS,
    env: Mapping[str, str] | None = None,
    own_config: bool = False,
    without: Sequence[str] = (),
    cwd: str | None = None,
) -> Answer:
    """Run git to its end, whatever its exit status. Raises Undecided where it cannot be run, or over `timeout` s."""
    import subprocess

    try:
        done = subprocess.run(
            command(args, git_dir),
            input=stdin,
            capture_output=True,
            timeout=timeout,
            env=environment(env, own_config=own_config, without=without),
            cwd=cwd,
            check=False,
        )
    except subprocess.TimeoutExpired:
        words = f"git {args[0]} took more than {timeout:g} s"
        raise Undecided(words, "look at the load of this machine", "timeout") from None
    except (OSError, ValueError) as problem:
        raise cannot_run(problem) from None
    return Answer(status=done.returncode, output=done.stdout, error=done.stderr)


def run(
    args: Sequence[str],
    *,
    git_dir: str = "",
    stdin: bytes = b"",
    timeout: float = SECONDS,
    env: Mapping[str, str] | None = None,
    own_config: bool = False,
) -> bytes:
    """The output of git. Raises Undecided as `call` does, and where the exit status is not 0."""
    answer = call(args, git_dir=git_dir, stdin=stdin, timeout=timeout, env=env, own_config=own_config)
    if answer.status:
        raise failure(args, answer)
    return answer.output


def cannot_run(problem: Exception) -> Undecided:
    if isinstance(problem, FileNotFoundError):
        return Undecided("there is no git on the PATH", "install git, or put it on the PATH of this process", "no-git")
    return Undecided(f"git cannot be run: {problem}", "", "no-git")


def failure(args: Sequence[str], answer: Answer) -> Undecided:
    """The error for a command that failed, with the last line that it wrote to stderr."""
    ended = f"exit status {answer.status}" if answer.status >= 0 else f"signal {-answer.status}"
    words = last_line(answer.error)
    return Undecided(f"git {args[0]} failed ({ended}){': ' if words else ''}{words}", "", "git-failed")


def last_line(error: bytes) -> str:
    """The last line of git's complaint that says something, without control characters, at most 300 characters."""
    lines = [line for line in error.decode("utf-8", "backslashreplace").split("\n") if line.strip()]
    words = [line for line in lines if line.startswith(("fatal: ", "error: "))] or lines or [""]
    words = [line for line in words if line != _HUNG_UP] or words  # it follows what says why
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in words[-1][:300])


class Process:
    """A git that is talked to while it runs. `stdin` may be another one's output. Closing it ends it."""

    def __init__(
        self, args: Sequence[str], git_dir: str, env: Mapping[str, str] | None = None, stdin: Process | None = None
    ) -> None:
        import subprocess
        import tempfile

        self.args = args
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115  a pipe that nobody reads could fill up and stop git
        try:
            self._popen = subprocess.Popen(
                command(args, git_dir),
                stdin=stdin.output if stdin else subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._errors,
                env=environment(env),
                bufsize=1 << 16,
            )
        except (OSError, ValueError) as problem:
            self._errors.close()
            raise cannot_run(problem) from None
        if stdin:
            stdin.output.close()  # or it would not learn that this one has ended

    @property
    def output(self) -> BufferedReader:
        return self._popen.stdout  # type: ignore[return-value]

    @property
    def pid(self) -> int:
        return self._popen.pid

    @property
    def is_running(self) -> bool:
        return self._popen.poll() is None

    def write(self, data: bytes, *, last: bool = False) -> None:
        """Send it on its way. A git that has ended already is no error here: `finish` says why it did."""
        stdin: Any = self._popen.stdin
        try:
            stdin.write(data)
            stdin.flush()
            if last:
                stdin.close()
        except BrokenPipeError:
            return

    def finish(self) -> Answer:
        """Wait for its end, which its own input or output has brought about; the output has been read."""
        self._popen.wait()
        self._errors.seek(0)
        return Answer(status=self._popen.returncode, output=b"", error=self._errors.read())

    def close(self) -> None:
        """End it, if it has not ended yet, and let go of everything that belongs to it."""
        if self.is_running:
            self._popen.kill()
            self._popen.wait()
        for stream in (self._popen.stdin, self._popen.stdout, self._errors):
            try:
                if stream is not None:
                    stream.close()
            except BrokenPipeError:
                continue  # what was still to be written has no reader any more
