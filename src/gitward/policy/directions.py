"""Which way a change of an option goes: per rule and option, what is weaker and what is stricter.

A comparison gets the old and the new value and yields (way, words) for each difference that it names. Where no value
refuses more than another (another pattern, say), the way is `different`: it may be weaker. `option_directions`
says which comparison is which option's.
"""

from __future__ import annotations

import json

from gitward.policy import coverage
from gitward.record import values

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any, Literal

    Way = Literal["weaker", "different", "stricter", "same"]
    Found = Iterator[tuple[Way, str]]
    Comparison = Callable[[Any, Any], Found]

_NAMED = 10  # items of a list that a difference names
_WORDS = 200  # characters of a value that it shows


def shown(value: Any) -> str:
    """A value in a line of text, cut where it is long; not escaped for a terminal."""
    text = "nothing" if value in (None, "", ()) else value if isinstance(value, str) else json.dumps(value, default=plain)
    return text if len(text) <= _WORDS else f"{text[:_WORDS]}..."


def plain(value: Any) -> Any:
    """A record as a mapping, what is no JSON otherwise as a list."""
    return values(value) if hasattr(value, "__fields__") else list(value)


def _words(old: Any, new: Any) -> str:
    return f"{shown(old)} -> {shown(new)}"


def unknown(old: Any, new: Any) -> Found:
    """Nobody can say which of two patterns refuses more."""
    yield "different", _words(old, new)


def wording(old: Any, new: Any) -> Found:
    """What is said, not what is judged."""
    yield "same", _words(old, new)


def at_most(old: int | None, new: int | None) -> Found:
    """A limit: the larger, the weaker; None is no limit."""
    yield "weaker" if new is None or (old is not None and new > old) else "stricter", _words(old, new)


def at_least(old: int | None, new: int | None) -> Found:
    """A minimum: the smaller, the weaker; None is none."""
    yield "weaker" if new is None or (old is not None and new < old) else "stricter", _words(old, new)


def demand(old: bool, new: bool) -> Found:
    """A switch that refuses more when it is on."""
    yield "stricter" if new else "weaker", _words(old, new)


def exception(old: Any, new: Any) -> Found:
    """A pattern that lets go what it finds."""
    yield "different" if old and new else "weaker" if new else "stricter", _words(old, new)


def allowed(old: tuple[Any, ...], new: tuple[Any, ...]) -> Found:
    """What is let through: the more, the weaker."""
    yield from _items(old, new, "weaker", "stricter")


def allowed_or_all(old: tuple[Any, ...], new: tuple[Any, ...]) -> Found:
    """What is let through, where an empty list lets everything through."""
    if not old or not new:
        yield "weaker" if old else "stricter", f"{shown(old) if old else 'anything'} -> {shown(new) if new else 'anything'}"
        return
    yield from allowed(old, new)



def denied(old: tuple[Any, ...] | str, new: tuple[Any, ...] | str) -> Found:
    """What is refused: the more, the stricter. A text is a list of characters."""
    yield from _items(tuple(old), tuple(new), "stricter", "weaker")


def allowed_paths(old: tuple[str, ...], new: tuple[str, ...]) -> Found:
    """Patterns of paths that are let through: the more, the weaker, but for those that take out."""
    yield from _paths(old, new, "weaker", "stricter")


def allowed_paths_or_all(old: tuple[str, ...], new: tuple[str, ...]) -> Found:
    """The same, where an empty list lets every path through."""
    yield from allowed_paths(old, new) if old and new else allowed_or_all(old, new)


def denied_paths(old: tuple[str, ...], new: tuple[str, ...]) -> Found:
    """Patterns of paths that are refused, or judged: the more, the stricter, but for those that take out."""
    yield from _paths(old, new, "stricter", "weaker")


def _paths(old: tuple[str, ...], new: tuple[str, ...], added: Way, gone: Way) -> Found:
    in_old, in_new, out_old, out_new = (
        tuple(each for each in given if each.startswith("!") is out) for out in (False, True) for given in (old, new)
    )
    found = [*_items(in_old, in_new, added, gone), *_items(out_old, out_new, gone, added)]
    ways = [each for each in found if each[0] != "same"]
    yield from ways or found[:1]


def further(old: Any, new: Any) -> Found:
    """A check that is made beside the others; None, or nothing, is none."""
    yield "weaker" if not new else "stricter" if not old else "different", _words(old, new)


def _items(old: tuple[Any, ...], new: tuple[Any, ...], added: Way, gone: Way) -> Found:
    found = set(new) - set(old), set(old) - set(new)
    for way, items, verb in ((added, found[0], "added"), (gone, found[1], "taken out")):
        if items:
            yield way, f"{_some(sorted(items, key=str))} {verb}"
    if not found[0] and not found[1]:
        yield "same", "in another order"


def _some(items: list[Any]) -> str:
    more = f", and {len(items) - _NAMED} more" if len(items) > _NAMED else ""
    return ", ".join(map(shown, items[:_NAMED])) + more


def judged_refs(old: tuple[str, ...], new: tuple[str, ...]) -> Found:
    """The refs that an entry judges: the fewer, the weaker."""
    yield from _refs(old, new, "stricter", "weaker")


def allowed_refs(old: tuple[str, ...], new: tuple[str, ...]) -> Found:
    """Refs that may be pushed to: the more, the weaker."""
    yield from _refs(old, new, "weaker", "stricter")


def _refs(old: tuple[str, ...], new: tuple[str, ...], added: Way, gone: Way) -> Found:
    gain, loss = not coverage.covers(old, new), not coverage.covers(new, old)
    if not gain and not loss:
        yield "same", _words(old, new)
        return
    ways: list[Way] = []
    for way, is_so, more, less in ((added, gain, new, old), (gone, loss, old, new)):
        if is_so:
            is_proven = bool(coverage.lost(less, more)) or not (gain and loss)
            ways.append(way if is_proven else "different")
    for way in dict.fromkeys(ways):
        yield way, _words(old, new)


def ranked(*chains: tuple[str, ...]) -> Comparison:
    """Words, each chain from the weakest to the strictest; words of no common chain cannot be compared."""

    def compare(old: str, new: str) -> Found:
        chain = next((chain for chain in chains if old in chain and new in chain), None)
        if chain is None:
            yield "different", _words(old, new)
        else:
            yield "weaker" if chain.index(new) < chain.index(old) else "stricter", _words(old, new)

    return compare
