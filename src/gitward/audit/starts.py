"""What an SSH account was asked to start, and whether git was started for it: `access.read`, `access.write`, `access.refused`.

The restricted shell (gitward.shell) makes them, before git runs. The session is that of the git which the shell becomes, so what
a push decides and does has the same one.
"""

from __future__ import annotations

import os

from gitward import clock
from gitward.audit import eventparts
from gitward.audit.emitter import emitter
from gitward.audit.happenings import SCHEMA
from gitward.audit.item import Item
from gitward.audit.redaction import Words
from gitward.audit.session import session_of
from gitward.canonical import canonical, text
from gitward.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal

    from gitward.model import PolicyInfo

_SEVERITIES = {"allowed": "info", "denied": "notice", "undecided": "warning"}
_CHANNEL = "ssh-command"


@record
class Start:
    """A request as it was answered. `account` is the name under which sshd let somebody in, by the key `fingerprint`.

    `principal` is whom the policies know under that name, '' where no policy was asked or none knows it. `service` is git's
    ('' where the command was none of git's), `asked` the command as it came, `repository` a real path. `grants` are the lines of
    the policies that allow it. `reason` is a word, `detail` for the server alone. `would_be` is what would have come of it if
    every policy were enforced.
    """

    account: str
    outcome: Literal["allowed", "denied", "undecided"]
    principal: str = ""
    is_service: bool = False
    roles: tuple[tuple[str, str], ...] = ()
    fingerprint: str = ""
    service: str = ""
    asked: str = ""
    repository: str = ""
    address: str = ""
    policies: tuple[PolicyInfo, ...] = ()
    grants: tuple[str, ...] = ()
    would_be: str = ""
    reason: str = ""
    detail: str = ""


def started(start: Start) -> Item:
    """The event of one request, with what is behind its commitments."""
    words, event_id = Words(), clock.new_id()
    allowed = "access.write" if start.service == "receive-pack" else "access.read"
    event = {
        "schema": SCHEMA,
        "id": event_id,
        "time": clock.now(),
        "emitter": emitter("server"),
        "event": {
            "class": allowed if start.outcome == "allowed" else "access.refused",
            "action": start.service or "none",
            "outcome": start.outcome,
            "severity": _SEVERITIES[start.outcome],
            "reason_code": start.reason or None,
        },
        "actor": {
            "type": "service" if start.is_service else None,
            "id": start.principal or start.account,
            "display": start.principal or start.account,
            "claim": None,
            "auth": {"method": _CHANNEL, "fingerprint": start.fingerprint or None},
            "roles": [{"name": name, "source": source} for name, source in start.roles],
            "on_behalf_of": None,
        },
        "session": {
            "id": session_of(os.getpid()),
            "uid": os.getuid(),
            "address": words.personal("/session/address", start.address, 100),
            "transport": "ssh",
        },
        "repository": text(start.repository[: eventparts.MAX_REF]) if start.repository else None,
        "policies": [eventparts.policy(each) for each in start.policies],
        "access": {
            "account": start.account,
            "asked": words.text("/access/asked", start.asked),
            "grants": [text(place[: eventparts.MAX_REF]) for place in start.grants],
            "would_be": start.would_be or start.outcome,
            "detail": words.text("/access/detail", start.detail) if start.detail else None,
        },
    }
    event["redactions"] = words.redactions
    return Item(event=canonical(event), personal=words.commitments.line(event_id))
