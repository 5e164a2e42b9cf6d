"""A log with entries, and Go's verifier of logs, compiled once."""

import fcntl
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from gitward.audit import checkpoints, creation, folder, log
from gitward.audit.happenings import happening
from servers import need

SOURCE = Path(__file__).with_name("verifier.go")
GOCODE = "/usr/share/gocode"


class Log:
    """A log in a folder, with the checkpoints that were taken of it, by size."""

    def __init__(self, path):
        self.path, self.origin, self.taken = path, "git.example.com/log", {}
        creation.make(str(path), self.origin)
        self.key = folder.about(str(path)).key

    def grow(self, *sizes):
        """Entries until each of these sizes, and a checkpoint there."""
        for size in sizes:
            have = max(self.taken, default=1)
            log.append_all(str(self.path), tuple(log.Item(event=happening("log.heartbeat")) for _ in range(size - have)))
            self.taken[size] = checkpoints.take(str(self.path))
        return self

    def lines(self):
        return b"".join(Path(each.path).read_bytes() for each in folder.segments(str(self.path))).splitlines()


@pytest.fixture
def grown(tmp_path):
    return Log(tmp_path / "log").grow(7, 300)


@pytest.fixture(scope="session")
def verifier(tmp_path_factory):
    """Runs tests/tlog/verifier.go; gives its answers."""
    go = "/usr/bin/go" if os.path.exists("/usr/bin/go") else need("go", "golang-go golang-golang-x-mod-dev")
    if not os.path.isdir(f"{GOCODE}/src/golang.org/x/mod/sumdb"):
        need("golang.org/x/mod", "golang-golang-x-mod-dev")
    shared = tmp_path_factory.getbasetemp()
    shared = shared.parent if "PYTEST_XDIST_WORKER" in os.environ else shared
    program = shared / "verifier"
    with open(shared / "verifier.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not program.exists():
            subprocess.run(
                [go, "build", "-o", str(program), str(SOURCE)], check=True, cwd=shared,
                env={"PATH": "/usr/bin:/bin", "HOME": str(shared), "GO111MODULE": "off", "GOPATH": GOCODE, "GOTOOLCHAIN": "local",
                     "GOCACHE": str(shared / "gocache"), "CGO_ENABLED": "0"},
            )  # fmt: skip
            shutil.rmtree(shared / "gocache")

    def run(*arguments):
        done = subprocess.run([program, *map(str, arguments)], capture_output=True, text=True, check=True)
        return done.stdout.splitlines()

    return run
