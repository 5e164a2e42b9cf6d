"""Who made what a ref update brings, read from the repository: what its commits and tags claim, and who signed them."""

from __future__ import annotations

from itertools import islice

from gitward.errors import BudgetExceeded, Undecided
from gitward.makers import claimed, signed_by

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from gitward.makers import Person
    from gitward.model import RefUpdate
    from gitward.repository import Repository
    from gitward.signatures.signers import Signers

MOST_PEOPLE = 10_000  # different names and addresses in what one update brings
_GROUP = 500  # commits whose signatures are verified at once


def made(
    repository: Repository, update: RefUpdate, oids: Iterable[str], signers: Sequence[Signers | None], message_bytes: int
) -> tuple[frozenset[Person], tuple[frozenset[str], ...]]:
    """Whom the commits `oids` and the update's own tags claim, and the principals who signed them, of each of the `signers`.

    Streamed. Raises BudgetExceeded for more than MOST_PEOPLE, and for a message of more bytes.
    """
    people = {(tag.tagger.name, tag.tagger.email) for tag in update.tags if tag.tagger}
    signed = [set(signed_by(each.tags(update.tags))) if each and update.tags else set[str]() for each in signers]
    commits = repository.commits(oids, limit=message_bytes)
    while group := list(islice(commits, _GROUP)):
        for commit in group:
            people.update(claimed(commit))
            if len(people) > MOST_PEOPLE:
                raise BudgetExceeded(f"more than {MOST_PEOPLE} people made what {update.ref} brings", "push it in parts")
        for each, names in zip(signers, signed, strict=True):
            names.update(signed_by(each.commits(group)) if each else ())
    return frozenset(people), tuple(map(frozenset, signed))


def mailmap_of(repository: Repository, commit: str) -> tuple[str, ...]:
    """The lines of `.mailmap` in a commit, () where it has none, or there is no commit."""
    content = file_of(repository, commit, ".mailmap") if commit else None
    return tuple(content.decode("utf-8", "surrogateescape").split("\n")) if content else ()


def file_of(repository: Repository, commit: str, path: str) -> bytes | None:
    """A file of a commit; None for one that is not there, and for a link, which git and the forges do not follow either."""
    try:
        return repository.read_path(commit, path)
    except Undecided as problem:
        if problem.reason != "not-a-file":
            raise
        return None
