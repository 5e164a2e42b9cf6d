"""After a denial, on a terminal: edit the message, take the safe fix, judge it again, or give up.

Imported after a denial and never before. When this begins the message is kept, and the way back to it is printed:
whatever happens here, to git or to the terminal, loses nothing.
"""

from __future__ import annotations

import sys

from gitward.adapters.commit_msg import safe_fix
from gitward.adapters.messagefile import rewrite
from gitward.cli.output import tell, wants_colour
from gitward.errors import GitwardError
from gitward.record import replace
from gitward.render.difference import difference
from gitward.render.escape import visible

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from gitward.adapters.clone import Clone
    from gitward.adapters.commit_msg import Denied
    from gitward.adapters.terminal import Terminal
    from gitward.fixing import Fix
    from gitward.model import Message

_WORDS = {"e": "edit", "f": "fix", "r": "retry", "g": "give up"}


def go_on(denied: Denied, judge: Callable[[], Denied | None], path: str, clone: Clone, terminal: Terminal) -> int:
    """Ask until `judge`, which reads the file again, lets the message through or the user gives up; the exit code."""
    now: Denied | None = denied
    while now is not None:
        denied, now = now, _once_more(now, judge, path, clone, terminal)
        if now is denied or (now and now.is_over):
            return now.code
    return 0


def _once_more(
    denied: Denied, judge: Callable[[], Denied | None], path: str, clone: Clone, terminal: Terminal
) -> Denied | None:
    """Ask once, do it, and judge the file; the same `denied` when the user gives up."""
    found = safe_fix(denied.policies, denied.raw, denied.message, clone)
    answer = _answer(found[0] if found else None, denied.message, path, terminal)
    try:
        if answer == "g":
            return denied
        if answer == "e":
            _edit(path, terminal)
        if answer == "f" and found:
            _take(found[1], denied.raw, path, terminal)
        return judge()
    except GitwardError as problem:
        tell(problem)
        return replace(denied, code=problem.exit_code, policies=())


def _answer(fix: Fix | None, message: Message, path: str, terminal: Terminal) -> str:
    lines = [
        "e  edit the message",
        "f  take the fix above" if fix else "",
        f"r  retry: judge the file again, as it now is: {visible(path)}",
        "g  give up; the message is kept",
    ]
    offer = "".join(f"  {line}\n" for line in lines if line)
    if fix:
        rest = "" if fix.decision.exit_code == 0 else ", not all of it"
        offer = f"a safe fix{rest}:\n{difference(message.lines, fix.pieces, colour=wants_colour(sys.stderr))}{offer}"
    keys = [key for key in _WORDS if fix or key != "f"]
    question = f"gitward: {', '.join(keys[:-1])} or {keys[-1]}? "
    while True:
        line = terminal.ask(offer + question)
        if line is None:
            terminal.write("\n")
            return "g"
        for key in keys:
            if line.lower() in (key, _WORDS[key]):
                return key
        offer = ""


def _edit(path: str, terminal: Terminal) -> None:
    from gitward.adapters.editor import edit

    if status := edit(path, terminal.number):
        terminal.write(f"gitward: the editor ended with status {status}\n")


def _take(new: bytes, old: bytes, path: str, terminal: Terminal) -> None:
    """Write the fix, unless somebody has edited the file since it was judged."""
    with open(path, "rb") as file:
        is_as_judged = file.read() == old
    if is_as_judged:
        rewrite(path, new)
    else:
        terminal.write("gitward: the file has changed since it was judged; it stays as it is\n")
