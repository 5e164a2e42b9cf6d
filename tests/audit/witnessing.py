"""A witness as a process of its own, on a free port of loopback: the command, or a fork that spares its start."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

from gitward.audit.signingkey import read_private
from gitward.audit.witness.memory import Memory
from gitward.audit.witness.serving import Server
from gitward.record import record
from gitward.tlog import note
from gitward.tlog.cosignature import cosigner_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator


@record
class Running:
    """Its public key, where it listens, its process id."""

    key: str
    url: str
    pid: int


def _made(folder: Path) -> None:
    folder.mkdir(exist_ok=True)
    if not (folder / "key").exists():
        (folder / "key").write_text(note.new_key("witness.example.com").text())


@contextmanager
def witnessing(folder: Path, *log_keys: str) -> Iterator[Running]:
    """A witness that remembers in `folder`/state; started again there it is the same witness."""
    _made(folder)
    key = read_private(str(folder / "key"))
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            memory = Memory(str(folder / "state"), key, tuple(note.public_key(each) for each in log_keys))
            server = Server(("127.0.0.1", 0), memory, lambda _: None)
            os.write(writer, b"%d" % server.server_port)
            os.close(writer)
            server.serve_forever()
        finally:
            os._exit(1)
    os.close(writer)
    with os.fdopen(reader) as pipe:
        port = pipe.read()
    try:
        assert port, "the witness did not start"
        yield Running(key=str(cosigner_of(key)), url=f"http://127.0.0.1:{port}", pid=child)
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


@contextmanager
def serving(launcher: Path, folder: Path, *log_keys: str) -> Iterator[tuple[Running, subprocess.Popen[str]]]:
    """The same by `gitward audit witness serve`."""
    _made(folder)
    arguments = [word for key in log_keys for word in ("--log-key", key)]
    process = subprocess.Popen(
        [sys.executable, "-I", launcher, "audit", "witness", "serve", "--state", folder / "state", "--key", folder / "key",
         "--listen", "127.0.0.1:0", *arguments],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    )  # fmt: skip
    try:
        assert process.stdout
        key, url = process.stdout.readline().strip(), process.stdout.readline().strip()
        yield Running(key=key, url=url, pid=process.pid), process
    finally:
        process.kill()
        process.wait()
