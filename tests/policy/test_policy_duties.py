"""The key `duties`: what it may hold, who is in conflict with it, and that a conflict is no error of the policy."""

from __future__ import annotations

import pytest
from policies import complaints, policy

from gitward.policy import duties
from gitward.policy.diff import diff

NOW = 1_800_000_000
HEAD = """\
version: 1
policy: {id: test}
rules: [{rule: no-force-push}]
principals:
  ann: {roles: [policy-admin, release-manager]}
  bob: {roles: [approver]}
  carol: {roles: [auditor]}
  dan: {}
groups:
  reviewers: {members: [bob, dan]}
  empty: {members: []}
"""


def found(text: str) -> list[tuple[str, tuple[str, ...], str]]:
    return [(each.principal, each.roles, each.place) for each in duties.conflicts(policy(HEAD + text), NOW)]


def test_who_holds_what_is_apart() -> None:
    assert found("") == []
    assert found("duties: [{apart: [policy-admin, auditor, release-manager]}]\n") == [
        ("ann", ("policy-admin", "release-manager"), "p.yaml:12")]  # fmt: skip
    assert found("duties:\n  - {apart: [policy-admin, auditor]}\n  - {apart: [reviewers, approver]}\n") == [
        ("bob", ("reviewers", "approver"), "p.yaml:14")]  # fmt: skip
    assert found("duties: [{apart: [empty, approver]}]\n") == []
    (bob,) = duties.conflicts(policy(HEAD + "duties: [{apart: [reviewers, approver]}]\n"), NOW)
    assert duties.sentence(bob) == "bob holds reviewers (group) and approver, which p.yaml:12 keeps apart"


@pytest.mark.parametrize(("text", "complaint"), [
    ("duties: [{apart: [policy-admin]}]", "one role is apart from nothing"),
    ("duties: [{apart: [auditor, auditor]}]", "'auditor' stands here twice"),
    ("duties: [{apart: [auditor, aprover]}]", "12:28: unknown role 'aprover'; did you mean 'approver'?"),
    ("duties: [{apart: [auditor, dan]}]", "unknown role 'dan'"),
    ("duties: []", "an empty list is refused"),
    ("duties: [{apart: [auditor, approver], who: [x]}]", "unknown key 'who'"),
])  # fmt: skip
def test_what_is_refused(text: str, complaint: str) -> None:
    assert any(complaint in each for each in complaints(HEAD + text)), complaints(HEAD + text)


def test_a_pack_has_no_duties() -> None:
    base = "version: 1\nrules: [{rule: no-force-push}]\nduties: [{apart: [a, b]}]\n"
    assert "stands in the policy itself" in complaints("version: 1\npolicy: {id: x}\nextends: [base.yaml]\n", base=base)[0]


def test_what_is_apart_as_a_rule() -> None:
    advised = [(each.principal, each.roles) for each in duties.advice(policy(HEAD), NOW)]
    assert advised == [("ann", ("policy-admin", "release-manager"))]
    assert not duties.advice(policy(HEAD + "duties: [{apart: [release-manager, policy-admin]}]\n"), NOW)
    assert duties.sentence(duties.advice(policy(HEAD), NOW)[0]).startswith("ann holds policy-admin and release-manager, ")


def test_a_difference() -> None:
    old, new = (policy(HEAD + f"duties: [{{apart: [{names}]}}]\n") for names in ("policy-admin, auditor", "auditor, approver"))
    changes = [(change.way, change.words) for change in diff(old, new) if change.key == "duties"]
    assert changes == [
        ("weaker", "no longer keeps auditor and policy-admin apart"), ("stricter", "keeps approver and auditor apart"),
    ]  # fmt: skip


COMPANY = """\
version: 1
policy: {id: company}
rules: [{rule: no-force-push}]
principals:
  ann: {addresses: [ann@example.com], roles: [policy-admin]}
  ann-bot: {kind: service, addresses: [bot@example.com, Ann@example.com], roles: [auditor]}
  deployer: {kind: service, addresses: [bot@example.com], roles: [release-manager]}
  bob: {addresses: [bob@example.com], roles: [approver], valid_before: 2020-01-01}
  carol: {roles: [approver], valid_after: 2050-01-01}
  dan: {addresses: [dan@example.com], roles: [developer]}
groups:
  auditors: {members: [bob, carol, dan]}
  policy-admins: {members: [dan]}
"""


def test_one_person_by_several_principals() -> None:
    """Somebody's service is no second person, on however many ways it is theirs."""
    found = duties.conflicts(policy(COMPANY + "duties: [{apart: [policy-admin, auditor, release-manager]}]\n"), NOW)
    assert [(each.principal, each.others, each.roles) for each in found] == [
        ("ann", ("ann-bot", "deployer"), ("policy-admin", "auditor", "release-manager"))]  # fmt: skip
    assert duties.sentence(found[0]) == (
        "ann, by an address of theirs ann-bot and deployer too, holds policy-admin, auditor and release-manager, "
        "which p.yaml:14 keeps apart"
    )  # fmt: skip


def test_whose_time_is_over_holds_nothing() -> None:
    text = COMPANY + "duties: [{apart: [auditors, approver]}]\n"
    assert [each.principal for each in duties.conflicts(policy(text), NOW)] == ["carol"], "who has not begun will hold both"
    assert [each.principal for each in duties.conflicts(policy(text), 1)] == ["bob", "carol"]


def test_roles_in_the_plural_are_apart_as_a_rule_too() -> None:
    advised = {(each.principal, each.roles, each.groups) for each in duties.advice(policy(COMPANY), NOW)}
    assert ("dan", ("policy-admins", "auditors"), ("policy-admins", "auditors")) in advised
    assert ("carol", ("auditors", "approver"), ("auditors",)) in advised
    assert {each for each, *_ in advised} == {"ann", "ann-bot", "carol", "dan"}


def test_two_humans_have_no_address_in_common() -> None:
    """At one time: a principal may follow upon another who was the same person."""
    head = "version: 1\npolicy: {id: test}\nrules: [{rule: no-force-push}]\nprincipals:\n"
    people = "  ann: {{addresses: [ann@example.com]{}}}\n  ann-admin: {{addresses: [x@example.com, ANN@example.com]{}}}\n"
    (said,) = complaints(head + people.format("", ""))
    assert said.startswith("p.yaml:6:42: the address 'ANN@example.com' is ann's already")
    assert complaints(head + people.format("", ", valid_before: 2020-01-01"))
    assert not complaints(head + people.format(", valid_before: 2020-01-01", ", valid_after: 2020-01-01"))
    assert not complaints(head + people.format("", ", kind: service"))
