from __future__ import annotations

import pytest
from policies import HEAD, both, rules

from gitward.policy.testing import run_tests

TICKET = "rule: ticket-reference, refs: [refs/heads/main]"


def report(text: str):
    return run_tests(*both(text))


def faults(text: str) -> list[str]:
    return [f"{fault.place}: {fault.entry}: {fault.message}" for fault in report(text).faults]


def one(entry: str, *tests: str) -> list[str]:
    return faults(rules(f"{entry}, tests: [{', '.join(f'{{{test}}}' for test in tests)}]"))


@pytest.mark.parametrize(
    ("entry", "tests"),
    [
        (TICKET, ["accept: 'fix: PROJ-1 handle UTF-8'", "reject: 'fix: handle UTF-8'"]),
        (TICKET, ["accept: {message: x, ref: refs/heads/topic}", "reject: {message: x, ref: refs/heads/main}"]),
        (TICKET, ["accept: {message: Merge, parents: 2}", "reject: {message: Merge, parents: 1}"]),
        (TICKET + ", merges: judge", ["reject: {message: Merge, parents: 2}"]),
        ("rule: linear-history", ["accept: {parents: 0}", "accept: x", "reject: {parents: 2}"]),
        ("rule: linear-history", ["reject: {message: x, parents: 3}"]),
        ("rule: no-force-push", ["accept: {update: ff}", "reject: {update: non-ff}", "accept: {update: create}"]),
        ("rule: no-force-push", ["reject: {update: ff, ref: refs/tags/v1}"]),
        ("rule: no-ref-deletion", ["accept: {update: non-ff}", "reject: {update: delete}"]),
        ("rule: ref-name, pattern: '[a-z]+'", ["accept: {ref: refs/heads/ok}", "reject: {ref: refs/heads/Not}"]),
        ("rule: ref-namespace", ["accept: {ref: refs/heads/x}", "reject: {ref: refs/x/y}"]),
        ("rule: push-limits, commits: 3", ["accept: {push: {commits: 3}}", "reject: {push: {commits: 4}}"]),
        ("rule: push-limits, bytes: 1KiB", ["accept: {push: {bytes: 1KiB}}", "reject: {push: {bytes: 1025}}"]),
        ("rule: no-fixup, severity: warning", ["reject: 'fixup! x'"]),
        ("rule: no-fixup, since: baseline", ["reject: 'fixup! x'"]),
        ("rule: no-fixup, refs: ['refs/heads/release/*']", ["reject: 'fixup! x'"]),
        ("rule: no-fixup, refs: ['refs/heads/*', '!refs/heads/e*', '!refs/heads/m*']", ["reject: 'fixup! x'"]),
        ("rule: message-encoding", ['reject: "a\\u202eb"', "accept: 日本語"]),
        ("rule: conventional-commit", ['accept: "revert: x\\n\\nRefs: 676104e"', "reject: x"]),
    ],
)
def test_tests_that_hold(entry, tests):
    assert one(entry, *tests) == []


@pytest.mark.parametrize(
    ("entry", "tests", "found"),
    [
        (TICKET, ["accept: x", "reject: y"], ["p.yaml:4: ticket-reference: wanted accept, the entry says violated"]),
        (TICKET, ["reject: PROJ-1", "reject: y"], ["p.yaml:4: ticket-reference: wanted reject, the entry says passed"]),
        (TICKET, ["reject: {message: x, ref: refs/heads/topic}", "reject: y"],
         ["p.yaml:4: ticket-reference: wanted reject, the entry says not-applicable (refs)"]),
        (TICKET, ["reject: {message: x, parents: 2}", "reject: y"],
         ["p.yaml:4: ticket-reference: wanted reject, the entry says not-applicable (merge)"]),
        (TICKET, ["reject: {update: ff}", "reject: y"],
         ["p.yaml:4: ticket-reference: the test has nothing that ticket-reference judges: add `message`"]),
        ("rule: no-force-push", ["reject: x", "reject: {update: non-ff}"],
         ["p.yaml:4: no-force-push: the test has nothing that no-force-push judges: add `update`"]),
        ("rule: push-limits, commits: 3", ["reject: x", "reject: {push: {commits: 4}}"],
         ["p.yaml:4: push-limits: the test has nothing that push-limits judges: add `push`"]),
        ("rule: push-limits, commits: 3", ["accept: {push: {bytes: 3}}", "reject: {push: {commits: 4}}"],
         ["p.yaml:4: push-limits: wanted accept, the entry says undecided (the commits of the push were not counted)"]),
        (TICKET, ["accept: PROJ-1"],
         ["p.yaml:4: ticket-reference: no reject test: a change that this entry alone refuses"]),
        (TICKET, ["reject: PROJ-1"],
         ["p.yaml:4: ticket-reference: wanted reject, the entry says passed",
          "p.yaml:4: ticket-reference: none of its reject tests holds"]),
        ("rule: message-encoding", ['reject: "a\\0b"', 'reject: "a\\u202eb"'],
         ["p.yaml:4: message-encoding: wanted reject, the entry says not-applicable (malformed: there is a NUL byte)"]),
    ],
)  # fmt: skip
def test_tests_that_do_not_hold(entry, tests, found):
    assert one(entry, *tests) == found


def test_an_entry_without_tests_is_at_fault():
    assert faults(rules("rule: no-fixup")) == [
        "p.yaml:4: no-fixup: no reject test: a change that this entry alone refuses"
    ]


def test_an_entry_that_no_test_would_miss_is_at_fault():
    text = rules(
        "rule: no-fixup, tests: [{reject: 'fixup! handle the empty file'}]",
        "rule: subject-pattern, pattern: '^[A-Z]', tests: [{reject: 'handle it'}]",
        "rule: subject-length, tests: [{reject: fix}, {reject: x}]",
    )
    assert faults(text) == [
        "p.yaml:4: no-fixup: without this entry no test would fail: what it rejects is rejected by subject-pattern too",
        "p.yaml:6: subject-length: without this entry no test would fail: "
        "what it rejects is rejected by subject-pattern too",
    ]
    assert report(text).passed == 4


def test_entries_of_packs_need_no_tests_here_and_theirs_are_run():
    text = HEAD + "extends: ['builtin:minimal']\nrefsets: {protected: [refs/heads/trunk]}\n"
    found = report(text)
    assert found.is_green
    assert found.passed == 14


def test_a_commit_that_a_revert_names_is_taken_to_be_there():
    message = '"Revert \\"fix: x\\"\\n\\nThis reverts commit 676104e2b1ee1b3a7c0b3f2b7a4a2c1f5d6e7f80."'
    assert one("rule: conventional-commit", f"accept: {message}", "reject: x") == []


SIGNED_PUSH = "rule: signed-push, push_urls: ['example.com:x']"


@pytest.mark.parametrize(
    ("entry", "tests"),
    [
        (SIGNED_PUSH, ["accept: {pusher: ann}", "reject: {push: {commits: 1}}"]),
        (SIGNED_PUSH + ", formats: [x509]", ["accept: {pusher: ann}", "reject: {push: {commits: 1}}"]),
        ("rule: signed-tag", ["accept: {update: create, signer: ann}", "reject: {update: create}", "accept: {update: delete}"]),
        ("rule: signed-commit", ["accept: {signer: ann}", "reject: {message: x}"]),
        ("rule: no-force-push, exempt: [{principal: ann}]",
         ["accept: {update: non-ff, pusher: ann}", "reject: {update: non-ff}"]),
        ("rule: push-limits, commits: 3, exempt: [{principal: ann}]",
         ["accept: {push: {commits: 4}, pusher: ann}", "reject: {push: {commits: 4}}"]),
    ],
)  # fmt: skip
def test_who_signed_and_who_pushes(entry, tests):
    key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ5hEO+5zr5wLUPw0qn/Ei7lzKzWWktpsH5YH1YWiQxv"
    head = f"{HEAD}principals: {{ann: {{addresses: [ann@example.com], keys: [{{ssh: {key}}}]}}}}\n"
    assert faults(rules(f"{entry}, tests: [{', '.join(f'{{{test}}}' for test in tests)}]", head=head)) == []
