"""What a killed gitward leaves: the next one takes away the folders that nobody holds, and no other."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from gitward import ownfolder
from gitward.ownfolder import TemporaryFolder
from gitward.signatures.openpgp.runner import Gpg
from launching import SRC

HOLDING = f"""
import sys, time
sys.path.insert(0, {str(SRC)!r})
from gitward.signatures.openpgp.runner import Gpg
gpg = Gpg()
print(gpg.home, flush=True)
time.sleep(600)
"""


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    return tmp_path


def aged(folder: Path) -> Path:
    os.utime(folder, (time.time() - 3600,) * 2)
    return folder


def another_process() -> None:
    """A process looks once for what was left."""
    ownfolder._swept.clear()


def holding() -> tuple[subprocess.Popen[str], Path]:
    process = subprocess.Popen([sys.executable, "-I", "-c", HOLDING], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    return process, Path(process.stdout.readline().strip())


def test_the_folder_of_one_that_was_killed_goes_and_others_stay(temporary: Path) -> None:
    alive, its = holding()
    killed, left = holding()
    try:
        killed.kill()
        killed.wait(timeout=30)
        others = [temporary / "gitward-gpg-file", temporary / "gitward-gpg-link", temporary / "gitward-other"]
        others[0].write_text("no folder")
        (temporary / "elsewhere").mkdir()
        others[1].symlink_to(temporary / "elsewhere")
        others[2].mkdir()
        young = temporary / "gitward-gpg-young"
        young.mkdir(mode=0o700)
        theirs = temporary / "gitward-gpg-theirs"
        theirs.mkdir()
        theirs.chmod(0o777)
        for folder in (its, left, theirs, others[2]):
            aged(folder)
        gpg = Gpg()
        assert not left.exists()
        assert all(path.exists() for path in (its, young, theirs, *others, temporary / "elsewhere"))
        gpg.close()
        assert not Path(gpg.home).exists()
    finally:
        alive.kill()
        alive.wait(timeout=30)


def test_a_forked_child_holds_it_too(temporary: Path) -> None:
    gpg = Gpg()
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(writer)
        os.read(reader, 1)
        os._exit(0)
    os.close(reader)
    os.close(gpg.hold)  # as where the parent is killed, and its child goes on
    home = aged(Path(gpg.home))
    another_process()
    Gpg().close()
    assert home.exists()
    os.close(writer)
    os.waitpid(child, 0)
    another_process()
    Gpg().close()
    assert not home.exists()
    gpg.close.detach()


def test_any_other_temporary_folder(temporary: Path) -> None:
    with TemporaryFolder() as folder:
        assert Path(folder).parent == temporary
    assert not Path(folder).exists()
    child = os.fork()
    if child == 0:
        TemporaryFolder().__enter__()
        os.kill(os.getpid(), signal.SIGKILL)
    os.waitpid(child, 0)
    (left,) = temporary.iterdir()
    aged(left)
    another_process()
    with TemporaryFolder() as folder:
        assert [str(path) for path in temporary.iterdir()] == [folder]
