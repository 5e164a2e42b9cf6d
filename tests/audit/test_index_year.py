"""The simulated year of bench/audit_index.py, a small one: the index answers as somebody would who reads every line."""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent.parent.parent / "bench"))
import audit_index as year
from indexed import lines

from gitward.audit.index import reading
from gitward.audit.index.asked import query_of

DECISIONS = 600
OID = hashlib.sha1(b"500").hexdigest()[:10]
ORACLE: dict[str, Callable[[dict[str, Any], str], bool]] = {
    "the newest page": lambda event, when: True,
    "an actor": lambda event, when: event["actor"]["id"] == "person-7",
    "an actor who never came": lambda event, when: False,
    "a ref that every repository has": lambda event, when: ref_of(event) == "refs/heads/main",
    "a ref glob that few fit": lambda event, when: ref_of(event).startswith("refs/heads/topic-123/"),
    "a ref glob that most fit": lambda event, when: ref_of(event).startswith("refs/heads/"),
    "a repository, denied": lambda event, when: event.get("repository", "").endswith("/repo-17.git")
    and outcome(event) == "denied",
    "a day in spring": lambda event, when: when.startswith("2026-04-14"),
    "actor, ref and a quarter": lambda event, when: event["actor"]["id"] == "person-7" and ref_of(event) == "refs/heads/main"
    and "2026-04-01" <= when < "2026-07-01",
    "an entry, violated": lambda event, when: ("change-ticket", "violated") in verdicts(event),
    "an abbreviated oid": lambda event, when: any(OID in (each["old"][:10], each["new"][:10])
                                              for each in event.get("updates", ())),
    "a ticket": lambda event, when: "PROJ-4242" in event.get("change", {}).get("tickets", ()),
    "two words": lambda event, when: False,
    "common outcome, rare class": lambda event, when: event["event"]["class"] == "log.started",
}  # fmt: skip


def ref_of(event: dict[str, Any]) -> str:
    return event["updates"][0]["ref"] if event.get("updates") else ""  # type: ignore[no-any-return]


def outcome(event: dict[str, Any]) -> str:
    return event["event"]["outcome"]  # type: ignore[no-any-return]


def verdicts(event: dict[str, Any]) -> set[tuple[str, str]]:
    return {(each["entry"], each["outcome"]) for each in event.get("results", ())}


def test_it_answers_as_the_lines_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(year, "SEGMENT", 256)
    monkeypatch.setattr(year, "PEOPLE", 10)
    monkeypatch.setattr(year, "REPOSITORIES", 20)
    directory = str(tmp_path / "log")
    written = year.write(directory, DECISIONS)
    every = lines(directory)
    assert len(every) == written
    with reading.opened(directory) as index:
        for name, asked in year.QUERIES.items():
            fits = ORACLE[name]
            expected = [line["seq"] for line in reversed(every) if fits(line["event"], line["received_time"])]
            assert list(index.seqs(query_of(asked, now=0))) == expected, name
        assert all(index.entry(line["seq"]).event == json.loads(json.dumps(line["event"])) for line in every[::50])  # type: ignore[union-attr]
