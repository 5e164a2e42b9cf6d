"""What a ref update would make of its ref, and who has approved just that: all that a rule needs to weigh the approvals."""

from __future__ import annotations

from gitward.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from gitward.model.signatures import Principal
    from gitward.model.statements import Approval


@record
class GivenApproval:
    """An approval as one policy sees it. `by` are the principals whose good signatures it carries; `id` is its statement's.

    `repository` is what it says it is for, as `pushees.normal` spells it. `void` says why it counts no more, '' where it does;
    `since` what has become of a key that was good when it was first seen.
    """

    id: str
    by: tuple[str, ...]
    repository: str
    said: Approval
    void: str = ""
    since: str = ""


@record
class OwnersFile:
    """A CODEOWNERS file as it stood before the change: its path, the commit in which it was read, its bytes."""

    path: str
    commit: str
    content: bytes


@record
class Proposal:
    """What an update brings, as far as the approvals of one policy ask. What no entry asks is empty.

    `tree` is that of the commit to which the update leads. `patch` is the digest of what differs between its two ends, whatever
    the lines where it stands (gitward.repository.patches), '' where nothing does. `carried` has for base and tree of each
    approval of another base with this patch what is against it, '' where nothing is. `people` are (name, address) of all whom the
    commits that it brings name as author, committer or co-author, `signers` the principals who signed one of them. `paths`
    are those that these commits change, merges against all their parents, and those that differ between the ends.
    `mailmap` is `.mailmap` and `owners` the CODEOWNERS file of each dialect, as they were before. `repositories` are the
    names that this repository goes by, `known` the principals of the policy, `now` is when judging began, in seconds since 1970.
    """

    tree: str
    patch: str = ""
    carried: Mapping[tuple[str, str], str] = {}
    people: frozenset[tuple[str, str]] = frozenset()
    signers: frozenset[str] = frozenset()
    paths: frozenset[bytes] = frozenset()
    mailmap: tuple[str, ...] = ()
    owners: Mapping[str, OwnersFile | None] = {}
    repositories: frozenset[str] = frozenset()
    known: Mapping[str, Principal] = {}
    given: tuple[GivenApproval, ...] = ()
    now: int = 0
