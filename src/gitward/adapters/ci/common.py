"""What every provider's job comes down to, and how its words are taken.

Who writes a change controls its title, its body and the name of its branch; who may push, the names of branches and
tags. All of it is data: a name is used only below `refs/`, an oid only when it is one, and no shell sees either.
"""

from __future__ import annotations

import re

from gitward.errors import Undecided
from gitward.message import parse
from gitward.record import record
from gitward.refname import is_ref

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any, Literal

    from gitward.model import Message

    Kind = Literal["pull request", "merge queue", "push", "tag", "manual"]

_OID = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_ABBREVIATED = re.compile(r"[0-9a-f]{12,64}")


@record
class CiJob:
    """One job, as its provider tells it.

    `ref` is what the commits are judged for: the branch a pull request wants to land on, or the ref that was pushed.
    `base` is the oid before the change, '' where the provider names none: then it is the tip of the target branch, or
    for a push that of the `default` branch ('' where the provider does not say which that is). `head` is never the
    trial merge that some providers check out. `squash` is what a squash merge would write, None where that is not
    known; `doubt` says what is to be known about that, should it be judged. `deeper` is the fix for a checkout that
    does not hold enough, in the provider's own words.
    """

    provider: str
    kind: Kind
    ref: str
    head: str
    deeper: str
    base: str = ""
    default: str = ""
    squash: Message | None = None
    doubt: str = ""

    @property
    def lands_on_ref(self) -> bool:
        """Whether `ref` is where the commits are to go, not where they came from."""
        return self.kind in ("pull request", "merge queue")


def oid(value: str, name: str) -> str:
    """A full oid. Raises Undecided for anything else, an abbreviation too: short ones can be forged."""
    if not _OID.fullmatch(value):
        raise _senseless(name, value, "is no full object id")
    return value


def head_oid(value: str, name: str) -> str:
    """An oid of at least 12 digits, as Bitbucket cuts them. Only for the head, which is the author's own anyway."""
    if not _ABBREVIATED.fullmatch(value):
        raise _senseless(name, value, "is no object id")
    return value


def branch(value: str, name: str) -> str:
    """A branch name as a full ref."""
    return ref(f"refs/heads/{value}", name)


def ref(value: str, name: str) -> str:
    """A full ref with a name that git allows (git-check-ref-format(1)). Raises Undecided for another."""
    if not is_ref(value):
        raise _senseless(name, value, "is no ref that git allows")
    return value


def variable(environment: Mapping[str, str], name: str) -> str:
    """The value of a variable that has to be there. Raises Undecided where it is not."""
    value = environment.get(name, "")
    if not value:
        raise Undecided(f"{name} is not set", "run it in a job of that provider", "malformed-input")
    return value


def member(event: Mapping[str, Any], *path: str) -> str:
    """A text in nested JSON objects. Raises Undecided where it is missing or is no text."""
    found: Any = event
    for key in path:
        found = found.get(key) if isinstance(found, dict) else None
    if not isinstance(found, str):
        raise Undecided(f"the event of this job has no {'.'.join(path)}", "run the job again", "malformed-input")
    return found


def message(title: str, body: str) -> Message:
    """What a squash merge writes: title, blank line, body. Text that is no Unicode becomes bytes that are no UTF-8."""
    text = f"{title}\n\n{body.rstrip()}\n" if body.strip() else f"{title}\n"
    return parse(text.encode("utf-8", "surrogatepass"))


def _senseless(name: str, value: str, why: str) -> Undecided:
    return Undecided(f"{name} {why}: {value[:80]!r}", "run the job again", "malformed-input")
