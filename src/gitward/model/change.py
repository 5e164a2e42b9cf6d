"""What one decision is about: the ref updates of a push, what they bring together, and who pushes."""

from __future__ import annotations

from gitward.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gitward.model.facts import RefUpdate, Stage
    from gitward.model.pushes import SignedPush
    from gitward.model.statements import Statement


@record
class Totals:
    """What a whole push brings. None: not counted, because no entry asks or the stage cannot know."""

    commits: int | None = None
    updates: int | None = None
    files: int | None = None
    bytes: int | None = None


@record
class Actor:
    """Who pushes, as far as the one configured channel tells. `principal` is None until something has proved it.

    `fingerprint` is that of the key that proved it; `roles` are the principal's, each with the id of the policy that says so.
    `is_service`: the policy knows it as a forge or a service, not as somebody.
    """

    principal: str | None = None
    channel: str = "none"
    claim: str = ""
    fingerprint: str = ""
    roles: tuple[tuple[str, str], ...] = ()
    is_service: bool = False


@record
class Change:
    """What one decision is about. `known` are the facts that this stage can know; a rule that needs another is not applicable.

    `certificate` is the push certificate that came, read where an entry asks. `actor` is who pushes; `pushers` is that in the
    names of each policy, in their order, '' where it does not know, and then `unproven` says why. `statements` are those
    that an entry may ask about.
    """

    stage: Stage
    time: str
    updates: tuple[RefUpdate, ...]
    known: frozenset[str]
    totals: Totals = Totals()
    certificate: SignedPush | None = None
    actor: Actor = Actor()
    pushers: tuple[str, ...] = ()
    unproven: tuple[str, ...] = ()
    statements: tuple[Statement, ...] = ()
