"""Where the past of a repository ends: the tips of its branches and tags, on this day or on an earlier one.

Branches and tags only: what stands elsewhere (`refs/pull/`, `refs/changes/`) nobody has taken into the project yet.
"""

from __future__ import annotations

from datetime import UTC, datetime

from gitward.errors import UsageError
from gitward.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from gitward.model import Oid
    from gitward.repository import Repository

_BRANCHES = ("refs/heads/",)
_OF_REMOTES = "refs/remotes/"
_TAGS = "refs/tags/"


@record
class Tips:
    """How many branches and tags lead to a commit, and those of these commits that no other one reaches, sorted."""

    branches: int
    tags: int
    commits: tuple[Oid, ...]


def tips(repository: Repository, *, is_bare: bool) -> Tips:
    """The tips of this day; in a clone those of the remote's branches too. Raises UsageError where there is no commit."""
    branches = _commits(repository, _branches(is_bare=is_bare))
    tags = _commits(repository, (_TAGS,))
    found = repository.independent({*branches.values(), *tags.values()})
    if not found:
        raise UsageError("there is no commit here yet: nothing is to be exempt", "an empty repository needs no baseline")
    return Tips(branches=len(branches), tags=len(tags), commits=found)


def _branches(*, is_bare: bool) -> tuple[str, ...]:
    return _BRANCHES if is_bare else (*_BRANCHES, _OF_REMOTES)


def _commits(repository: Repository, prefixes: tuple[str, ...]) -> dict[str, Oid]:
    """The commit that each ref below the prefixes leads to; symbolic refs, and tags of other objects, left out."""
    found = {}
    for name, oid in sorted(repository.refs(symbolic=False).items()):
        if name.startswith(prefixes):
            _, peeled, kind = repository.peel(oid)
            if kind == "commit":
                found[name] = peeled
    return found


# --- for `since: {commits: [...]}` ------------------------------------------------------------------------------------


def at_date(repository: Repository, date: str, *, is_bare: bool) -> dict[Oid, str]:
    """Where the branches stood when a day (UTC), or a moment, began: commit -> the branches, in words.

    Of each branch the newest commit, down its first parents, that its committer dates before. Raises UsageError.
    """
    seconds = _seconds(date)
    found: dict[Oid, list[str]] = {}
    for name, tip in _commits(repository, _branches(is_bare=is_bare)).items():
        oid = repository.newest_before(tip, seconds)
        if oid:
            found.setdefault(oid, []).append(name)
    if not found:
        raise UsageError(f"--date {date}: no branch had a commit then", "name a later day")
    return {oid: _listed(found[oid]) for oid in repository.independent(found)}


def at_tags(repository: Repository, names: Iterable[str]) -> dict[Oid, str]:
    """The commits of tags: commit -> the tags, in words. Raises UsageError for a tag that is not there."""
    found: dict[Oid, list[str]] = {}
    for given in names:
        name = given if given.startswith("refs/") else f"{_TAGS}{given}"
        oid = repository.ref(name)
        if oid is None or not name.startswith(_TAGS):
            raise UsageError(f"--tag {given}: there is no such tag", "git tag --list shows them")
        _, peeled, kind = repository.peel(oid)
        if kind != "commit":
            raise UsageError(f"--tag {given}: it leads to a {kind}, no commit", "name a tag of a commit")
        found.setdefault(peeled, []).append(name)
    return {oid: _listed(found[oid]) for oid in repository.independent(found)}


def _listed(names: list[str]) -> str:
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")


def _seconds(date: str) -> int:
    """A day or a moment of RFC 3339 as seconds since 1970; without an offset it is UTC."""
    try:
        moment = datetime.fromisoformat(date)
    except ValueError:
        raise UsageError(f"--date {date}: not a date", "write 2026-01-31, or 2026-01-31T12:00:00+01:00") from None
    return int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp())
