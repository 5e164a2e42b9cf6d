"""The compiled form: a policy that was read before, for client hooks. It says what the YAML says, only sooner.

One file per policy file, in a folder that only its owner can write. It is used only if the same gitward wrote it,
if it is whole, and if every file of the policy still has the bytes that it was made from; else the YAML is read, and it
is written again. Servers and CI read the YAML.

In it: a checksum; a line of JSON; the bytes of the policy's files, one after the other. These and no digests of them, because
hashlib, which loads OpenSSL, takes longer to import than all the rest.
"""

from __future__ import annotations

import binascii
import json
import os

from gitward import __version__
from gitward.ownfolder import cache_folder, is_ours, is_owner
from gitward.policy import build

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from gitward.model import Policy

_BUILT_IN = "builtin:"


def policy_for_client(path: str) -> Policy:
    """The policy in a file: compiled where it can be, else read and compiled for the next time. Raises PolicyError."""
    known = read_compiled(path)
    if known is not None:
        return known
    from gitward.policy.load import folder_reader, load_plain

    plain = load_plain(folder_reader(os.path.dirname(path)), os.path.basename(path), path).plain
    write_compiled(path, plain)
    return build.policy(plain)


def read_compiled(path: str) -> Policy | None:
    """The compiled form of the policy file `path`, None where there is none that holds."""
    folder = cache_folder("policy")
    if not folder or not is_ours(folder):
        return None
    try:
        with open(os.path.join(folder, _name(path)), "rb") as file:
            if not is_owner(os.fstat(file.fileno())):
                return None
            checksum, _, body = file.read().partition(b"\n")
        if _checksum(body) != checksum:
            return None
        line, _, whole = body.partition(b"\n")
        kept = json.loads(line)
        plain = kept["plain"]
        if kept["key"] != _key(path) or not _is_unchanged(path, plain["files"], kept["sizes"], whole):
            return None
        return build.policy(plain)
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        return None  # not whole, or not of this gitward: it is as good as absent


def write_compiled(path: str, plain: dict[str, Any]) -> bool:
    """Keep the plain form of the policy file `path`. False where it cannot be kept; nothing depends on it."""
    folder, contents = cache_folder("policy"), _contents(path, plain["files"])
    if not folder or not contents:
        return False
    kept = {"key": _key(path), "sizes": [len(each) for each in contents], "plain": plain}
    body = b"\n".join((json.dumps(kept, separators=(",", ":")).encode(), b"".join(contents)))
    target = os.path.join(folder, _name(path))
    draft = f"{target}.{os.getpid()}"
    try:
        os.makedirs(folder, mode=0o700, exist_ok=True)
        if not is_ours(folder):
            return False
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
        with os.fdopen(os.open(draft, flags, 0o600), "wb") as file:
            file.write(_checksum(body) + b"\n" + body)
        os.replace(draft, target)
    except OSError:
        _remove(draft)
        return False
    return True


def _key(path: str) -> list[str]:
    """What a compiled form is for: the gitward that reads it, the policy's place, and how the policy calls itself."""
    return [__version__, os.path.abspath(path), path]


def _name(path: str) -> str:
    """The file for a policy. Two may have one name: then each finds the other's key in it, and is read from its YAML."""
    return _checksum("\0".join(_key(path)).encode("utf-8", "surrogateescape")).decode() + ".policy"


def _checksum(data: bytes) -> bytes:
    """Tells what was cut short or has decayed. Against people stands the folder, which is its owner's alone."""
    return b"%08x" % binascii.crc32(data)


def _contents(path: str, files: list[list[str]]) -> list[bytes]:
    """The bytes of a policy's files; none where one of them is no longer what was read just now."""
    import hashlib

    try:
        contents = [_read(path, name) for name, _ in files]
    except OSError:
        return []
    return contents if [hashlib.sha256(each).hexdigest() for each in contents] == [digest for _, digest in files] else []


def _is_unchanged(path: str, files: list[list[str]], sizes: list[int], whole: bytes) -> bool:
    """Whether every file of the policy still has the bytes that it had."""
    contents = [_read(path, name) for name, _ in files]
    return bool(contents) and [len(each) for each in contents] == sizes and b"".join(contents) == whole


def _read(path: str, name: str) -> bytes:
    """A file of the policy whose first file is at `path`, by the name that the policy has for it."""
    if name.startswith(_BUILT_IN):
        place = os.path.join(os.path.dirname(__file__), "packs", f"{name.removeprefix(_BUILT_IN)}.yaml")
    else:
        place = os.path.join(os.path.dirname(path), name)
    with open(place, "rb") as file:
        return file.read()


def _remove(path: str) -> None:
    try:
        os.unlink(path)
    except OSError:
        return
