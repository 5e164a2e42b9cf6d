"""Which gitward a hook file starts: the one that is running now, by absolute paths, after a try."""

from __future__ import annotations

import os
import subprocess
import sys
from functools import cache

from gitward.errors import GitwardError
from gitward.installer.hookfile import Program

_SECONDS = 30


@cache
def this_program() -> Program:
    """The interpreter and the script of this process. Raises GitwardError where they do not start as in a hook."""
    script = os.path.abspath(sys.argv[0])
    if sys.platform == "win32" and not os.path.exists(script):
        script += ".exe"
    folder, name = os.path.split(script)
    if name.startswith("git-ward") and os.path.exists(os.path.join(folder, name.replace("git-ward", "gitward"))):
        script = os.path.join(folder, name.replace("git-ward", "gitward"))  # `git ward install` writes the same file
    program = Program(python=sys.executable.replace("\\", "/"), script=script.replace("\\", "/"))
    problem = why_broken(program)
    if problem:
        raise GitwardError(
            f"this gitward does not start as a hook would start it: {problem}",
            "install it, with pipx install gitward or into an environment of its own, and run that one",
        )
    return program


def why_broken(program: Program) -> str:
    """Start a program as a hook does, with nothing from the environment; why that fails, '' where it works."""
    for path in (program.python, program.script):
        if not os.path.exists(path):
            return f"{path} is gone"
    try:
        done = subprocess.run(
            [program.python, "-I", program.script, "--version"], env=_bare(), stdin=subprocess.DEVNULL,
            capture_output=True, timeout=_SECONDS, check=False,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired) as problem:
        return f"{program.python} cannot be run: {problem}"
    if done.returncode == 0 and done.stdout.startswith(b"gitward "):
        return ""
    last = done.stderr.decode("utf-8", "replace").strip().split("\n")[-1]
    return f"{program.script}: {last or f'exit status {done.returncode}'}"


def _bare() -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("SYSTEMROOT", "HOME") if name in os.environ}
    return {**kept, "PATH": "/usr/local/bin:/usr/bin:/bin", "LC_ALL": "C.UTF-8"}
