"""Hostile clients of the log's daemon: what they send is refused or dropped, nothing of it is in the log, others are served."""

from __future__ import annotations

import json
import os
import random
import resource
import socket
import struct
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gitward.audit.daemon import loop, requests, wire
from gitward.audit.daemon.scribe import Scribe
from gitward.audit.entry import MAXIMUM_EVENT
from gitward.errors import Undecided
from logdaemons import Daemon, chain_faults, daemon, event
from soaking import examples

HEAD = struct.Struct(">4sI")


@pytest.fixture(scope="module")
def served() -> Iterator[Daemon]:
    with daemon() as made:
        yield made


def connected(served: Daemon) -> socket.socket:
    connection = socket.socket(socket.AF_UNIX)
    connection.settimeout(10)
    connection.connect(str(served.socket))
    return connection


def answer(served: Daemon, sent: bytes, *, hangs_up: bool = False) -> list[bytes]:
    """What the daemon says to these bytes; nothing where it hangs up."""
    with connected(served) as connection:
        try:
            connection.sendall(sent)
            if hangs_up:
                connection.shutdown(socket.SHUT_WR)
        except (BrokenPipeError, ConnectionResetError):
            pass
        received = b""
        try:
            while more := connection.recv(1 << 16):
                received += more
        except ConnectionResetError:
            pass
    return wire.parts_of(received[wire.HEAD :]) if received else []


REQUESTS = {
    "giant length": HEAD.pack(b"GWL1", 0xFFFFFFFF),
    "a byte too long": HEAD.pack(b"GWL1", wire.MAXIMUM + 1),
    "giant length and 300 kB": HEAD.pack(b"GWL1", 0xFFFFFFFF) + b"x" * 300_000,
    "another version": HEAD.pack(b"GWL2", 4) + b"\0\0\0\0",
    "http": b"GET / HTTP/1.1\r\n\r\n",
    "garbage": random.Random(1).randbytes(5_000),
    "no part": HEAD.pack(b"GWL1", 0),
    "a part beyond the end": HEAD.pack(b"GWL1", 6) + b"\0\0\0\7ab",
    "half a length": HEAD.pack(b"GWL1", 2) + b"\0\0",
    "a thousand parts": HEAD.pack(b"GWL1", 4_000) + b"\0" * 4_000,
    "two requests": wire.packed(b"about") * 2,
    "no such request": wire.packed(b"drop"),
    "a name of no letters": wire.packed(b"\xff\0\n"),
    "a question with an argument": wire.packed(b"about", b"../.."),
    "a policy that is no digest": wire.packed(b"former", b"../.."),
    "a question without its argument": wire.packed(b"policies"),
    "record, and no event": wire.packed(b"record"),
    "no session": wire.packed(b"unallowed"),
    "updates that are none": wire.packed(b"unallowed", b"s", b'[["refs/heads/main","0",[]]]'),
    "no refs": wire.packed(b"tips", b"/r"),
    "refs that are none": wire.packed(b"tips", b"/r", b"7"),
    "refs nested deeply": wire.packed(b"tips", b"/r", b"[" * 50_000),
    "too many refs": wire.packed(b"tips", b"/r", b"[" + b'"r",' * 10_000 + b'"r"]'),
    "updates nested deeply": wire.packed(b"unallowed", b"s", b"[" * 50_000),
    "too many updates": wire.packed(b"unallowed", b"s", b"[" + b'["r","0","1"],' * 10_000 + b'["r","0","1"]]'),
}


@pytest.mark.parametrize("request_", REQUESTS.values(), ids=REQUESTS)
def test_what_is_no_request_is_refused(served: Daemon, request_: bytes) -> None:
    before = len(served.lines())
    assert answer(served, request_)[:1] == [b"refused"]
    assert served.record() == before


def test_bytes_behind_a_request_are_no_part_of_it(served: Daemon) -> None:
    whole = wire.packed(b"record", GOOD, b"")
    assert answer(served, whole + b"\0\0\0\0")[1] == b"the log's daemon refuses the request: one connection is for one request"
    assert ID.decode() not in served.ids()


def test_half_a_request_is_none(served: Daemon) -> None:
    before, whole = len(served.lines()), wire.packed(b"record", event(), b"")
    for cut in (0, 3, 8, 15, len(whole) - 1):
        assert answer(served, whole[:cut], hangs_up=True) == []
    assert served.record() == before
    with connected(served) as connection:
        connection.send(whole)  # and gone: the answer is nobody's
    assert served.record() in (before + 1, before + 2)


GOOD = event()
ID = json.loads(GOOD)["id"].encode()
EVENTS = {
    "a second line": GOOD + b"\n" + GOOD,
    "a line feed at the end": GOOD + b"\n",
    "a line feed inside": GOOD.replace(b'"id"', b'\n"id"'),
    "a second entry": GOOD[:-1] + b'},"prev":"0","received_time":"0","seq":1}\n{"event":{}',
    "a blank": GOOD.replace(b":", b": ", 1),
    "another order": b'{"id":"1","event":{"class":"x"}}',
    "a key twice": b'{"event":{"class":"log.rotated"},"event":{"class":"x"},"id":"1"}',
    "an escape too many": b'{"event":{"class":"\\u0078"},"id":"1"}',
    "a lone surrogate": b'{"event":{"class":"x"},"id":"\\ud800"}',
    "not UTF-8": b'{"event":{"class":"x"},"id":"\xff"}',
    "UTF-16": GOOD.decode().encode("utf-16"),
    "a byte order mark": b"\xef\xbb\xbf" + GOOD,
    "no event by the schema": GOOD.replace(b'"trust":"server"', b'"trust":"me"'),
    "a fraction": b'{"event":{"class":"x"},"id":"1","n":1.5}',
    "no number": b'{"event":{"class":"x"},"id":"1","n":NaN}',
    "54 bits": b'{"event":{"class":"x"},"id":"1","n":9007199254740992}',
    "many digits": b'{"event":{"class":"x"},"id":"1","n":%s}' % (b"9" * 5_000),
    "a key beyond ASCII": '{"event":{"class":"x"},"id":"1","ö":1}'.encode(),
    "nested a little too deeply": b'{"event":{"class":"x"},"id":"1","n":%s}' % (b"[" * 24 + b"]" * 24),
    "nested very deeply": b'{"event":{"class":"x"},"id":"1","n":%s}' % (b"[" * 30_000 + b"]" * 30_000),
    "a list": b"[]",
    "nothing": b"",
    "no id": b'{"event":{"class":"x"}}',
    "no class": b'{"event":{},"id":"1"}',
    "a class that is no text": b'{"event":{"class":["log.started"]},"id":"1"}',
    "too long": event(text="x" * MAXIMUM_EVENT),
}
PERSONAL = {
    "of another event": b'{"id":"other","values":[]}',
    "two lines": b'{"id":"%s","values":[]}\n{"id":"other","values":[]}' % ID,
    "not canonical": b'{"id": "%s"}' % ID,
    "too long": b'{"id":"%s","values":["%s"]}' % (ID, b"x" * requests.MAXIMUM_PERSONAL),
}


@pytest.mark.parametrize("given_", EVENTS.values(), ids=EVENTS)
def test_what_is_no_event_is_refused(served: Daemon, given_: bytes) -> None:
    before = served.lines()
    assert answer(served, wire.packed(b"record", given_, b""))[:1] == [b"refused"]
    assert served.lines() == before


@pytest.mark.parametrize("personal", PERSONAL.values(), ids=PERSONAL)
def test_personal_values_are_of_this_event_and_one_line(served: Daemon, personal: bytes) -> None:
    before = served.lines()
    assert answer(served, wire.packed(b"record", GOOD, personal))[:1] == [b"refused"]
    assert served.lines() == before
    assert not list(served.log.glob("personal/*"))


def test_a_thousand_silent_clients_keep_nobody_waiting(served: Daemon) -> None:
    """More than the daemon takes, some of whom say a byte now and then."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 4_096), hard))
    count = min(1_000, hard - 200)
    connections = [connected(served) for _ in range(count)]
    try:
        for round_ in range(3):
            for connection in connections[round_ :: count // 50]:
                try:
                    connection.send(wire.packed(b"record", GOOD, b"")[round_ : round_ + 1])
                except OSError:
                    continue
            started = time.monotonic()
            served.record()
            assert time.monotonic() - started < 5
        descriptors = len(os.listdir(f"/proc/{served.process.pid}/fd"))
        assert descriptors < loop.Limits().clients + 30
    finally:
        for connection in connections:
            connection.close()
    served.record()
    assert chain_faults(served.log) == []


def test_unfinished_requests_have_a_bound_in_memory() -> None:
    """Many large requests without their last byte."""
    with daemon() as served:
        sent = HEAD.pack(b"GWL1", wire.MAXIMUM) + b"x" * (wire.MAXIMUM - 1)
        connections = []
        for _ in range(6):
            connection = connected(served)
            connections.append(connection)
            try:
                connection.sendall(sent)
            except (BrokenPipeError, ConnectionResetError):
                continue
            served.record()
        status = Path(f"/proc/{served.process.pid}/status").read_text()
        resident = int(status.partition("VmHWM:")[2].split()[0]) >> 10
        assert resident < 250, f"{resident} MiB"
        for connection in connections:
            connection.close()


def test_a_slow_request_has_a_bound_in_time() -> None:
    """A byte now and then does not prolong it; meanwhile others are served."""
    with daemon(is_started=False) as served:
        with socket.socket(socket.AF_UNIX) as listening:
            listening.bind(str(served.socket))
            listening.listen()
            limits = loop.Limits(request_seconds=0.4)
            running = loop.Loop(Scribe(str(served.log), tell=print), listening, limits, print)
            thread = threading.Thread(target=running.run)
            thread.start()
            try:
                whole, started = wire.packed(b"record", GOOD, b""), time.monotonic()
                sent = 0
                with connected(served) as slow, suppress(BrokenPipeError):
                    for byte in whole:
                        sent += slow.send(bytes([byte]))
                        time.sleep(0.02)
                        served.record()
                assert (sent < len(whole), 0.3 < time.monotonic() - started < 5) == (True, True)
            finally:
                running.stop()
                running.waker.send(b"!")
                thread.join(timeout=10)
            assert running._held == 0, "what is whole or gone is held no more"
        assert ID.decode() not in served.ids()


# --- whatever the bytes are -------------------------------------------------------------------------------------------


@given(st.binary(max_size=200) | st.lists(st.binary(max_size=40), min_size=1, max_size=6).map(lambda parts: wire.packed(*parts)))
def test_every_byte_string_is_a_request_or_refused(data: bytes) -> None:
    try:
        parts = wire.parts_of(data[wire.HEAD :]) if len(data) >= wire.HEAD and wire.length_of(data) else []
        item = requests.item_of(parts, {"pid": 1, "uid": 1, "gid": 1})
    except ValueError:
        return
    assert b"\n" not in item.event


@settings(max_examples=examples(30))
@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text() | st.floats(),
                    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=8))  # fmt: skip
def test_what_is_taken_is_the_same_again_for_every_reader(value: object) -> None:
    data = json.dumps(json.loads(GOOD) | {"v": value}, ensure_ascii=False, sort_keys=True,
                      separators=(",", ":")).encode("utf-8", "surrogatepass")  # fmt: skip
    try:
        item = requests.item_of([data, b""], {"pid": 1, "uid": 1, "gid": 1})
    except ValueError:
        return
    assert json.loads(item.event)["v"] == value
    assert b"\n" not in item.event


def test_who_may_say_what_only_the_log_says() -> None:
    for name in ("log.pruned", "log.recovered", "key.revoked"):
        with pytest.raises(ValueError, match="made by the log's own user"):
            requests.item_of([event(name, log={}, key={}), b""], {"pid": 1, "uid": os.geteuid() + 1, "gid": 1})
        requests.item_of([event(name, log={}, key={}), b""], {"pid": 1, "uid": os.geteuid(), "gid": 1})


def test_a_client_learns_why_without_a_path(served: Daemon) -> None:
    with pytest.raises(Undecided) as raised:
        served.record(b"{}")
    assert raised.value.message == "the log's daemon refuses the request: the event has no id or no class"
    assert (raised.value.reason, raised.value.exit_code) == ("log-unavailable", 3)
