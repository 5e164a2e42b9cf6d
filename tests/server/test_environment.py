"""What a pusher can put into the environment: nothing of it runs in the hook, and nothing of it counts.

Over a path the pusher's own processes run the server's side of git, so this is the worst that can come; over ssh and
http none of these variables arrives.
"""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from scenarios import GOOD
from scene import NOBODY, MakeScene, Push, Scene

from servers import Server

MODULES = ("sitecustomize", "usercustomize", "json", "re2", "pygit2", "gitward", "pickle")
SPOOFED = {
    "GL_USER": "root",
    "GL_ID": "user-1",
    "GITEA_PUSHER_NAME": "root",
    "REMOTE_USER": "root",
    "GIT_PUSH_CERT": "0" * 40,
    "GIT_PUSH_CERT_STATUS": "G",
    "GIT_PUSH_CERT_SIGNER": "The Boss <boss@example.com>",
    "GIT_PUSH_CERT_NONCE_STATUS": "OK",
}


class Trap:
    """A folder of things that write down when they run, and end well, so that a hook that ran them would allow."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self.folder, self.sprung = folder, folder / "sprung"

    def script(self, path: Path, then: str = "exit 0") -> Path:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f'#!/bin/sh\necho "$0 $*" >>{shlex.quote(str(self.sprung))}\n{then}\n')
        path.chmod(0o755)
        return path

    def modules(self) -> Path:
        folder = self.folder / "modules"
        folder.mkdir()
        for name in MODULES:
            (folder / f"{name}.py").write_text(f"import os\nopen({str(self.sprung)!r}, 'a').write(__name__)\nos._exit(0)\n")
        return folder

    def what_ran(self) -> str:
        return self.sprung.read_text() if self.sprung.exists() else ""


def _python_path(trap: Trap) -> dict[str, str]:
    modules = str(trap.modules())
    return {
        "PYTHONPATH": modules,
        "PYTHONSTARTUP": f"{modules}/json.py",
        "PYTHONUSERBASE": modules,
        "PYTHONINSPECT": "1",
    }


def _python_home(trap: Trap) -> dict[str, str]:
    return {"PYTHONHOME": str(trap.modules()), "PYTHONPLATLIBDIR": "modules", "PYTHONNODEBUGRANGES": "1"}


def _path(trap: Trap) -> dict[str, str]:
    """Programs with the names of those that the hook could start, first on the PATH."""
    for name in ("python3", "python", "gitward", "env", "uname", "gpg", "ssh-keygen", "ldconfig"):
        trap.script(trap.folder / "bin" / name)
    return {"PATH": f"{trap.folder / 'bin'}:{os.environ['PATH']}"}


def _exec_path(trap: Trap) -> dict[str, str]:
    """Where git looks for its own programs; it also goes to the front of the hook's PATH."""
    folder = trap.folder / "core"
    folder.mkdir()
    core = Path(subprocess.run(["git", "--exec-path"], check=True, capture_output=True, text=True).stdout.strip())
    for program in core.iterdir():
        if program.is_file() and program.name != "git":
            (folder / program.name).symlink_to(program)
    real = f'exec {shlex.quote(str(shutil.which("git")))} "$@"'
    script = trap.script(folder / "git")
    # what git starts itself goes on; what the hook's interpreter starts is caught
    script.write_text(script.read_text().replace("\n", f"\ncase $(cat /proc/$PPID/comm) in git*) {real};; esac\n", 1))
    return {"GIT_EXEC_PATH": str(folder)}


def _git_configuration(trap: Trap) -> dict[str, str]:
    """Settings that make git run programs, or see other objects."""
    script = trap.script(trap.folder / "run")
    path = trap.folder / "config"
    path.write_text(
        f"[core]\n\tfsmonitor = {script}\n\tpager = {script}\n\tsshCommand = {script}\n\tuseReplaceRefs = true\n"
        f"[gpg]\n\tprogram = {script}\n[diff]\n\texternal = {script}\n[log]\n\tshowSignature = true\n"
        f"[gitward]\n\ttarget = refs/heads/none\n[commit]\n\tcleanup = verbatim\n"
    )
    return {
        "GIT_CONFIG_GLOBAL": str(path),
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": "core.fsmonitor",
        "GIT_CONFIG_VALUE_0": str(script),
        "GIT_PAGER": str(script),
        "GIT_EXTERNAL_DIFF": str(script),
        "GIT_REPLACE_REF_BASE": "refs/heads/",
    }


def _loader(trap: Trap) -> dict[str, str]:
    """A library that is not there: the loader says so and goes on, in the pusher's own processes too."""
    missing = str(trap.folder / "missing.so")
    return {"LD_PRELOAD": missing, "LD_LIBRARY_PATH": str(trap.folder), "ENV": str(trap.script(trap.folder / "env"))}


def _spoofed_pusher(_trap: Trap) -> dict[str, str]:
    return dict(SPOOFED)


ATTACKS = (_python_path, _python_home, _path, _exec_path, _git_configuration, _loader, _spoofed_pusher)
Attack = Callable[[Trap], dict[str, str]]


def _pushed(scene: Scene, *words: str, **environment: str) -> Push:
    kept = dict(scene.environment)
    scene.environment.update(environment)
    try:
        return scene.push(*words)
    finally:
        scene.environment.clear()
        scene.environment.update(kept)


@pytest.mark.parametrize("object_format", ["sha1", "sha256"])
@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.__name__.strip("_"))
def test_environment_over_a_path(
    path_server: Server, make_scene: MakeScene, tmp_path: Path, attack: Attack, object_format: str
) -> None:
    """Both readers: the one of SHA-256 starts git. The same push without the attack says the same words."""
    scene = make_scene(path_server, object_format)
    trap = Trap(tmp_path / "trap")
    scene.commit("fix: no ticket\n")
    before = scene.refs()
    expected = scene.push("origin", "main")
    push = _pushed(scene, "origin", "main", **attack(trap))
    assert (push.exit_code, scene.refs()) == (1, before)
    assert "error[ticket-reference]" in push.remote
    assert "".join(line for line in push.remote.splitlines(keepends=True) if "ld.so" not in line) == expected.remote
    assert trap.what_ran() == ""
    assert scene.events()[-1]["actor"] == NOBODY


def test_the_traps_work(tmp_path: Path) -> None:
    """Without -I, and with the caller's PATH, each of these would have run."""
    trap = Trap(tmp_path / "trap")
    environment = {**os.environ, **_python_path(trap), **_path(trap)}
    subprocess.run([sys.executable, "-c", "pass"], env=environment)
    subprocess.run(["sh", "-c", "gpg --version"], env=environment)
    path = f"{_exec_path(trap)['GIT_EXEC_PATH']}:{os.environ['PATH']}"
    subprocess.run([sys.executable, "-c", "import os; os.system('git version')"], env={**os.environ, "PATH": path})
    for sprung in ("sitecustomize", "gpg --version", "core/git version"):
        assert sprung in trap.what_ran()


def test_hooks_switched_off_by_the_pushers_own_configuration(
    path_server: Server, ssh_server: Server, make_scene: MakeScene, tmp_path: Path
) -> None:
    """A path is no boundary: whoever can write the files needs no push. Over ssh the setting stays behind."""
    config = tmp_path / "config"
    config.write_text("[core]\n\thooksPath = /dev/null\n")
    for server, exit_code in ((path_server, 0), (ssh_server, 1)):
        scene = make_scene(server)
        scene.commit("fix: no ticket\n")
        push = _pushed(scene, "origin", "main", GIT_CONFIG_GLOBAL=str(config))
        assert push.exit_code == exit_code, server.transport


def test_variables_do_not_cross_ssh(ssh_server: Server, make_scene: MakeScene, tmp_path: Path) -> None:
    scene, trap = make_scene(ssh_server), Trap(tmp_path / "trap")
    scene.commit(GOOD)
    environment = {**_python_path(trap), **SPOOFED}
    sent = " ".join(f"-o SendEnv={name}" for name in environment)
    command = f"{ssh_server.environment['GIT_SSH_COMMAND']} {sent} -o ControlPath=none"
    server = Server("ssh", ssh_server.root, {"GIT_SSH_COMMAND": command})
    scene.server = server
    push = _pushed(scene, "origin", "main", **environment)
    assert push.exit_code == 0, push.stderr
    assert trap.what_ran() == ""


def test_namespace(path_server: Server, make_scene: MakeScene) -> None:
    """The hook would see refs/heads/main, and git would write refs/namespaces/x/refs/heads/main."""
    scene = make_scene(path_server)
    scene.commit(GOOD)
    before = scene.refs()
    push = _pushed(scene, "origin", "main:refs/heads/other", GIT_NAMESPACE="x")
    assert (push.exit_code, scene.refs()) == (1, before)
    assert "GIT_NAMESPACE" in push.remote


def test_what_is_left_of_the_environment(tmp_path: Path) -> None:
    """Of a hostile environment the judging keeps what git sets for the push, and a PATH and a locale of its own."""
    source = Path(os.environ.get("GITWARD_SRC") or Path(__file__).parents[2] / "src").resolve()
    program = (
        f"import sys; sys.path.insert(0, {str(source)!r})\n"
        "import json, os\n"
        "from gitward.cli.hook_server import clean_environment\n"
        "clean_environment()\n"
        "print(json.dumps(dict(os.environ)))\n"
    )
    hostile = {
        "GIT_DIR": ".", "GIT_QUARANTINE_PATH": "/q", "GIT_OBJECT_DIRECTORY": "/o", "GIT_PUSH_OPTION_COUNT": "0",
        "GIT_ALTERNATE_OBJECT_DIRECTORIES": "/a", "HOME": "/h", "LD_PRELOAD": "", "LD_LIBRARY_PATH": "/l",
        "GIT_CONFIG_GLOBAL": "/c", "GIT_CONFIG_COUNT": "0", "GIT_CONFIG_PARAMETERS": "", "GIT_SHALLOW_FILE": "/s",
        "GIT_GRAFT_FILE": "/g", "GIT_REPLACE_REF_BASE": "refs/x/", "GIT_TRACE": "/t", "GIT_INDEX_FILE": "/i",
        "GIT_EXEC_PATH": "/e", "GIT_CEILING_DIRECTORIES": "/", "XDG_CONFIG_HOME": "/x", "PYTHONPATH": "/p",
        "GNUPGHOME": "/k", "GITWARD_POLICY": "/policy", "GITWARD_SKIP": "1", "GIT_COMMON_DIR": "/d", "TZ": "Asia/Tokyo",
    }  # fmt: skip
    done = subprocess.run([sys.executable, "-I", "-c", program], env=hostile, cwd=tmp_path, capture_output=True, text=True)
    left = json.loads(done.stdout)
    assert left == {
        "GIT_DIR": ".", "GIT_QUARANTINE_PATH": "/q", "GIT_OBJECT_DIRECTORY": "/o", "GIT_PUSH_OPTION_COUNT": "0",
        "GIT_ALTERNATE_OBJECT_DIRECTORIES": "/a", "HOME": "/h", "LC_ALL": "C.UTF-8",
        "PATH": "/usr/local/bin:/usr/bin:/bin",
    }  # fmt: skip


def test_no_variable_overrides_a_decision(scene: Scene) -> None:
    """There is no such variable; the names that one would try do nothing, in the shell that starts the hook either."""
    scene.commit("fix: no ticket\n")
    before = "export GITWARD_SKIP=1 GITWARD_DISABLE=1 GITWARD_MODE=evaluate SKIP=gitward NO_VERIFY=1 CI=true\n"
    scene.install(before=before)
    assert scene.push("--no-verify", "origin", "main").exit_code == 1
