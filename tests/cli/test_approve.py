"""`gitward approve` as people run it: against a real server with its hook, with real keys, and the exports of forges."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from soaking import long

pytestmark = pytest.mark.usefixtures("forked_hooks")

TYPE_CHECKING = False
if TYPE_CHECKING:
    from conftest import Done, Git, Run

MAIN = "refs/heads/main"
ZERO = "0" * 40


@pytest.fixture(scope="module")
def held(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("held")
    for name in ("ann", "bob", "importer"):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", folder / name], check=True)
    return folder


class Team:
    """A server whose main wants an approval, and a clone with a change on `topic`, by Ann."""

    def __init__(self, folder: Path, git: Git, gitward: Run, launcher: Path, held: Path) -> None:
        self.folder, self.git, self._gitward, self.held = folder, git, gitward, held
        self.bare, self.clone = folder / "server.git", folder / "clone"
        git("init", "-q", "--bare", "--template=", self.bare)
        git("clone", "-q", "--template=", self.bare, self.clone)
        self.commit("a", "a\n", "b", "b\n", branch="main")
        git("push", "-q", "origin", "main", cwd=self.clone)
        keys = {name: (held / f"{name}.pub").read_text().strip() for name in ("ann", "bob", "importer")}
        self.policy = folder / "org.yaml"
        self.policy.write_text(
            "version: 1\npolicy: {id: org}\nprincipals:\n"
            + "".join(f'  {name}: {{addresses: [{name}@example.com], keys: [{{ssh: "{key}"}}]}}\n' for name, key in keys.items())
            + "rules:\n  - {rule: approval, refs: [refs/heads/main], evidence: forge, importers: [importer]}\n"
        )
        hook = self.bare / "hooks" / "pre-receive"
        hook.parent.mkdir()
        words = f"{sys.executable} -I {launcher} hook pre-receive --policy {self.policy} --actor gitolite"
        hook.write_text(f"#!/bin/sh\nexec {words}\n")
        hook.chmod(0o755)
        self.commit("a", "new\n", branch="topic")

    def commit(self, *files: str, branch: str = "", message: str = "x") -> str:
        who = {f"GIT_{role}_{part}": value for role in ("AUTHOR", "COMMITTER")
               for part, value in (("NAME", "Ann"), ("EMAIL", "ann@example.com"))}  # fmt: skip
        if branch:
            self.git("checkout", "-q", "-B", branch, cwd=self.clone)
        for name, content in zip(files[::2], files[1::2], strict=True):
            (self.clone / name).write_text(content)
        self.git("add", "-A", cwd=self.clone)
        self.git("commit", "-q", "-m", message, cwd=self.clone, env=who)
        return self.rev("HEAD")

    def rev(self, name: str) -> str:
        return self.git("rev-parse", name, cwd=self.clone).stdout.strip()

    def approve(self, *words: str | Path, who: str = "bob", code: int = 0) -> str:
        done = self._gitward("approve", *words, "--key", self.held / who, "--repo", self.clone)
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout + done.stderr

    def push(self, *refs: str, who: str = "ann") -> Done:
        return self.git("push", "origin", *refs, cwd=self.clone, env={"GL_USER": who}, ok=False)

    def statements(self, where: str = "server") -> list[str]:
        folder = self.bare if where == "server" else self.clone
        return self.git("for-each-ref", "--format=%(refname)", "refs/gitward/statements/", cwd=folder).stdout.split()


@pytest.fixture
def team(tmp_path: Path, git: Git, gitward: Run, launcher: Path, held: Path) -> Team:
    return Team(tmp_path, git, gitward, launcher, held)


def test_a_change_that_somebody_else_approves(team: Team) -> None:
    """Denied, approved, let in; amended, denied; approved anew and sent in the very push, let in."""
    assert "approvals: 1 needed, 0 there" in team.push("topic:main").stderr
    said = team.approve("topic", "--ref", MAIN, "--push")
    assert f"ref {MAIN} at {team.rev('origin/main')} (refs/remotes/origin/main, as it was last fetched)" in said
    assert f"tree {team.rev('topic^{tree}')} (the commit's own tree)" in said
    assert '1 commit:\n' in said
    assert '"x" Ann <ann@example.com>' in said
    assert "1 file changed" in said
    assert "sent to origin" in said
    assert team.statements() == team.statements("clone")
    team.commit("a", "newer\n", message="y")
    assert "does not count: it is for another tree" in team.push("topic:main").stderr
    said = team.approve("origin/main..topic", "--ref", MAIN)
    ref = team.statements("clone")[-1] if team.statements("clone")[-1] not in team.statements() else team.statements("clone")[0]
    assert f"send it: git push origin {ref}" in said
    done = team.push("topic:main", ref)
    assert done.returncode == 0, done.stderr
    assert f"[approval] {MAIN} approved by bob" in done.stderr


@long
def test_ones_own_change_and_a_stranger(team: Team) -> None:
    team.approve("topic", "--ref", MAIN, "--push", who="ann")
    assert "of ann does not count: it is their own change" in team.push("topic:main").stderr


@long
def test_what_stands_and_what_is_wanted(team: Team) -> None:
    show = ("topic", "--ref", MAIN, "--show", "--policy", team.policy)
    assert "[approval] approvals: 1 needed, 0 there\n  fix: ask bob, importer: gitward approve" in team.approve(*show, code=1)
    team.approve("topic", "--ref", MAIN, who="ann")
    assert "of ann does not count: it is their own change" in team.approve(*show, code=1)
    team.approve("topic", "--ref", MAIN)
    said = team.approve(*show)
    assert "[approval] approved by bob (" in said
    assert "[approval] nothing more is wanted" in said
    other = team.approve("topic", "--ref", "refs/heads/other", "--show", "--policy", team.policy)
    assert "no entry of org wants approvals for refs/heads/other" in other


def test_a_change_does_not_say_what_is_shown_of_it(team: Team) -> None:
    """git leaves out a submodule of which the work tree's `.gitmodules` says so, and that comes with the change."""
    team.git("update-index", "--add", "--cacheinfo", f"160000,{'1' * 40},lib", cwd=team.clone)
    (team.clone / ".gitmodules").write_text('[submodule "lib"]\n\tpath = lib\n\turl = ../lib\n\tignore = all\n')
    (team.clone / "lib").mkdir()
    team.commit("a", "newer\n")
    team.git("config", "diff.relative", "true", cwd=team.clone)
    said = team.approve("topic", "--ref", MAIN, "--dry-run")
    assert [line.split(" | ")[0].strip() for line in said.splitlines() if " | " in line] == [".gitmodules", "a", "lib"]


@long
def test_a_merge_as_git_will_make_it(team: Team) -> None:
    """Main has moved: the tree is that of the merge, which the forge's button makes too."""
    team.git("checkout", "-q", "main", cwd=team.clone)
    team.commit("b", "other\n")
    team.git("push", "-q", team.bare, "main:refs/heads/x", cwd=team.clone)
    team.git("update-ref", MAIN, team.rev("main"), cwd=team.bare)
    team.git("fetch", "-q", cwd=team.clone)
    said = team.approve("topic", "--ref", MAIN, "--push")
    assert "(the tree that git makes of merging both)" in said
    team.git("merge", "-q", "--no-ff", "-m", "merge", "topic", cwd=team.clone)
    done = team.push("main")
    assert done.returncode == 0, done.stderr


@long
def test_a_merge_with_conflicts_is_refused_with_the_fix(team: Team) -> None:
    team.git("checkout", "-q", "main", cwd=team.clone)
    team.commit("a", "other\n")
    team.git("update-ref", "refs/remotes/origin/main", "main", cwd=team.clone)
    said = team.approve("topic", "--ref", MAIN, code=3)
    assert "does not merge without conflicts: a" in said
    assert "fix: merge or rebase" in said
    assert team.statements("clone") == []


@long
def test_words_that_do_not_go_together(team: Team) -> None:
    assert "--ref is missing" in team.approve("topic", code=2)
    assert "belong together" in team.approve("topic", "--ref", MAIN, "--from-forge", "x", code=2)
    assert "--revoke needs --reason" in team.approve("--revoke", "abcd", code=2)
    assert "no statement here begins with 'abcd'" in team.approve("--revoke", "abcd", "--reason", "x", code=3)
    assert "1 commit:" in team.approve("topic", "--ref", MAIN, "--dry-run")
    assert team.statements("clone") == []


@long
def test_taken_back(team: Team) -> None:
    team.approve("topic", "--ref", MAIN, "--push")
    (ref,) = team.statements("clone")
    assert "revoked: refs/gitward/statements/" in team.approve("--revoke", ref.split("/")[-1][:8], "--reason", "a slip", "--push")
    assert "does not count: revoked by bob: a slip" in team.push("topic:main").stderr
    assert len(team.statements()) == 2


@long
def test_what_cannot_be_signed_or_sent(team: Team, gitward: Run) -> None:
    done = gitward("approve", "topic", "--ref", MAIN, "--repo", team.clone)
    assert done.returncode == 3
    assert "fix: git config user.signingKey" in done.stderr
    assert team.statements("clone") == []
    team.git("remote", "set-url", "origin", team.folder / "gone.git", cwd=team.clone)
    assert "the statement stands here and was not sent" in team.approve("topic", "--ref", MAIN, "--push", code=3)
    assert len(team.statements("clone")) == 1


def test_reviews_of_a_forge(team: Team) -> None:
    """They count where the policy names who may import them, and the report says what they are."""
    path = team.folder / "export.json"
    commit = team.rev("topic")
    path.write_text(json.dumps([
        {"user": {"login": "ann"}, "state": "APPROVED", "commit_id": ZERO},
        {"user": {"login": "bob"}, "state": "APPROVED", "commit_id": commit},
    ]))  # fmt: skip
    words = ("topic", "--ref", MAIN, "--from-forge", path, "--forge", "github", "--push")
    team.approve(*words, who="ann")
    assert "of bob on github does not count: ann may not import reviews here" in team.push("topic:main").stderr
    said = team.approve(*words, who="importer")
    assert "passed over: ann approved 000000000000, which is another commit" in said
    assert "bob on github: weaker evidence" in said
    done = team.push("topic:main")
    assert done.returncode == 0, done.stderr
    assert "weaker: a review on github, imported" in done.stderr
