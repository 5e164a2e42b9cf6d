"""What can break on a server. Each takes a scene, breaks it, yields what the pusher must read, and repairs it."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from scene import Scene

from servers import need

Break = Callable[[Scene], Iterator[str]]

NO_POLICY = "the policy of this server cannot be used"
NO_LOG = "the decision could not be recorded"


def policy_of(scene: Scene) -> Path:
    """A policy in a file of the server, which most breaks need; the hook reads it."""
    path = scene.folder / "policy.yaml"
    if not path.exists():
        shutil.copy(scene.clone / ".gitward.yaml", path)
    scene.install(path)
    return path


def _as_user_without_privileges() -> str:
    """What starts a command for which file modes count: root's power to pass over them is taken away first."""
    if os.geteuid():
        return ""
    return f"{need('setpriv', 'util-linux')} --bounding-set=-dac_override,-dac_read_search"


def _moved_away(path: Path, says: str) -> Iterator[str]:
    away = path.with_name(f"{path.name}.away")
    path.rename(away)
    yield says
    if path.is_dir():
        path.rmdir()
    away.rename(path)


# --- the program ------------------------------------------------------------------------------------------------------


def interpreter_removed(scene: Scene) -> Iterator[str]:
    interpreter = scene.folder / "python"
    interpreter.write_text(f'#!/bin/sh\nexec {shlex.quote(scene.launcher[0])} "$@"\n')
    interpreter.chmod(0o755)
    scene.launcher = (str(interpreter), *scene.launcher[1:])
    scene.install()
    yield from _moved_away(interpreter, "python: not found")


def gitward_removed(scene: Scene) -> Iterator[str]:
    yield from _moved_away(Path(scene.launcher[-1]), "can't open file")


# --- the policy -------------------------------------------------------------------------------------------------------


def policy_missing(scene: Scene) -> Iterator[str]:
    yield from _moved_away(policy_of(scene), NO_POLICY)


def policy_garbage(scene: Scene) -> Iterator[str]:
    path = policy_of(scene)
    text = path.read_bytes()
    path.write_bytes(os.urandom(64) + b"\xff\0: [")
    yield NO_POLICY
    path.write_bytes(text)


def policy_empty(scene: Scene) -> Iterator[str]:
    path = policy_of(scene)
    text = path.read_bytes()
    path.write_bytes(b"")
    yield NO_POLICY
    path.write_bytes(text)


def policy_without_rules(scene: Scene) -> Iterator[str]:
    path = policy_of(scene)
    text = path.read_text()
    path.write_text(text.partition("rules:")[0] + "rules: []\n")
    yield NO_POLICY
    path.write_text(text)


def policy_folder(scene: Scene) -> Iterator[str]:
    path = policy_of(scene)
    breaking = _moved_away(path, NO_POLICY)
    says = next(breaking)
    path.mkdir()
    yield says
    yield from breaking


def policy_unreadable(scene: Scene) -> Iterator[str]:
    path = policy_of(scene)
    path.chmod(0)
    scene.install(path, under=_as_user_without_privileges())
    yield NO_POLICY
    path.chmod(0o644)


def policy_in_missing_ref(scene: Scene) -> Iterator[str]:
    scene.install("refs/heads/gone:.gitward.yaml")
    yield NO_POLICY
    scene.install()


def policy_missing_in_tree(scene: Scene) -> Iterator[str]:
    scene.install("refs/heads/main:policy/none.yaml")
    yield NO_POLICY
    scene.install()


def policy_not_named(scene: Scene) -> Iterator[str]:
    good = scene.hook.read_text()
    scene.hook.write_text(good.replace("--policy refs/heads/main:.gitward.yaml", ""))
    yield NO_POLICY
    scene.hook.write_text(good)


# --- the log ----------------------------------------------------------------------------------------------------------


def _one_event(scene: Scene) -> Path:
    """Let a first push through, so that there is a log that must not be damaged; its file."""
    scene.run("push", "origin", "HEAD~1:refs/heads/first", **scene.server.environment)
    (segment,) = scene.log.glob("*.jsonl")
    return segment


def log_missing(scene: Scene) -> Iterator[str]:
    _one_event(scene)
    yield from _moved_away(scene.log, NO_LOG)


def log_is_a_file(scene: Scene) -> Iterator[str]:
    breaking = _moved_away(scene.log, NO_LOG)
    says = next(breaking)
    scene.log.write_bytes(b"")
    yield says
    scene.log.unlink()
    yield from breaking


def log_read_only(scene: Scene) -> Iterator[str]:
    segment = _one_event(scene)
    modes = {path: path.stat().st_mode for path in (segment, scene.log)}
    scene.install(under=_as_user_without_privileges())
    for path, mode in modes.items():
        path.chmod(mode & 0o555)
    yield NO_LOG
    for path, mode in modes.items():
        path.chmod(mode)


def log_segment_is_a_folder(scene: Scene) -> Iterator[str]:
    segment = _one_event(scene)
    breaking = _moved_away(segment, NO_LOG)
    says = next(breaking)
    segment.mkdir()
    yield says
    yield from breaking


def log_damaged(scene: Scene) -> Iterator[str]:
    segment = _one_event(scene)
    text = segment.read_bytes()
    segment.write_bytes(text[:-40] + b"\n")
    yield "not one that gitward wrote"
    segment.write_bytes(text)


def disk_full_within_a_line(scene: Scene) -> Iterator[str]:
    """The file may grow by some bytes only: the line begins to stand in it, then EFBIG, and it must be taken back."""
    segment = _one_event(scene)
    blocks = segment.stat().st_size // 512 + 1
    scene.install(before=f"ulimit -f {blocks}\n")
    yield NO_LOG
    scene.install()


def small_disk_full(scene: Scene) -> Iterator[str]:
    """A real file system, full, with the log on it, which only the hook's processes see."""
    unshare = [need("unshare", "util-linux"), "-m" if os.geteuid() == 0 else "-Urm"]
    mount = f"mount -t tmpfs -o size=96k tmpfs {shlex.quote(str(scene.log))}"
    if subprocess.run([*unshare, "sh", "-c", mount], capture_output=True, check=False).returncode:
        pytest.skip("the kernel lets this user mount nothing: run as root, or allow user namespaces")
    init = shlex.join([*scene.launcher, "audit", "init", "--log", str(scene.log)])
    fill = f"head -c 98304 /dev/zero >{shlex.quote(str(scene.log / 'full'))}"
    filled = f'{{ {mount} && {init} && ! {fill}; }} >/dev/null 2>&1 && exec "$0" "$@"'
    scene.install(under=shlex.join([*unshare, "sh", "-c", filled]))
    yield NO_LOG
    scene.install()


BREAKS: tuple[Break, ...] = (
    interpreter_removed,
    gitward_removed,
    policy_missing,
    policy_garbage,
    policy_empty,
    policy_without_rules,
    policy_folder,
    policy_unreadable,
    policy_in_missing_ref,
    policy_missing_in_tree,
    policy_not_named,
    log_missing,
    log_is_a_file,
    log_read_only,
    log_segment_is_a_folder,
    log_damaged,
    disk_full_within_a_line,
    small_disk_full,
)
