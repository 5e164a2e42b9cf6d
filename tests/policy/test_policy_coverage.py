"""Lists of refs: what covers what, and never a claim that a ref disproves."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gitward.patterns import matches_ref
from gitward.policy.coverage import covers, lost
from soaking import examples
from timing import cpu_within

MAIN, ALL = "refs/heads/main", "refs/heads/**"


@pytest.mark.parametrize(
    ("new", "old"),
    [
        ((ALL,), (MAIN,)),
        ((ALL,), ("refs/heads/*",)),
        (("refs/**",), (ALL, "refs/tags/*")),
        (("refs/heads/r*",), ("refs/heads/rel*",)),
        (("refs/heads/**/x",), ("refs/heads/*/x",)),
        ((ALL, "!refs/heads/x"), (MAIN,)),
        ((ALL, "!refs/heads/x/**"), (ALL, "!refs/heads/x/**", "!refs/heads/y")),
        ((ALL,), (ALL, "!refs/heads/x")),
        ((ALL, "!refs/heads/x/y"), (ALL, "!refs/heads/x/**")),
    ],
)
def test_covers(new, old):
    assert covers(new, old)
    assert lost(new, old) == ()


@pytest.mark.parametrize(
    ("new", "old"),
    [
        ((MAIN,), (ALL,)),
        (("refs/heads/*",), (ALL,)),
        (("refs/heads/*/x",), ("refs/heads/**/x",)),
        ((ALL, "!refs/heads/x"), (ALL,)),
        ((ALL, "!refs/heads/x/**"), (ALL, "!refs/heads/x/y")),
        (("refs/tags/**",), (ALL,)),
        ((ALL, "!refs/heads/main"), (MAIN,)),
    ],
)
def test_does_not_cover_and_a_ref_proves_it(new, old):
    assert not covers(new, old)
    assert lost(new, old)


PARTS = st.lists(st.sampled_from(["a", "b", "*", "**", "a*", "*b", "/"]), min_size=1, max_size=4).map("".join)
PATTERNS = PARTS.map(lambda text: "refs/" + text.replace("***", "**").replace("//", "/"))
LISTS = st.tuples(st.lists(PATTERNS, min_size=1, max_size=3), st.lists(PATTERNS, max_size=2)).map(
    lambda pair: (*pair[0], *(f"!{pattern}" for pattern in pair[1]))
)
REFS = st.text(alphabet="ab/", max_size=6).map("refs/".__add__)


@settings(max_examples=examples(300), deadline=None)
@given(LISTS, LISTS, st.lists(REFS, max_size=20))
def test_no_ref_disproves_a_claim(new, old, refs):
    if covers(new, old):
        assert [ref for ref in refs if matches_ref(old, ref) and not matches_ref(new, ref)] == []
        assert lost(new, old) == ()
    for ref in lost(new, old):
        assert matches_ref(old, ref)
        assert not matches_ref(new, ref)


def test_long_lists_are_compared_soon():
    old = tuple(f"refs/heads/a{number}/**" for number in range(500))
    new = tuple(f"refs/heads/b{number}/**" for number in range(500))
    with cpu_within(5):
        assert not covers(new, old)


def test_lists_of_any_size_are_compared(capfd):
    many = tuple(f"refs/heads/{number}/**" for number in range(1_000))
    assert covers(many, ("refs/heads/0/x", "refs/heads/999/x/*", "refs/heads/500/**"))
    assert not covers(many, ("refs/heads/1000/x",))
    assert not covers((f"refs/heads/{'x*' * 50_000}",), ("refs/heads/x*",))
    assert capfd.readouterr() == ("", "")
