"""gitlint's `.gitlint`: an INI file whose sections are rules, by name or id (gitlint 0.19, its rules and configuration pages).

A rule that the file does not name is on, with its defaults, unless `[general] ignore` names it; contributed rules are off
unless `contrib` does. `[RULE:NAME]` is one more instance of a rule.
"""

from __future__ import annotations

import configparser
import re

from gitward.errors import UsageError
from gitward.imports.found import Found, Note, decode, said
from gitward.imports.gitlint_rules import CONTRIB, GENERAL, IDS, OPTIONS, Rules
from gitward.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gitward.imports.found import Kind

_GENERAL = "general"


@record
class _Section:
    """One section: the rule that it is about, the name of its instance, its options."""

    rule: str
    instance: str
    options: dict[str, str]


def read(data: bytes, file: str) -> Found:
    """What a `.gitlint` says. Raises UsageError for what is none."""
    parsed = _parse(data, file)
    notes: list[Note] = []
    general = dict(parsed[_GENERAL]) if parsed.has_section(_GENERAL) else {}
    sections = [section for name in parsed.sections() if name != _GENERAL
                if (section := _section(name, dict(parsed[name]), notes))]  # fmt: skip
    contrib = {_full(name) for name in _list(general.get("contrib", ""))}
    notes += [_note(f"[general] contrib = {name}", "no equivalent", "gitlint knows no such rule, and refuses the file")
              for name in sorted(contrib - CONTRIB)]  # fmt: skip
    ignored = {_full(name) for name in _list(general.get("ignore", ""))}
    rules = Rules()
    for rule in OPTIONS:
        instances = {section.instance: section for section in sections if section.rule == rule}
        is_on = rule in contrib if rule in CONTRIB else True
        if not is_on:
            notes += [_note(f"[{rule}]", "off", "`contrib` does not name it") for _ in instances]
            continue
        for instance in dict.fromkeys(["", *instances]):
            name = f"{rule}:{instance}" if instance else rule
            if name in ignored or "all" in ignored:
                notes.append(_note(name, "off", "`ignore` names it"))
            else:
                section = instances.get(instance)
                rules.add(rule, instance, section.options if section else None)
    rules.merges = "skip" if general.get("ignore-merge-commits", "true").strip().lower() == "true" else "judge"
    rules.is_anchored = general.get("regex-style-search", "false").strip().lower() != "true"
    notes += [*rules.notes, *_general(general)]
    return Found(kind="gitlint", proposals=tuple(rules.proposals()), notes=(*notes, *rules.late))


def _parse(data: bytes, file: str) -> configparser.RawConfigParser:
    """The sections. `%` is no interpolation here: a chain of those grows without end."""
    parser = configparser.RawConfigParser(default_section="\0")
    try:
        parser.read_string(decode(data, file), file)
    except configparser.Error as problem:
        line = getattr(problem, "lineno", None)
        where = f":{line}" if line else ""
        name = type(problem).__name__.removesuffix("Error")
        words = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).lower()
        raise UsageError(f"{file}{where}: gitlint could not read this: {words}", "mend the file") from None
    for section in parser.sections():
        for option, value in parser[section].items():
            if value is None or "%" in value.replace("%%", ""):
                raise UsageError(f"{file}: {option[:60]} in [{section[:60]}] holds a % that gitlint would interpolate",
                                 "write %% for one %, and the value for a reference")  # fmt: skip
            parser[section][option] = value.replace("%%", "%")
    return parser


def _section(name: str, options: dict[str, str], notes: list[Note]) -> _Section | None:
    """A section of a known rule, its options without those that the rule does not have."""
    head, _, instance = name.partition(":")
    rule = IDS.get(head.strip(), head.strip())
    if rule not in OPTIONS:
        words = "no rule of gitlint's own; if it is a user-defined rule, it is a program"
        notes.append(_note(f"[{name}]", "no equivalent", words))
        return None
    unknown = [option for option in options if option not in OPTIONS[rule]]
    notes += [_note(f"[{name}] {option}", "no equivalent", "gitlint knows no such option") for option in unknown]
    known = {option: value for option, value in options.items() if option in OPTIONS[rule]}
    return _Section(rule=rule, instance=instance.strip(), options=known)


def _general(general: dict[str, str]) -> Iterator[Note]:
    """What `[general]` says beyond which rules are on."""
    for option, value in general.items():
        kind, words = GENERAL.get(option, ("no equivalent", "gitlint knows no such option"))
        if words:
            yield _note(f"[general] {option} = {said(value)}", kind, words)
    off = [name for name in ("revert", "fixup", "fixup-amend", "squash")
           if general.get(f"ignore-{name}-commits", "true").strip().lower() == "true"]  # fmt: skip
    if off:
        words = f"gitlint passes over {', '.join(off)} commits by their title; here no title switches a rule off"
        yield _note("as a whole", "differs", words)
    yield _note("as a whole", "differs", "merges are told by their parents, not by a title that begins with Merge")
    yield _note("as a whole", "differs", "a line `gitlint-ignore: RULE` in a message switches nothing off here")


def _full(name: str) -> str:
    """A rule by its name, an instance with it: `T7:x` is `title-match-regex:x`."""
    head, colon, instance = name.partition(":")
    return IDS.get(head.strip(), head.strip()) + colon + instance.strip()


def _list(value: str) -> list[str]:
    return [item.strip() for item in value.split(",") if item.strip()]


def _note(setting: str, kind: Kind, words: str) -> Note:
    return Note(setting=f"gitlint {setting}", kind=kind, words=words)
