"""What a log proves: that it took in an entry for this signature, and when (RFC 6962; Rekor's hashedrekord 0.0.1).

Two signatures of the log hold it: over the entry with its time (the promise), and over the root of the tree that the entry is
in (the checkpoint, a signed note). Both must be there: the tree alone knows no time.
"""

from __future__ import annotations

import binascii
import hashlib
import json
from base64 import b64decode, b64encode

from gitward.signatures.x509.refusal import Refusal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from gitward.signatures.x509.keyless.entry import Entry

    Verify = Callable[[bytes, bytes], bool]  # signature, signed bytes

KIND = (b"hashedrekord", b"0.0.1")
_SIGNATURES = 16  # looked at under a checkpoint: the log's own, and those of witnesses


def body(attributes: bytes, signature: bytes, certificate_pem: bytes) -> bytes:
    """The entry that a log makes of a signature: over the signed attributes of the CMS, not over the commit itself."""
    spec = {
        "data": {"hash": {"algorithm": "sha256", "value": hashlib.sha256(attributes).hexdigest()}},
        "signature": {"content": _base64(signature), "publicKey": {"content": _base64(certificate_pem)}},
    }
    return _canonical({"apiVersion": "0.0.1", "kind": "hashedrekord", "spec": spec})


def check(entry: Entry, made: bytes, verify: Verify) -> None:
    """Raises Refusal unless the log, whose key `verify` knows, holds `made` in its tree and says when it came."""
    if entry.body and entry.body != made:
        raise Refusal("bad", "the log entry is of another signature")
    _check_promise(entry, made, verify)
    try:
        root = root_of(hashlib.sha256(b"\0" + made).digest(), entry.tree_index, entry.size, entry.hashes)
    except ValueError:
        raise Refusal("bad", "the proof of the log is no path in its tree") from None
    if root != entry.root:
        raise Refusal("bad", "the proof of the log does not lead to its root")
    _check_checkpoint(entry, root, verify)


def _check_promise(entry: Entry, made: bytes, verify: Verify) -> None:
    """The signed entry timestamp, over canonical JSON (RFC 8785)."""
    promised = {"body": _base64(made), "integratedTime": entry.time, "logID": entry.log_id.hex(), "logIndex": entry.index}
    if not verify(entry.promise, _canonical(promised)):
        raise Refusal("bad", "the log did not sign this entry")


def _check_checkpoint(entry: Entry, root: bytes, verify: Verify) -> None:
    """The signed note: a name, the size and the root, further lines, an empty line, then lines of signatures."""
    text, gap, signatures = entry.checkpoint.partition(b"\n\n")
    lines = text.split(b"\n")
    if not gap or len(lines) < 3 or lines[1] != str(entry.size).encode() or lines[2] != b64encode(root):
        raise Refusal("bad", "the checkpoint of the log is of another tree")
    signed = text + b"\n"
    for line in signatures.split(b"\n", _SIGNATURES)[:_SIGNATURES]:
        dash, _, rest = line.partition(b" ")
        try:
            found = b64decode(rest.rpartition(b" ")[2], validate=True)
        except binascii.Error:
            continue
        if dash == "—".encode() and found[:4] == entry.log_id[:4] and verify(found[4:], signed):
            return
    raise Refusal("bad", "the log did not sign the checkpoint")


def root_of(leaf: bytes, index: int, size: int, path: Sequence[bytes]) -> bytes:
    """The root of a tree, from a leaf's hash, its place and its path (RFC 9162, 2.1.3.2). Raises ValueError: no path of it."""
    if index >= size or any(len(step) != 32 for step in path):
        raise ValueError("no place in the tree")
    first, last, found = index, size - 1, leaf
    for step in path:
        if not last:
            raise ValueError("a path that is too long")
        if first & 1 or first == last:
            found = _node(step, found)
            while not first & 1 and first:
                first, last = first >> 1, last >> 1
        else:
            found = _node(found, step)
        first, last = first >> 1, last >> 1
    if last:
        raise ValueError("a path that is too short")
    return found


def _node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\1" + left + right).digest()


def _base64(data: bytes) -> str:
    return b64encode(data).decode()


def _canonical(value: object) -> bytes:
    """RFC 8785, for what stands here: objects, ASCII strings, and numbers below 2^53."""
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode()
