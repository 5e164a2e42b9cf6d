"""Signed texts are taken once: by one of many processes, for good, and never where the disk does not take it."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

import gitward
from gitward.errors import Undecided
from gitward.pushing.spent import NONCE_SECONDS, spend

SRC = Path(gitward.__file__).parent.parent
DAY = 20_000
NOW = DAY * NONCE_SECONDS + 100
CODE = f"""if True:
    import sys
    sys.path.insert(0, {str(SRC)!r})
    from gitward.pushing.spent import spend
    folder, start, count = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    for number in range(start, start + count):
        print(number, spend(folder, str(number).encode(), {NOW}), flush=True)
"""


def days(folder: Path) -> list[str]:
    return sorted(os.listdir(folder / "gitward" / "pushes"))


def test_once(tmp_path: Path) -> None:
    assert spend(str(tmp_path), b"one", NOW)
    assert not spend(str(tmp_path), b"one", NOW)
    assert spend(str(tmp_path), b"two", NOW)
    assert not spend(str(tmp_path), b"one", NOW)


def test_of_fifty_writers_one(tmp_path: Path) -> None:
    """Fifty processes with the same twenty texts: each text is taken by one of them."""

    def run(_: int) -> list[str]:
        done = subprocess.run([sys.executable, "-S", "-c", CODE, tmp_path, "0", "20"], capture_output=True, text=True)
        assert done.stderr == ""
        return done.stdout.splitlines()

    with ThreadPoolExecutor(50) as pool:
        lines = [line for lines in pool.map(run, range(50)) for line in lines]
    assert len(lines) == 1_000
    assert sorted(line for line in lines if line.endswith("True")) == sorted(f"{number} True" for number in range(20))


def test_killed_at_any_moment(tmp_path: Path) -> None:
    """What a killed process said it had taken stays taken; what it was at is taken or free, and then nothing is broken."""
    for round_ in range(8):
        start = round_ * 100_000
        process = subprocess.Popen(
            [sys.executable, "-S", "-c", CODE, tmp_path, str(start), "100000"], stdout=subprocess.PIPE, text=True
        )
        assert process.stdout is not None
        said = [process.stdout.readline().split() for _ in range(3)]
        time.sleep(0.002 * round_)
        process.send_signal(signal.SIGKILL)
        said += [line.split() for line in process.stdout if line.endswith("True\n")]
        process.wait()
        assert not any(spend(str(tmp_path), number.encode(), NOW) for number, _ in said)
        assert spend(str(tmp_path), str(start + 99_999).encode(), NOW)


def test_full_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file system without room for one more file."""
    mounted = tmp_path / "small"
    mounted.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "nr_inodes=8", "none", mounted], capture_output=True).returncode:
        pytest.skip("file systems can be mounted only by root")
    try:
        for number in range(4):  # the top and three folders are there too
            assert spend(str(mounted), str(number).encode(), NOW)
        with pytest.raises(Undecided, match=r"could not be kept.*No space left"):
            spend(str(mounted), b"4", NOW)
        assert not spend(str(mounted), b"0", NOW)
    finally:
        subprocess.run(["umount", mounted], check=True)


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "gitward").write_text("in the way")
    with pytest.raises(Undecided, match="could not be kept") as raised:
        spend(str(tmp_path), b"one", NOW)
    assert str(tmp_path) not in str(raised.value)


def test_too_many_open_files(tmp_path: Path) -> None:
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    spend(str(tmp_path), b"one", NOW)
    first = os.dup(0)
    os.close(first)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (first, limits[1]))
        with pytest.raises(Undecided):
            spend(str(tmp_path), b"two", NOW)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, limits)
    assert spend(str(tmp_path), b"two", NOW)


def test_old_days_go(tmp_path: Path) -> None:
    for day in range(6):
        assert spend(str(tmp_path), b"one", NOW + day * NONCE_SECONDS), "another day, another nonce: another text in truth"
    assert days(tmp_path) == ["20003", "20004", "20005"]


def test_a_clock_that_is_set_back(tmp_path: Path) -> None:
    spend(str(tmp_path), b"one", NOW)
    spend(str(tmp_path), b"two", NOW + 9 * NONCE_SECONDS)
    assert days(tmp_path) == ["20009"]
    with pytest.raises(Undecided, match="later day"):
        spend(str(tmp_path), b"one", NOW)
    assert spend(str(tmp_path), b"three", NOW + 8 * NONCE_SECONDS)
    assert days(tmp_path) == ["20008", "20009"]


@pytest.mark.parametrize("mode", [0o700, 0o750, 0o2770])
def test_a_group_that_writes_the_repository(tmp_path: Path, mode: int) -> None:
    tmp_path.chmod(mode)
    spend(str(tmp_path), b"one", NOW)
    for folder in ("gitward", "gitward/pushes", f"gitward/pushes/{DAY}"):
        assert (tmp_path / folder).stat().st_mode & 0o777 == mode & 0o770
