"""The corpus through each stage, as a process that git or a CI job starts, and what each of them made of it."""

from __future__ import annotations

import base64
import json
import shlex
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from items import Item
from warm import started
from world import World

from forked import Started
from gitward import rules
from gitward.audit import creation, personal
from gitward.facts import KNOWN
from gitward.render.escape import well_formed
from servers import Server

FOLDER = Path(__file__).parent
Start = Callable[[Path], tuple[str, ...]]
COUNTS = ("passed", "violated", "exempt", "waived", "undecided")
BUILT_IN = "push-integrity"


@cache
def rule_class(rule: str) -> Any:
    return rules.load(rule)


def knows(stage: str, rule: str) -> bool:
    """Whether a stage knows all the facts that a rule needs."""
    if rule == BUILT_IN:
        return "update" in KNOWN[stage]
    return set(rule_class(rule).needs) <= KNOWN[stage]


def judges_commits(rule: str) -> bool:
    return rule != BUILT_IN and hasattr(rule_class(rule), "check_commit")


@dataclass(frozen=True)
class Judged:
    """What one stage said: per entry its rule, how many subjects had which outcome, and every violation by its subject.

    A subject is the oid of a commit, or a ref, or '' for the push.
    """

    stage: str
    exit_code: int
    rules: dict[str, str]
    counts: dict[str, dict[str, int]]
    violations: frozenset[tuple[str, str, int | None, int | None, str]]

    def ledger(self, entries: set[str], *, with_counts: bool = True) -> bytes:
        """The judgement of many subjects at once, as bytes: of these entries, in an order of its own."""
        counts = {entry: self.counts[entry] for entry in entries if with_counts and entry in self.counts}
        found = sorted((violation for violation in self.violations if violation[0] in entries), key=repr)
        return json.dumps([counts, found], sort_keys=True, separators=(",", ":")).encode()

    def violated(self, subjects: set[str]) -> set[str]:
        return {entry for entry, subject, *_ in self.violations if subject in subjects}


def judged(stage: str, exit_code: int, results: list[dict[str, Any]], subject: str = "") -> Judged:
    """From the `results` of a report or of an event; `subject` is the commit where the stage has no oid to name."""
    violations = set()
    for result in results:
        assert result["violation_count"] == len(result["violations"]), "nothing was left out of the report"
        for violation in result["violations"]:
            where = violation.get("where", violation)
            place = subject or where["commit"] or _text(where["ref"]) or ""
            message = _text(violation["message"])
            violations.add((result["entry"], place, violation["line"], violation["column"], message))
    return Judged(
        stage,
        exit_code,
        rules={result["entry"]: result["rule"] for result in results},
        counts={result["entry"]: {name: result[name] for name in COUNTS} for result in results},
        violations=frozenset(violations),
    )


def _text(value: Any) -> Any:
    """A text of an event as the report writes it."""
    if isinstance(value, dict):
        value = base64.b64decode(value["b64"]).decode("utf-8", "surrogateescape")
    return well_formed(value) if value else value


def joined(stage: str, parts: list[Judged]) -> Judged:
    """What a stage said of single subjects, as if it had said it of all at once."""
    counts: dict[str, dict[str, int]] = {}
    for part in parts:
        for entry, numbers in part.counts.items():
            sums = counts.setdefault(entry, dict.fromkeys(COUNTS, 0))
            for name, number in numbers.items():
                sums[name] += number
    violations = frozenset(violation for part in parts for violation in part.violations)
    code = max((part.exit_code for part in parts), default=0)
    return Judged(stage, code, {entry: rule for part in parts for entry, rule in part.rules.items()}, counts, violations)


class Stages:
    """gitward in every place where it runs, over one world; `reports` are the latest of each stage, whole.

    With `forked`, hooks and commands are forked from a started gitward, else each of them is started.
    """

    def __init__(
        self, world: World, server: Server, launcher: tuple[str, ...], policy: str = "policy.yaml", forked: Started | None = None
    ) -> None:
        self.world, self.server, self.launcher, self.forked = world, server, launcher, forked
        self.policy = FOLDER / policy
        self.log, self.out = world.folder / "log", world.folder / "out.json"
        self.reports: dict[str, dict[str, Any]] = {}
        self.decisions: dict[str, Judged] = {}  # of pre-receive, about the push that an item was in
        self.zone = ""
        creation.make(str(self.log), "git.example.com/log")
        self.knocking = (*launcher[:-1], str(world.folder / "gitward")) if forked else launcher
        if forked:
            Path(self.knocking[-1]).write_text(forked.knocking(Path(launcher[-1]).read_text()))
        world.git("config", "commit.cleanup", "verbatim")
        world.git("remote", "set-url", "origin", server.url(world.server))
        world.git("config", "--unset-all", "remote.origin.fetch")  # a push moves no tracking branch
        self._install(world.server / "hooks" / "pre-receive", self._hook("pre-receive", "--log", self.log))
        pre_push = self._hook("pre-push", "--format", "json", "--output", self.out)
        self._install(world.clone / ".git" / "hooks" / "pre-push", pre_push, then=f"echo $? >{self.out}.code\nexit 0\n")

    def _hook(self, name: str, *options: str | Path) -> list[str]:
        return ["hook", name, "--policy", str(self.policy), *map(str, options)]

    def _install(self, path: Path, words: list[str], then: str = "exit $?\n") -> None:
        path.parent.mkdir(exist_ok=True)
        path.write_text(f'#!/bin/sh\n{shlex.join([*self.knocking, *words])} "$@"\n{then}')
        path.chmod(0o755)

    def _run(self, words: list[str], **environment: str) -> subprocess.CompletedProcess[str]:
        environment = {**self.world.environment, **environment}
        return subprocess.run(words, cwd=self.world.clone, env=environment, capture_output=True, text=True, check=False)

    def _report(self, stage: str, done: subprocess.CompletedProcess[str]) -> dict[str, Any]:
        assert self.out.exists(), f"{stage}: {done.returncode}\n{done.stdout}{done.stderr}"
        report = self.latest()
        assert report["failure"] is None, report["failure"]
        assert report["exit_code"] == done.returncode
        self.reports[stage] = report
        return report

    # --- the developer ------------------------------------------------------------------------------------------------

    def draft(self, item: Item, index: int) -> dict[str, str]:
        """Make the clone one that is about to commit this draft; the environment that git would give the hook."""
        draft, git_dir = item.drafts[index], self.world.clone / ".git"
        if item.zone != self.zone:
            self.zone = item.zone
            self.world.git("symbolic-ref", "HEAD", f"refs/heads/{item.zone}/draft")
        (git_dir / "COMMIT_EDITMSG").write_bytes(self.world.message(item, index))
        before = self.world.oids[item.id][index - 1] if index else ""
        others = self.world.parents(draft, before)[1:]
        (git_dir / "MERGE_HEAD").unlink(missing_ok=True)
        if others:
            (git_dir / "MERGE_HEAD").write_text("".join(f"{oid}\n" for oid in others))
        if not draft.encoding:
            return {"GIT_EDITOR": ":"}
        setting = {"GIT_CONFIG_KEY_0": "i18n.commitEncoding", "GIT_CONFIG_VALUE_0": draft.encoding}
        return {"GIT_EDITOR": ":", "GIT_CONFIG_COUNT": "1", **setting}

    def commit_msg(self, item: Item, index: int) -> Judged:
        environment = self.draft(item, index)
        return self._of_draft(item, index, self._gitward([*self._commit_msg(), ".git/COMMIT_EDITMSG"], **environment))

    def _commit_msg(self) -> list[str]:
        return self._hook("commit-msg", "--format", "json", "--output", self.out)

    def _of_draft(self, item: Item, index: int, done: subprocess.CompletedProcess[str]) -> Judged:
        report = self._report("commit", done)
        return judged("commit", report["exit_code"], report["results"], self.world.oids[item.id][index])

    def install_commit_msg(self) -> Path:
        """The hook, in the clone, as `git commit` runs it."""
        path = self.world.clone / ".git" / "hooks" / "commit-msg"
        self._install(path, self._commit_msg())
        return path

    def latest(self) -> dict[str, Any]:
        """The report that was written last."""
        report: dict[str, Any] = json.loads(self.out.read_text())
        self.out.unlink()
        return report

    def messages(self, items: list[Item]) -> Judged:
        """commit-msg on each of their drafts by itself, in a process of its own, which is forked from a warm one."""
        words = [*self.launcher, *self._commit_msg(), ".git/COMMIT_EDITMSG"]
        with started(words, len(self.launcher) - 1, self.world.clone, self.world.environment, self.out.with_name("warm")) as run:
            parts = [
                self._of_draft(item, index, run(self.world.environment | self.draft(item, index)))
                for item in items
                for index in range(len(item.drafts))
            ]
        return joined("commit", parts)

    # --- the push -----------------------------------------------------------------------------------------------------

    def push(self, items: list[Item]) -> tuple[Judged, Judged]:
        """One real push of all of them: what pre-push said, which stops nothing here, and what pre-receive decided."""
        updates = [update for item in items for update in self.world.updates[item.id]]
        specs = [f"{'' if new == self.world.zero else new}:{ref}" for ref, _, new in updates]
        lines = self._log_lines()
        done = self._run(["git", "push", "--force", "origin", *specs], **self.server.environment)
        new = self._log_lines()[len(lines) :]
        assert len(new) == 1, f"one decision for one push: {done.stderr}"
        event = json.loads(new[0])["event"]
        event = personal.joined(event, dict(personal.table(str(self.log), 0)).get(event["id"], ()))
        decision = event["decision"]
        assert decision["failure"] is None, decision
        assert bool(done.returncode) is bool(decision["exit_code"]), done.stderr
        if not done.returncode:
            self._restore(updates)
        self.reports["receive"] = {"results": [_as_reported(result) for result in event["results"]]}
        code = int(Path(f"{self.out}.code").read_text())
        report = self._report("push", subprocess.CompletedProcess([], code, "", ""))
        receive = judged("receive", decision["exit_code"], event["results"])
        self.decisions |= dict.fromkeys((item.id for item in items), receive)
        return judged("push", code, report["results"]), receive

    def _log_lines(self) -> list[bytes]:
        return b"".join(path.read_bytes() for path in sorted(self.log.glob("*.jsonl"))).splitlines()

    def _restore(self, updates: list[tuple[str, str, str]]) -> None:
        """The server's refs as they were, for the next push."""
        lines = [f"update {ref} {old}\n" for ref, old, _ in updates]
        self.world.git("--git-dir", self.world.server, "update-ref", "--stdin", stdin="".join(lines))

    # --- ci -----------------------------------------------------------------------------------------------------------

    def _gitward(self, words: list[str], **environment: str) -> subprocess.CompletedProcess[str]:
        """A process of its own, forked from the one that has been started, if any."""
        if self.forked is None:
            return self._run([*self.launcher, *words], **environment)
        given = {**self.world.environment, **environment}
        return self.forked.run([self.launcher[-1], *words], self.world.clone, given, "", timeout=120)

    def check(self, items: list[Item]) -> Judged:
        """`gitward check` over each of their commits, which are for branches of one zone."""
        (zone,) = {item.zone for item in items}
        oids = [oid for item in items for oid in self.world.oids[item.id]]
        words = ["check", "--policy", str(self.policy), "--ref", f"refs/heads/{zone}/draft"]
        report = self._report("ci", self._gitward([*words, "--format", "json", "--output", str(self.out), *oids]))
        return judged("ci", report["exit_code"], report["results"])

    def ci(self, item: Item) -> Judged:
        """`gitward ci` in GitLab's job for a push of this item's commits on top of `base`."""
        environment = {
            "GITLAB_CI": "true",
            "CI_PIPELINE_SOURCE": "push",
            "CI_DEFAULT_BRANCH": "main",
            "CI_COMMIT_BRANCH": f"{item.zone}/draft",
            "CI_COMMIT_BEFORE_SHA": self.world.nodes["base"],
            "CI_COMMIT_SHA": self.world.oids[item.id][-1],
        }
        words = ["ci", "--policy", str(self.policy), "--format", "json", "--output", str(self.out)]
        report = self._report("ci", self._gitward(words, **environment))
        return judged("ci", report["exit_code"], report["results"])


def _as_reported(result: dict[str, Any]) -> dict[str, Any]:
    """A result of an event, its texts as in a report."""
    found = [{**violation, "message": _text(violation["message"])} for violation in result["violations"]]
    return {**result, "violations": found}
