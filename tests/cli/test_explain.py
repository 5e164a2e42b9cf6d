"""`gitward explain`, `gitward policy` and `gitward completion`."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from gitward import rules

TYPE_CHECKING = False
if TYPE_CHECKING:
    from conftest import Git, Run

POLICY = """\
version: 1
policy: {id: test, revision: 7}
refsets:
  protected: [refs/heads/main]
rules:
  - rule: subject-length
    max: 40
    tests:
      - {reject: "%s"}
  - rule: ticket-reference
    id: change-ticket
    refs: [protected]
    pattern: 'CHG[0-9]{7}'
    severity: warning
    message: see the handbook
    tests:
      - {accept: "fix it\\n\\nRefs: CHG0001234"}
      - {reject: "fix it"}
""" % ("x" * 41)


@pytest.fixture
def project(repo: Path) -> Path:
    (repo / ".gitward.yaml").write_text(POLICY)
    return repo


@pytest.mark.parametrize("name", rules.NAMES)
def test_every_rule_is_explained(gitward: Run, tmp_path: Path, name: str) -> None:
    done = gitward("explain", name, cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith(f"`{name}`: ")
    headings = [line for line in done.stdout.splitlines() if line.startswith("## ")]
    assert headings == ["## What it checks", "## Why", "## Rejected", "## Accepted", "## Limits", "## Options"]


def test_a_rule_with_its_options_and_this_projects_values(gitward: Run, project: Path) -> None:
    page = gitward("explain", "subject-length", cwd=project).stdout
    options = page.partition("## Options")[2]
    assert options == (
        "\n\n  min: number 0..10000, default 5\n  max: number 1..10000, default 72\n"
        "  unit: columns | code-points, default columns\n  merges: skip | judge, default skip\n\n"
        f"## In {project}/.gitward.yaml\n\n"
        f"  {project}/.gitward.yaml:6: entry subject-length, error, refs [refs/heads/**]\n    max: 40\n"
    )
    assert "  no entry uses it\n" in gitward("explain", "no-fixup", cwd=project).stdout


def test_an_option_that_is_a_list_of_records(gitward: Run, repo: Path) -> None:
    keys = "[{key: Refs, required: true, pattern: '[0-9]+'}, {key: Cc, unique: true}]"
    (repo / ".gitward.yaml").write_text(f"version: 1\npolicy: {{id: x}}\nrules: [{{rule: trailers, keys: {keys}}}]\n")
    options = gitward("explain", "trailers", cwd=repo).stdout.partition("## Options")[2]
    assert "\n  keys: list of {key, required, unique, pattern}\n" in options
    assert "\n    keys: [{key: Refs, required: true, pattern: [0-9]+}, {key: Cc, unique: true}]\n" in options


def test_an_entry_by_its_id(gitward: Run, project: Path) -> None:
    page = gitward("explain", "change-ticket", cwd=project).stdout
    assert page.startswith("`ticket-reference`: ")
    assert ".gitward.yaml:10: entry change-ticket, warning, refs [refs/heads/main]\n    pattern: CHG[0-9]{7}\n" in page


def test_a_commit(gitward: Run, git: Git, project: Path) -> None:
    git("commit", "-q", "--allow-empty", "-m", "x" * 41 + "\x1b[2J", cwd=project)
    oid = git("rev-parse", "HEAD", cwd=project).stdout.strip()
    policy = f"{project}/.gitward.yaml"
    done = gitward("explain", oid, cwd=project)
    assert (done.returncode, done.stderr) == (0, "")
    assert (
        done.stdout
        == f"""\
commit {oid} "{"x" * 41}\\x1b[2J"
judged for refs/heads/main by {policy}: denied
violated       subject-length, error, {policy}:6
  line 1, column 41: the subject has 45 columns, 40 allowed
  fix: git commit --amend, shorten it, and move the details to the body
violated       change-ticket, rule ticket-reference, warning, {policy}:10
  no ticket in the subject or the trailers
  note: see the handbook
  fix: git commit --amend, add a line such as "Refs: ...", where ... matches CHG[0-9]{{7}}
passed         malformed-object, error, always on
"""
    )
    topic = gitward("explain", "HEAD", "--ref", "refs/heads/topic", cwd=project).stdout
    assert "not-applicable change-ticket (refs), rule ticket-reference, warning" in topic


@pytest.mark.parametrize(
    ("subject", "code", "says"),
    [
        ("subject-lenght", 2, "is no rule, no entry of the policy and no commit here; did you mean 'subject-length'?"),
        ("0" * 40, 3, "is not in the repository"),
        ("HEAD~9", 2, "is no rule, no entry of the policy and no commit here\n  fix: rules: malformed-object, "),
        ("HEAD..", 2, "fix: for a range: gitward check HEAD.."),
        ("HEAD^{tree}", 3, "is a tree, no commit"),
        ("--all", 2, "No such option"),
    ],
)
def test_what_cannot_be_explained(gitward: Run, git: Git, project: Path, subject: str, code: int, says: str) -> None:
    git("commit", "-q", "--allow-empty", "-m", "a subject", cwd=project)
    done = gitward("explain", subject, cwd=project)
    assert (done.returncode, done.stdout) == (code, "")
    assert says in done.stderr


def test_a_commit_without_a_policy_or_with_a_broken_one(gitward: Run, git: Git, repo: Path) -> None:
    git("commit", "-q", "--allow-empty", "-m", "a subject", cwd=repo)
    done = gitward("explain", "HEAD", cwd=repo)
    assert (done.returncode, "there is no policy" in done.stderr) == (2, True)
    (repo / ".gitward.yaml").write_text("version: 1\npolicy: {id: x}\nrulez: []\n")
    for words in (
        ["explain", "HEAD"],
        ["explain", "no-fixup"],
        ["policy", "validate"],
        ["policy", "show"],
        ["policy", "test"],
    ):
        done = gitward(*words, cwd=repo)
        assert (done.returncode, ".gitward.yaml:3:1: unknown key 'rulez'" in done.stderr) == (2, True), words


# --- policy -----------------------------------------------------------------------------------------------------------


def test_validate_files_and_refs(gitward: Run, git: Git, project: Path, tmp_path: Path) -> None:
    git("add", ".", cwd=project)
    git("commit", "-q", "-m", "with a policy", cwd=project)
    (tmp_path / "other.yaml").write_text(
        'version: 1\npolicy: {id: other}\nextends: ["builtin:minimal"]\n'
        "refsets: {protected: [refs/heads/main]}\nrules: [{drop: no-fixup}]\n"
    )
    done = gitward("policy", "validate", "HEAD:.gitward.yaml", tmp_path / "other.yaml", cwd=project)
    lines = done.stdout.splitlines()
    assert lines[0].startswith("ok HEAD:.gitward.yaml: test revision 7, 3 entries, enforce, digest ")
    assert lines[1].startswith(f"ok {tmp_path}/other.yaml: other, 6 entries, enforce, digest ")
    assert lines[2].startswith("  weakened: ")
    assert "no-fixup" in lines[2]
    missing = gitward("policy", "validate", "none.yaml", cwd=project)
    assert (missing.returncode, "there is no such file" in missing.stderr) == (2, True)


def test_show_for_a_ref(gitward: Run, project: Path) -> None:
    assert "change-ticket" in gitward("policy", "show", "--ref", "refs/heads/main", cwd=project).stdout
    assert "change-ticket" not in gitward("policy", "show", "--ref", "refs/heads/topic", cwd=project).stdout
    done = gitward("policy", "show", "--ref", "main", cwd=project)
    assert (done.returncode, "fix: write refs/heads/main" in done.stderr) == (2, True)


def test_what_is_shown_is_a_policy_that_says_the_same(gitward: Run, project: Path, tmp_path: Path) -> None:
    text = gitward("policy", "show", cwd=project).stdout
    (tmp_path / "again.yaml").write_text(text)

    def without_places(shown: str) -> list[str]:
        return [line.partition("  # ")[0] for line in shown.splitlines()[1:]]

    assert without_places(gitward("policy", "show", tmp_path / "again.yaml").stdout) == without_places(text)


def test_tests_of_a_policy(gitward: Run, project: Path) -> None:
    done = gitward("policy", "test", cwd=project)
    assert (done.returncode, done.stdout) == (0, "ok: 3 tests hold, 0 faults\n")
    policy = project / ".gitward.yaml"
    policy.write_text(POLICY.replace('      - {reject: "fix it"}\n', '      - {reject: "CHG0001234"}\n'))
    done = gitward("policy", "test", cwd=project)
    assert done.returncode == 1
    assert f"{policy}:18: [change-ticket] wanted reject, the entry says passed\n" in done.stdout
    assert done.stdout.endswith("not ok: 2 tests hold, 2 faults\n")


def test_the_schema_is_json(gitward: Run, tmp_path: Path) -> None:
    schema = json.loads(gitward("policy", "schema", cwd=tmp_path).stdout)
    titles = {item.get("title") for item in schema["properties"]["rules"]["items"]["anyOf"]}
    assert set(rules.NAMES) <= titles


# --- completion -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_scripts(gitward: Run, shell: str) -> None:
    done = gitward("completion", shell)
    assert (done.returncode, done.stderr) == (0, "")
    assert f"# to install: gitward completion {shell} > " in done.stdout
    assert "_GITWARD_COMPLETE" in done.stdout
    if shutil.which(shell):
        checked = subprocess.run([shell, "-n"], input=done.stdout, capture_output=True, text=True)
        assert (checked.returncode, checked.stderr) == (0, "")


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        ("gitward che", {"check"}),
        ("gitward policy s", {"show", "schema"}),
        ("gitward explain subject-", {"subject-imperative", "subject-length", "subject-pattern", "subject-style"}),
        ("gitward install --ser", {"--server"}),
    ],
)
def test_what_a_shell_is_offered(gitward: Run, words: str, wanted: set[str]) -> None:
    env = {"_GITWARD_COMPLETE": "bash_complete", "COMP_WORDS": words, "COMP_CWORD": str(words.count(" "))}
    done = gitward(env=env)
    assert {line.partition(",")[2] for line in done.stdout.splitlines()} == wanted


def test_another_shell_is_refused(gitward: Run) -> None:
    done = gitward("completion", "tcsh")
    assert (done.returncode, "'tcsh' is not one of" in done.stderr) == (2, True)
