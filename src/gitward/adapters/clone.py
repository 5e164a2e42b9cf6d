"""The developer's clone as a hook sees it: a few questions to git, asked at once, without a process module to import.

The commit-msg hook has under a tenth of a second for everything, and git answers each of these in two milliseconds.
"""

from __future__ import annotations

import os
import sys

from gitward.errors import Undecided

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

CONFIG = r"^(commit\.cleanup|core\.comment(char|string)|i18n\.commitencoding|gitward\.(target|prompt|receipts|logkey))$"
_BETWEEN = "--between-two-paths"  # rev-parse prints an option that is none of its own as it is
PATHS = ("MERGE_HEAD", "rebase-merge/head-name", "rebase-apply/head-name")


def ask(*questions: Sequence[str]) -> list[tuple[int, bytes]]:
    """Run git once per question, all at the same time: (exit status, stdout) of each. stderr is dropped."""
    started = [_start(["git", *question]) for question in questions]
    return [_finish(process, pipe) for process, pipe in started]


if sys.platform == "win32":
    import subprocess

    def _start(argv: list[str]) -> tuple[object, object]:
        return subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL), None

    def _finish(process: object, _pipe: object) -> tuple[int, bytes]:
        out, _ = process.communicate(timeout=30)  # type: ignore[attr-defined]
        return process.returncode, out  # type: ignore[attr-defined]

else:

    def _start(argv: list[str]) -> tuple[int, int]:
        reader, writer = os.pipe()
        null = os.open(os.devnull, os.O_RDWR)
        try:
            actions = [(os.POSIX_SPAWN_DUP2, null, 0), (os.POSIX_SPAWN_DUP2, writer, 1), (os.POSIX_SPAWN_DUP2, null, 2)]
            return os.posix_spawnp("git", argv, os.environ, file_actions=actions), reader
        except OSError as problem:
            os.close(reader)
            raise Undecided(f"git cannot be run: {problem.strerror}", "put git on the PATH", "no-git") from None
        finally:
            os.close(writer)
            os.close(null)

    def _finish(process: int, pipe: int) -> tuple[int, bytes]:
        with os.fdopen(pipe, "rb") as stream:
            out = stream.read()
        return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]), out


def _text(answer: tuple[int, bytes]) -> str:
    return answer[1].rstrip(b"\n").decode("utf-8", "surrogateescape") if answer[0] == 0 else ""


class Clone:
    """What the hooks of a clone need to know: where it is, which branch gets the commit, what git was told."""

    def __init__(self) -> None:
        paths = [part for name in PATHS for part in (_BETWEEN, "--git-path", name)]
        places, branch, target, config = ask(
            ("rev-parse", "--show-toplevel", _BETWEEN, "--absolute-git-dir", *paths),
            ("symbolic-ref", "-q", "HEAD"),
            ("symbolic-ref", "-q", "refs/remotes/origin/HEAD"),
            ("config", "-z", "--get-regexp", CONFIG),
        )
        found = _text(places).split(f"\n{_BETWEEN}\n")  # a path may hold line ends
        if places[0] != 0 or len(found) != 2 + len(PATHS):
            raise Undecided("this is no git work tree", "run it as a hook, at the top of the work tree", "no-repository")
        self.top, self.git_dir, self._merge_head, *self._rebases = found
        self.config = _pairs(config[1])
        self.branch = _text(branch) or self._rebased()
        self.target = self._target(_text(target))

    @property
    def merging(self) -> bool:
        return os.path.exists(self._merge_head)

    def _rebased(self) -> str:
        """In a rebase HEAD is detached, and a file names the branch that the commits go back to."""
        for path in self._rebases:
            try:
                with open(path, "rb") as file:
                    name = file.read(4096).strip().decode("utf-8", "surrogateescape")
            except OSError:
                continue
            if name.startswith("refs/heads/"):
                return name
        return ""

    def _target(self, remote_head: str) -> str:
        configured = self.config.get("gitward.target", "")
        if configured:
            return configured if configured.startswith("refs/") else f"refs/heads/{configured}"
        prefix = "refs/remotes/origin/"
        return f"refs/heads/{remote_head[len(prefix) :]}" if remote_head.startswith(prefix) else ""

    def is_ancestor_of_head(self, oid: str) -> bool | None:
        """True, False, or None where git knows no such commit."""
        status, _ = ask(("merge-base", "--is-ancestor", "--end-of-options", oid, "HEAD"))[0]
        return {0: True, 1: False}.get(status)


def _pairs(listing: bytes) -> dict[str, str]:
    """`git config -z` output: key LF value NUL, the last value of a key wins."""
    pairs = (item.partition(b"\n") for item in listing.split(b"\0") if item)
    return {key.decode().lower(): value.decode("utf-8", "surrogateescape") for key, _, value in pairs}
