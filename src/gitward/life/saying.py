"""What `policy baseline` says, in words and as `gitward.baseline/1` (docs/policy-life.md)."""

from __future__ import annotations

import os

from gitward.life import burndown
from gitward.life.tables import number
from gitward.model import BASELINE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from gitward.life.baseline import Cut, What
    from gitward.life.burndown import BurnDown
    from gitward.model import Oid

SCHEMA = "gitward.baseline/1"


def hook_name(found: Cut) -> str:
    """The hook's file as the repository sees it, '' where there is none of gitward's."""
    return os.path.relpath(found.hook.path, found.path) if found.hook else ""


def lines(found: Cut, what: What, oid: str, burnt: BurnDown | None, *, dry_run: bool) -> Iterator[str]:
    """The baseline, the burn-down, what remains to do. `oid` is the baseline's, '' where a dry run makes none."""
    would = dry_run and what in ("written", "moved")
    yield f"baseline would be {what}" if would else f"baseline {what}: {oid}"
    tips = f"{number(found.tips.branches, 'branch', 'branches')} and {number(found.tips.tags, 'tag')}"
    if what == "stands":
        yield f"  tips of today: {tips}; --move would exempt {_change(found)}"
    else:
        ends = number(len(found.tips.commits), "parent")
        yield f"  tips of today: {tips}; {ends}, {number(found.exempt, 'commit')} reached"
    if what == "moved":
        verb = "would exempt" if dry_run else "exempts"
        yield f"  it was {' '.join(found.standing)}; the new one {verb} {_change(found)}"
    if what != "stands":
        yield from (f"  kept: {each}, which the hook lets in and no tip reaches" for each in found.kept)
        if found.hook:
            lacks = dry_run and (not oid or oid not in found.hook.settings.baseline)
            yield f"  hook: {hook_name(found)} {'would say' if lacks else 'says'} --baseline {oid or 'OID'}"
    if burnt:
        yield from burndown.lines(burnt)
    yield from (f"next: {step}" for step in remaining(found, what, oid, burnt))


def _change(found: Cut) -> str:
    return f"{number(found.more, 'more commit')}, and {found.fewer} no longer"


def remaining(found: Cut, what: What, oid: str, burnt: BurnDown | None) -> Iterator[str]:
    """What this command cannot do: the policy is somebody's text, and other repositories have hooks and refs of their own."""
    if burnt and not burnt.uses_baseline:
        names = " and ".join(policy.source for policy in burnt.policies)
        yield f"no entry of {names} says since: baseline; write it into those that old commits need not keep"
    if not burnt:
        yield "name a policy with --policy to see the burn-down"
    if not found.is_bare:
        yield "this is a clone, and its baseline counts here alone: do the same in the server's repository"
    elif not found.hook:
        yield f"gitward install --server {found.path} --policy FILE --baseline {oid or 'OID'}; a server believes its hook alone"
    elif what == "stands" and not found.hook.settings.baseline:
        yield f"the hook has no baseline: install it again with --baseline {oid} added, or --move it to the tips of today"
    elif what == "stands" and found.standing[0] != found.ref:
        yield f"the hook's baseline is not the one in {BASELINE}: --move makes them one"
    if found.is_bare and what in ("written", "moved"):
        yield f"in clones and CI: git fetch origin +{BASELINE}:{BASELINE}"


def as_dict(found: Cut, what: What, oid: str, burnt: BurnDown | None, *, dry_run: bool) -> dict[str, Any]:
    return {
        "schema": SCHEMA,
        "what": what,
        "dry_run": dry_run,
        "oid": oid or None,
        "before": list(found.standing),
        "kept": list(found.kept),
        "branches": found.tips.branches,
        "tags": found.tips.tags,
        "parents": list(found.tips.commits),
        "exempt": found.exempt,
        "more": found.more,
        "fewer": found.fewer,
        "hook": hook_name(found),
        "burn_down": burndown.as_dict(burnt) if burnt else None,
        "next": list(remaining(found, what, oid, burnt)),
    }


# --- since: {commits: [...]} ------------------------------------------------------------------------------------------


def since_lines(commits: dict[Oid, str]) -> Iterator[str]:
    """The line for an entry, after a comment per commit that says where it comes from."""
    yield from (f"# {oid}: {words}" for oid, words in commits.items())
    yield f"since: {{commits: [{', '.join(commits)}]}}"


def since_dict(commits: dict[Oid, str]) -> dict[str, Any]:
    return {"schema": SCHEMA, "since": {"commits": list(commits)}, "from": list(commits.values())}
