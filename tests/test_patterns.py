"""Policy patterns run on RE2; refs are matched whole, case-sensitive, `*` within a part and `**` across."""


import pytest

from gitward.errors import UsageError
from gitward.patterns import compiled, matches_ref, matches_whole, search
from timing import cpu_within


@pytest.mark.parametrize(
    ("patterns", "ref", "matched"),
    [
        (["refs/heads/main"], "refs/heads/main", True),
        (["refs/heads/main"], "refs/heads/main2", False),
        (["refs/heads/main"], "refs/heads/Main", False),
        (["refs/heads/main"], "xrefs/heads/main", False),
        (["refs/heads/main"], "refs/heads/main/x", False),
        (["refs/heads/main"], "refs/heads/refs/heads/main", False),
        (["refs/heads/*"], "refs/heads/a", True),
        (["refs/heads/*"], "refs/heads/a/b", False),
        (["refs/heads/**"], "refs/heads/a/b", True),
        (["refs/tags/v*"], "refs/tags/v1.0", True),
        (["refs/tags/v*"], "refs/tags/x1.0", False),
        (["refs/heads/a.b"], "refs/heads/axb", False),
        (["refs/heads/**", "!refs/heads/main"], "refs/heads/main", False),
        (["!refs/heads/main", "refs/heads/**"], "refs/heads/main", False),
        (["refs/heads/**", "!refs/heads/main"], "refs/heads/x", True),
        (["refs/heads/*"], "refs/heads/\udcffx", True),
        (["refs/**"], "refs/heads/a\nb", True),
        (["refs/heads/t*c"], "refs/heads/topic", True),
        (["refs/heads/t*c"], "refs/heads/topics", False),
        (["refs/heads/t*c"], "refs/heads/t/c", False),
        (["refs/heads/t**c"], "refs/heads/t/c", True),
        (["refs/*/main"], "refs/heads/main", True),
        (["refs/tags/v**"], "refs/tags/v1/a", True),
        (["refs/tags/v**"], "refs/tags/w", False),
        (["refs/tags/v*"], "refs/tags/v", True),
        (["refs/tags/v*"], "refs/tags/v1/a", False),
        (["refs/heads/\udcff*"], "refs/heads/\udcffx", True),
        ([], "refs/heads/main", False),
    ],
)
def test_refs(patterns, ref, matched):
    assert matches_ref(tuple(patterns), ref) is matched


def test_places_are_characters_also_after_bytes_that_are_no_text():
    assert search("b+", "å\udcffbb") == (2, 4)
    assert search("b+", "aaa") is None


def test_whole():
    assert matches_whole("a+", "aaa")
    assert not matches_whole("a+", "aaab")


@pytest.mark.parametrize("pattern", ["(?=a)", r"(a)\1", "a(", "[z-a]"])
def test_what_re2_refuses_is_an_error_with_its_reason(pattern):
    with pytest.raises(UsageError, match="RE2") as caught:
        compiled(pattern)
    assert "Syntax" in caught.value.fix


def test_hostile_pattern_and_text_stay_linear():
    with cpu_within(5):
        assert search("(a+)+$", "a" * 200_000 + "b") is None
