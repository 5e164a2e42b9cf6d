"""Who made a change, by what its commits claim: whatever stands in a mailmap, nobody is lost by it."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from gitward.gitobject import parse_commit
from gitward.makers import Identities, claimed
from gitward.model import Commit, Oid, Principal
from soaking import examples
from timing import cpu_within

KNOWN = {
    "ann": Principal(name="ann", addresses=("ann@example.com",)),
    "bob": Principal(name="bob", addresses=("bob@example.com", "ann@example.com"), accounts=("Bobby",)),
}
ADDRESSES = ("ann@example.com", "BOB@example.com", "x@example.com", "7+ann@users.noreply.github.com", "")
LINES = st.builds("{} <{}> {} <{}>".format, *(st.sampled_from(words) for words in (("Ann", ""), ADDRESSES, ("X", ""), ADDRESSES)))


def commit(message: str) -> Commit:
    who = "X <x@example.com> 0 +0000"
    return parse_commit(Oid("1" * 40), f"tree {'2' * 40}\nauthor {who}\ncommitter {who}\n\n{message}".encode())


def test_an_address_is_of_each_who_lists_it_and_an_account_of_who_has_it() -> None:
    of = Identities(KNOWN).of
    assert of([("", "ANN@example.com")]) == {"ann", "bob"}
    assert of([("", "7+bobby@users.noreply.github.com")]) == {"bob"}
    assert of([("", "bob@users.noreply.github.com")]) == set()  # who has accounts is not known by the name
    assert of([("", "ann@users.noreply.gitlab.example.com")]) == {"ann"}
    assert of([("", ""), ("ann", "x@example.com")]) == set()


@settings(max_examples=examples(20), deadline=None)
@given(st.lists(LINES, max_size=6), st.lists(LINES, max_size=3), st.sampled_from(("Ann", "X", "")), st.sampled_from(ADDRESSES))
def test_a_mailmap_only_finds_more(lines: list[str], others: list[str], name: str, address: str) -> None:
    people = [(name, address)]
    one = Identities(KNOWN, (lines,)).of(people)
    assert Identities(KNOWN).of(people) <= one <= Identities(KNOWN, (lines, others)).of(people)


def test_co_authors_are_all_whom_a_trailer_names() -> None:
    found = [*claimed(commit("x\n\nCo-authored-by: A <a@example.com>, B < b@example.com\nCO-AUTHORED-BY: c@example.com\n"))]
    assert [address for _, address in found[2:]] == ["a@example.com", "b@example.com", "c@example.com"]


def test_a_hostile_trailer_costs_linear_time() -> None:
    hostile = commit("x\n\nCo-authored-by: " + "<" * 100_000 + "\n")
    with cpu_within(2):
        assert len([*claimed(hostile)]) == 100_002
