"""Who may read, and who is shown the refs: every policy for itself, by grants that stand and are valid."""

from __future__ import annotations

import json

import pytest

from gitward.model import Entry, Policy
from gitward.model.access import Grant
from gitward.record import record
from gitward.shell.judging import judge

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

NOW = 1_800_000_000
PEOPLE = {"ann": ("developers",), "bob": (), "carol": ("auditors",), "dan": ()}


@record
class Access:
    """As the rule `access` is for whoever asks it: its name, its grants, and who has which roles."""

    grants: tuple[Grant, ...]
    members: tuple[tuple[str, tuple[str, ...]], ...] = tuple(PEOPLE.items())

    name = "access"


@record
class Other:
    name = "no-fixup"


def policy(*grants: Grant, name: str = "org", mode: Any = "enforce", severity: Any = "error", message: str = "",
           people: dict[str, Any] | None = None) -> Policy:  # fmt: skip
    known = {each: {"addresses": [], "roles": roles, "vouched_by": []} for each, roles in PEOPLE.items()} | (people or {})
    store = {"principals": known, "ssh": [], "openpgp": [], "x509": [], "keyless": [], "x509_crls": [], "rsa_bits": 2048,
             "skew": 600, "openpgp_trailers": []}  # fmt: skip
    entries = [Entry(id="no-fixup", rule=Other(), refs=("refs/**",))]
    if grants:
        entries.append(Entry(id="access", rule=Access(grants=grants), refs=("refs/**",), severity=severity, message=message,
                             place=f"/etc/gitward/{name}.yaml:7"))  # fmt: skip
    return Policy(id=name, mode=mode, entries=tuple(entries), source=f"/etc/gitward/{name}.yaml", digest="0" * 64,
                  trust=json.dumps(store))  # fmt: skip


READ = Grant(who=("developers", "carol"), may=("read",), place="/etc/gitward/org.yaml:8")
PUSH = Grant(who=("bob",), may=("update",), refs=("refs/heads/topic/**",), place="/etc/gitward/org.yaml:9")


def is_let_in(account: str, service: Any, *policies: Policy) -> bool:
    return judge(policies, account, service, NOW).denied is None


@pytest.mark.parametrize("service", ["upload-pack", "upload-archive"])
def test_to_read_takes_a_grant_of_read(service: str) -> None:
    who = {name for name in (*PEOPLE, "eve") if is_let_in(name, service, policy(READ, PUSH))}
    assert who == {"ann", "carol"}
    found = judge((policy(READ, PUSH),), "ann", "upload-pack", NOW)
    assert (found.principal, found.roles, found.grants) == ("ann", (("developers", "org"),), ("/etc/gitward/org.yaml:8",))


def test_to_push_takes_any_grant_at_all() -> None:
    who = {name for name in (*PEOPLE, "eve") if is_let_in(name, "receive-pack", policy(READ, PUSH))}
    assert who == {"ann", "bob", "carol"}


def test_a_grant_counts_in_its_time_alone() -> None:
    for times, expected in (({"valid_after": NOW}, True), ({"valid_after": NOW + 1}, False), ({"valid_before": NOW}, False),
                            ({"valid_before": NOW + 1}, True)):  # fmt: skip
        grant = Grant(who=("ann",), may=("read",), **times)  # type: ignore[arg-type]
        for service in ("upload-pack", "receive-pack"):
            assert is_let_in("ann", service, policy(grant)) is expected, (times, service)


def test_each_policy_counts_for_itself() -> None:
    bobs = policy(Grant(who=("bob",), may=("read",)), name="own")
    assert is_let_in("dan", "upload-pack", policy()), "a policy without access says nothing"
    assert is_let_in("ann", "upload-pack", policy(READ), policy(name="own"))
    assert not is_let_in("ann", "upload-pack", policy(READ), bobs)
    assert not is_let_in("bob", "upload-pack", policy(READ), bobs)
    assert is_let_in("ann", "upload-pack", policy(READ), policy(*(READ,), name="own"))


@pytest.mark.parametrize("how", [{"mode": "evaluate"}, {"severity": "warning"}])
def test_what_is_not_enforced_denies_nothing_and_is_known(how: dict[str, str]) -> None:
    found = judge((policy(READ, **how),), "dan", "upload-pack", NOW)
    assert (found.denied, found.would_be) == (None, "denied")
    assert judge((policy(READ, **how),), "ann", "upload-pack", NOW).would_be == "allowed"
    assert not is_let_in("dan", "upload-pack", policy(READ, **how), policy(READ, name="own"))


def test_an_account_is_whom_the_policy_says() -> None:
    people = {"dan": {"addresses": [], "roles": [], "vouched_by": [], "accounts": ["bob2"]},
              "bot": {"addresses": [], "roles": [], "vouched_by": [], "service": True}}  # fmt: skip
    granted = policy(Grant(who=("dan",), may=("read",)), people=people)
    found = judge((granted,), "bob2", "upload-pack", NOW)
    assert (found.principal, found.denied) == ("dan", None)
    assert judge((granted,), "bot", "upload-pack", NOW).is_service
    over = {"dan": {**people["dan"], "valid_before": NOW}}
    denied = judge((policy(Grant(who=("dan",), may=("read",)), people=over),), "dan", "upload-pack", NOW).denied
    assert denied
    assert "over" in denied.message


def test_a_denial_says_who_what_which_line_and_who_could() -> None:
    denied = judge((policy(READ, PUSH, message="see chapter 3"),), "dan", "upload-pack", NOW).denied
    assert denied
    assert denied.message == "dan may not read this repository: no grant of theirs is for it, org.yaml:8 and below (policy org)"
    assert denied.fix == "see chapter 3; ask who may: developers, carol; or ask for a grant"
    denied = judge((policy(READ, PUSH),), "eve", "receive-pack", NOW).denied
    assert denied
    assert denied.message.startswith("eve may not push to this repository: ")
    assert denied.fix == "ask who may: developers, carol, bob; or ask for a grant"
    none = judge((policy(PUSH),), "dan", "upload-pack", NOW).denied
    assert none
    assert none.fix == "nobody may: ask for a grant"
