"""`gitward policy diff`: what it prints, and the exit codes that CI relies on."""

from __future__ import annotations

import json

import pytest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Git, Run

POLICY = "version: 1\npolicy: {{id: a}}\nrules:\n  - {{rule: subject-length, max: {}}}\n"


@pytest.fixture
def files(tmp_path: Path) -> Path:
    for length in (50, 72):
        (tmp_path / f"{length}.yaml").write_text(POLICY.format(length))
    (tmp_path / "bad.yaml").write_text(POLICY.format("a lot"))
    return tmp_path


@pytest.mark.parametrize(
    ("old", "new", "code", "said"),
    [
        ("50.yaml", "50.yaml", 0, "no difference\n"),
        ("72.yaml", "50.yaml", 0, "not weaker: 0 weaker, 0 different, 1 stricter, 0 same\n"),
        ("50.yaml", "72.yaml", 1, "weaker: 1 weaker, 0 different, 0 stricter, 0 same\n"),
        ("50.yaml", "bad.yaml", 2, ""),
        ("bad.yaml", "50.yaml", 2, ""),
        ("50.yaml", "none.yaml", 2, ""),
    ],
)
def test_exit_codes(gitward: Run, files: Path, old: str, new: str, code: int, said: str) -> None:
    done = gitward("policy", "diff", old, new, cwd=files)
    assert (done.returncode, done.stdout[-len(said) :]) == (code, said)
    assert ("gitward: " in done.stderr) == (code == 2)


def test_json(gitward: Run, files: Path) -> None:
    done = gitward("policy", "diff", "50.yaml", "72.yaml", "--format", "json", cwd=files)
    form = json.loads(done.stdout)
    assert (done.returncode, form["safe"], form["old"]["source"], len(form["new"]["digest"])) == (1, False, "50.yaml", 64)
    assert [(change["entry"], change["key"], change["way"]) for change in form["changes"]] == [
        ("subject-length", "max", "weaker")
    ]


def test_what_a_pull_request_would_change(gitward: Run, repo: Path, git: Git) -> None:
    path = repo / ".gitward.yaml"
    path.write_text(POLICY.format(50))
    git("add", ".", cwd=repo)
    git("commit", "-qm", "policy: add", cwd=repo)
    path.write_text(POLICY.format(72))
    done = gitward("policy", "diff", "HEAD:.gitward.yaml", ".gitward.yaml", cwd=repo)
    assert (done.returncode, done.stdout.splitlines()[0]) == (1, "weaker     [subject-length] max: 50 -> 72  (.gitward.yaml:4)")
    assert gitward("policy", "diff", "refs/heads/none:.gitward.yaml", ".gitward.yaml", cwd=repo).returncode == 2


def test_text_of_a_policy_reaches_no_terminal_as_it_is(gitward: Run, files: Path) -> None:
    for name, words in (("a.yaml", "x"), ("b.yaml", r"\e[31mred")):
        (files / name).write_text(f'version: 1\npolicy: {{id: a}}\nrules: [{{rule: no-fixup, message: "{words}"}}]\n')
    done = gitward("policy", "diff", "a.yaml", "b.yaml", cwd=files)
    assert done.stdout.splitlines()[0] == r"same       [no-fixup] message: x -> \x1b[31mred  (b.yaml:3)"
