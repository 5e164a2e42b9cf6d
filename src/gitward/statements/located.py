"""Which statements are read for a decision, and how much of them: anybody who may push can bring more than can be read.

What is asked for is read whole or not at all: over the limit a decision is undecided, and says about which commit. Junk about one
commit is in nobody else's way. What is only hoped for (a squash that lands another commit, statements that stand under the name
of another commit) takes what is left, commit by commit, so that no approval is read without what revokes it.
"""

from __future__ import annotations

from gitward.errors import Undecided
from gitward.model import is_zero
from gitward.statements.envelope import MAXIMUM
from gitward.statements.places import archived, parts_of, standing

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from gitward.repository import Repository

MOST, MOST_BYTES = 20_000, 64 << 20  # statements of one decision, and their bytes
_COMMIT = "amend the commit, which gives it another name, and push that (docs/statements.md, Limits)"
_NONE = "the administrator takes out of refs/gitward/archive what does not count (docs/statements.md, Limits)"


def located(
    repository: Repository, wanted: frozenset[str], hoped: frozenset[str], pushed: Sequence[tuple[str, str]]
) -> dict[str, str]:
    """The refs of what is to be read, and the oids of their blobs. `wanted` and `hoped` are commits.

    Raises Undecided where those about the commits that are wanted are too many.
    """
    stands = standing(repository.refs(symbolic=False))  # before the archive is read: nothing slips between the two
    refs = {**archived(repository, wanted | hoped), **stands, **dict(pushed)}
    groups: dict[str, list[str]] = {}
    for ref in refs:
        groups.setdefault(parts_of(ref)[0], []).append(ref)
    sizes = _sizes(repository, refs)
    chosen, left = [ref for subject in groups.keys() & wanted for ref in groups[subject]], groups.keys() - wanted
    count, size = len(chosen), sum(sizes[ref] for ref in chosen)
    if count > MOST or size > MOST_BYTES:
        _raise(groups, wanted, sizes)
    for subject in (*sorted(left & hoped), *sorted(left - hoped)):
        more = sum(sizes[ref] for ref in groups[subject])
        if count + len(groups[subject]) <= MOST and size + more <= MOST_BYTES:
            count, size = count + len(groups[subject]), size + more
            chosen += groups[subject]
    return {ref: refs[ref] for ref in chosen}


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
