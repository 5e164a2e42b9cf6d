"""Facts: a commit, a tag, a ref update, taken apart once for every rule."""

from __future__ import annotations

from gitward.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Literal, NewType

    from gitward.model.proposals import Proposal
    from gitward.model.signatures import Signature

    Oid = NewType("Oid", str)
    Stage = Literal["commit", "push", "receive", "ci", "deploy"]
    Ancestry = Literal["create", "ff", "non-ff", "delete", "range", "draft"]
    # what a tracker says of a ticket; the last three are why it says nothing: it gave no answer of use, the push names
    # too many tickets, this host has no look-up of that name that it could use
    TicketState = Literal["open", "closed", "absent", "moved", "outage", "too-many", "unusable"]
    Answer = bool | TicketState | None
else:
    Oid = str


def is_zero(oid: str) -> bool:
    """True for git's "no object": an oid of any length whose characters are all 0."""
    return oid.strip("0") == ""


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
class File:
    """One path that a commit changes, or that a ref update changes from its old tip to its new one.

    `path` is as the tree has it, bytes; a rename is two of these. `mode` and `oid` are what is there now, `old_mode` and
    `old_oid` what was there; the modes are git's ("100644", "100755", "120000" a symbolic link, "160000" a submodule),
    and '' where there is nothing. `size` is the blob's now, in bytes, and `content` the blob; None where no rule asks,
    or where what is there now is no blob, or the blob is beyond what is read. `added` are the lines of the content that
    the old content does not hold: (number from 1, line without its LF).
    """

    path: bytes
    mode: str
    oid: str
    old_mode: str = ""
    old_oid: str = ""
    size: int | None = None
    content: bytes | None = None
    added: tuple[tuple[int, bytes], ...] | None = None


@record
class Commit:
    """A commit, or a draft of one (`oid` and `parents` None). `merge` is known for both.

    `malformed` is '' or the reason why the canonical gate refuses the bytes; then the other fields are the best that
    could be read, for display only. `headers` are the names of extra headers in order, the listed ones too.
    `answers` holds what the rules asked about this commit: True, False, None for "could not be found out", or a word.
    `files` are the paths that it changes against its parent; of a merge, those that are as in none of its parents.
    `seen` is when this judging began, in seconds since 1970. `signatures` is what each policy's trust says of the signature,
    in the order of the policies; `signature` that of the policy whose rule is judging. None, () and 0: not loaded, because
    no rule asks.
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
    answers: Mapping[Question, Answer] = {}
    files: tuple[File, ...] | None = None
    seen: int = 0
    signatures: tuple[Signature | None, ...] = ()
    signature: Signature | None = None


@record
class Tag:
    """An annotated tag object. `malformed`, `signatures` and `signature` as in `Commit`. `has_signature` says that a block is
    there, not that it holds."""

    oid: Oid
    target: Oid
    target_type: str
    name: str
    tagger: Ident | None
    message: Message
    has_signature: bool = False
    malformed: str = ""
    raw: bytes = b""
    signatures: tuple[Signature | None, ...] = ()
    signature: Signature | None = None


@record
class Question:
    """A fact that depends on a rule's option.

    `kind` "ancestor": is `value`, an oid of 7 digits or more, one of the commit's? "remade": does git make the same tree of
    the merge's parents, `value` being "clean", or "resolved" where paths in conflict may hold anything? "collides": has
    `value`, a path of the commit, a neighbour that differs only by case or Unicode form? "ticket": what
    does the look-up `source` say of the ticket `value`? A TicketState. "parent-later": was a parent of it committed later than
    `value`, seconds since 1970?
    """

    kind: str
    value: str
    source: str = ""


@record
class RefUpdate:
    """One ref and what becomes of it.

    `ref` is resolved through symbolic refs; `alias` is the name as pushed where that differs. `old` is the repository's
    own value, never the client's word; "Zero" (all characters 0) stands for no object. `ancestry` says what kind it is:
    `range` is a set of commits seen for a ref (check, ci), `draft` a branch that is about to get a commit; neither is a
    ref update. For those two `old` and `new` may be "". `kind` is the type of the object that `new` peels to.
    `tags` are the annotated tags passed on the way, outermost first. `collisions` are refs that differ from this one
    only by case or Unicode form. `commits` is how many commits it brings, None where they were not counted.
    `proposals` is what it brings, where an entry asks for approvals: in the order of the policies, or that of the one whose
    rule is judging.
    `files` are the paths that differ between the two and that no commit which it brings changes: loaded where an entry
    asks for paths, and the update is forced or brings a merge; else None. `target` is the commit to which a tag leads, loaded
    where an entry asks who signed a tag.
    `touched` are the paths that its commits change, each against every parent, and those that differ between its ends, loaded
    where an entry asks; `touched_by` is that in the order of the policies, `touched` that of the policy whose rule is judging.
    `pusher` is who pushes, in the names of that policy, '' where it knows nobody, and then `unproven` says why. `seen` is
    when this judging began, in seconds since 1970, 0 for what is no ref update.
    `lost` is, of a ref that is made, what it had last by the log and does not get back: loaded where an entry asks, else "".
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
    files: tuple[File, ...] | None = None
    target: Commit | None = None
    touched_by: tuple[frozenset[bytes] | None, ...] = ()
    touched: frozenset[bytes] | None = None
    pusher: str = ""
    unproven: str = ""
    seen: int = 0
    proposals: tuple[Proposal | None, ...] = ()
    lost: str = ""
    problem: str = ""

    @property
    def is_real(self) -> bool:
        """True for a ref update proper, False for a range or a draft."""
        return self.ancestry not in ("range", "draft")
