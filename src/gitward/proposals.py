"""What ref updates bring, for the entries that want it approved: content, who made it, who owned it before, and who said yes.

Read for exactly what the entries of a policy ask, and never from the change what the change could have altered: CODEOWNERS and
`.mailmap` come from the old tip. Of a new ref all counts that no ref reaches which the same entries guard.
"""

from __future__ import annotations

import os

from gitward.approving import SHOWN
from gitward.authorship import file_of, made, mailmap_of
from gitward.carrying import carried
from gitward.codeowners import PLACES
from gitward.engine import entries_of, missing_fact
from gitward.errors import BudgetExceeded
from gitward.integrity import OWN_REFS, vouches
from gitward.model import Approval, is_zero
from gitward.model.proposals import GivenApproval, OwnersFile, Proposal
from gitward.patterns import matches_ref
from gitward.policy.trust import trust
from gitward.pushees import normal
from gitward.record import replace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from gitward.approving import Weighed
    from gitward.codeowners import Dialect
    from gitward.model import Change, Entry, Host, Policy, RefUpdate, Statement
    from gitward.repository import Repository
    from gitward.signatures.signers import Signers

    Asking = dict[int, list[Entry]]  # policy -> its entries that want approvals

_ENDS = ("create", "ff", "non-ff")


def asking(policies: Sequence[Policy], known: frozenset[str]) -> Asking:
    """The entries that want approvals, where this stage can know what they need."""
    found: Asking = {}
    for policy, entry in entries_of(tuple(policies)):
        if hasattr(entry.rule, "wanting") and not missing_fact(entry, known):
            found.setdefault(policy, []).append(entry)
    return found


def with_proposals(
    change: Change, policies: tuple[Policy, ...], repository: Repository, signers: Sequence[Signers], host: Host,
    existing: Mapping[str, str], now: int,
) -> Change:  # fmt: skip
    """The same change, each update with what it brings for every policy that wants it approved.

    `existing` are the refs of the receiving side, `now` is in seconds since 1970. Raises BudgetExceeded, and as Repository does.
    """
    wanted = asking(policies, change.known)
    if not any(judging(entries, update) for entries in wanted.values() for update in change.updates):
        return change
    statements = [each for each in change.statements if isinstance(each.said, Approval)]
    reader = Reader(repository, host, existing, now)
    return replace(
        change,
        updates=tuple(
            replace(
                update,
                proposals=tuple(
                    reader.proposal(update, index, judging(wanted.get(index, ()), update), policy, signers[index], statements)
                    for index, policy in enumerate(policies)
                ),
            )
            if any(judging(entries, update) for entries in wanted.values())
            else update
            for update in change.updates
        ),
    )


def counted(policies: Sequence[Policy], change: Change, pushers: Sequence[str]) -> tuple[str, ...]:
    """A line for each ref and entry whose approvals count, with whose they are, and which are only a forge's word."""
    lines = []
    for index, entries in asking(policies, change.known).items():
        for update in change.updates:
            proposal = update.proposals[index] if update.proposals else None
            for entry in judging(entries, update) if proposal else ():
                pusher = pushers[index] if pushers else ""
                weighed = entry.rule.weighed(update.ref, update.old, pusher, proposal)
                if weighed.counted:
                    lines.append(f"[{entry.id}] {update.ref} approved by {', '.join(in_words(weighed))}")
    return tuple(lines)


def left_to_server(policies: tuple[Policy, ...], change: Change) -> tuple[str, ...]:
    """A line for each entry whose approvals are not counted here, where nobody is proven to push, with what shows them."""
    lines = []
    for _, entry in entries_of(policies):
        if hasattr(entry.rule, "wanting") and missing_fact(entry, change.known):
            judged = (each for each in change.updates if each.ancestry == "range" or judging((entry,), each))
            update = next((each for each in judged if each.new and matches_ref(entry.refs, each.ref)), None)
            if update:
                show = f"gitward approve {update.peeled[:SHOWN]} --ref {update.ref[:80]} --show"
                lines.append(f"[{entry.id}] approvals are counted on the server alone, where it is known who pushes: {show}")
    return tuple(lines)


def in_words(weighed: Weighed) -> Iterator[str]:
    """Whose approvals count, each with the id of its statement."""
    for who, (identity, source) in sorted(weighed.counted.items()):
        since = f", {weighed.since[identity]}" if identity in weighed.since else ""
        yield f"{who} ({identity[:SHOWN]}{f', weaker: a review on {source[:40]}, imported' if source else ''}{since})"


def without(change: Change) -> Change:
    """The same change without what the approvals were weighed by, which nobody needs any more."""
    return replace(change, updates=tuple(replace(each, proposals=()) if each.proposals else each for each in change.updates))


def judging(entries: Sequence[Entry], update: RefUpdate) -> list[Entry]:
    """The entries that judge this update."""
    if update.ancestry not in _ENDS or update.kind != "commit" or update.ref.startswith(OWN_REFS):
        return []
    names = [name for name in (update.ref, update.alias) if name]
    return [entry for entry in entries if any(matches_ref(entry.refs, name) for name in names)]


class Reader:
    """Asks the repository what updates bring; `now` is in seconds since 1970."""

    def __init__(self, repository: Repository, host: Host, existing: Mapping[str, str], now: int) -> None:
        self._repository, self._existing, self._now, self._limits = repository, existing, now, host.limits
        self._names = frozenset(normal(name) for name in (*host.urls, *names_of(repository.path)))

    def proposal(
        self, update: RefUpdate, index: int, entries: Sequence[Entry], policy: Policy, signers: Signers,
        statements: Sequence[Statement], tree: str = "",
    ) -> Proposal | None:  # fmt: skip
        """What an update brings, as these entries of one policy ask; None where there are none.

        With a `tree` it is what comes of merging the update's commit, and not that commit's own.
        """
        if not entries:
            return None
        rules = [entry.rule for entry in entries]
        new, old = update.peeled, "" if is_zero(update.old) else self._repository.peel(update.old)[1]
        exclude = (old,) if old else self._guarded(entries, update.ref)
        before = old or self._default(entries)
        wants_paths = any(rule.paths or rule.code_owners for rule in rules)
        dialects = {rule.codeowners for rule in rules if rule.code_owners}
        oids = self._repository.walk((new,), exclude, ignore_missing=True)
        trusted = signers if policy.trust else None
        people, (signed,) = made(self._repository, update, oids, (trusted,), self._limits.message_bytes)
        given = tuple(seen_by(index, each) for each in statements)
        lands = tree or self._tree(new)
        patch = self._repository.patch(old, lands) if old and any(rule.keep == "patch-id" for rule in rules) else ""
        return Proposal(
            tree=lands,
            patch=patch,
            carried=carried(self._repository, given, update.old, old, lands, patch),
            people=people,
            signers=signed,
            paths=self._paths(old, new, exclude, tree) if wants_paths else frozenset(),
            mailmap=mailmap_of(self._repository, before),
            owners={dialect: self._owners(dialect, before) for dialect in dialects},
            repositories=self._names,
            known=trust(policy.trust).principals,
            given=given,
            now=self._now,
        )

    def _tree(self, oid: str) -> str:
        (commit,) = self._repository.commits((oid,))
        return commit.tree or ""

    def _guarded(self, entries: Sequence[Entry], new: str) -> tuple[str, ...]:
        """The tips of the refs that every one of these entries judges: what they reach came in under all of them."""
        refs = (ref for ref in self._existing if vouches(ref, new))
        tips = {self._existing[ref] for ref in refs if all(matches_ref(entry.refs, ref) for entry in entries)}
        return tuple(sorted(tips))

    def _default(self, entries: Sequence[Entry]) -> str:
        """Where a new ref finds who owns the code: at the tip of the branch that HEAD names, if that is guarded as well."""
        head = self._repository.head_ref()
        guards = head in self._existing and all(matches_ref(entry.refs, head) for entry in entries)
        return self._existing[head] if guards else ""

    def _paths(self, old: str, new: str, exclude: Sequence[str], tree: str) -> frozenset[bytes]:
        """What the commits change, and what differs between the ends: so is what a merge drops. Without an old end each merge
        is held against every one of its parents instead."""
        if old:
            told = self._repository.changed_paths((new,), tuple(exclude), self._limits.paths)
            return told | self._repository.different_paths(old, tree or new, self._limits.paths)
        found: set[bytes] = set()
        for path in self._repository.touched(new, exclude):
            found.add(path)
            if self._limits.paths is not None and len(found) > self._limits.paths:
                raise BudgetExceeded(f"the push touches more than {self._limits.paths} paths", "push it in smaller parts")
        return frozenset(found)

    def _owners(self, dialect: Dialect, commit: str) -> OwnersFile | None:
        for path in PLACES[dialect] if commit else ():
            if (content := file_of(self._repository, commit, path)) is not None:
                return OwnersFile(path=path, commit=commit, content=content)
        return None


def names_of(git_dir: str) -> tuple[str, ...]:
    """The paths by which a repository on this machine is known: of a work tree's, the folder above `.git` too."""
    real = os.path.realpath(git_dir)
    above, name = os.path.split(real)
    return (real, above) if name == ".git" else (real,)


def seen_by(policy: int, statement: Statement) -> GivenApproval:
    """An approval, as one policy sees it."""
    if not isinstance(statement.said, Approval):
        raise TypeError("an approval was asked for")
    by = statement.by[policy]
    void = statement.against[policy] if statement.against and not by else ""
    since = statement.since[policy] if statement.since and by else ""
    return GivenApproval(id=statement.id, by=by, repository=statement.repository, said=statement.said, void=void, since=since)
