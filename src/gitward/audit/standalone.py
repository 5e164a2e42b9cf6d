#!/usr/bin/env python3
"""Verify a bundle of a gitward log: entries of a time range, their place in the log, the log's signature. Python 3.10 or newer.

    python3 -I -S verify.py --key NAME+HASH+KEY [--recovery KEY] [--origin NAME]
                            [--against CHECKPOINT [--consistency FILE]] [FOLDER]

Nothing but Python is needed: Ed25519 is RFC 8032, the tree RFC 6962, the checkpoint C2SP signed-note and tlog-checkpoint. The key
comes from whoever keeps the log, never from the bundle. Exit codes: 0 whole, 1 does not hold, 2 usage, 3 cannot be verified,
4 holds, but it is not shown that no entry of this time is missing at the edges of the range.
"""

from __future__ import annotations

import argparse
import base64  # noqa: F401  what is written in below needs it, and all of hashlib's
import json
import os
import re
import sys
from hashlib import sha256, sha512  # noqa: F401

from gitward.audit.ed25519 import verifies
from gitward.audit.standalonekeys import Keys, key_hint, raw_key, short
from gitward.audit.standaloneparts import LINE, NUMBER, TIME, Refused, base64_of, hashes, read
from gitward.tlog.tree import extends, leaf_hash, range_root

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

    Checkpoint = tuple[str, int, bytes]


FILES = ("README", "checkpoint", "entries.jsonl", "keys", "range", "verify.py")


def checkpoint(data: bytes, keys: Keys, origin: str) -> Checkpoint:
    """Origin, size and root of a checkpoint that the log's key for this size signed."""
    try:
        text, _, tail = data.decode().rpartition("\n\n")
    except UnicodeDecodeError:
        raise Refused("the checkpoint is no UTF-8") from None
    lines = text.split("\n")
    if len(lines) < 3 or not all(lines) or not re.fullmatch(NUMBER, lines[1]):
        raise Refused("what was signed is no checkpoint")
    key = keys.signer(int(lines[1]))
    name, raw = key.split("+")[0], raw_key(key)
    hint = key_hint(name, b"\x01" + raw)
    claims = [line.split(" ")[2] for line in tail.split("\n") if line.startswith(f"— {name} ")]
    mine = [found[4:] for found in map(base64_of, claims) if found[:4] == hint]
    if not mine:
        raise Refused("the checkpoint is not signed by the log's key", 3)
    if not all(verifies(raw, f"{text}\n".encode(), found) for found in mine):
        raise Refused("the signature of the checkpoint is false")
    if lines[0] != (origin or name) or lines[0] != keys.origin:
        raise Refused(f"the checkpoint is of another log: {lines[0]!a}", 3)
    return lines[0], int(lines[1]), hashes([lines[2]])[0]


def check_sums(folder: str) -> None:
    names = [name for name in (*FILES, "consistency") if name in FILES or os.path.exists(os.path.join(folder, name))]
    told = read(os.path.join(folder, "SHA256SUMS")).decode("ascii", "replace").split("\n")
    if sorted(line[66:] for line in told[:-1]) != sorted(names) or told[-1]:
        raise Refused("SHA256SUMS does not name the files of a bundle")
    for line in told[:-1]:
        digest = sha256()
        with open(os.path.join(folder, line[66:]), "rb") as file:
            for block in iter(lambda: file.read(1 << 20), b""):
                digest.update(block)
        if line[:66] != f"{digest.hexdigest()}  ":
            raise Refused(f"{line[66:]} is not as it was exported")


class Lines:
    """The lines of the bundle, read once: leaf hashes come out, and what the lines say of themselves is checked on the way."""

    def __init__(self, file: BinaryIO, first: int, start: str, end: str, about_keys: frozenset[int]) -> None:
        self.file, self.seq, self.start, self.end = file, first, start, end
        self.about_keys = about_keys
        self.inside, self.edges = 0, ["", ""]

    def leaves(self) -> Iterator[bytes]:
        before = ""
        while True:
            line = self.file.readline(LINE + 2)
            if not line:
                return
            if not line.endswith(b"\n"):
                raise Refused(f"entry {self.seq} is cut, or too long")
            try:
                entry = json.loads(line)
                seq, prev, time = entry["seq"], entry["prev"], entry["received_time"]
                name = entry["event"]["event"]["class"]
            except (ValueError, KeyError, TypeError, RecursionError):
                raise Refused(f"entry {self.seq} is no entry of a log") from None
            if type(seq) is not int or seq != self.seq or not isinstance(time, str) or not re.fullmatch(TIME, time):
                raise Refused(f"entry {self.seq} says another place, or no time")
            if before and prev != before:
                raise Refused(f"entry {self.seq} is not chained to the one before")
            if name in ("key.added", "key.revoked") and seq not in self.about_keys:
                raise Refused(f"entry {seq} is about keys, and the history of keys leaves it out")
            is_inside = self.start <= time < self.end
            self.edges = [self.edges[0] or time, time]
            self.inside += is_inside
            self.seq, before = self.seq + 1, sha256(line[:-1]).hexdigest()
            yield leaf_hash(line[:-1])


def check_range(folder: str, at: Checkpoint, keys: Keys) -> tuple[Lines, int]:
    """All lines of the bundle, in their places of the tree that was signed; and the seq of the first."""
    told = read(os.path.join(folder, "range")).decode("ascii", "replace").split("\n")
    form = rf"gitward\.bundle/1\nfrom ({TIME})\nto ({TIME})\nfirst ({NUMBER})\ncount ({NUMBER})"
    head = re.fullmatch(form, "\n".join(told[:5]))
    sides = [line.split(" ", 1)[0] for line in told[5:-1]]
    if not head or told[-1] or sides != sorted(sides) or set(sides) - {"left", "right"}:
        raise Refused("the file range is no range of a bundle")
    first, count = int(head[3]), int(head[4])
    left, right = (hashes(line[len(side) :] for line in told[5:-1] if line.startswith(side)) for side in ("left ", "right "))
    with open(os.path.join(folder, "entries.jsonl"), "rb") as file:
        lines = Lines(file, first, head[1], head[2], frozenset(seq for seq, _, _ in keys.told))
        try:
            root = range_root(first, lines.leaves(), at[1], left, right)
        except ValueError as problem:
            raise Refused(str(problem)) from None
    if root != at[2]:
        raise Refused("the entries are not those that were signed")
    if lines.seq != first + count or not count:
        raise Refused(f"the range says {count} entries, the bundle holds {lines.seq - first}")
    return lines, first


def check_consistency(folder: str, given: str, own: Checkpoint, at: Checkpoint, keys: Keys, origin: str) -> None:
    """That the verifier's own checkpoint and the bundle's are of one history."""
    older, newer = sorted((own, at), key=lambda each: each[1])
    if older[1] == newer[1]:
        if older[2] != newer[2]:
            raise Refused("your checkpoint and the bundle's are of the same size, and differ: the log has two histories")
        return
    path = given or os.path.join(folder, "consistency")
    if not os.path.exists(path):
        raise Refused(f"no proof leads from {older[1]} to {newer[1]} entries", 3)
    head, _, signed = read(path).partition(b"\n\n")
    first, *lines = head.decode("ascii", "replace").split("\n")
    if first != f"old {older[1]}" or checkpoint(signed, keys, origin) != newer:
        raise Refused(f"{path} is no proof from {older[1]} to {newer[1]} entries", 3)
    if not extends(older[1], older[2], newer[1], newer[2], hashes(lines)):
        raise Refused("one checkpoint does not extend the other: what was signed is not one history")


def verify(options: argparse.Namespace) -> int:
    folder = options.folder
    check_sums(folder)
    keys = Keys(folder)
    keys.trust(options.key.strip(), options.recovery.strip())
    at = checkpoint(read(os.path.join(folder, "checkpoint")), keys, options.origin)
    keys.check_in(at[1], at[2])
    lines, first = check_range(folder, at, keys)
    signer = keys.signer(at[1])
    by = "the key that was given" if signer == options.key.strip() else f"{short(signer)}, to which the key that was given leads"
    print(f"log {at[0]!a}, checkpoint over {at[1]} entries, signed by {by}")
    for line in keys.lines():
        print(f"  {line}")
    if first > 0 or lines.seq < at[1]:
        print("  not shown: that no entry outside of this bundle speaks of keys too")
    print(f"entries {first} to {lines.seq - 1} are what was signed")
    print(f"{lines.inside} of them were received from {lines.start} to {lines.end}")
    if options.against:
        own = checkpoint(read(options.against), keys, options.origin)
        check_consistency(folder, options.consistency, own, at, keys, options.origin)
        print(f"your checkpoint over {own[1]} entries and this one are of one history")
    is_inside = [lines.start <= edge < lines.end for edge in lines.edges]
    is_open = [first > 0 and is_inside[0], lines.seq < at[1] and is_inside[1]]
    for edge, where in zip(is_open, ("before the first", "after the last"), strict=True):
        if edge:
            print(f"not shown: that no entry of this time stands {where}")
    return 4 if any(is_open) else 0


def main() -> int:
    parser = argparse.ArgumentParser(description="Verify this bundle of a gitward log.")
    parser.add_argument("folder", nargs="?", default=os.path.dirname(os.path.abspath(__file__)))
    parser.add_argument("--key", required=True, help="the public key of the log, NAME+HASH+KEY")
    parser.add_argument("--recovery", default="", help="the log's recovery key, where that has replaced its key: NAME+HASH+KEY")
    parser.add_argument("--origin", default="", help="the log that is meant; default: the name of the key")
    parser.add_argument("--against", default="", help="a checkpoint of the log that you kept, older or newer: a file")
    parser.add_argument("--consistency", default="", help="the proof between the two; default: the bundle's own")
    try:
        return verify(parser.parse_args())
    except Refused as problem:
        print(f"does not hold: {problem}" if problem.code == 1 else f"cannot be verified: {problem}")
        return problem.code
    except (OSError, ValueError) as problem:
        print(f"cannot be verified: {problem!a}")
        return 3


if __name__ == "__main__":
    sys.exit(main())
