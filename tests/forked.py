"""gitward started once for many tests: each command is forked from a process that has imported it and read a policy.

    python forked.py LISTENING SOURCE

A command of its own process runs the text of the launcher with its arguments, folder, environment and files, as Python would
run it. What a start costs and what it imports is not seen here: tests of that start Python themselves.
"""

from __future__ import annotations

import atexit
import gc
import importlib
import io
import marshal
import os
import pkgutil
import runpy
import selectors
import shutil
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
Asked = tuple[list[str], str, dict[bytes, bytes], int]
"""The launcher and its arguments, the folder, the environment, the umask."""
LOCALE = "C.UTF-8"
FOLDER = str(Path(__file__).parent)


class Started:
    """A process that has imported gitward from a folder; commands are forked from it."""

    def __init__(self, source: Path) -> None:
        self.folder = tempfile.mkdtemp(prefix="gw-")  # not in tmp_path: a unix socket's path may have 107 bytes
        self.address = f"{self.folder}/door"
        with socket.socket(socket.AF_UNIX) as listening:
            listening.bind(self.address)
            listening.listen(100)
            self.process = subprocess.Popen(
                [sys.executable, "-I", __file__, str(listening.fileno()), str(source)],
                env={**os.environ, "LC_ALL": LOCALE}, pass_fds=[listening.fileno()],
                stdin=subprocess.PIPE, stdout=subprocess.DEVNULL,
            )  # fmt: skip

    @staticmethod
    def takes(environment: dict[str, str]) -> bool:
        """Whether a command with this environment starts as this process did: Python asks for the locale once, at its start."""
        return environment.get("LC_ALL") == LOCALE

    def knocking(self, launcher: str) -> str:
        """The text of a launcher that has its command forked from here; where that cannot be, it runs it itself."""
        first = f"import sys\nsys.path.insert(0, {FOLDER!r})\nimport knock\ndel sys.path[0]\nknock.at({self.address!r})\n"
        return launcher.replace("import sys\n", first)

    def run(self, words: list[str], cwd: Path, environment: dict[str, str], stdin: str, timeout: float) -> Done:
        """`words` are the launcher and its arguments; gives how it ended, whatever its exit code."""
        given = {os.fsencode(name): os.fsencode(value) for name, value in environment.items()}
        umask = _umask()
        with socket.socket(socket.AF_UNIX) as door, _file(stdin) as input_, _file() as out, _file() as err:
            door.connect(self.address)
            socket.send_fds(door, [b"."], [file.fileno() for file in (input_, out, err)])
            door.sendall(marshal.dumps((words, str(cwd), given, umask)))
            door.shutdown(socket.SHUT_WR)
            code = _code(door, words, timeout)
            return Done(words, code, _text(out), _text(err))

    def end(self) -> None:
        assert self.process.stdin
        self.process.stdin.close()
        self.process.wait()
        shutil.rmtree(self.folder)


def _code(door: socket.socket, words: list[str], timeout: float) -> int:
    """The answer is the process's id, and then how it ended."""
    answer = b""
    door.settimeout(timeout)
    try:
        while part := door.recv(32):
            answer += part
    except TimeoutError:
        os.kill(int(answer), signal.SIGKILL)
        door.settimeout(None)
        door.recv(32)
        raise subprocess.TimeoutExpired(words, timeout) from None
    return int(answer.split(b" ")[1])


def _umask() -> int:
    umask = os.umask(0)
    os.umask(umask)
    return umask


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
    load = importlib.import_module("gitward.policy.load")
    load.load_policy(load.folder_reader(f"{FOLDER}/../examples"), "policy.yaml", "policy.yaml")  # what all make anew
    sys.path.remove(source)
    sys.path.insert(0, FOLDER)
    importlib.import_module("knock").at = lambda _address: None  # a launcher that runs here has knocked
    del sys.path[0]
    gc.collect()
    gc.freeze()  # a child looks at none of it again


def _next(door: socket.socket) -> Asked | None:
    """Fork for whatever is asked; what is asked, in the child. None when whoever started this process is gone."""
    running: dict[int, tuple[int, socket.socket]] = {}
    with selectors.DefaultSelector() as waiting:
        waiting.register(0, selectors.EVENT_READ)
        waiting.register(door, selectors.EVENT_READ)
        while True:
            for key, _ in waiting.select():
                if key.fd == 0:
                    return None
                if key.fileobj is door:
                    asking = door.accept()[0]
                    child = os.fork()
                    if not child:
                        for each, (_, other) in running.items():
                            os.close(each)
                            other.close()
                        return _asked(asking)
                    asking.send(b"%d " % child)
                    running[handle := os.pidfd_open(child)] = child, asking
                    waiting.register(handle, selectors.EVENT_READ)
                else:
                    waiting.unregister(key.fd)
                    os.close(key.fd)
                    child, asking = running.pop(key.fd)
                    with asking:
                        _answer(asking, os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))


def _answer(asking: socket.socket, code: int) -> None:
    try:
        asking.send(b"%d" % code)
    except BrokenPipeError:  # who asked has been killed
        pass


def _stream(old: IO[str]) -> IO[str]:
    """One of the three streams as Python makes it at its start: it asks what the file is that stands there now."""
    file = open(old.fileno(), "rb" if old is sys.stdin else "wb", closefd=False)  # noqa: SIM115  it stands until the end
    is_lines = old is sys.stderr or file.isatty()
    return io.TextIOWrapper(file, old.encoding, old.errors, "\n", line_buffering=is_lines)


def _asked(asking: socket.socket) -> Asked:
    """What a command is to be, its files in place."""
    with asking:
        _, files, *_ = socket.recv_fds(asking, 1, 3)
        for number, each in enumerate(files):
            os.dup2(each, number)
            os.close(each)
        sys.stdin, sys.stdout, sys.stderr = (_stream(old) for old in (sys.stdin, sys.stdout, sys.stderr))
        asked: Asked = marshal.loads(b"".join(iter(lambda: asking.recv(1 << 16), b"")))
        return asked


def _run(words: list[str], cwd: str, environment: dict[bytes, bytes], umask: int) -> None:
    """Run the launcher, and end as Python ends, but for what takes memory apart."""
    os.chdir(cwd)
    os.umask(umask)
    os.environb.clear()
    os.environb.update(environment)
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


def _serve(listening: str, source: str) -> None:
    _load(source)
    with socket.socket(fileno=int(listening)) as door:
        asked = _next(door)
    if asked:
        _run(*asked)


if __name__ == "__main__":
    _serve(*sys.argv[1:])
