"""`access`: who pushes may do to a ref what the policy grants, and nothing else.

## What it checks

Every ref that a push creates, moves or deletes, and the files that its commits change, against the grants under `access` at the
top of the policy. Once there is one, what no grant allows is denied:

    access:
      - {who: [developers], may: [read, create, update, force, delete], refs: ["refs/heads/**", "!protected"]}
      - {who: [maintainers], may: [update], refs: [protected]}
      - {who: [platform], may: [update], refs: [protected], paths: [/ci/]}

`who` are principals, groups and roles. `update` is a fast-forward, `force` any other move of a ref that stands, a moved tag too;
`tag` makes a ref below `refs/tags/`, `create` any other. None of them stands for another. A path that some grant for the ref
names is changed only under a grant that names it, every other path only under one without `paths`. Who is not proven to push, by
the one channel that the server names, may do nothing.

There are no options that an entry could set: `grants` and `members` are made of `access`, `principals` and `groups`. An entry
`rule: access` may stand under `rules` to carry `tests`, `message` and `severity`; it takes no `refs`, `since` or `exempt`.

## Why

Whoever reaches a repository can otherwise move every ref in it. A list in the policy is reviewed like all of it, says the same
about every repository, and answers who may do what before somebody tries.

## Rejected

```update grants="[{who: [maintainers], may: [update]}]" members=ann:developers
ff refs/heads/main pusher=ann
```

```update grants="[{who: [ann], may: [create, update], refs: [refs/heads/topic/**]}]" members=ann
create refs/heads/topics pusher=ann
```

```update grants="[{who: [ann], may: [update]}]" members=ann
non-ff refs/heads/main pusher=ann
```

```update grants="[{who: [ann], may: [update]}, {who: [platform], may: [update], paths: [/ci/]}]" members=ann
ff refs/heads/main pusher=ann touched=src/main.c,ci/build.sh
```

```update grants="[{who: [ann], may: [update]}]" members=ann
ff refs/heads/main
```

## Accepted

```update grants="[{who: [maintainers], may: [update]}]" members=ann:maintainers
ff refs/heads/main pusher=ann touched=src/main.c
```

```update grants="[{who: [ann], may: [update]}, {who: [platform], may: [update], paths: [/ci/]}]" members=ann:platform
ff refs/heads/main pusher=ann touched=src/main.c,ci/build.sh
```

```update grants="[{who: [ann], may: [tag]}]" members=ann
create refs/tags/v1.0 pusher=ann
```

## Limits

Only pre-receive knows who pushes, and only where the server names a channel that proves it. A principal, and the paths that a
policy names, are spelled as they are: case counts, and a rename is two paths. Of a deletion and of a new tag no paths are asked.
A signed statement, below `refs/gitward/statements/`, may be brought by every principal: it counts by its signatures alone.
Reading is checked by the server's shell, for the whole repository, whatever the refs of the grant: git cannot hide a commit that
another ref reaches.
"""

from __future__ import annotations

from gitward.errors import Undecided
from gitward.granting import BY_PATH, action_of, decide, names_of, protecting
from gitward.model import Grant, violation
from gitward.pathglobs import shown
from gitward.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gitward.granting import Verdict
    from gitward.model import RefUpdate, Violation
    from gitward.model.access import Action

_STATEMENTS = "refs/gitward/statements/"  # whoever may push may bring one: it counts by its signatures
_NAMED = 5  # of those who could have done it
_LONGEST = 60  # characters of a name


@record
class Access:
    grants: tuple[Grant, ...] = ()
    members: tuple[tuple[str, tuple[str, ...]], ...] = ()

    name = "access"
    needs = ("update", "pusher", "touched")
    default_refs = ("refs/**",)
    first = False
    records = {"grants": Grant}  # noqa: RUF012  never written
    filled_from = "access"

    def protects(self, ref: str) -> bool:
        """Whether it depends on the paths that an update of this ref changes."""
        return bool(self.protecting(ref))

    def protecting(self, ref: str) -> frozenset[int]:
        """The grants, by their number, that name paths for this ref."""
        return protecting(self.grants, ref)

    def check_update(self, update: RefUpdate) -> Iterator[Violation]:
        if not update.is_real:
            return
        if not update.pusher:
            why = f": {update.unproven[:120]}" if update.unproven else ""
            yield violation(message=f"nobody is proven to push here{why}", fix="push as somebody whom the policy knows")
            return
        names, action = names_of(self.members, update.pusher), action_of(update)
        if names and update.ref.startswith(_STATEMENTS) and action == "create":
            return
        if names and action in BY_PATH and update.touched is None and self.protects(update.ref):
            raise Undecided("the paths that the push changes were not read")
        verdict = decide(self.grants, names, action, update.ref, update.touched, update.seen)
        if not verdict.allowed:
            yield self._denial(update.pusher if names else "", update, action, verdict)

    def _denial(self, who: str, update: RefUpdate, action: Action, verdict: Verdict) -> Violation:
        """Who may not do what, the line of the policy that says so, and who may."""
        path, what = verdict.path, f"{who[:_LONGEST]} may not {action} it"
        if not who:
            what, why = f'"{update.pusher[:_LONGEST]}" is none of the principals of this policy', "it has no grant"
        elif verdict.grant:
            none = "none of theirs does" if verdict.could else f"none gives anybody `{action}` there"
            why = f"a grant names this path ({_line(verdict.grant)}), and {none}"
        else:
            why = f"no grant of theirs is for this{' path' if path else ''}, {self._lines()}"
        if verdict.refused > 1:
            why += f"; so it is with {verdict.refused - 1} more path{'' if verdict.refused == 2 else 's'}"
        return violation(
            message=f"{what}: {why}",
            fix=_who_may(verdict.could),
            path=None if path is None else shown(path)[1:-1],
        )

    def _lines(self) -> str:
        return f"{_line(self.grants[0])} and below" if self.grants else "there is none"


def _line(grant: Grant) -> str:
    """`file:line`, without the folders of a server."""
    return grant.place.rpartition("/")[2][-_LONGEST:] or "as written"


def _who_may(could: tuple[str, ...]) -> str:
    if not could:
        return "nobody may: ask whoever keeps the policy for a grant"
    more = f" and {len(could) - _NAMED} more" if len(could) > _NAMED else ""
    return f"ask who may: {', '.join(name[:_LONGEST] for name in could[:_NAMED])}{more}; or ask for a grant"
