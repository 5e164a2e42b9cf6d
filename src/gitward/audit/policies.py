"""What the log knows of the policies: which revision and digest each had last, and the files of one that is gone."""

from __future__ import annotations

import json
import os

from gitward.audit import folder, log
from gitward.audit.evidence import kept
from gitward.audit.happenings import POLICY_CHANGED
from gitward.canonical import text
from gitward.model import BUILT_IN
from gitward.record import record
from gitward.regularfile import opened

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from gitward.audit.item import Item
    from gitward.model import PolicyInfo

_LOOKED_AT = 64 << 20  # bytes of the newest lines in which the files of a former policy are looked for
_LARGEST = 4 << 20


@record
class Last:
    """The last revision of each policy by id and source, as far as it had one, and the last digest by source.

    `latest` is the latest time at which one of the lines that were read was written, RFC 3339, '' for none.
    """

    revisions: Mapping[tuple[str, str], int] = {}
    digests: Mapping[str, str] = {}
    latest: str = ""


def last(directory: str, repository: str) -> Last:
    """By decisions, changes and installations in the last 128 KiB. What is read from a ref counts only for its own repository.

    Raises OSError for a log that is there and cannot be read.
    """
    revisions: dict[tuple[str, str], int] = {}
    digests: dict[str, str] = {}
    latest = ""
    for line in log.recent(directory):
        latest = max(latest, _written(line))
        for name, source, revision, digest in _named(line, repository):
            digests[source] = digest
            if revision is not None:
                revisions[name, source] = revision
    return Last(revisions=revisions, digests=digests, latest=latest)


def _written(line: bytes) -> str:
    """When a line was written; '' where it does not say so. Behind the event, so nothing in that is taken for it."""
    _, found, rest = line.rpartition(b'","received_time":"')
    return rest[:27].decode("ascii", "replace") if found and rest[26:28] == b'Z"' else ""


def changes(used: tuple[PolicyInfo, ...], found: Last | None, target: str, repository: str) -> Iterator[Item]:
    """An event for each policy of a decision that is another than when the log last spoke of it. Raises OSError, Undecided."""
    known = found.digests if found else {}
    if any(each.source != BUILT_IN and known.get(each.source, each.digest) != each.digest for each in used):
        from gitward.audit.policychanges import at_decision

        yield from at_decision(used, found or Last(), target, repository)


def told(found: Last) -> dict[str, Any]:
    """The same for canonical JSON, as the log's daemon answers it."""
    return {
        "revisions": [[name, text(source), revision] for (name, source), revision in found.revisions.items()],
        "digests": [[text(source), digest] for source, digest in found.digests.items()],
        "latest": found.latest,
    }


def received(answer: Any) -> Last:
    """What `told` has made of it."""
    return Last(
        revisions={(name, _text(source)): revision for name, source, revision in answer["revisions"]},
        digests={_text(source): digest for source, digest in answer["digests"]},
        latest=answer["latest"],
    )


def files_of(directory: str, digest: str) -> bytes:
    """The files of the policy with this digest in one piece (policy.snapshot), as an event named them; b"" for none.

    Raises OSError. Only the newest 64 MiB of the log are looked through.
    """
    for line in _naming(directory, digest.encode()):
        if b'"files"' in line and b'.changed"' in line:
            for name in _pieces(line, digest):
                if piece := _piece(directory, name):
                    return piece
    return b""


def _naming(directory: str, digest: bytes) -> Iterator[bytes]:
    """The lines that name this digest, newest first: a segment at a time, and no line is looked at that does not."""
    left = _LOOKED_AT
    for segment in reversed(folder.segments(directory)):
        with opened(segment.path, 1 << 20) as file:
            file.seek(max(0, file.seek(0, os.SEEK_END) - left))
            data = file.read(left)
        left -= len(data)
        place = len(data)
        while (place := data.rfind(digest, 0, place)) >= 0:
            end = data.find(b"\n", place)
            place = data.rfind(b"\n", 0, place) + 1
            yield data[place : end if end >= 0 else len(data)]
        if left <= 0:
            return


def _named(line: bytes, repository: str) -> Iterator[tuple[str, str, int | None, str]]:
    """(id, source, revision, digest) of the policies that a line speaks of, where they are those of this repository."""
    try:
        event = json.loads(line)["event"]
        is_here = _text(event["repository"]) == repository
        listed, change = event.get("policies") or [], event.get("config_change") or {}
        if event["event"]["class"] == POLICY_CHANGED:
            listed = [{"id": change["of"], "source": change["source"], **change["after"]}]
        elif event["event"]["class"] == "config.changed":
            listed = [{"id": each["of"], **each} for each in change.get("policies", ())]
        for each in listed:
            source = _text(each["source"])
            if is_here or source.startswith("/"):
                yield each["id"], source, each["revision"], each["digest"]
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return  # the cut first line, a torn last one, an event of another kind


def _pieces(line: bytes, digest: str) -> Iterator[str]:
    """The names of the pieces of evidence that hold the files of this policy, as an installation or a change says."""
    try:
        change = json.loads(line)["event"]["config_change"]
        for each in (change.get("policies") or [change["after"]]):
            if each["digest"] == digest and each["files"]:
                yield each["files"]["sha256"]
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return


def _piece(directory: str, name: Any) -> bytes:
    return kept(directory, name, _LARGEST) or b""


def _text(value: Any) -> str:
    """What `canonical.text` made of a string."""
    if isinstance(value, dict):
        from base64 import b64decode

        return b64decode(value["b64"], validate=True).decode("utf-8", "surrogateescape")
    return value if isinstance(value, str) else ""
