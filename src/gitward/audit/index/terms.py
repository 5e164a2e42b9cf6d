"""The words by which an event is found: who, where, what came of it, object ids, and the text that people read."""

from __future__ import annotations

import hashlib
import json
import re
from functools import lru_cache

from gitward.audit.updates import plain, updates_of
from gitward.canonical import raw
from gitward.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any

    Word = tuple[int, bytes]

CLASS, OUTCOME, ACTOR, REPOSITORY, REF, VERDICTS, TICKET, REASON, ID, SESSION, KEY = range(1, 12)
"""What kind of word. VERDICTS is the outcome of every entry of a policy, as one word: few different ones ever stand in a log."""
RARE = frozenset({ID, SESSION})
"""Kinds of which nearly every event has its own."""

OID = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_TOKEN = re.compile(r"[^\W_]{1,64}")
_NAMES_OID = frozenset({"old", "new", "commit", "oid"})
_NO_TEXT = frozenset({"schema", "id", "time", "version", "boot", "instance", "digest", "sha256", "commitment", "signature",
                      "ancestry", "severity", "policies", "exit_code", "would_be", "trust", "mode"})  # fmt: skip
_UNREMARKABLE = ("passed", "exempt", "not-applicable")


@record
class Terms:
    """What one event is found by; oids as bytes, `tokens` as the index of text has them."""

    words: set[Word]
    oids: set[bytes]
    tokens: set[str]


def terms(directory: str, event: Mapping[str, Any]) -> Terms:
    """The terms of an event, whatever it holds; what is personal is found by where it was joined to it."""
    words = _words(event)
    texts: list[str] = []
    oids = _gather(event, texts)
    for update in updates_of(directory, event):
        for ref in (update.ref, update.alias):
            if ref:
                words.append((REF, raw(ref)))
                texts.append(ref)
        oids.update((update.old, update.new))
    known = {bytes.fromhex(oid) for oid in oids if OID.fullmatch(oid) and oid.strip("0")}
    return Terms(words={word for word in words if word[1]}, oids=known, tokens=tokens(texts))


def _words(event: Mapping[str, Any]) -> list[Word]:
    what, actor = _part(event, "event"), _part(event, "actor")
    tickets = _part(event, "change").get("tickets")
    return [
        (CLASS, exact(what.get("class"))),
        (OUTCOME, exact(what.get("outcome"))),
        (REASON, exact(what.get("reason_code"))),
        (REASON, exact(_part(_part(event, "decision"), "failure").get("reason"))),
        *((ACTOR, folded(plain(actor.get(name)))) for name in ("id", "claim", "display")),
        (KEY, folded(plain(_part(actor, "auth").get("fingerprint")))),
        (REPOSITORY, exact(event.get("repository"))),
        (ID, exact(event.get("id"))),
        (SESSION, exact(_part(event, "session").get("id"))),
        *((TICKET, folded(plain(ticket))) for ticket in (tickets if isinstance(tickets, list) else ())),
        (VERDICTS, verdicts(event.get("results"))),
    ]


def verdicts(results: Any) -> bytes:
    """The outcomes of all entries as one word, `[["entry","outcome"],..]`; b'' for none."""
    if not isinstance(results, list):
        return b""
    return _as_word(tuple((plain(each.get("entry")), plain(each.get("outcome"))) for each in results if isinstance(each, dict)))


@lru_cache(maxsize=1024)
def _as_word(found: tuple[tuple[str, str], ...]) -> bytes:
    return json.dumps(sorted(set(found)), separators=(",", ":")).encode() if found else b""


def key_of(kind: int, word: bytes) -> int:
    """What stands in the index for a word of a RARE kind: a negative number of 62 bits."""
    return -1 - (int.from_bytes(hashlib.sha256(b"%d " % kind + word).digest()[:8], "big") >> 2)


def exact(value: Any) -> bytes:
    """A name as bytes, those that are no UTF-8 too."""
    return raw(plain(value))


def folded(text: str) -> bytes:
    """A name as it is compared: without regard to capitals."""
    return text.casefold().encode("utf-8", "backslashreplace")


def tokens(texts: Iterable[str]) -> set[str]:
    """The words of texts: letters and digits, without regard to capitals, in ASCII, so that every index cuts them alike."""
    joined = "\n".join(texts).casefold()
    found = _TOKEN.findall(joined)
    if not joined.isascii():
        found = ["".join(c if c.isascii() else f"u{ord(c):x}z" for c in token) for token in found]
    return set(found)


def _gather(event: Mapping[str, Any], texts: list[str]) -> set[str]:
    """The object ids of an event; what people read of it goes to `texts`. What an entry passed is not worth a word."""
    oids: set[str] = set()
    stack: list[Any] = [{name: value for name, value in event.items() if name != "updates"}]
    while stack:
        part = stack.pop()
        if type(part) is str:
            texts.append(part)
        elif type(part) is list:
            stack += part
        elif type(part) is dict and part.get("outcome") not in _UNREMARKABLE:
            if part.keys() == {"b64"}:
                texts.append(plain(part))
                continue
            for name, value in part.items():
                if name in _NAMES_OID and type(value) is str:
                    oids.add(value)
                elif value and name not in _NO_TEXT:
                    stack.append(value)
    return oids


def _part(of: Any, name: str) -> Any:
    found = of.get(name) if isinstance(of, dict) else None
    return found if isinstance(found, dict) else {}

