"""The compiled form: a policy that was read before, for client hooks. It says what the YAML says, only sooner.

One JSON file per policy file, in a folder that only its owner can write. It is used only if the same gitward wrote it,
if it is whole, and if every file of the policy still has the bytes that it was made from; else the YAML is read, and it
is written again. Servers and CI read the YAML.
"""

from __future__ import annotations

import hashlib
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
        if hashlib.sha256(body).hexdigest().encode() != checksum:
            return None
        plain = json.loads(body)
        if not _is_unchanged(path, plain["files"]):
            return None
        return build.policy(plain)
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        return None  # not whole, or not of this gitward: it is as good as absent


def write_compiled(path: str, plain: dict[str, Any]) -> bool:
    """Keep the plain form of the policy file `path`. False where it cannot be kept; nothing depends on it."""
    folder = cache_folder("policy")
    if not folder:
        return False
    body = json.dumps(plain, separators=(",", ":")).encode()
    target = os.path.join(folder, _name(path))
    draft = f"{target}.{os.getpid()}"
    try:
        os.makedirs(folder, mode=0o700, exist_ok=True)
        if not is_ours(folder):
            return False
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
        with os.fdopen(os.open(draft, flags, 0o600), "wb") as file:
            file.write(hashlib.sha256(body).hexdigest().encode() + b"\n" + body)
        os.replace(draft, target)
    except OSError:
        _remove(draft)
        return False
    return True


def _name(path: str) -> str:
    """The file for a policy: by its place, the gitward that reads it, and how it calls itself."""
    key = "\0".join((__version__, os.path.abspath(path), path))
    return hashlib.sha256(key.encode("utf-8", "surrogateescape")).hexdigest() + ".json"


def _is_unchanged(path: str, files: list[list[str]]) -> bool:
    """Whether every file of the policy still has the digest that it had."""
    folder = os.path.dirname(path)
    for name, digest in files:
        if name.startswith(_BUILT_IN):
            place = os.path.join(os.path.dirname(__file__), "packs", f"{name.removeprefix(_BUILT_IN)}.yaml")
        else:
            place = os.path.join(folder, name)
        with open(place, "rb") as file:
            if hashlib.sha256(file.read()).hexdigest() != digest:
                return False
    return bool(files)


def _remove(path: str) -> None:
    try:
        os.unlink(path)
    except OSError:
        return
