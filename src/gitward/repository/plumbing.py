"""git's plumbing on one repository: what `gitward.git` does, bound to a git directory and its object variables."""

from __future__ import annotations

import os
from functools import cached_property
from weakref import WeakSet

from gitward import git

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

LONG = 600.0  # seconds for a command that may walk a whole history; the server's own limit is far below
OBJECT_VARIABLES = ("GIT_QUARANTINE_PATH", "GIT_OBJECT_DIRECTORY", "GIT_ALTERNATE_OBJECT_DIRECTORIES")


class Plumbing:
    """`env` holds what git needs besides the git directory to find the objects (git(1): object directories).

    What `start` started is ended by `close`, unless it has ended before: a walk that nobody finished, for one.
    """

    def __init__(self, git_dir: str, env: Mapping[str, str]) -> None:
        self.git_dir, self.env = git_dir, env
        self._started: WeakSet[git.Process] = WeakSet()

    @cached_property
    def queues_commands(self) -> bool:
        """Whether `cat-file` has `--batch-command`. Source: git's release notes, 2.36."""
        words = self.run(["version"]).decode("ascii", "replace").split()
        numbers = words[2].split(".") if len(words) > 2 else []
        return len(numbers) > 1 and all(number.isdigit() for number in numbers[:2]) and (
            (int(numbers[0]), int(numbers[1])) >= (2, 36)
        )

    def run(self, args: Sequence[str], *, stdin: bytes = b"", timeout: float = git.SECONDS) -> bytes:
        return git.run(args, git_dir=self.git_dir, stdin=stdin, timeout=timeout, env=self.env)

    def call(self, args: Sequence[str], *, stdin: bytes = b"", timeout: float = git.SECONDS) -> git.Answer:
        return git.call(args, git_dir=self.git_dir, stdin=stdin, timeout=timeout, env=self.env)

    def start(self, args: Sequence[str], stdin: git.Process | None = None) -> git.Process:
        process = git.Process(args, self.git_dir, self.env, stdin)
        self._started.add(process)
        return process

    def close(self) -> None:
        for process in tuple(self._started):
            process.close()


def quarantine_variables() -> dict[str, str]:
    """What receive-pack set for the hook. Source: git-receive-pack(1), quarantine environment."""
    return {name: os.environ[name] for name in OBJECT_VARIABLES if name in os.environ}
