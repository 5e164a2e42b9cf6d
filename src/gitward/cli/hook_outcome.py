"""reference-transaction and post-receive: write down what git did. Neither decides, but where a policy says so.

An update that cannot be recorded stands, and stderr says so; `gitward audit review` finds it.
"""

from __future__ import annotations

import os
import sys

from gitward.adapters import reference_transaction as transaction
from gitward.cli.hooklog import hook_log
from gitward.cli.output import say
from gitward.errors import GitwardError, UsageError
from gitward.integrity import STATEMENTS
from gitward.reffiles import RefFiles, common_folder

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gitward.adapters.reference_transaction import Note
    from gitward.cli.hooklog import HookLog

    Options = dict[str, list[str]]
    Updates = list[tuple[str, str, str]]


def reference_transaction(options: Options, arguments: list[str]) -> int:
    """`prepared`, `committed` and `aborted` of one transaction; other states of newer git are passed over."""
    log, denies = hook_log(options), bool(options["--deny-unaudited"])
    state = (arguments or [""])[0]
    if not log.target:
        raise UsageError("gitward hook reference-transaction: --log is missing", "gitward install --server again")
    if state not in ("prepared", "committed", "aborted"):
        return 0
    try:
        if state == "prepared":
            return _prepared(sys.stdin.buffer.read(), log, options["--policy"] if denies else [])
        if state == "committed":
            _committed(sys.stdin.buffer.read(), log, options["--policy"])
        else:
            _note().drop()
    except Exception as problem:  # noqa: BLE001  what cannot be recorded is said, and refused only where a policy says so
        if state == "prepared" and denies:
            say(f"gitward: undecided: {_words(problem)}")
            return 3
        say(f"gitward: {'what follows' if state == 'prepared' else 'an update of refs'} is not recorded: {_words(problem)}")
    return 0


def post_receive(options: Options, _arguments: list[str]) -> int:
    """The end of a push."""
    from gitward.adapters.post_receive import updates_of

    log = hook_log(options)
    if not log.target:
        raise UsageError("gitward hook post-receive: --log is missing", "gitward install --server again")
    try:
        from gitward.audit.outcomes import receive_completed

        updates = updates_of(sys.stdin.buffer.read())
        log.take(receive_completed(_repository(), updates))
        if not os.path.exists(os.path.join(_git_dir(), "hooks", "reference-transaction")):  # GitLab runs its own and no other
            _record_policies(log, updates, options["--policy"])
            _note_statements(updates, log, options["--policy"])
        if any(ref.startswith(STATEMENTS) for ref, _, _ in updates):
            from gitward.statements.archiving import at_the_end_of_a_push

            at_the_end_of_a_push(_repository())
    except Exception as problem:  # noqa: BLE001  the push is done
        say(f"gitward: the end of this push is not recorded: {_words(problem)}")
    return 0


def _prepared(stdin: bytes, log: HookLog, policies: list[str]) -> int:
    lines, refs = transaction.lines_of(stdin), RefFiles(_git_dir())
    before = transaction.prepared(lines, refs)
    if before:
        _note().write(before)
    else:
        _drop_stale()
    if not policies:
        return 0
    from gitward.audit.session import command_of

    if command_of(os.getppid()) == "pack-refs":  # nothing changes; should a ref be gone afterwards, `committed` says so
        return 0
    changed = transaction.changes(lines, before, refs, is_over=False)
    return _refused(changed, log, policies) if changed else 0


def _refused(changed: Updates, log: HookLog, policies: list[str]) -> int:
    """1 where a protected ref changes and the log allows it not; the policies are read only then."""
    from gitward.audit.allowed import unallowed

    missing = unallowed(log.target, changed, log.patience)
    if not missing:
        return 0
    from gitward.adapters.unaudited import protected

    refused = protected([ref for ref, _, _ in missing], policies, _git_dir())
    if not refused:
        return 0
    more = f" and {len(refused) - 1} more" if len(refused) > 1 else ""
    say(f"gitward: denied {refused[0]}{more}: the log holds no decision that allows this update (unaudited-updates: deny)")
    say("fix: push it, so that it is judged; to change it all the same, take reference-transaction out of the hooks, and"
        " the review will name the update")  # fmt: skip
    return 1


def _committed(stdin: bytes, log: HookLog, policies: list[str]) -> None:
    lines = transaction.lines_of(stdin)
    if not lines:
        return
    note, refs = _note(), RefFiles(_git_dir())
    before = note.read() if transaction.asks_about(lines) else {}
    changed = transaction.changes(lines, before, refs)
    if changed:
        from gitward.audit.outcomes import ref_updated

        log.take(ref_updated(_repository(), changed))
        _record_policies(log, changed, policies)
    if before:
        note.write(transaction.left_of(before, lines, changed))
    _note_statements(changed, log, policies)


def _note_statements(changed: Updates, log: HookLog, policies: list[str]) -> None:
    """Each statement that came, for the log to keep."""
    refs = {ref: new for ref, old, new in changed if ref.startswith(STATEMENTS) and not old.strip("0")}
    if refs:
        from gitward.adapters.arrivals import arrivals

        for item in arrivals(_repository(), refs, policies):
            log.take(item)


def _record_policies(log: HookLog, changed: Updates, policies: list[str]) -> None:
    """The policies that are read from one of these refs, where they say something else now."""
    moved = {ref for ref, _, _ in changed}
    read_there = [source for source in policies if source.partition(":")[0] in moved]
    if read_there:
        from gitward.audit.policychanges import at_update

        name = os.path.realpath(_repository())
        for item in at_update(changed, read_there, _git_dir(), name):
            log.take(item)


def _git_dir() -> str:
    return os.environ.get("GIT_DIR") or os.curdir


def _repository() -> str:
    return common_folder(_git_dir())


def _note() -> Note:
    from gitward.audit.session import start_of

    parent = os.getppid()
    return transaction.Note(_git_dir(), parent, f"{parent} {start_of(parent)}")


def _drop_stale() -> None:
    """Of an earlier transaction of the same git."""
    if os.path.isdir(os.path.join(_git_dir(), transaction.FOLDER)):
        _note().drop()


def _words(problem: Exception) -> str:
    """Why, without a path of this server: who pushes may read it."""
    if isinstance(problem, GitwardError):
        return problem.message
    return getattr(problem, "strerror", None) or f"it crashed with {type(problem).__name__}"
