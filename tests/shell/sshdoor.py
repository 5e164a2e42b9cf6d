"""An account with the restricted shell behind a real sshd, a key for each of its people, and repositories below one root."""

from __future__ import annotations

import json
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gitward.audit import creation, personal
from gitward.policy.load import load_file
from gitward.policy.trust import trust
from gitward.shell.authorized import line
from gitward.sshkeys import public_key
from launching import LAUNCHER
from servers import LOGIN, developer, keys, logged_in, sshd

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import ExitStack

Done = subprocess.CompletedProcess[str]


@dataclass(frozen=True)
class Door:
    """`folder` holds the root `git`, the log `log`, the policy `org.yaml`, and each one's key under their name."""

    folder: Path
    port: int
    clients: dict[str, list[str]]

    @property
    def root(self) -> Path:
        return self.folder / "git"

    @property
    def log(self) -> Path:
        return self.folder / "log"

    @property
    def shell(self) -> list[str]:
        """The words of the shell in the lines of authorized_keys, as `gitward access keys` writes them."""
        return [*self.gitward, "access", "shell", "--root", str(self.root), "--log", str(self.log)]

    @property
    def gitward(self) -> list[str]:
        return [sys.executable, "-I", str(self.folder / "gitward")]

    def key(self, who: str) -> str:
        return (self.folder / f"{who}.pub").read_text().strip()

    def url(self, repository: str) -> str:
        return f"ssh://{LOGIN}:{self.port}/{repository}"

    def installed(self, repository: str, policy: Path, *options: str) -> Path:
        """A bare repository below the root, with gitward's hook."""
        path = self.root / repository
        subprocess.run(("git", "init", "-q", "--bare", "-b", "main", path), check=True)
        done = subprocess.run([*self.gitward, "install", "--server", path, "--policy", policy, "--log", self.log, *options],
                              check=False, capture_output=True, text=True)  # fmt: skip
        assert done.returncode == 0, done.stderr
        return path

    def git(self, who: str, *words: str | Path, cwd: Path, ok: bool = True, **environment: str) -> Done:
        """git of somebody, over ssh with their key."""
        ssh = {"GIT_SSH_COMMAND": " ".join(self.clients[who]), **environment}
        done = subprocess.run(["git", *words], cwd=cwd, env={**developer(self.folder), **ssh}, stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, timeout=120, check=False)  # fmt: skip
        assert not ok or done.returncode == 0, (words, done.stderr)
        return done

    def ssh(self, who: str, *words: str) -> Done:
        """An ssh of somebody, with a command as it stands, or with options."""
        return subprocess.run([*self.clients[who], *words], stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              errors="surrogateescape", timeout=120, check=False)  # fmt: skip

    def events(self, since: int = 0) -> list[dict[str, Any]]:
        """The events of the log from a number on, with the values behind their commitments."""
        values = dict(personal.table(str(self.log), 0))
        lines = (self.log / f"{0:020}.jsonl").read_bytes().splitlines()[since:]
        return [personal.joined(event, values.get(event["id"], ())) for event in (json.loads(each)["event"] for each in lines)]

    def count(self) -> int:
        return (self.log / f"{0:020}.jsonl").read_bytes().count(b"\n")


@contextmanager
def opened(folder: Path, stack: ExitStack, policy: str, *people: str, settings: str = "") -> Iterator[Door]:
    """`policy` has `{ann}` where the key of ann is to stand, and `{port}`; whoever it lists gets a line, and a login."""
    keys(folder, *people)
    (folder / "gitward").write_text(LAUNCHER)
    (folder / "gitward").chmod(0o755)
    (folder / "git").mkdir()
    creation.make(str(folder / "log"), "git.example.com/log")
    port, client = sshd(folder, stack, f"AuthorizedKeysFile {folder}/authorized_keys\n{settings}")
    door = Door(folder, port, {})
    named = {name: f'{{keys: [{{ssh: "{door.key(name)}"}}]}}' for name in people}
    (folder / "org.yaml").write_text(policy.format(port=port, login=LOGIN, **named))
    store = trust(load_file(str(folder / "org.yaml")).trust)
    lines = [line(store, public_key(door.key(name)), door.shell, 1) for name in people]
    (folder / "authorized_keys").write_text("".join(f"{each}\n" for each in lines if each))
    for name, found in zip(people, lines, strict=True):
        door.clients[name] = logged_in(folder, stack, client, name) if found else [*client, "-i", str(folder / name)]
    yield door
