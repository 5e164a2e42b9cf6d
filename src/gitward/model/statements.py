"""What somebody says of a change in a signed statement: read and attributed, not yet judged."""

from __future__ import annotations

from gitward.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal

    Kind = Literal["approval", "waiver", "revocation", "closing", "decision", "evidence"]


@record
class Approval:
    """This commit may become the value of `ref`, which stands at `base`, with this `tree`.

    `patch_id` is the digest (repository.patches) of what the commit brings beyond `base`, '' where it brings nothing. With a
    `source` it was given elsewhere (a forge's export) by `reviewer`, a claim of whoever signs the statement: weaker evidence.
    """

    ref: str
    base: str
    commit: str
    tree: str
    patch_id: str = ""
    source: str = ""
    reviewer: str = ""


@record
class Waiver:
    """These entries of the policy `policy` need not hold for these commits. `entries` ("*",) is break-glass, for `ref` alone.

    `expires` is in seconds since 1970. `commits` is empty for break-glass: it is about every push until it expires.
    """

    policy: str
    entries: tuple[str, ...]
    commits: tuple[str, ...]
    reason: str
    expires: int
    ticket: str = ""
    ref: str = ""


@record
class Revocation:
    """The statement with this id, SHA-256 of its blob as hex, counts no more: by who signed it, or by who may."""

    statement: str
    reason: str = ""


@record
class Closing:
    """The follow-up of a break-glass, the statement with this id, is done. It must be somebody else who says so."""

    statement: str
    reason: str = ""


@record
class JudgedBy:
    """A policy that judged, in this mode; `digest` is SHA-256 of all its files, as hex.

    `violated`, `waived` and `undecided` are ids of its entries, of either severity, by the outcome that each had; sorted.
    """

    id: str
    digest: str
    mode: str
    violated: tuple[str, ...] = ()
    waived: tuple[str, ...] = ()
    undecided: tuple[str, ...] = ()


@record
class Decided:
    """What was decided about `commit`, as a value of `ref` that comes from `base` (zeros: from nothing).

    `stage` is where, `outcome` allowed, denied or undecided, `gitward` the version that judged. `policies` are sorted, each once,
    and none where none could be read.
    """

    stage: str
    ref: str
    base: str
    commit: str
    outcome: str
    policies: tuple[JudgedBy, ...]
    gitward: str


@record
class Evidence:
    """What a statement says whose predicate type is none of gitward's: the result of a test, where a build came from."""

    predicate_type: str


if TYPE_CHECKING:
    Said = Approval | Waiver | Revocation | Closing | Decided | Evidence


@record
class Statement:
    """One statement. `id` is SHA-256 of its blob, as hex; `repository` the URL that it is for, as `pushees.normal` spells it. Of
    evidence, which does not say in one way for which repository it is and when it was made, these are '' and 0.

    `by` is, in the order of the policies, whose good signatures it carries in the names of each; of one that counts for nothing,
    for nobody, and then `against` says why, in the same order. `made` is the signers' word, seconds since 1970; `first_seen` when
    the log's server got it, None where that is not known. `since` says in the same order of a key that was good then that it is
    good no more.
    """

    id: str
    kind: Kind
    subjects: tuple[str, ...]
    repository: str
    said: Said
    made: int
    by: tuple[tuple[str, ...], ...] = ()
    against: tuple[str, ...] = ()
    first_seen: int | None = None
    since: tuple[str, ...] = ()
