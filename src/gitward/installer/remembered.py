"""Writing an installation into the log: what the hooks and settings are from now on, and where every ref is."""

from __future__ import annotations

from gitward import gitcommand
from gitward.installer.digests import digests, repository_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal


def remember(path: str, log: str, action: Literal["installed", "removed"]) -> None:
    """Append `config.changed` and, after an installation, the refs of the repository. Raises GitwardError, OSError."""
    from gitward.audit import observed, recorder

    name = repository_name(path)
    recorder.record(log, observed.config_changed(name, action, digests(path)))
    if action == "installed":
        recorder.record(log, observed.refs_read(name, ((ref, None, oid) for ref, oid in refs(path).items()), "snapshot"))


def refs(path: str) -> dict[str, str]:
    """Every ref of the repository and its oid, symbolic refs left out. Raises GitwardError."""
    listing = gitcommand.need(path, "for-each-ref", "--format=%(objectname) %(refname) %(symref)")
    rows = (line.split(" ") for line in listing.split("\n") if line)
    return {row[1]: row[0] for row in rows if not row[2]}
