"""The event: what every one has, and the parts that some classes have beside it."""

from __future__ import annotations

from typing import Annotated, Literal, NotRequired

from pydantic import Field
from typing_extensions import TypedDict

from gitward.audit.schema.parts import (
    Actor,
    Change,
    Emitter,
    Evidence,
    PolicyUsed,
    Redaction,
    Result,
    Session,
    Update,
    Verdict,
    What,
    said,
)
from gitward.audit.schema.types import STRICT, Number, Part, Plain, Text, Time, Ulid


class Event(TypedDict):
    """One event. The first six fields are in every one, the others as the class has it."""

    __pydantic_config__ = STRICT  # type: ignore[misc]
    schema: Annotated[Literal["gitward.event/1"], said("minor versions add fields")]
    id: Annotated[Ulid, said("a ULID; the idempotency key at every sink, and the id of the decision")]
    time: Annotated[Time, said("RFC 3339, UTC, microseconds, by the emitter's clock")]
    emitter: Emitter
    event: What
    actor: Actor

    session: NotRequired[Session]
    repository: NotRequired[Annotated[Text | None, said("real path of the git directory, or the URL of a remote")]]
    updates: NotRequired[Annotated[list[Update], said("the first fifty", max_length=50)]]
    update_count: NotRequired[Annotated[Number, said("all of them")]]
    updates_evidence: NotRequired[Annotated[Evidence | None, said("all of them, canonical JSON, where not all stand here")]]
    change: NotRequired[Change]
    policies: NotRequired[Annotated[list[PolicyUsed], Field(max_length=1_000)]]
    results: NotRequired[Annotated[list[Result], said("of each entry of each policy; the rest is evidence", max_length=2_000)]]
    result_count: NotRequired[Annotated[Number, said("all of them")]]
    approvals: NotRequired[Annotated[list[Part], said("who, role, when, bound to what, until when", max_length=100)]]
    waivers: NotRequired[Annotated[list[Part], said("waivers that let something go, broken glass first (docs/waivers.md)",
                                                       max_length=100)]]
    decision: NotRequired[Verdict]
    links: NotRequired[Annotated[list[Part], said("events that this one follows, replaces, or resolves", max_length=100)]]
    evidence: NotRequired[Annotated[list[Evidence], said("all that is kept out of line", max_length=100)]]
    redactions: NotRequired[Annotated[list[Redaction], said("texts that were changed", max_length=10_000)]]

    log: NotRequired[Annotated[Part, said("of `log.*`: what was done, and to which part of the log")]]
    key: NotRequired[Annotated[Part, said("of `key.*`: `public`, by which key (`by`), and that key's `signature`")]]
    config_change: NotRequired[Annotated[Part, said("digests before and after, and the patch")]]
    deploy: NotRequired[Annotated[Part, said("environment, revision, results of the gate")]]
    incident: NotRequired[Annotated[Part, said("its times, and what is known")]]
    anomaly: NotRequired[Annotated[Part, said("the detector, and what it saw")]]
    waiver: NotRequired[Annotated[Part, said("who let what go, why, until when")]]
    statement: NotRequired[Annotated[Part, said("type, signer and digest of a statement")]]
    review: NotRequired[Annotated[Part, said("what a review looked at and found")]]
    access: NotRequired[Annotated[Part, said("of a log by which query, of a repository by which command and grant")]]
    export: NotRequired[Annotated[Part, said("what was handed out: from which entry to which, in which form")]]
    heartbeat: NotRequired[Annotated[Part, said("per emitter, how many events it has brought so far")]]
    note: NotRequired[Annotated[Plain | None, said("one line for people")]]


PARTS = frozenset(name for name, of in Event.__annotations__.items() if "Part" in str(of))
