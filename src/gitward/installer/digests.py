"""What decides on a server whether a push is judged, as digests: hook files, and the settings of git that name or move them."""

from __future__ import annotations

import hashlib
import os

from gitward import gitcommand

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

_SETTINGS = r"^(core\.hookspath|receive\..*|transfer\..*|uploadpack\..*|hook\..*|gitward\..*)$"
_LARGEST = 1 << 20  # bytes of a hook that are read


def digests(path: str) -> dict[str, str]:
    """Per hook file of the repository, by its path from the git directory, and for `config`, a SHA-256 in hex.

    A file's digest is over its mode (`x` where git may start it) and content. Raises GitwardError, OSError.
    """
    git_dir = os.path.realpath(os.path.join(path, gitcommand.need(path, "rev-parse", "--git-dir")))
    found = {os.path.relpath(file, git_dir): _of_file(file) for file in _hooks(git_dir)}
    settings = sorted(f"{key}={value}" for key, value, _ in gitcommand.settings(path, _SETTINGS))
    found["config"] = hashlib.sha256("\0".join(settings).encode("utf-8", "surrogateescape")).hexdigest()
    return found


def repository_name(path: str) -> str:
    """What events call a repository: the real path of its git directory. Raises GitwardError for a folder that is none."""
    return os.path.realpath(os.path.join(path, gitcommand.need(path, "rev-parse", "--git-dir")))


def _hooks(git_dir: str) -> Iterator[str]:
    for folder in ("hooks", "custom_hooks"):
        for place, names, files in os.walk(os.path.join(git_dir, folder)):
            names.sort()
            yield from (os.path.join(place, name) for name in sorted(files) if not name.endswith(".sample"))


def _of_file(path: str) -> str:
    if not os.path.isfile(path):
        return hashlib.sha256(b"no file").hexdigest()
    with open(path, "rb") as file:
        data = file.read(_LARGEST)
    return hashlib.sha256((b"x" if os.access(path, os.X_OK) else b"-") + data).hexdigest()
