"""The secret from which git makes the nonces of signed pushes: one of its own for each repository (git-config(1))."""

from __future__ import annotations

import os
import secrets
import stat

from gitward import gitcommand
from gitward.errors import GitwardError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from gitward.model import Policy

SETTING = "receive.certNonceSeed"
_OTHERS_READ = stat.S_IRGRP | stat.S_IROTH


def asks(policies: Iterable[Policy]) -> bool:
    """Whether an entry of these judges push certificates."""
    return any("certificate" in entry.rule.needs for policy in policies for entry in policy.entries)


def config_of(path: str) -> str:
    """The repository's own configuration file."""
    return os.path.join(path, gitcommand.need(path, "rev-parse", "--git-path", "config"))


def is_open(config: str) -> bool:
    """Whether others than its owner may read the file."""
    return bool(os.stat(config).st_mode & _OTHERS_READ)


def own(path: str) -> str:
    """The secret of this very repository, '' for none; one of the whole machine is not meant."""
    return gitcommand.ask(path, "config", "--local", "--get", SETTING)[1]


def give(path: str) -> tuple[str, ...]:
    """Give the repository a secret where it has none of its own. What is to be said of it. Raises GitwardError."""
    config = config_of(path)
    try:
        made = not own(path)
        if made:
            _append(config, f"[receive]\n\tcertNonceSeed = {secrets.token_hex(32)}\n".encode())
        open_to_others = is_open(config)
    except OSError as problem:
        raise GitwardError(f"{config} cannot be written: {problem.strerror}", "run this as its owner") from None
    remarks = [f"{SETTING} was made: pushes can be signed"] if made else []
    if open_to_others:
        remarks.append(f"advice: chmod go-r {config}, which holds {SETTING}, if no other user reads this repository")
    return tuple(remarks)


def _append(config: str, text: bytes) -> None:
    """Add a section as git does, and unlike git without a word of it on a command line, which every user can read."""
    lock = f"{config}.lock"
    try:
        file = os.open(lock, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    except FileExistsError:
        raise GitwardError(f"{lock} is there: another git writes the configuration", "try again") from None
    try:
        with open(file, "wb") as writer, open(config, "rb") as reader:
            before, old = reader.read(), os.fstat(reader.fileno())
            writer.write(before + (b"" if before.endswith(b"\n") or not before else b"\n") + text)
            writer.flush()
            os.fsync(file)
            os.fchmod(file, stat.S_IMODE(old.st_mode))
            if os.geteuid() == 0:
                os.fchown(file, old.st_uid, old.st_gid)
        os.replace(lock, config)
    except OSError:
        os.unlink(lock)
        raise
