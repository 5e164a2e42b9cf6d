"""Many questions about descent at once, beside the plain definition."""

from hypothesis import given
from hypothesis import strategies as st

from gitward.repository.lineage import Lineage

Edges = list[list[int]]


@st.composite
def histories(draw: st.DrawFn) -> Edges:
    """Commit n has the parents in the n-th list, all of them older."""
    size = draw(st.integers(1, 12))
    return [draw(st.lists(st.integers(0, n - 1), max_size=3, unique=True)) if n else [] for n in range(size)]


def name(number: int) -> str:
    return f"{number:07x}" + "f" * 33


def reached(edges: Edges, start: int) -> set[int]:
    found, ahead = set(), [start]
    while ahead:
        if (number := ahead.pop()) not in found:
            found.add(number)
            ahead += edges[number]
    return found


@given(histories(), st.randoms())
def test_as_defined(edges, random):
    order = list(range(len(edges)))
    random.shuffle(order)
    lineage = Lineage()
    for number in order:
        lineage.add(name(number), [name(parent) for parent in edges[number]])
    pairs = {(name(old)[: random.choice((7, 20, 40))], name(new)): old in reached(edges, new) for old in order for new in order}
    assert lineage.settle(list(pairs)) == {pair for pair, is_ancestor in pairs.items() if is_ancestor}


def test_more_questions_than_one_pass_takes():
    lineage = Lineage()
    for number in range(3_000):
        lineage.add(name(number), [name(number - 1)] if number else [])
    pairs = [(name(number), name(number + step)) for number in range(1, 2_999) for step in (-1, 1)]
    assert lineage.settle(pairs) == {pair for pair in pairs if pair[0] < pair[1]}


def test_what_is_not_there():
    lineage = Lineage()
    lineage.add(name(1), [name(0)])
    lineage.add(name(0), [])
    assert lineage.settle([(name(5), name(1)), (name(0), name(5)), ("0" * 8, name(1)), ("0" * 7, name(1))]) == {
        ("0" * 7, name(1))
    }
