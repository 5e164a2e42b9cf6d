"""Reading a log is recorded in it: who read, with which command, and what they asked for. Who, and what for, is personal.

`list`, `show` and `export` record themselves; copies of a log, whatever ships it, and a log that this user may not write are
read without. A reading is one entry, whatever it shows, so nothing follows from it.
"""

from __future__ import annotations

import os

from gitward import clock
from gitward.audit import folder, log
from gitward.audit.emitter import emitter
from gitward.audit.happenings import SCHEMA, user_name
from gitward.audit.item import Item
from gitward.audit.personal import Commitments
from gitward.canonical import canonical
from gitward.errors import GitwardError

LONGEST = 4_000  # characters of what was asked for


def record_reading(directory: str, command: str, asked: str = "") -> str:
    """Append `log.accessed` for a command and its options; '' where it is in the log, else why it is not, for people."""
    try:
        if not folder.is_live(directory):
            return "this is the copy of a log"
        if os.geteuid() not in (0, os.stat(directory).st_uid):  # what root writes becomes the owner's
            return "only the log's own user may write it"
        log.append_all(directory, (accessed(command, asked),))
    except (GitwardError, OSError) as problem:
        return str(problem)
    return ""


def accessed(command: str, asked: str = "", name: str = "") -> Item:
    """The event `log.accessed`; `name` is the operating system's name of who reads, by default of this process."""
    hidden, event_id = Commitments(), clock.new_id()
    event = {
        "schema": SCHEMA,
        "id": event_id,
        "time": clock.now(),
        "emitter": emitter("server"),
        "event": {"class": "log.accessed", "outcome": "done"},
        "actor": {"type": "human", "id": None, "display": hidden.commit("/actor/display", name or user_name())},
        "access": {"command": command, "query": hidden.commit("/access/query", asked[:LONGEST]) if asked else None},
    }
    return Item(event=canonical(event), personal=hidden.line(event_id))
