"""Finding a repository, and deciding once whether it may be trusted: git does both, under the caller's configuration.

Source: git(1), discovery and GIT_DIR; git-config(1), safe.directory; gitrepository-layout(5).
"""

from __future__ import annotations

import os

from gitward import git
from gitward.errors import Undecided
from gitward.repository.objects import Location
from gitward.repository.plumbing import OBJECT_VARIABLES
from gitward.repository.repository import Repository

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gitward.repository.objects import Reader

_OTHERS = ("GIT_DIR", "GIT_WORK_TREE", "GIT_COMMON_DIR", "GIT_INDEX_FILE", "GIT_NAMESPACE", *OBJECT_VARIABLES)
_ADD = "git config --global --add safe.directory "


def open_repository(path: str = ".", *, quarantine: bool = False, reader: Reader = "plumbing") -> Repository:
    """The repository at a path, or above it: bare, a work tree, a linked one, a `.git` file.

    "." is where git would look: GIT_DIR where that is set. `quarantine` is for pre-receive: objects are also looked for
    where the object variables of the environment say. For `reader` see Location.
    Raises Undecided where there is none, where git refuses it (its owner is somebody else, its format is unknown), and
    for GIT_NAMESPACE in quarantine: the names on the hook's stdin are then not those of the repository's refs.
    """
    if quarantine and os.environ.get("GIT_NAMESPACE"):
        raise Undecided("GIT_NAMESPACE is set: gitward does not judge pushes into a namespace", "", "namespace")
    if path in ("", "."):
        path = os.environ.get("GIT_DIR") or "."
    git_dir, oid_length = _discover(path)
    return Repository(Location(git_dir=git_dir, oid_length=oid_length, quarantine=quarantine, reader=reader))


def open_at(location: Location) -> Repository:
    """The same repository again, in another process or after `close`."""
    return Repository(location)


def _discover(path: str) -> tuple[str, int]:
    """The git directory, absolute, and how many digits an oid has."""
    directory = path if os.path.isdir(path) else os.path.dirname(path)
    if not os.path.lexists(path) or not os.path.isdir(directory or "."):
        raise Undecided(f"there is no directory {path!r}", "name a git repository", "no-repository")
    args = ["-c", "safe.bareRepository=all", "rev-parse", "--absolute-git-dir", "--show-object-format"]
    answer = git.call(args, cwd=directory or ".", own_config=True, without=_OTHERS)
    if answer.status:
        raise _refused(path, answer.error)
    # a path may hold a line feed, the format does not
    git_dir, _, object_format = answer.output.removesuffix(b"\n").rpartition(b"\n")
    return os.fsdecode(git_dir), 64 if object_format == b"sha256" else 40


def _refused(path: str, error: bytes) -> Undecided:
    text = os.fsdecode(error)
    _, found, safe = text.partition(_ADD)
    if found:
        return Undecided(f"the repository at {path!r} belongs to another user", f"{_ADD}{safe.strip()}", "ownership")
    if "not a git repository" in text:
        return Undecided(f"{path!r} is not in a git repository", "name a git repository", "no-repository")
    return Undecided(f"git cannot read the repository at {path!r}: {git.last_line(error)}", "", "no-repository")
