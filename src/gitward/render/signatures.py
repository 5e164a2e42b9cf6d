"""Signature results as text, CSV and JSON, one at a time: a history is never held in memory."""

from __future__ import annotations

import json
from collections import Counter
from itertools import chain, islice

from gitward.days import moment
from gitward.render.escape import visible, well_formed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from gitward.model import SignatureResult

VERSION = 1  # of the JSON object
FIELDS = (
    "commit", "status", "format", "fingerprint", "primary_fingerprint", "principal", "claimed_time", "signature_time",
    "first_seen", "judged_at", "clock", "detail",
)  # fmt: skip
_TIMES = ("claimed_time", "signature_time", "first_seen", "judged_at")


def plain(result: SignatureResult) -> dict[str, Any]:
    """A result as JSON has it: times are RFC 3339 in UTC, null where there is none."""
    found = {name: getattr(result, name) for name in FIELDS}
    for name in _TIMES:
        found[name] = None if found[name] is None else moment(found[name])
    return {name: well_formed(value) if isinstance(value, str) else value for name, value in found.items()}


def as_text(results: Iterator[SignatureResult], counts: Counter[str]) -> Iterator[str]:
    """A line each: oid, status, format, who, fingerprint, and why it is not good; then how many have which status."""
    for result in results:
        counts[result.status] += 1
        who = visible(result.principal) or "-"
        key = result.fingerprint or "-"
        detail = f"  {visible(result.detail)}" if result.detail else ""
        yield f"{result.commit}  {result.status:<18} {result.format or '-':<7}  {who}  {visible(key)}{detail}\n"
    yield summary(counts) + "\n"


def summary(counts: Counter[str]) -> str:
    """`40 commits: 38 good, 2 unsigned`."""
    total = sum(counts.values())
    each = ", ".join(f"{number} {status}" for status, number in counts.most_common())
    return f"{total} commit{'' if total == 1 else 's'}{': ' if each else ''}{each}"


def as_csv(results: Iterator[SignatureResult], counts: Counter[str]) -> Iterator[str]:
    """RFC 4180, a header line first, line ends LF. Nothing where the first result already fails."""
    first = tuple(islice(results, 1))
    yield ",".join(FIELDS) + "\n"
    for result in chain(first, results):
        counts[result.status] += 1
        yield ",".join(_cell(visible(value or "")) for value in plain(result).values()) + "\n"


def _cell(text: str) -> str:
    """A field of RFC 4180, in quotes where it must be; a line end never stands in it."""
    return '"' + text.replace('"', '""') + '"' if set(text) & {",", '"'} else text


def as_json(results: Iterator[SignatureResult], counts: Counter[str], head: dict[str, Any]) -> Iterator[str]:
    """One object: `version`, what `head` says, `signatures`, `counts`. Nothing of it where the first result already fails."""
    first = tuple(islice(results, 1))
    yield json.dumps({"version": VERSION, **head}, indent=2)[:-2] + ',\n  "signatures": ['
    between = "\n    "
    for result in chain(first, results):
        counts[result.status] += 1
        yield between + json.dumps(plain(result))
        between = ",\n    "
    yield f'\n  ],\n  "counts": {json.dumps(dict(sorted(counts.items())))}\n}}\n'
