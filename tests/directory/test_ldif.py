"""What ldapsearch prints, read strictly; and distinguished names, compared whatever way they are written."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gitward.directory.ldif import LONGEST, entries
from gitward.directory.names import normal
from gitward.errors import GitwardError
from soaking import examples


def test_entries_with_their_values() -> None:
    lines = b"# a page\ndn: cn=a\nCN: a\nmember:: w6U=\nmember: b: c\nempty:\n\n\n# refldap://x\n\ndn:: Y249Yg=="
    first, second = entries(lines.split(b"\n"))
    assert (first.dn, first.values) == (b"cn=a", {"cn": [b"a"], "member": ["å".encode(), b"b: c"], "empty": [b""]})
    assert (second.dn, second.texts("member"), first.texts("MEMBER")) == (b"cn=b", [], ["å", "b: c"])


def test_entries_as_the_standard_shows_them() -> None:
    """RFC 2849: a version, lines that are folded anywhere, base 64 of which the folds are a part, comments that are folded."""
    text = (
        b"version: 1\r\n# a comment that goes\r\n  on\r\ndn:cn=Barbara Jensen, ou=Product Development, dc=airius, dc=com\r\n"
        b"cn:   Barbara Jensen\r\ndescription:Babs is a big sailing fan, and travels extensively in sea\r\n rch of per\r\n"
        b" fect sailing conditions.\r\ntitle:Product Manager, Rod and Reel Division\r\ncn:: V2hhdCBhIGNhcmVmdWwgcmVhZGVyIHlvd\r\n"
        b" SBhcmUhICBUaGlzIHZhbHVl\r\n\r\n"
    )
    (entry,) = entries(text.split(b"\n"))
    assert entry.dn == b"cn=Barbara Jensen, ou=Product Development, dc=airius, dc=com"
    assert entry.values["cn"] == [b"Barbara Jensen", b"What a careful reader you are!  This value"]
    (said,) = entry.texts("description")
    assert said == "Babs is a big sailing fan, and travels extensively in search of perfect sailing conditions."


@pytest.mark.parametrize(
    "lines",
    [
        [b"cn: a", b""],  # no dn first
        [b"dn: a", b"dn: b"],
        [b" folded of nothing"],
        [b"dn: a", b"", b" folded of nothing"],
        [b"dn: a", b"version: 1", b"dn: b"],
        [b"dn: a", b"cn: " + b"x" * 40_000, b" " + b"x" * 40_000],
        [b"dn: a", b"no separator"],
        [b"dn: a", b"\xff: a"],
        [b"dn: a", b"cn:: no base 64!"],
        [b"dn: a", b"cn:< file:///etc/passwd"],
        [b"dn: a", b"cn: " + b"x" * LONGEST],
    ],
)
def test_what_is_no_ldif_is_an_error(lines: list[bytes]) -> None:
    with pytest.raises(GitwardError, match="no LDIF"):
        list(entries(lines))


@settings(max_examples=examples(30))
@given(st.lists(st.binary(max_size=40).filter(lambda line: b"\n" not in line), max_size=8))
def test_any_lines_are_entries_or_an_error(lines: list[bytes]) -> None:
    try:
        assert all(isinstance(entry.dn, bytes) for entry in entries(lines))
    except GitwardError:
        pass


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("uid=ann,dc=example", "UID=Ann , DC=EXAMPLE"),
        (r"cn=Bob\, the builder,dc=example", r"cn=bob\2C the builder,dc=example"),
        (r"cn=a  b,dc=x", "cn=a b,dc=x"),
        ("cn=a+uid=b,dc=x", "UID=b+cn=a,dc=x"),
        (r"cn=\C3\A5", "cn=å"),
        ("cn=#0402AB", "cn=#0402ab"),
    ],
)
def test_one_name_in_two_spellings(one: str, other: str) -> None:
    assert normal(one) == normal(other) is not None


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (r"cn=a\,dc=x", "cn=a,dc=x"),
        ("uid=ann,ou=people", "uid=ann,ou=guests"),
        ("uid=ann", "uid=ann,uid=ann"),
        ("cn=a+uid=b", "cn=a,uid=b"),
        (r"cn=a\00", "cn=a"),
    ],
)
def test_two_names_that_look_alike(one: str, other: str) -> None:
    assert normal(one) != normal(other)


@pytest.mark.parametrize(
    "text", ["", "ann", "=ann", "cn=a,", ",cn=a", r"cn=a\zz", r"cn=a\FF", "cn=a+", "cn=" + "a" * 9_000, "c\n=a"]
)
def test_what_is_no_name(text: str) -> None:
    assert normal(text) is None


@settings(max_examples=examples(30))
@given(st.text(max_size=60))
def test_any_text_is_a_name_or_none(text: str) -> None:
    assert normal(text) is None or "=" in text
