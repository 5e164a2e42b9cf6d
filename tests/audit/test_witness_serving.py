"""The witness itself, request by request: what the C2SP protocol asks of it, and that nothing a client sends harms it."""

from __future__ import annotations

import base64
import hashlib
import http.client
import itertools
import os
import random
import socket
import threading
from pathlib import Path

import pytest
from killing import killed_before
from witnessing import serving

from gitward.audit.witness.memory import Memory
from gitward.errors import GitwardError
from gitward.tlog import checkpoint, note
from gitward.tlog.cosignature import cosign, cosigned, cosigner_key, cosigner_of
from gitward.tlog.tree import EMPTY_ROOT, Frontier, leaf_hash, node_hash, prove_consistency

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gitward.audit.witness.memory import Answer

ORIGIN = "git.example.com/log"
LEAVES = [leaf_hash(b"%d" % n) for n in range(40)]


def hash_at(level: int, index: int) -> bytes:
    if level == 0:
        return LEAVES[index]
    return node_hash(hash_at(level - 1, 2 * index), hash_at(level - 1, 2 * index + 1))


def root(size: int) -> bytes:
    tree = Frontier()
    for leaf in LEAVES[:size]:
        list(tree.append(leaf))
    return tree.root()


KEY = note.new_key(ORIGIN)
WITNESS = note.new_key("witness.example.com")


def signed(size: int, *, by: note.PrivateKey = KEY, other: bytes = b"") -> str:
    return note.signed(checkpoint.Checkpoint(origin=by.name, size=size, root=other or root(size)).text(), by)


def request(old: int, new: int, signed_text: str = "", proof: list[bytes] | None = None) -> bytes:
    hashes = prove_consistency(old, new, hash_at) if proof is None and 0 < old < new else proof or []
    lines = [f"old {old}", *(base64.b64encode(each).decode() for each in hashes), "", signed_text or signed(new)]
    return "\n".join(lines).encode()


@pytest.fixture
def memory(tmp_path: Path) -> Memory:
    return Memory(str(tmp_path / "state"), WITNESS, (KEY.public,))


def time_of(answer: Answer, size: int) -> int | None:
    lines = note.read(checkpoint.Checkpoint(origin=ORIGIN, size=size, root=root(size)).text().encode() + b"\n" + answer.body)
    return cosigned(lines, cosigner_of(WITNESS))


def test_from_nothing_to_every_size(memory: Memory) -> None:
    old = 0
    for new in (0, 1, 2, 3, 8, 8, 13, 16, 31, 32, 40):
        answer = memory.add_checkpoint(request(old, new))
        assert (answer.status, bool(time_of(answer, new))) == (200, True)
        old = new
    kept = checkpoint.read(memory.newest(hashlib.sha256(ORIGIN.encode()).hexdigest()))
    assert (kept.size, len(kept.note.signatures)) == (40, 2)
    assert cosigned(kept.note, cosigner_of(WITNESS))


def test_every_refusal_has_its_status(memory: Memory) -> None:
    assert memory.add_checkpoint(request(0, 13)).status == 200
    other, stranger = note.new_key("other.example.com/log"), note.new_key(ORIGIN)
    flipped = signed(20)[:-10] + ("A" if signed(20)[-10] != "A" else "B") + signed(20)[-9:]
    hashes = prove_consistency(13, 20, hash_at)
    cases = {
        "unknown log": (404, request(13, 20, signed(20, by=other))),
        "unknown key": (403, request(13, 20, signed(20, by=stranger))),
        "broken signature": (403, request(13, 20, flipped)),
        "larger old": (400, request(21, 20, proof=[])),
        "another old": (409, request(12, 20)),
        "from the start": (409, request(0, 20)),
        "rolled back": (409, request(5, 8)),
        "no proof": (422, request(13, 20, proof=[])),
        "wrong proof": (422, request(13, 20, proof=hashes[::-1])),
        "longer proof": (422, request(13, 20, proof=[*hashes, hashes[0]])),
        "another root": (422, request(13, 20, signed(20, other=root(19)))),
        "same size, another root": (422, request(13, 13, signed(13, other=root(12)))),
        "same size, a proof": (422, request(13, 13, proof=hashes[:1])),
    }
    for name, (status, body) in cases.items():
        answer = memory.add_checkpoint(body)
        assert answer.status == status, name
        assert (answer.body, answer.kind) == (b"13\n", "text/x.tlog.size") or status != 409
    assert memory.add_checkpoint(request(13, 20)).status == 200


def test_an_empty_tree_has_one_root(memory: Memory) -> None:
    assert memory.add_checkpoint(request(0, 0, signed(0, other=root(1)))).status == 422
    assert memory.add_checkpoint(request(0, 0, signed(0, other=EMPTY_ROOT))).status == 200
    assert memory.add_checkpoint(request(0, 3, proof=[root(1)])).status == 422


def test_what_is_no_request_is_none(memory: Memory) -> None:
    good = request(0, 5)
    head, rest = good.split(b"\n\n", 1)
    bad = [
        b"", b"\n\n", b"old", b"old 0", b"old 0\n", b"old 00\n\n" + rest, b"old -1\n\n" + rest, b"old 1_0\n\n" + rest,
        "old \u0661\n\n".encode() + rest, b"old " + b"9" * 5_000 + b"\n\n" + rest, b"old  0\n\n" + rest, b"new 0\n\n" + rest,
        head + b"\nAA==\n\n" + rest, head + b"\n!\n\n" + rest,
        head + b"\n" + b"\n".join([b"A" * 43 + b"="] * 64) + b"\n\n" + rest,
        head + b"\n\n" + rest.replace(b"\n5\n", b"\n05\n"), head + b"\n\n" + rest[:50], head + b"\r\n\n" + rest,
    ]  # fmt: skip
    chance = random.Random(1)
    bad += [bytes(chance.choices(good, k=len(good))) for _ in range(50)]
    for body in bad:
        assert memory.add_checkpoint(body).status == 400, body[:80]
    assert memory.add_checkpoint(good).status == 200


def test_nothing_is_cosigned_that_is_not_remembered(memory: Memory, tmp_path: Path) -> None:
    """A disk that takes nothing; then the same request is answered as if it had never come."""
    assert memory.add_checkpoint(request(0, 5)).status == 200
    place = tmp_path / "state" / f"{hashlib.sha256(ORIGIN.encode()).hexdigest()}.new"
    place.mkdir()
    with pytest.raises(OSError, match="directory"):
        memory.add_checkpoint(request(5, 8))
    place.rmdir()
    assert memory.add_checkpoint(request(0, 8)).body == b"5\n"
    with pytest.raises(GitwardError, match="another witness"):
        Memory(str(tmp_path / "state"), WITNESS, (KEY.public,))


def test_killed_at_any_step_it_remembers_what_it_cosigned(tmp_path: Path) -> None:
    """It has seen the old size or the new one; a cosignature that left is always remembered."""
    state = str(tmp_path / "state")
    first = Memory(state, WITNESS, (KEY.public,))
    assert first.add_checkpoint(request(0, 5)).status == 200
    first.close()
    seen = set()

    def serve() -> str:
        return str(Memory(state, WITNESS, (KEY.public,)).add_checkpoint(request(5, 6)).status)

    steps = itertools.count(1)
    while killed_before(next(steps), serve):
        again = Memory(state, WITNESS, (KEY.public,))
        size = int(again.add_checkpoint(request(0, 9)).body)
        seen.add(size)
        if size == 6:
            break
        again.close()
    assert seen == {5, 6}
    assert next(steps) > 4


def test_many_at_once_never_fork(memory: Memory) -> None:
    """Twenty threads, each with its own next size: of the trees that are cosigned each extends the one before."""
    answers: list[tuple[int, int]] = []

    def go(size: int) -> None:
        old = 0
        while True:
            answer = memory.add_checkpoint(request(old, size))
            if answer.status != 409:
                answers.append((answer.status, size))
                return
            if (old := int(answer.body)) > size:
                return

    threads = [threading.Thread(target=go, args=(size,)) for size in range(20, 40)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    sizes = [size for status, size in answers if status == 200]
    assert len(answers) == len(sizes) >= 1
    assert sizes == sorted(sizes)
    assert sizes[-1] == 39


def test_over_http(launcher: Path, tmp_path: Path) -> None:
    with serving(launcher, tmp_path / "w", str(KEY.public)) as (witness, process):
        port = int(witness.url.rpartition(":")[2])

        def send(method: str, path: str, body: bytes | None = None, **headers: str) -> tuple[int, bytes, str]:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            connection.request(method, path, body, headers)
            response = connection.getresponse()
            return response.status, response.read(), response.headers["Content-Type"]

        name = hashlib.sha256(ORIGIN.encode()).hexdigest()
        assert send("GET", f"/{name}/checkpoint")[0] == 404
        status, lines, _ = send("POST", "/add-checkpoint", request(0, 5))
        assert (status, lines.count(b"\n")) == (200, 1)
        found = checkpoint.read(send("GET", f"/{name}/checkpoint")[1])
        assert found.size == 5
        assert cosigned(found.note, cosigner_key(witness.key))
        assert send("POST", "/add-checkpoint", request(0, 8)) == (409, b"5\n", "text/x.tlog.size")
        for path in ("/", "/../state/lock", f"/{name}/../lock", "/lock/checkpoint", f"/{name[:-1]}%2f/checkpoint"):
            assert send("GET", path)[0] == 404
        assert send("POST", "/elsewhere", b"")[0] == 404
        assert send("POST", "/add-checkpoint", b"", **{"Content-Length": "9" * 30})[0] == 413
        assert send("POST", "/add-checkpoint", b"", **{"Content-Length": "-1"})[0] == 413
        assert send("PUT", "/add-checkpoint", b"")[0] == 501
        slow = [socket.create_connection(("127.0.0.1", port)) for _ in range(20)]  # fewer than it takes at once
        assert send("POST", "/add-checkpoint", request(5, 8))[0] == 200
        for connection in slow:
            connection.close()
        process.terminate()
        assert process.wait(10) == 0
    assert os.listdir(tmp_path / "w" / "state").count(name) == 1


def test_the_published_example_of_a_cosigned_message() -> None:
    """C2SP tlog-cosignature: header, time, and the note's text, signed as they stand."""
    text = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
    line = cosign(text, WITNESS, 1679315147)
    assert line.raw[:8] == (1679315147).to_bytes(8, "big")
    assert note.verifies(WITNESS.public, f"cosignature/v1\ntime 1679315147\n{text}".encode(), line.raw[8:])
    key = cosigner_of(WITNESS)
    assert key.hint == hashlib.sha256(key.name.encode() + b"\n\x04" + key.raw).digest()[:4]
    assert cosigner_key(str(key)) == key
    assert cosigned(note.Note(text=text, signatures=(line,)), key) == 1679315147
    for broken in (line.raw[:-1], line.raw[:7], bytes(72), b"\xff" + line.raw[1:], line.raw[:8] + bytes(64)):
        with pytest.raises(GitwardError, match="does not fit"):
            cosigned(note.Note(text=text, signatures=(note.Signature(name=key.name, hint=key.hint, raw=broken),)), key)
    for text in (str(KEY.public), "", "x", str(key)[:-4], str(key).replace("+", "+0", 1), "a b+" + str(key).partition("+")[2]):
        with pytest.raises(GitwardError):
            cosigner_key(text)
