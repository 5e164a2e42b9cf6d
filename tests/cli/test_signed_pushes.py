"""A server for signed pushes: `install` gives it a secret of its own, `doctor` says what is missing."""

from __future__ import annotations

import re
import stat
import subprocess
from pathlib import Path

import pytest
from hookscripts import not_ok

TYPE_CHECKING = False
if TYPE_CHECKING:
    from conftest import Git, Run

SETTING = "receive.certNonceSeed"


@pytest.fixture
def policy(tmp_path: Path) -> Path:
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", tmp_path / "key"], check=True)
    path = tmp_path / "org.yaml"
    key = (tmp_path / "key.pub").read_text().strip()
    path.write_text(
        f'version: 1\npolicy: {{id: org}}\nprincipals: {{ann: {{keys: [{{ssh: "{key}"}}]}}}}\n'
        f"rules:\n  - {{rule: signed-push, push_urls: [{tmp_path}/server.git]}}\n"
    )
    return path


def seed(git: Git, bare: Path) -> str:
    return git("config", "--get", SETTING, cwd=bare, ok=False).stdout.strip()


def install(gitward: Run, bare: Path, policy: Path) -> str:
    done = gitward("install", "--server", bare, "--policy", policy, "--log", "log")
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_push_through_what_was_installed(gitward: Run, git: Git, repo: Path, bare: Path, policy: Path) -> None:
    """By the hook file as it is written: the variables of the certificate and the push options come through it."""
    assert "receive.certNonceSeed was made" in install(gitward, bare, policy)
    git("config", "receive.advertisePushOptions", "true", cwd=bare)
    git("commit", "-q", "--allow-empty", "-m", "x", cwd=repo)
    signing = ("-c", "gpg.format=ssh", "-c", f"user.signingKey={bare.parent / 'key'}")
    assert "not signed" in git("push", bare, "main", cwd=repo, ok=False).stderr
    git(*signing, "push", "-q", "--signed", "-o", "a b", "-o", "c", bare, "main", cwd=repo)


def test_the_secret(gitward: Run, git: Git, bare: Path, policy: Path) -> None:
    """Made once, of 256 bits of chance, in a file whose rights stay as they are."""
    (bare / "config").chmod(0o640)
    with (bare / "config").open("a") as file:
        file.write("[receive]\n\tdenyDeletes = true")  # a last line that does not end
    said = install(gitward, bare, policy)
    first = seed(git, bare)
    assert re.fullmatch("[0-9a-f]{64}", first)
    assert f"advice: chmod go-r {bare}/config" in said
    assert stat.S_IMODE((bare / "config").stat().st_mode) == 0o640
    assert git("config", "receive.denyDeletes", cwd=bare).stdout == "true\n"
    (bare / "config").chmod(0o600)
    assert "certNonceSeed" not in install(gitward, bare, policy)
    assert seed(git, bare) == first
    assert not (bare / "config.lock").exists()


def test_only_where_a_policy_asks(gitward: Run, git: Git, bare: Path, policy: Path) -> None:
    policy.write_text("version: 1\npolicy: {id: org}\nrules: [{rule: no-fixup}]\n")
    install(gitward, bare, policy)
    assert seed(git, bare) == ""
    assert "certNonce" not in gitward("doctor", "--repo", bare).stdout


def test_a_locked_configuration(gitward: Run, git: Git, bare: Path, policy: Path) -> None:
    (bare / "config.lock").touch()
    done = gitward("install", "--server", bare, "--policy", policy)
    assert (done.returncode, "another git writes the configuration" in done.stderr) == (3, True)
    assert seed(git, bare) == ""
    assert (bare / "config.lock").exists()


def test_doctor(gitward: Run, git: Git, bare: Path, policy: Path) -> None:
    git("config", "transfer.fsckObjects", "true", cwd=bare)
    (bare / "config").chmod(0o600)
    install(gitward, bare, policy)

    def found() -> list[str]:
        return [line for line in gitward("doctor", "--repo", bare).stdout.splitlines() if "certNonce" in line]

    assert found() == [
        "ok   receive.certNonceSeed: is set, and this repository's own",
        "ok   receive.certNonceSlop: 0; over HTTP the policy lets a nonce be 0 s old",
    ]
    assert not any("certNonce" in line for line in not_ok(gitward("doctor", "--repo", bare).stdout))
    (bare / "config").chmod(0o644)
    git("config", "http.receivepack", "true", cwd=bare)
    assert [line.partition(";")[0] for line in found()] == [
        f"warn receive.certNonceSeed: {bare}/config holds it and can be read by others than its owner",
        "warn receive.certNonceSlop: is not set, and the policy lets no nonce be older: over HTTP most signed pushes are denied",
    ]
    git("config", "receive.certNonceSlop", "30", cwd=bare)
    assert found()[1] == "ok   receive.certNonceSlop: 30 s: so much older may a nonce be over HTTP, whatever the policy says"
    git("config", "--unset", SETTING, cwd=bare)
    assert found()[0].startswith("fail receive.certNonceSeed: is not set: no push can be signed")
    git("config", "--global", SETTING, "for all", cwd=bare)
    assert found()[0].startswith("warn receive.certNonceSeed: is the same for several repositories")
