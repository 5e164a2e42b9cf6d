"""Tests for an imported entry: changes of which the judged verdict is known, the source's own first."""

from __future__ import annotations

from itertools import islice

from gitward.model import Policy
from gitward.policy.grammar import Case, PathCase, PushTotals, Test
from gitward.policy.testing import run_tests
from gitward.record import replace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from gitward.imports.found import Case as Given
    from gitward.imports.found import Proposal
    from gitward.model import Entry
    from gitward.policy.resolve import Tests

_REJECTS = 2
_LOOKED_AT = 30  # changes that are tried against all other entries
_BODY = "The walk stopped half way, at the first file that had no line."
_WHO = "Signed-off-by: Ann Example <ann@example.com>"
_HEADS = ("fix: ", "", "PROJ-12: ", "PROJ-12 ", "[PROJ-12] ", "fix: PROJ-12 ", "fix(api): ", "US12 ", "#12 ", "Fixes 12. ")
_SUBJECTS = ("handle the empty file", "Handle the empty file", "handle the empty file (#12)")
_TRAILERS = ("", f"\n\n{_WHO}", "\n\nRefs: PROJ-12", f"\n\nCloses #12\n{_WHO}", f"\n\nRefs: PROJ-12\n{_WHO}")
# a message in which nothing is left that a rule could miss, and the ways in which each is spoiled
_WHOLE = tuple((head + subject, trailers) for head in _HEADS for subject in _SUBJECTS for trailers in _TRAILERS)
_LONG = "and the next one " * 12 + "at once"
_PEOPLE = tuple(
    f"{name} <{email}>"
    for name in ("Ann Example", "ann")
    for email in ("ann@example.com", "ann@example.org", "ann@users.example.net", "ann@localhost", "ann", "root")
)
_UPDATES = ("ff", "create", "delete", "non-ff")
_NAMES = (
    "main", "topic", "feature/x", "feature/PROJ-12", "fix/x", "feat/x", "bugfix/x", "hotfix/1", "release/1.0", "PROJ-12",
    "PROJ-12-x", "feature-x", "v1.2.3", "v1.2", "1.2.3", "X",
)  # fmt: skip


class Trials:
    """Finds tests for the entries of one policy."""

    def __init__(self, entries: tuple[Entry, ...]) -> None:
        self.policy = Policy(id="x", mode="enforce", entries=entries, source="x", digest="")
        self._messages = self._made()

    def tests_of(self, proposal: Proposal, entry: Entry) -> tuple[tuple[tuple[str, Given], ...], bool]:
        """One change that the entry accepts and up to two that it rejects; whether no other entry rejects those."""
        pool = self._pool(entry)
        own_accepted, own_rejected = (tuple(self._whole(case) for case in own) for own in (proposal.accept, proposal.reject))
        accepted = (case for case in (*own_accepted, *pool) if _holds(self.policy, entry, "accept", case))
        rejected = [case for case in (*own_rejected, *pool) if _holds(self.policy, entry, "reject", case)]
        alone = tuple(islice((case for case in rejected[:_LOOKED_AT] if _is_noticed(self.policy, entry, case)), _REJECTS))
        found = [("accept", case) for case in islice(accepted, 1)]
        return (*found, *(("reject", case) for case in alone or rejected[:1])), bool(alone)

    def _pool(self, entry: Entry) -> tuple[Given, ...]:
        if entry.rule.name == "ident":
            return tuple(self._whole({role: person}) for person in _PEOPLE for role in entry.rule.who)
        if hasattr(entry.rule, "check_commit"):
            if entry.rule.needs == ("merge",):
                return tuple(self._whole({"parents": number}) for number in (1, 2))
            return self._messages
        prefix = "refs/tags/" if all(ref.lstrip("!").startswith("refs/tags/") for ref in entry.refs) else "refs/heads/"
        if "ref" in entry.rule.needs:
            return tuple({"update": "create", "ref": prefix + name} for name in _NAMES)
        named = ({"update": update, "ref": prefix + name} for name in _NAMES for update in _UPDATES)
        return (*({"update": update} for update in _UPDATES), *named)

    def _whole(self, case: Given) -> Given:
        """A case about a commit, with a message that no other entry rejects."""
        return case if isinstance(case, str) else {"message": self._messages[0], **case}

    def _made(self) -> tuple[str, ...]:
        """A message that every entry accepts, spoilt in each way; then others, as they are."""
        entries = [entry for entry in self.policy.entries if hasattr(entry.rule, "check_commit")]
        whole = ((f"{subject}\n\n{_BODY}{trailers}", subject, trailers) for subject, trailers in _WHOLE)
        good = next((each for each in whole if self._is_accepted(each[0], entries)), None)
        subject, trailers = good[1:] if good else _WHOLE[0]
        plain = dict.fromkeys(each for each, _ in _WHOLE)
        return (*_spoilt(subject, trailers), *(f"{each}\n\n{_BODY}{trailers}" for each in plain))

    def _is_accepted(self, message: str, entries: list[Entry]) -> bool:
        tests: Tests = {entry.id: ((_test("accept", message), ""),) for entry in entries}
        return run_tests(self.policy, tests).passed == len(entries)


def _spoilt(subject: str, trailers: str) -> Iterator[str]:
    """The message first, then with one thing wrong with it."""
    rest = f"\n\n{_BODY}{trailers}"
    yield subject + rest
    for wrong in (
        f"{subject}.", f" {subject}", f"{subject} ", f"{subject}\tnow", f"{subject} WIP", f"{subject} {_LONG}",
        f"fixup! {subject}", f"other: {subject}", subject.partition(": ")[2] or f"x{subject}", subject[:4],
        subject[:1].upper() + subject[1:],
        subject.replace("handle", "Handle"), f"{subject} from ssh://example.com", "x", f"{subject}!", "?", subject.upper(),
    ):  # fmt: skip
        yield wrong + rest
    yield subject + trailers
    yield f"{subject}\nand more{rest}"
    yield f"{subject}\n\n{_LONG}{trailers}"
    yield f"{subject}\n\n{_BODY}"
    for line in trailers.strip().split("\n"):
        yield f"{subject}\n\n{_BODY}\n\n{line}".rstrip()
    yield f"{subject}!{rest}\nBREAKING CHANGE: no more lines"


def _holds(policy: Policy, entry: Entry, verb: str, case: Given) -> bool:
    return run_tests(replace(policy, entries=(entry,)), {entry.id: ((_test(verb, case), ""),)}).passed == 1


def _is_noticed(policy: Policy, entry: Entry, case: Given) -> bool:
    """Whether no other entry rejects it too."""
    report = run_tests(policy, {entry.id: ((_test("reject", case), ""),)})
    return not any(fault.entry == entry.id for fault in report.faults)


def _test(verb: str, given: Given) -> Test:
    case = given if isinstance(given, str) else _case(given)
    return Test(accept=case) if verb == "accept" else Test(reject=case)


def _case(given: dict[str, Any]) -> Case:
    paths = tuple(PathCase(**each) if isinstance(each, dict) else each for each in given.get("paths", ()))
    push = PushTotals(**given["push"]) if "push" in given else None
    return Case(**{**given, **({"paths": paths} if paths else {}), **({"push": push} if push else {})})
