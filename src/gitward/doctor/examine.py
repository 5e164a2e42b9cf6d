"""All checks of one repository, a clone or a server's, in the order in which they are read."""

from __future__ import annotations

import os

from gitward import gitcommand
from gitward.doctor import (
    actors,
    dutyholders,
    evidence,
    heartbeats,
    hooks,
    lookups,
    outcomes,
    settings,
    signedpushes,
    statements,
)
from gitward.doctor.finding import ok, unknown
from gitward.errors import GitwardError
from gitward.installer import hookfile

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gitward.doctor.finding import Finding


def examine(path: str) -> list[Finding]:
    """Every finding about one repository. What cannot be looked at is a finding too."""
    found: list[Finding] = []
    try:
        found.extend(_examine(path))
    except GitwardError as problem:
        found.append(unknown("repository", problem.message, problem.fix))
    except OSError as problem:
        found.append(unknown("repository", str(problem)))
    return found


def _examine(path: str) -> Iterator[Finding]:
    git_dir = os.path.join(path, gitcommand.need(path, "rev-parse", "--absolute-git-dir"))
    is_bare = gitcommand.need(path, "rev-parse", "--is-bare-repository") == "true"
    form = gitcommand.need(path, "rev-parse", "--show-object-format")
    yield ok("repository", f"{git_dir}, {'bare' if is_bare else 'with a work tree'}, {form}; git trusts its owner")
    yield from settings.check_history(path)
    if not is_bare:
        top = gitcommand.need(path, "rev-parse", "--show-toplevel")
        yield from hooks.check_client(top)
        yield from evidence.check_client_policy(top)
    if is_bare or hookfile.state(os.path.join(git_dir, "hooks", hookfile.SERVER)) in ("ours", "edited"):
        yield from _examine_server(git_dir if is_bare else path)


def _examine_server(path: str) -> Iterator[Finding]:
    found, hook = hooks.check_server(path)
    yield from found
    yield from settings.check_receiving(path)
    yield from statements.check_statements(path)
    if hook:
        options = evidence.options_of(hook)
        yield from evidence.check_server_policies(path, options.get("--policy", []))
        yield from lookups.check_lookups(path, options.get("--policy", []), options.get("--lookup", []))
        yield from actors.check_actor(path, options.get("--policy", []), options.get("--actor", []))
        yield from statements.check_names(path, options.get("--policy", []), options.get("--url", []))
        yield from signedpushes.check_signed_pushes(path, options.get("--policy", []))
        yield from dutyholders.check_duties(path, options.get("--policy", []))
        yield from outcomes.check_outcomes(path, hook)
        yield from evidence.check_log(path, options.get("--log", []))
        yield from heartbeats.check_heartbeat(options.get("--log", []))
