"""The settings of a look-up: what may stand there, who may write them, who may read the token."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

import pytest
from test_lookup_trackers import ask

from gitward.errors import GitwardError, UsageError
from gitward.lookup import named
from gitward.lookup.ask import Lookups
from gitward.lookup.settings import load
from gitward.model import Question
from trackers import jira, settings, tracking

URL = "https://tracker.example.com"


def refused(path: Path) -> str:
    with pytest.raises(GitwardError) as raised:
        load(str(path))
    return f"{raised.value} | {raised.value.fix}"


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"kind": "jra", "url": URL}, "1:7: 'jra' is not one of jira, github, gitlab, command; did you mean 'jira'?"),
        ({"kind": "jira", "url": URL, "tokn_file": "/x"}, "3:1: unknown key 'tokn_file'; did you mean 'token_file'?"),
        ({"kind": "jira"}, "jira needs a `url`"),
        ({"url": URL}, "the key 'kind' is missing"),
        ({"kind": "jira", "url": "http://tracker.example.com"}, "the token would go over the network in clear"),
        ({"kind": "jira", "url": "file:///etc/passwd"}, "is no address"),
        ({"kind": "jira", "url": "ftp://tracker.example.com"}, "is no address"),
        ({"kind": "jira", "url": "https://"}, "is no address"),
        ({"kind": "jira", "url": "https://a:b@example.com"}, "no user"),
        ({"kind": "jira", "url": "https://a:99999"}, "is no address"),
        ({"kind": "jira", "url": f"{URL}?x=1"}, "no `?`"),
        ({"kind": "jira", "url": URL, "timeout": 0}, "0 is too small"),
        ({"kind": "jira", "url": URL, "timeout": 1e9}, "is not a whole number"),
        ({"kind": "jira", "url": URL, "token_file": "token"}, "'token' is not an absolute path"),
        ({"kind": "jira", "url": URL, "repositories": ["a/b"]}, "jira has no `repositories`"),
        ({"kind": "github"}, "github needs them"),
        ({"kind": "gitlab", "url": URL, "repositories": ["a/b"], "user": "x"}, "gitlab takes a token without a `user`"),
        ({"kind": "command"}, "`command` begins with an absolute path"),
        ({"kind": "command", "command": ["sh"]}, "`command` begins with an absolute path"),
        ({"kind": "command", "command": ["/bin/sh"], "url": URL}, "and nothing else"),
        ({"kind": "jira", "url": URL, "command": ["/bin/sh"]}, "`command` is for the kind command"),
    ],
)
def test_what_is_refused(tmp_path: Path, given: dict[str, object], says: str) -> None:
    assert says in refused(settings(tmp_path, **given))


def test_who_could_have_written_them(tmp_path: Path) -> None:
    path = settings(tmp_path, kind="jira", url=URL)
    assert load(str(path)).timeout == 5
    path.chmod(0o664)
    assert refused(path) == f"{path} can be written by others than its owner | chmod go-w {path}"
    path.chmod(0o644)
    assert load(str(path)).budget == 20
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo, 0o600)
    assert "is not a file" in refused(fifo)
    assert "cannot be read: Is a directory" in refused(tmp_path)
    path.write_bytes(b"kind: jira\n" + b"#" * (1 << 17))
    assert "has more than 65536 bytes" in refused(path)
    assert "cannot be read: No such file" in refused(tmp_path / "none.yaml")


@pytest.mark.parametrize(
    ("text", "mode", "says"),
    [
        ("t0ken\n", 0o640, "can be read by others than its owner"),
        ("t0ken\n", 0o604, "can be read by others than its owner"),
        ("", 0o600, "does not hold a token"),
        ("t0ken\nX-Evil: 1\n", 0o600, "does not hold a token"),
        ("Bearer t0ken\n", 0o600, "does not hold a token"),
        ("t\u00f6ken\n", 0o600, "does not hold a token"),
        (None, 0o600, "cannot be read"),
    ],
)
def test_a_token_that_is_none_or_no_secret_is_not_used(tmp_path: Path, text: str | None, mode: int, says: str) -> None:
    with tracking(jira({"PROJ-1": "new"})) as tracker:
        path = settings(tmp_path, kind="jira", url=tracker.url, token="x")
        token = tmp_path / "tracker.token"
        if text is None:
            token.unlink()
        else:
            token.write_text(text)
            token.chmod(mode)
        states, (detail,) = ask(path, "PROJ-1")
        assert states == ["unusable"]
        assert says in detail
        assert "t0ken" not in detail
        assert tracker.heads == []


def test_a_look_up_that_the_host_has_not(tmp_path: Path) -> None:
    lookups = Lookups({}, 60)
    question = Question(kind="ticket", value="PROJ-1", source="jira")
    assert lookups.answers([question]) == {question: "unusable"}
    assert lookups.details == ["look-up jira: this host has none of that name; add --lookup jira=FILE"]


def test_words_of_the_command_line(tmp_path: Path) -> None:
    assert named(["jira=/etc/jira.yaml", "gh=x"]) == {"jira": "/etc/jira.yaml", "gh": os.path.abspath("x")}
    for words in (["jira"], ["jira="], ["=x"], ["Ji ra=x"], ["jira=x", "jira=y"]):
        with pytest.raises(UsageError):
            named(words)
    (tmp_path / "checkout").mkdir()
    inside, link = tmp_path / "checkout" / "jira.yaml", tmp_path / "link"
    link.symlink_to(inside)
    for path in (inside, link, tmp_path / "checkout" / "x" / ".." / "jira.yaml"):
        with pytest.raises(UsageError, match="lies in the checkout"):
            named([f"jira={path}"], str(tmp_path / "checkout"))
    assert named([f"jira={tmp_path}/checkout2"], str(tmp_path / "checkout"))


# --- the cache --------------------------------------------------------------------------------------------------------


def test_an_answer_is_kept_and_believed_while_it_is_young(tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    cache.mkdir(0o700)
    states = {"PROJ-1": "new", "PROJ-2": "done"}
    with tracking(jira(states)) as tracker:
        path = settings(tmp_path, kind="jira", url=tracker.url, cache=str(cache), cache_seconds=3600)
        for _ in range(3):
            assert ask(path, "PROJ-1", "PROJ-2", "PROJ-3") == (["open", "closed", "absent"], [])
        assert len(tracker.heads) == 3
        assert {file.stat().st_mode & 0o777 for file in cache.iterdir()} == {0o600}
        _age(cache, 60)  # a good answer lives for an hour here, another for half a minute
        states["PROJ-1"], states["PROJ-2"] = "done", "new"
        assert ask(path, "PROJ-1", "PROJ-2", "PROJ-3") == (["open", "open", "absent"], [])
        assert len(tracker.heads) == 5
        _age(cache, 3600)
        assert ask(path, "PROJ-1") == (["closed"], [])
        _age(cache, -60)  # from a clock that went wrong
        assert ask(path, "PROJ-1") == (["closed"], [])
        assert len(tracker.heads) == 7


def _age(cache: Path, seconds: int) -> None:
    for file in cache.iterdir():
        kept = json.loads(file.read_text())
        kept["time"] = int(time.time()) - seconds
        file.write_text(json.dumps(kept))


def test_an_outage_is_not_kept_and_is_helped_by_what_is(tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    cache.mkdir(0o700)
    with tracking(jira({"PROJ-1": "new"})) as tracker:
        path = settings(tmp_path, kind="jira", url=tracker.url, cache=str(cache))
        assert ask(path, "PROJ-1") == (["open"], [])
    states, _ = ask(path, "PROJ-1", "PROJ-2")
    assert states == ["open", "outage"]
    assert len(list(cache.iterdir())) == 1


@pytest.mark.parametrize(
    "change",
    [
        {"ticket": "PROJ-2"}, {"where": []}, {"state": "outage"}, {"state": None}, {"state": ["open"]}, {"time": "now"},
        {"time": None}, {"time": 1e400},
    ],
)  # fmt: skip
def test_a_kept_answer_that_is_not_whole_is_not_believed(tmp_path: Path, change: dict[str, object]) -> None:
    cache = tmp_path / "cache"
    cache.mkdir(0o700)
    with tracking(jira({"PROJ-1": "done"})) as tracker:
        path = settings(tmp_path, kind="jira", url=tracker.url, cache=str(cache))
        assert ask(path, "PROJ-1") == (["closed"], [])
        (file,) = cache.iterdir()
        file.write_text(json.dumps({**json.loads(file.read_text()), "state": "open"}))
        assert ask(path, "PROJ-1") == (["open"], [])  # the test can fail
        for text in (json.dumps({**json.loads(file.read_text()), **change}), "", "[]", "[" * 4000, "\0"):
            file.write_text(text)
            assert ask(path, "PROJ-1") == (["closed"], [])


def test_look_ups_do_not_share_what_they_keep(tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    cache.mkdir(0o700)
    with tracking(jira({"PROJ-1": "new"})) as one, tracking(jira({"PROJ-1": "done"})) as two:
        for tracker, state in ((one, "open"), (two, "closed")):
            path = settings(tmp_path, kind="jira", url=tracker.url, cache=str(cache))
            assert ask(path, "PROJ-1") == ([state], [])


def test_a_folder_that_others_can_write_is_no_cache(tmp_path: Path) -> None:
    cache, link = tmp_path / "cache", tmp_path / "link"
    cache.mkdir(0o700)
    cache.chmod(0o777)
    link.symlink_to(tmp_path)
    with tracking(jira({"PROJ-1": "new"})) as tracker:
        for folder, says in ((cache, "that this user alone can write"), (link, "is not a folder"), (tmp_path / "x", "No such")):
            states, (detail,) = ask(settings(tmp_path, kind="jira", url=tracker.url, cache=str(folder)), "PROJ-1")
            assert states == ["open"]
            assert says in detail
        assert len(tracker.heads) == 3
    assert list(cache.iterdir()) == []
