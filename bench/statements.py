"""What statements cost a decision that has to read them: 1,000 in the archive about one commit, by who signed them, or did not.

Processor time of this process, medians; git's, which reads the blobs, is beside it. Anybody who may push can bring them.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from measure import ROOT, medians, table

sys.path.insert(0, str(ROOT / "src"))
sys.path.insert(0, str(ROOT / "tests" / "statements"))

from saying import APPROVAL, NOW, OID, URL, WAIVER, Keys
from signedworld import World

from gitward.record import replace
from gitward.statements.envelope import EnvelopeSignature, encoded
from gitward.statements.places import ARCHIVE
from gitward.statements.reading import id_of, payload_of

NUMBER, ROUNDS = 1_000, 5
BUDGET = 1.0  # millisecond a statement, but for those of 64 KiB
# version 4, over a document, Ed25519, SHA-512; made at 1, by a key that nobody has (RFC 9580, 5.2.3)
_BODY = bytes.fromhex("0400160a0006050200000001000a091012345678901234560000") + (b"\1\0" + b"\x80" + b"\1" * 31) * 2
OPENPGP = bytes((0xC2, len(_BODY))) + _BODY
Sign = Callable[[bytes], list[EnvelopeSignature]]


def statements(folder: Path) -> tuple[str, bool]:
    keys = Keys.made(folder, "ann", "bob", "eve")
    forged = keys.signature("ann", b"something else")
    openpgp = EnvelopeSignature(sig=OPENPGP)
    kinds: dict[str, tuple[Sign, int]] = {
        "signed by a listed key": (lambda payload: [keys.signature("ann", payload)], 0),
        "a signature of a listed key that does not hold": (lambda _: [forged], 0),
        "signed by an SSH key that is not listed": (lambda payload: [keys.signature("eve", payload)], 0),
        "an OpenPGP signature, no such key listed": (lambda _: [openpgp], 0),
        "64 KiB, eight signatures of nobody": (lambda payload: [keys.signature("eve", payload)] * 8, 44_000),
    }
    worlds = {}
    for place, (name, (sign, more)) in enumerate(kinds.items()):
        worlds[name] = _world(folder / str(place), keys, sign, more)
    millis = {name: taken * 1e3 / NUMBER for name, taken in medians({n: _looking(w) for n, w in worlds.items()}, ROUNDS).items()}
    rows = [(name, f"{each:.2f}") for name, each in millis.items()]
    text = f"## Statements about what is judged: {NUMBER:,} in the archive\n\n" + table(("each of them", "ms"), rows)
    text += f"\nBudget: {BUDGET:g} ms, but for those of 64 KiB.\n"
    return text, all(each <= BUDGET for name, each in millis.items() if "KiB" not in name)


def _looking(world: World) -> Callable[[], float]:
    def once() -> float:
        started = time.process_time()
        if len(world.found(OID)) != NUMBER:
            raise RuntimeError("not all of the statements were read")
        return time.process_time() - started

    return once


def _world(folder: Path, keys: Keys, sign: Sign, more: int) -> World:
    """A repository whose archive holds them."""
    world = World(folder, keys)
    blobs, entries = [], []
    for number in range(NUMBER):
        if more:
            kind, said = "waiver", replace(WAIVER, reason=f"{number}".ljust(more, "x"))
        else:
            kind, said = "approval", replace(APPROVAL, base=f"{number:040x}")
        payload = payload_of(kind, (OID,), URL, said, NOW)  # type: ignore[arg-type]
        blob = encoded(payload, sign(payload))
        blobs.append(b"blob\nmark :%d\ndata %d\n%b\n" % (number + 1, len(blob), blob))
        entries.append(f"M 100644 :{number + 1} {OID[:2]}/{OID}/{id_of(blob)}\n".encode())
    commit = b"commit %b\ncommitter x <> %d +0000\ndata 0\n%b\n" % (ARCHIVE.encode(), NOW, b"".join(entries))
    subprocess.run(["git", "-C", folder, "fast-import", "--quiet"], input=b"".join(blobs) + commit, check=True)
    return world
