"""Ctrl-C at many moments of a run: the kernel sends it at the n-th call of a kind, so each moment is met exactly."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from servers import need
from soaking import FACTOR, long

TYPE_CHECKING = False
if TYPE_CHECKING:
    from conftest import Git

POLICY = "version: 1\npolicy: {id: test}\nrules:\n  - {rule: subject-style}\n"
PATIENCE = 60
MOMENTS = 3 * FACTOR  # of each command
SOAKED = ("hook pre-push origin", "access shell ann", "audit list --log none", "signatures HEAD")


def begin_as_at_a_prompt() -> None:
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@pytest.fixture
def work(repo: Path, git: Git) -> Path:
    (repo / ".gitward.yaml").write_text(POLICY)
    git("add", ".", cwd=repo)
    git("commit", "-q", "-m", "Begin", cwd=repo)
    git("commit", "-q", "--allow-empty", "-m", "Go on.", cwd=repo)
    (repo / "m").write_text("Handle UTF-8.\n")
    return repo


def moments(trace: str) -> list[tuple[str, int]]:
    """Each call from when the first module of gitward's has been read, and how many of its kind there were with it."""
    seen, found = Counter[str](), []
    begun = False
    for line in trace.splitlines():
        call = line.partition("(")[0]
        seen[call] += 1
        if begun and call.isidentifier() and call != "exit_group":
            found.append((call, seen[call]))
        begun = begun or "/gitward/cli/output." in line or "/gitward/cli/__pycache__/output." in line
    return found


@pytest.mark.parametrize(
    "words", ["hook commit-msg m", "check HEAD~1..", *(pytest.param(words, marks=long) for words in SOAKED)]
)
def test_an_interrupt_shows_no_traceback(work: Path, launcher: Path, tmp_path: Path, words: str) -> None:
    need("strace", "strace")
    command = [sys.executable, "-I", str(launcher), *words.split()]

    def run(*options: str, to: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(["strace", "-qq", "-o", to, *options, *command], cwd=work, capture_output=True, text=True,
                              timeout=PATIENCE, preexec_fn=begin_as_at_a_prompt, stdin=subprocess.DEVNULL)  # fmt: skip

    run(to=str(tmp_path / "warm"))  # what a first run makes and keeps is no part of the others
    undisturbed = run(to=str(tmp_path / "trace"))
    found = moments((tmp_path / "trace").read_text())
    ended = Counter[int]()
    for call, number in found[:: max(1, len(found) // MOMENTS)]:
        done = run("-e", f"trace={call}", "-e", f"inject={call}:signal=INT:when={number}", to=os.devnull)
        assert not re.search("Traceback|Exception ignored|Fatal", done.stderr), (call, number, done.stderr)
        ended[done.returncode] += 1
    assert set(ended) <= {130, -signal.SIGINT, undisturbed.returncode}, ended
    assert ended[130] + ended[-signal.SIGINT] >= ended.total() - 1, ended  # the last one may have come too late
