"""Worker processes whose parent is killed: they end, and clean up after themselves."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

SCRIPT = """
import os, sys, time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing.util import Finalize
sys.path.insert(0, sys.argv[1])
from gitward.workerprocess import end_with_parent

def start():
    end_with_parent()
    Finalize(None, os.unlink, args=(str(os.getpid()),), exitpriority=1)

def work(seconds):
    open(str(os.getpid()), "w").close()
    time.sleep(seconds)
    return os.getpid()

if __name__ == "__main__":
    with ProcessPoolExecutor(2, initializer=start) as pool:
        print(*pool.map(work, (0.3, 0.3)), flush=True)
        if sys.argv[2] == "wait":
            sys.stdin.read()
        if sys.argv[2] == "work":
            list(pool.map(work, (0.5, 0.5, 0.5, 0.5)))
"""


def is_running(pid: int) -> bool:
    stat = Path(f"/proc/{pid}/stat")
    return stat.exists() and stat.read_text().rpartition(")")[2].split()[0] != "Z"


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="there is no /proc to see processes in")
@pytest.mark.parametrize("how", ["wait", "work", "end"])
def test_they_end_with_their_parent(how: str, tmp_path: Path) -> None:
    source = Path(os.environ.get("GITWARD_SRC") or Path(__file__).parent.parent / "src").resolve()
    (tmp_path / "script.py").write_text(SCRIPT)
    folder = tmp_path / "files"
    folder.mkdir()
    parent = subprocess.Popen(
        [sys.executable, tmp_path / "script.py", source, how],
        cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert parent.stdout is not None
    workers = [int(pid) for pid in parent.stdout.readline().split()]
    assert len(set(workers)) == 2
    if how != "end":
        parent.send_signal(signal.SIGKILL)
    parent.wait(timeout=30)
    end = time.monotonic() + 20
    while any(map(is_running, workers)) and time.monotonic() < end:
        time.sleep(0.05)
    assert [pid for pid in workers if is_running(pid)] == []
    assert list(folder.iterdir()) == []
    assert parent.communicate()[1] == ""
