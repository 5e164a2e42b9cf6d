"""What the daemon takes from a client, and what it tells one. Nothing that a client sends is believed but that it sent it."""

from __future__ import annotations

import json
import os
import re
from base64 import b64encode

from gitward import __version__
from gitward.audit import allowed, folder, policies, schema, updates
from gitward.audit.entry import MAXIMUM_EVENT
from gitward.audit.log import Item
from gitward.canonical import canonical

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, NoReturn

    Question = Callable[[str, list[bytes]], Any]

MAXIMUM_PERSONAL = 256 << 10
MAXIMUM_UPDATES = 10_000
MAXIMUM_OIDS = 2_000
MAXIMUM_PATH = 4_096
DEPTH = 24  # far more than any event has, and far less than what readers can parse
_INTEGERS = 1 << 53
_DIGEST = re.compile(rb"[0-9a-f]{64}")
_OID = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_OWN = ("log.", "key.")  # what only the log says of itself: a verifier acts upon these


def item_of(parts: list[bytes], peer: dict[str, int]) -> Item:
    """What is to be recorded: an event, the values behind its commitments, and evidence. Raises ValueError for anything else."""
    if len(parts) < 2:
        raise ValueError("to record takes an event and its personal values, which may be empty")
    event, personal, *evidence = parts
    if len(event) > MAXIMUM_EVENT or len(personal) > MAXIMUM_PERSONAL:
        raise ValueError(f"an event has at most {MAXIMUM_EVENT} bytes, its personal values {MAXIMUM_PERSONAL}")
    said = _canonical_object(event, "the event")
    name = said["event"].get("class") if isinstance(said.get("event"), dict) else None
    if not isinstance(name, str) or not isinstance(said.get("id"), str):
        raise ValueError("the event has no id or no class")
    if name.startswith(_OWN) and peer["uid"] not in (0, os.geteuid()):
        raise ValueError("events about the log and its keys are made by the log's own user")
    if schema.problem(said, newer=True):
        raise ValueError("the event is not one by its schema: a verifier would call the log damaged for it")
    if personal and _canonical_object(personal, "the personal values").get("id") != said["id"]:
        raise ValueError("the personal values are of another event")
    return Item(event=event, personal=personal, peer=peer, evidence=tuple(evidence))


def _canonical_object(data: bytes, what: str) -> dict[str, Any]:
    """One JSON object in the form that `canonical` writes, and so one line. Raises ValueError for anything else."""
    try:
        value = _DECODER.decode(data.decode())
        if not isinstance(value, dict) or canonical(value) != data:
            raise ValueError(f"{what} is not canonical JSON")
    except (ValueError, RecursionError):
        raise ValueError(f"{what} is not one object of canonical JSON") from None
    level: list[Any] = [value]
    for _ in range(DEPTH):
        inner: list[Any] = []
        for each in level:
            kind = type(each)
            if kind is dict:
                if not "".join(each).isascii():
                    raise ValueError(f"{what} has a key that is not ASCII")
                inner.extend(each.values())
            elif kind is list:
                inner.extend(each)
            elif kind is int and not -_INTEGERS < each < _INTEGERS:
                raise ValueError(f"{what} holds an integer beyond 53 bits")
        if not inner:
            return value
        level = inner
    raise ValueError(f"{what} is nested too deeply")


def _refused(_: str) -> NoReturn:
    raise ValueError


_DECODER = json.JSONDecoder(parse_float=_refused, parse_constant=_refused)  # numbers that no event has


def _policies(directory: str, arguments: list[bytes]) -> dict[str, Any]:
    if len(arguments) != 1 or len(arguments[0]) > MAXIMUM_PATH:
        raise ValueError("this question has one argument, a repository")
    return policies.told(policies.last(directory, arguments[0].decode("utf-8", "surrogateescape")))


def _former(directory: str, arguments: list[bytes]) -> str:
    """The files of a policy in base 64: whoever may ask here runs the hooks, which read the policy."""
    if len(arguments) != 1 or not _DIGEST.fullmatch(arguments[0]):
        raise ValueError("this question has one argument, a digest")
    return b64encode(policies.files_of(directory, arguments[0].decode())).decode()


def _unallowed(directory: str, arguments: list[bytes]) -> list[int]:
    if len(arguments) != 2:
        raise ValueError("this question has two arguments, a session and its updates")
    try:
        session, moved = arguments[0].decode("ascii"), json.loads(arguments[1])
    except (ValueError, RecursionError):
        raise ValueError("the updates cannot be read") from None
    if len(session) > 100 or type(moved) is not list or len(moved) > MAXIMUM_UPDATES:
        raise ValueError(f"at most {MAXIMUM_UPDATES} updates of one session")
    for each in moved:
        if type(each) is not list or [type(value) for value in each[1:]] != [str, str] or type(each[0]) not in (str, dict):
            raise ValueError("an update is a ref and two oids")
    return allowed.unallowed_of(directory, session, moved)


def _tips(directory: str, arguments: list[bytes]) -> list[str]:
    """Of each ref the oid that it had last, "" where the log does not know it."""
    from gitward.audit.lasttips import last_tips

    if len(arguments) != 2 or len(arguments[0]) > MAXIMUM_PATH:
        raise ValueError("this question has two arguments, a repository and its refs")
    try:
        refs = [updates.plain(ref) for ref in json.loads(arguments[1])]
    except (ValueError, RecursionError, TypeError):
        raise ValueError("the refs cannot be read") from None
    if len(refs) > MAXIMUM_UPDATES:
        raise ValueError(f"at most {MAXIMUM_UPDATES} refs")
    found = last_tips(directory, arguments[0].decode("utf-8", "surrogateescape"), refs)
    return [found.get(ref, "") for ref in refs]


def _seen(directory: str, arguments: list[bytes]) -> list[int]:
    """When each object first came as the value of a ref: who asks must know its name, and hears of no other."""
    from gitward.audit.lasttips import came

    if len(arguments) != 2 or len(arguments[0]) > MAXIMUM_PATH:
        raise ValueError("this question has two arguments, a repository and object names")
    try:
        oids = json.loads(arguments[1])
    except (ValueError, RecursionError):
        raise ValueError("the object names cannot be read") from None
    if type(oids) is not list or len(oids) > MAXIMUM_OIDS:
        raise ValueError(f"at most {MAXIMUM_OIDS} object names")
    if not all(type(oid) is str and _OID.fullmatch(oid) for oid in oids):
        raise ValueError("an object name is 40 or 64 hexadecimal digits")
    return came(directory, arguments[0].decode("utf-8", "surrogateescape"), oids)


def _about(directory: str, arguments: list[bytes]) -> dict[str, Any]:
    _none(arguments)
    return {"log": directory, "origin": folder.about(directory).origin, "pid": os.getpid(), "uid": os.geteuid(),
            "version": __version__}  # fmt: skip


def _none(arguments: list[bytes]) -> None:
    if arguments:
        raise ValueError("this question has no arguments")


# What a client may ask without recording anything, of the log's folder and with further parts; each answers, soon, with what
# canonical JSON can say. Raises ValueError for arguments that are none, OSError, GitwardError.
QUESTIONS: dict[str, Question] = {"policies": _policies, "former": _former, "unallowed": _unallowed, "tips": _tips,
                                  "seen": _seen,
                                  "about": _about}
