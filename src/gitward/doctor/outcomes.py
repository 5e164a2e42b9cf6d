"""The hooks that write down what git did: there, executable, and as this pre-receive hook and its policies want them."""

from __future__ import annotations

import os

from gitward import gitcommand, sources
from gitward.doctor.finding import fail, ok, warn
from gitward.doctor.hooks import check_file
from gitward.errors import GitwardError
from gitward.installer import hookfile, outcomes
from gitward.installer.hookfile import KEPT, TRANSACTION
from gitward.installer.settings import Settings
from gitward.repository import open_repository

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gitward.doctor.finding import Finding

_SINCE = (2, 28)  # of git, with reference-transaction


def check_outcomes(path: str, hook: str) -> Iterator[Finding]:
    """`hook` is the pre-receive hook of gitward's. Nothing is asked of a server without a log."""
    words = hookfile.command_of(hook)
    if "--log" not in words:
        return
    program = hookfile.Program(python=words[0], script=words[2])
    settings = Settings.of(words[5:])
    install, denies = f"gitward install --server {path} again, with the same options", _denies(path, settings)
    found = []
    for name, target in outcomes.paths(hook).items():
        if hookfile.state(target) == "absent":
            finding = fail if denies and name == TRANSACTION else warn
            found.append(finding(f"hook {name}", f"{target} is not there: what git does is not recorded", install))
            continue
        wrong = list(check_file(target, install))
        found += wrong
        if wrong:
            continue
        earlier = hookfile.earlier_command(target + KEPT) if os.path.lexists(target + KEPT) else ""
        if _text(target) != outcomes.text(name, program, settings, denies=denies)(earlier):
            if name == TRANSACTION and denies != (outcomes.DENY in hookfile.command_of(target)):
                said = "says" if denies else "does not say"
                found.append(fail(f"hook {name}", f"a policy {said} unaudited-updates: deny, and the hook is made for the"
                                  " opposite", install))  # fmt: skip
            else:
                found.append(warn(f"hook {name}", f"{target} records elsewhere, or otherwise, than pre-receive", install))
    if gitcommand.version(path) < _SINCE:
        found.append(warn(f"hook {TRANSACTION}", "this git does not run it: 2.28 was the first", "a newer git"))
    names, more = " and ".join(outcomes.paths(hook)), ", and refuse what no decision allows" if denies else ""
    yield from found or [ok("outcomes", f"{names} record what git does{more}")]


def _denies(path: str, settings: Settings) -> bool:
    """Whether a policy says so; one that cannot be read has a finding of its own."""
    with open_repository(path) as repository:
        for source in settings.policies:
            try:
                if sources.load(source, repository, receiving=True).unaudited_denied:
                    return True
            except GitwardError:
                continue
    return False


def _text(path: str) -> str:
    with open(path, "rb") as file:
        return file.read(1 << 16).decode("utf-8", "surrogateescape")
