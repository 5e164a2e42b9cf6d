"""Whose change it is: who pushes, and who wrote it, by what a commit claims and by who signed it. They do not waive it."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from gitward.model import Commit, RefUpdate
    from gitward.waivers.rights import Setting

_CO_AUTHOR = "co-authored-by"


def addresses(commit: Commit) -> frozenset[str]:
    """Those of the author, the committer and the co-authors, in small letters."""
    found = {ident.email for ident in (commit.author, commit.committer) if ident}
    for trailer in commit.message.trailers:
        if trailer.key.casefold() == _CO_AUTHOR:
            found.add(trailer.value.rpartition("<")[2].partition(">")[0].strip())
    return frozenset(address.casefold() for address in found if address)


def written_by(policy: int, commit: Commit, setting: Setting) -> frozenset[str]:
    """The principals who push or wrote a commit, or signed it, as the policy names them."""
    signature = commit.signatures[policy] if commit.signatures else None
    signer = {signature.finding.principal} if signature else set()
    return (_named(policy, addresses(commit), setting) | _pusher(policy, setting) | signer) - {""}


def brought_by(policy: int, update: RefUpdate, setting: Setting) -> frozenset[str] | None:
    """The principals who push, or wrote what an update brings; None where it is not known who wrote that."""
    if update.ancestry == "delete":
        return _pusher(policy, setting)
    wrote = setting.wrote.get(update.new)
    return None if wrote is None else _named(policy, wrote, setting) | _pusher(policy, setting)


def _named(policy: int, found: Iterable[str], setting: Setting) -> frozenset[str]:
    known = setting.people[policy].addresses
    return frozenset[str]().union(*(known.get(address, frozenset()) for address in found))


def _pusher(policy: int, setting: Setting) -> frozenset[str]:
    return frozenset(setting.pushers[policy : policy + 1]) - {""}
