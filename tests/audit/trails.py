"""Small logs made by real appends, with tiles, checkpoints, evidence and personal values; and what may be done to them."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from pathlib import Path

from gitward import clock
from gitward.audit import checkpoints, creation, evidence, folder, log
from gitward.audit.claims import Claims
from gitward.audit.event import decision_item
from gitward.audit.happenings import SCHEMA, happening
from gitward.audit.log import Item
from gitward.audit.personal import Commitments
from gitward.canonical import canonical
from gitward.engine import conclude
from gitward.model import Change
from gitward.record import replace
from gitward.tlog import note

ORIGIN = "git.example.com/log"
CERTIFICATE = b"certificate version 0.1\npusher ann@example.com\n"
KEY = note.PrivateKey(name=ORIGIN, seed=bytes(range(32)))


def event(number=0):
    """As short as an event can be: each of its bytes is changed in a test."""
    return canonical({
        "schema": SCHEMA,
        "id": clock.new_id(),
        "time": clock.now(),
        "actor": {"type": "system", "id": None, "display": None},
        "emitter": {"host": "a", "trust": "server", "version": "1"},
        "event": {"class": "log.heartbeat", "outcome": "done"},
        "log": {"n": number},
    })


def handed_out(client="192.0.2.7"):
    """The item of an event with a piece of evidence, and one personal value behind a commitment."""
    behind = Commitments()
    said = behind.commit("/log/client", client)
    made = happening(
        "log.exported",
        log={"client": said, "list": {"sha256": hashlib.sha256(CERTIFICATE).hexdigest(), "bytes": len(CERTIFICATE)}},
    )
    return Item(event=made, personal=behind.line(json.loads(made)["id"]), evidence=(CERTIFICATE,))


def push(client="192.0.2.7"):
    """The item of a decision about a push with a certificate from this address."""
    change = Change(stage="receive", time=clock.now(), updates=(), known=frozenset())
    decision = conclude((), change, [], decision_id=clock.new_id(), version="1")
    return decision_item(replace(decision, certificate=CERTIFICATE), Claims(address=client))


def record(directory, *items):
    for item in items:
        for blob in item.evidence:
            evidence.keep(str(directory), blob)
    log.append_all(str(directory), items)


def made(directory, segment_entries=256):
    directory.mkdir()
    creation.create(str(directory), ORIGIN, KEY, segment_entries=segment_entries)
    return directory


def small(directory):
    """Five entries in one segment, four of them covered; the checkpoint that its verifier saw last."""
    made(directory)
    record(directory, handed_out())
    checkpoints.take(str(directory))
    record(directory, Item(event=event(2)), Item(event=event(3)))
    kept = checkpoints.take(str(directory)).encode()
    record(directory, Item(event=event(5)))
    return kept


def rotated(directory):
    """The segments 0, 256 and 512, 522 entries, 520 of them covered; the checkpoint that its verifier saw last."""
    made(directory)
    record(directory, push(), *(Item(event=event(n)) for n in range(254)), *(Item(event=event(n)) for n in range(255)))
    record(directory, push("192.0.2.9"), *(Item(event=event(n)) for n in range(6)))
    kept = checkpoints.take(str(directory)).encode()
    record(directory, Item(event=event(7)), Item(event=event(8)))
    return kept


def segment(directory, first=0):
    return Path(folder.segment_path(str(directory), first))


def lines(path):
    return path.read_bytes().splitlines(keepends=True)


def put(path, parts):
    path.write_bytes(b"".join(parts))


def twin(directory, to):
    """A copy of the folder that is marked as the log itself: what somebody with the key and the disk can do."""
    shutil.copytree(directory, to)
    folder.mark_live(str(to))
    return to


def chained(directory, key, texts):
    """A log of one segment with these events after entry 0, chain and tree as they should be, signed with this key."""
    shutil.rmtree(directory)
    directory.mkdir()
    creation.create(str(directory), ORIGIN, key)
    record(directory, *(Item(event=text) for text in texts))
    return checkpoints.take(str(directory)).encode()


def flips(path, offsets=None):
    """Change one byte of the file at a time, and put it back: yields the offset."""
    data = path.read_bytes()
    with open(path, "r+b", buffering=0) as file:
        for offset in range(len(data)) if offsets is None else offsets:
            os.pwrite(file.fileno(), bytes([data[offset] ^ (1 << offset % 8)]), offset)
            yield offset
            os.pwrite(file.fileno(), data[offset : offset + 1], offset)
    assert path.read_bytes() == data
