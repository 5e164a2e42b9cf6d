"""The classes of events: what each means, and which parts an event of it must have beside those that every event has."""

from __future__ import annotations

from gitward.record import record


@record
class Class:
    """`needs` are names of parts (schema.event.Event), `meaning` is a sentence for docs/events.md."""

    meaning: str
    needs: tuple[str, ...] = ()


_ABOUT_REFS = ("session", "repository", "updates", "update_count", "updates_evidence")
_DECISION = (*_ABOUT_REFS, "change", "policies", "results", "result_count", "approvals", "waivers", "decision", "links",
             "evidence", "redactions")  # fmt: skip
_START = ("session", "repository", "policies", "access")

_POLICY_CHANGED = (
    "A policy is another than it was. `config_change` names it (`of`, `source`), `before` and `after` with digest and revision,"
    " null where there was none that could be used; `after.files` is all of its files in one piece of evidence. `counts` says how"
    " many differences go which way, `changes` are the first twenty, the weaker ones first, `diff` is all of them, as `gitward"
    " policy diff --format json` prints them; `unknown` says why there are none. Where the policy is read from a ref, the event"
    " follows the `ref.updated`; of a file it comes before the next decision, or installation, which keeps the files too"
    " (`config.changed`, `policies`)."
)

CLASSES: dict[str, Class] = {
    "decision.receive": Class(meaning="A server has judged a push, before git knew the outcome.", needs=_DECISION),
    "decision.ci": Class(meaning="A CI job has judged a change.", needs=_DECISION),
    "decision.deploy": Class(meaning="A gate has judged a revision that is to be deployed.", needs=_DECISION),
    "ref.updated": Class(meaning="Refs have moved: git said so when it had committed the transaction.", needs=_ABOUT_REFS),
    "ref.read": Class(meaning="Refs as somebody outside saw them.", needs=("repository", "updates", "update_count")),
    "receive.completed": Class(meaning="A push has come to its end, and post-receive was run.", needs=_ABOUT_REFS),
    "access.read": Class(meaning="Git was started for somebody who reads a repository.", needs=_START),
    "access.write": Class(meaning="Git was started for somebody who pushes to a repository.", needs=_START),
    "access.refused": Class(meaning="Git was not started: command, repository or principal is not let in.", needs=_START),
    "statement.received": Class(meaning="A signed statement of somebody else has arrived.", needs=("statement",)),
    "policy.changed": Class(meaning=_POLICY_CHANGED, needs=("config_change",)),
    "baseline.changed": Class(
        meaning="Another past is let go from now on (`gitward policy baseline`): `config_change` has `before` and `after`, the"
        " commits whose past a server believes, and `commits`: how many are `exempt` now, how many `more` and `fewer`."
        " It comes before `refs/gitward/baseline` moves, as `updates` says.",
        needs=("repository", "updates", "update_count", "config_change"),
    ),
    "role.changed": Class(meaning="Somebody has got, or lost, a role.", needs=("config_change",)),
    "config.changed": Class(meaning="What the host has set, hooks among it, is another than it was.", needs=("config_change",)),
    "key.added": Class(meaning="A key of the log begins to sign.", needs=("key",)),
    "key.revoked": Class(meaning="A key of the log counts no more.", needs=("key",)),
    "anomaly.start": Class(meaning="Something that should not be has begun.", needs=("anomaly",)),
    "anomaly.end": Class(meaning="It is over.", needs=("anomaly",)),
    "log.started": Class(meaning="Entry 0: the log's origin and its first key.", needs=("log",)),
    "log.heartbeat": Class(meaning="The log is alive: at least once an hour."),
    "log.verified": Class(meaning="Somebody has verified the log, and it was whole."),
    "log.verify_failed": Class(meaning="Somebody has verified the log, and it was not whole."),
    "log.recovered": Class(meaning="A torn tail was moved aside; nobody had been told of it."),
    "log.rotated": Class(meaning="The first line of a new segment, about the one before.", needs=("log",)),
    "log.pruned": Class(meaning="Old segments were taken away.", needs=("log",)),
    "log.hold": Class(meaning="A range may not be pruned.", needs=("log",)),
    "log.hold_released": Class(meaning="A range may be pruned again.", needs=("log",)),
    "log.erased": Class(meaning="Personal values behind commitments were erased.", needs=("log",)),
    "log.exported": Class(meaning="A part of the log was handed out."),
    "log.accessed": Class(meaning="Somebody has read the log."),
    "log.reviewed": Class(meaning="A named reviewer has looked for gaps."),
    "log.sink_stalled": Class(meaning="A sink takes no events."),
}

FAMILIES: dict[str, Class] = {
    "waiver": Class(meaning="A waiver was given, used, taken back, or has run out.", needs=("waiver",)),
    "break_glass": Class(meaning="The glass was broken, or that was reviewed.", needs=("waiver",)),
    "incident": Class(meaning="An incident was opened, changed or closed.", needs=("incident",)),
}
"""Classes `waiver.*` and so on, of which any word may follow the dot."""


def needs(name: str) -> tuple[str, ...] | None:
    """The parts that an event of this class must have, None for a class that there is not."""
    found = CLASSES.get(name) or FAMILIES.get(name.partition(".")[0])
    return found.needs if found else None
