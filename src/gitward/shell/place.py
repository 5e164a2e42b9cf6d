"""From the path that a client wrote to a git directory below the root, and to the settings of the hook that guards it.

Source: git's own path.c, enter_repo, which says what git would take a path for, and setup.c, is_git_directory.
"""

from __future__ import annotations

import os

from gitward.errors import Undecided
from gitward.shell.refusal import Denied

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gitward.installer.settings import Settings

_ENDINGS = ("", "/.git", ".git")  # that git adds to what was written, where it names no repository


def repository(root: str, path: str) -> str:
    """The real path of the git directory that `path` names below `root`.

    A path from the root of the file system is taken as it is where it begins with `root`, else as one below it. Symbolic links
    are followed, and must not lead out; what is inside another repository is none. Raises Denied, and Undecided where there is
    no root, or git would take another repository.
    """
    top = os.path.realpath(root)
    if not os.path.isdir(top):
        raise Undecided(f"the root {root} is not there", "make it, or write another --root", "no-root")
    is_whole = any(_is_below(path, each) for each in (top, os.path.abspath(root)))
    named = path.rstrip("/") if is_whole else os.path.join(top, path.strip("/"))
    for ending in _ENDINGS:
        found = os.path.realpath(named + ending)
        if _is_below(found, top) and _is_git_directory(found) and not _is_inside_another(found, top):
            if os.path.lexists(os.path.join(found, ".git")):
                raise Undecided(f"{found} holds a .git, which git would take in its place", "move it away", "two-repositories")
            return found
    raise Denied("there is no such repository", "look at the name; a path is below this server's root", "no-repository")


def settings(git_dir: str) -> Settings:
    """What the hook of this repository says. Raises Denied where none of gitward's stands there, else GitwardError."""
    from gitward.installer.server import installed

    hook = installed(git_dir)
    if hook is None:
        raise Denied(
            "no policy guards this repository, so nobody gets at it here",
            "its administrator runs: gitward install --server", "no-hook",
        )  # fmt: skip
    if not os.access(hook.path, os.X_OK):
        raise Undecided(f"{hook.path} cannot be started, so git would pass it over", "make it executable", "no-hook")
    return hook.settings


def _is_below(path: str, folder: str) -> bool:
    return path.startswith(f"{folder.rstrip('/')}/")


def _is_inside_another(path: str, top: str) -> bool:
    """Whether a folder above it is a repository: whoever pushes refs to that one makes folders and files in there."""
    above = os.path.dirname(path)
    while _is_below(above, top):
        if _is_git_directory(above):
            return True
        above = os.path.dirname(above)
    return False


def _is_git_directory(path: str) -> bool:
    head = os.path.join(path, "HEAD")
    return os.path.lexists(head) and all(os.path.isdir(os.path.join(path, name)) for name in ("objects", "refs"))
