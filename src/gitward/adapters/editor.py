"""The editor for a message, chosen and started as git does it, with the terminal to itself. POSIX.

git itself waits for the hook meanwhile and would end at the editor's first Ctrl-C; so the editor is a job of its own, as
a shell makes one. Source: git-var(1), setpgid(2), tcsetpgrp(3), waitpid(2).
"""

from __future__ import annotations

import os
import signal

from gitward import git

_WANTED_TERMINAL = (signal.SIGTTIN, signal.SIGTTOU)  # it asked for the terminal before it had it


def edit(path: str, terminal: int) -> int:
    """Let the user edit a file, and return the editor's exit status; 127 where there is none."""
    environment = dict(os.environ)
    if environment.get("GIT_EDITOR") == ":":  # git says so to the hook where it opens no editor itself
        del environment["GIT_EDITOR"]
    answer = git.call(["var", "GIT_EDITOR"], own_config=True, without=() if "GIT_EDITOR" in environment else ("GIT_EDITOR",))
    editor = os.fsdecode(answer.output).rstrip("\n")
    if answer.status or not editor:
        return 127
    actions = [(os.POSIX_SPAWN_DUP2, terminal, number) for number in (0, 1, 2)]
    argv = ["sh", "-c", f'{editor} "$@"', editor, path]
    job = os.posix_spawn("/bin/sh", argv, environment, file_actions=actions, setpgroup=0)
    return _wait(job, terminal)


def _wait(job: int, terminal: int) -> int:
    """Give a job the terminal, wait for its end and take the terminal back. When it is stopped, so are we."""
    own = os.getpgrp()
    before = signal.signal(signal.SIGTTOU, signal.SIG_IGN)  # else taking the terminal back would stop us
    try:
        while True:
            os.tcsetpgrp(terminal, job)
            os.killpg(job, signal.SIGCONT)
            _, status = os.waitpid(job, os.WUNTRACED)
            if not os.WIFSTOPPED(status):
                return os.waitstatus_to_exitcode(status)
            if os.WSTOPSIG(status) not in _WANTED_TERMINAL:
                os.tcsetpgrp(terminal, own)
                os.killpg(own, signal.SIGTSTP)
    finally:
        os.tcsetpgrp(terminal, own)
        signal.signal(signal.SIGTTOU, before)
