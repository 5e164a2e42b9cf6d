"""`keep: patch-id`: the same digest of a patch for another effect. Each change here is one that nobody approved as it comes."""

from __future__ import annotations

import pytest
from approving import MAIN, Desk, lines, said

from gitward import carrying
from gitward.repository import recurring
from soaking import long

KEEPS = ", keep: patch-id"
BLOCK = "if (asked) {\n  one();\n  two();\n  check(user);\n  three();\n  four();\n}\n"
OPENED = BLOCK.replace("  check(user);\n", "")
ELSEWHERE = "the same lines change in another place (stale)"
AGAIN = "it may have come in since, and been taken back (stale)"


def twins(first: str = BLOCK, second: str = BLOCK) -> str:
    """A file with the same block twice, far apart."""
    return f"void f() {{\n{first}}}\n" + "".join(f"// {number}\n" for number in range(20)) + f"void g() {{\n{second}}}\n"


def moved(desk: Desk, base: str, name: str = "b") -> str:
    """A commit that somebody else brought to main meanwhile."""
    tip = desk.commit({name: "moved\n"}, base, author="dan")
    desk.set(MAIN, tip)
    return tip


def landed(desk: Desk, commit: str) -> str:
    desk.set(MAIN, commit)
    return commit


@pytest.fixture
def twice(desk: Desk) -> Desk:
    """Main stands at a file with twins; Bob has approved that the first of them is opened."""
    desk.base = landed(desk, desk.commit({"src/x.c": twins()}, desk.base, author="dan"))
    desk.approve("bob", desk.commit({"src/x.c": twins(OPENED)}, desk.base))
    return desk


def test_in_another_place_of_the_same_base(twice: Desk) -> None:
    other = twice.commit({"src/x.c": twins(BLOCK, OPENED)}, twice.base)
    assert "it is for another tree" in said(twice.push(other, options=KEEPS))


def test_in_another_place_after_the_base_has_moved(twice: Desk) -> None:
    base = moved(twice, twice.base)
    assert ELSEWHERE in said(twice.push(twice.commit({"src/x.c": twins(BLOCK, OPENED)}, base), options=KEEPS))
    assert said(twice.push(twice.commit({"src/x.c": twins(OPENED)}, base), options=KEEPS)) == ""


@pytest.mark.parametrize("gone", ["", pytest.param("x();\n", marks=long)])
def test_where_the_first_place_is_gone_or_changed(twice: Desk, gone: str) -> None:
    base = landed(twice, twice.commit({"src/x.c": twins(gone, BLOCK)}, twice.base, author="dan"))
    assert ELSEWHERE in said(twice.push(twice.commit({"src/x.c": twins(gone, OPENED)}, base), options=KEEPS))


def test_applied_twice(twice: Desk) -> None:
    """The approved change is in; the other place has the same surroundings still."""
    base = moved(twice, landed(twice, twice.commit({"src/x.c": twins(OPENED)}, twice.base)))
    assert ELSEWHERE in said(twice.push(twice.commit({"src/x.c": twins(OPENED, OPENED)}, base), options=KEEPS))


@pytest.mark.parametrize("how", [3, *(pytest.param(number, marks=long) for number in (0, 1, 2))])
def test_landed_taken_back_and_landed_again(desk: Desk, how: int) -> None:
    """However it came in the first time: as it was, as one commit, by a merge, or in two steps on a base that had moved."""
    old, new, half = lines(), lines((20, "new\n"), (4, "other\n")), lines((4, "other\n"))
    topic = desk.commit({"src/x.c": new}, desk.base)
    desk.approve("bob", topic)
    side = moved(desk, desk.base)
    squash = desk.commit({"src/x.c": new}, side)
    steps = desk.commit({"src/x.c": new}, desk.commit({"src/x.c": half}, side))
    came = (topic, squash, desk.commit({"src/x.c": new}, side, topic), steps)[how]
    back = landed(desk, desk.commit({"src/x.c": old}, came, author="dan"))
    assert AGAIN in said(desk.push(desk.commit({"src/x.c": new}, back), options=KEEPS))


@long
def test_taken_back_by_a_merge_that_drops_it(desk: Desk) -> None:
    """No commit says that it takes anything back; and what a merge takes from an old side comes in by that merge."""
    new = lines((20, "new\n"))
    topic = desk.commit({"src/x.c": new}, desk.base)
    desk.approve("bob", topic)
    other = desk.commit({"a": "else\n"}, desk.base, author="dan")
    drops = desk.commit({"src/x.c": lines()}, landed(desk, topic), other, author="dan")
    desk.set(MAIN, drops)
    assert AGAIN in said(desk.push(desk.commit({"src/x.c": new}, drops), options=KEEPS))


@long
def test_a_revert_that_was_approved_counts_once(desk: Desk) -> None:
    new, old = lines((20, "new\n")), lines()
    bad = landed(desk, desk.commit({"src/x.c": new}, desk.base, author="dan"))
    revert = desk.commit({"src/x.c": old}, bad)
    desk.approve("bob", revert)
    again = landed(desk, desk.commit({"src/x.c": new}, landed(desk, revert), author="dan"))
    desk.set(MAIN, again)
    assert AGAIN in said(desk.push(desk.commit({"src/x.c": old}, again), options=KEEPS))


def test_a_mode_an_empty_file_and_lines_that_only_move(desk: Desk) -> None:
    """Where no line comes or goes, that the file was touched since is enough."""
    base = landed(desk, desk.commit({"m": "1\n2\n3\n4\n5\n6\n"}, desk.base, author="dan"))
    files: dict[str, str | None] = {"m": "5\n6\n1\n2\n3\n4\n", "empty": ""}
    desk.approve("bob", desk.commit(files, base))
    assert said(desk.push(desk.commit(files, moved(desk, base)), options=KEEPS)) == ""
    back = desk.commit({"m": "1\n2\n3\n4\n5\n6\n", "empty": None}, desk.commit(files, base), author="dan")
    desk.set(MAIN, back)
    assert AGAIN in said(desk.push(desk.commit(files, back), options=KEEPS))


def test_a_ref_that_was_forced_elsewhere(desk: Desk) -> None:
    desk.approve("bob", desk.commit({"src/x.c": lines((20, "new\n"))}, moved(desk, desk.base)))
    aside = desk.commit({"a": "aside\n"}, desk.base, author="dan")
    desk.set(MAIN, aside)
    found = said(desk.push(desk.commit({"src/x.c": lines((20, "new\n"))}, aside), options=KEEPS))
    assert "the ref has left the history for which it was given (stale)" in found


def test_what_somebody_else_did_to_the_file(desk: Desk) -> None:
    """Other lines of it may have changed, and stayed; the very lines of the change may not."""
    topic = desk.commit({"src/x.c": lines((20, "new\n"), (25, "}\n"))}, desk.base)
    desk.approve("bob", topic)
    base = landed(desk, desk.commit({"src/x.c": lines((2, "}\n"), before=3)}, desk.base, author="dan"))
    new = lines((2, "}\n"), (20, "new\n"), (25, "}\n"), before=3)
    assert said(desk.push(desk.commit({"src/x.c": new}, base), options=KEEPS)) == ""
    assert said(desk.push(desk.commit({"src/x.c": new}, base, topic), options=KEEPS)) == ""
    base = landed(desk, desk.commit({"src/x.c": lines((2, "new\n"), (7, "}\n"), before=3)}, desk.base, author="dan"))
    new = lines((2, "new\n"), (7, "}\n"), (20, "new\n"), (25, "}\n"), before=3)
    assert said(desk.push(desk.commit({"src/x.c": new}, base), options=KEEPS)) == ""  # "line 20" was never taken out


@long
def test_what_is_too_much_is_stale(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    files: dict[str, str | None] = {"src/x.c": lines((20, "new\n"))}
    desk.approve("bob", desk.commit(files, desk.base))
    change = desk.commit(files, moved(desk, desk.base))
    assert said(desk.push(change, options=KEEPS)) == ""
    monkeypatch.setattr(recurring, "MOST_BYTES", 10)
    assert AGAIN in said(desk.push(change, options=KEEPS))
    monkeypatch.setattr(carrying, "MOST", 0)
    assert "more than 20 approvals for other values" in said(desk.push(change, options=KEEPS))


@long
def test_names_that_git_quotes(desk: Desk) -> None:
    """And that would be patterns, or options."""
    names = ('a"b\\', "é", "*", ":(top)x", "-x")
    desk.approve("bob", desk.commit(dict.fromkeys(names, "new\n"), desk.base))
    base = moved(desk, desk.base)
    change = desk.commit(dict.fromkeys(names, "new\n"), base)
    assert said(desk.push(change, options=KEEPS)) == ""
    back = desk.commit(dict.fromkeys(names), landed(desk, change), author="dan")
    desk.set(MAIN, back)
    assert AGAIN in said(desk.push(desk.commit(dict.fromkeys(names, "new\n"), back), options=KEEPS))
