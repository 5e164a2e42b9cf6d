"""Whether the hooks and settings of a repository are those that were last written into the log, and record into this log."""

from __future__ import annotations

import os

from gitward.errors import GitwardError
from gitward.installer import server
from gitward.installer.digests import digests
from gitward.review.gap import Gap

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


def changed(path: str, name: str, log: str, recorded: Mapping[str, str] | None, since: str) -> Iterator[Gap]:
    """`recorded` are the digests of the last `config.changed`, None where there is none; `since` is when that was."""
    yield from _records_here(path, name, log)
    if recorded is None:
        yield Gap(weight="missing", kind="config-not-recorded", where=name,
                  text="its hooks and settings were never written down", fix=f"gitward install --server {path}")  # fmt: skip
        return
    try:
        now = digests(path)
    except (GitwardError, OSError) as problem:
        yield Gap(weight="unknown", kind="repository", where=name, text=str(problem))
        return
    for part in sorted({*recorded, *now}):
        what = "the settings of git" if part == "config" else f"the hook file {part}"
        became = "is gone" if part not in now else "is new" if part not in recorded else "is not what it was"
        if recorded.get(part) != now.get(part):
            yield Gap(weight="contradiction", kind="config-changed", where=name, since=since,
                      text=f"{what} {became}, and no installation says so", fix=f"gitward install --server {path}")  # fmt: skip


def _records_here(path: str, name: str, log: str) -> Iterator[Gap]:
    """The hook is there, may run, and names this log."""
    try:
        found = server.installed(path)
    except GitwardError as problem:
        yield Gap(weight="contradiction", kind="hook-missing", where=name, text=problem.message, fix=problem.fix)
        return
    if found is None or not os.access(found.path, os.X_OK):
        what = "is not there" if found is None else "is not executable, so git passes over it"
        yield Gap(weight="contradiction", kind="hook-missing", where=name, text=f"gitward's pre-receive hook {what}",
                  fix=f"gitward install --server {path} --policy FILE --log DIR")  # fmt: skip
    elif found.settings.log.startswith("unix:"):
        yield from _answers(found.settings.log, name)
    elif os.path.realpath(found.settings.log) != os.path.realpath(log):
        yield Gap(weight="contradiction", kind="hook-records-elsewhere", where=name,
                  text=f"its hook records in {found.settings.log or 'no log'}")  # fmt: skip


def _answers(target: str, name: str) -> Iterator[Gap]:
    from gitward.audit import recorder

    try:
        recorder.last_policies(target, name)
    except (GitwardError, OSError) as problem:
        yield Gap(weight="missing", kind="daemon-silent", where=name, text=f"the daemon that its hook records with: {problem}",
                  fix="start it: gitward audit serve")  # fmt: skip
