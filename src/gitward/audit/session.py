"""What joins the events of one push: the process of `git receive-pack` that started all of its hooks. For Linux only."""

from __future__ import annotations

import os

_MOST_STEPS = 8  # from a hook to git: a forge's dispatcher and a shell or two stand between


def session_id() -> str:
    """`BOOT-PID-START` of the git that started this hook: 8 digits of the boot's id, its pid, its start in clock ticks (proc(5)).

    It is the nearest receive-pack among the processes above this one, else the parent. '' where the kernel does not say.
    """
    return session_of(receiving() or os.getppid())


def session_of(pid: int) -> str:
    """The same of a process, which is git or will be: neither pid nor start changes where one program becomes another."""
    start = start_of(pid)
    try:
        with open("/proc/sys/kernel/random/boot_id", encoding="ascii") as file:
            boot = file.read(8)
    except (OSError, ValueError):
        return ""
    return f"{boot}-{pid}-{start}" if start else ""


def start_of(pid: int) -> str:
    """When a process started, in clock ticks since the machine did; '' for one that is gone."""
    try:
        return _after_name(pid)[19].decode()
    except (OSError, IndexError, ValueError):
        return ""


def receiving() -> int:
    """The pid of the nearest `git receive-pack` above this process, 0 where there is none."""
    pid = os.getppid()
    for _ in range(_MOST_STEPS):
        if pid <= 1:
            break
        if command_of(pid) == "receive-pack":
            return pid
        try:
            pid = int(_after_name(pid)[1])
        except (OSError, IndexError, ValueError):
            break
    return 0


def command_of(pid: int) -> str:
    """Which git command a process runs, such as `update-ref`; '' for a process that is no git, or that is gone."""
    try:
        with open(f"/proc/{pid}/cmdline", "rb") as file:
            words = file.read(4096).split(b"\0")
    except OSError:
        return ""
    name = words[0].rpartition(b"/")[2]
    if name.startswith(b"git-"):
        return _word(name[4:])
    return next((_word(word) for word in _commands(words[1:])), "") if name == b"git" else ""


def _commands(words: list[bytes]) -> list[bytes]:
    """The words after git's own options (git(1)): two of these have their value in the next word."""
    while words and words[0].startswith(b"-"):
        words = words[2 if words[0] in (b"-c", b"-C", b"--git-dir", b"--work-tree", b"--namespace") else 1 :]
    return words


def _word(name: bytes) -> str:
    """A name that is safe to write down: git's own commands are small letters and hyphens."""
    return name.decode() if 0 < len(name) <= 40 and not name.translate(None, b"abcdefghijklmnopqrstuvwxyz-") else ""


def _after_name(pid: int) -> list[bytes]:
    """The fields of /proc/PID/stat from the state on: [0] state, [1] parent, [19] start (proc(5) numbers them from 3)."""
    with open(f"/proc/{pid}/stat", "rb") as file:
        return file.read().rpartition(b")")[2].split()
