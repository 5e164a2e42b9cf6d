from __future__ import annotations

from policies import HEAD, policy, reader

from gitward.explanation import rule_page
from gitward.policy import load
from gitward.policy.show import show

OID = "8c66e680c52af5586b93ad370f087017e0328c95"
TEXT = f"""\
version: 1
policy: {{id: payments, revision: 41}}
mode: evaluate
audit: required
unaudited-updates: deny
extends: [base.yaml]
refsets: {{protected: [refs/heads/main]}}
landing: [{{refs: [protected], method: squash}}]
rules:
  - {{replace: no-fixup, rule: no-fixup, refs: [protected], severity: warning}}
  - {{drop: linear-history}}
  - rule: ticket-reference
    id: ticket
    in: [body]
    since: {{commits: [{OID}]}}
    exempt: [{{commit: {OID}}}]
    message: "see \\"the handbook\\"\\e[2J, naïve"
  - {{rule: subject-style, since: baseline, trailing_punctuation: ""}}
  - {{rule: subject-pattern, refs: ["refs/tags/**"], pattern: '\\d\\.é'}}
"""
BASE = "version: 1\nrules:\n  - {rule: no-fixup}\n  - {rule: linear-history}\n"
SHOWN = f"""\
# p.yaml, digest DIGEST
# weakened: p.yaml:10 replaces no-fixup of base.yaml:3
# weakened: p.yaml:11 drops linear-history of base.yaml:4
version: 1
policy: {{id: payments, revision: 41}}
mode: evaluate
audit: required
unaudited-updates: deny
landing:
  - {{refs: ["refs/heads/main"], method: squash}}
rules:
  - rule: malformed-object  # always on
  - rule: no-fixup  # p.yaml:10
    refs: ["refs/heads/main"]
    severity: warning
  - rule: ticket-reference  # p.yaml:12
    id: ticket
    refs: ["refs/heads/**"]
    severity: error
    pattern: "[A-Z][A-Z0-9_]+-[1-9][0-9]*"
    in: ["body"]
    count: 1
    merges: "skip"
    state: "open"
    on_outage: "deny"
    since: {{commits: ["{OID}"]}}
    exempt: [{{commit: {OID}}}]
    message: "see \\"the handbook\\"\\u001b[2J, na\\u00efve"
  - rule: subject-style  # p.yaml:18
    refs: ["refs/heads/**"]
    severity: error
    trailing_punctuation: ""
    white_space: true
    case: "any"
    blank_second_line: true
    merges: "skip"
    since: baseline
  - rule: subject-pattern  # p.yaml:19
    refs: ["refs/tags/**"]
    severity: error
    pattern: "\\\\d\\\\.é"
    negate: false
    merges: "skip"
"""


def test_everything_is_written_out_with_where_it_stands():
    loaded = policy(TEXT, base=BASE)
    assert show(loaded) == SHOWN.replace("DIGEST", loaded.digest)


def test_what_is_shown_judges_the_same():
    loaded = policy(TEXT, base=BASE)
    again = load.load_policy(reader({"p.yaml": show(loaded)}), "p.yaml", "p.yaml")

    def judged(entries):
        return [(entry.id, entry.rule, entry.refs, entry.severity, entry.digest, entry.message) for entry in entries]

    assert judged(again.entries) == judged(loaded.entries)
    assert (again.id, again.revision, again.mode, again.landing) == ("payments", 41, "evaluate", loaded.landing)


def test_records_are_written_without_what_was_left_out():
    keys = "[{key: Refs, required: true, pattern: '\\d+'}, {key: Change-Id, unique: true}]"
    loaded = policy(HEAD + f"rules: [{{rule: trailers, keys: {keys}, others: refuse}}]\n")
    shown = show(loaded)
    assert 'keys: [{key: "Refs", required: true, pattern: "\\\\d+"}, {key: "Change-Id", unique: true}]' in shown
    assert [entry.rule for entry in policy(shown).entries] == [entry.rule for entry in loaded.entries]


def test_packs_shown_judge_the_same():
    loaded = policy(HEAD + "extends: ['builtin:regulated']\nrefsets: {protected: [refs/heads/main]}\n")
    again = policy(show(loaded))
    assert [entry.digest for entry in again.entries] == [entry.digest for entry in loaded.entries]


def test_only_what_judges_one_ref():
    loaded = policy(TEXT, base=BASE)
    shown = show(loaded, "refs/tags/v1")
    assert [line for line in shown.splitlines() if line.startswith("  - ")] == [
        "  - rule: malformed-object  # always on",
        "  - rule: subject-pattern  # p.yaml:19",
    ]
    assert "landing:" not in shown
    assert "# no entry judges nothing" in show(loaded, "nothing")


def test_what_is_granted_stands_at_the_top_with_who_has_which_role():
    people = "principals: {ann: {roles: [reviewer]}, bob: {kind: service}}\ngroups: {dev: {members: [ann, bob]}}\n"
    grants = (
        "access:\n  - {who: [dev], may: [read, create]}\n"
        "  - {who: [bob], may: [update], refs: [refs/heads/main], paths: ['*.md'], valid_before: 2026-01-31T12:00:01Z}\n"
    )
    rights = "waivers: [{rules: [no-fixup], who: [dev], at_most: 1h}, {rules: everything, who: [reviewer], count: 2}]\n"
    loaded = policy(HEAD + people + grants + rights + "rules: [{rule: no-fixup}]\n")
    shown = show(loaded)
    assert """\
# ann: dev, reviewer
# bob: dev
access:
  - {who: ["dev"], may: ["read", "create"], refs: ["refs/**"]}  # p.yaml:6
  - {who: ["bob"], may: ["update"], refs: ["refs/heads/main"], paths: ["*.md"], valid_before: 2026-01-31T12:00:01Z}  # p.yaml:7
waivers:
  - {rules: ["no-fixup"], who: ["ann"], count: 1, at_most: 3600}  # p.yaml:8
  - {rules: everything, who: ["ann"], count: 2, at_most: 86400}  # p.yaml:8
""" in shown
    assert shown.endswith("  - rule: access  # p.yaml:6\n    severity: error\n")
    again = policy(shown.replace("version: 1\n", "version: 1\n" + people))
    assert [entry.rule.grants[1].valid_before for entry in (loaded.entries[-1], again.entries[-1])] == [1_769_860_801] * 2


def test_the_page_of_access_lists_the_grants():
    loaded = policy(HEAD + "principals: {ann: {}}\naccess: [{who: [ann], may: [tag]}]\n")
    page = rule_page("access", loaded)
    assert "none that an entry could set" in page
    assert '\n    {who: ["ann"], may: ["tag"], refs: ["refs/**"]}  # p.yaml:4\n' in page
