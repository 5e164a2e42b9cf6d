"""The hooks of a clone: advice to the developer, in time to act on it. A repository without a policy is left alone."""

from __future__ import annotations

import os
import sys

from gitward import clock
from gitward.adapters import commit_msg as adapter
from gitward.adapters.clone import Clone
from gitward.errors import UsageError
from gitward.policy.compiled import policy_for_client

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gitward.model import Decision, Policy

    Options = dict[str, list[str]]

FILE_NAME = ".gitward.yaml"
_KEPT = 20


def _policy(options: Options, top: str) -> Policy | None:
    """The policy that `--policy` names, or that of the work tree; None where there is none."""
    if options["--policy"]:
        return policy_for_client(options["--policy"][-1])
    path = os.path.join(top, FILE_NAME)
    return policy_for_client(path) if os.path.lexists(path) else None


def _report(decision: Decision, options: Options) -> int:
    from gitward.cli.output import report

    report(decision, options)
    return decision.exit_code


def commit_msg(options: Options, arguments: list[str], *, from_mail: bool = False) -> int:
    if len(arguments) != 1:
        raise UsageError("gitward hook commit-msg: one argument, the message file", "let git run this hook")
    with open(arguments[0], "rb") as file:
        raw = file.read()
    clone = Clone()
    policy = _policy(options, clone.top)
    if policy is None:
        return 0
    decision = adapter.decide(policy, adapter.message_of(raw, clone, from_mail=from_mail), clone)
    code = _report(decision, options)
    if code:
        kept = _keep(raw, clone.git_dir)
        sys.stderr.write(f"your message is kept: git commit -e -F {kept}\n")
    return code


def applypatch_msg(options: Options, arguments: list[str]) -> int:
    return commit_msg(options, arguments, from_mail=True)


def _keep(raw: bytes, git_dir: str) -> str:
    """Save a denied message where git does not overwrite it; the last 20 stay."""
    folder = os.path.join(git_dir, "gitward", "messages")
    os.makedirs(folder, exist_ok=True)
    path = os.path.join(folder, clock.new_id())
    with open(path, "wb") as file:
        file.write(raw)
    for old in sorted(os.listdir(folder))[:-_KEPT]:
        os.unlink(os.path.join(folder, old))
    return os.path.relpath(path)


def prepare_commit_msg(options: Options, arguments: list[str]) -> int:
    """Add the branch's ticket as a trailer, where an entry wants one and the message has none. Never stops a commit."""
    from gitward.adapters.framework import message_source
    from gitward.adapters.prepare import add_ticket

    if not arguments:
        raise UsageError("gitward hook prepare-commit-msg: the message file is missing", "let git run this hook")
    source = arguments[1] if len(arguments) > 1 else message_source(os.environ)
    if source in ("merge", "squash", "commit"):
        return 0
    clone = Clone()
    policy = _policy(options, clone.top)
    if policy is not None:
        add_ticket(policy, arguments[0], clone)
    return 0


def pre_commit(options: Options, arguments: list[str]) -> int:
    """Before a commit exists only its branch is known."""
    from gitward.adapters.pre_commit import decide

    clone = Clone()
    policy = _policy(options, clone.top)
    if policy is None or not clone.branch:
        return 0
    decision = decide(policy, clone)
    return _report(decision, options) if decision.exit_code or decision.would_be != "allowed" else 0


def pre_push(options: Options, arguments: list[str]) -> int:
    clone = Clone()
    source = (options["--policy"] or [os.path.join(clone.top, FILE_NAME)])[-1]
    if not options["--policy"] and not os.path.lexists(source):
        return 0
    from gitward.adapters.framework import pushed_line
    from gitward.adapters.pre_push import remote_refs, request
    from gitward.judge import judge
    from gitward.model import Host
    from gitward.record import replace
    from gitward.repository import open_repository

    stdin, remote = sys.stdin.buffer.read(), arguments[0] if arguments else "origin"
    if not stdin:
        stdin, remote = pushed_line(os.environ)
    asked = request(stdin, {})
    if asked is None:
        return 0
    with open_repository(clone.git_dir) as repository:
        existing = remote_refs(repository.refs(), remote, asked.updates)
    host = Host(policies=(source,), repository=clone.git_dir)
    return _report(judge(replace(asked, existing=existing), host), options)
