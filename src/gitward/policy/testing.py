"""`policy test`: the tests that stand in a policy, judged by the engine, and whether they would notice an entry gone.

A test is about its entry: `accept` holds when the entry does not object, whatever others say. `reject` holds when the
entry is violated. A reject test that another entry rejects too would not notice its own entry gone. Entries of the
packs that come with gitward are tested with gitward.
"""

from __future__ import annotations

from gitward.batches import judge_one
from gitward.engine import GATE
from gitward.model import OUTCOMES
from gitward.patterns import matches_ref
from gitward.policy.cases import change_of, commit_of, update_of
from gitward.policy.grammar import Case
from gitward.policy.packs import PREFIX
from gitward.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gitward.model import Entry, Outcome, Policy
    from gitward.policy.grammar import Test
    from gitward.policy.resolve import Tests

_NAMES = ("example", "main", "1", "example/example", "v1.0.0", "release/1.0")  # to make a ref of a pattern with `*`


@record
class Fault:
    """A test that does not hold, or an entry that no test holds. `place` is `file:line`."""

    entry: str
    place: str
    message: str


@record
class TestReport:
    """What became of the tests of a policy: how many hold, and what is at fault."""

    passed: int
    faults: tuple[Fault, ...]

    @property
    def is_green(self) -> bool:
        return not self.faults


def run_tests(policy: Policy, tests: Tests) -> TestReport:
    """Run the tests of every entry. What a test does not say is ordinary: one parent, a ref that the entry judges.

    A commit that a message names (a revert) is taken to be there, unless the test says `answer: false`.
    """
    passed, faults = 0, []
    for entry in policy.entries:
        alone = False
        given = tests.get(entry.id, ())
        for test, place in given:
            message = _fault(entry, test)
            if message:
                faults.append(Fault(entry=entry.id, place=place, message=message))
            else:
                passed += 1
                alone = alone or (test.reject is not None and not _others(policy, entry, test))
        if not alone and entry.rule.name != GATE and not entry.place.startswith(PREFIX):
            faults.append(Fault(entry=entry.id, place=entry.place, message=_unneeded(policy, entry, given)))
    return TestReport(passed=passed, faults=tuple(faults))


def _fault(entry: Entry, test: Test) -> str:
    """Why a test does not hold, '' where it does."""
    case, wanted = _case(test)
    if not _kinds(entry, case):
        return f"the test has nothing that {entry.rule.name} judges: {_missing_key(entry)}"
    outcome, reason = _outcome(entry, case, case.ref or _a_ref(entry))
    if outcome == "undecided" or (wanted == "reject") != (outcome == "violated"):
        because = f" ({reason})" if reason else ""
        return f"wanted {wanted}, the entry says {outcome}{because}"
    return ""


def _others(policy: Policy, entry: Entry, test: Test) -> list[str]:
    """The other entries that reject the same change."""
    case, _ = _case(test)
    ref = case.ref or _a_ref(entry)
    others = (other for other in policy.entries if other.id != entry.id and _kinds(other, case) and _may_ask(other, case))
    return [other.id for other in others if _outcome(other, case, ref)[0] == "violated"]


def _may_ask(other: Entry, case: Case) -> bool:
    """Whether a case says what another entry asks: that nobody pushes is said for the entry alone that the test is about."""
    return case.pusher is not None or "pusher" not in other.rule.needs


def _unneeded(policy: Policy, entry: Entry, tests: tuple[tuple[Test, str], ...]) -> str:
    rejecting = [test for test, _ in tests if test.reject is not None]
    if not rejecting:
        return "no reject test: a change that this entry alone refuses"
    others = sorted({other for test in rejecting for other in _others(policy, entry, test)})
    if not others:
        return "none of its reject tests holds"
    return f"without this entry no test would fail: what it rejects is rejected by {', '.join(others)} too"


def _case(test: Test) -> tuple[Case, str]:
    change, wanted = (test.accept, "accept") if test.reject is None else (test.reject, "reject")
    return change if isinstance(change, Case) else Case(message=change), wanted


def _kinds(entry: Entry, case: Case) -> tuple[str, ...]:
    """Which of the rule's checks a case is about."""
    paths = case.paths if case.pusher is None else None  # else they are what the update changes
    of_commit = [case.message, case.parents, case.author, case.committer, paths, case.signer]
    of_push = case.push is not None or case.pusher is not None
    of_update = case.update is not None or (case.pusher is not None and "pusher" in entry.rule.needs)
    given = {
        "check_commit": any(value is not None for value in of_commit),
        "check_update": of_update or (not of_push and all(value is None for value in of_commit)),
        "check_push": of_push,
    }
    return tuple(kind for kind, is_given in given.items() if is_given and hasattr(entry.rule, kind))


def _missing_key(entry: Entry) -> str:
    keys = {"check_commit": "message", "check_update": "update", "check_push": "push"}
    keys |= {"check_update": "pusher"} if "pusher" in entry.rule.needs else {}
    return "add " + " or ".join(f"`{key}`" for kind, key in keys.items() if hasattr(entry.rule, kind))


def _outcome(entry: Entry, case: Case, ref: str) -> tuple[Outcome, str]:
    """What one entry says to a case: the first of OUTCOMES that any of its subjects has."""
    if not matches_ref(entry.refs, ref):
        return "not-applicable", "refs"
    found: list[tuple[Outcome, str]] = []
    for kind in _kinds(entry, case):
        if kind == "check_commit":
            commit = commit_of(entry, case)
            if commit.malformed and entry.rule.name != GATE and not getattr(entry.rule, "judges_malformed", False):
                found.append(("not-applicable", f"malformed: {commit.malformed}"))
                continue
            found.append(judge_one(entry, commit))
        elif case.pusher in entry.exempt_principals:
            found.append(("exempt", "principal"))
        else:
            update = update_of(entry, case, ref)
            found.append(judge_one(entry, update if kind == "check_update" else change_of(entry, case, update)))
    return min(found, key=lambda verdict: OUTCOMES.index(verdict[0]))


def _a_ref(entry: Entry) -> str:
    """A ref that the entry judges."""
    for pattern in entry.refs:
        for name in _NAMES:
            ref = pattern.replace("refs/**", f"refs/heads/{name}").replace("**", name).replace("*", name)
            if not pattern.startswith("!") and matches_ref(entry.refs, ref):
                return ref
    return "refs/heads/main"
