"""What must hold of a log's folder whatever happened to it, found with nothing of gitward's."""

from __future__ import annotations

import base64
import hashlib
import json
from pathlib import Path


def root(leaves: list[bytes]) -> bytes:
    """The Merkle tree hash of RFC 6962, section 2.1, as it is defined there."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return hashlib.sha256(b"\0" + leaves[0]).digest()
    split = 1 << (len(leaves) - 1).bit_length() - 1
    return hashlib.sha256(b"\1" + root(leaves[:split]) + root(leaves[split:])).digest()


def lines(directory: str) -> list[bytes]:
    """The whole lines; a segment ends where the next one begins."""
    found: list[bytes] = []
    paths = sorted(Path(directory).glob("*.jsonl"))
    for path, following in zip(paths, [*paths[1:], None], strict=True):
        *whole, _ = path.read_bytes().split(b"\n")
        found += whole[: int(following.stem) - int(path.stem)] if following else whole
    return found


def events(directory: str) -> list[dict[str, object]]:
    return [json.loads(line)["event"] for line in lines(directory)]


def faults(directory: str, released: set[str] = frozenset(), *, whole: bool = False) -> list[str]:  # type: ignore[assignment]
    """What does not hold. `released` are ids of events that somebody was told of; `whole`: the checkpoint covers every line."""
    found, ids = [], set()
    about = json.loads(Path(directory, "log.json").read_text())
    before = hashlib.sha256(f"{about['origin']}\n{about['key']}\n".encode()).hexdigest()
    all_lines = lines(directory)
    for seq, line in enumerate(all_lines):
        try:
            entry = json.loads(line)
        except ValueError:
            return [f"line {seq} is half written: {line[:60]!r}"]
        if (entry["seq"], entry["prev"]) != (seq, before):
            found.append(f"line {seq} does not continue the chain")
        before = hashlib.sha256(line).hexdigest()
        ids.add(entry["event"].get("id"))
    found += [f"{missing} was released and is missing" for missing in sorted(released - ids)]
    values = b"".join(path.read_bytes() for path in Path(directory, "personal").glob("*.values"))
    found += [f"the values of {each} are missing" for each in sorted(released)
              if each.startswith("personal") and b'{"id":"%s"' % each.encode() not in values]  # fmt: skip
    for path in sorted(Path(directory).glob("*.jsonl"))[1:]:
        first = all_lines[int(path.stem)] if int(path.stem) < len(all_lines) else b""
        if b'"class":"log.rotated"' not in first and b'"class":"log.recovered"' not in first:
            found.append(f"{path.name} begins with neither log.rotated nor log.recovered")
    return found + _checkpoint_faults(directory, all_lines, whole=whole)


def _checkpoint_faults(directory: str, all_lines: list[bytes], *, whole: bool) -> list[str]:
    path = Path(directory, "checkpoint")
    if not path.exists():
        return ["there is no checkpoint"] if whole else []
    _, size, digest, *_ = path.read_text().split("\n")
    if int(size) > len(all_lines) or (whole and int(size) != len(all_lines)):
        return [f"the checkpoint covers {size} of {len(all_lines)} lines"]
    if base64.b64encode(root(all_lines[: int(size)])).decode() != digest:
        return ["the root of the checkpoint is not that of the lines"]
    tiles = [each for each in Path(directory, "tile").rglob("*.p/*") if each.is_file() and each.suffix != ".new"]
    if whole and len(tiles) > 4:
        return [f"partial tiles that nobody needs: {tiles}"]
    return []
