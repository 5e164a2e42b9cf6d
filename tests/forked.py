"""gitward started once for many tests: each command is forked from a process that has imported it and run nothing.

    python forked.py CHANNEL SOURCE

A command of its own process runs the text of the launcher with its arguments, folder, environment and files, as Python would
run it. What a start costs and what it imports is not seen here: tests of that start Python themselves.
"""

from __future__ import annotations

import atexit
import gc
import importlib
import json
import os
import pkgutil
import runpy
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import IO

Done = subprocess.CompletedProcess[str]
LOCALE = "C.UTF-8"


class Started:
    """A process that has imported gitward from a folder; commands are forked from it, one at a time."""

    def __init__(self, source: Path) -> None:
        self.channel, other = socket.socketpair(type=socket.SOCK_SEQPACKET)
        self.one = threading.Lock()
        words = [sys.executable, "-I", __file__, str(other.fileno()), str(source)]
        with other:
            self.process = subprocess.Popen(
                words, env={**os.environ, "LC_ALL": LOCALE}, pass_fds=[other.fileno()],
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            )  # fmt: skip

    @staticmethod
    def takes(environment: dict[str, str]) -> bool:
        """Whether a command with this environment starts as this process did: Python asks for the locale once, at its start."""
        return environment.get("LC_ALL") == LOCALE

    def run(self, words: list[str], cwd: Path, environment: dict[str, str], stdin: str, timeout: float) -> Done:
        """`words` are the launcher and its arguments; gives how it ended, whatever its exit code."""
        asked = json.dumps({"words": words, "cwd": str(cwd), "environment": environment})
        with self.one, _file(asked) as request, _file(stdin) as given, _file() as out, _file() as err:
            socket.send_fds(self.channel, [b"."], [file.fileno() for file in (request, given, out, err)])
            code = self._code(words, timeout)
            return Done(words, code, _text(out), _text(err))

    def _code(self, words: list[str], timeout: float) -> int:
        child = int(self.channel.recv(16))
        self.channel.settimeout(timeout)
        try:
            return int(self.channel.recv(16))
        except TimeoutError:
            os.kill(child, signal.SIGKILL)
            self.channel.settimeout(None)
            self.channel.recv(16)
            raise subprocess.TimeoutExpired(words, timeout) from None
        finally:
            self.channel.settimeout(None)

    def end(self) -> None:
        self.channel.close()
        self.process.wait()


def _file(text: str = "") -> IO[bytes]:
    """A file without a name; whatever opens it again, or writes to it beside others, adds to its end."""
    file = tempfile.TemporaryFile("a+b", buffering=0)  # noqa: SIM115  who calls closes it
    file.write(text.encode("utf-8", "surrogateescape"))
    file.seek(0)
    return file


def _text(file: IO[bytes]) -> str:
    file.seek(0)
    return file.read().decode("utf-8", "surrogateescape").replace("\r\n", "\n").replace("\r", "\n")


# --- in the process that is started ----------------------------------------------------------------------------------


def _load(source: str) -> None:
    sys.path.insert(0, source)
    package = importlib.import_module("gitward")
    for module in pkgutil.walk_packages(package.__path__, "gitward."):
        if module.name != "gitward.__main__":
            importlib.import_module(module.name)
    sys.path.remove(source)
    gc.collect()
    gc.freeze()  # a child looks at none of it again


def _next(channel: socket.socket) -> dict[str, object] | None:
    """Fork for whatever is asked; what is asked, in the child. None at the end."""
    while True:
        byte, files, *_ = socket.recv_fds(channel, 1, 4)
        if not byte:
            return None
        child = os.fork()
        if not child:
            with open(files[0], "rb") as file:
                asked: dict[str, object] = json.load(file)
            for number, each in enumerate(files[1:]):
                os.dup2(each, number)
                os.close(each)
            channel.close()
            return asked
        for each in files:
            os.close(each)
        channel.send(b"%d" % child)
        channel.send(b"%d" % os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))


def _run(words: list[str], cwd: str, environment: dict[str, str]) -> None:
    """Run the launcher, and end as Python ends, but for what takes memory apart."""
    os.chdir(cwd)
    os.environ.clear()
    os.environ.update(environment)
    time.tzset()
    sys.argv[:] = words
    try:
        runpy.run_path(words[0], run_name="__main__")
    except SystemExit as end:
        if not isinstance(end.code, int):
            raise
        threading._shutdown()  # type: ignore[attr-defined]
        atexit._run_exitfuncs()
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(end.code)


def _serve(channel: str, source: str) -> None:
    _load(source)
    with socket.socket(fileno=int(channel)) as asking:
        asked = _next(asking)
    if asked:
        _run(**asked)  # type: ignore[arg-type]


if __name__ == "__main__":
    _serve(*sys.argv[1:])
