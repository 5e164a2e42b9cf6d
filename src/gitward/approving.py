"""Which approvals of a change count, and why the others do not: pure, by what a proposal holds.

An approval is somebody's word for one repository, ref, old tip and tree. It never counts by its text: only for principals whose
good signature it carries, who are human, and who had no hand in the change.
"""

from __future__ import annotations

from gitward.makers import Identities, accounts
from gitward.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from gitward.model import Principal
    from gitward.model.proposals import GivenApproval, Proposal

SHOWN = 12  # digits of an id that a message quotes
PUSHES = "they push it themselves"
_UNSIGNED = "it carries no good signature of anybody whom the policy knows"


@record
class Terms:
    """What an entry asks of an approval. `importers` are the principals and roles who may say that a forge has one."""

    keeps_patch: bool = False
    takes_forges: bool = False
    importers: tuple[str, ...] = ()


@record
class Refused:
    """An approval that does not count, whose it is, '' for nobody's whom the policy knows, and why, as the end of a sentence."""

    id: str
    who: str
    why: str


@record
class Weighed:
    """What the approvals of a proposal amount to. `counted`: principal -> the id of the approval that counts for it, and the
    forge whose word it is, '' for their own. `since`: the id of an approval -> what has become of a key since.
    """

    counted: Mapping[str, tuple[str, str]]
    refused: tuple[Refused, ...] = ()
    since: Mapping[str, str] = {}


def weigh(ref: str, old: str, pusher: str, proposal: Proposal, terms: Terms) -> Weighed:
    """Each approval, once for each principal behind it. Of several of one person the first that counts is taken."""
    hands = hands_in(pusher, proposal)
    counted: dict[str, tuple[str, str]] = {}
    refused: list[Refused] = []
    for given in {each.id: each for each in proposal.given}.values():
        if not given.by:
            refused.append(Refused(id=given.id, who="", why=given.void or _UNSIGNED))
            continue
        why = given.void or _misfit(given, ref, old, proposal, terms)
        for who, against in _behind(given, proposal, terms, hands):
            if problem := why or against:
                refused.append(Refused(id=given.id, who=who, why=problem))
            else:
                counted.setdefault(who, (given.id, given.said.source))
    since = {each.id: each.since for each in proposal.given if each.since}
    return Weighed(counted=counted, refused=tuple(each for each in refused if each.who not in counted), since=since)


def _misfit(given: GivenApproval, ref: str, old: str, proposal: Proposal, terms: Terms) -> str:
    """Why an approval is not for this change, '' where it is."""
    said = given.said
    if given.repository not in proposal.repositories:
        return f"it is for another repository, {given.repository[:80]}; if it is this one, its administrator says so by --url"
    if said.ref != ref:
        return f"it is for another ref, {said.ref[:80]}"
    if said.base == old and said.tree == proposal.tree:
        return ""
    against = proposal.carried.get((said.base, said.tree)) if terms.keeps_patch else None
    if against is not None:
        return f"it is for {ref} at {said.base[:SHOWN]}, and {against}" if against else ""
    if said.tree != proposal.tree and said.base == old:
        return f"it is for another tree, {said.tree[:SHOWN]}: the change is not what was approved (stale)"
    if terms.keeps_patch:
        return f"it is for {ref} at {said.base[:SHOWN]} and for another change (stale)"
    return f"it is for {ref} at {said.base[:SHOWN]}, which has moved since (stale)"


def _behind(
    given: GivenApproval, proposal: Proposal, terms: Terms, hands: Mapping[str, str]
) -> Iterator[tuple[str, str]]:
    """Who gave an approval, and what is against counting it for them."""
    said = given.said
    if not said.source:
        yield from ((who, objection(who, proposal, hands)) for who in given.by)
        return
    label = f"{said.reviewer[:60]} on {said.source[:60]}"
    if not terms.takes_forges:
        yield label, "it is a forge's word, imported and not signed by who gave it"
        return
    if not any(_may_import(who, proposal, terms, hands) for who in given.by):
        yield label, f"{', '.join(given.by)[:80]} may not import reviews here"
        return
    found = by_account(said.reviewer, proposal.known)
    if not found:
        yield label, "no principal has that account"
    yield from ((who, objection(who, proposal, hands)) for who in sorted(found))


def _may_import(who: str, proposal: Proposal, terms: Terms, hands: Mapping[str, str]) -> bool:
    """An importer of the policy who is valid; a human one must have had no hand in the change."""
    principal = proposal.known.get(who)
    if principal is None or not {who, *principal.roles}.intersection(terms.importers) or is_over(principal, proposal.now):
        return False
    return principal.service or who not in hands


def objection(who: str, proposal: Proposal, hands: Mapping[str, str]) -> str:
    """Why a principal's approval never counts for this change, '' where it may."""
    principal = proposal.known.get(who)
    if principal is None:
        return "the policy knows no such principal"
    if principal.forge or principal.service:
        return "it is a service, and no human"
    if is_over(principal, proposal.now):
        return "its place in the policy has ended, or has not begun"
    return hands.get(who, "")


def is_over(principal: Principal, now: int) -> bool:
    """Whether its place in the policy has ended, or has not begun."""
    before, after = principal.valid_before, principal.valid_after
    return (before is not None and now >= before) or (after is not None and now < after)


# --- who had a hand in it ----------------------------------------------------------------------------------------------


def hands_in(pusher: str, proposal: Proposal) -> dict[str, str]:
    """The principals who made or push the change, each with what they did."""
    named = Identities(proposal.known, (proposal.mailmap,)).of(proposal.people)
    hands = dict.fromkeys(sorted(named), "it is their own change (author, committer or co-author)")
    for name in sorted(proposal.signers):
        hands.setdefault(name, "they signed a commit of it")
    if pusher:
        hands.setdefault(pusher, PUSHES)
    return hands


# --- names --------------------------------------------------------------------------------------------------------------


def by_account(account: str, known: Mapping[str, Principal]) -> frozenset[str]:
    """The principals who are known by an account, exactly as it is written."""
    return frozenset(name for name, principal in known.items() if account in accounts(principal) and not principal.forge)


def owners(owner: str, known: Mapping[str, Principal]) -> frozenset[str]:
    """The principals whom a word of a CODEOWNERS file means: @account, @organisation/team and @@role by the role, an address."""
    if not owner.startswith("@"):
        address = owner.casefold()
        return frozenset(name for name, each in known.items() if address in map(str.casefold, each.addresses))
    word = owner.lstrip("@")
    if "/" not in word and not owner.startswith("@@") and (found := by_account(word, known)):
        return found
    role = word.rpartition("/")[2]
    return frozenset(name for name, each in known.items() if role in each.roles)


def with_roles(roles: tuple[str, ...], known: Mapping[str, Principal]) -> frozenset[str]:
    """The principals who have one of these roles; with none, all."""
    return frozenset(name for name, each in known.items() if not roles or set(roles).intersection(each.roles))
