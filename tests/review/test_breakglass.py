"""Which broken glass is open, by the log alone (threat 30)."""

from __future__ import annotations

import base64
import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from gitward.audit.entry import Entry
from gitward.model import Closing, Revocation, Waiver
from gitward.review import breakglass
from gitward.review.breakglass import FollowUp, Glasses, gaps
from gitward.statements.envelope import EnvelopeSignature, encoded
from gitward.statements.reading import payload_of

NOW = 1_800_000_000
REF = "refs/heads/main"


class Log:
    """Entries as the server writes them, their evidence in a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.entries = folder, []
        (folder / "evidence").mkdir()
        said = Waiver(policy="shop", entries=("*",), commits=(), reason="down", expires=NOW + 3600, ref=REF)
        self.glass = self.came("waiver", said)

    def _add(self, event: dict[str, Any]) -> None:
        number = len(self.entries)
        time = f"2027-01-15T08:{number:02}:00.000000Z"
        self.entries.append(Entry(seq=number, prev="", received_time=time, event={"time": time, **event}, line=b""))

    def came(self, kind: str, said: Any, *by: str, keep: bool = True, at: str = "/srv/shop.git", **how: Any) -> str:
        """A statement that these have signed; its id. Of the first one of the log it is dan."""
        blob = encoded(payload_of(kind, ("0" * 40,), "https://x", said, NOW + len(self.entries)), (EnvelopeSignature(sig=b"x"),))  # type: ignore[arg-type]
        name = hashlib.sha256(blob).hexdigest()
        if keep:
            (self.folder / "evidence" / name).write_bytes(blob)
        signers = [{"id": who, "policy": "shop", **how} for who in by or ("dan",) if who]
        self._add({
            "event": {"class": "statement.received", "outcome": "received"}, "repository": at,
            "statement": {"sha256": name, "kind": kind, "signers": signers},
        })  # fmt: skip
        return name

    def used(self, actor: str | None = "bob", outcome: str = "allowed", **how: Any) -> None:
        item = {"statement": self.glass, "kind": "break-glass", "policy": "shop", "by": ["dan"], "reason": "down",
                "ticket": "INC-8", "until": "2027-01-15T09:00:00Z"}  # fmt: skip
        self._add({
            "event": {"class": "decision.receive", "outcome": outcome}, "repository": "/srv/shop.git", "actor": {"id": actor},
            "updates": [{"ref": REF}], "waivers": [item | how],
        })  # fmt: skip

    def closed(self, *by: str, **how: Any) -> None:
        self.came("closing", Closing(statement=self.glass, reason="read it"), *by, **how)

    def open(self) -> tuple[FollowUp, ...]:
        glasses = Glasses(str(self.folder))
        for entry in self.entries:
            glasses.see(entry)
        return glasses.open()


@pytest.fixture
def log(tmp_path: Path) -> Log:
    return Log(tmp_path)


def test_what_came_in_is_open_until_somebody_else_has_seen_it(log: Log) -> None:
    log.used()
    (left,) = log.open()
    assert (left.by, left.pushers, left.uses, left.ticket, left.seqs) == (("dan",), ("bob",), 1, "INC-8", (0, 1))
    log.closed("dan")
    log.closed("bob")
    (left,) = log.open()
    assert left.closed_by == ("bob", "dan")
    log.closed("carol")
    assert log.open() == ()


def test_what_was_closed_before_its_last_use_is_open_again(log: Log) -> None:
    log.used()
    log.closed("carol")
    log.used("ann")
    (left,) = log.open()
    assert (left.uses, left.closed_by) == (2, ())
    log.closed("ann")
    assert log.open()
    log.closed("carol")
    assert log.open() == ()


def test_where_somebody_unknown_pushed_two_must_close(log: Log) -> None:
    log.used(None)
    log.closed("carol")
    assert log.open()
    log.closed("carol")
    assert log.open()
    log.closed("ann")
    assert log.open() == ()


def test_a_service_closes_nothing_and_nobody_by_another_name(log: Log) -> None:
    log.used()
    log.closed("robot", type="service")
    assert log.open()[0].closed_by == ()
    log.closed("root", also=["dan"])  # who broke it
    log.closed("bobby", also=["bob"])  # who pushed
    assert log.open()[0].closed_by == ("bobby", "root")
    log.closed("carol", also=["eve"])
    assert log.open() == ()


def test_two_names_of_one_person_are_not_two_who_close(log: Log) -> None:
    log.used(None)
    log.closed("carol", also=["eve"])
    log.closed("eve", also=["carol"])
    assert log.open()
    log.closed("ann")
    assert log.open() == ()


def test_who_pushed_is_somebody_in_the_names_of_that_policy(log: Log) -> None:
    """Another policy, which comes first, may know who pushes by another name, or this one not at all."""
    log.used("daniela", pusher="carol")
    log.closed("carol")
    assert log.open()
    log.used("daniela", pusher=None)
    log.closed("carol")
    assert log.open()
    log.closed("daniela")
    log.closed("ann")
    assert log.open() == ()


def test_what_nobody_signed_or_nobody_kept_closes_nothing(log: Log) -> None:
    log.used()
    log.closed("")
    log.closed("carol", keep=False)
    log.came("closing", Closing(statement="e" * 64, reason="another"), "carol")
    assert log.open()
    (log.folder / "evidence" / log.came("closing", Closing(statement=log.glass, reason="x"), "carol")).write_bytes(b"altered")
    assert log.open()


def test_never_used_and_taken_back_is_not_open(log: Log) -> None:
    (left,) = log.open()
    assert (left.uses, next(gaps((left,), "2027-01-15T10:00:00Z")).weight) == (0, "note")
    log.came("revocation", Revocation(statement=log.glass), "carol")
    assert log.open()
    log.came("revocation", Revocation(statement=log.glass), "dan")
    assert log.open() == ()
    log.used()
    assert log.open()


def test_what_another_repository_says_of_its_own_people_is_no_word_here(log: Log) -> None:
    """They share a log, and there somebody else keeps the policy: by it dan's second key may be carol's."""
    said = Waiver(policy="shop", entries=("*",), commits=(), reason="down", expires=NOW + 3600, ref=REF)
    log.used()
    log.closed("carol", at="/srv/dans.git")
    assert log.came("waiver", said, "carol", at="/srv/dans.git") != log.glass
    log.came("revocation", Revocation(statement=log.glass), "carol", at="/srv/dans.git")
    here, there = log.open()
    assert (here.by, here.closed_by, here.repository) == (("dan",), (), "/srv/shop.git")
    assert (there.by, there.uses, there.repository) == (("carol",), 0, "/srv/dans.git")
    log.closed("carol")
    assert log.open() == (there,)


def test_glass_that_is_broken_over_and_over_hides_none_that_was_used(log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(breakglass, "_MOST", 3)
    for number in range(5):
        log.came("waiver", Waiver(policy="shop", entries=("*",), commits=(), reason=f"{number}", expires=NOW, ref=REF), "eve")
    log.used()
    assert [left.reason for left in log.open()] == ["3", "4", "down"]
    log.used(statement="f" * 64)
    assert [left.uses for left in log.open()] == [0, 0, 1, 1]


def test_what_let_nothing_in_is_no_use(log: Log) -> None:
    log.used(outcome="denied")
    assert log.open()[0].uses == 0


def test_the_review_says_pending_while_it_lasts_and_missing_afterwards(log: Log) -> None:
    log.used()
    weights = [next(gaps(log.open(), time)).weight for time in ("2027-01-15T08:59:59Z", "2027-01-15T09:00:00Z")]
    assert weights == ["pending", "missing"]
    (gap,) = gaps(log.open(), "2027-01-15T09:00:00Z")
    assert (gap.kind, gap.where, gap.seqs) == ("break-glass-open", f"/srv/shop.git {REF}", (0, 1))
    assert "broken by dan until 2027-01-15T09:00:00Z, INC-8: down; 1 push by bob; nobody has closed it" in gap.text


def test_waivers_that_did_not_fit_into_the_event_are_read_from_the_evidence(log: Log) -> None:
    log.used()
    listed = json.dumps(log.entries[-1].event["waivers"]).encode()
    name = hashlib.sha256(listed).hexdigest()
    (log.folder / "evidence" / name).write_bytes(listed)
    log.entries[-1].event.update(waivers=[], evidence=[{"of": "waivers", "sha256": name, "bytes": len(listed)}])
    assert log.open()[0].uses == 1


def test_whatever_an_entry_holds_it_is_read(log: Log) -> None:
    """A log is data from outside."""
    log.used(statement=7, by="dan", until=[], reason={"b64": base64.b64encode(b"\xff").decode()})
    log.used(until="never", policy=None, by=[1, {}])
    for item in ([], {}, "x", None, [1]):
        allowed = {"class": "decision.receive", "outcome": "allowed"}
        log._add({"event": allowed, "waivers": item, "evidence": item, "updates": item})
        log._add({"event": {"class": "statement.received"}, "statement": item})
        log._add({"event": {"class": "statement.received"}, "statement": {"kind": "closing", "signers": item, "sha256": item}})
    log.closed("carol", keep=False)
    assert [left.statement for left in log.open()] == [log.glass]
