"""Writing an installation into the log: what the hooks and settings are from now on, and where every ref is."""

from __future__ import annotations

import os

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
    _give_back(log)


def refs(path: str) -> dict[str, str]:
    """Every ref of the repository and its oid, symbolic refs left out. Raises GitwardError."""
    listing = gitcommand.need(path, "for-each-ref", "--format=%(objectname) %(refname) %(symref)")
    rows = (line.split(" ") for line in listing.split("\n") if line)
    return {row[1]: row[0] for row in rows if not row[2]}


def _give_back(log: str) -> None:
    """What root made in the log belongs to whom the log belongs, or the hooks could not go on with it."""
    if os.geteuid() != 0 or not os.path.isdir(log):
        return
    owner = os.stat(log)
    for place, names, files in os.walk(log):
        for each in (*names, *files):
            os.chown(os.path.join(place, each), owner.st_uid, owner.st_gid)
