"""Which repository a path names, and what of an environment reaches git."""

from __future__ import annotations

import json
import os
import pwd
import subprocess
from pathlib import Path

import pytest

from gitward.errors import GitwardError, PolicyError, Undecided
from gitward.shell import environment, place
from gitward.shell.refusal import Denied
from gitward.shell.visit import Door, visit
from gitward.sshkeys import fingerprint, public_key

TYPE_CHECKING = False
if TYPE_CHECKING:
    from conftest import Git


@pytest.fixture
def root(tmp_path: Path, git: Git) -> Path:
    """`shop.git` and `team/app.git`, bare; `work` with a work tree; beside the root `secret.git`."""
    for name in ("root/shop.git", "root/team/app.git", "secret.git"):
        git("init", "-q", "--bare", tmp_path / name)
    git("init", "-q", tmp_path / "root" / "work")
    return tmp_path / "root"


def test_a_path_is_below_the_root(root: Path, tmp_path: Path) -> None:
    for written in ("shop.git", "/shop.git", "shop", "shop.git/", "//shop", "./shop.git", f"{root}/shop.git", f"{root}//shop"):
        assert place.repository(str(root), written) == str(root / "shop.git"), written
    assert place.repository(f"{root}/", "team/app") == str(root / "team" / "app.git")
    assert place.repository(str(root), "work") == str(root / "work" / ".git")
    (tmp_path / "link").symlink_to(root)
    assert place.repository(str(tmp_path / "link"), f"{tmp_path}/link/shop") == str(root / "shop.git")
    (root / "alias.git").symlink_to("team/app.git")
    assert place.repository(str(root), "alias") == str(root / "team" / "app.git")


def test_nothing_else_is(root: Path, tmp_path: Path) -> None:
    (root / "way.git").symlink_to(tmp_path / "secret.git")
    (root / "out").symlink_to(tmp_path)
    (root / "file").write_text("gitdir: shop.git\n")
    (root / "gitfile").mkdir()
    (root / "gitfile" / ".git").write_text(f"gitdir: {tmp_path}/secret.git\n")
    within = root / "shop.git" / "refs" / "heads" / "x"
    for name in ("objects", "refs"):  # what somebody makes who pushes refs/heads/x/HEAD and so on
        (within / name).mkdir(parents=True)
    (within / "HEAD").write_text("0" * 40)
    for written in (
        "nix", "team", ".", "file", "gitfile", "way", "out/secret.git", f"{tmp_path}/secret.git", "/", str(root), f"{root}/",
        f"{root}x/shop.git", "shop.git/refs/heads/x", "shop.git/objects", "x" * 300, "ext::sh -c id", "shop.git;id", "*",
    ):  # fmt: skip
        with pytest.raises(Denied) as denied:
            place.repository(str(root), written)
        assert denied.value.message == "there is no such repository", written
    with pytest.raises(Undecided, match="is not there"):
        place.repository(str(tmp_path / "nix"), "shop")


def test_git_is_not_led_elsewhere(root: Path, tmp_path: Path, git: Git) -> None:
    """git would follow a .git inside of the repository."""
    (root / "shop.git" / ".git").write_text(f"gitdir: {tmp_path}/secret.git\n")
    with pytest.raises(Undecided, match="would take in its place"):
        place.repository(str(root), "shop")
    led = git("-c", "transfer.hideRefs=x", "receive-pack", "--advertise-refs", root / "shop.git", ok=False)
    (root / "shop.git" / ".git").unlink()
    assert led.stdout == git("receive-pack", "--advertise-refs", tmp_path / "secret.git").stdout


def test_only_a_repository_with_gitwards_hook_is_served(root: Path, tmp_path: Path, gitward: Git) -> None:
    with pytest.raises(Denied, match="no policy guards"):
        place.settings(str(root / "shop.git"))
    policy = tmp_path / "org.yaml"
    policy.write_text("version: 1\npolicy: {id: org}\nrules: [{rule: no-fixup}]\n")
    gitward("install", "--server", root / "shop.git", "--policy", policy, "--log", tmp_path / "log")
    found = place.settings(str(root / "shop.git"))
    assert (found.policies, found.log) == ((str(policy),), str(tmp_path / "log"))
    asked = {"SSH_ORIGINAL_COMMAND": "git-upload-pack 'shop'"}
    assert visit(Door(account="ann", root=str(root)), asked).git_dir == str(root / "shop.git")
    policy.write_text("version: 1\n")
    with pytest.raises(PolicyError):
        visit(Door(account="ann", root=str(root)), asked)
    with pytest.raises(Denied):
        visit(Door(account="ann", root=str(root), log=str(tmp_path / "log")), {"SSH_ORIGINAL_COMMAND": "curl http://x:secret@nix/"})
    said = [json.loads(each)["event"] for each in (tmp_path / "log" / f"{0:020}.jsonl").read_text().splitlines()][-3:]
    assert [(each["event"]["class"], each["event"]["outcome"], each["event"]["reason_code"]) for each in said] == [
        ("access.read", "allowed", None), ("access.refused", "undecided", "policy-invalid"),
        ("access.refused", "denied", "refused-command"),
    ]  # fmt: skip
    assert said[2]["access"]["asked"] == "curl http://x:<url-password>@nix/"
    hook = root / "shop.git" / "hooks" / "pre-receive"
    hook.chmod(0o644)
    with pytest.raises(Undecided, match="cannot be started"):
        place.settings(str(root / "shop.git"))
    hook.chmod(0o755)
    text = hook.read_text()
    hook.write_text(text.replace("org.yaml", "other.yaml"))
    with pytest.raises(GitwardError, match="edited"):
        place.settings(str(root / "shop.git"))
    hook.write_text("#!/bin/sh\n")
    with pytest.raises(Denied):
        place.settings(str(root / "shop.git"))
    hook.write_text(text)
    subprocess.run(("git", "-C", root / "shop.git", "config", "core.hooksPath", tmp_path), check=True)
    with pytest.raises(GitwardError, match=r"core\.hooksPath"):
        place.settings(str(root / "shop.git"))


SENT = {
    "GIT_DIR": "/x", "GIT_CONFIG_COUNT": "1", "GIT_EXEC_PATH": "/x", "GIT_SSH_COMMAND": "id", "GIT_NAMESPACE": "x",
    "GIT_PUSH_CERT": "x", "GITWARD_PRINCIPAL": "root", "REMOTE_USER": "root", "GL_USERNAME": "root", "LD_PRELOAD": "/x",
    "PYTHONPATH": "/x", "LC_ALL": "/x", "LANG": "/x", "HOME": "/x", "PATH": "/x", "SHELL": "/x", "SSH_ORIGINAL_COMMAND": "x",
}  # fmt: skip


def test_what_git_gets() -> None:
    user = pwd.getpwuid(os.geteuid())
    bare = {"PATH": "/usr/local/bin:/usr/bin:/bin", "LC_ALL": "C.UTF-8", "HOME": user.pw_dir, "USER": user.pw_name,
            "LOGNAME": user.pw_name, "GITWARD_PRINCIPAL": "ann"}  # fmt: skip
    assert environment.of_git(SENT, "ann") == bare
    connection = "2001:db8::1%eth0 51000 192.0.2.1 22"
    kept = {"GIT_PROTOCOL": "version=2", "SSH_CONNECTION": connection}
    assert environment.of_git({**SENT, **kept}, "ann") == {**bare, **kept}
    assert environment.client_address(kept) == "2001:db8::1%eth0"
    for wrong in ("version=2;id", "version=22", "version=", "2", "version=2\n", "version=2:x=$(id)", "\0", "x" * 9999):
        assert environment.of_git({"GIT_PROTOCOL": wrong, "SSH_CONNECTION": wrong}, "ann") == bare, wrong
        assert environment.client_address({"SSH_CONNECTION": wrong}) == ""


def test_which_key_sshd_let_in(tmp_path: Path) -> None:
    for name in ("ann", "ca"):
        subprocess.run(("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", tmp_path / name), check=True)
    subprocess.run(("ssh-keygen", "-q", "-s", tmp_path / "ca", "-I", "x", "-n", "ann", tmp_path / "ann.pub"), check=True)
    key = (tmp_path / "ann.pub").read_text()
    expected, auth = fingerprint(public_key(key)), tmp_path / "auth"

    def proved(text: str, mode: int = 0o600, path: str = str(auth)) -> str:
        auth.write_text(text)
        auth.chmod(mode)
        return environment.proved_key({"SSH_USER_AUTH": path})

    assert proved(f"publickey {key}") == expected
    assert proved(f"password\npublickey {key}") == expected
    assert proved(f"publickey {(tmp_path / 'ann-cert.pub').read_text()}") == expected
    for text in ("", "password\n", f"hostbased {key}", "publickey x", "publickey ssh-ed25519 AAAA\n", "\0" * 9):
        assert proved(text) == "", text
    assert proved(f"publickey {key}", 0o644) == "", "anybody could have made it up"
    (tmp_path / "link").symlink_to(auth)
    for path in (str(tmp_path / "link"), str(tmp_path), "/nix", "auth", ""):
        assert proved(f"publickey {key}", path=path) == "", path
