"""Results: what became of each entry, and the decision that they amount to."""

from __future__ import annotations

from gitward.model.change import Actor
from gitward.record import maker, record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal

    from gitward.model.facts import Oid, RefUpdate, Stage
    from gitward.model.statements import Statement

    Outcome = Literal["undecided", "violated", "waived", "passed", "exempt", "not-applicable"]

KEPT_VIOLATIONS = 100  # per entry; the rest is counted


@record
class Violation:
    """One place where an entry does not hold.

    A rule yields it without `entry`, `commit`, `parents` (how many the commit has) and `ref`; the engine adds them.

    `line` and `column` count from 1 in the message's `lines`, None where there is no such place. `fix` says what the
    text or the push should be, '' where the message already does.
    """

    message: str
    fix: str = ""
    line: int | None = None
    column: int | None = None
    path: str | None = None
    entry: str = ""
    commit: Oid | None = None
    ref: str | None = None
    subject: str = ""
    parents: int | None = None


violation = maker(Violation)
"""Makes a Violation in a third of the time, for rules that in some histories find one in most commits."""

OUTCOMES: tuple[Outcome, ...] = ("undecided", "violated", "waived", "passed", "exempt", "not-applicable")
_COUNTERS = tuple((outcome, outcome.replace("-", "_")) for outcome in OUTCOMES)


@record
class WaiverUsed:
    """A signed waiver that counted. `statement` is its id, `by` those of its signers who counted, `until` when it ends, in
    seconds since 1970. `reason` and `ticket` are the signers' words, cut where they are long. `is_break_glass`: it waives
    everything on a ref. `pusher` is who pushed, as the policy knows them, '' for somebody not known, or nobody.
    """

    statement: str
    by: tuple[str, ...]
    until: int
    reason: str = ""
    ticket: str = ""
    is_break_glass: bool = False
    pusher: str = ""


@record
class Waived:
    """What the same waivers let go of one entry: how many subjects, and the first of the violations, oldest commit first."""

    waivers: tuple[WaiverUsed, ...]
    subjects: int
    violations: tuple[Violation, ...] = ()


@record
class Result:
    """What became of one entry. Counts are of subjects: commits, ref updates, or the push.

    `judged` is passed + violated + waived. `reasons` are (outcome, reason, count) for every subject that was not judged.
    `violations` are the first 100, oldest commit first; `violation_count` is all of them. `policy` indexes
    `Decision.policies`. `let_go` says by whose waivers the waived subjects were let go; of their violations too it holds 100.
    """

    entry: str
    rule: str
    severity: Literal["error", "warning"]
    policy: int
    passed: int = 0
    violated: int = 0
    exempt: int = 0
    waived: int = 0
    undecided: int = 0
    not_applicable: int = 0
    reasons: tuple[tuple[Outcome, str, int], ...] = ()
    violations: tuple[Violation, ...] = ()
    violation_count: int = 0
    message: str = ""
    place: str = ""
    let_go: tuple[Waived, ...] = ()

    @property
    def judged(self) -> int:
        return self.passed + self.violated + self.waived

    @property
    def outcome(self) -> Outcome:
        """The first of OUTCOMES that any subject has; not-applicable where there was no subject."""
        for outcome, counter in _COUNTERS:
            if getattr(self, counter):
                return outcome
        return "not-applicable"


@record
class PolicyInfo:
    """Which policy judged, and in which mode."""

    id: str
    digest: str
    source: str
    mode: Literal["enforce", "evaluate"]
    revision: int | None = None


@record
class Failure:
    """Why there is no judgement at all. `exit_code` is 2 (a policy cannot be used) or 3. `turn` is whose turn it is.

    `detail` is for the server's own log (it may name paths of the server); `message` is what the pusher sees.
    """

    reason: str
    message: str
    exit_code: int
    turn: Literal["developer", "administrator"]
    fix: str = ""
    detail: str = ""


@record
class Brought:
    """What a change brings, for the log: what could be found out about it at little cost (gitward.brought).

    None is "not known", and `unknown` then says why, field by field. `authors` are (name, address), `signers` (principal,
    fingerprint) of signatures that hold, principal '' where no policy lists the key; both and `tickets` are the first of
    each kind, and the counts all of them. `files`, `insertions`, `deletions` and `diff`, SHA-256 as hex, are of the difference
    between the trees before and after.
    """

    authors: tuple[tuple[str, str], ...] | None = None
    author_count: int = 0
    signers: tuple[tuple[str, str], ...] | None = None
    signer_count: int = 0
    tickets: tuple[str, ...] | None = None
    ticket_count: int = 0
    files: int | None = None
    insertions: int | None = None
    deletions: int | None = None
    diff: str | None = None
    unknown: tuple[tuple[str, str], ...] = ()


@record
class Decision:
    """One decision: allowed, denied or undecided, with all that it rests on.

    A result denies when its severity is error, its policy is in enforce mode and its outcome is violated; it leaves the
    decision open when that outcome is undecided. A failure is no result and no policy's mode softens it.
    `notices` are sentences for the reader that change nothing ("taken as judged: 12 commits"), `details` sentences for the
    server's own log: they may name what who pushes is not to know. `certificate` is the push certificate as it came, where it
    is evidence. `brought` is for the log alone, None where there is none, and so are `statements`, those that the entries were
    told of.
    """

    id: str
    stage: Stage
    time: str
    version: str
    policies: tuple[PolicyInfo, ...]
    updates: tuple[RefUpdate, ...]
    results: tuple[Result, ...]
    failure: Failure | None = None
    notices: tuple[str, ...] = ()
    commits: int = 0
    details: tuple[str, ...] = ()
    actor: Actor = Actor()
    certificate: bytes = b""
    brought: Brought | None = None
    statements: tuple[Statement, ...] = ()

    def _code(self, *, as_if_enforced: bool) -> int:
        if self.failure:
            return self.failure.exit_code
        binding = {
            result.outcome
            for result in self.results
            if result.severity == "error" and (as_if_enforced or self.policies[result.policy].mode == "enforce")
        }
        return 3 if "undecided" in binding else 1 if "violated" in binding else 0

    @property
    def exit_code(self) -> int:
        return self._code(as_if_enforced=False)

    @property
    def outcome(self) -> Literal["allowed", "denied", "undecided"]:
        return OUTCOME_OF_CODE[self.exit_code]

    @property
    def broken_glass(self) -> tuple[WaiverUsed, ...]:
        """The break-glass that let something go, each once, by its id."""
        used = (waiver for result in self.results for waived in result.let_go for waiver in waived.waivers)
        return tuple(sorted({each for each in used if each.is_break_glass}, key=lambda each: each.statement))

    @property
    def would_be(self) -> Literal["allowed", "denied", "undecided"]:
        """The outcome if every policy were in enforce mode."""
        return OUTCOME_OF_CODE[self._code(as_if_enforced=True)]

    @property
    def allowed(self) -> bool:
        return self.exit_code == 0


OUTCOME_OF_CODE: dict[int, Literal["allowed", "denied", "undecided"]] = {
    0: "allowed",
    1: "denied",
    2: "denied",
    3: "undecided",
}
