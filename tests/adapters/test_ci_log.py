"""`gitward ci --log`: the decision is in the log before the exit code is returned, and else there is none."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from forge import Project

from gitward.audit import creation, personal, schema


@pytest.fixture
def log(tmp_path: Path) -> Path:
    creation.make(str(tmp_path / "log"), "git.example.com/log")
    return tmp_path / "log"


def events(log: Path) -> list[dict[str, Any]]:
    (segment,) = log.glob("*.jsonl")
    stored = [json.loads(line)["event"] for line in segment.read_bytes().splitlines()[1:]]
    assert [schema.problem(event) for event in stored] == [""] * len(stored)
    values = dict(personal.table(str(log), 0))
    return [personal.joined(event, values.get(event["id"], ())) for event in stored]


def env(head: str) -> dict[str, str]:
    return {
        "GITLAB_CI": "true", "CI_COMMIT_SHA": head, "CI_MERGE_REQUEST_IID": "7", "CI_MERGE_REQUEST_EVENT_TYPE": "detached",
        "CI_PIPELINE_SOURCE": "merge_request_event", "CI_DEFAULT_BRANCH": "main", "CI_MERGE_REQUEST_SOURCE_BRANCH_NAME": "topic",
        "CI_MERGE_REQUEST_TARGET_BRANCH_NAME": "main", "CI_MERGE_REQUEST_PROJECT_ID": "1", "CI_PROJECT_ID": "1",
        "CI_MERGE_REQUEST_TITLE": "ACME-3: a title", "CI_JOB_ID": "4711", "CI_PROJECT_PATH": "shop/web",
        "GITLAB_USER_LOGIN": "ann", "GITLAB_TOKEN": "glpat-of-the-runner",
    }  # fmt: skip


def changed(project: Project, message: str) -> str:
    head = project.commit(message, readme="changed\n")
    project.push("topic")
    return head


@pytest.mark.parametrize(("message", "code", "outcome"), [("ACME-3: good", 0, "allowed"), ("no ticket", 1, "denied")])
def test_a_decision_is_recorded(project: Project, ci: Any, log: Path, message: str, code: int, outcome: str) -> None:
    head = changed(project, message)
    done = ci("--log", str(log), at=project.checkout(head), env=env(head))
    assert done.returncode == code, done.stdout + done.stderr
    (event,) = events(log)
    assert (event["event"]["class"], event["emitter"]["trust"], event["decision"]["outcome"]) == ("decision.ci", "ci", outcome)
    assert (event["actor"]["type"], event["actor"]["id"], event["actor"]["claim"]) == ("ci", None, "ann")
    assert (event["session"]["id"], event["repository"]) == ("gitlab-4711", "shop/web")
    assert (event["updates"][0]["ancestry"], event["updates"][0]["new"]) == ("range", head)
    assert (event["change"]["files"], event["change"]["insertions"], event["change"]["deletions"]) == (1, 1, 1)
    assert b"glpat-of-the-runner" not in b"".join(path.read_bytes() for path in log.rglob("*") if path.is_file())


def test_no_judgement_is_recorded_too(project: Project, ci: Any, log: Path) -> None:
    done = ci("--log", str(log), "--policy", "no/such/file", at=project.work, env=env(project.commit("x", readme="x")))
    assert done.returncode == 2
    (event,) = events(log)
    assert (event["decision"]["outcome"], event["decision"]["exit_code"]) == ("denied", 2)


def test_what_cannot_be_recorded_is_undecided(project: Project, ci: Any, tmp_path: Path) -> None:
    head = changed(project, "ACME-3: good")
    done = ci("--log", str(tmp_path / "none"), at=project.checkout(head), env=env(head))
    assert done.returncode == 3
    assert "undecided" in done.stdout
    assert "allowed" not in done.stdout
