"""`ci --statement`: what was decided about the head commit, signed, kept in the checkout, and sent where it came from.

The decision stands whatever becomes of this. But one that was to be stated, and is not, is undecided: nobody can count it.
"""

from __future__ import annotations

from gitward.errors import GitwardError
from gitward.model import Failure
from gitward.record import replace
from gitward.repository import open_repository
from gitward.statements import keeping
from gitward.statements.deciding import decided

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gitward.adapters.ci.plan import Check
    from gitward.model import Decision

_FIX = "report this to the maintainers of gitward"


def stated(decision: Decision, check: Check, repo: str, key: str, *, send: bool) -> tuple[Decision, str]:
    """The decision, with a failure where it could not be stated, and the ref of the statement, '' where there is none."""
    ref = ""
    try:
        with open_repository(repo) as repository:
            at = keeping.place(repository, repo, key=key)
        said = decided(decision, check.request.ranges[0].ref, check.base, check.head)
        ref = keeping.keep(at, "decision", (check.head,), said)
        if send:
            keeping.send(at, (ref,))
    except GitwardError as problem:
        return _unstated(decision, problem.message, problem.fix), ref
    except Exception as problem:  # noqa: BLE001  invariant 6: what is not recorded is undecided
        return _unstated(decision, f"gitward crashed: {type(problem).__name__}", _FIX), ref
    return decision, ref


def _unstated(decision: Decision, why: str, fix: str) -> Decision:
    words = f"what was decided is not stated: {why}"
    if decision.failure:
        return replace(decision, notices=(*decision.notices, f"warning: {words}"))
    failure = Failure(reason="not-stated", message=words, exit_code=3, turn="administrator", fix=fix, detail=words)
    return replace(decision, failure=failure)
