"""The hook files: there, executable, gitward's own, where git looks for them, and able to start."""

from __future__ import annotations

import os
import stat

from gitward import gitcommand
from gitward.doctor.finding import fail, ok, warn
from gitward.errors import UsageError
from gitward.installer import hookfile, place, server
from gitward.installer.hookfile import CLIENT, KEPT, OUTCOMES, SERVER, Program
from gitward.installer.program import why_broken

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gitward.doctor.finding import Finding

_OTHERS_WRITE = stat.S_IWGRP | stat.S_IWOTH
_OFF = r"^hook\..*\.enabled$"


def check_client(top: str) -> Iterator[Finding]:
    """The hooks of a clone, in the folder that git uses for it."""
    folder = os.path.join(top, gitcommand.need(top, "rev-parse", "--git-path", "hooks"))
    own = os.path.join(top, gitcommand.need(top, "rev-parse", "--git-common-dir"), "hooks")
    paths = [place.standing(os.path.join(folder, name)) for name in CLIENT]
    others = [path for path in paths if not _is_ours(path) and _runs_gitward(path, top)]
    if others:
        yield ok(
            "hooks", f"{', '.join(map(os.path.basename, others))} in {folder}: of another tool, which runs gitward"
        )
    if any(_is_ours(path) for path in paths):
        found = [finding for path in paths if path not in others for finding in check_file(path, "gitward install")]
        yield from found or [ok("hooks", f"{len(paths) - len(others)} in {folder}, executable and gitward's")]
        yield from _programs(path for path in paths if _is_ours(path))
    elif any(_is_ours(place.standing(os.path.join(own, name))) for name in CLIENT):
        words = f"gitward's are in {own}, and core.hooksPath makes git look in {folder}{_origin(top)}"
        yield fail("hooks", words, "gitward install, or unset core.hooksPath")
    elif not others:
        yield fail("hooks", f"there are none of gitward's in {folder}", "gitward install")
    yield from _switched_off(top, CLIENT)


def check_server(path: str) -> tuple[list[Finding], str]:
    """pre-receive, and the path of its file where it is gitward's, '' else."""
    install = f"gitward install --server {path} --policy FILE --log DIR"
    try:
        target = server.hook_path(path)
    except UsageError as problem:
        return [fail("hooks", problem.message, problem.fix)], ""
    found = list(check_file(target, install)) or [ok("hooks", f"{target}, executable and gitward's")]
    found += _switched_off(path, (SERVER, *OUTCOMES))
    if hookfile.state(target) not in ("ours", "edited"):
        return found, ""
    found += _programs((target,))
    return found, target


def _is_ours(path: str) -> bool:
    return hookfile.state(path) in ("ours", "edited")


def check_file(path: str, install: str) -> Iterator[Finding]:
    """What is wrong with one hook file."""
    name, state = f"hook {os.path.basename(path)}", hookfile.state(path)
    if state == "absent":
        yield fail(name, f"{path} is not there", install)
    elif state == "foreign":
        yield fail(name, f"{path} is not gitward's", install)
    elif not os.access(path, os.X_OK):
        yield fail(name, f"{path} is not executable, so git passes over it", f"chmod +x {path}")
    elif os.stat(path).st_mode & _OTHERS_WRITE:
        yield fail(name, f"{path} can be written by others than its owner", f"chmod go-w {path}")
    elif state == "edited":
        yield warn(
            name,
            f"{path} was edited since gitward wrote it",
            "look at it; to have gitward's again, delete it and install",
        )
    if state not in ("ours", "edited") and os.path.lexists(path + KEPT):
        yield warn(name, f"the hook kept as {path}{KEPT} is not run", install)


def _programs(paths: Iterator[str] | tuple[str, ...]) -> Iterator[Finding]:
    """What the files start, each program once."""
    commands = {tuple(hookfile.command_of(path)[:3]) for path in paths}
    for command in sorted(commands):
        if len(command) != 3:
            yield fail("program", "a hook file starts no gitward", "gitward install")
            continue
        problem = why_broken(Program(python=command[0], script=command[2]))
        if problem:
            yield fail(
                "program",
                f"what the hooks start does not work: {problem}",
                "install gitward, then `gitward install` again",
            )
        else:
            yield ok("program", f"the hooks start {command[2]}")


def _switched_off(path: str, names: tuple[str, ...]) -> Iterator[Finding]:
    """Hooks that the configuration switches off (git-config(1), hook.<name>.enabled; git 2.54 and newer)."""
    for key, value, origin in gitcommand.settings(path, _OFF):
        if value.lower() not in ("false", "no", "off", "0"):
            continue
        name = key[len("hook.") : -len(".enabled")]
        finding = fail if name in names else warn
        yield finding("hook-config", f"{key} is {value} in {origin}", f"git config --unset {key}, in that file")


def _origin(top: str) -> str:
    found = gitcommand.settings(top, r"^core\.hookspath$")
    return f" (set in {found[-1][2]})" if found else ""


def _runs_gitward(path: str, top: str) -> bool:
    """Whether a hook of another tool runs gitward: by its own words, or by pre-commit's configuration."""
    words = _text(path)
    config = _text(os.path.join(top, ".pre-commit-config.yaml"))
    return os.access(path, os.X_OK) and ("gitward" in words or ("pre-commit" in words and "gitward" in config))


def _text(path: str) -> str:
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read(1 << 16)
    except OSError:
        return ""
