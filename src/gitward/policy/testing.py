"""`policy test`: the tests that stand in a policy, judged by the engine, and whether they would notice an entry gone.

A test is about its entry: `accept` holds when the entry does not object, whatever others say. `reject` holds when the
entry is violated. A reject test that another entry rejects too would not notice its own entry gone. Entries of the
packs that come with gitward are tested with gitward.
"""

from __future__ import annotations

from gitward.batches import judge_one
from gitward.engine import GATE
from gitward.gitobject import parse_commit
from gitward.model import OUTCOMES, UNSIGNED, Change, File, Finding, Oid, RefUpdate, Signature, Totals
from gitward.patterns import matches_ref
from gitward.policy.grammar import Case, PathCase
from gitward.policy.packs import PREFIX
from gitward.record import record, replace, values

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gitward.model import Commit, Entry, Outcome, Policy
    from gitward.model.signatures import Format
    from gitward.policy.grammar import Test
    from gitward.policy.resolve import Tests

_OLD, _NEW = Oid("1" * 40), Oid("2" * 40)
_PERSON = "Ann Example <ann@example.com> 1700000000 +0000"
_SEEN = 1_800_000_000
_KNOWN = frozenset(
    ["message", "merge", "object", "time", "paths", "sizes", "content", "signature", "update", "ref", "refs", "push"]
)
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
    others = (other for other in policy.entries if other.id != entry.id and _kinds(other, case))
    return [other.id for other in others if _outcome(other, case, ref)[0] == "violated"]


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
    of_commit = [case.message, case.parents, case.author, case.committer, case.paths, case.signer]
    given = {
        "check_commit": any(value is not None for value in of_commit),
        "check_update": case.update is not None or (case.push is None and all(value is None for value in of_commit)),
        "check_push": case.push is not None,
    }
    return tuple(kind for kind, is_given in given.items() if is_given and hasattr(entry.rule, kind))


def _missing_key(entry: Entry) -> str:
    keys = {"check_commit": "message", "check_update": "update", "check_push": "push"}
    return "add " + " or ".join(f"`{key}`" for kind, key in keys.items() if hasattr(entry.rule, kind))


def _outcome(entry: Entry, case: Case, ref: str) -> tuple[Outcome, str]:
    """What one entry says to a case: the first of OUTCOMES that any of its subjects has."""
    if not matches_ref(entry.refs, ref):
        return "not-applicable", "refs"
    found: list[tuple[Outcome, str]] = []
    for kind in _kinds(entry, case):
        if kind == "check_commit":
            commit = _commit(entry, case)
            if commit.malformed and entry.rule.name != GATE and not getattr(entry.rule, "judges_malformed", False):
                found.append(("not-applicable", f"malformed: {commit.malformed}"))
                continue
            found.append(judge_one(entry, commit))
        else:
            update = _update(case, ref)
            found.append(judge_one(entry, update if kind == "check_update" else _change(case, update)))
    return min(found, key=lambda verdict: OUTCOMES.index(verdict[0]))


def _commit(entry: Entry, case: Case) -> Commit:
    """The commit of a case, read from the bytes that git would store."""
    parents = "".join(f"parent {f'{number:x}' * 40}\n" for number in range(1 if case.parents is None else case.parents))
    head = f"tree {_OLD}\n{parents}author {_person(case.author)}\ncommitter {_person(case.committer)}\n\n"
    text = "an ordinary change\n" if case.message is None else case.message
    commit = parse_commit(_NEW, (head + text).encode("utf-8", "surrogateescape"))
    commit = replace(commit, files=tuple(_file(each) for each in case.paths or ()), seen=_SEEN)
    commit = replace(commit, signatures=(_signature(commit, case.signer, getattr(entry.rule, "formats", ("ssh",))[0]),))
    asked = entry.rule.asks(commit) if hasattr(entry.rule, "asks") else ()
    return replace(commit, answers=dict.fromkeys(asked, case.answer))


def _signature(commit: Commit, signer: str | None, form: Format) -> Signature:
    """A good signature by this principal, who has the addresses of whom the commit names; none for None."""
    people = (commit.author, commit.committer)
    finding = Finding(format=form, status="good", principal=signer, fingerprint="test") if signer else UNSIGNED
    return Signature(finding=finding, now=_SEEN, addresses=tuple(person.email for person in people if person))


def _person(given: str | None) -> str:
    """A line of a commit's header: who is as given, when is ordinary where it is left out."""
    return _PERSON if given is None else f"{given} 1700000000 +0000" if given.endswith(">") else given


def _file(given: str | PathCase) -> File:
    """A file as a rule sees it; all that stands in it is new."""
    case = PathCase(path=given) if isinstance(given, str) else given
    data = case.content.encode("utf-8", "surrogateescape")
    is_blob = case.mode not in ("", "160000")
    return File(
        path=case.path.encode("utf-8", "surrogateescape"),
        mode=case.mode,
        oid=_NEW if case.mode else "",
        old_mode=case.old,
        old_oid=_OLD if case.old else "",
        size=(len(data) if case.size is None else case.size) if is_blob else None,
        content=data if is_blob else None,
        added=tuple(enumerate(data.removesuffix(b"\n").split(b"\n"), 1)) if is_blob and data else (),
    )


def _update(case: Case, ref: str) -> RefUpdate:
    ancestry = case.update or "create"
    zero = Oid("0" * 40)
    is_gone = ancestry == "delete"
    return RefUpdate(
        ref=ref,
        old=zero if ancestry == "create" else _OLD,
        new=zero if is_gone else _NEW,
        ancestry=ancestry,
        kind="none" if is_gone else "commit",
        peeled="" if is_gone else _NEW,
        commits=0 if is_gone else 1,
    )


def _change(case: Case, update: RefUpdate) -> Change:
    totals = Totals(**values(case.push)) if case.push else Totals()
    return Change(stage="receive", time="", updates=(update,), known=_KNOWN, totals=totals)


def _a_ref(entry: Entry) -> str:
    """A ref that the entry judges."""
    for pattern in entry.refs:
        for name in _NAMES:
            ref = pattern.replace("refs/**", f"refs/heads/{name}").replace("**", name).replace("*", name)
            if not pattern.startswith("!") and matches_ref(entry.refs, ref):
                return ref
    return "refs/heads/main"
