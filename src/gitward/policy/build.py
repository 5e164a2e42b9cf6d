"""From the plain form of a policy to `model.Policy`. On the hook's path: it imports the rules in use, nothing else.

The plain form is what `resolve` makes and `compiled` keeps: JSON, everything looked up, options with their defaults.
"""

from __future__ import annotations

from gitward import rules
from gitward.model import Duty, Entry, Group, Landing, Policy, WaiverRight

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def policy(plain: dict[str, Any]) -> Policy:
    """Build a policy. Raises KeyError, TypeError or AttributeError for what is not a plain form of this version."""
    return Policy(
        id=plain["id"],
        revision=plain["revision"],
        mode=plain["mode"],
        entries=tuple(entry(each) for each in plain["entries"]),
        source=plain["source"],
        digest=plain["digest"],
        landing=tuple(Landing(refs=tuple(each["refs"]), method=each["method"]) for each in plain["landing"]),
        audit_required=plain["audit_required"],
        unaudited_denied=plain["unaudited_denied"],
        groups=tuple(Group(**{name: _frozen(value) for name, value in each.items()}) for each in plain["groups"]),
        duties=tuple(Duty(**{name: _frozen(value) for name, value in each.items()}) for each in plain["duties"]),
        weakened=tuple(plain["weakened"]),
        waivers=tuple(WaiverRight(**{name: _frozen(value) for name, value in each.items()}) for each in plain["waivers"]),
        files=tuple(name for name, _ in plain["files"] if not name.startswith("builtin:")),
        trust=plain["trust"],
    )


def entry(plain: dict[str, Any]) -> Entry:
    """Build one entry, its rule included."""
    rule = rules.load(plain["rule"])
    records = getattr(rule, "records", {})
    options = {name: _frozen(value, records.get(name)) for name, value in plain["options"].items()}
    return Entry(
        id=plain["id"],
        rule=rule(**options),
        refs=tuple(plain["refs"]),
        severity=plain["severity"],
        since=tuple(plain["since"]),
        since_baseline=plain["since_baseline"],
        exempt=frozenset(plain["exempt"]),
        exempt_principals=frozenset(plain["exempt_principals"]),
        message=plain["message"],
        place=plain["place"],
        digest=plain["digest"],
    )


def _frozen(value: Any, record: Any = None) -> Any:
    """JSON has lists where rules have tuples, and mappings where they have records."""
    if isinstance(value, list):
        return tuple(_frozen(item, record) for item in value)
    if record is not None and isinstance(value, dict):
        return record(**{name: _frozen(item) for name, item in value.items()})
    return value
