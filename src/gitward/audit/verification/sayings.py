"""What the entries of a log say about the log itself: its name and keys, what was pruned and held, what was erased."""

from __future__ import annotations

from gitward.audit.entry import Entry, first_prev
from gitward.audit.folder import About, about_of
from gitward.audit.logkeys import KeyHistory
from gitward.audit.verification.findings import BROKEN
from gitward.errors import GitwardError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from gitward.audit.verification.findings import Findings

_MOST = 10_000  # ranges: pruned, held


class Sayings:
    """Fed with the entries whose class is `log.*` or `key.*`, in order."""

    def __init__(self, findings: Findings) -> None:
        self.findings = findings
        self.about: About | None = None
        self.keys: KeyHistory | None = None
        self.pruned: list[tuple[int, int, int]] = []  # from, before, seq of the entry that says so
        self.held: dict[str, tuple[int, int, int]] = {}  # id of the hold -> from, to, seq

    def see(self, entry: Entry, place: str) -> None:
        name = entry.event["event"]["class"]
        if entry.seq == 0:
            self._started(entry, name, place)
        elif name.startswith("key.") and self.keys is not None:
            try:
                self.keys.see(entry)
            except GitwardError as problem:
                self.findings.add("signature", BROKEN, place, f"{name}: {problem.message}", entry.seq)
        elif name == "log.pruned":
            self._pruned(entry, place)
        elif name == "log.hold":
            self._hold(entry, place)

    def _started(self, entry: Entry, name: str, place: str) -> None:
        part = entry.event.get("log")
        try:
            if name != "log.started" or type(part) is not dict:
                raise ValueError
            self.about = about_of(part)
            self.keys = KeyHistory(self.about)
        except (ValueError, KeyError, TypeError):
            self.findings.add("lines", BROKEN, place, "entry 0 does not say whose log this is", 0)
            return
        except GitwardError as problem:
            self.findings.add("signature", BROKEN, place, problem.message, 0)
            return
        if entry.prev != first_prev(self.about.origin, self.about.key):
            self.findings.add("chain", BROKEN, place, "prev is not that of this origin and this key", 0)

    def _pruned(self, entry: Entry, place: str) -> None:
        if self._range(entry, ("from", "before"), self.pruned, place):
            first, before, _ = self.pruned[-1]
            for start, end, seq in self.held.values():
                if start < before and first <= end:
                    message = f"entries {first} to {before - 1} were pruned, though entry {seq} holds {start} to {end}"
                    self.findings.add("missing", BROKEN, place, message, entry.seq)

    def _hold(self, entry: Entry, place: str) -> None:
        held: list[tuple[int, int, int]] = []
        if self._range(entry, ("from", "to"), held, place):
            name = str(entry.event["log"].get("hold"))[:100]
            if entry.event["event"].get("action") == "released":
                self.held.pop(name, None)
            elif len(self.held) < _MOST:
                self.held[name] = held[0]

    def _range(self, entry: Entry, ends: tuple[str, str], to: list[tuple[int, int, int]], place: str) -> bool:
        part: Any = entry.event.get("log")
        start, end = (part.get(ends[0]), part.get(ends[1])) if type(part) is dict else (None, None)
        if type(start) is not int or type(end) is not int or len(to) >= _MOST:
            self.findings.add("schema", BROKEN, place, "the range that it is about is missing", entry.seq)
            return False
        to.append((start, end, entry.seq))
        return True
