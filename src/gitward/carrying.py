"""Whether a change is still the one that was approved, where the ref has moved since: `keep: patch-id` of the rule `approval`.

The digest of a patch leaves out where its lines stand. So the same digest comes of the same lines in another place with the same
surroundings, and of a change that came in, was taken back, and comes again. Neither is what somebody approved.
"""

from __future__ import annotations

from gitward.errors import MissingObject, Undecided

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from gitward.model.proposals import GivenApproval
    from gitward.repository import Repository

    Pair = tuple[str, str]  # base and tree of an approval

MOST = 20  # pairs that are looked at, for each costs some gits
_TOO_MANY = f"more than {MOST} approvals for other values of the ref have this patch"
_ELSEWHERE = "the same lines change in another place (stale)"
_AGAIN = "it may have come in since, and been taken back (stale)"


def carried(
    repository: Repository, given: Iterable[GivenApproval], value: str, old: str, new: str, patch: str
) -> Mapping[Pair, str]:
    """Of each approval of another base with this patch, what is against its being for the update of a ref that stands at `value`,
    which leads to the commit `old`; '' where nothing is. `new` is the tree that the ref will have.
    """
    pairs = dict.fromkeys((each.said.base, each.said.tree) for each in given if each.by and patch and each.said.patch_id == patch)
    asked = [pair for pair in pairs if pair[0] != value]
    return {pair: _against(repository, *pair, old, new) if number < MOST else _TOO_MANY for number, pair in enumerate(asked)}


def _against(repository: Repository, base: str, tree: str, old: str, new: str) -> str:
    """Why the difference from `old` to `new` is not the one from `base` to `tree`, brought further."""
    try:
        before = repository.peel(base)[1]
    except MissingObject:
        return "the value of the ref for which it was given is not here (stale)"
    if not repository.is_ancestor(before, old):
        return "the ref has left the history for which it was given (stale)"
    trees: dict[str | None, str] = {commit.oid: commit.tree or "" for commit in repository.commits((before, old))}
    back = repository.moved(trees[old], new, trees[before])
    if back.why:
        raise Undecided(f"git cannot merge here: {back.why}", "install git 2.38 or newer, or keep: tree", "not-remade")
    if not back.is_clean or back.tree != tree:
        return _ELSEWHERE
    return _AGAIN if repository.may_recur(old, before, trees[old], new) else ""
