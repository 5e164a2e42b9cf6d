"""`gitward audit witness serve` as a process of its own, on a free port of loopback."""

from __future__ import annotations

import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

from gitward.record import record
from gitward.tlog import note

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator


@record
class Running:
    """Its public key, where it listens, its process."""

    key: str
    url: str
    process: subprocess.Popen[str]


@contextmanager
def witnessing(launcher: Path, folder: Path, *log_keys: str, name: str = "witness.example.com") -> Iterator[Running]:
    """A witness that remembers in `folder`/state; started again there it is the same witness."""
    folder.mkdir(exist_ok=True)
    if not (folder / "key").exists():
        (folder / "key").write_text(note.new_key(name).text())
    arguments = [word for key in log_keys for word in ("--log-key", key)]
    process = subprocess.Popen(
        [sys.executable, "-I", launcher, "audit", "witness", "serve", "--state", folder / "state", "--key", folder / "key",
         "--listen", "127.0.0.1:0", *arguments],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    )  # fmt: skip
    try:
        assert process.stdout
        yield Running(key=process.stdout.readline().strip(), url=process.stdout.readline().strip(), process=process)
    finally:
        process.kill()
        process.wait()
