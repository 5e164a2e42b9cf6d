"""Writing an installation into the log: what the hooks and settings are from now on, and where every ref is."""

from __future__ import annotations

from gitward import gitcommand
from gitward.installer.digests import digests, repository_name
from gitward.repository import open_repository

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any, Literal


def remember(path: str, log: str, action: Literal["installed", "removed"], policies: tuple[str, ...] = ()) -> None:
    """Append `config.changed` and, after an installation, the refs of the repository. Raises GitwardError, OSError."""
    from gitward.audit import observed, recorder

    name = repository_name(path)
    recorder.record(log, observed.config_changed(name, action, digests(path), _installed(path, policies)))
    if action == "installed":
        recorder.record(log, observed.refs_read(name, ((ref, None, oid) for ref, oid in refs(path).items()), "snapshot"))


def _installed(path: str, policies: tuple[str, ...]) -> Iterator[tuple[dict[str, Any], bytes]]:
    from gitward.audit import policychanges

    with open_repository(path) as repository:
        yield from filter(None, (policychanges.installed(source, repository) for source in policies))


def refs(path: str) -> dict[str, str]:
    """Every ref of the repository and its oid, symbolic refs left out. Raises GitwardError."""
    listing = gitcommand.need(path, "for-each-ref", "--format=%(objectname) %(refname) %(symref)")
    rows = (line.split(" ") for line in listing.split("\n") if line)
    return {row[1]: row[0] for row in rows if not row[2]}
