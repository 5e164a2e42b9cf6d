"""URLs of repositories: spellings of one place are one, and two places are two."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitward.pushees import is_whole, normal, path_of

SAME = [
    ["ssh://example.com/x/s.git", "ssh://git@example.com:22/x/s.git/", "SSH://Example.COM//x/s", "git+ssh://example.com/x/s",
     "git@example.com:/x/s.git", "example.com:/x/s", "[example.com:22]:/x/s"],
    ["ssh://example.com/~/s.git", "git@example.com:s.git", "example.com:s", "example.com:~/s"],
    ["ssh://example.com/~ann/s.git", "git@example.com:~ann/s"],
    ["ssh://example.com:2222/~/s.git", "[example.com:2222]:s.git"],
    ["ssh://[::1]/s.git", "[::1]:/s", "ssh://[::1]:22/s"],
    ["https://example.com/x/s.git", "https://ann:secret@example.com:443/x/s", "HTTPS://example.com/x/s.git/"],
    ["/srv/git/s.git", "file:///srv/git/s.git", "/srv//git/s/", "/srv/git/s/.git"],
    ["../x/s.git", "../x/s"],
]  # fmt: skip


@pytest.mark.parametrize("urls", SAME, ids=lambda urls: urls[0])
def test_one_place(urls: list[str]) -> None:
    assert {normal(url) for url in urls} == {normal(urls[0])}


def test_two_places() -> None:
    apart = [urls[0] for urls in SAME]
    apart += ["http://example.com/x/s", "https://example.com:8443/x/s", "https://example.com/X/s", "https://example.com/x/s.gi",
              "https://example.org/x/s", "ssh://example.com/x/s/t", "git://example.com/x/s", "file:../x/s.git", "./x/s", "x/s",
              "https://example.com/x/../x/s", "https://example.com/x/%73", "ssh://example.com.evil/x/s",
              "ssh://example.com/x/s.git?", "https://example.com@evil.example/x/s", "https://example.com"]  # fmt: skip
    assert len({normal(url) for url in apart}) == len(apart)


@pytest.mark.parametrize(
    ("url", "is_one"),
    [
        ("https://example.com/x", True), ("example.com:x", True), ("/srv/x.git", True), ("file:///srv/x.git", True),
        ("../x.git", False), ("x.git", False), ("", False), ("https://", False), ("https://example.com/", False),
        ("https:///x", False), ("/", False),
    ],
)  # fmt: skip
def test_what_names_a_place_by_itself(url: str, is_one: bool) -> None:
    assert is_whole(url) is is_one


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("ssh://git@example.com:2222/a%20b/%C3%A9.git", "/a b/é.git"), ("ssh://example.com/%FF", "/\udcff"),
        ("ssh://example.com/~ann/s.git", "~ann/s.git"),
        ("git@example.com:/s.git", "/s.git"), ("example.com:s.git", "s.git"),
        ("../x/s.git", "../x/s.git"), ("/srv/s.git/", "/srv/s.git/"),
        ("file:///srv/s.git", "/srv/s.git"), ("https://example.com/x.git", "/x.git"),
    ],
)  # fmt: skip
def test_path_of(url: str, path: str) -> None:
    assert path_of(url) == path


@given(st.text(alphabet="ab:/@[]%~. \n0:/") | st.text())
def test_any_text(url: str) -> None:
    once = normal(url)
    assert path_of(url) is not None
    assert isinstance(is_whole(url), bool)
    assert len(once) < 2 * len(url) + 20
