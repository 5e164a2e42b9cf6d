"""The report of all that is granted: rows, notes, difference, and its three forms."""

from __future__ import annotations

import csv
import json

import pytest
from policies_of_rights import HEAD, NOW, rights

from gitward.render.entries import dumps
from gitward.rights.lint import refs_cover
from gitward.rights.report import FIELDS, document, report_of, table
from gitward.rights.text import text

GRANTS = (
    "who: [devs, ann], may: [read]",
    "who: [devs], may: [update, create], refs: ['refs/heads/topic/**']",
    "who: [bob], may: [update], refs: [refs/heads/main], paths: [/ci/**], valid_before: 2026-02-01",
    "who: [ci], may: [tag], refs: ['refs/tags/v*'], valid_after: 2027-01-01",
)


def kinds(*grants: str, more: str = "", source: str = "") -> list[tuple[str, str]]:
    """What is noted, and in which line."""
    made = report_of(rights(*grants, more=more, source=source), NOW)
    return [(note.kind, note.place) for note in made.notes]


def test_the_text() -> None:
    whole = rights(*GRANTS, more="duties: [{apart: [devs, tester]}]\n")
    made = "\n".join(text(report_of(whole, NOW)))
    digest = f"by the version of it whose files have the digest {whole.policy.digest}\n"
    assert digest in made
    assert made.replace(digest, "") == """\
who may do what under test, p.yaml, as of 2026-09-21T14:13:20Z

ann: roles ops
  read: the whole repository (p.yaml:14)

bob: roles devs, tester
  read: the whole repository through devs (p.yaml:14)
  create, update: refs/heads/topic/** through devs (p.yaml:15)
  update: refs/heads/main, paths /ci/** (p.yaml:16) until 2026-02-01T00:00:00Z [expired]

carol: roles devs; known until 2026-01-01T00:00:00Z
  read: the whole repository through devs (p.yaml:14) [expired]
  create, update: refs/heads/topic/** through devs (p.yaml:15) [expired]

ci: service; roles ops
  tag: refs/tags/v* (p.yaml:17) from 2027-01-01T00:00:00Z [not-yet-valid]

dan: accounts daniel
  nothing

group devs: bob, carol (from ou=devs revision 7)
group ops: ann, ci
group nobody: nobody

the whole repository
  read: devs (bob, carol), ann, 3 in all (p.yaml:14)

refs/heads/main, paths /ci/**
  update: bob (p.yaml:16)

refs/heads/topic/**
  update, create: devs (bob, carol) (p.yaml:15)

refs/tags/v*
  tag: ci (p.yaml:17)

error[duties] bob holds devs (group) and tester, which p.yaml:18 keeps apart
note[expired] p.yaml:16: has ended: it gives nothing, and still protects its paths (until 2026-02-01T00:00:00Z)
note[not-yet-valid] p.yaml:17: has not begun (from 2027-01-01T00:00:00Z)

5 principals, 1 of them services; 4 grants; 1 conflict of duties, 2 notes"""


def test_reading_is_of_everything_whatever_the_grant_says() -> None:
    lines = list(text(report_of(rights("who: [ann, dan], may: [update, read], refs: [refs/heads/x]"), NOW)))
    assert lines[4:6] == ["  read: the whole repository (p.yaml:14)", "  update: refs/heads/x (p.yaml:14)"]
    start = lines.index("the whole repository")
    assert lines[start : start + 5] == [
        "the whole repository", "  read: ann, dan, 2 in all (p.yaml:14)", "",
        "refs/heads/x", "  update: ann, dan, 2 in all (p.yaml:14)",
    ]  # fmt: skip


def test_csv_and_json() -> None:
    made = report_of(rights(*GRANTS), NOW, old=rights(*GRANTS[:1], "who: [dan], may: [delete], refs: [refs/heads/x]"))
    found = list(csv.DictReader(table(made)))
    assert tuple(found[0]) == FIELDS
    assert found[0] == {"principal": "ann", "kind": "human", "action": "read", "refs": "refs/**", "paths": "", "through": "ann",
                        "line": "p.yaml:14", "times": "", "state": "valid", "change": "",
                        "used": "", "last_used": ""}  # fmt: skip
    assert [(row["principal"], row["action"], row["change"]) for row in found if row["change"]] == [
        ("bob", "create", "gained"), ("bob", "update", "gained"), ("dan", "delete", "lost")]  # fmt: skip
    assert {row["kind"] for row in found if row["principal"] == "ci"} == {"service"}
    whole = json.loads(dumps(document(made)))
    assert len(whole["rights"]) == len(found) - 1
    assert whole["grants"][1]["principals"] == ["bob", "carol"]
    assert whole["principals"][4] == {"name": "dan", "kind": "human", "accounts": ["daniel"], "roles": [], "times": None}
    assert whole["difference"]["rights"][2] | {"line": 0} == {
        "gained": False, "principal": "dan", "action": "delete", "refs": ["refs/heads/x"], "paths": [], "line": 0,
        "through": ["dan"]}  # fmt: skip


def changes(old: tuple[str, ...], new: tuple[str, ...]) -> list[str]:
    found = report_of(rights(*new), NOW, old=rights(*old)).difference
    assert found is not None
    return [f"{'+' if each.gained else '-'} {each.principal} {each.action} {' '.join((*each.refs, *each.paths))}"
            for each in found.changes]  # fmt: skip


def test_a_difference_is_of_rights_and_not_of_lines() -> None:
    assert changes(("who: [ops], may: [update, force], refs: [refs/heads/a, refs/heads/b]",), (
        "who: [ann], may: [force, update], refs: [refs/heads/b]", "who: [ci], may: [update, force], refs: [refs/heads/b]",
        "who: [ci, ann], may: [force, update], refs: [refs/heads/a]")) == []  # fmt: skip
    assert changes(("who: [ann], may: [read], refs: [refs/heads/a]",), ("who: [ann], may: [read]",)) == []
    assert changes(("who: [ann], may: [update]",), ("who: [ann], may: [update], paths: [/x, /y]",)) == [
        "+ ann update refs/** /x", "+ ann update refs/** /y", "- ann update refs/**"]  # fmt: skip
    assert changes(("who: [ann], may: [update], refs: ['refs/**', '!refs/x']",), ("who: [ann], may: [update]",)) == [
        "+ ann update refs/**", "- ann update !refs/x refs/**"]  # fmt: skip
    ended = ("who: [ann], may: [update], valid_before: 2026-01-01",)
    assert changes(("who: [ann], may: [update]",), ended) == ["- ann update refs/**"]


def test_people_and_roles_of_a_difference() -> None:
    old, new = rights("who: [ops], may: [read]"), rights("who: [ops], may: [read]")
    people = {name: known for name, known in new.people.items() if name != "dan"}
    from gitward.record import replace

    people["bob"] = replace(people["bob"], roles=("devs", "ops"), service=True)
    found = report_of(replace(new, people=people), NOW, old=old).difference
    assert found is not None
    assert found.principals == ((False, "dan"),)
    assert found.roles == ((True, "bob", "ops"), (False, "bob", "tester"))
    assert found.services == ((True, "bob"),)


@pytest.mark.parametrize(("grants", "expected"), [
    (("who: [ann], may: [update]", "who: [ann], may: [update], refs: [refs/heads/x]"), [("covered", "p.yaml:15")]),
    (("who: [ann], may: [update]", "who: [ann], may: [update]"), [("covered", "p.yaml:15")]),
    (("who: [ann], may: [update]", "who: [ann], may: [update, create]"), [("covered", "p.yaml:14")]),
    (("who: [devs], may: [update]", "who: [bob], may: [update]"), [("covered", "p.yaml:15")]),
    (("who: [bob], may: [update]", "who: [devs], may: [update]"), [("covered", "p.yaml:14")]),
    (("who: [ann], may: [update]", "who: [ann], may: [update], paths: [/x]"), []),
    (("who: [ann], may: [update], paths: [/x, /y]", "who: [ann], may: [update], paths: [/x]"), [("covered", "p.yaml:15")]),
    (("who: [ann], may: [update], refs: ['refs/**', '!refs/x']", "who: [ann], may: [update], refs: [refs/x]"), []),
    (("who: [ann], may: [update], valid_before: 2027-01-01", "who: [ann], may: [update], refs: [refs/x]"), []),
    (("who: [ann], may: [read], refs: [refs/x/a]", "who: [ann], may: [read], refs: [refs/x/b]"), [("covered", "p.yaml:15")]),
    (("who: [nobody], may: [update]",), [("nobody", "p.yaml:14")]),
    (("who: [nobody, ann], may: [update]",), [("nobody", "p.yaml:14")]),
    (("who: [ann], may: [force]",), [("force-without-update", "p.yaml:14")]),
    (("who: [ops], may: [force], refs: [refs/heads/a]", "who: [ann], may: [update]"), [("force-without-update", "p.yaml:14")]),
    (("who: [ann], may: [force], refs: [refs/heads/a]", "who: [ops], may: [update]"), []),
    (("who: [ann], may: [force], refs: ['refs/tags/**']",), []),
])  # fmt: skip
def test_notes(grants: tuple[str, ...], expected: list[tuple[str, str]]) -> None:
    assert kinds(*grants) == expected


def test_own_waivers() -> None:
    rule = "rules: [{rule: no-force-push}]\n"
    grants = ("who: [ann, bob, ci], may: [update]",)
    assert kinds(*grants, more=rule + "waivers: [{rules: [no-force-push], who: [ann]}]\n") == []
    assert kinds(*grants, more=rule + "waivers: [{rules: [no-force-push], who: [ann, bob], count: 2}]\n") == []
    assert kinds(*grants, more=rule + "waivers: [{rules: everything, who: [ann, bob, dan]}]\n") == [("own-waiver", "p.yaml:16")]


def test_who_can_change_the_policy_itself() -> None:
    """As at a push: a policy that is read from a ref has its own files named, also where it does not say so."""
    at = "refs/heads/main:ci/p.yaml"
    grants = ("who: [ops], may: [update], refs: [refs/heads/main]",)
    assert [(note.kind, note.message) for note in report_of(rights(*grants, source=at), NOW).notes] == [
        ("policy-changers", "may change /ci/p.yaml on refs/heads/main: nobody")]  # fmt: skip
    grants = (*grants, "who: [dan], may: [update], paths: [/ci/p.yaml]")
    made = report_of(rights(*grants, source=at), NOW)
    assert [note.message for note in made.notes] == ["may change /ci/p.yaml on refs/heads/main: dan"]
    assert not any("made by gitward" in line for line in text(made))
    assert kinds(*grants, source="/etc/gitward/org.yaml") == []


def test_patterns_are_covered_only_where_that_is_sure() -> None:
    for wide, narrow, covers in (
        (("refs/**",), ("refs/heads/*",), True), (("refs/heads/*",), ("refs/heads/a",), True),
        (("refs/heads/*",), ("refs/heads/a*",), False),
        (("refs/heads/a/**",), ("refs/heads/ab",), False), (("refs/heads/a/**",), ("refs/heads/a/*/c",), True),
        (("refs/heads/a", "refs/heads/b"), ("refs/heads/b",), True), (("refs/**", "!refs/x"), ("refs/heads/a",), False),
        (("refs/**", "!refs/x"), ("refs/**", "!refs/x", "!refs/y"), True), (("refs/heads/main*",), ("refs/heads/main*",), True),
    ):  # fmt: skip
        assert refs_cover(wide, narrow) is covers, (wide, narrow)


def test_the_first_line_is_where_the_tests_say() -> None:
    assert HEAD.count("\n") == 13
