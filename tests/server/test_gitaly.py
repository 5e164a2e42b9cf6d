"""GitLab's way of running a custom hook: with the very environment that Gitaly gives it, and none of git's quarantine variable.

What is set, and in which order, is that of Gitaly's internal/gitaly/hook/custom.go and internal/command/command.go; what GL_ID
is, that of gitlab-shell's internal/gitlabnet/accessverifier/client.go (over ssh `key-ID`, whoever's key that is) and of GitLab's
lib/gitlab/gl_id.rb (`user-ID`). Debian has no GitLab: its programs are stood in for by a few lines of sh.
"""

from __future__ import annotations

import os
import shlex
import subprocess
from pathlib import Path

import pytest
from scene import MakeScene, Push, Scene

from gitward.installer import hookfile, server
from gitward.installer.hookfile import Program
from servers import Server
from soaking import long

KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl"
POLICY = f"""\
version: 1
policy: {{id: gitlab}}
principals:
  ann: {{accounts: [ann, user-1, key-4], keys: [{{ssh: "{KEY}"}}]}}
  mirror: {{accounts: [key-9], kind: service}}
access:
  - {{who: [ann], may: [create, update]}}
  - {{who: [mirror], may: [create], refs: ["refs/heads/import/**"]}}
"""
_PRE_RECEIVE = """\
#!/bin/sh
in=$(cat)
cd {bare} || exit
set --
i=0
while [ "$i" -lt "${{GIT_PUSH_OPTION_COUNT:-0}}" ]; do
  eval "set -- \\"\\$@\\" GIT_PUSH_OPTION_$i=\\"\\$GIT_PUSH_OPTION_$i\\""
  i=$((i + 1))
done
printf '%s\\n' "$in" | exec env -i {environment} GIT_PUSH_OPTION_COUNT="$i" "$@" GIT_OBJECT_DIRECTORY="$GIT_OBJECT_DIRECTORY" \\
  GIT_ALTERNATE_OBJECT_DIRECTORIES="$GIT_ALTERNATE_OBJECT_DIRECTORIES" {named} {hook}
"""


class Gitaly:
    """A scene's repository with gitward in custom_hooks, where `install` puts it, and what runs that in Gitaly's place."""

    def __init__(self, scene: Scene, channel: str) -> None:
        self.scene = scene
        (scene.folder / "gitlab.yaml").write_text(POLICY)
        (scene.bare / "custom_hooks" / "pre-receive.d").mkdir(parents=True)
        self.hook = Path(server.hook_path(str(scene.bare)))
        options = ("--policy", str(scene.folder / "gitlab.yaml"), "--log", str(scene.log), "--actor", channel)
        self.hook.write_text(hookfile.server(Program(python=scene.launcher[0], script=scene.launcher[-1]), options))
        self.hook.chmod(0o755)

    def environment(self) -> dict[str, str]:
        return {"HOME": str(self.scene.folder), "PATH": f"/usr/bin:{os.environ['PATH']}", "TZ": ":/etc/localtime",
                "GIT_EXEC_PATH": "", "CORRELATION_ID": "01HB"}  # fmt: skip

    def named(self, who: str, name: str, protocol: str) -> dict[str, str]:
        return {"GIT_DIR": str(self.scene.bare), "GL_REPOSITORY": "project-7", "GL_PROJECT_PATH": "shop/app", "GL_ID": who,
                "GL_USERNAME": name, "GL_PROTOCOL": protocol}  # fmt: skip

    def push(self, who: str, name: str, ref: str, *options: str) -> Push:
        """A push over ssh, whose receive-pack has Gitaly's hooks by core.hooksPath."""
        given, named = (shlex.join(f"{key}={value}" for key, value in each.items())
                        for each in (self.environment(), self.named(who, name, "ssh")))  # fmt: skip
        hooks = self.scene.folder / "gitaly"
        hooks.mkdir(exist_ok=True)
        text = _PRE_RECEIVE.format(bare=self.scene.bare, environment=given, named=named, hook=self.hook)
        (hooks / "pre-receive").write_text(text)
        (hooks / "pre-receive").chmod(0o755)
        receive = f"git -c core.hooksPath={hooks} -c receive.advertisePushOptions=true receive-pack"
        return self.scene.push(f"--receive-pack={receive}", *options, str(self.scene.bare), f"HEAD:{ref}")

    def merge(self, who: str, name: str, new: str, ref: str, quarantine: Path) -> subprocess.CompletedProcess[str]:
        """What the web interface does: no receive-pack, the objects in a quarantine of Gitaly's own."""
        environment = {**self.environment(), "GIT_OBJECT_DIRECTORY": str(quarantine),
                       "GIT_ALTERNATE_OBJECT_DIRECTORIES": str(self.scene.bare / "objects"),
                       **self.named(who, name, "web")}  # fmt: skip
        return subprocess.run([str(self.hook)], cwd=self.scene.bare, env=environment, input=f"{'0' * 40} {new} {ref}\n",
                              capture_output=True, text=True, check=False)  # fmt: skip


@pytest.fixture
def scene(path_server: Server, make_scene: MakeScene) -> Scene:
    return make_scene(path_server)


@long
def test_by_name_a_deploy_key_is_who_made_it(scene: Scene) -> None:
    """The trap of the channel gitlab: Ann made key 9, so GitLab says ann."""
    gitaly = Gitaly(scene, "gitlab")
    scene.commit("add one", one="1\n")
    assert gitaly.push("key-9", "ann", "refs/heads/topic", "-o", "GL_USERNAME=eve", "-o", "GL_ID=user-2").exit_code == 0
    assert scene.events()[-1]["actor"]["id"] == "ann"
    assert gitaly.push("key-8", "eve", "refs/heads/more").exit_code == 1
    assert scene.events()[-1]["actor"]["id"] is None


def test_by_id_it_is_itself(scene: Scene) -> None:
    gitaly = Gitaly(scene, "gitlab-id")
    scene.commit("add one", one="1\n")
    denied = gitaly.push("key-9", "ann", "refs/heads/topic")
    assert (denied.exit_code, "mirror may not create it" in denied.remote) == (1, True), denied.remote
    assert gitaly.push("key-9", "ann", "refs/heads/import/topic").exit_code == 0
    assert gitaly.push("key-4", "ann-has-another-name-now", "refs/heads/topic").exit_code == 0
    assert [event["actor"]["id"] for event in scene.events()] == ["mirror", "mirror", "ann"]


def test_the_web_interface_and_its_quarantine(scene: Scene, tmp_path: Path) -> None:
    """The commit is nowhere but in the quarantine; whoever took Ann's old name is nobody by id."""
    gitaly = Gitaly(scene, "gitlab-id")
    quarantine = tmp_path / "quarantine"
    quarantine.mkdir()
    environment = {**scene.environment, "GIT_OBJECT_DIRECTORY": str(quarantine),
                   "GIT_ALTERNATE_OBJECT_DIRECTORIES": str(scene.bare / "objects")}  # fmt: skip
    words = ["git", "--git-dir", str(scene.bare), "commit-tree", "-m", "merge", "-p", "refs/heads/main", "refs/heads/main^{tree}"]
    new = subprocess.run(words, env=environment, capture_output=True, text=True, check=True).stdout.strip()
    assert not (scene.bare / "objects" / new[:2] / new[2:]).exists()
    done = gitaly.merge("user-2", "ann", new, "refs/heads/web", quarantine)
    assert (done.returncode, "'user-2' pushes" in done.stdout) == (1, True), done
    done = gitaly.merge("user-1", "ann", new, "refs/heads/web", quarantine)
    assert done.returncode == 0, done
    assert scene.events()[-1]["actor"]["auth"] == {"method": "gitlab-id", "fingerprint": None}
