"""One server repository with the hook, and one clone that pushes to it: what every test here acts on."""

from __future__ import annotations

import hashlib
import json
import re
import shlex
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from gitward.audit import personal
from servers import Server

MAIN_POLICY = "refs/heads/main:.gitward.yaml"
NOBODY = {
    "type": None, "id": None, "display": None, "claim": None, "auth": {"method": "none", "fingerprint": None}, "roles": [],
    "on_behalf_of": None,
}  # fmt: skip
"""The actor of an event where nothing proves who pushed."""
_PLACEHOLDERS = (
    (re.compile(r"\b[0-9A-HJKMNP-TV-Z]{26}\b"), "<decision>"),
    (re.compile(r"\b[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+Z"), "<time>"),
    (re.compile(r"\b(?:[0-9a-f]{7}|[0-9a-f]{12}|[0-9a-f]{40}|[0-9a-f]{64})\b"), "<oid>"),
)


@dataclass(frozen=True)
class Push:
    """What one `git push` came to. `remote` is all that the server said, oids, ids and times as placeholders."""

    exit_code: int
    remote: str
    stderr: str


def remote_text(stderr: str) -> str:
    """The `remote:` lines of a push, without the blanks with which git clears the rest of a terminal's line."""
    lines = [line.removeprefix("remote:").removeprefix(" ").rstrip(" ") for line in stderr.split("\n")
             if line.startswith("remote:")]  # fmt: skip
    text = "".join(f"{line}\n" for line in lines)
    for pattern, placeholder in _PLACEHOLDERS:
        text = pattern.sub(placeholder, text)
    return text


def chain_faults(log: Path) -> list[str]:
    """What is wrong with the chain of a log folder, found with nothing of gitward's."""
    faults = []
    about = json.loads((log / "log.json").read_text())
    before = hashlib.sha256(f"{about['origin']}\n{about['key']}\n".encode()).hexdigest()
    *lines, tail = b"".join(path.read_bytes() for path in sorted(log.glob("*.jsonl"))).split(b"\n")
    if tail:
        faults.append(f"the last line is torn: {tail[:40]!r}")
    for number, line in enumerate(lines):
        record = json.loads(line)
        if record["seq"] != number:
            faults.append(f"line {number} has seq {record['seq']}")
        if record["prev"] != before:
            faults.append(f"line {number} does not follow the one before")
        before = hashlib.sha256(line).hexdigest()
    return faults


@dataclass(repr=False)
class Scene:
    """`launcher` is the command that starts gitward; `environment` is that of every git of the developer."""

    folder: Path
    server: Server
    launcher: tuple[str, ...]
    environment: dict[str, str]

    @property
    def bare(self) -> Path:
        return self.folder / "server.git"

    @property
    def clone(self) -> Path:
        return self.folder / "clone"

    @property
    def log(self) -> Path:
        return self.folder / "log"

    @property
    def hook(self) -> Path:
        return self.bare / "hooks" / "pre-receive"

    def install(
        self, *policies: str | Path, before: str = "", under: str = "", limits: tuple[str, ...] = (),
        options: tuple[str, ...] = (),
    ) -> None:  # fmt: skip
        """Write the hook file as an administrator would.

        `before` are shell lines that run first, `under` the start of the command that runs the rest of it.
        """
        words = [*self.launcher, "hook", "pre-receive"]
        for policy in policies or (MAIN_POLICY,):
            words += ["--policy", str(policy)]
        for limit in limits:
            words += ["--limit", limit]
        words += ["--log", str(self.log), *options]
        self.hook.parent.mkdir(exist_ok=True)
        self.hook.write_text(f'#!/bin/sh\n{before}exec {under} {shlex.join(words)} "$@"\n')
        self.hook.chmod(0o755)

    def run(self, *words: str, check: bool = True, stdin: bytes = b"", **environment: str) -> str:
        """git in the clone; its stdout without the last line feed."""
        done = subprocess.run(
            ["git", *words], cwd=self.clone, input=stdin, capture_output=True, env={**self.environment, **environment}
        )
        if check and done.returncode:
            raise AssertionError(f"git {shlex.join(words)}: {done.stderr.decode('utf-8', 'replace')}")
        return done.stdout.decode("utf-8", "surrogateescape").removesuffix("\n")

    def on_server(self, *words: str, stdin: bytes = b"") -> str:
        """git in the server's repository, by the administrator."""
        return self.run("--git-dir", str(self.bare), *words, stdin=stdin)

    def refs(self) -> dict[str, str]:
        listing = self.on_server("for-each-ref", "--format=%(refname) %(objectname)")
        return dict(line.split(" ") for line in listing.splitlines())

    def start_push(self, *words: str) -> subprocess.Popen[bytes]:
        environment = {**self.environment, **self.server.environment}
        return subprocess.Popen(
            ["git", "push", *words], cwd=self.clone, env=environment, stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
        )  # fmt: skip

    def end_push(self, process: subprocess.Popen[bytes]) -> Push:
        stderr = process.communicate(timeout=600)[1].decode("utf-8", "surrogateescape")
        return Push(process.returncode, remote_text(stderr), stderr)

    def push(self, *words: str) -> Push:
        return self.end_push(self.start_push(*words))

    def stored(self) -> list[dict[str, Any]]:
        """The decisions as they stand in the log; what it says of itself is left out."""
        text = b"".join(path.read_bytes() for path in sorted(self.log.glob("*.jsonl")))
        events = [json.loads(line)["event"] for line in text.split(b"\n") if line]
        return [event for event in events if event["event"]["class"].startswith("decision.")]

    def events(self) -> list[dict[str, Any]]:
        """The same with the values behind their commitments."""
        values = dict(personal.table(str(self.log), 0))
        return [personal.joined(event, values.get(event["id"], ())) for event in self.stored()]

    # --- what a developer does ----------------------------------------------------------------------------------------

    def commit(self, message: str | bytes, *, parents: tuple[str, ...] = ("HEAD",), **files: str) -> str:
        """A commit with this very message on top of `parents`, and the clone's branch set to it."""
        for name, text in files.items():
            path = self.clone / {"policy": ".gitward.yaml"}.get(name, name)
            path.write_text(text)
            self.run("add", str(path))
        raw = message if isinstance(message, bytes) else message.encode()
        tree = self.run("write-tree")
        given = [word for parent in parents for word in ("-p", self.run("rev-parse", "--verify", parent))]
        oid = self.run("commit-tree", *given, tree, stdin=raw)
        self.run("reset", "-q", "--soft", oid)
        return oid

    def raw_object(self, kind: str, raw: bytes) -> str:
        """Write an object that git itself would not."""
        return self.run("hash-object", "-t", kind, "-w", "--literally", "--stdin", stdin=raw)


class MakeScene(Protocol):
    """The fixture `make_scene`."""

    def __call__(self, server: Server, object_format: str = "sha1") -> Scene: ...


def copied(template: Path, folder: Path) -> None:
    """A fresh copy of a server and its clone."""
    shutil.copytree(template, folder, symlinks=True)
