"""Which statements are read for a decision, and how much of them: anybody who may push can bring more than can be read.

What is asked for is read whole or not at all: over the limit a decision is undecided, and says about which commit. Junk about one
commit is in nobody else's way. What is hoped for, a squash that lands another commit, and what stands under the name of another
commit is read commit by commit as far as that goes, so that no approval is read without what revokes it. Where an archive holds
what such a revocation may be about, all that stands is read, or nothing is decided. A waiver of several commits may stand under
each of them, and what revokes it under another: where not all was read, these are asked for too (`finding`).
"""

from __future__ import annotations

from gitward.errors import Undecided
from gitward.model import is_zero
from gitward.statements.envelope import MAXIMUM
from gitward.statements.places import archive_tip, archived, parts_of, standing

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from gitward.repository import Repository

MOST, MOST_BYTES = 20_000, 32 << 20  # statements and their bytes: what is asked for, what is hoped for, and what stands beside
_COMMIT = "amend the commit, which gives it another name, and push that (docs/statements.md, Limits)"
_NONE = "the administrator takes out of refs/gitward/archive what does not count (docs/statements.md, Limits)"
_STANDING = "push again when they are archived, at the end of the next push that brings one; gitward doctor counts them"


def located(
    repository: Repository, wanted: frozenset[str], hoped: frozenset[str], pushed: Sequence[tuple[str, str]]
) -> tuple[dict[str, str], bool]:
    """The refs of what is to be read, and the oids of their blobs; and whether that is all. `wanted` and `hoped` are commits.

    Raises Undecided where those about the commits that are wanted are too many, or those that stand beside an archive.
    """
    stands = standing(repository.refs(symbolic=False))  # before the archive is read: nothing slips between the two
    kept = archived(repository, wanted)
    names = {parts_of(ref)[1] for ref in kept}
    also = {ref: oid for ref, oid in archived(repository, hoped - wanted).items() if parts_of(ref)[1] not in names}
    refs = {**also, **kept, **stands, **dict(pushed)}
    groups: dict[str, list[str]] = {}
    for ref in refs:
        groups.setdefault(parts_of(ref)[0], []).append(ref)
    sizes = _sizes(repository, refs)
    left = groups.keys() - wanted
    chosen, whole = _fitting(groups, sorted(groups.keys() & wanted), sizes)
    if not whole:
        _raise(groups, wanted, sizes)
    beside, whole = _fitting(groups, sorted(left - hoped), sizes)
    if not whole and archive_tip(repository):
        raise Undecided(f"{len(stands)} statements stand, more than can be read", _STANDING, "too-many-statements")
    rest, is_all = _fitting(groups, sorted(left & hoped), sizes)
    return {ref: refs[ref] for ref in (*chosen, *beside, *rest)}, whole and is_all


def _fitting(
    groups: Mapping[str, Sequence[str]], subjects: Iterable[str], sizes: Mapping[str, int]
) -> tuple[list[str], bool]:
    """The refs of these groups as far as they may be read, each group whole; and whether that is all of them."""
    chosen: list[str] = []
    size, is_whole = 0, True
    for subject in subjects:
        more = sum(sizes[ref] for ref in groups[subject])
        if len(chosen) + len(groups[subject]) <= MOST and size + more <= MOST_BYTES:
            chosen += groups[subject]
            size += more
        else:
            is_whole = False
    return chosen, is_whole


def _sizes(repository: Repository, refs: Mapping[str, str]) -> dict[str, int]:
    """Bytes of each blob; 0 for what is not read anyway."""
    found = {}
    for ref, header in zip(refs, repository.headers(refs.values()), strict=True):
        kind, size = header or ("", 0)
        found[ref] = size if kind == "blob" and size <= MAXIMUM else 0
    return found


def _raise(groups: Mapping[str, Sequence[str]], wanted: Iterable[str], sizes: Mapping[str, int]) -> None:
    most = max(wanted, key=lambda oid: sum(sizes[ref] + 1 for ref in groups.get(oid, ())))
    about = "about no commit" if is_zero(most) else f"about the commit {most}"
    words = f"{len(groups[most])} statements {about} are too many: at most {MOST} and {MOST_BYTES >> 20} MiB are read"
    raise Undecided(words, _NONE if is_zero(most) else _COMMIT, "too-many-statements")
