"""Large groups, of which some directories give the members in parts: read whole, or not at all."""

from __future__ import annotations

import pytest
from rangeserver import in_parts, speaking

from gitward.directory import groups, settings
from gitward.directory.ldif import entries
from gitward.directory.ranges import REVISIONS, values_of
from gitward.directory.search import Directory
from gitward.errors import GitwardError

BASE = "dc=example,dc=com"
PEOPLE = {f"cn=p{number},{BASE}": {"uid": [f"p{number}"]} for number in range(25)}
TEAM = f"cn=team,ou=groups,{BASE}"
OF = {f"p{number}": f"p{number}" for number in range(25)}


def team(count: int) -> dict[str, dict[str, list[str]]]:
    return {TEAM: {"cn": ["team"], "member": list(PEOPLE)[:count], "whenChanged": ["20260101000000.0Z"]}}


def directory(uri: str) -> Directory:
    return Directory(uri=uri, settings=settings.Settings(people="(uid=*)"))


def gathered(uri: str) -> groups.Group:
    return groups.gather(directory(uri), f"ou=groups,{BASE}", OF).groups["team"]


@pytest.mark.parametrize(("count", "parts"), [(10, 0), (11, 1), (20, 1), (21, 2), (25, 2)])
def test_all_parts_are_asked_for(count: int, parts: int) -> None:
    with speaking(PEOPLE | team(count), 10) as (uri, asked):
        where = directory(uri)
        read = next(where.search(TEAM, "(cn=team)", "member", *REVISIONS))
        assert values_of(where, read, "member", 100) == [name.encode() for name in list(PEOPLE)[:count]]
    assert [each.split()[0] for each in asked[1:]] == [f"member;range={10 * number}-*" for number in range(1, parts + 1)]


def test_members_of_all_parts_are_written() -> None:
    with speaking(PEOPLE | team(25), 10) as (uri, _):
        where = Directory(uri=uri, settings=settings.Settings(people="(uid=*)", people_base=BASE))
        team_ = groups.gather(where, f"ou=groups,{BASE}", OF).groups["team"]
    assert (set(team_.members), team_.left_out) == (set(OF), ())


@pytest.mark.parametrize("given", [
    lambda _values, _asked, _size: ("member;range=0-9", ["cn=x"]),  # fewer than it says
    lambda values, asked, size: in_parts(values, asked, size) if "range" in asked else ("member;range=0-9", values[:9]),
    lambda values, _asked, size: (f"member;range=0-{size - 1}", values[:size]),  # the same part again and again
    lambda values, asked, size: in_parts(values, asked, size) if "range" not in asked else ("other", ["x"]),  # no more
    lambda values, asked, size: in_parts(values, asked, size) if "range" not in asked else ("member;range=11-*", values[11:]),
    lambda values, asked, size: in_parts(values, asked, size) if "range" not in asked else ("member", values),
    lambda values, _asked, _size: ("member;range=0-x", values),
    lambda values, _asked, _size: ("member;binary", values),
])  # fmt: skip
def test_a_list_in_part_is_an_error(given: object) -> None:
    def answer(values: list[str], asked: str, size: int) -> tuple[str, list[str]]:
        return given(values, asked, size) if asked.startswith("member") else (asked, values)  # type: ignore[operator]

    with speaking(PEOPLE | team(25), 10, answer) as (uri, _), pytest.raises(GitwardError, match="only a part of the values"):
        gathered(uri)


def test_a_group_that_changes_while_it_is_read() -> None:
    stamps = iter(range(100))

    def answer(values: list[str], asked: str, size: int) -> tuple[str, list[str]]:
        return ("whenChanged", [f"{next(stamps)}Z"]) if asked == "whenChanged" else in_parts(values, asked, size)

    with speaking(PEOPLE | team(25), 10, answer) as (uri, _), pytest.raises(GitwardError, match="has changed while it was read"):
        gathered(uri)


def test_too_many_members_are_an_error() -> None:
    with speaking(PEOPLE | team(25), 10) as (uri, asked):
        where = directory(uri)
        read = next(where.search(TEAM, "(cn=team)", "member", *REVISIONS))
        with pytest.raises(GitwardError, match="more than 19 members"):
            values_of(where, read, "member", 19)
    assert len(asked) == 2, "it stops when it knows"


def test_a_part_as_ldapsearch_prints_it() -> None:
    """The form that Microsoft's documentation gives."""
    lines = [b"dn: CN=All,DC=example,DC=com", b"member;Range=0-1: CN=a,DC=example,", b" DC=com", b"member;range=0-1:: Y249Yg=="]
    (entry,) = entries(lines)
    assert entry.values == {"member;range=0-1": [b"CN=a,DC=example,DC=com", b"cn=b"]}
