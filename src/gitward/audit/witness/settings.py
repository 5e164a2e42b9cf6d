"""`settings.yaml` in a log's folder: who its witnesses are, and how many of them must have seen a checkpoint."""

from __future__ import annotations

import os
import re
from typing import Annotated, ClassVar
from urllib.parse import urlsplit

from gitward.audit.folder import SETTINGS
from gitward.errors import GitwardError, UsageError
from gitward.lookup.settings import Place, read_guarded
from gitward.policy.load import load_record
from gitward.record import record
from gitward.refname import is_ref
from gitward.shapes import Checked, Refused
from gitward.tlog.cosignature import cosigner_key

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Literal

    from gitward.bounds import Ge, Le, MinLen

_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
_WANTED = {"cosigner": {"url", "key"}, "git": {"remote", "ref"}, "timestamp": {"url", "ca_file"}}


class NameShape(Checked):
    """The name of a witness: part of a file's name."""

    json_schema: ClassVar[dict[str, Any]] = {"pattern": f"^{_NAME.pattern}$"}

    def check(self, value: str) -> str:
        if not _NAME.fullmatch(value):
            raise Refused(f"{value!r} is no name of a witness", "small letters, digits and hyphens, at most 40: city-2")
        return value


class WitnessUrl(Checked):
    """Where a witness answers. What it says is signed, so http will do."""

    def check(self, value: str) -> str:
        try:
            parts = urlsplit(value)
            host, _ = parts.hostname, parts.port
        except ValueError:
            host = None
        if not host or parts.scheme not in ("http", "https") or not value.isascii() or any(c <= " " for c in value):
            raise Refused(f"{value!r} is no address", "write https://witness.example.com/")
        if parts.username is not None or parts.query or parts.fragment:
            raise Refused("an address has no user, no `?` and no `#` here")
        return value.rstrip("/")


class WitnessKey(Checked):
    """A witness's public key, as it publishes it."""

    def check(self, value: str) -> str:
        try:
            return str(cosigner_key(value))
        except GitwardError as problem:
            raise Refused(problem.message, "the witness publishes it: name+hash+key") from None


class WitnessRef(Checked):
    """A ref of another server that is there for this log alone."""

    def check(self, value: str) -> str:
        if not is_ref(value) or value.startswith("refs/gitward/"):
            raise Refused(f"{value!r} is no ref for a witness", "write refs/heads/NAME, and nothing below refs/gitward/")
        return value


class Remote(Checked):
    """A repository as `git push` takes it."""

    def check(self, value: str) -> str:
        if not value or value.startswith("-") or "::" in value.partition("/")[0] or any(c <= " " for c in value):
            raise Refused(f"{value!r} is no repository", "write ssh://git@example.com/log.git, or an absolute path")
        return value


@record
class Witness:
    """One witness. `key` and `url` are a cosigner's, `remote` and `ref` a git server's, `url` and `ca_file` a time stamper's."""

    name: Annotated[str, NameShape()]
    kind: Literal["cosigner", "git", "timestamp"]
    url: Annotated[str, WitnessUrl()] = ""
    key: Annotated[str, WitnessKey()] = ""
    remote: Annotated[str, Remote()] = ""
    ref: Annotated[str, WitnessRef()] = ""
    ca_file: Place = ""

    def conflict(self) -> str:
        wanted = _WANTED[self.kind]
        given = {name for name in ("url", "key", "remote", "ref", "ca_file") if getattr(self, name)}
        if given != wanted:
            return f"a witness of kind {self.kind} has {' and '.join(sorted(wanted))}, and nothing else"
        return ""


@record
class Settings:
    """`quorum`: how many of them must vouch, 0 is all. `timeout`: seconds for each, all are asked at once."""

    witnesses: Annotated[tuple[Witness, ...], MinLen(1)]
    quorum: Annotated[int, Ge(0), Le(100)] = 0
    timeout: Annotated[int, Ge(1), Le(300)] = 20

    def conflict(self) -> str:
        names = [witness.name for witness in self.witnesses]
        if len(set(names)) < len(names):
            return "two witnesses have one name"
        if self.quorum > len(names):
            return f"a quorum of {self.quorum} needs as many witnesses, there are {len(names)}"
        return ""

    @property
    def needed(self) -> int:
        return self.quorum or len(self.witnesses)


def load(directory: str) -> Settings | None:
    """The settings of a log, None where it has none. Raises PolicyError with the line, GitwardError, UsageError."""
    path = os.path.join(directory, SETTINGS)
    return read(path) if os.path.lexists(path) else None


def read(path: str) -> Settings:
    """The settings in a file that nobody but its owner can write. Raises as `load`."""
    try:
        owner = os.stat(path).st_uid
    except OSError as problem:
        raise UsageError(f"{path} cannot be read: {problem.strerror}") from None
    found: Settings = load_record(Settings, read_guarded(path, user=owner), path)
    return found
