"""What joins the events of one push: the process of `git receive-pack` that started all of its hooks. For Linux only."""

from __future__ import annotations

import os


def session_id() -> str:
    """`BOOT-PID-START` of the parent process: 8 digits of the boot's id, its pid, its start in clock ticks since then (proc(5)).

    '' where the kernel does not say.
    """
    parent = os.getppid()
    try:
        with open("/proc/sys/kernel/random/boot_id", encoding="ascii") as file:
            boot = file.read(8)
        with open(f"/proc/{parent}/stat", "rb") as stat:
            start = stat.read().rpartition(b")")[2].split()[19].decode()
    except (OSError, IndexError, ValueError):
        return ""
    return f"{boot}-{parent}-{start}"
