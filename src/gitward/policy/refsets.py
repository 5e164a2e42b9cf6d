"""From the names of ref sets to patterns of refs.

A list of refs means: what one of its patterns matches, less what one with a leading `!` matches; order does not matter.
A name stands for the patterns of its set. `!NAME` takes out what the set matches. A set that itself takes refs out,
say `most: [refs/heads/**, "!refs/heads/x/**"]`, cannot be joined with refs that its `!` might match: they would be
taken out with it. And `!most` is no list of patterns. Both are refused rather than judged wrong.
"""

from __future__ import annotations

from gitward.patterns import matches_ref
from gitward.policy.compose import nearest
from gitward.record import record
from gitward.shapes import RefShape, Refused

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gitward.errors import PolicyError
    from gitward.policy.compose import Document, Path

    Patterns = tuple[list[str], list[str]]  # what is in, what is taken out

MAX_PATTERNS = 1_000
_SAMPLES = ("\0", "\0/\0")  # what `**` may stand for; no pattern names it


@record
class RefSet:
    """A ref set and where it is defined. `items` None is `open`."""

    items: tuple[str, ...] | None
    document: Document
    path: Path


class RefSets:
    """All ref sets of one policy, from all its files, and what is wrong with them."""

    def __init__(self) -> None:
        self.sets: dict[str, RefSet] = {}
        self.problems: list[PolicyError] = []
        self._known: dict[str, Patterns] = {}
        self._open: list[str] = []  # names on the way to the one that is being looked up

    def define(self, name: str, items: tuple[str, ...] | None, document: Document) -> None:
        """Add a definition. An open set may be filled once; a filled one is not redefined."""
        path: Path = ("refsets", name)
        before = self.sets.get(name)
        if before is None or before.items is None:
            self.sets[name] = RefSet(items=items, document=document, path=path)
        elif items is not None:
            place = f"{before.document.file}:{before.document.place(before.path, key=True)[0]}"
            self.problems.append(
                document.error(
                    f"the ref set {name!r} is filled already, at {place}", path, "choose another name", key=True
                )
            )

    def check(self, root: Document) -> None:
        """Look into every set, used or not. What is still open is an error of the policy that extends."""
        for name, found in self.sets.items():
            if found.items is None and found.document is root:
                fix = f"write {name}: [refs/heads/main], or the refs that you mean"
                self.problems.append(root.error(f"nothing can fill the open ref set {name!r} here", found.path, fix))
            elif found.items is None:
                fix = f"under refsets: write {name}: [refs/heads/main], or the refs that you mean"
                message = f"the ref set {name!r} is left open by {found.document.file}, and nothing fills it"
                self.problems.append(root.error(message, ("extends",), fix))
            else:
                self._look_up(name)

    def expand(self, items: tuple[str, ...], document: Document, path: Path) -> tuple[str, ...]:
        """The patterns of a list of refs; problems with it are noted, and leave it empty."""
        patterns, unwanted = self._expand(items, document, path)
        return (*patterns, *(f"!{pattern}" for pattern in unwanted))

    def _expand(self, items: tuple[str, ...], document: Document, path: Path) -> Patterns:
        found = [(item, *self._item(item, document, (*path, index))) for index, item in enumerate(items)]
        wanted = [pattern for item, patterns, _ in found if not item.startswith("!") for pattern in patterns]
        unwanted = [pattern for item, patterns, _ in found if item.startswith("!") for pattern in patterns]
        for index, (name, _, taken_out) in enumerate(found):
            if taken_out and _may_meet(taken_out, [part for part in found if part[0] != name]):
                message = f"the ref set {name!r} takes refs out, which others in this list may name"
                self.problems.append(document.error(message, (*path, index), "write one entry for each of them"))
            unwanted.extend(taken_out)
        wanted, unwanted = list(dict.fromkeys(wanted)), list(dict.fromkeys(unwanted))
        problem, fix = "", ""
        if len(wanted) + len(unwanted) > MAX_PATTERNS:
            problem, fix = f"a list of refs is at most {MAX_PATTERNS} patterns", "use * and **"
        elif all(patterns for _, patterns, _ in found) and not _has_any(wanted, unwanted):  # else it is noted already
            problem = "no ref is left in this list"
            fix = 'write first what it is taken from: [refs/heads/**, "!refs/heads/x"]'
        if problem:
            self.problems.append(document.error(problem, path, fix))
            return [], []
        return wanted, unwanted

    def _item(self, item: str, document: Document, path: Path) -> Patterns:
        """What one item names; nothing, with a problem noted, where it names nothing."""
        name = item.removeprefix("!")
        if name.startswith("refs/"):
            try:
                return [RefShape().check(name)], []
            except Refused as refused:
                self.problems.append(document.error(str(refused), path, refused.fix))
                return [], []
        problem, fix = "", ""
        if name not in self.sets:
            problem = f"unknown ref set {name!r}{nearest(name, self.sets)}"
            fix = f"a pattern begins with refs/; for a branch, write refs/heads/{name}"
        elif name in self._open:
            problem = f"the ref set {name!r} contains itself"
        elif (found := self._look_up(name))[1] and item.startswith("!"):
            problem = f"the ref set {name!r} takes refs out itself, so it cannot be taken out"
            fix = "name what is to be taken out by patterns"
        else:
            return found
        self.problems.append(document.error(problem, path, fix))
        return [], []

    def _look_up(self, name: str) -> Patterns:
        found = self.sets[name]
        if found.items is None:  # noted by `check`
            return [], []
        if name not in self._known:
            self._open.append(name)
            self._known[name] = self._expand(found.items or (), found.document, found.path)
            self._open.pop()
        return self._known[name]


def _may_meet(taken_out: list[str], others: list[tuple[str, list[str], list[str]]]) -> bool:
    """Whether patterns that are taken out may match refs that other items of a list name."""
    named = [pattern for item, patterns, _ in others if not item.startswith("!") for pattern in patterns]
    return any(not are_apart(pattern, other) for pattern in taken_out for other in named)


def are_apart(pattern: str, other: str) -> bool:
    """True only if no ref can match both: what stands before the first `*` differs."""
    first, second = pattern.partition("*")[0], other.partition("*")[0]
    return not first.startswith(second) and not second.startswith(first)


def _has_any(wanted: list[str], unwanted: list[str]) -> bool:
    """Whether any ref can be left. Sound for patterns without `*`; the others are tried with names that none names."""
    samples = [pattern.replace("**", sample).replace("*", "\0") for pattern in wanted for sample in _SAMPLES]
    return any(matches_ref((*wanted, *(f"!{pattern}" for pattern in unwanted)), sample) for sample in samples)
