"""Mailmaps, beside `git check-mailmap`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gitward.mailmap import Mailmap, entry, is_entry_or_none

if TYPE_CHECKING:
    from conftest import Git

NAMES = ["", "Ann", "ann", "Ann  Lee", "Bob", "Zoë", "#Ann"]
ADDRESSES = ["", "a@example.com", "A@Example.COM", "b@example.com", "ö@example.com", "Ö@example.com", " a@example.com"]
LINES = [f"{name} <{address}>".strip() for name in NAMES for address in ADDRESSES]
LINES += ["# x <a@example.com>", "no address", "<", "a@b", ""]
BEHIND = ["", " ", " # <c@d>"]
lines = st.one_of(
    st.sampled_from(LINES),
    st.tuples(*map(st.sampled_from, (LINES, ["", " ", "\t"], LINES, BEHIND))).map("".join),
)
people = st.tuples(st.sampled_from(["Ann", "ann", "Ann  Lee", "Bob", "Zoë", "zoë"]), st.sampled_from(ADDRESSES[1:6]))


@given(st.lists(lines, max_size=8), st.lists(people, min_size=1, max_size=6))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_same_as_git(tmp_path: Path, git: Git, given_lines: list[str], given_people: list[tuple[str, str]]) -> None:
    path = tmp_path / "map"
    path.write_text("".join(f"{line}\n" for line in given_lines))
    contacts = "".join(f"{name} <{address}>\n" for name, address in given_people)
    if not (tmp_path / ".git").exists():
        git("init", "-q", cwd=tmp_path)
    said = git("-c", f"mailmap.file={path}", "check-mailmap", "--stdin", cwd=tmp_path, stdin=contacts).stdout
    ours = [Mailmap(given_lines).canonical(*person) for person in given_people]
    assert said == "".join(f"{name} <{address}>\n" for name, address in ours)


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("Ann <a@example.com>", (("Ann", ""), ("", "a@example.com"))),
        ("<a@example.com> <b@example.com>", (("", "a@example.com"), ("", "b@example.com"))),
        ("Ann <a@example.com> <b@example.com>", (("Ann", "a@example.com"), ("", "b@example.com"))),
        ("Ann <a@example.com> Annie <b@example.com>", (("Ann", "a@example.com"), ("Annie", "b@example.com"))),
        ("Ann <a@example.com> <>", (("Ann", "a@example.com"), ("", ""))),
        ("Ann <a@example.com> # old", (("Ann", ""), ("", "a@example.com"))),
        ("# Ann <a@example.com>", None),
        ("Ann <>", None),
        ("Ann a@example.com", None),
        ("Ann <a@example.com", None),
        ("", None),
    ],
)
def test_lines(line: str, found: object) -> None:
    assert entry(line) == found
    assert is_entry_or_none(line) is (found is not None or line[:1] in ("#", ""))
