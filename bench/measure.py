"""How the figures are taken: programs run in turn, many rounds, medians and ratios of one and the same run."""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PYTHON = ROOT / ".venv" / "bin" / "python"
GITWARD = [str(PYTHON), "-I", str(ROOT / ".venv" / "bin" / "gitward")]
ENVIRONMENT = {
    "PATH": os.environ["PATH"],
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": "/dev/null",
    "GIT_AUTHOR_NAME": "Bench",
    "GIT_AUTHOR_EMAIL": "bench@bench.example",
    "GIT_COMMITTER_NAME": "Bench",
    "GIT_COMMITTER_EMAIL": "bench@bench.example",
    "LC_ALL": "C.UTF-8",
}


def run(command: list[str], *, cwd: Path, stdin: bytes = b"", home: Path | None = None) -> tuple[float, int]:
    """Seconds of wall time and the exit code; output is thrown away."""
    environment = {**ENVIRONMENT, "HOME": str(home or cwd)}
    started = time.perf_counter()
    done = subprocess.run(command, cwd=cwd, env=environment, input=stdin, capture_output=True, check=False)
    return time.perf_counter() - started, done.returncode


def git(*arguments: str, cwd: Path, stdin: bytes = b"") -> str:
    environment = {**ENVIRONMENT, "HOME": str(cwd)}
    done = subprocess.run(["git", *arguments], cwd=cwd, env=environment, input=stdin, capture_output=True, check=False)
    if done.returncode:
        sys.exit(f"git {' '.join(arguments)} failed: {done.stderr.decode(errors='replace')}")
    return done.stdout.decode(errors="surrogateescape").strip()


def medians(contestants: dict[str, Callable[[], float]], rounds: int) -> dict[str, float]:
    """The median seconds of each, run in turn so that a noisy minute hits all alike."""
    for once in contestants.values():
        once()
    taken: dict[str, list[float]] = {name: [] for name in contestants}
    for _ in range(rounds):
        for name, once in contestants.items():
            taken[name].append(once())
    return {name: statistics.median(values) for name, values in taken.items()}


def peak_memory(command: list[str], cwd: Path) -> tuple[int, float, int]:
    """Peak resident bytes of the process itself, seconds and exit code.

    Linux only: VmHWM of proc(5), looked at until the end. What wait4(2) reports counts the children, git's walk, in.
    """
    started = time.perf_counter()
    process = subprocess.Popen(
        command, cwd=cwd, env={**ENVIRONMENT, "HOME": str(cwd)}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    peak = 0
    while process.poll() is None:
        try:
            status = Path(f"/proc/{process.pid}/status").read_text()
        except OSError:
            continue
        peak = max([peak, *(int(line.split()[1]) * 1024 for line in status.splitlines() if line.startswith("VmHWM"))])
        time.sleep(0.01)
    return peak, time.perf_counter() - started, process.returncode


def limit_self() -> None:
    """Benchmarks never write core files."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    lines = [f"| {' | '.join(head)} |", f"|{'---|' * len(head)}"]
    lines += [f"| {' | '.join(row)} |" for row in rows]
    return "\n".join(lines) + "\n"
