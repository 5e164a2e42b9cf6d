"""The nonce made again: whatever git gave out under a path of the repository is known, and nothing else."""

from __future__ import annotations

import hashlib
import hmac
import subprocess
from pathlib import Path

import pytest

from gitward.pushing.nonce import issued

TYPE_CHECKING = False
if TYPE_CHECKING:
    from conftest import Git

GIT_DIR = "/srv/git/team/x.git"
WHEN = 1_700_000_000


def nonce(path: str, seed: str = "seed", *, when: int = WHEN, algorithm: str = "sha1") -> str:
    digest = hmac.new(f"{path}:{when}".encode("utf-8", "surrogateescape"), seed.encode(), getattr(hashlib, algorithm))
    return f"{when}-{digest.hexdigest()}"


@pytest.mark.parametrize(
    ("path", "pushee", "git_dir"),
    [
        (".", "https://example.com/x.git", GIT_DIR),
        ("/srv/git/team/x.git", "ssh://example.com/elsewhere", GIT_DIR),
        ("/srv/git/team/x", "", GIT_DIR),
        ("team/x.git", "", GIT_DIR),
        ("x.git/", "", GIT_DIR),
        ("/team/x", "", GIT_DIR),
        ("/srv/work", "", "/srv/work/.git"),
        ("/srv/work/.git", "", "/srv/work/.git"),
        ("../x/s.git", "../x/s.git", GIT_DIR),
        ("~ann/s.git", "ssh://example.com/~ann/s.git", GIT_DIR),
        ("s.git", "example.com:s.git", GIT_DIR),
        ("/a b\udcff", "ssh://example.com/a%20b%FF", GIT_DIR),
    ],
)
@pytest.mark.parametrize("algorithm", ["sha1", "sha256"])
def test_given_out(path: str, pushee: str, git_dir: str, algorithm: str) -> None:
    assert issued(nonce(path, algorithm=algorithm), "seed", pushee, git_dir) == WHEN
    assert issued(nonce(path, algorithm=algorithm), "another", pushee, git_dir) is None


@pytest.mark.parametrize(
    "text",
    [
        nonce("/srv/git/team/y.git"), nonce("/srv/git/team"), nonce(".", "sees"), nonce(".", ""), nonce(".") + "0",
        nonce(".").upper(), nonce(".").replace("-", "-0"), "0" + nonce("."), nonce(".").replace(str(WHEN), str(WHEN + 1)),
        nonce(".") + "\n", " " + nonce("."), "1700000000", "-", "", nonce(".", when=10**13), f"{WHEN}-{'0' * 40}",
        nonce(".").replace("1", "\u0661"),
    ],
)  # fmt: skip
def test_not_given_out(text: str) -> None:
    assert issued(text, "seed", "https://example.com/x.git", GIT_DIR) is None


def test_without_a_seed() -> None:
    assert issued(nonce(".", ""), "", "https://example.com/x.git", GIT_DIR) is None


@pytest.mark.parametrize("object_format", ["sha1", "sha256"])
@pytest.mark.parametrize("seed", ["s", "0" * 64, "ä b" * 50])
def test_as_git_makes_it(git: Git, tmp_path: Path, object_format: str, seed: str) -> None:
    """The nonce in what receive-pack says first, by the path that it is given; a seed longer than a block too."""
    server = tmp_path / "s.git"
    git("init", "-q", "--bare", f"--object-format={object_format}", server)
    git("-C", server, "config", "receive.certNonceSeed", seed)
    for path in (".", "../s.git", str(server)):
        done = subprocess.run(["git", "receive-pack", "--http-backend-info-refs", path], cwd=server, capture_output=True)
        said = done.stdout.partition(b" push-cert=")[2].split()[0].decode()
        assert issued(said, seed, path, str(server)) == int(said.partition("-")[0]), done.stderr
