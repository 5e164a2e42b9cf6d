"""Which way a change of what is granted goes: who may do more, and who must now answer for a path.

A grant is taken apart into what it gives: one name, one action, some refs, some paths, a time. More of these let more through.
Only where paths come or go that no other grant for the same refs names does a change do both: nobody can say which weighs more.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from gitward.model import Grant, WaiverRight
    from gitward.policy.directions import Found, Way

    Members = tuple[tuple[str, tuple[str, ...]], ...]
    Right = tuple[str, str, tuple[str, ...], tuple[str, ...], int | None, int | None]

_NAMED = 10  # differences of one kind that are told


def granted(old: tuple[Grant, ...], new: tuple[Grant, ...]) -> Found:
    """What is given now and was not, and the other way round; the order of the lines is nothing."""
    before, after = _rights(old), _rights(new)
    yield from _told(
        (_way(right, "weaker", _naming(old)), _words(right, "may")) for right in after if right not in before
    )
    yield from _told(
        (_way(right, "stricter", _naming(new)), _words(right, "may no longer")) for right in before if right not in after
    )


def members(old: Members, new: Members) -> Found:
    """Who is known, and in which roles: the more, the weaker."""
    before, after = dict(old), dict(new)
    told: list[tuple[Way, str]] = []
    for name in sorted({*before, *after}):
        if name not in before or name not in after:
            told.append(("weaker" if name in after else "stricter", f"{name} is {'new' if name in after else 'gone'}"))
        for role in sorted({*before.get(name, ())} ^ {*after.get(name, ())}):
            has = role in after.get(name, ())
            told.append(("weaker" if has else "stricter", f"{name} {'is now' if has else 'is no longer'} {role}"))
    yield from _told(told)


def waivable(old: tuple[WaiverRight, ...], new: tuple[WaiverRight, ...]) -> Found:
    """What may be waived by whom: a right that an old one does not cover is weaker, one that no new one covers is gone."""
    yield from _told(("weaker", _right(each)) for each in new if not any(_covers(other, each) for other in old))
    yield from _told(("stricter", f"no longer {_right(each)}") for each in old if not any(_covers(other, each) for other in new))


def _covers(wide: WaiverRight, narrow: WaiverRight) -> bool:
    return (
        set(narrow.rules) <= set(wide.rules)
        and set(narrow.who) <= set(wide.who)
        and narrow.count >= wide.count
        and narrow.at_most <= wide.at_most
    )


def _right(right: WaiverRight) -> str:
    what = "everything" if right.rules == ("*",) else ", ".join(right.rules)
    return f"{right.count} of {', '.join(right.who) or 'nobody'} may waive {what} for {right.at_most} s"


def _rights(grants: Iterable[Grant]) -> dict[Right, None]:
    return {
        (name, action, grant.refs, grant.paths, grant.valid_after, grant.valid_before): None
        for grant in grants
        for name in grant.who
        for action in grant.may
    }


def _naming(grants: Iterable[Grant]) -> frozenset[tuple[tuple[str, ...], tuple[str, ...]]]:
    return frozenset((grant.refs, grant.paths) for grant in grants)


def _way(right: Right, way: Way, naming: frozenset[tuple[tuple[str, ...], tuple[str, ...]]]) -> Way:
    """A right to paths that no grant on the other side names, for the same refs, takes or gives a right of everybody else too."""
    return "different" if right[3] and (right[2], right[3]) not in naming else way


def _words(right: Right, verb: str) -> str:
    name, action, refs, paths, after, before = right
    where = f"{name} {verb} {action} {', '.join(refs)}"
    times = "" if after is None and before is None else ", for a time"
    return where + (f" in {', '.join(paths)}" if paths else "") + times


def _told(found: Iterable[tuple[Way, str]]) -> Iterator[tuple[Way, str]]:
    """Differences, those of one way together, with the first of them by name."""
    by_way: dict[Way, list[str]] = {}
    for way, words in found:
        by_way.setdefault(way, []).append(words)
    for way, words_of in by_way.items():
        more = f"; and {len(words_of) - _NAMED} more" if len(words_of) > _NAMED else ""
        yield way, "; ".join(words_of[:_NAMED]) + more
