"""One session of the account: what is asked for, whether it is let in, and the line in the log, all before git is started."""

from __future__ import annotations

import time

from gitward.audit.starts import Start, started
from gitward.errors import GitwardError, Undecided
from gitward.record import record
from gitward.shell import place
from gitward.shell.command import parse
from gitward.shell.environment import client_address, proved_key
from gitward.shell.refusal import Denied

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any, Literal

    from gitward.model import Policy
    from gitward.shell.command import Asked, Service
    from gitward.shell.judging import Judged


@record
class Door:
    """What the forced command says: whom sshd let in, and where the repositories are.

    `log` takes what is about no repository, or about one whose hook has no log; `policies` must let `account` in beside those of
    the hook. `key` is the fingerprint of the key that opened it, '' where the line does not say.
    """

    account: str
    root: str
    log: str = ""
    policies: tuple[str, ...] = ()
    key: str = ""


@record
class LetIn:
    """What git is started for: its service, and the git directory, a real path."""

    service: Service
    git_dir: str


def visit(door: Door, given: Mapping[str, str]) -> LetIn:
    """Judge what `given`, the environment that sshd made, asks for. Raises Denied, or GitwardError where it is undecided.

    Where there is a log, either stands in it when this returns.
    """
    command = given.get("SSH_ORIGINAL_COMMAND", "")
    asked: Asked | None = None
    git_dir, log = "", door.log
    known: dict[str, Any] = {}
    problem: GitwardError | None = None
    try:
        known |= {"address": client_address(given), "fingerprint": door.key or proved_key(given)}
        asked = parse(command)
        git_dir = place.repository(door.root, asked.path)
        settings = place.settings(git_dir)
        log = settings.log or door.log
        judged = _judged(door, asked, git_dir, settings.policies)
        known |= _said(judged)
        problem = judged.denied
    except GitwardError as refused:
        problem = refused
    except Exception as crash:  # noqa: BLE001  what nobody foresaw is undecided, and the log is to say what it was
        problem = Undecided(f"{type(crash).__name__}: {crash}", "report this to the maintainers", "crashed")
    outcome: Literal["allowed", "denied", "undecided"] = "allowed"
    if problem:
        outcome = "denied" if isinstance(problem, Denied) else "undecided"
        known |= {"reason": problem.reason, "detail": str(problem), "would_be": outcome}
    service = asked.service if asked else ""
    _record(Start(account=door.account, outcome=outcome, service=service, asked=command, repository=git_dir, **known), log)
    if problem or asked is None:
        raise problem or Undecided("nothing was asked for")
    return LetIn(service=asked.service, git_dir=git_dir)


def _judged(door: Door, asked: Asked, git_dir: str, sources: tuple[str, ...]) -> Judged:
    from gitward.shell.judging import judge

    return judge(_policies(git_dir, (*sources, *door.policies)), door.account, asked.service, int(time.time()))


def _policies(git_dir: str, sources: tuple[str, ...]) -> tuple[Policy, ...]:
    from gitward.repository import open_repository
    from gitward.sources import load

    with open_repository(git_dir) as repository:
        return tuple(load(source, repository, receiving=True) for source in dict.fromkeys(sources))


def _said(judged: Judged) -> dict[str, Any]:
    return {"principal": judged.principal, "is_service": judged.is_service, "roles": judged.roles, "policies": judged.policies,
            "grants": judged.grants, "would_be": judged.would_be}  # fmt: skip


def _record(start: Start, log: str) -> None:
    """Raises Undecided where there is a log and it does not take it, whatever was decided."""
    if not log:
        return
    from gitward.audit import recorder

    try:
        recorder.record(log, started(start))
    except Exception as problem:  # noqa: BLE001  unrecorded is undecided
        raise Undecided(f"this could not be recorded: {problem}", "look at the log and its disk", "unrecorded") from None
