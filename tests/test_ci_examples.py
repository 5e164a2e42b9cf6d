"""What we ship for CI systems: valid by the published schemas, and run as the system would run it."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from soaking import long

ROOT = Path(__file__).parent.parent
EXAMPLES = ROOT / "examples" / "ci"
POLICY = "version: 1\npolicy: {id: acme}\nrules:\n  - {rule: subject-pattern, pattern: '^ACME-[0-9]+: '}\n"
ZERO = "0" * 40


@pytest.mark.parametrize(
    ("schema", "path"),
    [
        ("vendor.github-workflows", EXAMPLES / "github-actions.yml"),
        ("vendor.github-actions", ROOT / "action.yml"),
        ("vendor.gitlab-ci", EXAMPLES / "gitlab-ci.yml"),
        ("vendor.bitbucket-pipelines", EXAMPLES / "bitbucket-pipelines.yml"),
    ],
)
def test_each_file_is_valid_by_its_published_schema(schema, path, tmp_path):
    """The schemas come with check-jsonschema: nothing is fetched."""

    def check(file):
        more = ["--data-transform", "gitlab-ci"] if "gitlab" in schema else []
        command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", schema, *more, str(file)]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    assert (done := check(path)).returncode == 0, done.stdout + done.stderr
    broken = tmp_path / path.name
    broken.write_text(path.read_text().replace("script:", "scripts: 5\n#").replace("runs-on:", "run-on:")
                      .replace("using: composite", "using: 5"))  # fmt: skip
    assert check(broken).returncode == 1


def test_the_examples_ask_for_the_whole_history_and_install_outside_the_checkout():
    workflow = yaml.safe_load((EXAMPLES / "github-actions.yml").read_text())
    install, checkout, judge = workflow["jobs"]["gitward"]["steps"]
    assert (install, judge) == ({"run": "pipx install gitward"}, {"run": "gitward ci"})
    assert checkout["with"]["fetch-depth"] == 0
    assert workflow[True]["pull_request"]["branches"] == workflow[True]["push"]["branches"]  # `on` is YAML's True
    assert "edited" in workflow[True]["pull_request"]["types"]
    job = yaml.safe_load((EXAMPLES / "gitlab-ci.yml").read_text())["gitward"]
    assert job["variables"] == {"GIT_DEPTH": "0", "GIT_STRATEGY": "clone"}
    assert job["script"][-1] == f"gitward ci --output {job['artifacts']['reports']['codequality']}"
    assert yaml.safe_load((EXAMPLES / "bitbucket-pipelines.yml").read_text())["clone"] == {"depth": "full"}


@pytest.fixture
def change(git, repo, bare):
    """A clone whose origin/main holds the policy, and a head with one bad commit; gives (checkout, base, head)."""
    (repo / ".gitward.yaml").write_text(POLICY)
    git("add", "-A", cwd=repo)
    git("commit", "-q", "-m", "ACME-1: begin", cwd=repo)
    git("remote", "add", "origin", bare, cwd=repo)
    git("push", "-q", "origin", "main", cwd=repo)
    git("fetch", "-q", "origin", cwd=repo)
    git("commit", "-q", "--allow-empty", "-m", "no ticket", cwd=repo)
    base, head = git("rev-parse", "origin/main", "HEAD", cwd=repo).stdout.split()
    return repo, base, head


def shell(script, cwd, launcher, **env):
    path = f"{launcher.parent}{os.pathsep}{os.environ['PATH']}"
    command = ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", "-c", script]
    env = {**os.environ, "PATH": path, **env}
    return subprocess.run(command, cwd=cwd, env=env, capture_output=True, text=True, check=False)


SYSTEMS = {
    "Jenkins": ("CHANGE_TARGET", "main", "GIT_COMMIT"),
    "Azure Pipelines": ("SYSTEM_PULLREQUEST_TARGETBRANCH", "refs/heads/main", "SYSTEM_PULLREQUEST_SOURCECOMMITID"),
    "Buildkite": ("BUILDKITE_PULL_REQUEST_BASE_BRANCH", "main", "BUILDKITE_COMMIT"),
}


@pytest.mark.parametrize("system", SYSTEMS)
def test_the_documented_line_judges_and_runs_nothing_that_a_name_holds(system, change, git, launcher):
    text = (EXAMPLES / "README.md").read_text()
    [line] = re.findall(rf"^{system}[^`]*(?:`[^`]+`[^`]*)*?```sh\n(.*)\n```$", text, re.MULTILINE)
    at, _, head = change
    target, value, commit = SYSTEMS[system]
    done = shell(line, at, launcher, **{target: value, commit: head})
    assert done.returncode == 1, done.stderr
    assert "denied refs/heads/main: 1 of 1 commit" in done.stdout
    name = "$(touch${IFS}pwned)"
    git("push", "-q", "origin", f"main~:refs/heads/{name}", cwd=at)
    done = shell(line, at, launcher, **{target: value.replace("main", name), commit: head})
    assert done.returncode == 1, done.stderr
    assert f"denied refs/heads/{name}: 1 of 1 commit" in done.stdout
    assert not (at / "pwned").exists()


@long
def test_the_action_installs_itself_and_judges(change, launcher, tmp_path, git):
    """Its steps, run as the runner runs them; setup-python is this Python, the checkout holds traps."""
    at, base, head = change
    for name in ("pip.py", "venv.py", "click.py", "sitecustomize.py"):
        (at / name).write_text("raise SystemExit(0)\n")
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", tmp_path / "key"], check=True)
    key = (tmp_path / "key").read_text()
    (tmp_path / "trac.yaml").write_text("kind: command\ncommand: [/bin/true]\n")
    event = {
        "ref": "refs/heads/main", "before": base, "after": head, "repository": {"default_branch": "main"},
    }  # fmt: skip
    (tmp_path / "event.json").write_text(json.dumps(event))
    outputs = tmp_path / "outputs"
    values = {
        "runner.temp": str(tmp_path),
        "github.action_path": str(ROOT),
        "steps.python.outputs.python-path": sys.executable,
        "inputs.policy": "", "inputs.first": "false", "inputs.allow-empty": "false",
        "inputs.lookup": f"trac={tmp_path / 'trac.yaml'}\n\n", "inputs.signing-key": key, "inputs.send": "true",
    }  # fmt: skip
    runner = {
        "GITHUB_ACTIONS": "true", "GITHUB_EVENT_NAME": "push", "GITHUB_EVENT_PATH": str(tmp_path / "event.json"),
        "GITHUB_SHA": head, "GITHUB_OUTPUT": str(outputs),
    }  # fmt: skip

    def fill(text):
        return re.sub(r"\$\{\{ (.*?) \}\}", lambda found: values[found[1]], str(text))

    action = yaml.safe_load((ROOT / "action.yml").read_text())
    done = None
    for step in action["runs"]["steps"]:
        if "run" not in step:
            assert step["uses"].startswith("actions/setup-python@")
            continue
        folder = fill(step.get("working-directory", at))
        variables = runner | {key: fill(value) for key, value in step["env"].items()}
        done = shell(step["run"], folder, launcher, **variables)
        if step.get("id") == "install":
            assert done.returncode == 0, done.stderr
            values["steps.install.outputs.gitward"] = outputs.read_text().strip().removeprefix("gitward=")
    assert done is not None
    assert done.returncode == 1, done.stderr
    assert f"gitward check {base}..{head} --ref refs/heads/main --policy {base}:.gitward.yaml" in done.stderr
    assert done.stdout.startswith("::error title=gitward%3A subject-pattern::")
    assert f" --lookup trac={tmp_path / 'trac.yaml'}" in done.stderr
    (ref,) = re.findall("^stated: (.*)$", done.stderr, re.MULTILINE)
    assert ref in git("ls-remote", "origin", cwd=at).stdout
    assert [*tmp_path.glob("gitward-key-*")] == []
    assert "PRIVATE KEY" not in done.stdout + done.stderr


def test_the_guide_names_every_option_of_the_command_and_no_other(gitward):
    text = (ROOT / "docs" / "ci.md").read_text()
    options = set(re.findall(r"^  (--[a-z-]+)", gitward("ci", "--help").stdout, re.MULTILINE)) - {"--help"}
    named = set(re.findall(r"--[a-z-]+", " ".join(re.findall(r"^`(--.*)`$", text, re.MULTILINE))))
    assert named == options
