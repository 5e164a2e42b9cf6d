"""A rule or a judgement in words: what a rule checks with which options, and why a commit is judged as it is."""

from __future__ import annotations

import inspect
import sys

from gitward import rules
from gitward.engine import GATE
from gitward.policy.hints import yaml_name
from gitward.policy.schema import schema
from gitward.policy.show import granted_lines
from gitward.record import fields, given, is_record
from gitward.render.escape import visible
from gitward.render.text import fix
from gitward.render.waived import by_whom
from gitward.waivers.refusals import is_refusal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from gitward.model import Commit, Decision, Policy, Result

_SPACE = " " * 2


def rule_page(name: str, policy: Policy | None) -> str:
    """The documentation of a rule, its options, and what the entries of a policy make of them. Raises KeyError."""
    of = rules.load(name)
    page = inspect.getdoc(sys.modules[of.__module__]) or name
    lines = [page.rstrip(), "", "## Options", "", *_options(name, of), "", *_in_policy(name, policy)]
    return "\n".join(lines) + "\n"


def _options(name: str, of: Any) -> Iterator[str]:
    items = schema()["properties"]["rules"]["items"]["anyOf"]
    properties = next(item for item in items if item.get("title") == name)["properties"]
    if hasattr(of, "filled_from"):
        yield f"{_SPACE}none that an entry could set: they are made of `{of.filled_from}` at the top of the policy"
        return
    for option in map(yaml_name, fields(of)):
        shape = properties[option]
        default = f", default {_short(shape['default'])}" if "default" in shape else ""
        yield f"{_SPACE}{option}: {_shape(shape)}{default}"
    if not fields(of):
        yield f"{_SPACE}none"


def _shape(shape: dict[str, Any]) -> str:
    """A piece of JSON Schema in words."""
    if "enum" in shape:
        return " | ".join(map(str, shape["enum"]))
    if "anyOf" in shape:
        return " or ".join(dict.fromkeys(map(_shape, shape["anyOf"])))
    kind = str(shape.get("type", "any value"))
    if kind == "object" and "properties" in shape:
        return f"{{{', '.join(shape['properties'])}}}"
    if kind == "array":
        return f"list of {_shape(shape.get('items', {}))}"
    low, high = shape.get("minimum"), shape.get("maximum")
    bounds = "" if low is None and high is None else f" {'' if low is None else low}..{'' if high is None else high}"
    if shape.get("format") == "regex":
        return "pattern (RE2)"
    return {"string": "text", "integer": "number", "boolean": "true | false"}.get(kind, kind) + bounds


def _short(value: Any) -> str:
    """A default as it would be written in a policy."""
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(map(_short, value))}]"
    if isinstance(value, bool):
        return str(value).lower()
    if is_record(value):
        return f"{{{', '.join(f'{yaml_name(name)}: {_short(item)}' for name, item in given(value).items())}}}"
    text = str(value)
    return text if len(text) <= 60 else text[:57] + "..."


def _in_policy(name: str, policy: Policy | None) -> Iterator[str]:
    """Per entry that uses the rule: where it stands, what it judges, which options are its own."""
    if policy is None:
        return
    entries = [entry for entry in policy.entries if entry.rule.name == name]
    yield f"## In {policy.source}"
    yield ""
    for entry in entries:
        yield f"{_SPACE}{entry.place}: entry {entry.id}, {entry.severity}, refs {_short(entry.refs)}"
        if hasattr(entry.rule, "filled_from"):
            yield from (f"{_SPACE * 2}{line}" for line in granted_lines(entry.rule))
            continue
        for field in fields(entry.rule):
            value = getattr(entry.rule, field)
            if value != entry.rule.__defaults__.get(field):
                yield f"{_SPACE * 2}{yaml_name(field)}: {_short(value)}"
    if not entries:
        yield f"{_SPACE}no entry uses it"


# --- one commit -------------------------------------------------------------------------------------------------------


def judgement_of(commit: Commit, ref: str, decision: Decision) -> str:
    """Every entry with its outcome, where it stands in the policy, what it found and what to do."""
    parts = [
        f'commit {commit.oid} "{commit.message.subject[:100]}"',
        f"judged for {ref} by {', '.join(policy.source for policy in decision.policies)}: {decision.outcome}",
    ]
    if decision.failure:
        parts += [f"undecided: {decision.failure.message}"]
    parts += [f"note: {notice}" for notice in decision.notices if is_refusal(notice)]
    order = {"undecided": 0, "violated": 1, "waived": 2}
    for result in sorted(decision.results, key=lambda result: order.get(result.outcome, 3)):
        parts.extend(_entry(decision, result))
    return "".join(f"{visible(part)}\n" for part in parts)


def _entry(decision: Decision, result: Result) -> Iterator[str]:
    reasons = ", ".join(dict.fromkeys(reason for outcome, reason, _ in result.reasons if outcome == result.outcome))
    because = f" ({reasons})" if reasons else ""
    rule = "" if result.rule == result.entry else f", rule {result.rule}"
    place = "" if result.rule == GATE and not result.place else f", {result.place}"
    yield f"{result.outcome:<14} {result.entry}{because}{rule}, {result.severity}{place}"
    for violation in (*result.violations, *(each for waived in result.let_go for each in waived.violations)):
        spot = f"line {violation.line}" + (f", column {violation.column}" if violation.column else "")
        yield f"{_SPACE}{f'{spot}: ' if violation.line else ''}{violation.message}"
    yield from (f"{_SPACE}{by_whom(waiver)}" for waived in result.let_go for waiver in waived.waivers)
    if result.violations:
        if result.message:
            yield f"{_SPACE}note: {result.message}"
        if words := fix(decision, result):
            yield f"{_SPACE}fix: {words}"
