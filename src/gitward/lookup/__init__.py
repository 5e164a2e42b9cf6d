"""Look-ups: what a tracker says of the tickets that messages name. Imported only where a policy names one.

The policy says which look-up by its name, and what becomes of a commit when there is no answer; the host says, in a file
of its own, where the tracker is and how it is asked (docs/lookup.md).
"""

from __future__ import annotations

import os
import re

from gitward.errors import GitwardError, UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

_NAME = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


class NoAnswer(GitwardError):
    """A tracker gave no answer of use. The message is for whoever runs the host, and holds no text of the tracker's."""

    reason = "outage"


def named(words: Iterable[str], checkout: str = "") -> dict[str, str]:
    """The look-ups of NAME=FILE words: name -> absolute path. Raises UsageError.

    A file in `checkout`, a folder that holds the change under judgement, is refused: the change could bring its own.
    """
    found: dict[str, str] = {}
    for word in words:
        name, _, path = word.partition("=")
        if not path or not _NAME.fullmatch(name):
            raise UsageError(f"--lookup {word}: not a look-up", "NAME=FILE, the name as the policy has it, in kebab-case")
        if name in found:
            raise UsageError(f"--lookup {name} stands there twice", "keep one of them")
        found[name] = os.path.abspath(path)
        top, real = (os.path.normcase(os.path.realpath(place)) for place in (checkout, path))
        if checkout and real.startswith(os.path.join(top, "")):
            raise UsageError(f"--lookup {word}: the file lies in the checkout, where a change could edit it",
                             "keep it outside")  # fmt: skip
    return found
