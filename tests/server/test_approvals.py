"""Approvals by real keys, in a real repository: what they count for, and all that must not get through by them."""

from __future__ import annotations

import subprocess
import time
from pathlib import Path

import pytest
from approving import MAIN, NAMES, PEOPLE, URL, ZERO, Desk, lines, said

from gitward import authorship
from gitward.judge import judge
from gitward.model import Host, Range, RawUpdate, Request
from gitward.statements import approved
from gitward.statements.archiving import archive
from soaking import long


def test_by_somebody_else(desk: Desk) -> None:
    change = desk.commit({"a": "new\n"}, desk.base)
    assert said(desk.push(change)) == "approvals: 1 needed, 0 there"
    identity = desk.approve("bob", change)
    decision = desk.push(change)
    assert (decision.outcome, said(decision)) == ("allowed", "")
    assert f"[approval] {MAIN} approved by bob ({identity[:12]})" in decision.notices
    assert decision.updates[0].proposals == ()
    assert said(desk.push(change, options=", count: 2")) == "approvals: 2 needed, 1 there: bob"
    desk.approve("carol", change)
    assert said(desk.push(change, options=", count: 2")) == ""


def test_where_nobody_counts_approvals_the_report_says_who_does(desk: Desk) -> None:
    """In a clone before a push, and in CI: for the refs that the entry judges, and once for each entry."""
    change = desk.commit({"a": "new\n"}, desk.base)

    def notices(request: Request) -> list[str]:
        decision = judge(request, Host(repository=str(desk.folder)), policies=(desk.policy(),))
        assert decision.outcome == "allowed"
        return [line for line in decision.notices if "approvals" in line]

    def push(ref: str, new: str = change) -> Request:
        updates = (RawUpdate(old=desk.base, new=new, ref=ref), RawUpdate(old=ZERO, new=change, ref="refs/heads/x"))
        return Request(stage="push", updates=updates, existing={ref: desk.base})

    words = "[approval] approvals are counted on the server alone, where it is known who pushes: gitward approve"
    assert notices(push(MAIN)) == [f"{words} {change[:12]} --ref {MAIN} --show"]
    in_ci = Request(stage="ci", ranges=(Range(ref=MAIN, include=(change,), exclude=(desk.base,)),))
    assert notices(in_ci) == [f"{words} {change[:12]} --ref {MAIN} --show"]
    assert notices(push(MAIN, ZERO)) == notices(push("refs/heads/topic")) == []


# --- for something else ------------------------------------------------------------------------------------------------


def test_approved_then_changed(desk: Desk) -> None:
    """Amended by a line, or by a file beside; the message may be written anew, and the commits be made into one."""
    first = desk.commit({"a": "new\n"}, desk.base)
    change = desk.commit({"b": "new\n"}, first)
    desk.approve("bob", change)
    for files in ({"b": "new \n"}, {"b": "new\n", "c": ""}, {"b": None}):
        assert "it is for another tree" in said(desk.push(desk.commit(files, first)))
    assert "it is for another tree" in said(desk.push(first))
    assert said(desk.push(desk.commit({"b": "new\n"}, first, message="another message"))) == ""
    assert said(desk.push(desk.commit({"a": "new\n", "b": "new\n"}, desk.base))) == ""
    assert said(desk.push(desk.commit({}, change, message="and an empty one"))) == ""


def test_an_empty_commit_is_approved_like_any_other(desk: Desk) -> None:
    change = desk.commit({}, desk.base)
    assert "0 there" in said(desk.push(change))
    desk.approve("bob", change)
    assert said(desk.push(change)) == ""
    assert said(desk.push(change, options=", keep: patch-id")) == ""


def test_another_ref_repository_or_base(desk: Desk) -> None:
    change = desk.commit({"a": "new\n"}, desk.base)
    desk.approve("bob", change, ref="refs/heads/release/1")
    assert "it is for another ref, refs/heads/release/1" in said(desk.push(change))
    desk.approve("bob", change, url="https://git.example.com/other")
    assert "it is for another repository, https://git.example.com/other" in said(desk.push(change))
    other = desk.commit({"a": "older\n"}, desk.base)
    desk.approve("bob", change, base=other)
    assert f"it is for {MAIN} at {other[:12]}, which has moved since (stale)" in said(desk.push(change))


@pytest.mark.parametrize(("given", "known"), [("git@git.example.com:payments.git", "ssh://git.example.com/~/payments"), ("", "")])
def test_by_which_names_a_repository_is_known(desk: Desk, given: str, known: str) -> None:
    """By its URLs however they are written, and by the folder in which it is."""
    change = desk.commit({"a": "new\n"}, desk.base)
    desk.approve("bob", change, url=given or str(desk.folder))
    assert said(desk.push(change, urls=(known,) if known else ())) == ""
    assert "another repository" in said(desk.push(change, urls=("https://git.example.com/x",))) or not given


def test_revoked(desk: Desk) -> None:
    change = desk.commit({"a": "new\n"}, desk.base)
    identity = desk.approve("bob", change)
    desk.revoke("dan", identity)
    assert said(desk.push(change)) == ""
    desk.revoke("bob", identity)
    assert f"the approval {identity[:12]} does not count: revoked by bob: a mistake" in said(desk.push(change))


# --- by somebody who may not -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("key", "how"),
    [
        ("ann", {}),
        ("ann2", {}),  # a second key
        ("ann2", {"address": "ann@home.example.com"}),  # another address
        ("ann2", {"address": "ANN@Example.com"}),
        ("ann", {"author": "dan", "committer": "ann"}),
        ("ann", {"author": "dan", "message": "x\n\nCo-authored-by: Ann <ann@example.com>\n"}),
        ("ann", {"author": "dan", "message": "x\n\nco-AUTHORED-by: A <ann@home.example.com>\n"}),
        ("ann", {"author": "dan", "address": "9+ann@users.noreply.github.com"}),
    ],
)
def test_ones_own(desk: Desk, key: str, how: dict[str, str]) -> None:
    change = desk.commit({"a": "new\n"}, desk.base, **how)  # type: ignore[arg-type]
    desk.approve(key, change)
    found = said(desk.push(change, pusher="bob"))
    assert "of ann does not count: it is their own change (author, committer or co-author)" in found
    desk.approve("carol", change)
    assert said(desk.push(change, pusher="bob")) == ""


def test_under_an_address_that_only_the_mailmap_knows(desk: Desk) -> None:
    """It is read where the ref stood: what the change itself says of it counts for nothing."""
    change = desk.commit({".mailmap": ""}, desk.base, author="dan", address="ann@old.example.com")
    desk.approve("ann", change)
    assert said(desk.push(change, pusher="dan")) == ""
    base = desk.commit({".mailmap": "Ann <ann@example.com> <ann@old.example.com>\n"}, desk.base)
    desk.set(MAIN, base)
    change = desk.commit({".mailmap": None}, base, author="dan", address="ann@old.example.com")
    desk.approve("ann", change)
    assert "of ann does not count: it is their own change" in said(desk.push(change, pusher="dan"))


@long
def test_who_made_one_of_many_commits(desk: Desk) -> None:
    tip = desk.base
    for number in range(12):
        tip = desk.commit({"a": f"{number}\n"}, tip, author="bob" if number == 3 else "ann")
    desk.approve("bob", tip)
    assert "of bob does not count: it is their own change" in said(desk.push(tip))


def test_who_signed_a_commit_of_it(desk: Desk) -> None:
    """Under an address that is nobody's; the key tells."""
    settings = ("gpg.format=ssh", f"user.signingKey={desk.keys / 'ann2'}", "user.name=X", "user.email=x@x.example")
    signing = [word for each in settings for word in ("-c", each)]
    tree = desk.tree(desk.commit({"a": "new\n"}, desk.base))
    change = desk.git(*signing, "commit-tree", "-S", "-p", desk.base, "-m", "x", tree)
    author = desk.git("log", "-1", "--format=%ae", change)
    assert author != "ann@example.com"
    desk.approve("ann", change)
    assert "of ann does not count: they signed a commit of it" in said(desk.push(change, pusher="dan"))


def test_who_pushes(desk: Desk) -> None:
    change = desk.commit({"a": "new\n"}, desk.base)
    desk.approve("bob", change)
    assert "of bob does not count: they push it themselves" in said(desk.push(change, pusher="bob"))
    assert said(desk.push(change, pusher="robot")) == ""
    assert "nobody is proven to push here" in said(desk.push(change, pusher="eve"))
    assert "nobody is proven to push here" in said(desk.push(change, pusher=""))


def test_one_person_counts_once(desk: Desk) -> None:
    """With two statements, with two keys, and with both keys under one statement."""
    change = desk.commit({"a": "new\n"}, desk.base)
    for key in ("bob", "bob2"):
        desk.approve(key, change)
    assert said(desk.push(change, options=", count: 2")) == "approvals: 2 needed, 1 there: bob"
    desk.approve("carol", change)
    assert said(desk.push(change, options=", count: 2")) == ""
    assert "3 needed, 2 there: bob, carol" in said(desk.push(change, options=", count: 3"))


def test_a_bot_is_no_second_person(desk: Desk) -> None:
    change = desk.commit({"a": "new\n"}, desk.base)
    for key in ("bob", "robot"):
        desk.approve(key, change)
    found = said(desk.push(change, options=", count: 2"))
    assert "2 needed, 1 there: bob" in found
    assert "of robot does not count: it is a service, and no human" in found


@long
def test_a_stranger(desk: Desk) -> None:
    change = desk.commit({"a": "new\n"}, desk.base)
    identity = desk.approve("eve", change)
    found = said(desk.push(change))
    assert f"the approval {identity[:12]} does not count: signed by the key SHA256:" in found
    assert "which the policy does not list" in found


def test_who_has_lost_the_role_the_key_or_the_place(desk: Desk) -> None:
    change = desk.commit({"a": "new\n"}, desk.base)
    desk.approve("bob", change)
    options = ", from: [reviewer]"
    assert said(desk.push(change, options=options)) == ""
    lost = PEOPLE["bob"].replace("roles: [reviewer], ", "")
    assert "of bob does not count: no role of reviewer" in said(desk.push(change, options=options, people={"bob": lost}))
    over = PEOPLE["bob"].replace("'{bob}'", "'{bob}', valid_before: 2020-01-01")
    assert "1 needed, 0 there" in said(desk.push(change, people={"bob": over}))
    assert "1 needed, 0 there" in said(desk.push(change, people={"bob": ""}))
    gone = PEOPLE["bob"].replace("addresses", "valid_before: 2020-01-01, addresses")
    assert "1 needed, 0 there" in said(desk.push(change, people={"bob": gone}))
    for member, says in (("dan", "approvals by lead: 1 needed, 0 there"), ("bob", "")):
        group = f"groups: {{lead: {{members: [{member}], source: LDAP, revision: '1'}}}}\n"
        assert said(desk.push(change, options=", from: [lead]", more=group)).partition(";")[0] == says


@long
def test_who_could_approve_is_said(desk: Desk) -> None:
    (result,) = (each for each in desk.push(desk.commit({"a": "x"}, desk.base), options=", from: [reviewer]").results
                 if each.rule == "approval")  # fmt: skip
    assert result.violations[0].fix.startswith("ask bob, carol: gitward approve ")


# --- how it lands ------------------------------------------------------------------------------------------------------


def test_a_merge_of_what_was_approved(desk: Desk) -> None:
    """Approved is the topic's tip and the tree of the merge: another merge of the same two is another change."""
    topic = desk.commit({"a": "new\n"}, desk.base)
    base = desk.commit({"b": "new\n"}, desk.base, author="dan")
    desk.set(MAIN, base)
    desk.approve("bob", topic)
    merge = desk.commit({"a": "new\n"}, base, topic, author="carol")
    assert said(desk.push(merge, pusher="carol")) == ""
    assert "it is for another tree" in said(desk.push(desk.commit({"a": "newer\n"}, base, topic, author="carol"), pusher="carol"))
    # the same tree by a squash and by a rebase, which are other commits
    assert said(desk.push(desk.commit({"a": "new\n"}, base, message="a squash"))) == ""


def test_a_squash_of_what_was_approved_before_the_archive(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """An approval is found by what it is for, not only by its commit: in the archive too, for a while."""
    topic = desk.commit({"a": "new\n"}, desk.base)
    desk.approve("bob", topic)
    squash = desk.commit({"a": "new\n"}, desk.base, message="a squash")
    now = int(time.time())
    assert archive(str(desk.folder / ".git"), now) == 1
    assert said(desk.push(squash)) == ""
    monkeypatch.setattr(approved, "MOST", 0)
    assert said(desk.push(squash)) == "approvals: 1 needed, 0 there"
    assert said(desk.push(topic)) == ""
    monkeypatch.setattr(approved, "MOST", 9)
    monkeypatch.setattr(approved, "DAYS", (-1,))
    assert "0 there" in said(desk.push(squash))


def test_a_merge_of_a_parked_base(desk: Desk) -> None:
    """What waits on another ref is new to main: who made it made what comes in, and the tree is not what was approved."""
    topic = desk.commit({"a": "new\n"}, desk.base)
    desk.approve("bob", topic)
    parked = desk.commit({"b": "bad\n"}, desk.base, author="bob")
    desk.set("refs/heads/parked", parked)
    merge = desk.commit({"a": "new\n"}, parked, topic, author="ann")
    assert "it is for another tree" in said(desk.push(merge))
    desk.approve("bob", merge)
    assert "of bob does not count: it is their own change" in said(desk.push(merge))


def test_an_octopus(desk: Desk) -> None:
    """With the approver's own commit as its third parent; what it takes from all of them is in the tree."""
    one, two = (desk.commit({name: "new\n"}, desk.base, author=who) for name, who in (("a", "ann"), ("b", "bob")))
    octopus = desk.commit({"a": "new\n", "b": "new\n"}, desk.base, one, two, author="ann")
    desk.approve("bob", octopus)
    assert "of bob does not count: it is their own change" in said(desk.push(octopus))
    desk.approve("carol", octopus)
    assert said(desk.push(octopus)) == ""


def test_only_the_base_moved(desk: Desk) -> None:
    topic = desk.commit({"src/x.c": lines((20, "new\n"))}, desk.base)
    desk.approve("bob", topic)
    base = desk.commit({"src/x.c": lines(before=4), "b": "new\n"}, desk.base, author="dan")
    desk.set(MAIN, base)
    rebased = desk.commit({"src/x.c": lines((20, "new\n"), before=4)}, base)
    keeps = ", keep: patch-id"
    assert "which has moved since (stale)" in said(desk.push(rebased))
    assert said(desk.push(rebased, options=keeps)) == ""
    indented = desk.commit({"src/x.c": lines((20, "    new\n"), before=4)}, base)
    assert "and for another change (stale)" in said(desk.push(indented, options=keeps))
    further = desk.commit({"src/x.c": lines((20, "new\n"), before=4), "c": ""}, base)
    assert "and for another change (stale)" in said(desk.push(further, options=keeps))


def test_a_queue_that_lands_two_at_once(desk: Desk) -> None:
    """Each was approved on main as it was: what comes in is neither. One after the other the patch of each holds."""
    one, two = desk.commit({"a": "new\n"}, desk.base), desk.commit({"b": "new\n"}, desk.base)
    for each in (one, two):
        desk.approve("bob", each)
    first = desk.commit({"a": "new\n"}, desk.base, one)
    batch = desk.commit({"b": "new\n"}, first, two)
    keeps = ", keep: patch-id"
    assert "(stale)" in said(desk.push(batch))
    assert "(stale)" in said(desk.push(batch, options=keeps))
    assert said(desk.push(first, options=keeps)) == ""
    desk.set(MAIN, first)
    assert said(desk.push(batch, options=keeps)) == ""


@long
def test_forced_back(desk: Desk) -> None:
    """A ref that goes back to where it was has been approved for that too, or not."""
    newer = desk.commit({"a": "new\n"}, desk.base)
    desk.set(MAIN, newer)
    other = desk.commit({"b": "other\n"}, desk.base)
    assert "1 needed, 0 there" in said(desk.push(other))
    desk.approve("bob", other, tree=desk.tree(other))
    assert said(desk.push(other)) == ""


def test_a_new_branch(desk: Desk) -> None:
    """It needs its own approval; what main holds already was approved there, and what only waits elsewhere was not."""
    ref = "refs/heads/release/1"
    assert "0 there" in said(desk.push(desk.base, ref=ref))
    desk.approve("dan", desk.base, ref=ref)
    assert said(desk.push(desk.base, ref=ref)) == ""
    parked = desk.commit({"a": "new\n"}, desk.base, author="dan")
    desk.set("refs/heads/parked", parked)
    desk.approve("dan", parked, ref=ref)
    assert "of dan does not count: it is their own change" in said(desk.push(parked, ref=ref))


@long
def test_a_deletion_is_not_judged(desk: Desk) -> None:
    desk.set("refs/heads/release/1", desk.base)
    decision = desk.push(ZERO, ref="refs/heads/release/1", old=desk.base)
    assert said(decision) == ""


@long
def test_a_blob_cannot_be_approved(desk: Desk) -> None:
    blob = desk.git("hash-object", "-w", "--stdin", stdin=b"x")
    assert said(desk.push(blob, ref="refs/heads/release/1")) == "it leads to a blob, which nobody can approve"


# --- paths and owners --------------------------------------------------------------------------------------------------


def test_only_some_paths(desk: Desk) -> None:
    """What a commit adds and the next takes out again is seen, and so is what a merge drops."""
    options = ", paths: [/src/]"
    change = desk.commit({"a": "new\n"}, desk.base)
    assert said(desk.push(change, options=options)) == ""
    inside = desk.commit({"src/y.c": "x\n"}, desk.base)
    assert "1 needed, 0 there" in said(desk.push(inside, options=options))
    assert "1 needed, 0 there" in said(desk.push(desk.commit({"src/y.c": None}, inside), options=options))
    grown = desk.commit({"src/z.c": "z\n"}, desk.base, author="dan")
    desk.set(MAIN, grown)
    drops = desk.commit({"src/z.c": None}, grown, change)
    assert "1 needed, 0 there" in said(desk.push(drops, options=options))
    keeps = desk.commit({"a": "new\n"}, grown, change)
    assert said(desk.push(keeps, options=options)) == ""


def test_a_new_branch_whose_merge_drops_something(desk: Desk) -> None:
    """There is no old end to compare it with, so the merge is held against both of its parents."""
    options, ref = ", paths: [/src/]", "refs/heads/release/1"
    topic = desk.commit({"a": "new\n"}, desk.base)
    grown = desk.commit({"src/z.c": "z\n"}, desk.base, author="dan")
    desk.set(MAIN, grown)
    assert said(desk.push(topic, ref=ref, options=options)) == ""
    drops = desk.commit({"a": "new\n", "src/z.c": None}, grown, topic)
    assert "1 needed, 0 there" in said(desk.push(drops, ref=ref, options=options))


def test_code_owners_are_read_where_the_ref_stood(desk: Desk) -> None:
    options = ", code_owners: true"
    change = desk.commit({"src/x.c": "new\n", "CODEOWNERS": "* @bob\n"}, desk.base)
    desk.approve("bob", change)
    found = said(desk.push(change, options=options))
    assert '"src/x.c" is owned by @carol (CODEOWNERS:1), and not approved by one of them' in found
    desk.approve("carol", change)
    assert said(desk.push(change, options=options)) == ""
    assert said(desk.push(desk.commit({"src/x.c": "new\n", "CODEOWNERS": "* @bob\n"}, desk.base), options=options)) == ""


@long
def test_a_new_branch_finds_its_owners_on_the_default_branch(desk: Desk) -> None:
    change = desk.commit({"src/x.c": "new\n", "CODEOWNERS": "* @bob\n"}, desk.base)
    desk.approve("bob", change, ref="refs/heads/release/1")
    found = said(desk.push(change, ref="refs/heads/release/1", options=", code_owners: true"))
    assert "is owned by @carol (CODEOWNERS:1)" in found


@long
def test_too_many_people(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(authorship, "MOST_PEOPLE", 3)
    trailers = "".join(f"Co-authored-by: X <{number}@example.com>\n" for number in range(9))
    decision = desk.push(desk.commit({"a": "x"}, desk.base, message=f"x\n\n{trailers}"))
    assert decision.failure is not None
    assert (decision.exit_code, decision.failure.reason) == (3, "too-large")


def test_all_keys_are_different(held: Path) -> None:
    """Else the second keys above would prove nothing."""
    public = {(held / f"{name}.pub").read_text() for name in NAMES}
    assert len(public) == len(NAMES)
    assert subprocess.run(["ssh-keygen", "-l", "-f", held / "ann2.pub"], capture_output=True, check=True).stdout
    assert URL.startswith("https://")
