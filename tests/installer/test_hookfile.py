"""Hook files as text: short, clean, recognised again, and the same as the copies in `hooks/`.

`UPDATE_SNAPSHOTS=1 pytest tests/installer` writes the copies anew.
"""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from gitward.errors import UsageError
from gitward.installer import hookfile
from gitward.installer.hookfile import CLIENT, OUTCOMES, SERVER, Program
from gitward.installer.server import Settings
from gitward.record import fields
from servers import need

HOOKS = Path(__file__).parents[2] / "hooks"
SAMPLE = Program(python="/opt/gitward/bin/python", script="/opt/gitward/bin/gitward")
ODD = Program(python="/opt/it's $(here)/python", script='/opt/"git ward"/gitward')
ON_SERVER = (
    "--policy",
    "/etc/gitward/org.yaml",
    "--policy",
    "refs/heads/main:.gitward.yaml",
    "--log",
    "/var/lib/gitward",
)
EARLIER = """/bin/sh -e -c '. "$0.before-gitward"' "$0" "$@\""""


IN_LOG = ("--log", "/var/lib/gitward")


def sample(name: str) -> str:
    if name in OUTCOMES:
        return hookfile.outcome(name, SAMPLE, IN_LOG)
    return hookfile.server(SAMPLE, ON_SERVER) if name == SERVER else hookfile.client(name, SAMPLE)


def every_file() -> dict[str, str]:
    files = {}
    for label, program in (("plain", SAMPLE), ("odd", ODD)):
        for earlier in ("", EARLIER, '"$0.before-gitward" "$@"'):
            key = f"{label} after {earlier.split(' ')[0] or 'none'}"
            files |= {f"{name} {key}": hookfile.client(name, program, ("--policy", "/a b"), earlier) for name in CLIENT}
            files[f"{SERVER} {key}"] = hookfile.server(program, ON_SERVER, earlier)
            files |= {f"{name} {key}": hookfile.outcome(name, program, IN_LOG, earlier) for name in OUTCOMES}
            denying = (*IN_LOG, "--deny-unaudited")
            files[f"{OUTCOMES[0]} denying {key}"] = hookfile.outcome(OUTCOMES[0], program, denying, earlier)
        files |= {f"{name} {label} everywhere": hookfile.everywhere(name, program) for name in CLIENT}
    return {**files, "passing": hookfile.passing("post-commit")}


FILES = every_file()


@pytest.mark.parametrize("name", [*CLIENT, SERVER, *OUTCOMES])
def test_the_copies_in_hooks_are_what_install_writes(name: str) -> None:
    path = HOOKS / name
    if os.environ.get("UPDATE_SNAPSHOTS"):
        path.write_text(sample(name))
        path.chmod(0o755)
    assert path.read_text() == sample(name)
    assert os.access(path, os.X_OK)


def test_there_are_no_other_copies() -> None:
    assert {path.name for path in HOOKS.iterdir()} == {*CLIENT, SERVER, *OUTCOMES}


@pytest.mark.parametrize("label", FILES)
def test_a_file_is_short_and_recognised_again(label: str, tmp_path: Path) -> None:
    path = tmp_path / "hook"
    path.write_text(FILES[label])
    assert len(FILES[label].splitlines()) <= 10
    assert FILES[label].endswith("\n")
    assert hookfile.state(str(path)) == "ours"
    for changed in (
        FILES[label] + "\n",
        FILES[label].replace("#!/bin/sh", "#!/bin/bash"),
        FILES[label].replace("hook ", "Hook "),
    ):
        path.write_text(changed)
        assert hookfile.state(str(path)) != "ours"


@pytest.mark.parametrize("label", [label for label in FILES if label != "passing"])
def test_the_command_is_read_back(label: str, tmp_path: Path) -> None:
    path = tmp_path / "hook"
    path.write_text(FILES[label])
    program = ODD if " odd" in label else SAMPLE
    name = label.partition(" ")[0]
    options = ON_SERVER if name == SERVER else () if "everywhere" in label else ("--policy", "/a b")
    if name in OUTCOMES:
        options = (*IN_LOG, "--deny-unaudited") if "denying" in label else IN_LOG
    assert hookfile.command_of(str(path)) == [program.python, "-I", program.script, "hook", name, *options]


def test_what_is_not_ours(tmp_path: Path) -> None:
    path = tmp_path / "hook"
    assert hookfile.state(str(path)) == "absent"
    for text in ("", "#!/bin/sh\n", "#!/bin/sh\n# gitward hook\n", "\xff\x00\n"):
        path.write_text(text)
        assert (text, hookfile.state(str(path))) == (text, "foreign")
    path.write_text(sample("commit-msg"))
    link = tmp_path / "link"
    link.symlink_to(path)
    assert hookfile.state(str(link)) == "foreign"
    assert hookfile.command_of(str(tmp_path / "hook"))[-1] == "commit-msg"


@pytest.mark.parametrize(
    ("first", "wanted"),
    [
        ("#!/bin/sh", '/bin/sh -c \'. "$0.before-gitward"\' "$0" "$@"'),
        ("#! /bin/bash -eu ", '/bin/bash -eu -c \'. "$0.before-gitward"\' "$0" "$@"'),
        ("#!/usr/bin/env bash\r", '/usr/bin/env bash -c \'. "$0.before-gitward"\' "$0" "$@"'),
        ("#!/usr/bin/env -S bash -e", '"$0.before-gitward" "$@"'),
        ("#!/usr/bin/env python3", '"$0.before-gitward" "$@"'),
        ("#!/usr/bin/zsh", '"$0.before-gitward" "$@"'),
        ("#!", '"$0.before-gitward" "$@"'),
        ("echo no interpreter", '"$0.before-gitward" "$@"'),
        ("\x7fELF", '"$0.before-gitward" "$@"'),
    ],
)
def test_how_an_earlier_hook_is_run(tmp_path: Path, first: str, wanted: str) -> None:
    path = tmp_path / "hook"
    path.write_text(first + "\n", newline="")
    assert hookfile.earlier_command(str(path)) == wanted
    link = tmp_path / "link"
    link.symlink_to(path)
    assert hookfile.earlier_command(str(link)) == '"$0.before-gitward" "$@"'


@pytest.mark.parametrize("shell", ["sh", "bash"])
@pytest.mark.parametrize("label", FILES)
def test_shells_can_read_it(label: str, shell: str) -> None:
    done = subprocess.run([shell, "-n"], input=FILES[label], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")


def test_shellcheck_has_nothing_to_say(tmp_path: Path) -> None:
    need("shellcheck", "shellcheck")
    paths = []
    for label in FILES:
        if " odd" not in label:  # it suspects that quoted `$(here)` was meant to run
            paths.append(tmp_path / str(len(paths)))
            paths[-1].write_text(FILES[label])
    done = subprocess.run(["shellcheck", *map(str, paths)], capture_output=True, text=True)
    assert len(paths) > 20
    assert done.stdout == ""


def test_settings_come_back_from_their_options() -> None:
    """Whatever fields there are: one that `of` forgets would vanish when the baseline is moved."""
    whole = {name: "x y" if isinstance(Settings.__defaults__.get(name), str) else ("x y", "z") for name in fields(Settings)}
    for kept in ({}, whole, *({name: whole[name]} for name in whole)):
        given = Settings(**{"policies": ("p",), **kept})
        assert Settings.of(given.options()) == given


@pytest.mark.parametrize("options", [("--polici", "x"), ("--policy", "x", "--strict"), ("x",), ("--strict", "--policy", "x")])
def test_options_that_this_gitward_does_not_write_are_not_lost(options: tuple[str, ...]) -> None:
    with pytest.raises(UsageError, match="this gitward does not know"):
        Settings.of(options)
