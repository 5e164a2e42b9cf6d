from __future__ import annotations

import re
import subprocess
import sys

import pytest
from decisions import HEAD, ID, MAIN, TEAM, decision, oid, result, ticket
from hypothesis import given
from hypothesis import strategies as st

from gitward.model import Decision, Failure, RefUpdate, Violation
from gitward.render.text import fix, last_line, render

LABELS = (
    "error",
    "warning",
    "undecided",
    "evaluate",
    "note",
    "allowed",
    "denied",
    "exempt",
    "not-applicable",
    "waived", "break-glass", "BREAK-GLASS")
INDENTED = ("also", "and", "fix:", "note:", "turn:", "detail:", "line", "further:", "message", "refs/", "push", "by")


def test_whole_reports(name: str, decisions: dict[str, Decision], snapshot) -> None:
    snapshot(f"{name}.txt", render(decisions[name]))


@pytest.mark.parametrize("of", ["denied", "draft", "push", "mixed", "undecided", "squash"])
def test_whole_reports_with_all_violations(of: str, decisions: dict[str, Decision], snapshot) -> None:
    snapshot(f"{of}.all.txt", render(decisions[of], all_violations=True))


def test_the_format_to_the_letter() -> None:
    """Three oids kept of the eleven further ones."""
    found = [
        ticket(short.ljust(40, "0"), subject="handle UTF-8") for short in ("6cdd6f3", "1f0c2aa", "77be901", "c09d11e")
    ]
    judged = decision(result("ticket-reference", *found, violated=12, violation_count=12, passed=28), id="01JD8X7Q2M")
    assert render(judged) == (
        'error[ticket-reference] 6cdd6f3 "handle UTF-8": no ticket in the subject or the trailers\n'
        "  also 1f0c2aa 77be901 c09d11e, and 8 more\n"
        '  fix: git rebase -i -r 6cdd6f3^, mark them "reword", add a line such as "Refs: PROJ-123"\n'
        "denied refs/heads/main: 12 of 40 commits; policy acme-default revision 12; decision 01JD8X7Q2M\n"
    )


def test_quiet_success_is_one_line(decisions: dict[str, Decision]) -> None:
    assert render(decisions["allowed"]).count("\n") == 1


@pytest.mark.parametrize("width", [None, 200])
def test_a_subject_is_quoted_up_to_72_characters(width: int | None) -> None:
    def quoted(subject: str) -> str:
        text = render(decision(result("x", ticket(oid(1), subject=subject))), width=width)
        return text.split('"')[1]

    assert quoted("s" * 72) == "s" * 72
    assert quoted("s" * 73) == "s" * 69 + "..."


def test_a_narrow_terminal_shortens_the_subject_alone() -> None:
    judged = decision(result("x", ticket(oid(1), subject="s" * 100)))
    assert '"sssssssssssssssss..."' in render(judged, width=40)
    assert 'sssss..."' in render(judged, width=80)
    assert render(judged, width=80).count("\n") == render(judged).count("\n")


@pytest.mark.parametrize(
    ("found", "violated", "expected"),
    [
        (ticket(HEAD), 1, 'git commit --amend, add a line such as "Refs: PROJ-123"'),
        (ticket(HEAD, fix=""), 1, "git commit --amend"),
        (ticket(HEAD), 2, 'git rebase -i -r fffffff^, mark them "reword", add a line such as "Refs: PROJ-123"'),
        (ticket(oid(1)), 1, 'git rebase -i -r 0000001^, mark it "reword", add a line such as "Refs: PROJ-123"'),
        (ticket(oid(1), parents=0), 2, 'git rebase -i -r --root, mark them "reword", add a line such as "Refs: PROJ-123"'),
        (ticket(oid(1), parents=1, fix=""), 1, 'git rebase -i -r 0000001^, mark it "reword"'),
        (ticket(oid(1), parents=2, fix=""), 1, 'git rebase -i -r 0000001^, write "merge -c" for "merge -C" in its line'),
        (ticket(HEAD, parents=2, fix=""), 1, "git commit --amend"),
        (ticket(HEAD, parents=0, fix=""), 1, "git commit --amend"),
        (ticket(HEAD, fix="git rebase --autosquash"), 1, "git rebase --autosquash"),
        (ticket(None, ref="refs/heads/main"), 1, 'add a line such as "Refs: PROJ-123"'),
    ],
)
def test_fix(found: Violation, violated: int, expected: str) -> None:
    judged = result("ticket-reference", found, violated=violated)
    assert fix(decision(judged), judged) == expected


def test_a_merge_among_the_commits_that_a_fix_names() -> None:
    judged = result("x", ticket(oid(1), parents=1, fix=""), ticket(oid(2), parents=2))
    marks = 'mark them "reword", of a merge write "merge -c" for "merge -C"'
    assert fix(decision(judged), judged) == f"git rebase -i -r 0000001^, {marks}"


def test_a_ref_named_twice_is_one_ref_and_told_once() -> None:
    found = Violation(message="the push names this ref more than once", ref="refs/heads/main")
    judged = decision(result("push-integrity", found, found, violated=2), updates=(MAIN, MAIN), commits=0)
    assert render(judged) == (
        "error[push-integrity] refs/heads/main: the push names this ref more than once\n"
        f"denied refs/heads/main: no commits, 1 of 1 ref; policy acme-default revision 12; decision {ID}\n"
    )


def test_a_ref_named_twice_beside_another() -> None:
    found = [Violation(message="twice", ref=f"refs/heads/{name}") for name in ("a", "a", "b")]
    updates = tuple(RefUpdate(ref=each.ref, old=oid(1), new=oid(2), ancestry="ff") for each in found)
    text = render(decision(result("x", *found, violated=3), updates=updates, commits=0))
    assert "further" not in text
    assert "  also refs/heads/b\n" in text
    assert "denied 2 refs: no commits, 2 of 2 refs; " in text


def test_what_a_stage_cannot_know_is_no_news() -> None:
    reasons = (("not-applicable", "object not known here", 1), ("not-applicable", "merge", 2))
    alone = result("y", not_applicable=1, reasons=reasons[:1])
    judged = decision(result("x", passed=1, not_applicable=3, reasons=reasons), alone)
    assert "40 commits (2 not applicable in x); " in last_line(judged)[1]
    assert "not-applicable[y] 1: object not known here\n" in render(judged, all_violations=True)


def test_the_tip_of_a_tag_is_the_commit_that_it_peels_to() -> None:
    judged = result("ticket-reference", ticket(oid(4)))
    update = RefUpdate(ref="refs/tags/v1", old="0" * 40, new=oid(5), peeled=oid(4), ancestry="create")
    assert fix(decision(judged, updates=(update,)), judged).startswith("git commit --amend")


@pytest.mark.parametrize(("places", "named", "more"), [(1, 0, ""), (11, 10, ""), (12, 10, "  and 1 more there\n")])
def test_places_in_one_commit(places: int, named: int, more: str) -> None:
    found = [Violation(message="long", commit=oid(1), subject="s", line=line) for line in range(1, places + 1)]
    text = render(decision(result("body-line-length", *found)))
    assert len(re.findall(r"^  line \d+: long$", text, re.MULTILINE)) == named
    assert ("more there" in text) == bool(more)
    assert more in text


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (ticket(oid(1), subject="s", line=1), '0000001 "s": '),
        (ticket(oid(1), subject="s", line=1, column=3), '0000001 "s", line 1, column 3: '),
        (ticket(oid(1), subject="s", line=7), '0000001 "s", line 7: '),
        (ticket(oid(1), subject="s", path="a b"), '0000001 "s", path "a b": '),
        (ticket(subject="s", ref="refs/heads/topic"), 'message "s": '),
        (ticket(line=1), "message line 1: "),
        (ticket(ref="refs/heads/x"), "refs/heads/x: "),
        (ticket(ref="refs/heads/x", path="p"), 'refs/heads/x, path "p": '),
        (ticket(), "push: "),
    ],
)
def test_places(found: Violation, expected: str) -> None:
    assert f"error[x] {expected}" in render(decision(result("x", found)))


@pytest.mark.parametrize(
    ("judged", "expected"),
    [
        (decision(commits=0), "no commits; "),
        (decision(commits=1), "1 commit; "),
        (decision(result("x", passed=40), commits=40), "40 commits; "),
        (decision(result("x", ticket(oid(1))), commits=1), "1 of 1 commit; "),
        (decision(result("x", ticket(oid(1))), result("y", ticket(oid(1)), ticket(oid(2)))), "2 of 40 commits; "),
        (decision(result("x", ticket(oid(1)), severity="warning")), "40 commits, 1 warning; "),
        (decision(result("x", ticket(oid(1)), violated=300, violation_count=300), commits=300), "300 of 300 commits; "),
        (
            decision(result("x", ticket(oid(1)), violated=30, violation_count=30), result("y", ticket(oid(2)))),
            "at least 30 of 40 commits; ",
        ),
        (decision(result("x", ticket(ref="refs/heads/main"))), "40 commits, 1 of 1 ref; "),
        (decision(result("x", ticket())), "40 commits, the push; "),
        (decision(result("x", exempt=2, passed=3)), "40 commits (2 exempt in x); "),
        (decision(result("x", exempt=2), result("y", exempt=3)), "40 commits (5 exempt in 2 entries); "),
        (
            decision(result("x", waived=1, undecided=2, not_applicable=3)),
            "40 commits (1 waived in x, 2 undecided in x, 3 not applicable in x); ",
        ),
    ],
)
def test_counts(judged: Decision, expected: str) -> None:
    assert f"refs/heads/main: {expected}policy" in last_line(judged)[1]


@pytest.mark.parametrize("audience", ["developer", "pusher"])
def test_a_server_keeps_its_paths(decisions: dict[str, Decision], audience: str) -> None:
    for of in ("too-large", "policy-invalid"):
        assert "/etc" not in render(decisions[of], audience=audience, all_violations=True)
        assert "/srv" not in render(decisions[of], audience=audience, all_violations=True)
    assert "  detail: /etc/gitward/org.yaml:3:5: unknown rule\n  detail: second line\n" in render(
        decisions["policy-invalid"], audience="server"
    )


@pytest.mark.parametrize(
    ("stage", "turn"), [("receive", "administrator"), ("commit", "developer"), ("ci", "developer")]
)
def test_whose_turn_it_is(stage: str, turn: str) -> None:
    judged = decision(result("x", undecided=1, reasons=(("undecided", "no answer", 1),)), stage=stage)
    assert f"undecided[x] 1 of 1: no answer\n  turn: {turn}\n" in render(judged)


def test_evaluate_is_the_first_line_even_when_all_is_well() -> None:
    assert render(decision(result("x", passed=40), policies=(TEAM,))).startswith("evaluate: not enforced\nallowed ")


def test_only_labels_are_coloured(name: str, decisions: dict[str, Decision]) -> None:
    plain, coloured = render(decisions[name]), render(decisions[name], colour=True)
    assert coloured != plain
    painted = re.findall(r"\x1b\[1;3\dm([a-z]+)\x1b\[0m", coloured)
    assert set(painted) <= {"error", "warning", "undecided", "denied", "allowed", "evaluate", "waived"}
    assert re.sub(r"\x1b\[[0-9;]+m", "", coloured) == plain


def test_each_line_begins_with_a_word_of_ours(name: str, decisions: dict[str, Decision]) -> None:
    """So none is taken for a command by a CI system, whatever the commit says."""
    for line in render(decisions[name], all_violations=True, audience="server").splitlines():
        if line.startswith("  "):
            assert line.strip().startswith(INDENTED) or re.match(r'  [0-9a-f]{7} "', line), line
        else:
            assert re.match(rf"({'|'.join(LABELS)})[\[: ]", line), line


hostile = st.text(st.characters(exclude_categories=()) | st.sampled_from("\n\r\x1b:%#[]"), max_size=40)


@given(hostile, hostile, hostile, hostile)
def test_nothing_from_outside_makes_a_line_or_an_escape(message: str, subject: str, ref: str, own: str) -> None:
    found = Violation(message=message, fix=subject, commit=oid(1), subject=subject, path=ref)
    update = RefUpdate(ref=f"refs/heads/{ref}", old=oid(1), new=oid(1), ancestry="ff")
    failure = Failure(reason="crashed", message=message, exit_code=3, turn="developer", fix=own)
    judged = decision(result("x", found, message=own), updates=(update,), notices=(message,), failure=failure)
    text = render(judged)
    assert all(line.isprintable() for line in text.split("\n"))
    assert not re.search(r"^\s*::|##", text, re.MULTILINE)
    assert text.count("\n") == 6 + len(own.splitlines()) + bool(own)


def test_the_hook_imports_nothing_heavy() -> None:
    code = "import sys; before = set(sys.modules); import gitward.render.text; print(*set(sys.modules) - before)"
    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    loaded = {name for name in printed.split() if not name.startswith("gitward")}
    assert loaded <= {"__future__"}
