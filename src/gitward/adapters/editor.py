"""The editor for a message, chosen and started as git does it, with the terminal to itself. POSIX.

git itself waits for the hook meanwhile and would end at the editor's first Ctrl-C; so the editor is a job of its own, as
a shell makes one. Source: git-var(1), setpgid(2), tcsetpgrp(3), waitpid(2).
"""

from __future__ import annotations

import os
import signal
from contextlib import suppress

from gitward import git

_WANTED_TERMINAL = (signal.SIGTTIN, signal.SIGTTOU)  # what stops a job that does not have the terminal


def edit(path: str, terminal: int) -> int:
    """Let the user edit a file, and return the editor's exit status; 127 where there is none."""
    environment = dict(os.environ)
    if environment.get("GIT_EDITOR") == ":":  # git says so to the hook where it opens no editor itself
        del environment["GIT_EDITOR"]
    answer = git.call(["var", "GIT_EDITOR"], own_config=True, without=() if "GIT_EDITOR" in environment else ("GIT_EDITOR",))
    editor = os.fsdecode(answer.output).rstrip("\n")
    if answer.status or not editor:
        return 127
    # a Ctrl-C is for the editor: the shell between has a trap, so that it waits for what the editor makes of it
    argv = ["sh", "-c", f'trap : INT QUIT; {editor} "$@"', editor, path]
    return _wait(_start(argv, environment, terminal), terminal)


def _start(argv: list[str], environment: dict[str, str], terminal: int) -> int:
    """A process that leads a group of its own, and has the terminal before it begins."""
    job = os.fork()
    if job:
        return job
    try:
        os.setpgid(0, 0)
        signal.signal(signal.SIGTTOU, signal.SIG_IGN)  # else taking the terminal would stop us
        os.tcsetpgrp(terminal, os.getpid())
        for ignored in (signal.SIGTTOU, signal.SIGPIPE):  # Python ignores the second, and what is ignored is inherited
            signal.signal(ignored, signal.SIG_DFL)
        for number in (0, 1, 2):
            os.dup2(terminal, number)
        os.execve("/bin/sh", argv, environment)  # noqa: S606  it is one
    finally:
        os._exit(127)


def _wait(job: int, terminal: int) -> int:
    """Wait for the end of a job that has the terminal, and take that back. When the job is stopped, so are we."""
    own = os.getpgrp()
    before = signal.signal(signal.SIGTTOU, signal.SIG_IGN)  # else taking the terminal back would stop us
    try:
        while True:
            _, status = os.waitpid(job, os.WUNTRACED)
            if not os.WIFSTOPPED(status):
                return os.waitstatus_to_exitcode(status)
            if os.WSTOPSIG(status) not in _WANTED_TERMINAL:
                os.tcsetpgrp(terminal, own)
                os.killpg(own, signal.SIGTSTP)  # and here we are again when the shell has brought us back
            os.tcsetpgrp(terminal, job)
            os.killpg(job, signal.SIGCONT)
    except OSError:  # the terminal has hung up
        return 128 + signal.SIGHUP
    finally:
        with suppress(OSError):
            os.tcsetpgrp(terminal, own)
        signal.signal(signal.SIGTTOU, before)
