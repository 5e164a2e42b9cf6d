"""Path globs: raw bytes, `*` within a part, `**` across, linear whatever stands in pattern and path."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitward.errors import UsageError
from gitward.pathglobs import matches_path, pattern_of
from gitward.shapes import PathShape, Refused
from timing import cpu_within


@pytest.mark.parametrize(
    ("patterns", "path", "matched"),
    [
        # at any depth, or at the top
        (["*.pem"], b"x.pem", True),
        (["*.pem"], b"a/b/x.pem", True),
        (["*.pem"], b".pem", True),
        (["*.pem"], b"x.pem/y", False),
        (["*.pem"], b"x.pemx", False),
        (["*.pem"], b"xpem", False),
        (["*.pem"], b"x.PEM", False),
        (["id_rsa"], b"id_rsa", True),
        (["id_rsa"], b"a/id_rsa", True),
        (["id_rsa"], b"aid_rsa", False),
        (["id_rsa"], b"id_rsa/x", False),
        (["/id_rsa"], b"id_rsa", True),
        (["/id_rsa"], b"a/id_rsa", False),
        (["a/b"], b"a/b", True),
        (["a/b"], b"x/y/a/b", True),
        (["a/b"], b"xa/b", False),
        (["/a/b"], b"x/a/b", False),
        # within a part, and across
        (["/a/*"], b"a/b", True),
        (["/a/*"], b"a/b/c", False),
        (["/a/*/c"], b"a/b/c", True),
        (["/a/*/c"], b"a/c", False),
        (["/a/**"], b"a/b/c", True),
        (["/a/**"], b"a", False),
        (["/a/**/c"], b"a/c", True),
        (["/a/**/c"], b"a/x/y/c", True),
        (["/a/**/c"], b"a/xc", False),
        (["/a/**c"], b"a/xc", True),
        (["/a**c"], b"a/x/c", True),
        (["/**/c"], b"c", True),
        (["**"], b"a/b", True),
        (["*"], b"a/b", True),
        (["/*"], b"a/b", False),
        (["/*"], b"a", True),
        (["a*b*c"], b"abbc", True),
        (["a*b*c"], b"ab/bc", False),
        # all below
        (["vendor/"], b"vendor/x", True),
        (["vendor/"], b"a/vendor/b/c", True),
        (["vendor/"], b"vendor", False),
        (["vendor/"], b"vendors/x", False),
        (["/vendor/"], b"a/vendor/x", False),
        (["a*/"], b"ab/c", True),
        (["/"], b"a/b/c", True),
        # taken out, in any order
        (["*.pem", "!tests/"], b"tests/x.pem", False),
        (["!tests/", "*.pem"], b"tests/x.pem", False),
        (["*.pem", "!/tests/"], b"a/tests/x.pem", True),
        (["!tests/"], b"x", False),
        ([], b"x", False),
        # a letter is a letter, a byte is a byte
        (["a.b"], b"axb", False),
        (["a+(b)|c{2}^$"], b"a+(b)|c{2}^$", True),
        (["a|b"], b"a", False),
        (["é*"], "été".encode(), True),
        (["é*"], "été".encode("latin-1"), False),
        (["é"], "É".encode(), False),
        (["*.pem"], b"\xff\xfe\n\t\".pem", True),
        (["**/x"], b"a\nb/\xff/x", True),
        (["/a/*"], b"a/\n", True),
        (["x"], b"x\n", False),
        (["x"], b"\nx", False),
        (["x"], b"x\0", False),
        (["*"], b"", True),
        (["\udcff*"], b"\xffa", True),
    ],
)  # fmt: skip
def test_paths(patterns: list[str], path: bytes, matched: bool) -> None:
    assert matches_path(tuple(patterns), path) is matched


@pytest.mark.parametrize(
    ("pattern", "path", "matched"),
    [
        ("*.pem", b"X.PEM", True),
        ("ID_RSA", b"a/id_rsa", True),
        ("é", "É".encode(), False),  # the letters of ASCII only: nothing is known of how the bytes above are meant
        ("\u00c3", b"\xc3\xa3", False),
        ("*", b"\xc3", True),
    ],
)
def test_without_regard_to_case(pattern: str, path: bytes, matched: bool) -> None:
    assert matches_path((pattern,), path, ignore_case=True) is matched


def test_the_pattern_that_matches_is_named() -> None:
    patterns = ("!x/", "*.key", "*.pem", "a.*")
    assert pattern_of(patterns, b"a.pem") == "*.pem"
    assert pattern_of(patterns, b"a.PEM", ignore_case=True) == "*.pem"
    assert pattern_of(patterns, b"x/a.pem") == ""
    assert pattern_of(patterns, b"b") == ""


@given(st.text(min_size=1).filter(lambda text: not set(text) & set("*!/\0")), st.binary())
def test_a_name_matches_itself_at_any_depth_and_nothing_else(name: str, other: bytes) -> None:
    raw = name.encode("utf-8", "surrogatepass")
    patterns = (raw.decode("utf-8", "surrogateescape"),)
    assert matches_path(patterns, raw)
    assert matches_path(patterns, b"a/b/" + raw)
    assert matches_path(patterns, other) is (other == raw or other.endswith(b"/" + raw))


def test_hostile_patterns_and_paths_are_judged_in_no_time() -> None:
    with cpu_within(10):
        for pattern in ("*a*a*a*a*a*a*a*a*b", "**/**/**/**/**/x", "**a**a**a**a**b", "*/" * 200 + "b"):
            for path in (b"a" * 1_000_000, b"a/" * 500_000, b"/" * 1_000_000, b"\xff" * 1_000_000):
                assert not matches_path((pattern,), path)
        many = tuple(f"**/a{number}*/b**c/*.x{number}" for number in range(1_000))
        assert matches_path(many, b"q/a999/bzzc/f.x999")
        assert not matches_path(many, b"q/a999/bzzc/" * 10_000)


def test_what_is_too_much_is_said() -> None:
    with pytest.raises(UsageError, match="at most 1000"):
        matches_path(("x",) * 1_001, b"x")
    with pytest.raises(UsageError, match="too large together"):
        matches_path(tuple(f"{'x*' * 500}{number}" for number in range(1_000)), b"x")


@pytest.mark.parametrize("value", ["*.pem", "/a/**/b", "!vendor/", "/", "a b", "é", ".env", "...", "a..b", "#x", "-x", "{a,b}"])
def test_shapes_that_are_taken(value: str) -> None:
    assert PathShape().check(value) == value


@pytest.mark.parametrize(
    ("value", "says"),
    [
        ("a//b", "'//'"), ("//a", "//"), ("./a", "'.'"), ("../a", "'..'"), ("a/./b", "'.'"), ("a/..", "'..'"),
        ("*.[ch]", "'['"), ("a?", "'?'"), ("a\\b", "backslash"), ("!", "nothing"),
            ("a***", "'***'"), ("a\0", "no path"), ("a\n", "no path"),
    ],
)  # fmt: skip
def test_shapes_that_match_nothing_are_refused(value: str, says: str) -> None:
    with pytest.raises(Refused, match=r"can match no path") as caught:
        PathShape().check(value)
    assert says in f"{caught.value}: {caught.value.fix}"
