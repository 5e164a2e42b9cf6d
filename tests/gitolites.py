"""Debian's gitolite 3 in a HOME of its own, and repositories with gitward's hook: two servers that ask who pushes.

gitolite-shell is started as sshd's forced command starts it: the user as its argument, the client's command in
SSH_ORIGINAL_COMMAND. What it lets through runs git-receive-pack, whose update hook is gitolite's.
"""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

from servers import need

SHELL = "/usr/share/gitolite3/gitolite-shell"
_SSH = """\
#!/bin/sh
exec env -i PATH='{path}' HOME='{home}' LC_ALL=C.UTF-8 GIT_CONFIG_NOSYSTEM=1 SSH_CONNECTION='127.0.0.1 1 127.0.0.1 22' \\
  SSH_ORIGINAL_COMMAND="$2" {shell} "$GITOLITE_USER"
"""


@dataclass(frozen=True)
class Gitolite:
    """A gitolite that was set up in `home`."""

    home: Path

    @classmethod
    def made(cls, home: Path, rules: str) -> Gitolite:
        """Set up, with the repositories and rules of a gitolite.conf. Skips, or fails, where gitolite is not installed."""
        gitolite = need("gitolite", "gitolite3")
        home.mkdir()
        made = cls(home)
        run = {"env": made._environment(), "check": True, "capture_output": True}
        subprocess.run([gitolite, "setup", "-a", "nobody"], **run)  # type: ignore[call-overload]
        (home / ".gitolite" / "conf" / "gitolite.conf").write_text(rules)
        subprocess.run([gitolite, "compile"], **run)  # type: ignore[call-overload]
        ssh = home / "ssh"
        ssh.write_text(_SSH.format(path=os.environ.get("PATH", os.defpath), home=home, shell=SHELL))
        ssh.chmod(0o755)
        return made

    def _environment(self) -> dict[str, str]:
        return {"PATH": os.environ.get("PATH", os.defpath), "HOME": str(self.home), "LC_ALL": "C.UTF-8", "USER": "git",
                "GIT_CONFIG_NOSYSTEM": "1"}  # fmt: skip

    def bare(self, name: str) -> Path:
        return self.home / "repositories" / f"{name}.git"

    def url(self, name: str) -> str:
        return f"ssh://gitolite/{name}"

    def as_user(self, user: str) -> dict[str, str]:
        """What goes over the environment of a client's git."""
        return {"GIT_SSH": str(self.home / "ssh"), "GIT_SSH_VARIANT": "simple", "GITOLITE_USER": user}


@dataclass(frozen=True)
class Gitward:
    """Bare repositories with gitward's hook, which is told by the forced command's variable who pushes."""

    home: Path

    @classmethod
    def made(cls, home: Path, policies: dict[str, str], command: tuple[str, ...]) -> Gitward:
        """A repository for each policy, its hook installed; `command` runs gitward."""
        home.mkdir()
        made = cls(home)
        for name, policy in policies.items():
            subprocess.run(["git", "init", "-q", "--bare", "--template=", str(made.bare(name))], check=True)
            (home / f"{name}.yaml").write_text(policy)
            options = ("--policy", str(home / f"{name}.yaml"), "--actor", "ssh-command")
            subprocess.run([*command, "install", "--server", str(made.bare(name)), *options], check=True, capture_output=True)
        return made

    def bare(self, name: str) -> Path:
        return self.home / f"{name}.git"

    def url(self, name: str) -> str:
        return str(self.bare(name))

    def as_user(self, user: str) -> dict[str, str]:
        """What goes over the environment of a client's git: over a path it is the hook's too."""
        return {"GITWARD_PRINCIPAL": user}
