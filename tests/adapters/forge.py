"""A project on a forge, and checkouts of it as each CI provider makes them."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

POLICY = """\
version: 1
policy: {id: acme, revision: 3}
rules:
  - {rule: subject-pattern, id: ticket, refs: [refs/heads/main, "refs/tags/**"], pattern: '^ACME-[0-9]+: '}
  - {rule: subject-length, max: 50}
"""
LAX = "version: 1\npolicy: {id: lax}\nrules:\n  - {rule: subject-length, max: 500}\n"
SQUASH = POLICY.replace("rules:\n", "landing: [{refs: [refs/heads/main], method: squash}]\nrules:\n")
ZERO = "0" * 40


class Project:
    """A bare repository `origin` and one work tree to write commits in."""

    def __init__(self, git: Any, folder: Path) -> None:
        self.git, self.folder = git, folder
        self.origin, self.work = folder / "origin.git", folder / "author"

    def begin(self) -> None:
        self.git("init", "-q", "--bare", self.origin)
        self.git("init", "-q", self.work)
        self.git("remote", "add", "origin", self.origin, cwd=self.work)

    def copy(self, folder: Path) -> None:
        for path in (self.origin, self.work):
            shutil.copytree(path, folder / path.name)

    def is_copied(self, folder: Path) -> bool:
        """Whether a project stands in the folder, and has been copied from there."""
        if not (folder / self.work.name).exists():
            return False
        for path in (self.origin, self.work):
            shutil.copytree(folder / path.name, path)
        self.git("remote", "set-url", "origin", self.origin, cwd=self.work)
        return True

    def commit(self, message: str, **files: str) -> str:
        """A commit on the branch that is checked out; `policy=` writes the policy. Gives its oid."""
        for name, text in files.items():
            (self.work / {"policy": ".gitward.yaml"}.get(name, name)).write_text(text)
        self.git("add", "-A", cwd=self.work)
        self.git("commit", "-q", "--allow-empty", "-F", "-", cwd=self.work, stdin=message)
        return self.oid("HEAD")

    def branch(self, name: str, start: str = "main") -> None:
        self.git("checkout", "-q", "-b", name, start, cwd=self.work)

    def switch(self, name: str) -> None:
        self.git("checkout", "-q", name, cwd=self.work)

    def push(self, *refs: str) -> None:
        self.git("push", "-q", "--force", "origin", *refs, cwd=self.work)

    def oid(self, revision: str, where: Path | None = None) -> str:
        return self.git("rev-parse", revision, cwd=where or self.work).stdout.strip()

    def trial_merge(self, head: str, number: int = 7) -> str:
        """The merge that a forge makes of main and the head, under refs/pull; gives its oid."""
        self.git("checkout", "-q", "--detach", "main", cwd=self.work)
        self.git("merge", "-q", "--no-ff", "-m", f"Merge {head} into main", head, cwd=self.work)
        merge = self.oid("HEAD")
        self.push(f"{merge}:refs/pull/{number}/merge", f"{head}:refs/pull/{number}/head")
        self.switch("main")
        return merge

    def checkout(self, at: str, *fetched: str, depth: int = 0) -> Path:
        """As actions/checkout and the GitLab runner do: init, fetch the branches or one oid, detach."""
        path = self.folder / "checkout"
        self.git("init", "-q", path)
        self.git("remote", "add", "origin", f"file://{self.origin}", cwd=path)
        shallow = [f"--depth={depth}"] if depth else []
        others = (f"+refs/{kind}/*:refs/{kind}/*" for kind in ("tags", "pull"))
        refs = fetched or ("+refs/heads/*:refs/remotes/origin/*", *others)
        self.git("fetch", "-q", "--no-tags", *shallow, "origin", *refs, cwd=path)
        self.git("checkout", "-q", "--detach", at, cwd=path)
        return path
