"""A look-up on a server: `install` writes it into the hook, `doctor` says whether it can be used and is kept secret."""

from __future__ import annotations

from pathlib import Path

import pytest

from trackers import jira, settings, tracking

pytestmark = pytest.mark.usefixtures("forked_hooks")

TYPE_CHECKING = False
if TYPE_CHECKING:
    from conftest import Git, Run

POLICY = """\
version: 1
policy: {id: org}
rules:
  - {rule: ticket-reference, lookup: jira}
"""


@pytest.fixture
def policy(tmp_path: Path) -> Path:
    path = tmp_path / "org.yaml"
    path.write_text(POLICY)
    return path


def test_a_push_through_what_was_installed(
    gitward: Run, git: Git, repo: Path, bare: Path, policy: Path, tmp_path: Path
) -> None:
    with tracking(jira({"PROJ-1": "new", "PROJ-2": "done"})) as tracker:
        settings(tmp_path, kind="jira", url=tracker.url, token="t0ken")
        done = gitward("install", "--server", bare, "--policy", policy, "--log", "log", "--lookup", "jira=tracker.yaml")
        assert done.returncode == 0, done.stderr
        assert f" --lookup jira={tmp_path}/tracker.yaml\n" in (bare / "hooks/pre-receive").read_text()
        codes = []
        for message in ("PROJ-1: x", "PROJ-2: y"):
            git("commit", "-q", "--allow-empty", "-m", message, cwd=repo)
            codes.append(git("push", bare, "HEAD:refs/heads/main", cwd=repo, ok=False).returncode)
        assert codes == [0, 1]
        again = gitward("install", "--server", bare, "--policy", policy, "--log", "log", "--lookup", "jira=tracker.yaml")
        assert again.stdout.startswith("unchanged")


def test_what_install_refuses(gitward: Run, bare: Path, policy: Path, tmp_path: Path) -> None:
    path = settings(tmp_path, kind="jira", url="https://tracker.example.com", token="t0ken")
    given = ("install", "--server", bare, "--policy", policy)
    done = gitward(*given)
    assert (done.returncode, "this policy names the look-up jira" in done.stderr) == (2, True)
    assert "fix: add --lookup jira=FILE" in done.stderr
    assert gitward(*given, "--lookup", "jira").returncode == 2
    path.chmod(0o666)
    done = gitward(*given, "--lookup", f"jira={path}")
    assert (done.returncode, "can be written by others" in done.stderr) == (2, True)
    path.chmod(0o600)
    path.write_text("kind: jra\n")
    done = gitward(*given, "--lookup", f"jira={path}")
    assert (done.returncode, "did you mean 'jira'?" in done.stderr) == (2, True)
    assert not (bare / "hooks/pre-receive").exists()


def test_doctor(gitward: Run, bare: Path, policy: Path, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    cache.mkdir(mode=0o700)
    path = settings(tmp_path, kind="jira", url="https://tracker.example.com", token="t0ken", cache=str(cache))
    done = gitward("install", "--server", bare, "--policy", policy, "--log", "log", "--lookup", f"jira={path}")
    assert done.returncode == 0, done.stderr

    def says(status: str, words: str) -> None:
        lines = [line for line in gitward("doctor", "--repo", bare).stdout.splitlines() if " look-up: " in line]
        assert len(lines) == 1
        assert lines[0].startswith(f"{status:<4} look-up: "), lines
        assert words in lines[0]
        assert "t0ken" not in lines[0]

    says("ok", "jira: jira, https://tracker.example.com")
    (tmp_path / "tracker.token").chmod(0o640)
    says("fail", f"tracker.token can be read by others than its owner: what asks it is undecided; fix: chmod 600 {tmp_path}")
    (tmp_path / "tracker.token").chmod(0o600)
    cache.chmod(0o770)
    says("warn", "is not a folder that this user alone can write")
    policy.write_text(POLICY.replace("jira", "other"))
    cache.chmod(0o700)
    lines = [line for line in gitward("doctor", "--repo", bare).stdout.splitlines() if " look-up: " in line]
    assert [line.split()[0] for line in lines] == ["fail", "ok"]
    assert "a policy names other and the hook has none" in lines[0]
