"""Reading a log is recorded in it: who read, with which command, and what they asked for. Who, and what for, is personal.

`list`, `show` and `export` record themselves; copies of a log, whatever ships it, and a log that this user may not write are
read without. A reading is one entry, whatever it shows, so nothing follows from it.
"""

from __future__ import annotations

import getpass
import os

from gitward import clock
from gitward.audit import folder
from gitward.audit.emitter import emitter
from gitward.audit.happenings import SCHEMA
from gitward.audit.log import Item
from gitward.audit.personal import Commitments
from gitward.canonical import canonical
from gitward.errors import GitwardError

LONGEST = 4_000  # characters of what was asked for


def record_reading(directory: str, command: str, asked: str = "") -> str:
    """Append `log.accessed` for a command and its options; '' where it is in the log, else why it is not, for people."""
    try:
        if not folder.is_live(directory):
            return "this is the copy of a log"
        item, owner = accessed(command, asked), os.stat(directory)
        if owner.st_uid == os.geteuid():
            _append(directory, item)
            return ""
        if os.geteuid() == 0:
            return _append_as(owner, directory, item)
    except (GitwardError, OSError) as problem:
        return str(problem)
    return "only the log's own user may write it"


def _append(directory: str, item: Item) -> None:
    from gitward.audit import log

    log.append_all(directory, (item,))


def _append_as(owner: os.stat_result, directory: str, item: Item) -> str:
    """Append as the log's own user: what root made, a new segment for instance, that user could not write."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            os.setgroups([])
            os.setgid(owner.st_gid)
            os.setuid(owner.st_uid)
            _append(directory, item)
            code = 0
        except (GitwardError, OSError):
            code = 1
        finally:
            os._exit(code)
    return "" if os.waitpid(child, 0)[1] == 0 else "the log's own user cannot write it"


def accessed(command: str, asked: str = "", name: str = "") -> Item:
    """The event `log.accessed`; `name` is the operating system's name of who reads, by default of this process."""
    hidden, event_id = Commitments(), clock.new_id()
    event = {
        "schema": SCHEMA,
        "id": event_id,
        "time": clock.now(),
        "emitter": emitter("server"),
        "event": {"class": "log.accessed", "outcome": "done"},
        "actor": {"type": "human", "id": None, "display": hidden.commit("/actor/display", name or _user())},
        "access": {"command": command, "query": hidden.commit("/access/query", asked[:LONGEST]) if asked else None},
    }
    return Item(event=canonical(event), personal=hidden.line(event_id))


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return str(os.getuid())
