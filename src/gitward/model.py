"""Facts about a change, and the results of judging it. Every type is a frozen record; nothing here does I/O.

Text that Git does not promise to be UTF-8 (names, messages, refs, paths) is `str` decoded with `surrogateescape`: a byte
that did not decode is a lone surrogate U+DC80..U+DCFF, so nothing is lost and nothing raises. Renderers escape it.
"""

from __future__ import annotations

from gitward.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any, Literal, NewType

    Oid = NewType("Oid", str)
    Stage = Literal["commit", "push", "receive", "ci", "deploy"]
    Outcome = Literal["undecided", "violated", "waived", "passed", "exempt", "not-applicable"]
    Ancestry = Literal["create", "ff", "non-ff", "delete", "range", "draft"]
else:
    Oid = str

KEPT_VIOLATIONS = 100  # per entry; the rest is counted
BUILT_IN = "built-in"  # the source of the policy of gitward's own, with what no policy can allow (integrity)


def is_zero(oid: str) -> bool:
    """True for git's "no object": an oid of any length whose characters are all 0."""
    return oid.strip("0") == ""


# --- facts ------------------------------------------------------------------------------------------------------------


@record
class Ident:
    """Name, address, seconds since 1970 and offset in minutes east of UTC, as written: a claim, never proof."""

    name: str
    email: str
    time: int
    offset: int


@record
class Trailer:
    """One `Key: value` of the trailer block; a folded value is joined with single spaces. `line` counts from 1."""

    key: str
    value: str
    line: int


@record
class Message:
    """A commit message, decoded and taken apart once, for every rule.

    `text` has LF line ends (CRLF is read as LF; a lone CR stays). `lines` is `text` split at LF, without the empty piece
    after a final LF. Indices into `lines` count from 0: `subject_index` is the first line that is not blank,
    `body_index` the first line after the subject, less one blank line where there is one, `trailer_index` the first line
    of the trailer block; both are `len(lines)` where there is none. So the body is `lines[body_index:trailer_index]`.
    `subject` is without `marks`, the leading `fixup! `, `squash! `, `amend! ` as written.
    `problem` is '' or says why the bytes are no text: not UTF-8, or an `encoding` header that names none we read.
    """

    raw: bytes
    text: str
    lines: tuple[str, ...]
    subject: str
    marks: str
    subject_index: int
    body_index: int
    trailer_index: int
    trailers: tuple[Trailer, ...]
    problem: str

    @property
    def body(self) -> tuple[str, ...]:
        return self.lines[self.body_index : self.trailer_index]


@record
class Commit:
    """A commit, or a draft of one (`oid` and `parents` None). `merge` is known for both.

    `malformed` is '' or the reason why the canonical gate refuses the bytes; then the other fields are the best that
    could be read, for display only. `headers` are the names of extra headers in order, the listed ones too.
    `answers` holds what the rules asked about this commit: True, False, or None for "could not be found out".
    """

    oid: Oid | None
    tree: Oid | None
    parents: tuple[Oid, ...] | None
    merge: bool
    author: Ident | None
    committer: Ident | None
    message: Message
    headers: tuple[str, ...] = ()
    malformed: str = ""
    raw: bytes = b""
    answers: Mapping[Question, bool | None] = {}  # noqa: RUF012  never written


@record
class Tag:
    """An annotated tag object. `malformed` as in `Commit`. `has_signature` says that a block is there, not that it holds."""

    oid: Oid
    target: Oid
    target_type: str
    name: str
    tagger: Ident | None
    message: Message
    has_signature: bool = False
    malformed: str = ""
    raw: bytes = b""


@record
class Question:
    """A fact that depends on a rule's option. `kind` "ancestor": is `value` (an oid, 7 or more digits) an ancestor of the commit."""

    kind: str
    value: str


@record
class RefUpdate:
    """One ref and what becomes of it.

    `ref` is resolved through symbolic refs; `alias` is the name as pushed where that differs. `old` is the repository's
    own value, never the client's word; "Zero" (all characters 0) stands for no object. `ancestry` says what kind it is:
    `range` is a set of commits seen for a ref (check, ci), `draft` a branch that is about to get a commit; neither is a
    ref update. For those two `old` and `new` may be "". `kind` is the type of the object that `new` peels to.
    `tags` are the annotated tags passed on the way, outermost first. `collisions` are refs that differ from this one
    only by case or Unicode form. `commits` is how many commits it brings, None where they were not counted.
    `problem` says why this line of a push cannot stand under any policy, '' where it can.
    """

    ref: str
    old: str
    new: str
    ancestry: Ancestry
    alias: str = ""
    kind: str = "commit"
    peeled: str = ""
    tags: tuple[Tag, ...] = ()
    collisions: tuple[str, ...] = ()
    commits: int | None = None
    problem: str = ""

    @property
    def is_real(self) -> bool:
        """True for a ref update proper, False for a range or a draft."""
        return self.ancestry not in ("range", "draft")


@record
class Totals:
    """What a whole push brings. None: not counted, because no entry asks or the stage cannot know."""

    commits: int | None = None
    refs: int | None = None
    files: int | None = None
    bytes: int | None = None


@record
class Actor:
    """Who pushes, as far as the one configured channel tells. `principal` is None until something has proved it."""

    principal: str | None = None
    channel: str = "none"
    claim: str = ""


@record
class Change:
    """What one decision is about. `known` are the facts that this stage can know; a rule that needs another is not applicable."""

    stage: Stage
    time: str
    updates: tuple[RefUpdate, ...]
    known: frozenset[str]
    totals: Totals = Totals()
    actor: Actor = Actor()
    push_options: tuple[str, ...] = ()


# --- policy -----------------------------------------------------------------------------------------------------------


@record
class Entry:
    """One rule in a policy. `refs` are patterns that begin with `refs/`, ref sets resolved, in order, some with a leading `!`.

    `place` is where it stands, `file:line`. `digest` is SHA-256 over rule, options, since and exempt: "the same entry".
    """

    id: str
    rule: Any
    refs: tuple[str, ...]
    severity: Literal["error", "warning"] = "error"
    since: tuple[Oid, ...] = ()
    since_baseline: bool = False
    exempt: frozenset[Oid] = frozenset()
    message: str = ""
    place: str = ""
    digest: str = ""


@record
class Landing:
    """How changes reach these refs."""

    refs: tuple[str, ...]
    method: Literal["merge", "rebase", "squash"]


@record
class Policy:
    """A whole policy. `digest` is SHA-256, as hex, over the bytes of all its files; `source` is where it was read."""

    id: str
    mode: Literal["enforce", "evaluate"]
    entries: tuple[Entry, ...]
    source: str
    digest: str
    revision: int | None = None
    landing: tuple[Landing, ...] = ()
    audit_required: bool = False
    weakened: tuple[str, ...] = ()  # what `replace` and `drop` did, in words


# --- results ----------------------------------------------------------------------------------------------------------


@record
class Violation:
    """One place where an entry does not hold. A rule yields it without `entry`, `commit` and `ref`; the engine adds them.

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


OUTCOMES: tuple[Outcome, ...] = ("undecided", "violated", "waived", "passed", "exempt", "not-applicable")


@record
class Result:
    """What became of one entry. Counts are of subjects: commits, ref updates, or the push.

    `judged` is passed + violated + waived. `reasons` are (outcome, reason, count) for every subject that was not judged.
    `violations` are the first 100, oldest commit first; `violation_count` is all of them. `policy` indexes
    `Decision.policies`.
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

    @property
    def judged(self) -> int:
        return self.passed + self.violated + self.waived

    @property
    def outcome(self) -> Outcome:
        """The first of OUTCOMES that any subject has; not-applicable where there was no subject."""
        for outcome in OUTCOMES:
            if getattr(self, outcome.replace("-", "_")):
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
class Decision:
    """One decision: allowed, denied or undecided, with all that it rests on.

    A result denies when its severity is error, its policy is in enforce mode and its outcome is violated; it leaves the
    decision open when that outcome is undecided. A failure is no result and no policy's mode softens it.
    `notices` are sentences for the reader that change nothing ("taken as judged: 12 commits").
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


# --- input ------------------------------------------------------------------------------------------------------------


@record
class RawUpdate:
    """One line of what git says will be updated, before anything about it is believed."""

    old: str
    new: str
    ref: str


@record
class Range:
    """Commits seen for a ref: those that `include` reaches and `exclude` does not.

    `exclude` None is a ref that is new: what an entry's own refs reach already is left out, entry by entry.
    """

    ref: str
    include: tuple[str, ...]
    exclude: tuple[str, ...] | None = ()


@record
class Request:
    """What an adapter made of its input; nothing is decided in it.

    `existing` are the refs that stand on the receiving side, ref to oid, where that is not the repository itself (a
    push seen from the clone). `squash` is the message that a squash merge onto the range's ref would write, and then
    the message rules judge it in place of the single commits: where the policy says that the ref lands by squash, or
    always with `squash_forced`.
    """

    stage: Stage
    updates: tuple[RawUpdate, ...] = ()
    ranges: tuple[Range, ...] = ()
    existing: Mapping[str, str] | None = None
    draft: Commit | None = None
    squash: Message | None = None
    squash_forced: bool = False
    notices: tuple[str, ...] = ()


@record
class Limits:
    """Budgets of one decision (semantics: budgets); None is no limit."""

    commits: int | None = 10_000
    refs: int | None = 1_000
    message_bytes: int = 1 << 20
    paths: int | None = 100_000
    blob_bytes: int | None = 100 << 20
    seconds: float | None = 60.0


@record
class Host:
    """Where things are on this machine. The policy never says any of this."""

    policies: tuple[str, ...] = ()
    log: str = ""
    repository: str = ""
    actor: str = "none"
    baseline: tuple[Oid, ...] = ()
    limits: Limits = Limits()
    jobs: int = 1
