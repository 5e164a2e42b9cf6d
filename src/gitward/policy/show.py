"""A resolved policy as text: a policy file that judges the same without `extends` and ref sets."""

from __future__ import annotations

import json

from gitward.days import day
from gitward.patterns import matches_ref
from gitward.policy.hints import yaml_name
from gitward.policy.resolve import GATE
from gitward.record import given, is_record, values
from gitward.rules.access import Access

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from gitward.model import Entry, Policy

_TIMES = ("valid_after", "valid_before")


def show(policy: Policy, ref: str | None = None) -> str:
    """The policy in YAML, every option written out; with `ref`, only the entries that judge it."""
    return "".join(f"{line}\n" for line in _lines(policy, ref))


def _lines(policy: Policy, ref: str | None) -> Iterator[str]:
    yield f"# {policy.source}, digest {policy.digest}"
    for change in policy.weakened:
        yield f"# weakened: {change}"
    yield "version: 1"
    revision = "" if policy.revision is None else f", revision: {policy.revision}"
    yield f"policy: {{id: {policy.id}{revision}}}"
    yield f"mode: {policy.mode}"
    if policy.audit_required:
        yield "audit: required"
    if policy.unaudited_denied:
        yield "unaudited-updates: deny"
    landing = [way for way in policy.landing if ref is None or matches_ref(way.refs, ref)]
    if landing:
        yield "landing:"
        yield from (f"  - {{refs: {_value(way.refs)}, method: {way.method}}}" for way in landing)
    yield from _rights(policy)
    entries = [entry for entry in policy.entries if ref is None or matches_ref(entry.refs, ref)]
    yield "rules:" if entries else f"# no entry judges {ref}"
    for entry in entries:
        yield from _entry(entry)


def _rights(policy: Policy) -> Iterator[str]:
    """What is granted, and to whom a role belongs: all of it, whatever the ref that is asked for."""
    for rule in (entry.rule for entry in policy.entries if entry.rule.name == Access.name):
        yield from (f"# {name}: {', '.join(roles)}" for name, roles in rule.members if roles)
        yield "access:"
        yield from (f"  - {line}" for line in granted_lines(rule))
    if policy.waivers:
        yield "waivers:"
    for each in policy.waivers:
        rules = "everything" if each.rules == ("*",) else _value(each.rules)
        yield f"  - {{rules: {rules}, who: {_value(each.who)}, count: {each.count}, at_most: {each.at_most}}}  # {each.place}"


def granted_lines(rule: Access) -> Iterator[str]:
    """Each grant as flow YAML, with where it stands."""
    for grant in rule.grants:
        lists = {key: _value(getattr(grant, key)) for key in ("who", "may", "refs", "paths") if getattr(grant, key)}
        times = {key: _moment(getattr(grant, key)) for key in _TIMES if getattr(grant, key) is not None}
        yield f"{{{', '.join(f'{key}: {text}' for key, text in (lists | times).items())}}}  # {grant.place}"


def _moment(second: int) -> str:
    rest = second % 86_400
    return f"{day(second)}T{rest // 3600:02}:{rest // 60 % 60:02}:{rest % 60:02}Z"


def _entry(entry: Entry) -> Iterator[str]:
    yield f"  - rule: {entry.rule.name}  # {entry.place}"
    if entry.id != entry.rule.name:
        yield f"    id: {entry.id}"
    if entry.rule.name != GATE:  # it judges every ref, and is no warning: neither may be written
        if entry.rule.name != Access.name:
            yield f"    refs: {_value(entry.refs)}"
        yield f"    severity: {entry.severity}"
    options = {} if entry.rule.name == Access.name else values(entry.rule)
    for name, value in options.items():
        if value not in (None, (), "") or value != entry.rule.__defaults__.get(name):
            yield f"    {yaml_name(name)}: {_value(value)}"
    if entry.since_baseline or entry.since:
        yield f"    since: {'baseline' if entry.since_baseline else '{commits: ' + _value(entry.since) + '}'}"
    if entry.exempt or entry.exempt_principals:
        exempt = [f"{{commit: {oid}}}" for oid in sorted(entry.exempt)]
        exempt += [f"{{principal: {name}}}" for name in sorted(entry.exempt_principals)]
        yield f"    exempt: [{', '.join(exempt)}]"
    if entry.message:
        yield f"    message: {_value(entry.message)}"


def _value(value: Any) -> str:
    """A value as flow YAML. Text is quoted; what a terminal would not show is escaped."""
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=not value.isprintable())
    if isinstance(value, tuple):
        return f"[{', '.join(_value(item) for item in value)}]"
    if is_record(value):
        return f"{{{', '.join(f'{yaml_name(name)}: {_value(item)}' for name, item in given(value).items())}}}"
    return json.dumps(value)
