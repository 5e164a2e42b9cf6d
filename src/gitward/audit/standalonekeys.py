"""Which keys a log had, by entries of it: each in the tree that was signed, each signed for by a key before.

The file `keys` is `gitward.keys/1`, then for each such entry, in order: `entry SEQ`, its line, and the hashes of its proof of
inclusion, a line each. The first is entry 0, which names the first key and the recovery key.
"""

from __future__ import annotations

import json
import os
import re
from hashlib import sha256

from gitward.audit.ed25519 import verifies
from gitward.audit.standaloneparts import NUMBER, TIME, Refused, base64_of, hashes, read
from gitward.tlog.tree import includes, leaf_hash

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

KEYS = "keys"
KEYS_AT_MOST = 1 << 20  # bytes: some hundreds of entries, each of which costs a signature


def raw_key(key: str, name: str = "a key of the log", code: int = 1) -> bytes:
    """The 32 bytes of a public key as notes write them, NAME+HASH+KEY."""
    parts = key.split("+", 2)
    raw = base64_of(parts[2], code) if len(parts) == 3 else b""
    if len(raw) != 33 or raw[0] != 1 or key_hint(parts[0], raw).hex() != parts[1]:
        raise Refused(f"{name} is no public key of a log: NAME+HASH+KEY", code)
    return raw[1:]


def key_hint(name: str, raw: bytes) -> bytes:
    return sha256(name.encode() + b"\n" + raw).digest()[:4]


class Keys:
    """The history of a log's keys. `turns`: from which entry on (-1 the beginning), when, which key ('' none), and by whom."""

    def __init__(self, folder: str) -> None:
        self.told = list(told_keys(os.path.join(folder, KEYS)))
        self.origin = self.recovery = ""
        self.turns: list[tuple[int, str, str, str]] = []
        self.known: set[bytes] = set()
        self.revoked: set[bytes] = set()
        before = -1
        for seq, line, _ in self.told:
            if (seq == 0) != (before < 0) or seq <= before:
                raise Refused("the entries about keys are not in order, or entry 0 is not the first")
            before = seq
            try:
                entry = json.loads(line)
                time, event = entry["received_time"], entry["event"]
                name = event["event"]["class"]
                said = event["log" if seq == 0 else "key"]
                if type(entry["seq"]) is not int or entry["seq"] != seq or not re.fullmatch(TIME, time):
                    raise ValueError
                self._see(seq, time, name, said)
            except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
                raise Refused(f"entry {seq} says nothing of keys that can be read") from None
        if not self.turns:
            raise Refused("the bundle does not say which keys the log had", 3)

    def _see(self, seq: int, time: str, name: str, said: Any) -> None:
        if seq == 0:
            self.origin, first, self.recovery = said["origin"], said["key"], said["recovery"] or ""
            if name != "log.started" or {type(self.origin), type(first), type(self.recovery)} != {str}:
                raise ValueError
            self.known.add(raw_key(first))
            self.turns.append((-1, time, first, "the first"))
            return
        key, by, signature = said["public"], said["by"], base64_of(said["signature"])
        signer = self.turns[-1][2] if by == "signing" and name == "key.added" else self.recovery if by == "recovery" else ""
        words = {"key.added": "gitward log key", "key.revoked": "gitward log key revoked"}[name]
        if not signer or not verifies(raw_key(signer), f"{words}\n{self.origin}\n{key}\n".encode(), signature):
            raise Refused(f"entry {seq}: no key that the log had then signed it")
        raw = raw_key(key)
        if name == "key.revoked":
            if raw not in self.known or raw in self.revoked:
                raise Refused(f"entry {seq} revokes a key that the log never had, or that is revoked")
            self.revoked.add(raw)
            if self.turns[-1][2] == key:
                self.turns.append((seq, time, "", "recovery"))
        else:
            is_recovery = bool(self.recovery) and raw == raw_key(self.recovery)
            if raw in self.known or is_recovery or key.split("+")[0] != self.turns[0][2].split("+")[0]:
                raise Refused(f"entry {seq} adds a key that the log had already, or of another name")
            self.known.add(raw)
            self.turns.append((seq, time, key, by))

    def signer(self, size: int) -> str:
        """The key that signs a checkpoint of this size."""
        found = [key for seq, _, key, _ in self.turns if seq < size]
        if not found or not found[-1]:
            raise Refused(f"no key of the log was in force at {size} entries", 3)
        return found[-1]

    def trust(self, key: str, recovery: str) -> None:
        """That the key that was given leads to all after it. Entry 0 does not vouch for a recovery key: it must be given."""
        raw_key(key, "--key", 3)
        places = [place for place, turn in enumerate(self.turns) if turn[2] == key]
        if not places:
            raise Refused("the key that was given is none that the log of this bundle had", 3)
        is_by_recovery = any(by == "recovery" for _, _, _, by in self.turns[places[0] + 1 :])
        if is_by_recovery and not recovery:
            raise Refused("the recovery key has replaced the key that was given: give the one that you know with --recovery", 3)
        if is_by_recovery and recovery != self.recovery:
            raise Refused("the log of this bundle names another recovery key than the one that was given")

    def check_in(self, size: int, root: bytes) -> None:
        """That each of these entries is in the tree that was signed."""
        for seq, line, proof in self.told:
            if not includes(leaf_hash(line), seq, size, proof, root):
                raise Refused(f"entry {seq}, about keys, is not what was signed")

    def lines(self) -> Iterator[str]:
        for seq, time, key, by in self.turns:
            start = f"from entry {seq} on, {time}" if seq >= 0 else f"from the beginning, {time}"
            how = {"signing": ", signed for by the one before", "recovery": ", signed for by the recovery key"}.get(by, "")
            yield f"{start}: {f'key {short(key)}{how}' if key else 'none: the recovery key revoked the one before'}"


def short(key: str) -> str:
    return ascii("+".join(key.split("+")[:2]))


def told_keys(path: str) -> Iterator[tuple[int, bytes, list[bytes]]]:
    """Seq, line and proof of each entry, their shape only."""
    if not os.path.exists(path):
        raise Refused("the bundle does not say which keys the log had", 3)
    head, *parts = read(path, KEYS_AT_MOST).split(b"\nentry ")
    if head != b"gitward.keys/1" or not parts or not parts[-1].endswith(b"\n"):
        raise Refused("the file keys is no history of keys")
    parts[-1] = parts[-1][:-1]
    for part in parts:
        number, *rest = part.split(b"\n")
        if not re.fullmatch(NUMBER.encode(), number) or not rest:
            raise Refused("the file keys is no history of keys")
        yield int(number), rest[0], hashes(line.decode("ascii", "replace") for line in rest[1:])
