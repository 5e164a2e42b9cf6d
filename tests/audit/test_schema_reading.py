"""The fast way to read an event says no more than the slow one: what it takes is valid and canonical, and the same value."""

from __future__ import annotations

import json

import pytest
from trails import event, handed_out, push

from gitward.audit.happenings import happening
from gitward.audit.schema import problem_of_bytes
from gitward.audit.schema.reading import read
from gitward.canonical import canonical

EVENTS = [push().event, handed_out().event, event(1),
          happening("ref.updated", session={"id": "\x01\x7f\u2028\"\\/\n\t\x08"}, repository={"b64": "/w=="}, update_count=1,
                    updates=[{"ref": "refs/heads/\u00e9", "old": "1" * 40, "new": "2" * 40, "ancestry": "ff"}],
                    updates_evidence=None)]  # fmt: skip


def agrees(raw):
    found = read(raw)
    if found is None:
        return False
    plain = json.loads(raw)
    assert problem_of_bytes(raw, plain) == ""
    assert found == plain
    assert canonical(found) == raw
    return True


@pytest.mark.parametrize("raw", EVENTS)
def test_what_is_as_it_should_be_is_read(raw):
    assert agrees(raw)


@pytest.mark.parametrize("raw", EVENTS)
def test_any_byte(raw):
    for offset in range(len(raw)):
        agrees(raw[:offset] + bytes([raw[offset] ^ (1 << offset % 8)]) + raw[offset + 1 :])
        agrees(raw[:offset] + raw[offset : offset + 1] + raw[offset:])
        agrees(raw[:offset] + b" " + raw[offset:])


@pytest.mark.parametrize("raw", EVENTS)
def test_other_bytes_of_the_same_value(raw):
    plain = json.loads(raw)
    for other in (_backwards(plain).encode(), json.dumps(plain).encode(), raw + b"\n",
                  raw.replace(b'"outcome"', b'"outc\\u006fme"'), b'{"actor":1,' + raw[1:], raw[:-1] + b',"zzz":1}'):  # fmt: skip
        assert read(other) is None


def test_keys_of_free_parts_in_any_order():
    plain = json.loads(event(1))
    for part in ({"b": 1, "a": 2}, {"a": {"d": 1, "c": [{"z": 1, "y": 2}]}}, {"a": [{"c": 1, "b": 1}]}):
        written = json.dumps(part, separators=(",", ":")).encode()
        mixed = canonical({**plain, "log": 0}).replace(b'"log":0', b'"log":' + written)
        assert read(mixed) is None
        assert json.loads(mixed)["log"] == part
        assert agrees(canonical({**plain, "log": part}))


def _backwards(value):
    if isinstance(value, dict):
        return "{" + ",".join(f"{json.dumps(name)}:{_backwards(value[name])}" for name in sorted(value, reverse=True)) + "}"
    if isinstance(value, list):
        return "[" + ",".join(_backwards(each) for each in value) + "]"
    return json.dumps(value, ensure_ascii=False)
