"""`gitward policy what-if`: a history under a new policy, alone and beside the old one."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from pasts import POLICY, Call, Past, call, past, report

from gitward.cli.progress import Progress

pytestmark = pytest.mark.usefixtures("forked_hooks")

TYPE_CHECKING = False
if TYPE_CHECKING:
    from conftest import Git

__all__ = ["call", "past"]  # fixtures

NEW = """\
version: 1
policy: {id: stricter}
mode: evaluate
rules:
  - {rule: ticket-reference, refs: [refs/heads/main, refs/heads/release/**]}
  - {rule: subject-length, min: 8}
  - {rule: no-fixup}
"""


@pytest.fixture
def policies(tmp_path: Path) -> tuple[Path, Path]:
    """The new one and the old one."""
    old, new = tmp_path / "old.yaml", tmp_path / "new.yaml"
    old.write_text(POLICY)
    new.write_text(NEW)
    return new, old


def figures(found: dict[str, object], entry: str, side: str = "new") -> list[int]:
    (row,) = [each for each in found["entries"] if each["entry"] == entry]  # type: ignore[attr-defined]
    return [row[side][name] for name in ("judged", "passed", "violated", "exempt", "not_applicable", "undecided")]


def test_a_policy_alone(past: Past, policies: tuple[Path, Path], call: Call) -> None:
    done = call("policy", "what-if", policies[0], "--repo", past.bare)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == [
        f"5 commits under stricter ({policies[0]})",
        "entry             severity  judged  passed  violated      %  exempt  not applicable  undecided",
        "malformed-object  error          5       5         0   0.0%       0               0          0",
        "ticket-reference  error          4       1         3  75.0%       0               1          0",
        "subject-length    error          5       4         1  20.0%       0               0          0",
        "no-fixup          error          5       5         0   0.0%       0               0          0",
        f'error[ticket-reference] {past.one[:7]} "one": no ticket in the subject or the trailers',
        *sorted((
            f'error[ticket-reference] {past.two[:7]} "number two": no ticket in the subject or the trailers',
            f'error[ticket-reference] {past.release[:7]} "the release": no ticket in the subject or the trailers',
        ), key=done.stdout.index),
        f'error[subject-length] {past.one[:7]} "one", line 1, column 1: the subject has 3 columns, at least 8 needed',
        "would be denied: 3 of 5 commits (60.0%)",
    ]  # fmt: skip


def test_beside_the_old_one(past: Past, policies: tuple[Path, Path], git: Git, call: Call) -> None:
    new, old = policies
    git("update-ref", "refs/gitward/baseline", past.two, cwd=past.bare)
    past.commit("PROJ-9")
    past.push()
    done = call("policy", "what-if", new, "--policy", old, "--repo", past.bare)
    assert done.returncode == 0
    lines = done.stdout.splitlines()
    assert lines[:8] == [
        f"6 commits under stricter ({new}), beside cut-over revision 2 ({old})",
        f"note: baseline {past.two}",
        "entry             severity  change   judged  passed  violated      %  exempt  not applicable  undecided",
        "malformed-object  error     same          6       6         0   0.0%       0               0          0",
        "ticket-reference  error     changed  5 (+2)       2    3 (+2)  60.0%  0 (-2)               1          0",
        "subject-length    error     changed       6  4 (-1)    2 (+1)  33.3%       0               0          0",
        "no-fixup          error     new      6 (+6)  6 (+6)         0   0.0%       0               0          0",
        "no-force-push     error     gone          0       0         0      -       0          0 (-1)          0",
    ]
    start = lines.index("newly denied: 3 commits")
    assert lines[start + 1].startswith(f'  {past.one[:7]} "one": [ticket-reference] ')
    assert lines[-2:] == ["newly allowed: 0 commits", "would be denied: 4 of 6 commits (66.6%), before 1 (16.6%)"]
    found = report(call, "policy", "what-if", old, "--policy", new, "--repo", past.bare)
    assert (found["newly_denied"]["count"], found["newly_allowed"]["count"]) == (0, 3)
    assert found["denied"] == {"new": 1, "old": 4}
    assert {each["entry"]: each["change"] for each in found["entries"]}["no-fixup"] == "gone"
    assert "not replayed: no-force-push (update not known here)" in call(
        "policy", "what-if", old, "--repo", past.bare
    ).stdout.splitlines()


def test_what_is_replayed(past: Past, policies: tuple[Path, Path], git: Git, call: Call) -> None:
    words = ("policy", "what-if", policies[0], "--repo", past.bare)
    assert figures(report(call, *words, "--ref", "refs/heads/main"), "ticket-reference") == [3, 1, 2, 0, 0, 0]
    assert figures(report(call, *words, "--ref", "refs/heads/topic"), "ticket-reference") == [0, 0, 0, 0, 3, 0]
    assert figures(report(call, *words, "--since-commit", past.two), "ticket-reference") == [2, 1, 1, 0, 1, 0]
    assert figures(report(call, *words, "--since-commit", "v1", "--ref", "refs/heads/main"), "ticket-reference")[0] == 2
    assert figures(report(call, *words, "main~2..topic"), "ticket-reference") == [2, 0, 2, 0, 0, 0]
    assert figures(report(call, *words, "topic", "--ref", "refs/heads/x"), "ticket-reference") == [0, 0, 0, 0, 1, 0]
    both = ("topic~1..topic", "--ref", "refs/heads/main", "--since-commit", past.one)
    assert figures(report(call, *words, *both), "ticket-reference") == [1, 0, 1, 0, 0, 0]
    assert git("for-each-ref", "refs/gitward", cwd=past.bare).stdout == ""


def test_it_agrees_with_check(past: Past, policies: tuple[Path, Path], call: Call) -> None:
    _, old = policies
    found = report(call, "policy", "what-if", old, "--repo", past.bare)
    checked = json.loads(call("check", "--all", "--repo", past.bare, "--policy", old, "--format", "json").stdout)
    names = ("judged", "passed", "violated", "exempt", "not_applicable", "undecided", "severity", "reasons")
    assert {each["entry"]: {name: each["new"][name] for name in names} for each in found["entries"]} == {
        each["entry"]: {name: each[name] for name in names} for each in checked["results"]
    }


def test_an_unborn_repository(repo: Path, policies: tuple[Path, Path], call: Call) -> None:
    done = call("policy", "what-if", policies[0], "--policy", policies[1], "--repo", repo)
    assert done.returncode == 0
    assert done.stdout.splitlines()[-1] == "would be denied: 0 of 0 commits (-), before 0 (-)"


def test_what_cannot_be_decided(past: Past, policies: tuple[Path, Path], git: Git, call: Call) -> None:
    """A shallow clone is no history; a partial one cannot say whether a revert names an ancestor."""
    shallow = past.bare.parent / "shallow"
    git("clone", "-q", "--depth=1", f"file://{past.bare}", shallow)
    done = call("policy", "what-if", policies[0], "--repo", shallow)
    assert (done.returncode, done.stdout, "git fetch --unshallow" in done.stderr) == (3, "", True)
    git("commit", "-q", "--allow-empty", "-m", 'Revert "x"', "-m", f"This reverts commit {'1' * 40}.", cwd=past.repo)
    git("config", "remote.origin.promisor", "true", cwd=past.repo)
    policies[0].write_text("version: 1\npolicy: {id: p}\nrules:\n  - {rule: conventional-commit, severity: warning}\n")
    done = call("policy", "what-if", policies[0], "HEAD~1..HEAD", "--repo", past.repo)
    assert done.returncode == 3
    assert any(line.startswith("undecided[conventional-commit] 1: ") for line in done.stdout.splitlines())
    assert done.stdout.splitlines()[-1].startswith("undecided: at least 0 of 1 commit (0.0%) would be denied")
    assert call("policy", "what-if", policies[0], "HEAD~1..HEAD", "--repo", past.repo, "--format", "json").returncode == 3


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (["none.yaml"], 2, "none.yaml"),
        (["NEW", "--policy", "bad.yaml"], 2, "bad.yaml:2:1: unknown key 'rulez'"),
        (["NEW", "--ref", "main"], 2, "fix: write refs/heads/main"),
        (["NEW", "--ref", "refs/heads/none"], 2, "there is no such ref"),
        (["NEW", "--since-commit", "none"], 3, "unknown revision 'none'"),
        (["NEW", "none..main"], 3, "unknown revision"),
        (["NEW", "main..main"], 3, "the range holds no commit"),
        ([], 2, "Missing argument 'NEW'"),
    ],
)
def test_misuse(
    past: Past, policies: tuple[Path, Path], call: Call, monkeypatch: pytest.MonkeyPatch, words: list[str], code: int,
    says: str,
) -> None:  # fmt: skip
    monkeypatch.chdir(policies[0].parent)
    Path("bad.yaml").write_text("version: 1\nrulez: []\n")
    done = call("policy", "what-if", *("new.yaml" if word == "NEW" else word for word in words), "--repo", past.bare)
    assert done.returncode == code
    assert says in done.stderr


def test_text_of_strangers_is_escaped(past: Past, policies: tuple[Path, Path], call: Call) -> None:
    subject = "\x1b[31m##vso \u202e" + "x" * 80
    past.commit(subject)
    past.push()
    words = ("policy", "what-if", policies[0], "--policy", policies[1], "--repo", past.bare, "--since-commit", past.three)
    done = call(*words)
    assert "\x1b" not in done.stdout
    assert "\u202e" not in done.stdout
    assert '"\\x1b[31m#\\x23vso \\u202exxx' in done.stdout
    found = report(call, *words)
    assert {each["subject"] for each in found["newly_denied"]["examples"]} <= {subject, "on the topic", "the release"}


def test_a_bar_where_somebody_counted(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    clock = iter(range(0, 100, 2))
    monkeypatch.setattr("time.monotonic", lambda: next(clock))
    for total in (200, None, 0):
        with Progress("commits replayed", total) as progress:
            progress(50)
            progress(500)
    bars = [line for line in capsys.readouterr().err.split("\r") if "replayed" in line]
    assert bars == [
        "[#######-----------------------]  25%  50 commits replayed",
        "[##############################] 100%  500 commits replayed",
        *["50 commits replayed", "500 commits replayed"] * 2,
    ]
