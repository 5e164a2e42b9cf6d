"""`gitward access check` and `gitward report access`: where policies come from, exit codes, and that a reading is recorded."""

from __future__ import annotations

import csv
import io
import json
import sys
from pathlib import Path

import pytest

from gitward.cli import main

sys.path.insert(0, str(Path(__file__).parent.parent / "audit"))
from indexed import add, event, lines, made, update

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import Git

    Said = tuple[int, str, str]  # exit code, stdout, stderr

POLICY = """\
version: 1
policy: {id: test}
principals:
  ann: {roles: [policy-admin]}
  bob: {}
  ci: {kind: service}
access:
  - {who: [ann], may: [read, update], refs: [refs/heads/main]}
  - {who: [bob], may: [update], refs: [refs/heads/main], paths: [/docs/]}
"""
ASK = ("access", "check", "ann", "update", "refs/heads/main")


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], repo: Path) -> Callable[..., Said]:
    """The command line, in this process, in a work tree that has the policy."""
    (repo / ".gitward.yaml").write_text(POLICY)
    monkeypatch.chdir(repo)

    def run(*args: str | Path) -> Said:
        monkeypatch.setattr(sys, "argv", ["gitward", *map(str, args)])
        code = main.main()
        return code, *capsys.readouterr()

    return run


@pytest.mark.parametrize(("words", "code"), [
    ((*ASK, "src/a"), 0), ((*ASK, "docs/a"), 1), (ASK, 3), (("access", "check", "ann", "read"), 0),
    (("access", "check", "eve", "read"), 1),
    (("access", "check", "ann", "update"), 2), (("access", "check", "ann", "update", "main"), 2),
    (("access", "check", "ann", "push", "refs/heads/main"), 2), (("access", "check", "ann", "update", "refs/heads/*"), 2),
    (("access", "check", "ann", "tag", "refs/heads/x"), 2), (("access", "check", "ann", "create", "refs/tags/x"), 2),
    (("access", "check", "ann", "delete", "refs/heads/x", "a"), 2), ((*ASK, "docs/"), 2), ((*ASK, "--policy", "gone.yaml"), 2),
    ((*ASK, "--policy", "HEAD:.gitward.yaml"), 3), ((*ASK, "src/a", "--at", "noon"), 2),
    (("report", "access", "--since", "1 day"), 2),
    (("report", "access", "--against", "gone.yaml"), 2), (("report", "access", "--log", "gone"), 3),
    (("report", "access"), 0),
])  # fmt: skip
def test_exit_codes(run: Callable[..., Said], words: tuple[str, ...], code: int) -> None:
    said = run(*words)
    assert said[0] == code, said
    assert "Traceback" not in said[2]


def test_json_and_escapes(run: Callable[..., Said]) -> None:
    found = json.loads(run(*ASK, "docs/\udcff\x1b", "--format", "json")[1])
    assert (found["outcome"], found["paths"], found["line"]["place"].rpartition("/")[2]) == (
        "denied", ["docs/\\xff\x1b"], ".gitward.yaml:9")  # fmt: skip
    assert run(*ASK, "docs/\u202e", "--format", "json")[1].isascii()
    assert "\x1b" not in run(*ASK, "docs/\x1b")[1]
    assert run(*ASK)[1].startswith("undecided: whether ann may update refs/heads/main\n  why: it depends on the paths: ")


def test_a_former_state_of_the_repository(run: Callable[..., Said], git: Git, repo: Path) -> None:
    git("add", ".", cwd=repo)
    git("commit", "-qm", "a", cwd=repo)
    (repo / ".gitward.yaml").write_text(POLICY + "  - {who: [ci], may: [delete]}\n")
    git("commit", "-qam", "b", cwd=repo)
    code, said, _ = run("report", "access", "--policy", "HEAD:.gitward.yaml", "--against", "HEAD~1:.gitward.yaml")
    assert code == 0
    assert "\n  + ci delete: refs/** (HEAD:.gitward.yaml:10)\n" in said
    assert "  no difference" in run("report", "access", "--against", "HEAD:.gitward.yaml")[1]


def test_conflicts(run: Callable[..., Said], repo: Path) -> None:
    both = POLICY.replace("[policy-admin]", "[policy-admin, approver]")
    (repo / ".gitward.yaml").write_text(both)
    assert run("report", "access")[0] == 0
    code, said, _ = run("policy", "validate")
    assert (code, said.splitlines()[1][:55]) == (0, "  warning[duties]: ann holds policy-admin and approver,")
    (repo / ".gitward.yaml").write_text(both + "duties: [{apart: [policy-admin, approver]}]\n")
    code, said, _ = run("policy", "validate")
    assert (code, said.splitlines()[0][:2]) == (1, "ok")
    assert said.splitlines()[1].startswith("  error[duties]: ann holds policy-admin and approver, which ")
    assert run("report", "access")[0] == 1
    (repo / ".gitward.yaml").write_text(POLICY + "  - {who: [ann], may: [read]}\n")
    code, said, _ = run("policy", "validate")
    assert (code, said.splitlines()[1].partition(": ")[0]) == (0, "  note[covered]")


def test_the_log(run: Callable[..., Said], tmp_path: Path) -> None:
    directory = made(tmp_path / "log")
    add(directory, event(policies=[{"id": "test"}], updates=[update()]))
    code, said, error = run("report", "access", "--log", directory, "--format", "csv", "--output", tmp_path / "r.csv")
    assert (code, said, error) == (0, "", "")
    rows = list(csv.DictReader(io.StringIO((tmp_path / "r.csv").read_text())))
    assert [(row["principal"], row["action"], row["used"]) for row in rows] == [
        ("ann", "read", ""), ("ann", "update", "1"), ("bob", "update", "0")]  # fmt: skip
    assert [line["event"]["event"]["class"] for line in lines(directory)][-1] == "log.accessed"
    assert lines(directory)[-1]["event"]["access"]["command"] == "report"
