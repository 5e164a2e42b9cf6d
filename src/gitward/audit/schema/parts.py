"""The parts of an event that have a form of their own: one class a part, with what each field means."""

from __future__ import annotations

from typing import Annotated, Any, Literal, NotRequired

from pydantic import Field
from typing_extensions import TypedDict

from gitward.audit.schema.types import (
    STRICT,
    Ancestry,
    Commitment,
    Hex,
    Number,
    Oid,
    Outcome,
    Personal,
    Plain,
    Text,
    Word,
    Words,
)

Severity = Literal["info", "notice", "warning", "error", "critical"]


def said(words: str, **limits: Any) -> Any:
    """A field's description, and its limits."""
    return Field(description=words, **limits)


class Emitter(TypedDict):
    """The machine and the program that say so."""

    __pydantic_config__ = STRICT  # type: ignore[misc]
    host: Annotated[Text, said("name of the machine, uname(2)")]
    instance: NotRequired[Annotated[Plain | None, said("which gitward of that machine, where there are several")]]
    boot: NotRequired[Annotated[Plain | None, said("the kernel's id of that boot, random(4)")]]
    version: Annotated[Plain, said("of gitward")]
    trust: Annotated[Literal["server", "ci", "observed"], said("on whose word the event rests")]


What = TypedDict("What", {
    "class": Annotated[Word, said("what kind of event this is")],
    "action": NotRequired[Annotated[Word | None, said("what was being done: push, ci, deploy, or a word of the class")]],
    "outcome": Annotated[Word, said("allowed, denied or undecided; of an act: done, failed")],
    "severity": NotRequired[Annotated[Severity | None, said("how much it matters")]],
    "reason_code": NotRequired[Annotated[Word | None, said("why it is not allowed: the failure's reason, else the rule of the "
                                                          "first entry that stands in the way")]],
})  # fmt: skip
What.__doc__ = "What happened, in words for programs."
What.__pydantic_config__ = STRICT  # type: ignore[attr-defined]


class Auth(TypedDict):
    """How the actor was proved."""

    __pydantic_config__ = STRICT  # type: ignore[misc]
    method: Annotated[Word, said("the one channel that the host asks: push-certificate, ssh-command, http, gitlab, gitlab-id, "
                                   "gitea, gitea-id, bitbucket, gitolite; none where it names none, and the push is not signed")]
    fingerprint: Annotated[Plain | None, said("of the key")]


class Role(TypedDict):
    """A role of the actor."""

    __pydantic_config__ = STRICT  # type: ignore[misc]
    name: Plain
    source: Annotated[Plain, said("id of the policy that gives it")]


class Actor(TypedDict):
    """Who did it, as far as something has proved it. A principal's name is a handle of the policy, and stands in clear."""

    __pydantic_config__ = STRICT  # type: ignore[misc]
    type: Annotated[Literal["human", "service", "ci", "system"] | None, said("null where nothing tells")]
    id: Annotated[Plain | None, said("the principal; null where nobody was proved")]
    display: NotRequired[Annotated[Words | None, said("who it is, for people; of an operating system's user a commitment")]]
    claim: NotRequired[Annotated[Personal, said("who it is by its own word, by the channel's, or a CI system's; always a "
                                              "commitment")]]
    auth: NotRequired[Auth]
    roles: NotRequired[Annotated[list[Role], Field(max_length=1_000)]]
    on_behalf_of: NotRequired[Annotated[Words | None, said("for whom a service acted")]]


class Evidence(TypedDict):
    """What is kept out of line, below `evidence/` in the log's folder."""

    __pydantic_config__ = STRICT  # type: ignore[misc]
    sha256: Annotated[Hex, said("its name there")]
    bytes: Annotated[Number, said("its length")]
    of: NotRequired[Annotated[Word, said("what it is: push-certificate, updates, results, waivers")]]


class Session(TypedDict):
    """The push, or the job. What comes from its environment is a claim: over a path the pusher sets it."""

    __pydantic_config__ = STRICT  # type: ignore[misc]
    id: Annotated[Plain, said("the same in all events of one push: boot, process and start of the git that receives it")]
    command: NotRequired[Annotated[Text, said("what moved the refs: receive-pack, update-ref; the name of git's process")]]
    uid: NotRequired[Annotated[Number, said("the user as whom that ran")]]
    address: NotRequired[Annotated[Personal, said("of the client, by SSH_CONNECTION, SSH_CLIENT or REMOTE_ADDR")]]
    transport: NotRequired[Annotated[Plain | None, said("ssh or http, by the same variables")]]
    push_options: NotRequired[Annotated[list[Words], said("the first twenty; secrets are masked", max_length=20)]]
    push_option_count: NotRequired[Number]
    push_certificate: NotRequired[Annotated[Evidence | None, said("null where none came from anybody whom a policy lists")]]


class Update(TypedDict):
    """One ref and what becomes of it."""

    __pydantic_config__ = STRICT  # type: ignore[misc]
    ref: Annotated[Text, said("the ref, symbolic refs followed; never masked, since joins rest on it")]
    alias: NotRequired[Annotated[Text, said("the name as pushed where that is another, else empty")]]
    old: Annotated[Oid | None, said("before, all zeros for none; null where it was not known")]
    new: Annotated[Oid | None, said("after, all zeros for none; null where a ref was not found any more")]
    ancestry: Annotated[Ancestry | None, said("create, ff, non-ff, delete; range in CI; null where nobody has looked")]
    protected: NotRequired[bool]


class Digest(TypedDict):
    """A digest."""

    __pydantic_config__ = STRICT  # type: ignore[misc]
    sha256: Hex


class Signer(TypedDict):
    """Who signed commits of the change."""

    __pydantic_config__ = STRICT  # type: ignore[misc]
    id: Annotated[Plain | None, said("the principal; null for a key that no policy lists")]
    fingerprint: Plain


class Change(TypedDict):
    """What the change brings. A field that is null was not found out, and `unknown` says why."""

    __pydantic_config__ = STRICT  # type: ignore[misc]
    commits: Annotated[Number, said("commits that were judged")]
    authors: NotRequired[Annotated[list[Commitment] | None, said("`NAME <ADDRESS>`, the first fifty", max_length=50)]]
    author_count: NotRequired[Number]
    signers: NotRequired[Annotated[list[Signer] | None, said("by signatures that hold, whatever the time", max_length=50)]]
    signer_count: NotRequired[Number]
    tickets: NotRequired[Annotated[list[Words] | None, said("that the policy looks for, the first fifty", max_length=50)]]
    ticket_count: NotRequired[Number]
    files: NotRequired[Annotated[Number | None, said("paths that differ between the trees before and after; renames are two")]]
    insertions: NotRequired[Annotated[Number | None, said("lines, as git counts them; of a binary file none")]]
    deletions: NotRequired[Number | None]
    diff: NotRequired[Annotated[Digest | None, said("over what `git diff-tree -r -z --raw --no-abbrev --no-renames BEFORE AFTER` "
                                                    "prints, update after update")]]  # fmt: skip
    unknown: NotRequired[Annotated[dict[Word, Plain], said("field to reason", max_length=20)]]


class PolicyUsed(TypedDict):
    """A policy that judged."""

    __pydantic_config__ = STRICT  # type: ignore[misc]
    id: Plain
    revision: Number | None
    digest: Annotated[Plain, said("SHA-256 over the bytes of all its files")]
    source: Annotated[Text, said("a file, or REF:PATH")]
    mode: Literal["enforce", "evaluate"]


class Violation(TypedDict):
    """One place where an entry does not hold. Never the content of a file: its path and line."""

    __pydantic_config__ = STRICT  # type: ignore[misc]
    commit: Oid | None
    ref: Text | None
    path: Text | None
    line: Number | None
    column: Number | None
    message: Annotated[Words, said("secrets are masked; a commitment where it names people")]


_Counted = Literal["undecided", "violated", "waived", "passed", "exempt", "not-applicable"]
_Reason = Annotated[tuple[_Counted, Words, Number], Field(strict=False)]


class Result(TypedDict):
    """What became of one entry of a policy; an entry that passed stands here too."""

    __pydantic_config__ = STRICT  # type: ignore[misc]
    entry: Annotated[Plain, said("its id")]
    rule: Plain
    policy: Annotated[Number, said("which of `policies`, from 0")]
    severity: Literal["error", "warning"]
    outcome: _Counted
    passed: Annotated[Number, said("how many subjects: commits, ref updates, or the push")]
    violated: Number
    exempt: Number
    waived: Number
    undecided: Number
    not_applicable: Number
    reasons: Annotated[list[_Reason], said("outcome, why, how often, of what was not judged", max_length=100)]
    violation_count: Number
    violations: Annotated[list[Violation], said("the first hundred", max_length=100)]


class Failure(TypedDict):
    """Why there is no judgement."""

    __pydantic_config__ = STRICT  # type: ignore[misc]
    reason: Word
    detail: Annotated[Words, said("for the server alone: it may name paths")]


class Verdict(TypedDict):
    """The decision."""

    __pydantic_config__ = STRICT  # type: ignore[misc]
    outcome: Outcome
    would_be: Annotated[Outcome, said("if every policy were enforced")]
    explanation: Annotated[Plain, said("one line, in gitward's own words")]
    duration_ms: Annotated[Number | None, said("from the start of the hook to the decision")]
    exit_code: Literal[0, 1, 2, 3]
    failure: Failure | None
    details: Annotated[list[Words], said("for the server alone", max_length=20)]


class Redaction(TypedDict):
    """A text that was changed before the event was hashed."""

    __pydantic_config__ = STRICT  # type: ignore[misc]
    path: Annotated[Plain, said("JSON pointer to the text, RFC 6901")]
    method: Annotated[Plain, said("the kinds of secrets, parted by commas")]
    commitment: Annotated[Hex, said("to the text as it came: HMAC-SHA-256 over path and text, its salt in the side table")]
