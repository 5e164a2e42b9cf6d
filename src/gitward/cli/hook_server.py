"""pre-receive: decide, record, say so, in this order. The exit code leaves only after the decision is in the log.

The judging runs in a child process: this one keeps the time limit, and outlives whatever happens to the child.
"""

from __future__ import annotations

import os
import sys
import time

from gitward import budgets, channels, clock
from gitward.adapters.pre_receive import request
from gitward.audit.claims import NOTHING, Claims, of_push
from gitward.errors import GitwardError, Undecided, UsageError
from gitward.model import ActorClaim, Decision, Host, Oid
from gitward.record import replace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from gitward.audit.policies import Last

    Options = dict[str, list[str]]

# all that a server hook keeps of its environment (githooks(5), gitenvironment): the rest may be the pusher's
KEPT = (
    "GIT_DIR",
    "GIT_QUARANTINE_PATH",
    "GIT_OBJECT_DIRECTORY",
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_NAMESPACE",
    "HOME",
)
PATH = "/usr/local/bin:/usr/bin:/bin"


def clean_environment() -> None:
    """Keep what git itself set for the push; a fixed PATH and locale for the rest."""
    kept = {
        name: value for name, value in os.environ.items() if name in KEPT or name.startswith("GIT_PUSH_")
    }
    os.environ.clear()
    os.environ.update(kept, PATH=PATH, LC_ALL="C.UTF-8")


def pre_receive(options: Options, arguments: list[str]) -> int:
    started = time.monotonic()
    actor = channels.chosen(options["--actor"])
    path = os.path.realpath(os.environ.get("GIT_DIR", "."))
    claims, said = of_push(os.environ, path), channels.claim(actor, os.environ)
    clean_environment()
    if options["--format"] and not options["--output"]:
        raise UsageError("a server hook tells the pusher in text", "write another --format to a file with --output")
    host = Host(
        policies=tuple(options["--policy"]),
        log=(options["--log"] or [""])[-1],
        baseline=tuple(Oid(oid) for oid in options["--baseline"]),
        limits=budgets.limits(options["--limit"]),
        repository=".",
        lookups=_lookups(options["--lookup"]),
        actor=actor,
        urls=(*options["--url"], path),
    )
    decision, last = _judged(sys.stdin.buffer.read(), host, said, claims.repository)
    decision = _recorded(decision, host, claims, int((time.monotonic() - started) * 1000), last)
    _reported(decision, options)
    return decision.exit_code


def _lookups(words: list[str]) -> dict[str, str]:
    if not words:
        return {}
    from gitward.lookup import named

    return named(words)


def _judged(stdin: bytes, host: Host, said: ActorClaim | None, repository: str) -> tuple[Decision, Last | None]:
    """The decision, and what the log knew of the policies.

    A daemon that does not say it leaves the push undecided: it may answer again a moment later.
    """
    last = None
    try:
        if host.log:
            last = _last(host, repository)
            latest = clock.seconds(last.latest) if last and last.latest else 0
            host = replace(host, revisions=last.revisions if last else {}, latest=latest, **_kept(host.log))
        return _supervised(stdin, host, said), last
    except Undecided as problem:
        from gitward.failure import no_decision

        return no_decision("receive", problem), last


def _last(host: Host, repository: str) -> Last | None:
    """None for a folder that cannot be read: then no decision can be recorded either, and that denies."""
    from gitward.audit import recorder
    from gitward.cli.hooklog import patience

    try:
        return recorder.last_policies(host.log, repository, patience(host.limits))
    except OSError:
        return None


def _kept(target: str) -> dict[str, Any]:
    """Where refs stood last and when objects were seen first, read where a policy asks."""
    from gitward.audit.firstseen import FirstSeen
    from gitward.audit.lasttips import LastTips
    from gitward.audit.recorder import socket_of
    from gitward.audit.toldseen import ToldSeen

    git_dir = os.environ.get("GIT_DIR", ".")
    socket = socket_of(target)
    return {"tips": LastTips(target, git_dir), "seen": ToldSeen(socket, git_dir) if socket else FirstSeen(target, git_dir)}


def _decide(stdin: bytes, host: Host, said: ActorClaim | None) -> Decision:
    from gitward.failure import no_decision

    try:
        asked = request(stdin, os.environ, said)
        if os.environ.get("GIT_NAMESPACE"):
            raise GitwardError("this server uses GIT_NAMESPACE, which gitward does not judge")
        from gitward.judge import judge
    except Exception as problem:  # noqa: BLE001  a broken installation too: the log is to say what is wrong with it
        return no_decision("receive", problem)
    return judge(asked, host)


def _recorded(
    decision: Decision, host: Host, claims: Claims = NOTHING, duration_ms: int | None = None, last: Last | None = None
) -> Decision:
    """The same decision, now in the log; where it cannot be recorded there is none. A changed policy is written down first."""
    if not host.log:
        return decision
    from gitward.audit import policies, recorder
    from gitward.audit.event import decision_item
    from gitward.cli.hooklog import patience

    try:
        for item in policies.changes(decision.policies, last, host.log, claims.repository):
            recorder.record(host.log, item, patience(host.limits))
        recorder.record(host.log, decision_item(decision, claims, duration_ms), patience(host.limits))
    except Exception as problem:  # noqa: BLE001  invariant 6: unrecorded is undecided
        from gitward.failure import no_decision

        return no_decision("receive", problem)
    return decision


def _reported(decision: Decision, options: Options) -> None:
    """Say it. The decision stands in the log, so a report that cannot be written changes nothing; no path is told."""
    from gitward.cli.output import report, say

    try:
        report(decision, options, audience="pusher", colour=False)
    except GitwardError:
        say(f"gitward: {decision.outcome}: decision {decision.id}; the report file of this server cannot be written")


def _supervised(stdin: bytes, host: Host, said: ActorClaim | None) -> Decision:
    """Run the judging in a child; kill it, and all that it started, when the time is up."""
    import pickle

    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        code = 1
        try:
            _detach(host.limits.seconds)
            os.close(reader)
            with os.fdopen(writer, "wb") as pipe:
                pipe.write(pickle.dumps(_decide(stdin, host, said)))
            code = 0
        finally:
            os._exit(code)
    os.close(writer)
    _get_ready(host)
    answer, in_time = _read_until(reader, host.limits.seconds)
    os.close(reader)
    if not in_time:
        _kill(child)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    if in_time and status == 0:
        return pickle.loads(answer)  # type: ignore[no-any-return]  # noqa: S301  our own child wrote it
    from gitward.failure import no_decision

    if not in_time:
        message = f"the push took longer to judge than this server allows ({host.limits.seconds:g} s)"
        return no_decision("receive", Undecided(message, "push fewer commits at once", "timeout"))
    return no_decision("receive", Undecided("judging ended without an answer", "push again", "crashed"))


def _get_ready(host: Host) -> None:
    """Load what will record the decision while the child judges. A broken installation shows when it is used."""
    if host.log:
        try:
            import gitward.audit.event
            import gitward.audit.recorder  # noqa: F401
        except Exception:  # noqa: BLE001
            return


def _detach(seconds: float | None) -> None:
    """Make the child one that nobody has to wait for: should the parent be killed, git must not wait for the child to
    let go of the push's pipes, and the child must come to its end by itself.
    """
    import signal

    os.setsid()
    null = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1, 2):
        os.dup2(null, standard)
    if seconds is not None:
        signal.alarm(int(seconds) + 1)  # its default action ends the process


def _read_until(reader: int, seconds: float | None) -> tuple[bytes, bool]:
    """All that the child writes, and whether it came to its end in time."""
    import select

    deadline = None if seconds is None else time.monotonic() + seconds
    parts: list[bytes] = []
    while True:
        left = None if deadline is None else max(0.0, deadline - time.monotonic())
        if not select.select([reader], [], [], left)[0]:
            return b"", False
        part = os.read(reader, 1 << 16)
        if not part:
            return b"".join(parts), True
        parts.append(part)


def _kill(child: int) -> None:
    import signal

    for kill in (os.killpg, os.kill):
        try:
            kill(child, signal.SIGKILL)
        except ProcessLookupError:
            continue
