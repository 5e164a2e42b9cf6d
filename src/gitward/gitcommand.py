"""git as this user would run it, their configuration included, for the commands that set a machine up or look it over.

Judging never comes through here: it reads objects through `repository`, without anybody's configuration.
"""

from __future__ import annotations

import os

from gitward import git
from gitward.errors import GitwardError

# what would point git at another repository than the folder says (git(1)); an alias or a hook may have set it
_ELSEWHERE = (
    "GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_COMMON_DIR", "GIT_OBJECT_DIRECTORY",
    "GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_QUARANTINE_PATH", "GIT_NAMESPACE",
)  # fmt: skip


def ask(folder: str, *arguments: str, stdin: bytes = b"") -> tuple[int, str, str]:
    """Run git in a folder: (exit status, stdout, the last line of stderr), without the line ends.

    Raises GitwardError where the folder cannot be entered, git cannot be started or does not come to an end.
    """
    if not os.path.isdir(folder):
        raise GitwardError(f"there is no folder {folder}")
    answer = git.call(arguments, stdin=stdin, own_config=True, cwd=folder, without=_ELSEWHERE)
    return (
        answer.status,
        answer.output.decode("utf-8", "surrogateescape").removesuffix("\n"),
        git.last_line(answer.error),
    )


def need(folder: str, *arguments: str, stdin: bytes = b"") -> str:
    """The stdout of a command that must succeed. Raises GitwardError with git's own words and, where known, the fix."""
    status, out, words = ask(folder, *arguments, stdin=stdin)
    if status == 0:
        return out
    if "dubious ownership" in words or "safe.directory" in words:
        path = os.path.abspath(folder)
        trust = f"git config --global --add safe.directory {path}"
        raise GitwardError(
            f"git refuses {path}: it belongs to another user", f"run this as that user, or, if you trust it: {trust}"
        )
    raise GitwardError(words.removeprefix("fatal: ") or f"git {arguments[0]} failed with status {status}")


def setting(folder: str, name: str, kind: str = "") -> str:
    """A setting as git sees it in this folder, '' where it is not set. `kind` is one of git-config's types."""
    status, out, _ = ask(folder, "config", *([f"--type={kind}"] if kind else []), "--get", name)
    return out if status == 0 else ""


def settings(folder: str, pattern: str) -> list[tuple[str, str, str]]:
    """(key, value, where it is set) of every setting whose key matches, in git's order."""
    status, out, _ = ask(folder, "config", "-z", "--show-origin", "--get-regexp", pattern)
    if status != 0:
        return []
    pieces = out.split("\0")
    pairs = (item.partition("\n") for item in pieces[1::2])
    return [(key, value, origin) for origin, (key, _, value) in zip(pieces[::2], pairs, strict=False)]


def version(folder: str = os.curdir) -> tuple[int, ...]:
    """git's version, such as (2, 39, 5)."""
    number = need(folder, "version").split(" ")[2]
    return tuple(int(part) for part in number.split(".") if part.isdigit())
