"""One hook file put into its place, and taken out again. What stood there is kept beside it and is never lost.

Every step leaves a whole hook at the path: a push that arrives meanwhile is judged by the old one or by the new one.
"""

from __future__ import annotations

import filecmp
import os
import shutil

from gitward.errors import UsageError
from gitward.installer import hookfile
from gitward.installer.hookfile import KEPT

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    Text = Callable[[str], str]

_MODE = 0o755
_LEGACY = ".legacy"  # where the pre-commit framework moves a hook that it finds, and runs it from


def standing(path: str) -> str:
    """Where gitward's part of this hook is: at `path`, or where the pre-commit framework has moved it to."""
    moved = path + _LEGACY
    return moved if hookfile.state(path) == "foreign" and hookfile.state(moved) == "ours" else path


def refuse_loss(paths: Iterable[str]) -> None:
    """Raise UsageError where putting a hook at one of the paths would lose something."""
    for path in paths:
        refuse_edited((path,))
        is_other = hookfile.state(path) == "foreign" and standing(path) == path
        if is_other and os.path.lexists(path + KEPT) and not _is_same(path, path + KEPT):
            raise UsageError(
                f"{path} is not gitward's, and {os.path.basename(path)}{KEPT} holds an earlier hook already",
                "look at both files, and move or delete one of them",
            )


def refuse_edited(paths: Iterable[str]) -> None:
    """Raise UsageError where one of the hooks is gitward's and has been edited: replacing it would lose the edit."""
    for path in paths:
        if hookfile.state(path) == "edited":
            raise UsageError(
                f"{path} was written by gitward and edited since",
                "move your lines to a file of their own, delete this one",
            )


def put(path: str, text: Text) -> str:
    """Put a hook at `path`, the one that stands there kept and run first. After `refuse_loss`.

    `text` makes the file from the command that runs the earlier hook. Returns `installed`, `updated` or `unchanged`.
    """
    path = standing(path)
    before = hookfile.state(path)
    if before == "foreign":
        _keep(path)
    wanted = text(hookfile.earlier_command(path + KEPT) if os.path.lexists(path + KEPT) else "")
    if before == "ours" and os.access(path, os.X_OK) and _read(path) == wanted:
        return "unchanged"
    os.makedirs(os.path.dirname(path), exist_ok=True)
    write(path, wanted, _MODE)
    return "updated" if before == "ours" else "installed"


def take_out(path: str) -> str:
    """Take gitward's hook out, and put back what stood there. After `refuse_edited`.

    Returns `removed`, `restored`, or '' where there was nothing of gitward's.
    """
    path = standing(path)
    before = hookfile.state(path)
    if before == "foreign":
        return ""
    if os.path.lexists(path + KEPT):
        os.replace(path + KEPT, path)
        return "restored"
    if before == "absent":
        return ""
    os.unlink(path)
    return "removed"


def write(path: str, text: str, mode: int) -> None:
    """Write a file whole or not at all."""
    draft = f"{path}.{os.getpid()}"
    file = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
    try:
        with os.fdopen(file, "wb") as stream:
            stream.write(text.encode("utf-8", "surrogateescape"))
            stream.flush()
            os.fsync(stream.fileno())
        os.chmod(draft, mode)
        os.replace(draft, path)
    except BaseException:
        os.unlink(draft)
        raise


def _keep(path: str) -> None:
    """A second name for the hook, so that there is one at `path` at every moment."""
    if os.path.lexists(path + KEPT):
        return  # the same file, or refuse_loss would have said so
    try:
        os.link(path, path + KEPT, follow_symlinks=False)
    except (OSError, NotImplementedError):
        shutil.copy2(path, path + KEPT, follow_symlinks=False)


def _is_same(one: str, other: str) -> bool:
    if os.path.islink(one) or os.path.islink(other):
        return os.path.islink(one) and os.path.islink(other) and os.readlink(one) == os.readlink(other)
    return filecmp.cmp(one, other, shallow=False)


def _read(path: str) -> str:
    with open(path, "rb") as file:
        return file.read().decode("utf-8", "surrogateescape")
