"""What the trackers of a host say of the tickets of one push: each ticket once, at most a hundred, some from the cache."""

from __future__ import annotations

import time

from gitward.errors import GitwardError
from gitward.lookup import NoAnswer
from gitward.lookup.cache import Cache
from gitward.lookup.many import ask_many
from gitward.lookup.settings import load

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from gitward.lookup.command import Command
    from gitward.lookup.settings import Settings
    from gitward.lookup.web import Web
    from gitward.model import Question, TicketState

MAX_TICKETS = 100
_SHARE = 0.8  # of the time of a push that look-ups may be waiting at the latest: what they started is ended in time


class Lookups:
    """The look-ups of a host for one decision. `details` say what went wrong, for whoever runs the host."""

    def __init__(self, files: Mapping[str, str], seconds: float | None) -> None:
        self.files = files
        self.details: list[str] = []
        self._until = float("inf") if seconds is None else time.monotonic() + seconds * _SHARE
        self._sources: dict[str, Source | None] = {}
        self._known: dict[Question, TicketState] = {}

    def answers(self, questions: Iterable[Question]) -> dict[Question, TicketState]:
        """The state of each ticket. A ticket beyond the hundredth is "too-many"; it may be looked up with the next push."""
        asked = tuple(dict.fromkeys(questions))
        fresh = [question for question in asked if question not in self._known]
        for name in dict.fromkeys(question.source for question in fresh):
            tickets = [question for question in fresh if question.source == name]
            source = self._source(name)
            if source is None:
                self._known |= dict.fromkeys(tickets, "unusable")
                continue
            room = max(0, MAX_TICKETS - sum(state not in ("too-many", "unusable") for state in self._known.values()))
            said = source.answers([question.value for question in tickets[:room]], self._until)
            for question in tickets[:room]:
                state = said[question.value]
                if isinstance(state, NoAnswer):
                    self._tell(f"look-up {name}: {state.message}")
                self._known[question] = "outage" if isinstance(state, NoAnswer) else state
            self._known |= dict.fromkeys(tickets[room:], "too-many")
        return {question: self._known[question] for question in asked}

    def _source(self, name: str) -> Source | None:
        """The look-up of this name, None where this host has none that it can use."""
        if name not in self._sources:
            self._sources[name] = None
            if name not in self.files:
                self._tell(f"look-up {name}: this host has none of that name; add --lookup {name}=FILE")
                return None
            try:
                self._sources[name] = source = Source(load(self.files[name]))
            except (GitwardError, OSError, ValueError) as problem:
                self._tell(f"look-up {name}: {problem}")
                return None
            if source.trouble:
                self._tell(f"look-up {name}: {source.trouble}")
        return self._sources[name]

    def _tell(self, detail: str) -> None:
        if detail not in self.details:
            self.details.append(detail)


class Source:
    """One look-up, ready to be asked. Raises GitwardError where its files cannot be used."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.asked = _asked(settings)
        self.trouble = ""
        self.cache: Cache | None = None
        try:
            self.cache = Cache(settings) if settings.cache else None
        except NoAnswer as problem:  # then the tracker is asked each time
            self.trouble = problem.message
        self._until: float | None = None

    def answers(self, tickets: list[str], until: float) -> dict[str, TicketState | NoAnswer]:
        """The state of each ticket, or why there is none. The budget of all calls begins with the first."""
        self._until = self._until or time.monotonic() + self.settings.budget
        found: dict[str, TicketState | NoAnswer] = {}
        questions = {}
        for ticket in tickets:
            question = (self.cache and self.cache.get(ticket)) or self.asked.question(ticket)
            if isinstance(question, str):
                found[ticket] = question
            else:
                questions[ticket] = question
        said = ask_many(questions, timeout=self.settings.timeout, until=min(until, self._until))
        for ticket, state in said.items():
            if self.cache and not isinstance(state, NoAnswer):
                self.cache.put(ticket, state)
        return found | said


def _asked(settings: Settings) -> Web | Command:
    if settings.kind == "command":
        from gitward.lookup.command import Command

        return Command(settings)
    from gitward.lookup.web import Web

    return Web(settings)
