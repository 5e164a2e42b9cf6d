"""Many questions at once, a few at a time, each cut off at its limit: a tracker that hangs costs its limit and no more.

Every question runs in a thread of its own, and the clock is kept here. At its limit a question is cut, and nobody waits
for its thread any longer, whatever it hangs in (the resolver of names, for instance, listens to nothing).
"""

from __future__ import annotations

import queue
import threading
import time
from collections import deque

from gitward.lookup import NoAnswer

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Protocol

    from gitward.model import TicketState

    class Ask(Protocol):
        """A question that can be asked once, and cut from another thread."""

        def ask(self) -> TicketState: ...
        def cut(self) -> None: ...

    Said = dict[str, TicketState | NoAnswer]

AT_ONCE = 4
LATE = "does not answer in time"


def ask_many(questions: Mapping[str, Ask], *, timeout: float, until: float) -> Said:
    """The answer to each question, in at most `timeout` seconds each and not after `until` (time.monotonic).

    A question that gets no answer keeps its place among those that are asked at once. So a tracker that has left a few
    without an answer is asked nothing more.
    """
    waiting = deque(questions.items())
    running: dict[str, tuple[Ask, float]] = {}
    done: queue.SimpleQueue[tuple[str, TicketState | NoAnswer]] = queue.SimpleQueue()
    said: Said = {}
    silent = 0
    while waiting or running:
        while waiting and len(running) + silent < AT_ONCE and time.monotonic() < until:
            name, question = waiting.popleft()
            running[name] = (question, min(until, time.monotonic() + timeout))
            threading.Thread(target=_ask, args=(name, question, done), daemon=True).start()
        if not running:
            break
        name, answer = _next(running, done)
        if name not in running:
            continue  # it was late, and that has been said
        question, _ = running.pop(name)
        if answer is None:
            question.cut()
        said[name] = answer or NoAnswer(LATE)
        silent += isinstance(said[name], NoAnswer)
    reason = "is not asked any more: there was no answer before" if time.monotonic() < until else LATE
    return said | {name: NoAnswer(reason) for name, _ in waiting}


def _next(
    running: dict[str, tuple[Ask, float]], done: queue.SimpleQueue[tuple[str, TicketState | NoAnswer]]
) -> tuple[str, TicketState | NoAnswer | None]:
    """The next answer, or None for the question whose time is up first."""
    first = min(running, key=lambda name: running[name][1])
    try:
        return done.get(timeout=max(0.0, running[first][1] - time.monotonic()))
    except queue.Empty:
        return first, None


def _ask(name: str, question: Ask, done: queue.SimpleQueue[tuple[str, TicketState | NoAnswer]]) -> None:
    try:
        done.put((name, question.ask()))
    except NoAnswer as problem:
        done.put((name, problem))
    except Exception as problem:  # noqa: BLE001  whatever a tracker made of us, it is no answer
        done.put((name, NoAnswer(f"gives an answer that cannot be read ({type(problem).__name__})")))
