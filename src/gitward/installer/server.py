"""The hook of a server: pre-receive of one bare repository, or of every one below a folder."""

from __future__ import annotations

import os
import re

from gitward import gitcommand, sources
from gitward.errors import GitwardError, PolicyError, UsageError
from gitward.installer import hookfile, logtarget, outcomes, place, remembered, seed
from gitward.installer.hookfile import SERVER, Program
from gitward.installer.settings import Settings
from gitward.record import record
from gitward.repository import open_repository
from gitward.succession import keep_ids

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gitward.model import Policy

HIDDEN = ("refs/gitward/baseline", "refs/gitward/receipts")
DEPTH = 6  # forges keep repositories at most this many folders below their root
_HIDE = "receive.hideRefs"


@record
class Installed:
    """The hook that stands in a repository: its file, what it starts, and with which settings."""

    path: str
    program: Program
    settings: Settings


@record
class Placed:
    """What became of a repository: `installed|updated|unchanged|removed|restored|refused`, and remarks, or why not."""

    path: str
    what: str
    remarks: tuple[str, ...] = ()
    problem: GitwardError | None = None


def hook_path(path: str) -> str:
    """Where this repository's server wants the hook. Raises UsageError where git takes hooks from elsewhere."""
    git_dir = os.path.normpath(os.path.join(path, gitcommand.need(path, "rev-parse", "--git-dir")))
    for folder in ("custom_hooks", "hooks"):  # of GitLab and of Gitea, whose own pre-receive runs what is in there
        several = os.path.join(git_dir, folder, "pre-receive.d")
        if os.path.isdir(several) and (
            folder == "custom_hooks" or os.path.exists(os.path.join(git_dir, "hooks", SERVER))
        ):
            return os.path.join(several, "gitward")
    hooks = os.path.join(git_dir, "hooks")
    used = os.path.join(path, gitcommand.need(path, "rev-parse", "--git-path", "hooks"))
    if os.path.realpath(used) != os.path.realpath(hooks):
        raise UsageError(
            f"core.hooksPath makes git take the hooks of {path} from {used}",
            f"unset it (git -C {path} config --show-origin core.hooksPath), or start gitward from that folder",
        )
    if os.path.islink(hooks):
        raise UsageError(
            f"{hooks} is a link to {os.path.realpath(hooks)}, which other repositories may share",
            "make it a folder of this repository's own",
        )
    return os.path.join(hooks, SERVER)


def installed(path: str) -> Installed | None:
    """The hook of this repository, None where there is none of gitward's. Raises UsageError for an edited one."""
    target = place.standing(hook_path(path))
    place.refuse_edited((target,))
    words = hookfile.command_of(target) if hookfile.state(target) == "ours" else []
    if len(words) < 5:
        return None
    program = Program(python=words[0], script=words[2])
    return Installed(path=target, program=program, settings=Settings.of(words[5:]))


def install(path: str, program: Program, settings: Settings, recovery: str = "") -> Placed:
    """Put pre-receive into the repository at `path`, after its policies were read. Raises GitwardError, PolicyError.

    `recovery` is the recovery key of the log, where that is made here.
    """
    target = hook_path(path)
    place.refuse_loss((target, *outcomes.paths(target).values()))
    policies, remarks = _read_policies(path, settings)
    if settings.log:
        remarks += logtarget.ready(settings.log, path, recovery)
    if seed.asks(policies):
        remarks += seed.give(path)
    what = place.put(target, lambda earlier: hookfile.server(program, settings.options(), earlier))
    changed, more = outcomes.put(target, program, settings, policies) if settings.log else outcomes.take_out(target)
    what = "updated" if what == "unchanged" and changed else what
    remarks += more
    hidden = gitcommand.ask(path, "config", "--local", "--get-all", _HIDE)[1].split("\n")
    for ref in HIDDEN:
        if ref not in hidden:
            gitcommand.need(path, "config", "--local", "--add", _HIDE, ref)
    if os.path.lexists(target + hookfile.KEPT):
        remarks += (
            f"the pre-receive hook that was here is kept as {os.path.basename(target)}{hookfile.KEPT} and runs first",
        )
    if os.path.basename(target) != SERVER:
        remarks += (f"this server runs {os.path.relpath(target, path)} from its own pre-receive hook",)
    if gitcommand.setting(path, "transfer.fsckObjects", "bool") != "true":
        remarks += (f"advice: git -C {path} config transfer.fsckObjects true",)
    return Placed(path=path, what=what, remarks=remarks + _remembered(path, settings.log, what, settings.policies))


def _remembered(path: str, log: str, what: str, policies: tuple[str, ...] = ()) -> tuple[str, ...]:
    """Say in the log what was done; a remark where that cannot be said."""
    if not log or what == "unchanged":
        return ()
    try:
        remembered.remember(path, log, "removed" if what in ("removed", "restored") else "installed", policies)
    except (GitwardError, OSError) as problem:
        return (f"the log could not be told: {problem}",)
    return ()


def remove(path: str) -> Placed:
    """Take pre-receive out and put back what stood there; the refs hidden for gitward are hidden no more."""
    target = hook_path(path)
    place.refuse_edited((target, *outcomes.paths(target).values()))
    found = installed(path)
    outcomes.take_out(target)
    what = place.take_out(target)
    for ref in HIDDEN if what else ():
        gitcommand.ask(path, "config", "--local", "--unset-all", _HIDE, f"^{re.escape(ref)}$")
    remarks = _remembered(path, found.settings.log, what) if found and what else ()
    return Placed(path=path, what=what or "unchanged", remarks=remarks if what else ("there was no hook of gitward's",))


def repositories(folder: str) -> Iterator[str]:
    """Every bare repository below a folder, sorted, at most DEPTH folders down; none inside another."""
    if not os.path.isdir(folder):
        raise GitwardError(f"there is no folder {folder}")
    for path, names, _ in os.walk(folder):
        names.sort()
        if all(os.path.exists(os.path.join(path, name)) for name in ("HEAD", "objects", "refs")):
            names.clear()
            yield path
        elif os.path.relpath(path, folder).count(os.sep) >= DEPTH - 1:
            names.clear()
        else:
            names[:] = [name for name in names if name != ".git"]


def _read_policies(path: str, settings: Settings) -> tuple[list[Policy], tuple[str, ...]]:
    """Read every policy as the hook will. A ref that is not there yet is a remark, any other problem an error."""
    policies, remarks = [], []
    with open_repository(path) as repository:
        for source in settings.policies:
            ref = source.partition(":")[0]
            if sources.is_in_repository(source) and ref.startswith("refs/") and repository.ref(ref) is None:
                remarks.append(
                    f"{ref} is not there yet: every push is denied until it holds {source.partition(':')[2]}"
                )
                continue
            policy = sources.load(source, repository, receiving=True)
            if policy.audit_required and not settings.log:
                raise PolicyError("this policy requires an audit log", source, fix="add --log DIR")
            for name in sorted(lookups_named(policy) - {word.partition("=")[0] for word in settings.lookups}):
                raise PolicyError(f"this policy names the look-up {name}", source, fix=f"add --lookup {name}=FILE")
            policies.append(policy)
    keep_ids(tuple(policies))
    return policies, tuple(remarks)


def lookups_named(policy: Policy) -> set[str]:
    """The look-ups that the rules of a policy name."""
    return {name for entry in policy.entries if (name := getattr(entry.rule, "lookup", None))}
