"""`gitward ci --statement`: what was decided is signed and sent, or the job is undecided and says why."""

from __future__ import annotations

import json
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from click.testing import CliRunner
from forge import Project
from test_ci_log import changed, env

from gitward.cli.ci import ci as command
from gitward.model import Decided
from gitward.statements.envelope import opened
from gitward.statements.reading import read
from soaking import long

PREFIX = "refs/gitward/statements/"


@pytest.fixture(scope="module")
def key(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("ci") / "key"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", path], check=True)
    return path


@pytest.fixture
def job() -> Any:
    """The command, run in this process in a checkout."""

    def run(*options: str, at: Path, env: dict[str, str]) -> Any:
        done = CliRunner().invoke(command, [*options, "--repo", str(at)], env=env, standalone_mode=False)
        code = done.return_value if done.exception is None else getattr(done.exception, "exit_code", 99)
        return SimpleNamespace(returncode=code, stdout=done.stdout, stderr=f"{done.stderr}{done.exception or ''}")

    return run


def stated(project: Project, where: Path | None = None) -> list[Any]:
    """The statements that are there, as they are read."""
    at = where or project.origin
    oids = project.git("for-each-ref", "--format=%(objectname)", PREFIX, cwd=at).stdout.split()
    return [read(project.git("cat-file", "blob", oid, cwd=at).stdout.encode()) for oid in oids]


@pytest.mark.parametrize(
    ("message", "code", "outcome"), [("ACME-3: good", 0, "allowed"), pytest.param("no ticket", 1, "denied", marks=long)]
)
def test_a_decision_is_signed_and_sent(project: Project, job: Any, key: Path, message: str, code: int, outcome: str) -> None:
    head, base = changed(project, message), project.oid("main")
    at = project.checkout(head)
    done = job("--statement", "--key", str(key), "--send", at=at, env=env(head))
    assert done.returncode == code, done.stdout + done.stderr
    assert f"stated: {PREFIX}{head}/" in done.stderr
    (made,) = stated(project)
    assert stated(project, at) == [made]
    said = made.said
    assert isinstance(said, Decided)
    assert (made.kind, made.subjects, made.repository) == ("decision", (head,), f"file:{project.origin.with_suffix('')}")
    assert (said.stage, said.ref, said.base, said.commit, said.outcome) == ("ci", "refs/heads/main", base, head, outcome)
    (policy,) = said.policies
    assert (policy.id, policy.mode, policy.violated) == ("acme", "enforce", ("ticket",) if code else ())


@long
def test_by_openpgp(project: Project, job: Any, home: Path) -> None:
    gpg = ["gpg", "--batch", "--pinentry-mode", "loopback", "--passphrase", ""]
    subprocess.run([*gpg, "--quick-gen-key", "CI <ci@example.com>", "ed25519", "sign", "never"], capture_output=True, check=True)
    head = changed(project, "ACME-3: good")
    at = project.checkout(head)
    done = job("--statement", "--key", "ci@example.com", at=at, env=env(head))
    subprocess.run(["gpgconf", "--kill", "all"], check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    (ref,) = project.git("for-each-ref", "--format=%(refname)", PREFIX, cwd=at).stdout.split()
    blob = project.git("cat-file", "blob", ref, cwd=at).stdout.encode()
    assert len(opened(blob).signatures[0].keyid) == 40
    assert stated(project) == []


@pytest.mark.parametrize("message", [pytest.param("ACME-3: good", marks=long), "no ticket"])
def test_what_cannot_be_signed_is_undecided_and_the_report_stays(project: Project, job: Any, message: str) -> None:
    head = changed(project, message)
    at = project.checkout(head)
    done = job("--statement", "--key", "no/such/key", "--format", "json", at=at, env=env(head))
    report = json.loads(done.stdout)
    assert (done.returncode, report["outcome"], report["failure"]["reason"]) == (3, "undecided", "not-stated")
    assert "what was decided is not stated:" in report["failure"]["message"]
    assert {each["entry"]: each["outcome"] for each in report["results"]}["ticket"] == (
        "passed" if "good" in message else "violated"
    )
    assert stated(project, at) == []


def test_what_cannot_be_sent_stands_here_and_is_undecided(project: Project, job: Any, key: Path) -> None:
    head = changed(project, "no ticket")
    at = project.checkout(head)
    (project.origin / "hooks" / "pre-receive").write_text("#!/bin/sh\necho no >&2\nexit 1\n")
    (project.origin / "hooks" / "pre-receive").chmod(0o755)
    done = job("--statement", "--key", str(key), "--send", at=at, env=env(head))
    assert done.returncode == 3
    assert "error[ticket]" in done.stdout
    assert "undecided[not-stated] what was decided is not stated: the statement stands here and was not sent: " in done.stdout
    assert f"fix: git push origin {PREFIX}{head}/" in done.stdout
    assert "undecided refs/heads/main" in done.stdout.splitlines()[-1]
    (made,) = stated(project, at)
    assert made.said.outcome == "denied"


@long
def test_where_nothing_is_to_be_stated_there_is_nothing(project: Project, job: Any, key: Path) -> None:
    head = changed(project, "ACME-3: good")
    at = project.checkout(head)
    words = ("--statement", "--key", str(key))
    assert job(*words, "--dry-run", at=at, env=env(head)).returncode == 0
    assert job(at=at, env=env(head)).returncode == 0
    assert job("--send", at=at, env=env(head)).returncode == 2
    done = job(*words, "--policy", "no/such/file", at=at, env=env(head))
    assert (done.returncode, "nothing is signed: it is not known" in done.stderr) == (2, True)
    done = job(*words, at=at, env=env("HEAD"))
    assert (done.returncode, "nothing is signed: it is not known" in done.stderr) == (3, True)
    assert stated(project, at) == []


@long
def test_what_came_to_no_judgement_is_stated_as_such(project: Project, job: Any, key: Path) -> None:
    head = changed(project, "ACME-3: good")
    at = project.checkout(head)
    broken = at.parent / "broken.yaml"
    broken.write_text("version: 9\n")
    push = {**env(head), "CI_PIPELINE_SOURCE": "push", "CI_COMMIT_BRANCH": "topic", "CI_COMMIT_BEFORE_SHA": "0" * 40}
    push = {name: value for name, value in push.items() if not name.startswith("CI_MERGE_REQUEST")}
    done = job("--statement", "--key", str(key), "--policy", str(broken), at=at, env=push)
    assert done.returncode == 2
    (made,) = stated(project, at)
    assert (made.said.outcome, made.said.policies) == ("denied", ())


@long
def test_jobs_that_state_the_same_at_the_same_moment(project: Project, ci: Any, key: Path) -> None:
    """In one checkout, and to one remote; of the same second they are the same bytes."""
    head = changed(project, "ACME-3: good")
    at = project.checkout(head)
    words = ("--statement", "--key", str(key), "--send")
    with ThreadPoolExecutor(2) as pool:
        done = list(pool.map(lambda _: ci(*words, at=at, env=env(head)), range(2)))
    assert [each.returncode for each in done] == [0, 0], [each.stdout for each in done]
    assert {f"{PREFIX}{head}/{made.id}" for made in stated(project)} == {
        line.removeprefix("stated: ") for each in done for line in each.stderr.splitlines() if line.startswith("stated: ")
    }
