"""What is forked from a started gitward ends as a process that Python starts: output, exit code, environment, what it raises."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from forked import Started

TEXTS = {
    "exit code": "sys.exit(3)",
    "no exit": "print('done')",
    "a text as exit": "sys.exit('why')",
    "raised": "raise OSError('gone')",
    "killed": "os.kill(os.getpid(), 9)",
    "arguments": "print(sys.argv[1:], __name__, __file__ == sys.argv[0], sys.flags.isolated, sys.path)",
    "environment": "print(sorted(os.environ.items()), os.getcwd(), os.umask(0o022), sys.stdout.encoding, sys.stdout.errors)",
    "time zone": "import time; print(time.tzname)",
    "input": "print(repr(sys.stdin.read()), sys.stdin.isatty())",
    "unflushed": "sys.stdout.write('half'); sys.stderr.write('of it'); sys.exit(0)",
    "order": "print('one', flush=True); os.system('echo two'); print('three'); sys.exit(0)",
    "at exit": "import atexit; atexit.register(print, 'last'); sys.exit(0)",
    "threads": "import threading, time; threading.Thread(target=lambda: (time.sleep(0.1), print('late'))).start(); sys.exit(0)",
    "descriptors": "print(sorted(set(os.listdir('/proc/self/fd')) - {'3'})); sys.exit(0)",
    "surrogates": "sys.stdout.write(sys.argv[1] + os.environ['ODD']); sys.exit(0)",
    "gitward": "sys.path.insert(0, os.environ['SOURCE']); from gitward.__main__ import main; sys.exit(main())",
}


def _run(words: list[str], cwd: Path, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-I", *words], cwd=cwd, env=environment, input="in\r\nput\udcfd\n", capture_output=True,
        encoding="utf-8", errors="surrogateescape", check=False,
    )  # fmt: skip


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_it_ends_as_a_process_that_python_starts(text: str, home: Path, tmp_path: Path, started: Started | None) -> None:
    if started is None:
        pytest.skip("mutants fork nothing")
    script = tmp_path / "script"
    script.write_text(f"import sys\nimport os\n{text}\n")
    environment = {**os.environ, "TZ": "UTC-5", "ODD": "\udcfe", "SOURCE": str(Path(__file__).parent.parent / "src")}
    words = [str(script), "\udcff", "--no-such"]
    forked = started.run(words, home, environment, "in\r\nput\udcfd\n", timeout=60)
    real = _run(words, home, environment)
    script.write_text(started.knocking(script.read_text()))
    knocked = _run(words, home, environment)
    for done in (forked, knocked):
        assert (done.returncode, done.stdout) == (real.returncode, real.stdout)
        assert done.stderr.splitlines()[-1:] == real.stderr.splitlines()[-1:]


def test_what_hangs_is_killed_and_the_next_one_runs(home: Path, tmp_path: Path, started: Started | None) -> None:
    if started is None:
        pytest.skip("mutants fork nothing")
    script = tmp_path / "script"
    script.write_text("import sys, time\ntime.sleep(float(sys.argv[1]))\nsys.exit(4)\n")
    with pytest.raises(subprocess.TimeoutExpired):
        started.run([str(script), "600"], home, dict(os.environ), "", timeout=0.2)
    assert started.run([str(script), "0"], home, dict(os.environ), "", timeout=60).returncode == 4


@pytest.mark.parametrize("why", ["another locale", "nothing listens"])
def test_a_launcher_that_cannot_have_it_forked_runs_it(home: Path, tmp_path: Path, started: Started | None, why: str) -> None:
    if started is None:
        pytest.skip("mutants fork nothing")
    text = started.knocking("import sys\nimport os\nprint(os.getppid(), sys.stdout.encoding)\n")
    script = tmp_path / "script"
    script.write_text(text.replace(started.address, str(tmp_path / "none")) if why == "nothing listens" else text)
    environment = {**os.environ, **({"LC_ALL": "C"} if why == "another locale" else {})}
    words = [str(script)]
    assert _run(words, home, environment).stdout.split()[0] == str(os.getpid())
    script.write_text(text)
    assert _run(words, home, dict(os.environ)).stdout.split()[0] == str(started.process.pid)
