"""Facts that rules ask for beyond the commit's own bytes: loaded for exactly what the policy's entries need."""

from __future__ import annotations

from gitward.engine import entries_of, missing_fact
from gitward.model import Change, Totals, is_zero
from gitward.record import replace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from gitward.model import Commit, Oid, Policy, Question, Range
    from gitward.repository import Repository

    Answer = Callable[[Commit, Question], bool | None]
    Asking = Callable[[Commit], Sequence[Question]]

_OBJECTS = ("message", "merge", "object", "time", "paths", "sizes", "content")
# what each stage can know (docs/stages.md prints this table); policy cannot choose it
KNOWN: dict[str, frozenset[str]] = {
    "commit": frozenset({"message", "merge"}),
    "push": frozenset({*_OBJECTS, "update", "ref", "refs", "push"}),
    "receive": frozenset({*_OBJECTS, "update", "ref", "refs", "push"}),
    "ci": frozenset(_OBJECTS),
}

_OF_TREES: dict[str, Callable[[Repository, Oid, str], bool | None]] = {
    "remade": lambda repository, oid, conflicts: repository.is_remade(oid, resolved=conflicts == "resolved"),
    "collides": lambda repository, oid, path: repository.collides(oid, path),
}


def asking(policies: tuple[Policy, ...], scope: tuple[str, ...] = ()) -> Asking | None:
    """What the entries' rules ask about a commit, all together; None where no rule asks anything.

    With a `scope` only the entries count that judge by it: those with the word ''.
    """
    entries = entries_of(policies)
    judging = zip(entries, scope or [""] * len(entries), strict=True)
    asks = tuple(entry.rule.asks for (_, entry), word in judging if not word and hasattr(entry.rule, "asks"))
    if len(asks) == 1:
        return asks[0]  # type: ignore[no-any-return]
    return (lambda commit: [question for ask in asks for question in ask(commit)]) if asks else None


def ask(policies: tuple[Policy, ...], commits: Iterable[Commit], answer: Answer) -> Iterator[Commit]:
    """The same commits, with the answers to what the entries' rules ask about them, each asked when it is met."""
    questions_of = asking(policies)
    for commit in commits:
        if questions_of and (questions := questions_of(commit)):
            answers = {question: answer(commit, question) for question in questions}
            commit = replace(commit, answers=answers)  # noqa: PLW2901
        yield commit


def answers(repository: Repository, asked: Iterable[tuple[Oid, Question]]) -> dict[tuple[Oid, Question], bool | None]:
    """What the objects of a repository answer to many questions, in one go."""
    asked = tuple(asked)
    pairs = [(question.value, oid) for oid, question in asked if question.kind == "ancestor"]
    related = repository.are_ancestors(pairs)
    found = {(oid, question): related.get((question.value, oid)) for oid, question in asked}
    of_trees = ((oid, question) for oid, question in asked if question.kind in _OF_TREES)
    return found | {(oid, question): _OF_TREES[question.kind](repository, oid, question.value) for oid, question in of_trees}


def in_repository(repository: Repository, tip: str = "") -> Answer:
    """Answers from the objects of a repository. A draft is looked at from `tip`, on which it is about to land."""

    def answer(commit: Commit, question: Question) -> bool | None:
        start = commit.oid or tip
        if start and question.kind == "ancestor":
            return repository.is_ancestor(question.value, start)
        if commit.oid and question.kind in _OF_TREES:
            return _OF_TREES[question.kind](repository, commit.oid, question.value)
        return None

    return answer


def totals(
    policies: tuple[Policy, ...],
    change: Change,
    ranges: tuple[Range, ...],
    repository: Repository,
    existing: Iterable[str],
    max_files: int | None,
) -> Totals:
    """What the push brings that `existing`, the oids of the receiving side's refs, does not reach.

    Counted only as far as an entry asks. Raises BudgetExceeded for more than `max_files` paths.
    """
    limits = [
        entry.rule
        for _, entry in entries_of(policies)
        if hasattr(entry.rule, "check_push") and not missing_fact(entry, change.known)
    ]
    if not limits:
        return Totals()
    existing = tuple(existing)
    tips = tuple(tip for brought in ranges for tip in brought.include)
    files, size = None, None
    if any(rule.files is not None or rule.bytes is not None for rule in limits):
        pushed = [update.new for update in change.updates if not is_zero(update.new)]
        files, size = repository.totals(tips, existing, others=pushed, max_files=max_files)
    return Totals(
        commits=repository.count(tips, existing) if tips else 0, updates=len(change.updates), files=files, bytes=size
    )
