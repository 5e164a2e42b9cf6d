"""What a reader of a policy's grants would trip over. Each is worth a look, none is an error."""

from __future__ import annotations

from gitward.granting import decide
from gitward.patterns import matches_ref
from gitward.record import record
from gitward.rights.holders import listed, state, times

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gitward.model import Grant
    from gitward.rights.holders import Rights

WRITES = frozenset(("create", "update", "force", "delete", "tag"))


@record
class Note:
    """One thing. `kind` is a word for programs, `place` the line of the policy, '' where it is about the whole."""

    kind: str
    place: str
    message: str


def notes(rights: Rights, now: int) -> tuple[Note, ...]:
    """All of them, in the order of the policy. `now` is in seconds since 1970."""
    found: list[Note] = []
    for number in range(len(rights.grants)):
        found += _of(rights, number, now)
    return (*found, *_waivers(rights), *_own_files(rights, now))


def _of(rights: Rights, number: int, now: int) -> Iterator[Note]:
    """About one grant."""
    grant = rights.grants[number]
    if (standing := state(grant, now)) != "valid":
        words = "has ended: it gives nothing, and still protects its paths" if grant.paths else "has ended: it gives nothing"
        words = words if standing == "expired" else "has not begun"
        yield Note(kind=standing, place=grant.place, message=f"{words} ({times(grant)})")
        return
    empty = tuple(name for name in grant.who if not rights.holders(name))
    if empty:
        words = "is for nobody" if len(empty) == len(grant.who) else "is for fewer than it names"
        yield Note(kind="nobody", place=grant.place, message=f"{words}: {listed(empty)} has no member")
    other = next((each for each in range(len(rights.grants)) if _covers(rights, each, number, now)), None)
    if other is not None and rights.everyone[number]:
        message = f"gives nothing that {rights.grants[other].place} does not give already"
        yield Note(kind="covered", place=grant.place, message=message)
    if "force" in grant.may and (without := _without_update(rights, number, now)):
        message = f"lets {listed(without)} force what they may not fast-forward"
        yield Note(kind="force-without-update", place=grant.place, message=message)


def _without_update(rights: Rights, number: int, now: int) -> tuple[str, ...]:
    """Who may force by a grant what no grant lets them fast-forward. A tag has no `update`."""
    grant = rights.grants[number]
    if all(pattern.startswith(("refs/tags/", "!")) for pattern in grant.refs):
        return ()
    able: set[str] = set()
    for each, everyone in zip(rights.grants, rights.everyone, strict=True):
        if "update" in each.may and state(each, now) == "valid" and refs_cover(each.refs, grant.refs):
            able |= everyone
    return tuple(sorted(rights.everyone[number] - able))


def _covers(rights: Rights, other: int, number: int, now: int) -> bool:
    """Whether one grant gives all that another does. Of two that give the same, the earlier covers the later.

    Says yes only where it is sure: patterns are compared as text.
    """
    wide, narrow = rights.grants[other], rights.grants[number]
    if other == number or not set(narrow.may) <= set(wide.may) or state(wide, now) != "valid":
        return False
    if not (_covers_all(wide, narrow) and rights.everyone[number] <= rights.everyone[other]):
        return False
    is_same = set(wide.may) == set(narrow.may) and rights.everyone[number] == rights.everyone[other] and _covers_all(narrow, wide)
    return not is_same or other < number


def _covers_all(wide: Grant, narrow: Grant) -> bool:
    """Whether the refs, the paths and the times of one grant hold those of another."""
    begins = wide.valid_after is None or (narrow.valid_after is not None and wide.valid_after <= narrow.valid_after)
    ends = wide.valid_before is None or (narrow.valid_before is not None and narrow.valid_before <= wide.valid_before)
    if not (begins and ends and _paths_cover(wide.paths, narrow.paths)):
        return False
    return set(narrow.may) == {"read"} or refs_cover(wide.refs, narrow.refs)  # reading is of the whole repository


def refs_cover(wide: tuple[str, ...], narrow: tuple[str, ...]) -> bool:
    """Whether a list of ref patterns has all refs of another, as far as their text shows."""
    out = {pattern for pattern in wide if pattern.startswith("!")}
    if not out <= set(narrow):
        return False
    taken = tuple(pattern for pattern in wide if not pattern.startswith("!"))
    return all(_pattern_covers(taken, pattern) for pattern in narrow if not pattern.startswith("!"))


def _pattern_covers(wide: tuple[str, ...], pattern: str) -> bool:
    """Whether one of the patterns has all that another matches: itself, one ref, or `X/**` for what is below X/."""
    if pattern in wide or ("*" not in pattern and matches_ref(wide, pattern)):
        return True
    fixed = pattern.partition("*")[0]
    return any(each.endswith("/**") and "*" not in each[:-2] and fixed.startswith(each[:-2]) for each in wide)


def _paths_cover(wide: tuple[str, ...], narrow: tuple[str, ...]) -> bool:
    if not (wide and narrow):
        return wide == narrow
    if any(pattern.startswith("!") for pattern in (*wide, *narrow)):
        return set(wide) == set(narrow)
    return set(narrow) <= set(wide)


def _waivers(rights: Rights) -> Iterator[Note]:
    """Rights to waive what one's own pushes violate."""
    able = zip(rights.grants, rights.everyone, strict=True)
    pushers = {who for grant, everyone in able if WRITES & set(grant.may) for who in everyone if not rights.people[who].service}
    for right in rights.policy.waivers:
        if pushers and pushers <= set(right.who) and right.count == 1:
            what = "everything" if right.rules == ("*",) else listed(right.rules)
            message = f"whoever pushes may waive {what} for their own pushes: {listed(tuple(sorted(pushers)))}"
            yield Note(kind="own-waiver", place=right.place, message=message)


def _own_files(rights: Rights, now: int) -> Iterator[Note]:
    """Who can change the policy itself, where it stands in a repository: by a grant that names its files."""
    own = next((grant for grant in rights.grants if not grant.who), None)
    if own is None:
        return
    whose: dict[tuple[str, ...], list[str]] = {}
    for path in own.paths:
        whose.setdefault(changers(rights, own.refs[0], path.lstrip("/").encode("utf-8", "surrogateescape"), now), []).append(path)
    for who, paths in whose.items():
        message = f"may change {listed(tuple(paths))} on {own.refs[0]}: {listed(who) or 'nobody'}"
        yield Note(kind="policy-changers", place="", message=message)


def changers(rights: Rights, ref: str, path: bytes, now: int) -> tuple[str, ...]:
    """Who may bring a change of this path to this ref, by a fast-forward or by force."""
    return tuple(
        who for who in sorted(rights.people)
        if any(decide(rights.grants, rights.names(who, now), action, ref, frozenset((path,)), now).allowed
               for action in ("update", "force"))
    )  # fmt: skip
