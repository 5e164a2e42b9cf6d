"""Invariant 6: where a log is configured, a decision that is not in it is none."""

import json

from gitward.audit import creation, log
from gitward.cli import hook_server
from gitward.engine import conclude
from gitward.model import Change, Host


def allowed():
    change = Change(stage="receive", time="2026-01-01T00:00:00.000000Z", updates=(), known=frozenset())
    return conclude((), change, [], decision_id="01K", version="v")


def test_a_recorded_decision_stands(tmp_path):
    creation.make(str(tmp_path), "git.example.com/log")
    decision = hook_server._recorded(allowed(), Host(log=str(tmp_path)))
    assert decision.exit_code == 0
    line, _ = log.tail(str(tmp_path))
    assert json.loads(line)["event"]["id"] == decision.id


def test_what_cannot_be_recorded_is_undecided(tmp_path):
    decision = hook_server._recorded(allowed(), Host(log=str(tmp_path / "none")))
    assert (decision.exit_code, decision.outcome) == (3, "undecided")


def test_an_event_that_cannot_be_made_is_undecided(tmp_path, monkeypatch):
    creation.make(str(tmp_path), "git.example.com/log")
    monkeypatch.setattr("gitward.audit.event.decision_item", lambda *_: 1 / 0)
    assert hook_server._recorded(allowed(), Host(log=str(tmp_path))).exit_code == 3
