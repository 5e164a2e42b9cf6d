"""What went wrong as a decision: there is none, why, and whose turn it is. Details stay in the server's own log."""

from __future__ import annotations

import traceback

from gitward import __version__, clock
from gitward.engine import conclude
from gitward.errors import GitwardError, PolicyError
from gitward.facts import KNOWN
from gitward.model import Change, Failure

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gitward.model import Decision, Stage

_PUSHERS = ("too-large", "malformed-input", "timeout")  # what the one who pushes can mend


def no_decision(stage: Stage, problem: Exception) -> Decision:
    """The decision of a stage that did not come to a judgement."""
    change = Change(stage=stage, time=clock.now(), updates=(), known=KNOWN[stage])
    failure = _foreseen(stage, problem) if isinstance(problem, GitwardError) else _crash(problem)
    return conclude((), change, [], decision_id=clock.new_id(), version=__version__, failure=failure)


def _foreseen(stage: Stage, problem: GitwardError) -> Failure:
    is_servers = stage == "receive" and problem.reason not in _PUSHERS
    hidden = is_servers and (isinstance(problem, PolicyError) or problem.exit_code == 2)
    every = "\n".join(str(each) for each in (problem, *getattr(problem, "others", ())))
    return Failure(
        reason=problem.reason,
        message="the policy of this server cannot be used" if hidden else problem.message,
        exit_code=problem.exit_code,
        turn="administrator" if is_servers else "developer",
        fix="" if hidden else problem.fix,
        detail=every,
    )


def _crash(problem: Exception) -> Failure:
    return Failure(
        reason="crashed",
        message=f"gitward crashed: {type(problem).__name__}",
        exit_code=3,
        turn="administrator",
        fix="report this to the maintainers of gitward",
        detail="".join(traceback.format_exception(problem)),
    )
