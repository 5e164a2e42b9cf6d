"""Writing an installation into the log: what the hooks and settings are from now on, and where every ref is."""

from __future__ import annotations

from gitward import gitcommand
from gitward.installer.digests import digests, repository_name
from gitward.repository import open_repository

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Literal

    from gitward.model import PolicyInfo


def remember(path: str, log: str, action: Literal["installed", "removed"], policies: tuple[str, ...] = ()) -> None:
    """Append `config.changed` and, after an installation, the refs of the repository. Raises GitwardError, OSError.

    Where a policy is another than the log last knew, that comes first: it is no less a change because hooks were put in.
    """
    from gitward.audit import observed, recorder

    name = repository_name(path)
    found = _installed(path, policies)
    if found:
        from gitward.audit.policychanges import at_decision

        last = recorder.last_policies(log, name)
        for item in at_decision([each[0] for each in found], last, log, name, path):
            recorder.record(log, item)
    recorder.record(log, observed.config_changed(name, action, digests(path), [each[1:] for each in found]))
    if action == "installed":
        recorder.record(log, observed.refs_read(name, ((ref, None, oid) for ref, oid in refs(path).items()), "snapshot"))


def _installed(path: str, policies: tuple[str, ...]) -> list[tuple[PolicyInfo, dict[str, Any], bytes]]:
    from gitward.audit import policychanges

    with open_repository(path) as repository:
        return [found for source in policies if (found := policychanges.installed(source, repository))]


def refs(path: str) -> dict[str, str]:
    """Every ref of the repository and its oid, symbolic refs left out. Raises GitwardError."""
    listing = gitcommand.need(path, "for-each-ref", "--format=%(objectname) %(refname) %(symref)")
    rows = (line.split(" ") for line in listing.split("\n") if line)
    return {row[1]: row[0] for row in rows if not row[2]}
