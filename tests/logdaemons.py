"""A real `gitward audit serve` with a log of its own, its clients, and other users of this machine."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from gitward import clock
from gitward.audit import creation, entry, folder, reading, recorder
from gitward.audit.claims import Claims
from gitward.audit.event import decision_item
from gitward.audit.log import Item
from gitward.canonical import canonical
from gitward.engine import conclude
from gitward.errors import Undecided
from gitward.model import Change

SRC = Path(os.environ.get("GITWARD_SRC") or Path(__file__).parent.parent / "src").resolve()
NOBODY, DAEMON = 65534, 1  # of Debian, and of every other system that these tests meet
PACKAGES = [path for path in sys.path if path.endswith("-packages")]
CODE = f"import sys; sys.path[:0] = {[str(SRC), *PACKAGES]!r}; from gitward.__main__ import main; sys.exit(main())"
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can be another user")


def event(name: str = "decision.receive", **parts: object) -> bytes:
    """An event that a verifier takes for one: a decision's, under another name if need be."""
    change = Change(stage="receive", time=clock.now(), updates=(), known=frozenset())
    whole = json.loads(decision_item(conclude((), change, [], decision_id=clock.new_id(), version="1"), Claims()).event)
    return canonical(whole | {"event": whole["event"] | {"class": name}} | parts)


def may_enter(path: Path) -> bool:
    """Whether every user may read this."""
    real = path.resolve()
    return os.access(real, os.R_OK) and all(each.stat().st_mode & 0o001 for each in real.parents) and bool(
        real.stat().st_mode & 0o004
    )  # fmt: skip


def python_of_all() -> str:
    """An interpreter that every user may start, of the version for which the libraries here are made."""
    version = f"python3.{sys.version_info.minor}"
    for found in (sys.executable, shutil.which(version, path="/usr/local/bin:/usr/bin")):
        if found and may_enter(Path(found)) and may_enter(SRC / "gitward" / "__init__.py"):
            return found
    message = f"other users of this machine cannot start {version}, or cannot read the source"
    if os.environ.get("CI") == "true":
        pytest.fail(message)
    pytest.skip(message)


@dataclass
class Daemon:
    """The folder holds the log and the socket. Every user may enter it; the log is the daemon's alone."""

    folder: Path
    user: int = 0
    process: subprocess.Popen[bytes] | None = None
    said: list[str] = field(default_factory=list)

    @property
    def log(self) -> Path:
        return self.folder / "log"

    @property
    def socket(self) -> Path:
        return self.folder / "socket" / "log.sock"

    @property
    def target(self) -> str:
        return f"unix:{self.socket}"

    def command(self, *options: str) -> list[str]:
        python = python_of_all() if self.user else sys.executable
        return [python, "-I", "-c", CODE, "audit", "serve", "--log", str(self.log), "--socket", str(self.socket), *options]

    def start(self, *options: str, command: list[str] | None = None) -> None:
        """Start it and wait until it is ready."""
        more = {"user": self.user, "group": self.user, "extra_groups": []} if self.user else {}
        self.process = subprocess.Popen(command or self.command(*options), stderr=subprocess.PIPE, cwd="/", **more)
        self.said = [self.process.stderr.readline().decode()]
        if "ready" not in self.said[0]:
            rest = self.process.communicate()[1].decode()
            raise AssertionError(f"the daemon does not start: {self.said[0]}{rest}")
        threading.Thread(target=self._listen, args=(self.process.stderr,), daemon=True).start()

    def _listen(self, stderr: object) -> None:
        self.said += [line.decode() for line in stderr]

    def end(self, number: int = signal.SIGTERM) -> int:
        process, self.process = self.process, None
        process.send_signal(number)
        return process.wait(timeout=20)

    def record(self, given: bytes = b"", **how: object) -> int:
        return recorder.record(self.target, Item(event=given or event(), **how))

    def ids(self) -> dict[str, int]:
        """The seq of each event by its id."""
        return {each["event"]["id"]: each["seq"] for each in map(json.loads, self.lines())}

    def lines(self) -> list[bytes]:
        return b"".join(path.read_bytes() for path in sorted(self.log.glob("*.jsonl"))).split(b"\n")[:-1]


def chain_faults(log: Path) -> list[str]:
    """The entries of a log folder that do not follow the one before."""
    about = folder.about(str(log))
    prev, faults = entry.first_prev(about.origin, about.key), []
    for number, each in enumerate(reading.entries(str(log))):
        faults += [f"entry {number}"] if (each.seq, each.prev) != (number, prev) else []
        prev = entry.digest_of(each.line)
    return faults


@contextmanager
def daemon(*options: str, user: int = 0, is_started: bool = True) -> Iterator[Daemon]:
    """A daemon of a new log; not below pytest's folders, which no other user may enter."""
    place = Path(tempfile.mkdtemp(prefix="gw-"))
    made = Daemon(place, user)
    try:
        place.chmod(0o755)
        made.socket.parent.mkdir()
        creation.make(str(made.log), "git.example.com/log", owner=(user, user))
        if user:
            os.chown(made.socket.parent, user, user)
        if is_started:
            made.start(*options)
        yield made
    finally:
        if made.process:
            made.end(signal.SIGKILL)
        shutil.rmtree(place)


@dataclass
class Writers:
    """Clients that record until they are told to stop or their daemon is gone; `acknowledged` are the ids that it answered."""

    target: str
    count: int
    acknowledged: list[tuple[str, int]] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)
    is_over: bool = False

    def __enter__(self) -> Writers:
        self._threads = [threading.Thread(target=self._write) for _ in range(self.count)]
        for each in self._threads:
            each.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.is_over = True
        for each in self._threads:
            each.join(timeout=30)

    def _write(self) -> None:
        while not self.is_over:
            name = clock.new_id()
            try:
                seq = recorder.record(self.target, Item(event=event(id=name)))
            except Undecided as problem:
                self.reasons.append(problem.reason)
                return
            self.acknowledged.append((name, seq))


def as_user(user: int, code: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run Python code as another user, gitward's source and libraries on its path."""
    start = f"import sys; sys.path[:0] = {[str(SRC), *PACKAGES]!r}\n{code}"
    return subprocess.run([python_of_all(), "-I", "-c", start, *arguments], user=user, group=user, extra_groups=[], cwd="/",
                          capture_output=True, text=True, timeout=60)  # fmt: skip
