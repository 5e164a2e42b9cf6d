"""From the options of a query, as somebody typed them, to what the index is asked. Raises UsageError for what says nothing."""

from __future__ import annotations

import json
import re
import shlex
from datetime import UTC, datetime, timedelta

from gitward.audit.index import terms as t
from gitward.audit.index.query import Filter, Query
from gitward.canonical import raw
from gitward.errors import UsageError
from gitward.patterns import matches_ref
from gitward.record import record, values

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

_AGO = re.compile(r"([0-9]{1,9}) ?(second|minute|hour|day|week|s|min|h|d|w)s?(?: ago)?")
_SECONDS = {"s": 1, "second": 1, "min": 60, "minute": 60, "h": 3600, "hour": 3600, "d": 86_400, "day": 86_400, "w": 604_800,
            "week": 604_800}  # fmt: skip
_OID = re.compile(r"[0-9a-f]{7,64}")
_MILLION = 1_000_000


@record
class Asked:
    """The filters as they were typed; of each any may hold, and all of them must."""

    actor: tuple[str, ...] = ()
    repo: tuple[str, ...] = ()
    ref: tuple[str, ...] = ()
    entry: tuple[str, ...] = ()
    outcome: tuple[str, ...] = ()
    class_: tuple[str, ...] = ()
    ticket: tuple[str, ...] = ()
    reason: tuple[str, ...] = ()
    key: tuple[str, ...] = ()
    id: tuple[str, ...] = ()
    oid: tuple[str, ...] = ()
    text: tuple[str, ...] = ()
    since: str = ""
    until: str = ""


def words_of(asked: Asked) -> str:
    """The filters as options of a command line."""
    held = ((name.rstrip("_"), of if isinstance(of, tuple) else (of,)) for name, of in values(asked).items())
    return " ".join(f"--{name} {shlex.quote(value)}" for name, every in held for value in every if value)


def query_of(asked: Asked, *, after: int | None = None, oldest_first: bool = False, now: float) -> Query:
    """The query. `now` is in seconds since 1970. The rarest kinds of words come first: one of them may lead the way."""
    exact = (
        (t.ID, asked.id, raw), (t.TICKET, asked.ticket, t.folded), (t.KEY, asked.key, t.folded), (t.REASON, asked.reason, raw),
        (t.ACTOR, asked.actor, t.folded), (t.OUTCOME, asked.outcome, raw),
    )  # fmt: skip
    filters = [Filter(kind=kind, words=frozenset(map(form, words))) for kind, words, form in exact if words]
    patterns: tuple[tuple[int, tuple[str, ...], Callable[[tuple[str, ...]], Filter]], ...] = (
        (t.REF, asked.ref, _refs), (t.REPOSITORY, asked.repo, _repositories), (t.VERDICTS, asked.entry, _entries),
        (t.CLASS, asked.class_, _classes),
    )  # fmt: skip
    filters += [made(words) for _, words, made in patterns if words]
    if any(not text.strip() or not t.tokens([text]) for text in asked.text):
        raise UsageError("--text holds no letter and no digit", "write beginnings of words")
    return Query(
        filters=tuple(filters),
        oids=tuple(map(_oid, asked.oid)),
        tokens=frozenset(t.tokens(asked.text)),
        since=moment(asked.since, "--since", now) if asked.since else None,
        until=moment(asked.until, "--until", now, whole_day=True) if asked.until else None,
        after=after,
        oldest_first=oldest_first,
    )


def moment(text: str, option: str, now: float, *, whole_day: bool = False) -> int:
    """A time as microseconds since 1970: RFC 3339, a day in UTC (its end with `whole_day`), or how long ago."""
    words = text.strip()
    if ago := _AGO.fullmatch(words.lower()):
        return int((now - int(ago[1]) * _SECONDS[ago[2]]) * _MILLION)
    try:
        found = datetime.fromisoformat(words)
        if len(words) == 10:
            found = found.replace(tzinfo=UTC) + timedelta(days=1 if whole_day else 0)
        if found.tzinfo is None:
            raise UsageError(f"{option} {text}: in which time zone?", f"write {words}Z for UTC")
        return (found - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)
    except (ValueError, OverflowError):
        fix = "write 2026-01-31, 2026-01-31T12:00:00Z, '2 days' or '36 hours'"
        raise UsageError(f"{option} {text}: no time that gitward reads", fix) from None


def _oid(text: str) -> str:
    if not _OID.fullmatch(text.lower()):
        raise UsageError(f"--oid {text}: no object id", "write 7 hexadecimal digits or more")
    return text.lower()


def _refs(words: tuple[str, ...]) -> Filter:
    """Patterns of refs as a policy writes them: `*` within a part, `**` across, `!` takes out."""
    if all(word.startswith("!") for word in words):
        raise UsageError("--ref only takes out", "add --ref 'refs/**'")
    if not any("*" in word or word.startswith("!") for word in words):
        return Filter(kind=t.REF, words=frozenset(map(raw, words)))
    wanted = [word for word in words if not word.startswith("!")]
    glob = "*".join(map(_literal, re.split(r"\*+", wanted[0]))) if len(wanted) == 1 else "*"
    says_all = wanted == list(words) and len(words) == 1 and words[0].isascii() and "*" not in words[0].replace("**", "")
    fits = lambda word: matches_ref(words, word.decode("utf-8", "surrogateescape"))  # noqa: E731
    return Filter(kind=t.REF, fits=fits, glob=glob, says_all=says_all)


def _literal(text: str) -> str:
    """Text as a GLOB of SQLite that is met by it; what is no ASCII might be no UTF-8."""
    return "".join(f"[{c}]" if c in "[?" else c if c.isascii() else "*" for c in text)


def _repositories(words: tuple[str, ...]) -> Filter:
    """By the whole path, or by its last part or parts; `.git` may be left out."""
    ends = tuple(raw(word.strip("/").removesuffix(".git")) for word in words)

    def fits(word: bytes) -> bool:
        path = b"/" + word.strip(b"/").removesuffix(b".git")
        return any(path.endswith(b"/" + end) for end in ends)

    return Filter(kind=t.REPOSITORY, fits=fits)


def _entries(words: tuple[str, ...]) -> Filter:
    """`ID`, or `ID=OUTCOME`."""
    pairs = [(word.partition("=")[0], word.partition("=")[2]) for word in words]

    def fits(word: bytes) -> bool:
        return any(entry == name and outcome in ("", came) for name, came in json.loads(word) for entry, outcome in pairs)

    return Filter(kind=t.VERDICTS, fits=fits)


def _classes(words: tuple[str, ...]) -> Filter:
    """`decision.receive`, `decision.*`, or `decision` for all of these."""
    wanted = tuple(raw(word.removesuffix(".*")) for word in words)
    return Filter(kind=t.CLASS, fits=lambda word: any(word == each or word.startswith(each + b".") for each in wanted))
