"""What a Gitea's pre-receive was told while somebody did something there, what gitward made of it, and which refs moved."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from gitea_server import Gitea
from measure import GITWARD

from servers import developer

POLICY = """\
version: 1
policy: {{id: forge}}
principals:
  ann: {ann}
  bob: {bob}
  bot: {{accounts: ["deploy-key:1"], kind: service}}
access:
  - {{who: [ann], may: [create, update, force, delete, tag]}}
  - {{who: [bob], may: [create, update], refs: ["refs/heads/topic/**"]}}
  - {{who: [bob], may: [create, update, force], refs: ["refs/pull/**"]}}
  - {{who: [bot], may: [create], refs: ["refs/heads/import/**"]}}
"""
_SEEN = """\
#!/bin/sh
{{ echo "$0"; env | grep -E '^(GITEA|SSH|GIT)_'; echo .; }} >>{seen}
"""


@dataclass
class Row:
    what: str
    hook: str  # what pre-receive was told: name/id, deploy key
    said: str  # what gitward made of it
    moved: str
    ok: bool


@dataclass
class Bench:
    gitea: Gitea
    folder: Path
    rows: list[Row] = field(default_factory=list)
    made: int = 0

    def __post_init__(self) -> None:
        self.seen, self.log, self.work = self.folder / "seen", self.folder / "audit", self.folder / "work"
        self.environment = developer(self.folder)
        self.git("init", "-q", "-b", "main", str(self.work), cwd=self.folder)

    def git(self, *arguments: str, cwd: Path | None = None, **more: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(["git", *arguments], cwd=cwd or self.work, env={**self.environment, **more}, capture_output=True,
                              text=True, check=False)  # fmt: skip

    def commit(self) -> None:
        self.made += 1
        (self.work / f"f{self.made}").write_text(f"{self.made}\n")
        self.git("add", ".")
        self.git("commit", "-q", "-m", f"Change {self.made}")

    def install(self, repository: str, channel: str = "gitea", ann: str = "{}", bob: str = "{}", more: str = "") -> str:
        """As docs/access.md says, and beside gitward's a hook that writes down what it is told. What `install` said."""
        bare, policy = self.gitea.bare(repository), self.folder / f"{channel}.yaml"
        policy.write_text(POLICY.format(ann=ann, bob=bob) + more)
        hook = bare / "hooks" / "pre-receive.d" / "seen"
        hook.write_text(_SEEN.format(seen=self.seen))
        hook.chmod(0o755)
        options = ("--policy", str(policy), "--log", str(self.log), "--actor", channel)
        done = subprocess.run([*GITWARD, "install", "--server", str(bare), *options], capture_output=True, text=True, check=False)
        if done.returncode:
            raise SystemExit(f"gitward install: {done.stdout}{done.stderr}")
        return done.stdout

    def act(self, what: str, repository: str, expected: str, do: Callable[[], Any]) -> Any:
        """Do it, and add a row: `expected` is the name that pre-receive is told, '' where it must not run."""
        self.seen.unlink(missing_ok=True)
        before, decided = self._refs(repository), len(self._decisions())
        answer = do()
        time.sleep(0.2)
        after, told = self._refs(repository), self._told()
        names = sorted({each.get("GITEA_PUSHER_NAME", "nobody") for each in told})
        moved = sorted(ref for ref in before.keys() | after.keys() if before.get(ref) != after.get(ref))
        said = [self._said(event) for event in self._decisions()[decided:]]
        row = Row(what, "; ".join(self._hook(each) for each in told) or "not run", "; ".join(said) or "not asked",
                  ", ".join(moved) or "nothing", names == ([expected] if expected else []))  # fmt: skip
        self.rows.append(row)
        print("   " if row.ok else "BAD", row, "" if moved else str(answer)[:400], flush=True)
        return answer

    def push(self, url: str, ref: str, *options: str, **more: str) -> Callable[[], Any]:
        def pushed() -> Any:
            self.commit()
            return self.git("push", *options, url, f"HEAD:{ref}", **more)

        return pushed

    def _refs(self, repository: str) -> dict[str, str]:
        bare = self.gitea.bare(repository)
        listed = self.git("for-each-ref", "--format=%(refname) %(objectname)", cwd=bare).stdout if bare.exists() else ""
        return dict(line.split(" ") for line in listed.splitlines())

    def _told(self) -> list[dict[str, str]]:
        if not self.seen.exists():
            return []
        runs = self.seen.read_text().split("\n.\n")[:-1]
        return [dict(line.split("=", 1) for line in run.splitlines()[1:] if "=" in line) for run in runs]

    @staticmethod
    def _hook(told: dict[str, str]) -> str:
        words = [f"{told.get('GITEA_PUSHER_NAME', '-')}, {told.get('GITEA_PUSHER_ID', '-')}"]
        words += [f"{name.removeprefix('GITEA_')} {told[name]}" for name in
                  ("GITEA_DEPLOY_KEY_ID", "GITEA_PR_ID", "GITEA_REPO_IS_WIKI", "GITEA_INTERNAL_PUSH", "GITEA_PUSH_TRIGGER")
                  if told.get(name, "0") not in ("0", "", "false")]  # fmt: skip
        return ", ".join(words)

    def _decisions(self) -> list[dict[str, Any]]:
        lines = [line for path in sorted(self.log.glob("*.jsonl")) for line in path.read_text().splitlines()]
        events = [json.loads(line)["event"] for line in lines]
        return [event for event in events if event["event"]["class"] == "decision.receive"]

    @staticmethod
    def _said(event: dict[str, Any]) -> str:
        return f"{event['actor']['id'] or 'nobody'}: {event['event']['outcome']}"
