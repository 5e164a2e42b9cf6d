"""Answers to what rules ask about commits: from the objects of the repository, and from trackers. None: unknown."""

from __future__ import annotations

from gitward.errors import BudgetExceeded, MissingObject

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from gitward.facts import Answering
    from gitward.lookup.ask import Lookups
    from gitward.model import Answer, Commit, Oid, Question
    from gitward.repository import Repository

_OF_TREES: dict[str, Callable[[Repository, Oid, str], bool | None]] = {
    "remade": lambda repository, oid, conflicts: repository.is_remade(oid, resolved=conflicts == "resolved"),
    "collides": lambda repository, oid, path: repository.collides(oid, path),
}


def answers(
    repository: Repository, asked: Iterable[tuple[Oid, Question]], lookups: Lookups | None = None
) -> dict[tuple[Oid, Question], Answer]:
    """What the objects of a repository, and trackers, answer to many questions, in one go."""
    asked = tuple(asked)
    pairs = [(question.value, oid) for oid, question in asked if question.kind == "ancestor"]
    related = repository.are_ancestors(pairs)
    said = lookups.answers(question for _, question in asked if question.kind == "ticket") if lookups else {}
    latest = _latest_parents(repository, dict.fromkeys(oid for oid, question in asked if question.kind == "parent-later"))
    found: dict[tuple[Oid, Question], Answer] = {}
    for oid, question in asked:
        if question.kind in _OF_TREES:
            found[oid, question] = _OF_TREES[question.kind](repository, oid, question.value)
        elif question.kind == "parent-later":
            found[oid, question] = _is_later(latest.get(oid), question)
        else:
            found[oid, question] = said.get(question) if question.kind == "ticket" else related.get((question.value, oid))
    return found


def _latest_parents(repository: Repository, oids: Iterable[str]) -> dict[str, int]:
    """Of commits with parents, when the latest of these was committed, by its own date. Left out where one cannot be read."""
    parents = {commit.oid: commit.parents for commit in _readable(repository, oids) if commit.oid and commit.parents}
    wanted = dict.fromkeys(parent for each in parents.values() for parent in each)
    times = {each.oid: each.committer.time for each in _readable(repository, wanted) if each.committer}
    return {oid: max(times[each] for each in of) for oid, of in parents.items() if all(each in times for each in of)}


def _readable(repository: Repository, oids: Iterable[str]) -> Iterator[Commit]:
    """Those of the commits that can be read: in a shallow clone the parents of some are not there."""
    waiting = list(oids)[::-1]
    while waiting:
        try:
            for commit in repository.commits(waiting[::-1]):
                waiting.pop()
                yield commit
        except (MissingObject, BudgetExceeded):
            waiting.pop()  # the one that stopped the stream: the others may be there


def _is_later(latest: int | None, question: Question) -> bool | None:
    return None if latest is None else latest > int(question.value)


def in_repository(repository: Repository, tip: str = "", lookups: Lookups | None = None) -> Answering:
    """Answers from the objects of a repository. A draft is looked at from `tip`, on which it is about to land."""

    def answer(commit: Commit, question: Question) -> Answer:
        if question.kind == "ticket":
            return lookups.answers((question,)).get(question) if lookups else None
        start = commit.oid or tip
        if start and question.kind == "ancestor":
            return repository.is_ancestor(question.value, start)
        if question.kind == "ancestor" or not commit.oid:
            return None
        return answers(repository, ((commit.oid, question),))[commit.oid, question]

    return answer
