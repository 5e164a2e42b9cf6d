"""Which way a change of grants, groups and waivers goes, in which words."""

from __future__ import annotations

import pytest
from policies import HEAD, policy

from gitward.policy.diff import diff

PEOPLE = "principals: {ann: {}, bob: {}, carol: {roles: [auditor]}}\ngroups: {dev: {members: [ann]}}\n"
OF_ANN, OF_DEV = "{who: [ann], may: [update]}", "{who: [dev], may: [create, update], refs: [refs/heads/main]}"
OF_PATH = "{who: [bob], may: [update], paths: [/ci/]}"


def found(old: str, new: str, people: str = PEOPLE) -> list[str]:
    """The differences between two policies that have these grants."""
    texts = [f"{HEAD}{PEOPLE}access: [{old}]\n", f"{HEAD}{people}access: [{new}]\n"]
    return [f"{change.way} {change.key}: {change.words}" for change in diff(*map(policy, texts))]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (OF_ANN, f"{OF_ANN}, {OF_DEV}", ["weaker grants: dev may create refs/heads/main; dev may update refs/heads/main"]),
        (f"{OF_DEV}, {OF_ANN}", f"{OF_ANN}, {OF_DEV}", []),
        (f"{OF_ANN}, {OF_DEV}", OF_DEV, ["stricter grants: ann may no longer update refs/**"]),
        (OF_ANN, OF_ANN.replace("[update]", "[update, force]"), ["weaker grants: ann may force refs/**"]),
        (OF_ANN, OF_ANN.replace("}", ", valid_before: 2026-01-01}"),
         ["weaker grants: ann may update refs/**, for a time", "stricter grants: ann may no longer update refs/**"]),
        (OF_ANN, f"{OF_ANN}, {OF_PATH}", ["different grants: bob may update refs/** in /ci/"]),
        (f"{OF_ANN}, {OF_PATH}", OF_ANN, ["different grants: bob may no longer update refs/** in /ci/"]),
        (OF_PATH, OF_PATH.replace("[bob]", "[bob, ann]"), ["weaker grants: ann may update refs/** in /ci/"]),
        (OF_PATH.replace("[bob]", "[bob, ann]"), OF_PATH, ["stricter grants: ann may no longer update refs/** in /ci/"]),
    ],
)  # fmt: skip
def test_grants(old: str, new: str, said: list[str]) -> None:
    assert found(old, new) == said


def test_who_has_a_role() -> None:
    people = PEOPLE.replace("[ann]", "[ann, bob]").replace("carol: {roles: [auditor]}", "carol: {}, dan: {}")
    said = "bob is now dev; dan is new"
    assert f"weaker members: {said}" in found(OF_ANN, OF_ANN, people)
    assert "stricter members: carol is no longer auditor" in found(OF_ANN, OF_ANN, people)


def test_many_are_told_by_the_first_and_their_number() -> None:
    people = PEOPLE.replace("{ann", "{" + "".join(f"p{number}: {{}}, " for number in range(30)) + "ann")
    (said,) = [line for line in found(OF_ANN, OF_ANN, people) if "members" in line]
    assert said.endswith("p17 is new; and 20 more")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("", "{rules: [access], who: [dev]}", ["weaker: 1 of ann may waive access for 86400 s"]),
        ("{rules: [access], who: [ann]}", "", ["stricter: no longer 1 of ann may waive access for 86400 s"]),
        ("{rules: [access], who: [ann, bob], count: 2}", "{rules: [access], who: [ann, bob, carol], count: 2}",
         ["weaker: 2 of ann, bob, carol may waive access for 86400 s"]),
        ("{rules: everything, who: [ann]}", "{rules: everything, who: [ann], at_most: 1h}",
         ["stricter: no longer 1 of ann may waive everything for 86400 s"]),
        ("{rules: [access], who: [ann]}", "{rules: [access], who: [dev]}", []),
    ],
)  # fmt: skip
def test_waivers(old: str, new: str, said: list[str]) -> None:
    base = f"{HEAD}{PEOPLE}access: [{OF_ANN}]\n"
    pair = [policy(base + (f"waivers: [{each}]\n" if each else "")) for each in (old, new)]
    assert [f"{change.way}: {change.words}" for change in diff(*pair) if change.key == "waivers"] == said
