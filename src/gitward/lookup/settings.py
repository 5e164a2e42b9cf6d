"""The settings of one look-up: a YAML file of the host's, that nobody but its owner can write."""

from __future__ import annotations

import os
import stat
import sys
from typing import Annotated
from urllib.parse import urlsplit

from gitward.errors import GitwardError, UsageError
from gitward.policy.load import load_record
from gitward.record import record
from gitward.shapes import Checked, Refused

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import BinaryIO, Literal

    from gitward.bounds import Ge, Le
    from gitward.rules.options import Text

MAX_BYTES = 64 << 10
_OTHERS = stat.S_IRWXG | stat.S_IRWXO
_OTHERS_WRITE = stat.S_IWGRP | stat.S_IWOTH
_LOOPBACK = ("127.0.0.1", "::1", "localhost")
_GITHUB = "https://api.github.com"


class Address(Checked):
    """Where a tracker answers: https, or http on this very machine, because a token goes there."""

    def check(self, value: str) -> str:
        try:
            parts = urlsplit(value)
            host, _ = parts.hostname, parts.port
        except ValueError:
            raise Refused(f"{value!r} is no address", "write https://tracker.example.com") from None
        if parts.scheme not in ("http", "https") or not host or not value.isascii():
            raise Refused(f"{value!r} is no address", "write https://tracker.example.com")
        if parts.scheme == "http" and host not in _LOOPBACK:
            raise Refused("the token would go over the network in clear", "write https://")
        if parts.username is not None or parts.query or parts.fragment:
            raise Refused("an address has no user, no `?` and no `#` here", "the token stands in `token_file`")
        return value.rstrip("/")


class Absolute(Checked):
    """A path that does not depend on where gitward was started."""

    def check(self, value: str) -> str:
        if not os.path.isabs(value):
            raise Refused(f"{value!r} is not an absolute path", f"write /etc/gitward/{os.path.basename(value)}")
        return value


Url = Annotated[str, Address()]
Place = Annotated[str, Absolute()]


@record
class Settings:
    """Seconds are for one ticket (`timeout`), for all tickets of a push (`budget`), for an answer kept (`cache_seconds`).

    `repositories` are those whose issues count, `owner/name` or `owner/*`; the first is meant by a bare `#3`.
    """

    kind: Literal["jira", "github", "gitlab", "command"]
    url: Url = ""
    token_file: Place = ""
    user: Text = ""
    ca_file: Place = ""
    repositories: tuple[Text, ...] = ()
    command: tuple[Text, ...] = ()
    timeout: Annotated[int, Ge(1), Le(60)] = 5
    budget: Annotated[int, Ge(1), Le(600)] = 20
    cache: Place = ""
    cache_seconds: Annotated[int, Ge(1), Le(86_400)] = 300

    def conflict(self) -> str:
        if self.kind == "command":
            if self.url or self.token_file or self.user or self.ca_file or self.repositories:
                return "a command takes `command`, `timeout`, `budget`, `cache` and `cache_seconds`, and nothing else"
            return "" if self.command and os.path.isabs(self.command[0]) else "`command` begins with an absolute path"
        if self.command:
            return "`command` is for the kind command"
        if not self.url and self.kind != "github":
            return f"{self.kind} needs a `url`"
        if (self.kind == "jira") == bool(self.repositories):
            return f"jira has no `repositories`, {self.kind if self.kind != 'jira' else 'github'} needs them"
        if self.user and self.kind != "jira":
            return f"{self.kind} takes a token without a `user`"
        return ""

    @property
    def address(self) -> str:
        return self.url or _GITHUB

    def token(self, user: int | None = None) -> str:
        """What stands in the token's file, '' where none is named; `user` as in `read_guarded`."""
        if not self.token_file:
            return ""
        token = read_guarded(self.token_file, secret=True, user=user).decode("latin-1").strip()
        if not token or not token.isascii() or not token.isprintable() or " " in token:
            raise UsageError(f"{self.token_file} does not hold a token", "one line, printable ASCII, no blanks")
        return token


def load(path: str) -> Settings:
    """The settings in a file, with the command that they name looked at. Raises GitwardError, PolicyError, UsageError."""
    settings: Settings = load_record(Settings, read_guarded(path), path)
    if settings.command:
        with _opened(settings.command[0]) as file:
            _check(file.fileno(), settings.command[0], _OTHERS_WRITE, None)
    return settings


def read_guarded(path: str, *, secret: bool = False, user: int | None = None) -> bytes:
    """The bytes of a file that only its owner can write; of a secret one, that only its owner can read.

    The owner is root or `user`, who is going to use it: None for the user who runs this process.
    Raises GitwardError for one that cannot be read, UsageError for one that others could have written, or could read.
    """
    with _opened(path) as file:
        _check(file.fileno(), path, _OTHERS if secret else _OTHERS_WRITE, user)
        data = file.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise UsageError(f"{path} has more than {MAX_BYTES} bytes")
    return data


def _opened(path: str) -> BinaryIO:
    try:
        return os.fdopen(os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0)), "rb")
    except OSError as problem:
        raise GitwardError(f"{path} cannot be read: {problem.strerror}", "make it readable for this user") from None


def _check(number: int, path: str, others: int, user: int | None) -> None:
    status = os.fstat(number)
    if not stat.S_ISREG(status.st_mode):
        raise UsageError(f"{path} is not a file")
    if sys.platform == "win32":  # the profile's own access list keeps others out
        return
    user = os.geteuid() if user is None else user
    if status.st_uid not in (0, user):
        raise UsageError(f"{path} belongs to user {status.st_uid}, who could change it", f"chown {user} {path}")
    if others == _OTHERS and status.st_uid != user:
        raise UsageError(f"{path} belongs to root, and user {user} cannot read it", f"chown {user} {path}")
    if status.st_mode & others:
        what, mode = ("read", "600") if others == _OTHERS else ("written", "go-w")
        raise UsageError(f"{path} can be {what} by others than its owner", f"chmod {mode} {path}")
