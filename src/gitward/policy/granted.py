"""What `access` and `waivers` give, and to whom: the names looked up, and the entry that `access` makes.

A name stands for one thing: a principal, or all who have a role, a group's perhaps. What is neither, or both, is refused.
"""

from __future__ import annotations

from gitward.policy.compose import nearest
from gitward.policy.extend import Item
from gitward.policy.grammar import Common, File
from gitward.rules.access import Access

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any

    from gitward.errors import PolicyError
    from gitward.policy.compose import Document, Path
    from gitward.policy.extend import Parsed
    from gitward.policy.known import Known
    from gitward.policy.refsets import RefSets

RULE = Access.name
REFUSED = ("refs", "since", "exempt", "replace")  # keys of an entry that one of this rule does not have


def _access(head: File, at: Document, known: Known, refsets: RefSets) -> dict[str, Any]:
    """The options of the entry that `access` makes."""
    grants = []
    for index, item in enumerate(head.access):
        path: Path = ("access", index)
        known.check(item.who, at, (*path, "who"))
        refs = refsets.expand(item.refs, at, (*path, "refs")) if item.refs else ("refs/**",)
        grants.append({
            "who": list(item.who), "may": list(item.may), "refs": list(refs), "paths": list(item.paths),
            "valid_after": item.valid_after, "valid_before": item.valid_before, "place": _place(at, path),
        })  # fmt: skip
    return {"grants": grants, "members": known.members()}


def _waivers(head: File, at: Document, known: Known, entries: Mapping[str, str], gate: str) -> list[dict[str, Any]]:
    """What stands under `waivers`; `entries` are the policy's, id to rule, and those of the rule `gate` cannot be waived."""
    found = []
    for index, item in enumerate(head.waivers):
        path: Path = ("waivers", index)
        known.check(item.who, at, (*path, "who"))
        rules = ("*",) if isinstance(item.rules, str) else item.rules
        for number, name in enumerate(() if isinstance(item.rules, str) else rules):
            problem = fix = ""
            if name not in entries:
                problem, fix = f"there is no entry {name!r} to waive{nearest(name, entries)}", f"entries: {', '.join(entries)}"
            elif entries[name] == gate:
                problem, fix = "a malformed object cannot be waived", "exempt the commit: exempt: [{commit: FULL-OID}]"
            if problem:
                known.problems.append(at.error(problem, (*path, "rules", number), fix))
        for number, name in enumerate(item.who):
            if name in known.people and known.people[name].kind == "service":
                message, fix = f"{name!r} is a service: only people waive", "name who answers for it"
                known.problems.append(at.error(message, (*path, "who", number), fix))
        found.append({
            "rules": list(rules), "who": known.humans(item.who), "count": item.count, "at_most": item.at_most,
            "place": _place(at, path),
        })  # fmt: skip
    return found


def with_access(items: list[Item], root: Parsed, problems: list[PolicyError]) -> list[Item]:
    """The entries with that of `access`: the item that stands for it under `rules`, or one that is made here."""
    own = [item for item in items if item.keys.rule == RULE]
    is_filled = isinstance(root.head, File) and bool(root.head.access)
    for item in own:
        problems += _item_problems(item, root.document, is_filled=is_filled, first=own[0])
    if own or not is_filled:
        return items
    other = next((item for item in items if item.id == RULE), None)
    if other is not None:
        message = f"`access` makes an entry {RULE!r}, and there is one already, at {other.place}"
        problems.append(root.document.error(message, ("access",), "give that one another `id`", key=True))
        return items
    return [*items, Item(id=RULE, keys=Common(rule=RULE), rule=Access(), document=root.document, path=("access",))]


def rights(
    root: Parsed, known: Known, refsets: RefSets, items: list[Item], gate: str
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """What `access` grants, as the options of its entry, and the lines of `waivers`, in plain form."""
    if not isinstance(root.head, File):
        return {}, []
    of_access = _access(root.head, root.document, known, refsets) if root.head.access else {}
    entries = {gate: gate, **{item.id: item.keys.rule for item in items}}
    return of_access, _waivers(root.head, root.document, known, entries, gate)


def _item_problems(item: Item, root: Document, *, is_filled: bool, first: Item) -> Iterable[PolicyError]:
    """What is wrong with an entry of this rule: it stands in the policy itself, once, and only carries words and tests."""
    if item.document is not root:
        message = "who may do what stands in the policy itself, not in a file that it extends"
        yield item.document.error(message, (*item.path, "rule"), "move it there")
    elif not is_filled:
        message = "what is granted stands under `access` at the top of the policy, and there is nothing"
        yield item.document.error(message, (*item.path, "rule"), "access: [{who: [...], may: [...]}]")
    if item is not first:
        message = f"{RULE} stands in one entry only, here it is at {first.place} already"
        yield item.document.error(message, item.path, "write one entry with all its tests")
    for key in REFUSED:
        if getattr(item.keys, key):
            message = f"every ref, and everybody, is judged by `access`: an entry of it has no `{key}`"
            yield item.document.error(message, (*item.path, key), f"take `{key}` out, and write a grant", key=True)


def _place(at: Document, path: Path) -> str:
    return f"{at.file}:{at.place(path)[0]}"
