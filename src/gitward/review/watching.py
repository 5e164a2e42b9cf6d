"""Watching a repository on another host: what `git ls-remote` says, against what the log last said of it."""

from __future__ import annotations

import re

from gitward import git
from gitward.audit import observed, reading
from gitward.errors import GitwardError
from gitward.record import record
from gitward.review.evidence import lists
from gitward.review.happened import happened

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gitward.audit.log import Item

_SECONDS = 120.0
_ALLOWED = {"GIT_ALLOW_PROTOCOL": "file:git:http:https:ssh"}  # none that starts a program of the address's choice
_MOST = 1_000_000  # refs
_CREDENTIALS = re.compile(r"^([a-z][a-z0-9+.-]*://)[^/@]*@", re.IGNORECASE)


@record
class Watched:
    """What became of each ref since it was last looked at: (ref, before, now); `is_first` where it never was."""

    name: str
    moved: tuple[tuple[str, str | None, str | None], ...]
    is_first: bool
    count: int

    def item(self) -> Item:
        return observed.refs_read(self.name, self.moved, "snapshot" if self.is_first else "moved")


def name_of(remote: str) -> str:
    """What the log calls the remote: its address, without what lets one in."""
    return _CREDENTIALS.sub(r"\1", remote)


def look(log: str, remote: str) -> Watched:
    """Ask the remote, and compare. Raises GitwardError where it does not answer or the log cannot be read, OSError."""
    name = name_of(remote)
    now = _listed(remote, name)
    before = _known(log, name)
    known = before or {}
    moved = tuple((ref, known.get(ref), now.get(ref)) for ref in sorted({*known, *now}) if known.get(ref) != now.get(ref))
    return Watched(name=name, moved=moved, is_first=before is None, count=len(now))


def _listed(remote: str, name: str) -> dict[str, str]:
    if remote.startswith("-") or "::" in remote:
        raise GitwardError(f"{name} is no address of a repository")
    answer = git.call(("ls-remote", "--quiet", "--refs", "--", remote), own_config=True, timeout=_SECONDS, env=_ALLOWED)
    if answer.status:
        raise GitwardError(f"{name} does not answer: {git.last_line(answer.error)}", "git ls-remote says more")
    rows = (line.split("\t", 1) for line in answer.output.decode("utf-8", "surrogateescape").split("\n") if "\t" in line)
    found = {ref: oid for oid, ref in rows}
    if len(found) > _MOST:
        raise GitwardError(f"{name} has more than {_MOST} refs")
    return found


def _known(log: str, name: str) -> dict[str, str] | None:
    """The refs that the log last saw there, None where it never looked."""
    found: dict[str, str] | None = None
    read = lists(log)
    try:
        for entry in reading.entries(log):
            one = happened(entry, read)
            if one.name != "ref.read" or one.repository != name:
                continue
            if one.moves is None:
                raise GitwardError(f"the refs that entry {entry.seq} lists are not among the evidence")
            found = {} if found is None or one.action == "snapshot" else found
            for move in one.moves:
                found[move.ref] = move.new
    except ValueError as problem:
        raise GitwardError(str(problem), "gitward audit verify") from None
    return None if found is None else {ref: oid for ref, oid in found.items() if oid}
