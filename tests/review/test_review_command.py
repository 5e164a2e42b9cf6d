"""`gitward audit review` and `audit watch` on real repositories: what was done past the log is named."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
from pathlib import Path
from typing import Any

import pytest

from gitward.record import replace
from gitward.review.happened import Happened, Move
from gitward.review.joins import Joins
from logdaemons import daemon

TYPE_CHECKING = False
if TYPE_CHECKING:
    from conftest import Git, Run

POLICY = "version: 1\npolicy: {id: test, revision: 1}\nmode: enforce\nrules:\n  - {id: s, rule: subject-length, max: 50}\n"
MAIN = "refs/heads/main"


class Server:
    """A bare repository with the hooks in, its log, and a clone to push from."""

    def __init__(self, gitward: Run, git: Git, repo: Path, bare: Path) -> None:
        self.gitward, self.git, self.repo, self.bare = gitward, git, repo, bare
        self.log = bare.parent / "log"
        (bare.parent / "org.yaml").write_text(POLICY)
        self.install()

    def install(self) -> None:
        words = ("install", "--server", self.bare, "--policy", self.bare.parent / "org.yaml", "--log", self.log)
        done = self.gitward(*words)
        assert done.returncode == 0, done.stderr

    def push(self, subject: str = "short enough", ref: str = MAIN) -> str:
        self.git("commit", "-q", "--allow-empty", "-m", subject, cwd=self.repo)
        self.git("push", "-q", self.bare, f"HEAD:{ref}", cwd=self.repo)
        return self.git("rev-parse", "HEAD", cwd=self.repo).stdout.strip()

    def review(self, *options: str | Path, repo: Path | None = None) -> tuple[int, list[dict[str, Any]]]:
        words = ("audit", "review", "--log", self.log, "--repo", repo or self.bare, "--format", "json", *options)
        done = self.gitward(*words)
        assert done.stderr == ""
        return done.returncode, json.loads(done.stdout)["gaps"]

    def kinds(self, *options: str | Path, repo: Path | None = None) -> tuple[int, list[str]]:
        code, gaps = self.review(*options, repo=repo)
        return code, [gap["kind"] for gap in gaps if gap["weight"] not in ("note", "pending")]


@pytest.fixture
def server(gitward: Run, git: Git, repo: Path, bare: Path) -> Server:
    return Server(gitward, git, repo, bare)


def test_pushes_that_were_judged_leave_no_gap(server: Server) -> None:
    server.push()
    server.push("another", "refs/heads/side")
    assert server.kinds() == (0, [])


def test_update_ref_behind_the_hooks_back(server: Server) -> None:
    first = server.push()
    server.push("second")
    server.git("update-ref", MAIN, first, cwd=server.bare)
    code, gaps = server.review()
    named = [gap for gap in gaps if gap["kind"] == "unaudited-update"]
    assert code == 1
    assert all(gap["where"] == f"{os.path.realpath(server.bare)} {MAIN}" for gap in named)
    assert named


def test_a_branch_made_past_the_hooks(server: Server) -> None:
    oid = server.push()
    (server.bare / "refs/heads/planted").write_text(f"{oid}\n")
    assert server.kinds() == (1, ["unaudited-update"])


def test_a_removed_hook(server: Server) -> None:
    server.push()
    (server.bare / "hooks/pre-receive").unlink()
    assert server.kinds() == (1, ["hook-missing", "config-changed"])


def test_a_hook_that_git_passes_over(server: Server) -> None:
    (server.bare / "hooks/pre-receive").chmod(0o644)
    assert server.kinds() == (1, ["hook-missing", "config-changed"])


def test_settings_that_move_the_hooks(server: Server) -> None:
    server.git("config", "core.hooksPath", "/nowhere", cwd=server.bare)
    code, kinds = server.kinds()
    assert code == 1
    assert {"hook-missing", "config-changed"} <= set(kinds)


def test_an_installation_is_written_down(server: Server) -> None:
    server.git("config", "receive.denyNonFastForwards", "true", cwd=server.bare)
    assert server.kinds() == (1, ["config-changed"])
    done = server.gitward("install", "--server", server.bare, "--remove")
    assert done.returncode == 0
    server.install()
    assert server.kinds() == (0, [])


def test_a_copied_in_repository(server: Server) -> None:
    server.push()
    other = server.bare.parent / "copy.git"
    shutil.copytree(server.bare, other)
    assert server.kinds(repo=other) == (1, ["config-not-recorded", "unknown-repository"][::-1])


def test_a_later_hook_that_refuses_is_no_tampering(server: Server) -> None:
    server.push()
    update = server.bare / "hooks/update"
    update.write_text("#!/bin/sh\nexit 1\n")
    update.chmod(0o755)
    server.git("commit", "-q", "--allow-empty", "-m", "refused later", cwd=server.repo)
    server.git("push", "-q", server.bare, f"HEAD:{MAIN}", cwd=server.repo, ok=False)
    code, gaps = server.review()
    assert [gap["kind"] for gap in gaps if gap["weight"] == "pending"] == ["outcome-pending"]
    assert [gap["kind"] for gap in gaps if gap["weight"] == "contradiction"] == ["config-changed"], "the new hook file"
    assert code == 1


def test_a_repository_that_is_not_there(server: Server) -> None:
    assert server.kinds(repo=server.bare.parent / "none.git") == (3, ["repository"])


def altered(server: Server, was: bytes, now: bytes) -> None:
    (segment,) = server.log.glob("*.jsonl")
    lines = segment.read_bytes()
    assert was in lines
    segment.write_bytes(lines.replace(was, now, 1))


def test_a_log_that_does_not_hold(server: Server) -> None:
    """A name in a covered line is another; what no checkpoint covers yet proves nothing, so there it is not known."""
    server.push()
    altered(server, b'"display":null', b'"display":"x"')
    assert server.kinds() == (3, ["log-not-verified"])
    altered(server, b'"display":"x"', b'"display":null')
    assert server.gitward("audit", "checkpoint", "--log", server.log).returncode == 0
    assert server.kinds() == (0, [])
    altered(server, b'"display":null', b'"display":"x"')
    code, gaps = server.review()
    assert (code, gaps[0]["weight"], gaps[0]["kind"], gaps[0]["seqs"]) == (1, "contradiction", "log-does-not-hold", [4])
    done = server.gitward("audit", "review", "--log", server.log, "--repo", server.bare)
    assert (done.returncode, "  verified: does not hold, " in done.stdout) == (1, True)


def test_a_log_that_is_shorter_than_it_was(server: Server, tmp_path: Path) -> None:
    server.push()
    shutil.copytree(server.log, tmp_path / "former")
    server.push("second")
    kept = tmp_path / "kept"
    kept.write_text(server.gitward("audit", "checkpoint", "--log", server.log).stdout)
    assert server.kinds("--against", kept) == (0, [])
    notes = [gap["kind"] for gap in server.review("--against", kept)[1]]
    assert "no-kept-checkpoint" not in notes
    shutil.rmtree(server.log)
    (tmp_path / "former").rename(server.log)
    assert "no-kept-checkpoint" in [gap["kind"] for gap in server.review()[1]]
    code, kinds = server.kinds("--against", kept)
    assert code == 1
    assert "log-does-not-hold" in kinds


def test_evidence_that_is_gone(server: Server) -> None:
    server.push()
    assert server.gitward("audit", "checkpoint", "--log", server.log).returncode == 0
    next((server.log / "evidence").iterdir()).unlink()
    assert server.kinds() == (4, ["log-incomplete"])


def test_a_repository_that_nobody_named(server: Server) -> None:
    """Nothing was held against any repository: that is not the answer that all of them are as they should be."""
    server.push()
    words = ("audit", "review", "--log", server.log)
    done = server.gitward(*words)
    assert (done.returncode, "not known[no-repository]" in done.stdout) == (3, True)
    other = server.bare.parent / "other.git"
    server.git("init", "-q", "--bare", other)
    done = server.gitward("install", "--server", other, "--policy", server.bare.parent / "org.yaml", "--log", server.log)
    assert done.returncode == 0, done.stderr
    gaps = server.review(repo=other)[1]
    assert [gap["where"] for gap in gaps if gap["kind"] == "not-looked-at"] == [os.path.realpath(server.bare)]


def test_what_a_review_rests_on(server: Server) -> None:
    """As text and as JSON: which part of which log, by which policies, and what was not looked at."""
    server.push()
    done = server.gitward("audit", "review", "--log", server.log, "--repo", server.bare, "--format", "json")
    plain = json.loads(done.stdout)
    assert (plain["first"]["seq"], plain["last"]["seq"]) == (0, plain["entries"] - 1)
    assert plain["origin"] == json.loads((server.log / "log.json").read_text())["origin"]
    assert plain["verification"]["outcome"] == "whole"
    (judged,) = (each for each in plain["policies"] if each["id"] == "test")
    assert (judged["decisions"], judged["revision"]) == (1, 1)
    assert len(plain["not_looked_at"]) == 2
    said = server.gitward("audit", "review", "--log", server.log, "--repo", server.bare).stdout
    assert f"log {plain['origin']} in {server.log}" in said
    assert f"  reviewed: entries 0 to {plain['last']['seq']}, received from {plain['first']['time']} to " in said
    assert f"  judged by test revision 1, {server.bare.parent / 'org.yaml'}, digest {judged['digest']}, enforce: 1 " in said
    assert "  not looked at: whether CI judged what was pushed (--ci)" in said


def test_what_is_not_named_one_by_one_is_counted() -> None:
    joins = Joins(expects_ci=False, refs=())
    for number in range(60):
        entry = Happened(seq=number, time="", name="", outcome="allowed", repository="/a", session="", actor="", id="",
                         moves=(Move(ref=MAIN, old="", new=f"{number:040x}"),))  # fmt: skip
        if number < 30:
            joins.see(replace(entry, name="decision.receive"), {})
        joins.see(replace(entry, name="decision.deploy"), {"deploy": {"revision": f"{number:040x}"}})
    gaps = list(joins.end())
    assert [gap.seqs for gap in gaps] == [*((number,) for number in range(30, 50)), ()]
    assert gaps[-1].text == "10 more"


def test_a_reviewer_signs(server: Server, tmp_path: Path) -> None:
    key = tmp_path / "key"
    subprocess.run(("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", key), check=True)
    words = ("audit", "review", "--log", server.log, "--repo", server.bare, "--reviewer", "ann", "--sign", key)
    done = server.gitward(*words)
    assert (done.returncode, "signed by ann" in done.stderr) == (0, True)
    (segment,) = server.log.glob("*.jsonl")
    event = json.loads(segment.read_bytes().splitlines()[-1])["event"]
    review = event["review"]
    report = server.log / "evidence" / review["report"]["sha256"]
    (tmp_path / "sig").write_text(review["signature"])
    (tmp_path / "allowed").write_text(f"ann {key.with_suffix('.pub').read_text()}")
    who = ("-I", "ann", "-f", tmp_path / "allowed", "-s", tmp_path / "sig")
    verify = ("ssh-keygen", "-Y", "verify", "-n", "gitward-review", *who)
    assert subprocess.run(verify, input=report.read_bytes(), capture_output=True, check=False).returncode == 0
    assert subprocess.run(verify, input=report.read_bytes() + b" ", capture_output=True, check=False).returncode != 0


def test_reviewer_and_key_come_together(server: Server) -> None:
    assert server.gitward("audit", "review", "--log", server.log, "--reviewer", "ann").returncode == 2


def test_watching_a_remote(server: Server, bare: Path) -> None:
    first = server.push()
    words = ("audit", "watch", f"file://{bare}", "--log", server.log)
    assert f"nothing -> {first[:12]}" not in server.gitward("audit", "watch", "--log", server.log, "ext::sh -c date").stdout
    done = server.gitward(*words)
    assert (done.returncode, f"{MAIN} nothing -> {first[:12]}" in done.stdout) == (0, True), done.stderr
    assert "nothing moved" in server.gitward(*words).stdout
    second = server.push("second")
    assert f"{MAIN} {first[:12]} -> {second[:12]}" in server.gitward(*words).stdout
    server.git("update-ref", "-d", MAIN, cwd=bare)
    assert f"{MAIN} {second[:12]} -> nothing" in server.gitward(*words).stdout
    assert server.gitward("audit", "watch", f"file://{bare}.none", "--log", server.log).returncode == 3


def test_a_daemon_that_was_stopped(gitward: Run, git: Git, repo: Path, bare: Path, tmp_path: Path) -> None:
    policy = tmp_path / "org.yaml"
    policy.write_text(POLICY)
    with daemon() as served:
        words = ("audit", "review", "--log", served.log, "--repo", bare)
        done = gitward("install", "--server", bare, "--policy", policy, "--log", served.target)
        assert done.returncode == 0, done.stderr
        git("commit", "-q", "--allow-empty", "-m", "first one", cwd=repo)
        git("push", "-q", bare, f"HEAD:{MAIN}", cwd=repo)
        whole = gitward(*words)
        assert whole.returncode == 0, whole.stdout
        served.end(signal.SIGTERM)
        git("commit", "-q", "--allow-empty", "-m", "second one", cwd=repo)
        assert git("push", "-q", bare, f"HEAD:{MAIN}", cwd=repo, ok=False).returncode == 1
        stopped = gitward(*words)
        assert (stopped.returncode, "missing[daemon-silent]" in stopped.stdout) == (4, True), stopped.stdout
