"""From a decision to the statement of it: what was judged by which policy, and what came of each entry that did not just pass."""

from __future__ import annotations

from gitward.model import BUILT_IN, Decided, JudgedBy

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gitward.model import Decision, Outcome


def decided(decision: Decision, ref: str, base: str, commit: str) -> Decided:
    """What is to be signed of a decision about a commit; `base` '' where it comes from nothing.

    A policy that was named twice stands there once: it says the same both times.
    """
    policies = {
        (each.id, each.digest, each.mode): JudgedBy(
            id=each.id, digest=each.digest, mode=each.mode, violated=_entries(decision, index, "violated"),
            waived=_entries(decision, index, "waived"), undecided=_entries(decision, index, "undecided"),
        )
        for index, each in enumerate(decision.policies)
        if each.source != BUILT_IN
    }  # fmt: skip
    return Decided(
        stage=decision.stage,
        ref=ref,
        base=base or "0" * len(commit),
        commit=commit,
        outcome=decision.outcome,
        policies=tuple(policies[key] for key in sorted(policies)),
        gitward=decision.version,
    )


def _entries(decision: Decision, policy: int, outcome: Outcome) -> tuple[str, ...]:
    return tuple(sorted({each.entry for each in decision.results if each.policy == policy and each.outcome == outcome}))
