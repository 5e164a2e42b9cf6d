"""Peers and what is imported from their settings, over the same messages: they agree, or the reason stands beside it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from messages import MESSAGES
from verdicts import ours

HERE = Path(__file__).parent
VERDICTS = json.loads((HERE / "verdicts.json").read_text())


def test_every_message_was_asked():
    assert len(MESSAGES) >= 60
    assert sorted(VERDICTS) == sorted(path.name for path in (HERE / "settings").iterdir())
    assert {name: set(of) for name, of in VERDICTS.items()} == {name: set(MESSAGES) for name in VERDICTS}


@pytest.mark.parametrize("name", VERDICTS)
def test_they_agree_or_a_reason_is_given(name):
    judge = ours(HERE / "settings" / name)
    for message, (peer, why) in VERDICTS[name].items():
        assert (bool(judge(message)) != bool(peer)) == bool(why), (message, peer, judge(message))


@pytest.mark.parametrize("name", VERDICTS)
def test_both_verdicts_occur_and_most_agree(name):
    refused = [message for message, (peer, _) in VERDICTS[name].items() if peer]
    assert len(MESSAGES) / 10 < len(refused) < len(MESSAGES) * 9 / 10
    assert sum(bool(why) for _, why in VERDICTS[name].values()) < len(MESSAGES) / 4
