"""What a review rests on: which entries, which policies judged in them, and which repositories they name."""

from __future__ import annotations

from gitward.record import record
from gitward.review.gap import Gap
from gitward.review.happened import within, word

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from gitward.audit.entry import Entry

_HOOKS = ("decision.receive", "ref.updated")
KEPT = 20  # that are named one by one
_MOST = 1_000  # policies, and repositories, that are counted each for itself


@record
class Judged:
    """One version of a policy: how many `decisions` it made in the entries, the first in entry `first`, the last in `last`."""

    id: str
    digest: str
    revision: int | None
    source: str
    mode: str
    decisions: int
    first: int
    last: int


class Basis:
    """Fed with every entry, in order."""

    def __init__(self) -> None:
        self.pushed: dict[str, int] = {}  # repositories, with how many entries their hooks have made
        self._judged: dict[tuple[str, str, str, str], Judged] = {}

    def see(self, entry: Entry) -> None:
        event = entry.event
        name = word(event, "event", "class")
        repository = word(event, "repository")
        if name in _HOOKS and repository and (repository in self.pushed or len(self.pushed) < _MOST):
            self.pushed[repository] = self.pushed.get(repository, 0) + 1
        if name.startswith("decision."):
            listed = within(event, "policies")
            for each in listed if isinstance(listed, list) else ():
                self._policy(each, entry.seq)

    def _policy(self, said: object, seq: int) -> None:
        key = (word(said, "id"), word(said, "digest"), word(said, "source"), word(said, "mode"))
        before = self._judged.get(key)
        if before is None and len(self._judged) >= _MOST:
            return
        revision = within(said, "revision")
        self._judged[key] = Judged(
            id=key[0], digest=key[1], source=key[2], mode=key[3], revision=revision if type(revision) is int else None,
            decisions=(before.decisions if before else 0) + 1, first=before.first if before else seq, last=seq,
        )  # fmt: skip

    @property
    def judged(self) -> tuple[Judged, ...]:
        """In the order in which they first judged."""
        return tuple(self._judged.values())

    def not_named(self, names: Iterable[str]) -> dict[str, int]:
        """The repositories whose hooks wrote into this log, and that nobody named."""
        known = set(names)
        return {name: count for name, count in sorted(self.pushed.items()) if name not in known}


def blind(not_named: dict[str, int], named: int) -> Iterator[Gap]:
    """What was not looked at, though the log speaks of it; where nothing was, nothing is known."""
    if not_named and not named:
        yield Gap(weight="unknown", kind="no-repository", fix="name them: --repo R",
                  text=f"no repository was named, and the log has entries of {len(not_named)}: whether a ref was moved past it "
                       "is not known")  # fmt: skip
    for name, count in list(not_named.items())[:KEPT]:
        text = f"the log has {count} entries of its hooks, and it was not named: where its refs are was not looked at"
        yield Gap(weight="note", kind="not-looked-at", where=name, text=text, fix=f"--repo {name}")
    if len(not_named) > KEPT:
        yield Gap(weight="note", kind="not-looked-at", text=f"and {len(not_named) - KEPT} more repositories")
