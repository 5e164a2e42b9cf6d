"""The policy that a hook reads and the log that it writes, with who could change them behind its back."""

from __future__ import annotations

import os
import stat

from gitward import sources
from gitward.audit import recorder
from gitward.doctor.finding import fail, ok, warn
from gitward.doctor.logdaemon import check_log_daemon
from gitward.errors import GitwardError
from gitward.installer import hookfile
from gitward.model import FILE_NAME
from gitward.repository import open_repository

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gitward.doctor.finding import Finding
    from gitward.model import Policy

_OTHERS_WRITE = stat.S_IWGRP | stat.S_IWOTH


def options_of(hook: str) -> dict[str, list[str]]:
    """The options in a hook file of ours: name -> values."""
    words = hookfile.command_of(hook)[5:]
    options: dict[str, list[str]] = {}
    for name, value in zip(words[::2], words[1::2], strict=False):
        options.setdefault(name, []).append(value)
    return options


def check_client_policy(top: str) -> Iterator[Finding]:
    from gitward.policy.load import load_file

    path = os.path.join(top, FILE_NAME)
    if not os.path.lexists(path):
        yield warn("policy", f"there is no {FILE_NAME}: the hooks judge nothing", "gitward init")
        return
    try:
        yield _described(load_file(path))
    except GitwardError as problem:
        yield fail("policy", str(problem), problem.fix)


def check_server_policies(path: str, given: list[str]) -> Iterator[Finding]:
    """Each policy of a server's hook: it loads, and who pushes cannot write it."""
    if not given:
        yield fail(
            "policy", "the hook names none, so every push is denied", f"gitward install --server {path} --policy FILE"
        )
    with open_repository(path) as repository:
        for source in given:
            try:
                yield _described(sources.load(source, repository, receiving=True))
            except GitwardError as problem:
                yield fail("policy", str(problem), problem.fix)
            if not sources.is_in_repository(source) and os.path.exists(source):
                yield from _guarded(source, path)


def _described(policy: Policy) -> Finding:
    revision = "" if policy.revision is None else f" revision {policy.revision}"
    words = f"{policy.source}: {policy.id}{revision}, {len(policy.entries)} entries, {policy.mode}"
    if policy.mode == "evaluate":
        return warn("policy", f"{words}: nothing is denied by it", "mode: enforce, when it is to hold")
    return ok("policy", words)


def _guarded(file: str, repository: str) -> Iterator[Finding]:
    """Who may write a policy file, or replace it by way of its folders; who receives pushes must read it."""
    owner = os.stat(repository)
    real = os.path.realpath(file)
    status = os.stat(real)
    if not _may(owner, status, 4):
        yield fail(
            "policy", f"{file} cannot be read by user {owner.st_uid}, who receives the pushes", f"chmod o+r {file}"
        )
    place = real
    while True:
        status = os.stat(place)
        shared_safely = stat.S_ISDIR(status.st_mode) and status.st_mode & stat.S_ISVTX
        if status.st_mode & _OTHERS_WRITE and not shared_safely:
            yield fail("policy", f"{place} can be written by others than its owner", f"chmod go-w {place}")
        elif status.st_uid == owner.st_uid != 0:
            yield warn(
                "policy", f"{place} belongs to user {owner.st_uid}, who receives the pushes", f"chown root {place}"
            )
            return
        if os.path.dirname(place) == place:
            return
        place = os.path.dirname(place)


def _may(user: os.stat_result, file: os.stat_result, bit: int) -> bool:
    """Whether the owner of one file may read (4), write (2) or enter (1) another, by its mode. Root may do all."""
    if user.st_uid == 0:
        return True
    shift = 6 if user.st_uid == file.st_uid else 3 if user.st_gid == file.st_gid else 0
    return bool(file.st_mode >> shift & bit)


# --- the log ----------------------------------------------------------------------------------------------------------


def check_log(path: str, given: list[str]) -> Iterator[Finding]:
    """The folder of the log: there, its own user's alone, and its last line whole."""
    if not given:
        yield warn("log", "decisions are not recorded", "install with --log DIR")
        return
    folder = given[-1]
    if socket := recorder.socket_of(folder):
        yield from check_log_daemon(path, socket)
        return
    try:
        status, owner = os.stat(folder), os.stat(path)
    except OSError as problem:
        yield fail(
            "log",
            f"{folder}: {problem.strerror}: every push is denied",
            f"mkdir -m 700 {folder}, for who receives pushes",
        )
        return
    if not (_may(owner, status, 2) and _may(owner, status, 1)) or not os.access(folder, os.W_OK | os.X_OK):
        yield fail("log", f"{folder} cannot be written by user {owner.st_uid}: every push is denied",
                   f"chown {owner.st_uid} {folder}")  # fmt: skip
    elif status.st_mode & 0o077:
        yield warn("log", f"{folder} is open to others than its owner", f"chmod 700 {folder}")
    yield _last_line(folder)


def _last_line(directory: str) -> Finding:
    from gitward.audit import folder, log
    from gitward.audit.entry import read

    try:
        folder.about(directory)
        whole, torn = log.tail(directory)
        entry = read(whole)
    except OSError as problem:
        return fail("log", f"{directory}: {problem.strerror}", "make it readable for who receives the pushes")
    except GitwardError as problem:
        return fail("log", f"{problem}: every push is denied", problem.fix)
    except ValueError:
        return fail("log", f"{directory}: its last line is not one that gitward wrote: every push is denied", "restore the log")
    if not folder.is_live(directory):
        return fail("log", f"{directory} is the copy of a log, and a copy never continues: every push is denied",
                    "put the log itself back, or make a new one elsewhere: gitward audit init")  # fmt: skip
    if torn:
        return warn("log", f"{directory}: a line after {entry.seq} was not written to its end",
                    "the next decision moves it aside")  # fmt: skip
    return ok("log", f"{directory}: last line {entry.seq} of {entry.received_time}")
