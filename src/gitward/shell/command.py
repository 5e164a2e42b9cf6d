"""What an SSH client asks for, as the words of one command: one of git's three, and one path in git's own quotes.

    command = program " " "'" *( byte | "'\\''" | "'\\!'" ) "'"
    program = "git-upload-pack" | "git-receive-pack" | "git-upload-archive", or with a blank for the first hyphen
    byte    = any but a single quote and a control character

git writes this and nothing else (quote.c, sq_quote_buf; connect.c, git_connect); others leave a "!" in the quotes. What is not
of this form to the last byte is refused. No shell ever sees it, and nothing splits it into words.
"""

from __future__ import annotations

import re

from gitward.record import record
from gitward.shell.refusal import Denied

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal

    Service = Literal["upload-pack", "receive-pack", "upload-archive"]

LONGEST = 4_096  # bytes of a path, Linux's PATH_MAX
_SERVICES: tuple[Service, ...] = ("upload-pack", "receive-pack", "upload-archive")
_COMMAND = re.compile(rf"git[- ]({'|'.join(_SERVICES)}) '((?:[^'\x00-\x1f\x7f]|'\\['!]')*)'")
_ESCAPE = re.compile(r"'\\(['!])'")
_ONLY = "what it starts: git-upload-pack, git-receive-pack and git-upload-archive, each with one path in single quotes"


@record
class Asked:
    """One command: git's service, and the path as the client wrote it, a byte that is no UTF-8 as a lone surrogate."""

    service: Service
    path: str


def parse(command: str) -> Asked:
    """Take SSH_ORIGINAL_COMMAND apart; '' is a session without a command. Raises Denied. Linear time."""
    if not command:
        raise Denied("this account has no shell: it serves git alone", "git clone USER@HOST:REPOSITORY", "no-command")
    if len(command) > 4 * LONGEST + 64:  # every byte of the path escaped, and the program
        raise Denied("the command is too long", _ONLY, "refused-command")
    found = _COMMAND.fullmatch(command)
    if found is None:
        raise Denied("this command is not one that this account starts", _ONLY, "refused-command")
    path = _ESCAPE.sub(r"\1", found[2])
    _refuse(path)
    return Asked(service=_service(found[1]), path=path)


def _service(name: str) -> Service:
    return next(each for each in _SERVICES if each == name)


def _refuse(path: str) -> None:
    """Paths that mean more, to git or to some shell, than a place below the root."""
    problem = ""
    if not path.strip("/"):
        problem = "the path is empty"
    elif len(path.encode("utf-8", "surrogateescape")) > LONGEST:
        problem = f"the path has more than {LONGEST} bytes"
    elif path.startswith("-"):
        problem = "the path begins like an option"
    elif path.startswith("~"):
        problem = "the path is in somebody's home folder"
    elif ".." in path.split("/"):
        problem = "the path leads upwards"
    if problem:
        raise Denied(problem, "the path of a repository below this server's root, such as 'shop.git'", "refused-path")
