"""The hooks of a clone: advice to the developer, in time to act on it. A repository without a policy is left alone."""

from __future__ import annotations

import os
import sys

from gitward import clock
from gitward.adapters import commit_msg as adapter
from gitward.adapters.clone import Clone
from gitward.adapters.prepare import add_ticket, is_nothing_else
from gitward.cli.output import report, say
from gitward.errors import GitwardError, UsageError
from gitward.model import FILE_NAME
from gitward.policy.compiled import policy_for_client

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gitward.adapters.commit_msg import Denied
    from gitward.model import Decision, Message, Policy, Request

    Options = dict[str, list[str]]

_KEPT = 20
_UNTOUCHED = "the message is empty but for the trailer that gitward added: aborting, as git does for an empty message"


def _sources(options: Options, top: str) -> tuple[str, ...]:
    """The policies that `--policy` names, or that of the work tree; none where there is none."""
    path = os.path.join(top, FILE_NAME)
    return tuple(options["--policy"]) or ((path,) if os.path.lexists(path) else ())


def _policies(options: Options, clone: Clone) -> tuple[Policy, ...]:
    return tuple(policy_for_client(source) for source in _sources(options, clone.top))


def _report(decision: Decision, options: Options) -> int:
    report(decision, options)
    return decision.exit_code


# --- the message ------------------------------------------------------------------------------------------------------


def commit_msg(options: Options, arguments: list[str]) -> int:
    path, clone = _message_file("commit-msg", arguments), Clone()
    denied = _judge_message(path, options, clone)
    if denied is None:
        return 0
    from gitward.adapters.terminal import open_terminal

    terminal = None if denied.is_over else open_terminal(clone)
    if terminal is None:
        return denied.code
    from gitward.cli.prompt import go_on

    try:
        return go_on(denied, lambda: _judge_message(path, options, clone), path, clone, terminal)
    finally:
        terminal.close()


def _judge_message(path: str, options: Options, clone: Clone) -> Denied | None:
    """Judge the message file as it is now, and say so; None where it is let through. Whatever else happens, it is kept."""
    raw = _read(path)
    message = adapter.message_of(raw, clone, from_mail=False)
    try:
        policies = _policies(options, clone)
        if not policies:
            return None
        if is_nothing_else(policies, message, clone):
            say(f"gitward: {_UNTOUCHED}")
            return adapter.Denied(code=1, raw=raw, message=message, is_over=True)
        code = _report(adapter.decide(policies, message, clone), options)
    except BaseException:
        say(_way_back(message, clone, path))
        raise
    if not code:
        return None
    is_empty = not any(message.lines)
    if not is_empty:
        say(_way_back(message, clone, path))
    return adapter.Denied(code=code, raw=raw, message=message, policies=policies, is_over=is_empty)


def applypatch_msg(options: Options, arguments: list[str]) -> int:
    path, clone = _message_file("applypatch-msg", arguments), Clone()
    policies = _policies(options, clone)
    if not policies:
        return 0
    code = _report(adapter.decide(policies, adapter.message_of(_read(path), clone, from_mail=True), clone), options)
    if code:
        say(_way_back_in_am(path))
    return code


def _message_file(hook: str, arguments: list[str]) -> str:
    if len(arguments) != 1:
        raise UsageError(f"gitward hook {hook}: one argument, the message file", "let git run this hook")
    return os.path.abspath(arguments[0])


def _read(path: str) -> bytes:
    with open(path, "rb") as file:
        return file.read()


def _way_back(message: Message, clone: Clone, file: str) -> str:
    """Keep a denied message, and say how to go on with it. The hook is not told whether the commit was an amendment."""
    import shlex

    from gitward.render.escape import visible

    sign = adapter.comment_sign(clone)
    # lines that are no comments now are none in the editor that -e opens
    keeping = sign and any(line.startswith(sign) for line in message.lines)
    git = "git -c commit.cleanup=scissors commit" if keeping else "git commit"
    try:
        path = shlex.quote(_keep(message.raw, clone.git_dir))
    except OSError as problem:
        return f"your message could not be kept ({problem.strerror}): until the next commit it is in {visible(file)}"
    amending = "" if clone.merging else f"\n  or, to amend a commit: {git} --amend -e -F {path}"
    return f"your message is kept: {git} -e -F {path}{amending}"


def _way_back_in_am(path: str) -> str:
    """git-am takes the message of the patch that it stopped at from `path`, when it is started again."""
    import shlex

    if os.path.exists(os.path.join(os.path.dirname(path), "rebasing")):
        return 'this rebase cannot stop for a message: git rebase --abort, then rebase with -i and mark it "reword"'
    return f"edit the message in {shlex.quote(path)}, then, in a terminal: git am"


def _keep(raw: bytes, git_dir: str) -> str:
    """Save a denied message where git does not overwrite it, and return the absolute path; the last 20 stay."""
    folder = os.path.join(git_dir, "gitward", "messages")
    os.makedirs(folder, exist_ok=True)
    last = max(os.listdir(folder), default="")
    if last and _read(os.path.join(folder, last)) == raw:
        return os.path.join(folder, last)
    path = os.path.join(folder, clock.new_id())
    with open(path, "wb") as file:
        file.write(raw)
    for old in sorted(os.listdir(folder))[:-_KEPT]:
        os.unlink(os.path.join(folder, old))
    return path


def prepare_commit_msg(options: Options, arguments: list[str]) -> int:
    """Add the branch's ticket as a trailer, where an entry wants one and the message has none. Never stops a commit."""
    from gitward.adapters.framework import message_source

    if not arguments:
        raise UsageError("gitward hook prepare-commit-msg: the message file is missing", "let git run this hook")
    source = arguments[1] if len(arguments) > 1 else message_source(os.environ)
    if source in ("merge", "squash", "commit"):
        return 0
    try:
        clone = Clone()
        add_ticket(_policies(options, clone), arguments[0], clone)
    except Exception as problem:  # noqa: BLE001  an offer that cannot be made is no reason to stop a commit
        from gitward.render.escape import visible

        cause = problem.message if isinstance(problem, GitwardError) else f"it crashed with {type(problem).__name__}"
        say(f"gitward: no ticket was looked for: {visible(cause)}")
    return 0


# --- what a clone is about to do --------------------------------------------------------------------------------------


def pre_commit(options: Options, arguments: list[str]) -> int:
    """Before a commit exists only its branch is known."""
    from gitward.adapters.pre_commit import decide

    clone = Clone()
    policies = _policies(options, clone)
    if not policies or not clone.branch:
        return 0
    decision = decide(policies, clone)
    return _report(decision, options) if decision.exit_code or decision.would_be != "allowed" else 0


def pre_push(options: Options, arguments: list[str]) -> int:
    from gitward.adapters.framework import pushed_line
    from gitward.adapters.pre_push import request

    clone = Clone()
    sources, notes = _sources(options, clone.top), clone.config.get("gitward.logkey")
    if not sources and not notes:
        return 0
    stdin, remote = sys.stdin.buffer.read(), arguments[0] if arguments else "origin"
    if not stdin:
        stdin, remote = pushed_line(os.environ)
    asked = request(stdin, {})
    if asked is None:
        return 0
    url = arguments[1] if len(arguments) > 1 else os.environ.get("PRE_COMMIT_REMOTE_URL", "")
    code = _judge_push(asked, remote, url, sources, clone, options) if sources else 0
    if notes and not code:
        from gitward.cli.hook_receipts import at_push

        at_push(clone, remote, asked.updates)
    return code


def _judge_push(asked: Request, remote: str, url: str, sources: tuple[str, ...], clone: Clone, options: Options) -> int:
    from gitward.adapters.pre_push import remote_refs
    from gitward.judge import judge
    from gitward.model import Host
    from gitward.record import replace
    from gitward.repository import open_repository

    with open_repository(clone.git_dir) as repository:
        existing = remote_refs(repository.refs(), remote, asked.updates)
    host = Host(policies=sources, repository=clone.git_dir, urls=(url,) if url else ())
    named = "" if remote == url else remote  # git gives the URL twice where no remote has it
    return _report(judge(replace(asked, existing=existing, remote=named), host), options)
