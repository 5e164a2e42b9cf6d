"""The heartbeat: running counters that lose nothing, once an hour from a timer, and doctor misses it."""

from __future__ import annotations

import hashlib
import io
import json
import subprocess
import sys
import time
from collections import Counter
from contextlib import redirect_stdout
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gitward import clock
from gitward.audit import creation, folder, heartbeat, log, reading
from gitward.canonical import canonical
from gitward.cli.audit_checkpoint import checkpoint
from gitward.doctor.heartbeats import check_heartbeat

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

SRC = Path(log.__file__).parents[2]


@pytest.fixture
def made(tmp_path: Path) -> Path:
    creation.make(str(tmp_path / "log"), "git.example.com/log")
    return tmp_path / "log"


def beats(directory: Path) -> list[dict[str, Any]]:
    return [entry.event["heartbeat"] for entry in reading.entries(str(directory))
            if entry.event.get("event", {}).get("class") == "log.heartbeat"]  # fmt: skip


def counted(directory: Path) -> dict[str, int]:
    """By a second way: every line before the last heartbeat."""
    until = beats(directory)[-1]["until"]
    return dict(Counter(
        entry.event.get("repository") or entry.event.get("emitter", {}).get("instance")
        or entry.event.get("emitter", {}).get("host") or "" for entry in reading.entries(str(directory)) if entry.seq < until
    ))  # fmt: skip


def told(said: dict[str, Any]) -> dict[str, int]:
    return {each["emitter"]: each["events"] for each in said["counters"]}


def test_counters_go_on_from_the_one_before(made: Path) -> None:
    record = log.append
    record(str(made), canonical({"repository": "/srv/a.git"}))
    record(str(made), canonical({"repository": "/srv/a.git", "emitter": {"instance": "x", "host": "h"}}))
    record(str(made), canonical({"emitter": {"instance": "x", "host": "h"}}))
    record(str(made), b"{}")
    for _ in range(3):
        heartbeat.beat(str(made))
        record(str(made), canonical({"repository": {"b64": "/w=="}}))
        assert (told(beats(made)[-1]).get("b64:/w==", 0), told(beats(made)[-1])["/srv/a.git"]) == (len(beats(made)) - 1, 2)
    said = beats(made)[-1]
    assert (said["since"], said["until"], said["counter_count"], said["counters_evidence"]) == (0, 9, 5, None)
    assert [each["newest"] for each in said["counters"]] == sorted((each["newest"] for each in said["counters"]), reverse=True)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.one_of(st.just(None), st.sampled_from("abcdef"))))
def test_whatever_comes_between_is_counted_once(tmp_path_factory: pytest.TempPathFactory, steps: list[str | None]) -> None:
    made = tmp_path_factory.mktemp("log") / "log"
    creation.make(str(made), "x")
    for step in [*steps, None]:
        if step is None:
            heartbeat.beat(str(made))
        else:
            log.append(str(made), canonical({"repository": step}))
    assert told(beats(made)[-1]) == counted(made)


def test_many_emitters_are_kept_beside_the_log(made: Path) -> None:
    many = tuple(log.Item(event=canonical({"repository": f"/srv/{n}.git"})) for n in range(300))
    log.append_all(str(made), many)
    heartbeat.beat(str(made))
    log.append_all(str(made), many)
    heartbeat.beat(str(made))
    for said, events in zip(beats(made), (1, 2), strict=True):
        data = (made / "evidence" / said["counters_evidence"]["sha256"]).read_bytes()
        assert (len(said["counters"]), said["counter_count"], len(data)) == (50, 301, said["counters_evidence"]["bytes"])
        assert {each["events"] for each in json.loads(data) if each["emitter"].startswith("/srv/")} == {events}
    evidence = made / "evidence" / beats(made)[-1]["counters_evidence"]["sha256"]
    evidence.write_bytes(b"[]")  # no longer what its name says: all is counted again
    heartbeat.beat(str(made))
    assert hashlib.sha256((made / "evidence" / beats(made)[-1]["counters_evidence"]["sha256"]).read_bytes()).hexdigest()
    assert {each["events"] for each in beats(made)[-1]["counters"] if each["emitter"].startswith("/srv/")} == {2}


@pytest.mark.parametrize("said", [None, 1, [], {}, {"counters": 1, "counters_evidence": None, "since": 0, "until": 2},
                                  {"counters": [], "counters_evidence": {"sha256": "../log.json"}, "since": 0, "until": 2},
                                  {"counters": [{"emitter": "a", "events": "x", "newest": 1}], "counters_evidence": None,
                                   "since": 0, "until": 2}])  # fmt: skip
def test_a_heartbeat_that_says_nonsense_is_not_built_upon(made: Path, said: object) -> None:
    log.append(str(made), canonical({"event": {"class": "log.heartbeat"}, "heartbeat": said}))
    log.append(str(made), canonical({"repository": "a"}))
    heartbeat.beat(str(made))
    assert told(beats(made)[-1]) == {**counted(made)}


def test_writers_at_the_same_time_lose_nothing(made: Path) -> None:
    script = (
        "import sys; sys.path.insert(0, sys.argv[1])\nfrom gitward.audit import heartbeat, log\n"
        "for n in range(25):\n    log.append(sys.argv[2], b'{\"repository\":\"a\"}')\n"
        "    if n % 5 == 0: heartbeat.beat(sys.argv[2])"
    )
    running = [subprocess.Popen([sys.executable, "-c", script, str(SRC), str(made)]) for _ in range(4)]
    assert [process.wait() for process in running] == [0] * 4
    heartbeat.beat(str(made))
    assert told(beats(made)[-1]) == counted(made)
    assert told(beats(made)[-1])["a"] == 100


def test_from_a_timer_once_an_hour(made: Path) -> None:
    for _ in range(2):
        with redirect_stdout(io.StringIO()) as out:
            assert checkpoint.main(["--log", str(made), "--heartbeat"], standalone_mode=False) == 0
    assert len(beats(made)) in (1, 2)  # an hour may have begun in between
    assert int(out.getvalue().split("\n")[1]) == len(beats(made)) + 1


def test_the_next_hour_has_its_own(made: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hours = iter(["2026-01-01T10", "2026-01-01T10", "2026-01-01T11", "2026-01-01T09"])
    beaten = []
    for hour in hours:
        monkeypatch.setattr(clock, "now", lambda hour=hour: f"{hour}:59:59.000000Z")
        beaten.append(heartbeat.beat_hourly(str(made)))
    assert beaten == [True, False, True, True]  # a clock that was set back too


def aged(directory: Path, hours: float, monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    now = time.time() + hours * 3600
    monkeypatch.setattr(time, "time", lambda: now)
    return [(each.status, each.message) for each in check_heartbeat([str(directory)])]


def test_doctor_misses_it(made: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert [status for status, _ in aged(made, 1, monkeypatch)] == ["ok"]
    ((status, words),) = aged(made, 2, monkeypatch)
    assert (status, "never one" in words) == ("warn", True)
    monkeypatch.undo()
    heartbeat.beat(str(made))
    assert [status for status, _ in aged(made, 1.9, monkeypatch)] == ["ok"]
    ((status, words),) = aged(made, 0.2, monkeypatch)
    assert (status, "the last is of" in words) == ("warn", True)


def test_doctor_says_what_witnesses_vouch_for(made: Path, tmp_path: Path) -> None:
    (made / "settings.yaml").write_text(
        f"witnesses:\n  - {{name: backup, kind: git, remote: {tmp_path / 'none.git'}, ref: refs/heads/log}}\n")  # fmt: skip
    found = [(each.status, each.name) for each in check_heartbeat([str(made)])]
    assert found == [("ok", "heartbeat"), ("warn", "witnesses"), ("warn", "witnesses")]
    (made / "settings.yaml").write_text("witnesses: x\n")
    assert [(each.status, each.name) for each in check_heartbeat([str(made)])][1:] == [("fail", "witnesses")]
    assert folder.about(str(made))
