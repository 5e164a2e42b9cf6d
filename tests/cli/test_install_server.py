"""`gitward install --server` and `--org`: the hook file of a server, and pushes through it."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path

import pytest
from hookscripts import POLICY, TOO_LONG, script

from gitward.audit import folder
from gitward.tlog import note

pytestmark = pytest.mark.usefixtures("forked_hooks")

TYPE_CHECKING = False
if TYPE_CHECKING:
    from conftest import Git, Run

MAIN = "HEAD:refs/heads/main"


@pytest.fixture
def policy(tmp_path: Path) -> Path:
    path = tmp_path / "etc" / "org.yaml"
    path.parent.mkdir()
    path.write_text(POLICY)
    return path


def commit(git: Git, repo: Path, subject: str) -> str:
    git("commit", "-q", "--allow-empty", "-m", subject, cwd=repo)
    return git("rev-parse", "HEAD", cwd=repo).stdout.strip()


def test_pushes_are_judged_and_recorded(gitward: Run, git: Git, repo: Path, bare: Path, policy: Path) -> None:
    done = gitward("install", "--server", "server.git", "--policy", "etc/org.yaml", "--log", "log", cwd=bare.parent)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[0] == f"installed pre-receive of {bare}"
    assert stat.S_IMODE((bare.parent / "log").stat().st_mode) == 0o700
    text = (bare / "hooks/pre-receive").read_text()
    assert f"hook pre-receive --policy {policy} --log {bare.parent / 'log'}\n" in text
    hidden = git("config", "--get-all", "receive.hideRefs", cwd=bare).stdout.split()
    assert hidden == ["refs/gitward/baseline", "refs/gitward/receipts"]
    good = commit(git, repo, "short enough")
    git("push", "-q", bare, MAIN, cwd=repo)
    commit(git, repo, TOO_LONG)
    denied = git("push", bare, MAIN, cwd=repo, ok=False)
    assert (denied.returncode, "error[subject-length]" in denied.stderr) == (1, True)
    assert git("rev-parse", "refs/heads/main", cwd=bare).stdout.strip() == good
    lines = (bare.parent / "log" / "00000000000000000000.jsonl").read_text().splitlines()
    classes = ["log.started", "config.changed", "ref.read", "decision.receive", "ref.updated", "receive.completed",
               "decision.receive"]  # fmt: skip
    assert [json.loads(line)["event"]["event"]["class"] for line in lines] == classes


def test_a_log_that_is_made_gets_its_recovery_key(gitward: Run, bare: Path, policy: Path, tmp_path: Path) -> None:
    key, other = (str(note.new_key("example.com/recovery").public) for _ in range(2))
    words = ("install", "--server", bare, "--policy", policy, "--log", tmp_path / "log")
    assert gitward(*words, "--recovery", "no key").returncode != 0
    assert gitward(*words[:5], "--recovery", key).returncode == 2, "no log"
    assert not (tmp_path / "log").exists()
    for _ in range(2):
        done = gitward(*words, "--recovery", f"{key}\n")
        assert (done.returncode, done.stderr) == (0, "")
    assert folder.about(str(tmp_path / "log")).recovery == key
    done = gitward(*words, "--recovery", other)
    assert (done.returncode, f"has the recovery key {key}" in done.stderr) == (2, True)
    assert gitward(*words).returncode == 0
    done = gitward(*words[:5], "--log", f"unix:{tmp_path}/x", "--recovery", key)
    assert (done.returncode, "audit init" in done.stderr) == (2, True)


def test_every_setting_is_a_literal_in_the_file(gitward: Run, bare: Path, policy: Path) -> None:
    oid = "ab" * 20
    done = gitward(
        "install", "--server", bare, "--policy", policy, "--policy", "refs/heads/main:.gitward.yaml",
        "--baseline", oid, "--limit", "commits=20000", "--limit", "seconds=90",
    )  # fmt: skip
    assert "refs/heads/main is not there yet: every push is denied until it holds .gitward.yaml" in done.stdout
    wanted = (f"--policy {policy} --policy refs/heads/main:.gitward.yaml --baseline {oid}"
              " --limit commits=20000 --limit seconds=90\n")  # fmt: skip
    assert wanted in (bare / "hooks/pre-receive").read_text()


def test_twice_changes_nothing_and_remove_restores_everything(gitward: Run, git: Git, bare: Path, policy: Path) -> None:
    earlier = script(bare / "hooks/pre-receive", "# as it was \xe5", mode=0o750)
    git("config", "receive.hideRefs", "refs/pull", cwd=bare)
    before = (earlier.read_bytes(), earlier.stat().st_mode, (bare / "config").read_bytes())
    words = ("install", "--server", bare, "--policy", policy)
    assert "kept as pre-receive.before-gitward and runs first" in gitward(*words).stdout
    config = (bare / "config").read_bytes()
    assert gitward(*words).stdout.startswith("unchanged pre-receive")
    assert (bare / "config").read_bytes() == config
    assert gitward("install", "--server", bare, "--remove").stdout.startswith("restored pre-receive")
    assert (earlier.read_bytes(), earlier.stat().st_mode, (bare / "config").read_bytes()) == before
    assert not (bare / "hooks/pre-receive.before-gitward").exists()
    assert "there was no hook of gitward's" in gitward("install", "--server", bare, "--remove").stdout


def test_forges_folders_of_hooks(gitward: Run, git: Git, repo: Path, bare: Path, policy: Path, tmp_path: Path) -> None:
    """Gitea's dispatcher, and GitLab's custom_hooks."""
    dispatcher = script(
        bare / "hooks/pre-receive", "data=$(cat)", 'for each in "$GIT_DIR"/hooks/pre-receive.d/*; do',
        '  echo "$data" | "$each" || exit 1', "done",
    )  # fmt: skip
    (bare / "hooks/pre-receive.d").mkdir()
    before = dispatcher.read_bytes()
    done = gitward("install", "--server", bare, "--policy", policy)
    assert "this server runs hooks/pre-receive.d/gitward from its own pre-receive hook" in done.stdout
    assert dispatcher.read_bytes() == before
    commit(git, repo, TOO_LONG)
    denied = git("push", bare, MAIN, cwd=repo, ok=False)
    assert (denied.returncode, "error[subject-length]" in denied.stderr) == (1, True)
    gitward("install", "--server", bare, "--remove")
    assert list((bare / "hooks/pre-receive.d").iterdir()) == []
    (bare / "custom_hooks/pre-receive.d").mkdir(parents=True)
    gitward("install", "--server", bare, "--policy", policy)
    assert os.access(bare / "custom_hooks/pre-receive.d/gitward", os.X_OK)


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        ([], 2, "a server hook without a policy denies every push"),
        (["--policy", "none.yaml"], 2, "there is no such file"),
        (["--policy", "bad.yaml"], 2, "bad.yaml:2:1: unknown key 'rulez'; did you mean 'rules'?"),
        (["--policy", "main:.gitward.yaml"], 2, "fix: write refs/heads/main:.gitward.yaml"),
        (["--policy", "audited.yaml"], 2, "this policy requires an audit log"),
        (["--policy", "denying.yaml"], 2, "this policy requires an audit log"),
        (["--policy", "good.yaml", "--baseline", "abc"], 2, "--baseline abc: not a full commit id"),
        (["--policy", "good.yaml", "--limit", "commits=-1"], 2, "--limit commits=-1: not a budget"),
        (["--policy", "good.yaml", "--limit", "comits=1"], 2, "--limit comits=1: not a budget"),
        (["--policy", "good.yaml", "--log", "good.yaml/x"], 3, "cannot be made: Not a directory\n  fix: let whoever "),
    ],
)
def test_what_cannot_work_is_not_installed(
    gitward: Run, bare: Path, tmp_path: Path, words: list[str], code: int, says: str
) -> None:
    (tmp_path / "good.yaml").write_text(POLICY)
    (tmp_path / "bad.yaml").write_text("version: 1\nrulez: []\n")
    (tmp_path / "audited.yaml").write_text(POLICY + "audit: required\n")
    (tmp_path / "denying.yaml").write_text(POLICY + "unaudited-updates: deny\n")
    done = gitward("install", "--server", bare, *words, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (code, ""), done.stderr
    assert says in done.stderr
    assert not (bare / "hooks/pre-receive").exists()


def test_a_repository_that_is_not_there(gitward: Run, tmp_path: Path) -> None:
    (tmp_path / "good.yaml").write_text(POLICY)
    done = gitward("install", "--server", "nix.git", "--policy", "good.yaml", cwd=tmp_path)
    says = "gitward: there is no folder nix.git\n  fix: as the user who receives pushes: git init --bare nix.git\n"
    assert (done.returncode, done.stderr) == (3, says)


def test_hooks_that_git_takes_from_elsewhere_are_refused(
    gitward: Run, git: Git, bare: Path, policy: Path, tmp_path: Path
) -> None:
    words = ("install", "--server", bare, "--policy", policy)
    git("config", "core.hooksPath", tmp_path / "shared", cwd=bare)
    done = gitward(*words)
    assert (done.returncode, "core.hooksPath makes git take the hooks of" in done.stderr) == (2, True)
    git("config", "--unset", "core.hooksPath", cwd=bare)
    (bare / "hooks").rename(tmp_path / "shared")
    (bare / "hooks").symlink_to(tmp_path / "shared")
    done = gitward(*words)
    assert (done.returncode, "which other repositories may share" in done.stderr) == (2, True)
    assert not (tmp_path / "shared/pre-receive").exists()


def test_the_hooks_that_record_come_and_go_with_the_log(gitward: Run, bare: Path, policy: Path, tmp_path: Path) -> None:
    words = ("install", "--server", bare, "--policy", policy)
    names = ("reference-transaction", "post-receive")
    kept = script(bare / "hooks/post-receive", "# as it was")
    before = kept.read_bytes()
    done = gitward(*words, "--log", tmp_path / "log")
    assert "the post-receive hook that was here is kept as post-receive.before-gitward and runs first" in done.stdout
    assert all(f"hook {name} --policy {policy} --log {tmp_path}/log" in (bare / "hooks" / name).read_text() for name in names)
    assert gitward(*words, "--log", tmp_path / "log").stdout.startswith("unchanged")
    (bare / "hooks/reference-transaction").chmod(0o644)
    assert gitward(*words, "--log", tmp_path / "log").stdout.startswith("updated")
    assert gitward(*words).stdout.startswith("updated")
    assert ([(bare / "hooks" / name).exists() for name in names], kept.read_bytes()) == ([False, True], before)
    gitward(*words, "--log", tmp_path / "log")
    gitward("install", "--server", bare, "--remove")
    assert ([(bare / "hooks" / name).exists() for name in names], kept.read_bytes()) == ([False, True], before)
    gitward(*words, "--log", tmp_path / "log")
    (bare / "hooks/reference-transaction").open("a").write("exit 0\n")
    done = gitward("install", "--server", bare, "--remove")
    assert (done.returncode, "written by gitward and edited since" in done.stderr) == (2, True)
    assert (bare / "hooks/pre-receive").exists()


def test_forges_folders_for_what_git_did(gitward: Run, git: Git, repo: Path, bare: Path, policy: Path, tmp_path: Path) -> None:
    """Gitea starts what is in post-receive.d, and leaves reference-transaction to git; GitLab takes only the first."""
    each = 'for each in "$GIT_DIR"/hooks/$(basename "$0").d/*; do'
    dispatch = ("data=$(cat)", each, '  echo "$data" | "$each" || exit 1', "done")
    for name in ("pre-receive", "post-receive"):
        script(bare / "hooks" / name, *dispatch)
        (bare / "hooks" / f"{name}.d").mkdir()
    words = ("install", "--server", bare, "--policy", policy, "--log", tmp_path / "log")
    gitward(*words)
    assert os.access(bare / "hooks/post-receive.d/gitward", os.X_OK)
    commit(git, repo, "short enough")
    git("push", "-q", bare, MAIN, cwd=repo)
    lines = (tmp_path / "log" / "00000000000000000000.jsonl").read_text().splitlines()
    events = [json.loads(line)["event"] for line in lines[3:]]  # log.started, config.changed, ref.read
    assert [each["event"]["class"] for each in events] == ["decision.receive", "ref.updated", "receive.completed"]
    assert len({each["session"]["id"] for each in events}) == 1
    gitward("install", "--server", bare, "--remove")
    (bare / "custom_hooks/pre-receive.d").mkdir(parents=True)
    done = gitward(*words)
    assert "this server runs its own reference-transaction hook and no other" in done.stdout
    assert os.access(bare / "custom_hooks/post-receive.d/gitward", os.X_OK)
    assert not (bare / "hooks/reference-transaction").exists()
    policy.write_text(POLICY + "unaudited-updates: deny\n")
    assert "unaudited-updates: deny cannot be kept on this server" in gitward(*words).stdout


def test_a_hook_that_is_a_link_is_kept_as_one(gitward: Run, bare: Path, policy: Path, tmp_path: Path) -> None:
    common = script(tmp_path / "common", "exit 0")
    (bare / "hooks/pre-receive").symlink_to(common)
    gitward("install", "--server", bare, "--policy", policy)
    assert os.readlink(bare / "hooks/pre-receive.before-gitward") == str(common)
    assert "gitward" not in common.read_text()
    gitward("install", "--server", bare, "--remove")
    assert os.readlink(bare / "hooks/pre-receive") == str(common)


def test_every_repository_of_an_organisation(gitward: Run, git: Git, policy: Path, tmp_path: Path) -> None:
    root = tmp_path / "srv"
    for name in ("a.git", "team/b.git", "team/deep/c.git"):
        git("init", "-q", "--bare", root / name)
    git("init", "-q", root / "worktree")
    git("config", "core.hooksPath", "/nowhere", cwd=root / "team/b.git")
    (root / "empty").mkdir()
    words = ("install", "--org", root, "--policy", policy, "--log", tmp_path / "log")
    done = gitward(*words)
    assert done.returncode == 2
    lines = [line for line in done.stdout.splitlines() if not line.startswith("  note: advice")]
    assert lines[0] == "installed  a.git"
    assert lines[1] == "refused    team/b.git"
    assert lines[2].startswith("  error: core.hooksPath makes git take the hooks of")
    assert lines[4] == "installed  team/deep/c.git"
    assert lines[-1] == "3 repositories: 2 installed, 1 refused"
    git("config", "--unset", "core.hooksPath", cwd=root / "team/b.git")
    assert gitward(*words).stdout.splitlines()[-1] == "3 repositories: 2 unchanged, 1 installed"
    removed = gitward("install", "--org", root, "--remove")
    assert (removed.returncode, removed.stdout.splitlines()[-1]) == (0, "3 repositories: 3 removed")
    assert not (root / "a.git/hooks/pre-receive").exists()
    done = gitward("install", "--org", root / "empty", "--policy", policy)
    assert (done.returncode, "there is no bare repository below" in done.stderr) == (2, True)
