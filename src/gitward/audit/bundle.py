"""A bundle: the entries of a time range, what shows that they are all of the log's, and a verifier that needs only Python.

    SHA256SUMS      of all other files
    README          what this is, and how to verify it
    checkpoint      the signed checkpoint for which it holds
    keys            the entries about the log's keys, each with its proof (audit.standalonekeys)
    entries.jsonl   the lines, one range without a gap, with the line before and the line after the time that was asked for
    range           from, to, first, count; the roots of the full subtrees left and right of the range, for the root
    verify.py       audit.standalone, with the modules that it imports written into it
    consistency     from an older checkpoint to this one, where one was given
"""

from __future__ import annotations

import ast
import base64
import hashlib
import os
import re
import tempfile
import zipfile
from importlib import import_module

from gitward.audit import exporting, proving, reading, signingkey, standalone
from gitward.audit.checking import DoesNotHold
from gitward.errors import GitwardError, UsageError
from gitward.record import record
from gitward.tlog import note, tree
from gitward.tlog.tiles import Tiles

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import ModuleType

    from gitward.tlog.checkpoint import Checkpoint

_IMPORT = re.compile(r"^from (gitward\.[a-z0-9_.]+) import .*\n", re.MULTILINE)
_README = """Entries of the audit log {origin}

{inside} entries were received from {start}
to {end}, as entries of a log of {size}.

Verify them on a machine of your own, with Python 3.10 or newer and nothing else:

    python3 -I -S verify.py --key {name}+{hint}+...

The public key, which begins like this, you have from whoever keeps the log, from before: one that comes with a bundle
proves nothing. Take verify.py too from a gitward that you trust, where you can: it is the same in every bundle of a version.
Exit codes: 0 whole, 1 does not hold, 3 cannot be verified, 4 holds, but an edge of the range is open.

Any key that the log had will do: the file keys leads from it to the one that signed. Where the recovery key has replaced a key,
add --recovery KEY, as you know it.

If you keep a checkpoint of this log from before, add --against CHECKPOINT: it shows that nothing that it covers was changed
since. For a newer one, ask for `gitward audit proof --since checkpoint --until CHECKPOINT`, and add --consistency FILE.

keys            the entries that say which keys the log had, from its first on, each with its proof
entries.jsonl   one entry a line: {{"event", "prev", "received_time", "seq"}}; also the entry before and the one after this time
range           the place of these lines in the log's Merkle tree (RFC 6962), and the hashes beside them
checkpoint      size and root of that tree, signed (C2SP tlog-checkpoint)

Names and addresses stand in the entries as commitments; what is behind them is not in this bundle, nor is any evidence.
"""


@record
class Asked:
    """A time range as the log writes times, `start` in it and `end` not; and an older checkpoint to lead to this one from."""

    start: str
    end: str
    against: Checkpoint | None = None


@record
class Bundled:
    """How many entries were received in that time, in a run of entries from `first` to before `end`; whether the log says so."""

    inside: int
    first: int
    end: int
    is_recorded: bool


def export(directory: str, output: str, asked: Asked) -> Bundled:
    """Write a bundle into a new folder, or into a new file where its name ends in .zip.

    Raises DoesNotHold where lines and checkpoint contradict each other, UsageError where something is there, OSError.
    """
    exporting.outside(directory, output)
    if os.path.exists(output):
        raise UsageError(f"--output {output} is there already", "name a new folder, or a file that ends in .zip")
    newest = proving.signed(directory)
    growth = proving.consistency(directory, asked.against, newest).text() if asked.against else ""
    try:
        first, last, inside = _run(directory, newest.size, asked)
        is_recorded = exporting.recorded(
            directory, form="bundle", start=asked.start, end=asked.end, first=first, last=last
        )
        with tempfile.TemporaryDirectory(prefix=".bundle-", dir=os.path.dirname(os.path.abspath(output))) as beside:
            draft = os.path.join(beside, "bundle")
            _write(directory, draft, newest, asked, (first, last, inside))
            if growth:
                exporting.place(draft, "consistency", growth.encode())
            _sums(draft)
            os.replace(_zipped(draft) if output.endswith(".zip") else draft, output)
    except (ValueError, FileNotFoundError) as problem:
        raise GitwardError(f"the log cannot be exported: {problem}", "restore lines and tiles from a copy of the log") from None
    return Bundled(inside=inside, first=first, end=last + 1, is_recorded=is_recorded)


def _run(directory: str, size: int, asked: Asked) -> tuple[int, int, int]:
    """First and last entry of the run that holds all of this time and one more on each side, and how many are of this time."""
    begin = exporting.minimum(directory)
    first, last, inside = -1, -1, 0
    for seq, line in exporting.numbered(directory, begin, size):
        found = reading.end_of(line)
        if not found:
            raise DoesNotHold(f"entry {seq} is not one that gitward wrote")
        if asked.start <= found[0] < asked.end:
            first, last, inside = seq if first < 0 else first, seq, inside + 1
    if not inside:
        raise GitwardError(f"no entry that a checkpoint covers was received from {asked.start} to {asked.end}")
    return max(first - 1, begin), min(last + 1, size - 1), inside


def _write(directory: str, draft: str, newest: Checkpoint, asked: Asked, run: tuple[int, int, int]) -> None:
    first, last, inside = run
    tiles = Tiles(directory, newest.size)
    left = [tiles.hash_at(level, index) for level, index in tree.subtrees(first)]
    right = [tiles.hash_at(level, index) for level, index in tree.subtrees(newest.size, last + 1)]
    os.makedirs(draft)
    if tree.range_root(first, _copied(directory, draft, first, last), newest.size, left, right) != newest.root:
        raise DoesNotHold(f"entries {first} to {last} are not what was signed: lines or tiles were altered")
    told = [f"gitward.bundle/1\nfrom {asked.start}\nto {asked.end}\nfirst {first}\ncount {last + 1 - first}\n"]
    told += [f"{side} {base64.b64encode(each).decode()}\n" for side, them in (("left", left), ("right", right)) for each in them]
    exporting.place(draft, "range", "".join(told).encode())
    assert newest.note is not None  # noqa: S101  it was read from a file
    exporting.place(draft, "checkpoint", note.text_of(newest.note).encode())
    exporting.place(draft, "keys", _keys(directory, newest))
    exporting.place(draft, "verify.py", verifier().encode())
    by = newest.note.signatures[0]
    text = _README.format(
        origin=newest.origin, size=newest.size, inside=inside, start=asked.start, end=asked.end, name=by.name, hint=by.hint.hex()
    )
    exporting.place(draft, "README", text.encode())


def _keys(directory: str, newest: Checkpoint) -> bytes:
    """The entries about keys with their proofs. Raises DoesNotHold where one is not in the tree, GitwardError without entry 0."""
    told, tiles = ["gitward.keys/1\n"], Tiles(directory, newest.size)
    found = signingkey.about_keys(directory, newest.size)
    if not found or found[0].seq != 0:
        raise GitwardError("entry 0, which names the log's first key, is not there", "restore the segments from a copy")
    for each in found:
        proof = tree.prove_inclusion(each.seq, newest.size, tiles.hash_at)
        if not tree.includes(tree.leaf_hash(each.line), each.seq, newest.size, proof, newest.root):
            raise DoesNotHold(f"entry {each.seq}, about keys, is not what was signed: lines or tiles were altered")
        told += [f"entry {each.seq}\n", f"{each.line.decode()}\n", *(f"{base64.b64encode(step).decode()}\n" for step in proof)]
    return "".join(told).encode()


def _copied(directory: str, draft: str, first: int, last: int) -> Iterator[bytes]:
    """Write the lines, and give their leaf hashes on the way."""
    with open(os.path.join(draft, "entries.jsonl"), "wb") as file:
        for _, line in exporting.numbered(directory, first, last + 1):
            file.write(line + b"\n")
            yield tree.leaf_hash(line)


def _sums(draft: str) -> None:
    told = []
    for name in sorted(os.listdir(draft)):
        with open(os.path.join(draft, name), "rb") as file:
            told.append(f"{hashlib.file_digest(file, 'sha256').hexdigest()}  {name}\n")
    exporting.place(draft, "SHA256SUMS", "".join(told).encode())


def _zipped(draft: str) -> str:
    with zipfile.ZipFile(f"{draft}.zip", "x", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(os.listdir(draft)):
            archive.write(os.path.join(draft, name), f"bundle/{name}")
    return f"{draft}.zip"


def verifier() -> str:
    """verify.py: the stand-alone verifier, with the bodies of gitward's modules in place of the lines that import them."""
    return _IMPORT.sub(lambda found: f"\n{_body(import_module(found[1]))}\n", _source(standalone))


def _body(module: ModuleType) -> str:
    """A module's text from its first line that is neither docstring nor import."""
    text = _source(module)
    for statement in ast.parse(text).body:
        is_head = isinstance(statement, (ast.Expr, ast.Import, ast.ImportFrom)) or "TYPE_CHECKING" in ast.unparse(statement)
        if not is_head:
            return "".join(text.splitlines(keepends=True)[statement.lineno - 1 :])
    return ""


def _source(module: ModuleType) -> str:
    with open(str(module.__file__), encoding="utf-8") as file:
        return file.read()
