"""Jira, GitHub and GitLab, by the book: what they are asked, with which token, and what their answers mean."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest

from gitward.lookup.ask import Lookups
from gitward.model import Question
from trackers import always, issue, jira, settings, tracking


def ask(path: Path, *tickets: str) -> tuple[list[str], list[str]]:
    """The states of these tickets, and what there is to tell whoever runs the host."""
    lookups = Lookups({"it": str(path)}, 60)
    said = lookups.answers(Question(kind="ticket", value=ticket, source="it") for ticket in tickets)
    return list(said.values()), lookups.details


def test_jira(tmp_path: Path) -> None:
    states = {"PROJ-1": "new", "PROJ-2": "indeterminate", "PROJ-3": "done", "PROJ-4": "undefined"}
    with tracking(jira(states)) as tracker:
        path = settings(tmp_path, kind="jira", url=f"{tracker.url}/jira/", token="s3cret")
        said = ask(path, "PROJ-1", "PROJ-2", "PROJ-3", "PROJ-4", "PROJ-5")
        assert said == (["open", "open", "closed", "open", "absent"], [])
        assert sorted(tracker.paths)[0] == "/jira/rest/api/2/issue/PROJ-1?fields=status"
        assert all("\r\nAuthorization: Bearer s3cret" in head for head in tracker.heads)


def test_jira_in_the_cloud_knows_its_users(tmp_path: Path) -> None:
    with tracking(jira({"PROJ-1": "new"})) as tracker:
        path = settings(tmp_path, kind="jira", url=tracker.url, token="s3cret", user="bot@example.com")
        assert ask(path, "PROJ-1") == (["open"], [])
        both = base64.b64encode(b"bot@example.com:s3cret").decode()
        assert f"\r\nAuthorization: Basic {both}" in tracker.heads[0]


def test_an_issue_under_another_key_has_moved(tmp_path: Path) -> None:
    with tracking(always(issue("NEW-7", "new"))) as tracker:
        path = settings(tmp_path, kind="jira", url=tracker.url)
        assert ask(path, "PROJ-1", "new-7") == (["moved", "open"], [])
        assert "Authorization" not in tracker.heads[0]


@pytest.mark.parametrize("kind", ["jira", "github", "gitlab"])
@pytest.mark.parametrize(
    "ticket",
    ["../../user", "PROJ-1/../../x", "PROJ-1?a=b", "PROJ-1#2", "PROJ-1 x", "PROJ-1\r\nHost: x", "%2e%2e-1", "PROJ-0", "",
     "PROJ-" + "1" * 300, "é-1", "../..#1", "acme/..#1", "acme/./app#1", "acme/app/../x#1", "//x#1", "other/app#1", "app#1",
     "acme/app#1\n", "acme/app#0", "acme#1", "acme/app?x#1", "\udc80-1", "acme/...#1", "acme/deep/..#1"],
)  # fmt: skip
def test_what_can_be_no_ticket_is_asked_of_nobody(tmp_path: Path, kind: str, ticket: str) -> None:
    repositories = {} if kind == "jira" else {"repositories": ["acme/app", "acme/deep/er", "acme/*"]}
    with tracking(always({})) as tracker:
        path = settings(tmp_path, kind=kind, url=tracker.url, **repositories)
        assert ask(path, ticket) == (["absent"], [])
        assert tracker.heads == []


def github(number: int, state: str, **more: object) -> dict[str, object]:
    return {"number": number, "state": state, "title": "x", **more}


@pytest.mark.parametrize(
    ("answer", "status", "state"),
    [
        (github(3, "open"), 200, "open"),
        (github(3, "closed"), 200, "closed"),
        (github(3, "open", pull_request={"url": "x"}), 200, "absent"),
        ({"message": "Not Found"}, 404, "absent"),
        ({"message": "This issue was deleted"}, 410, "absent"),
        ({"message": "Moved Permanently"}, 301, "moved"),
    ],
)
def test_github(tmp_path: Path, answer: object, status: int, state: str) -> None:
    with tracking(always(answer, status, "Location: http://127.0.0.1:1/")) as tracker:
        path = settings(tmp_path, kind="github", url=tracker.url, token="t0ken", repositories=["acme/app", "tools/*"])
        assert ask(path, "#3", "GH-3", "acme/app#3", "Tools/cli#3") == ([state] * 4, [])
        assert sorted(tracker.paths) == ["/repos/Tools/cli/issues/3", *["/repos/acme/app/issues/3"] * 3]
        assert "\r\nAuthorization: Bearer t0ken" in tracker.heads[0]


@pytest.mark.parametrize(
    ("answer", "status", "state"),
    [
        ({"iid": 3, "id": 900, "state": "opened"}, 200, "open"),
        ({"iid": 3, "id": 900, "state": "closed"}, 200, "closed"),
        ({"message": "404 Not found"}, 404, "absent"),
    ],
)
def test_gitlab(tmp_path: Path, answer: object, status: int, state: str) -> None:
    with tracking(always(answer, status)) as tracker:
        path = settings(tmp_path, kind="gitlab", url=tracker.url, token="t0ken", repositories=["acme/web/app"])
        assert ask(path, "#3", "acme/web/app#3") == ([state] * 2, [])
        assert set(tracker.paths) == {"/api/v4/projects/acme%2Fweb%2Fapp/issues/3"}
        assert "\r\nPRIVATE-TOKEN: t0ken" in tracker.heads[0]
        assert "Authorization" not in tracker.heads[0]


def test_a_hundred_tickets_and_each_of_them_once(tmp_path: Path) -> None:
    with tracking(jira({f"PROJ-{number}": "new" for number in range(1, 200)})) as tracker:
        lookups = Lookups({"it": str(settings(tmp_path, kind="jira", url=tracker.url))}, 60)
        many = [Question(kind="ticket", value=f"PROJ-{number}", source="it") for number in range(1, 104)]
        said = lookups.answers([*many[:60], *many[:60]])
        assert set(said.values()) == {"open"}
        said = lookups.answers(many)
        assert [said[question] for question in many] == ["open"] * 100 + ["too-many"] * 3
        assert len(tracker.heads) == 100
