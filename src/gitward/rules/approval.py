"""`approval`: a change comes in when enough others have approved just that change.

## What it checks

Each branch or tag that a push makes or moves. An approval is a signed statement (docs/approvals.md) for one repository, one
ref, the value that the ref has now, and the tree that it will have. It counts for each principal whose good signature it
carries, who is human, still has the role that is asked for, and had no hand in the change: its author, committer, co-authors,
the signers of its commits and who pushes it approve nothing, by whatever address or account of theirs. Nobody counts twice.

- `count`: how many people must have approved; 1 is the default.
- `from`: in which roles; left out, anybody whom the policy lists as human.
- `code_owners`: with `true`, each path that has owners in the CODEOWNERS file needs the approval of one of them as well. The
  file is read as it stood before the push, never from the change.
- `codeowners`: whose rules the file follows, `github` (the default) or `gitlab`.
- `paths`: globs; only a change that touches a path they match needs these approvals.
- `keep`: `tree` (the default): an approval is void as soon as another tree would come of it; `patch-id`: it holds as long as the
  very same lines change in the same place, however far the ref has moved since, and have not come in meanwhile.
- `evidence`: `signed` (the default), or `forge` to count reviews too that were exported from a forge.
- `importers`: the principals and roles whose signature under such an export is believed; `forge` needs them.

## Why

Nobody should be able to change what runs in production alone. A click on a review page is bound to a name on that page; this
approval is bound to the bytes that come in, and shows years later who looked at them.

## Rejected

```update
ff refs/heads/main pusher=ann
```

```update
ff refs/heads/main pusher=ann approved=ann
```

```update count=2
ff refs/heads/main pusher=ann approved=bob
```

```update
ff refs/heads/main approved=bob
```

## Accepted

```update
ff refs/heads/main pusher=ann approved=bob
```

```update count=2
create refs/heads/main pusher=ann approved=bob,carol
```

```update
delete refs/heads/main pusher=ann
```

## Limits

That a ref goes is not judged here: `no-ref-deletion` and `access` do. An author under an address that no principal lists, and
without a signature, is nobody's: have `ident` or `signed-commit` refuse that. Where nothing proves who pushes, nothing is
approved: the pusher might be the approver. `keep: patch-id` does not see that the same lines mean something else beside
other code, and a ref that is forced back may be moved again by the old approval. Who once approved can take it back until it
is in: `gitward approve --revoke`. Only a stage that sees ref updates can judge.
"""

from __future__ import annotations

from gitward.approving import PUSHES, SHOWN, Terms, hands_in, objection, owners, weigh, with_roles
from gitward.codeowners import PLACES, CodeOwners, parse
from gitward.errors import Undecided
from gitward.model import Violation
from gitward.pathglobs import matches_path, only_takes_out, shown
from gitward.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Annotated, Literal

    from gitward.approving import Weighed
    from gitward.bounds import Ge, Le, MinLen
    from gitward.codeowners import Line
    from gitward.model import RefUpdate
    from gitward.model.proposals import Proposal
    from gitward.rules.options import PathGlob, RoleName, WhoName

_NAMED = 5  # people, approvals or lines of CODEOWNERS that a report names


@record
class Approval:
    count: Annotated[int, Ge(1), Le(20)] = 1
    from_: Annotated[tuple[RoleName, ...], MinLen(1)] = ()
    code_owners: bool = False
    codeowners: Literal["github", "gitlab"] = "github"
    paths: Annotated[tuple[PathGlob, ...], MinLen(1)] = ()
    keep: Literal["tree", "patch-id"] = "tree"
    evidence: Literal["signed", "forge"] = "signed"
    importers: Annotated[tuple[WhoName, ...], MinLen(1)] = ()

    name = "approval"
    needs = ("update", "pusher", "statements")
    default_refs = ("refs/heads/**",)
    first = False

    def conflict(self) -> str:
        if (self.evidence == "forge") != bool(self.importers):
            return "`importers` say whose word for a forge's reviews counts: `evidence: forge` needs them, and nothing else does"
        return only_takes_out(paths=self.paths)

    def check_update(self, update: RefUpdate) -> Iterator[Violation]:
        if update.ancestry == "delete" or update.ref.startswith("refs/gitward/"):
            return
        if update.kind != "commit":
            yield Violation(message=f"it leads to a {update.kind}, which nobody can approve", fix="push a commit")
            return
        proposal = update.proposals[0] if update.proposals else None
        if proposal is None:
            raise Undecided("what the update brings was not read", reason="error")
        if self.paths and not any(matches_path(self.paths, path) for path in proposal.paths):
            return
        if not update.pusher:
            why = f": {update.unproven}" if update.unproven else ""
            yield Violation(message=f"nobody is proven to push here, so an approver may{why}"[:200],
                            fix="git push --signed, or the administrator names a channel: docs/access.md")  # fmt: skip
            return
        yield from self.wanting(update.ref, update.old, update.new, update.pusher, proposal)

    def weighed(self, ref: str, old: str, pusher: str, proposal: Proposal) -> Weighed:
        """The approvals that count, whoever's role it is, and why the others do not."""
        terms = Terms(
            keeps_patch=self.keep == "patch-id", takes_forges=self.evidence == "forge", importers=self.importers
        )
        return weigh(ref, old, pusher, proposal, terms)

    def wanting(self, ref: str, old: str, new: str, pusher: str, proposal: Proposal) -> Iterator[Violation]:
        """What is still missing. Nothing: it is approved."""
        weighed = self.weighed(ref, old, pusher, proposal)
        those = with_roles(self.from_, proposal.known)
        enough = sorted(those.intersection(weighed.counted))
        hands = hands_in(pusher, proposal)
        fix = f"gitward approve {new[:SHOWN]} --ref {ref[:80]}"
        if len(enough) < self.count:
            whose = f" by {' or '.join(self.from_)[:60]}" if self.from_ else ""
            have = f": {_named(enough)}" if enough else ""
            could = sorted(who for who in those - set(enough) if not objection(who, proposal, hands))
            yield Violation(
                message=f"approvals{whose}: {self.count} needed, {len(enough)} there{have}",
                fix=f"ask {_named(could)}: {fix}" if could else _nobody(those - set(enough), proposal, hands),
            )
            yield from self._refused(weighed, those)
        if self.code_owners:
            yield from self._owners(weighed, proposal, hands, fix)

    def _refused(self, weighed: Weighed, those: frozenset[str]) -> Iterator[Violation]:
        """Why approvals that are there do not count."""
        theirs = [each for each in weighed.refused if each.who]
        lines = [f"the approval {each.id[:SHOWN]} of {each.who} does not count: {each.why}" for each in theirs]
        lines += [
            f"the approval {weighed.counted[who][0][:SHOWN]} of {who} does not count: no role of {' or '.join(self.from_)[:80]}"
            for who in sorted(set(weighed.counted) - those)
        ]
        lines += [f"the approval {each.id[:SHOWN]} does not count: {each.why}" for each in weighed.refused if not each.who]
        yield from (Violation(message=line[:300]) for line in lines[:_NAMED])
        if len(lines) > _NAMED:
            yield Violation(message=f"and {len(lines) - _NAMED} more that do not count")

    def _owners(
        self, weighed: Weighed, proposal: Proposal, hands: dict[str, str], fix: str
    ) -> Iterator[Violation]:
        """The paths whose owners have not approved."""
        file = proposal.owners.get(self.codeowners)
        read = parse(file.content, self.codeowners) if file else CodeOwners(problem="there is none")
        places = PLACES[self.codeowners]
        if file is None or read.problem:
            # or nobody could ever put it right
            if not proposal.paths <= {place.encode() for place in places}:
                where = f"{file.path} at {file.commit[:SHOWN]}" if file else "CODEOWNERS"
                yield Violation(message=f"nobody can say who owns the code: {where}: {read.problem}"[:220],
                                fix="first bring in a change of nothing but that file")  # fmt: skip
            return
        short = 0
        first = {place.encode() for place in places[: places.index(file.path)]}
        hidden = frozenset({file.path.encode()} if first & proposal.paths else ())  # by one that counts before it
        for line, path in _asked(read, proposal.paths | hidden):
            theirs = frozenset[str]().union(*(owners(owner, proposal.known) for owner in line.owners))
            if len(theirs.intersection(weighed.counted)) >= line.wanted:
                continue
            if (short := short + 1) <= _NAMED:
                open_to = theirs - set(weighed.counted)
                could = sorted(who for who in open_to if not objection(who, proposal, hands))
                where = f"{file.path}:{line.number}"
                unknown = f"no principal is such an owner: see {where} and the policy"
                yield Violation(
                    message=f"{shown(path)[:100]} is owned by {_named(line.owners)} ({where}), and not approved by "
                    f"{'one' if line.wanted == 1 else line.wanted} of them",
                    fix=f"ask {_named(could)}: {fix}" if could else _nobody(open_to, proposal, hands) if theirs else unknown,
                )
        if short > _NAMED:
            yield Violation(message=f"and {short - _NAMED} more lines of {file.path} whose owners have not approved")


def _asked(file: CodeOwners, paths: Iterable[bytes]) -> list[tuple[Line, bytes]]:
    """The lines whose owners are to be asked, each with the first path that wants it."""
    found: dict[int, tuple[Line, bytes]] = {}
    for path in sorted(paths):
        for line in file.of(path):
            found.setdefault(line.number, (line, path))
    return list(found.values())


def _nobody(those: Iterable[str], proposal: Proposal, hands: dict[str, str]) -> str:
    """What can be done where none of those may approve."""
    against = {who: why for who in sorted(those) if (why := objection(who, proposal, hands))}
    pushing = next((who for who, why in against.items() if why == PUSHES), "")
    if pushing:
        return f"{pushing[:40]} could, but pushes it: let somebody else push"
    said = "; ".join(f"{who[:40]}: {why}" for who, why in list(against.items())[:2])
    return f"nobody else whom the policy knows can approve this{f' ({said})' if said else ''}"


def _named(names: Iterable[str]) -> str:
    listed = list(names)
    more = f" and {len(listed) - _NAMED} more" if len(listed) > _NAMED else ""
    return ", ".join(name[:40] for name in listed[:_NAMED]) + more
