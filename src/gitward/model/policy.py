"""A policy, read and resolved: entries, how changes land, where it came from."""

from __future__ import annotations

from gitward.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Literal

    from gitward.model.access import Duty, Group, WaiverRight
    from gitward.model.facts import Oid

FILE_NAME = ".gitward.yaml"  # where a repository keeps its policy: at the top of the work tree
BASELINE = "refs/gitward/baseline"  # what it reaches is exempt where an entry says `since: baseline`
BUILT_IN = "built-in"  # the source of the policy of gitward's own, with what no policy can allow (integrity)


@record
class Entry:
    """One rule in a policy. `refs` are patterns that begin with `refs/`, ref sets resolved, in order, some with a leading `!`.

    `exempt_principals` are the principals whose signed commits are let go, those of exempt roles among them.

    `place` is where it stands, `file:line`. `digest` is SHA-256 over rule, options, since and exempt: "the same entry".
    """

    id: str
    rule: Any
    refs: tuple[str, ...]
    severity: Literal["error", "warning"] = "error"
    since: tuple[Oid, ...] = ()
    since_baseline: bool = False
    exempt: frozenset[Oid] = frozenset()
    exempt_principals: frozenset[str] = frozenset()
    message: str = ""
    place: str = ""
    digest: str = ""


@record
class Landing:
    """How changes reach these refs."""

    refs: tuple[str, ...]
    method: Literal["merge", "rebase", "squash"]


@record
class Policy:
    """A whole policy. `digest` is SHA-256, as hex, over the bytes of all its files; `source` is where it was read.

    `files` are the names of all its files from the folder of the first, which is the policy itself; packs are gitward's own.
    """

    id: str
    mode: Literal["enforce", "evaluate"]
    entries: tuple[Entry, ...]
    source: str
    digest: str
    revision: int | None = None
    landing: tuple[Landing, ...] = ()
    audit_required: bool = False
    groups: tuple[Group, ...] = ()
    duties: tuple[Duty, ...] = ()
    unaudited_denied: bool = False  # a protected ref changes only where the log allows it; this requires the audit log too
    weakened: tuple[str, ...] = ()  # what `replace` and `drop` did, in words
    waivers: tuple[WaiverRight, ...] = ()
    files: tuple[str, ...] = ()
    trust: str = ""  # the plain form of the trust store (gitward.policy.trust), '' where nobody is trusted
