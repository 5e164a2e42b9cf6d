"""GitHub's rulesets: the JSON of an export, or of the API for one ruleset or a list of them (GitHub, REST API, rules).

A ruleset is active, evaluated or disabled: entries of severity error, of severity warning, or none.
"""

from __future__ import annotations

from gitward.errors import UsageError
from gitward.imports.found import Found, Note, Proposal, from_json, mapping, said, texts
from gitward.imports.github_rules import ENTRIES, NONE
from gitward.record import replace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    Refs = tuple[str, ...]

_ABOUT = (
    "id", "name", "target", "source", "source_type", "enforcement", "node_id", "_links", "created_at", "updated_at",
    "current_user_can_bypass", "rules", "conditions", "bypass_actors",
)  # fmt: skip
_FOLDERS = {"branch": "refs/heads/", "tag": "refs/tags/", "push": "refs/"}
_DEFAULT = "which branch is the default one is GitHub's to know: refs/heads/main is written here"
_STARS = "`**` without a slash behind it is taken for any depth"


def read(data: bytes, file: str) -> Found:
    """What rulesets say. Raises UsageError for what are none."""
    given = from_json(data, file)
    rulesets = given if isinstance(given, list) else [given]
    proposals: list[Proposal] = []
    notes: list[Note] = []
    for number, each in enumerate(rulesets, 1):
        ruleset = mapping(each, f"ruleset {number}", file)
        if not isinstance(ruleset.get("rules"), list):
            fix = "a list of rulesets names them only: export each, or ask the API for each by its id"
            raise UsageError(f"{file}: ruleset {number} has no list of rules", fix)
        found, said_of = _ruleset(ruleset, file)
        proposals += found
        notes += said_of
    return Found(kind="github", proposals=tuple(proposals), notes=tuple(notes))


def _ruleset(ruleset: dict[str, Any], file: str) -> tuple[list[Proposal], list[Note]]:
    name = said(ruleset.get("name", "unnamed"))
    target = said(ruleset.get("target", "branch"))
    notes = [_note(name, key, "no equivalent", "no key that is known here", value)
             for key, value in ruleset.items() if key not in _ABOUT]  # fmt: skip
    if ruleset.get("bypass_actors"):
        words = "who may pass over rules comes with principals; until then nobody may"
        notes.append(_note(name, "bypass_actors", "no equivalent", words, ruleset["bypass_actors"]))
    rules = [mapping(rule, f"a rule of {name}", file) for rule in ruleset["rules"]]
    enforcement = said(ruleset.get("enforcement", "active"))
    if enforcement not in ("active", "evaluate"):
        return [], [*notes, *(_rule_note(name, rule, "off", f"enforcement is {enforcement}") for rule in rules)]
    refs, differs, why = _refs(ruleset, target, notes, name)
    if why:
        return [], [*notes, *(_rule_note(name, rule, "not importable", why) for rule in rules)]
    proposals: list[Proposal] = []
    for rule in rules:
        made = _proposal(rule, f"github {name}: {_words(rule)}", target)
        if isinstance(made, Note):
            notes.append(made)
        else:
            severity = "error" if enforcement == "active" else "warning"
            proposals.append(replace(made, refs=refs, severity=severity, differs=(*differs, *made.differs)))
    return proposals, notes


def _proposal(rule: dict[str, Any], setting: str, target: str) -> Proposal | Note:
    """The entry for one rule; a note where there is none."""
    kind = said(rule.get("type", ""))
    parameters = rule.get("parameters")
    if kind in ENTRIES:
        made = ENTRIES[kind](setting, parameters if isinstance(parameters, dict) else {}, target)
        if isinstance(made, Proposal):
            return made
        return Note(setting=setting, kind="not importable", words=made)
    return Note(setting=setting, kind="no equivalent", words=NONE.get(kind, "no rule that is known here"))


def _refs(ruleset: dict[str, Any], target: str, notes: list[Note], name: str) -> tuple[Refs, tuple[str, ...], str]:
    """The refs of a ruleset, what they do not do alike, and why they cannot be written."""
    if target not in _FOLDERS:
        return (), (), f"target {target} is not known here"
    conditions = ruleset.get("conditions") or {}
    ref_name = conditions.get("ref_name") if isinstance(conditions, dict) else None
    notes += [_note(name, f"conditions.{key}", "no equivalent", "a policy stands where it is meant", value)
              for key, value in (conditions.items() if isinstance(conditions, dict) else ()) if key != "ref_name"]  # fmt: skip
    if target == "push" or ref_name is None:
        return (f"{_FOLDERS[target]}**",), (), ""
    given = [ref_name.get(key, []) for key in ("include", "exclude")] if isinstance(ref_name, dict) else [None, None]
    include, exclude = map(texts, given)
    if given != [list(include), list(exclude)] or not include:
        return (), (), "its conditions name no refs"
    wanted, unwanted = _globs(include, target, is_wide=True), _globs(exclude, target, is_wide=False)
    if wanted is None or unwanted is None:
        return (), (), "a pattern of its conditions has ? or [ ], which refs here have not"
    differs = [_DEFAULT] if "~DEFAULT_BRANCH" in (*include, *exclude) else []
    differs += [_STARS] if any(_is_open(each) for each in include) else []
    return (*wanted, *(f"!{each}" for each in unwanted)), tuple(differs), ""


def _globs(patterns: Iterable[str], target: str, *, is_wide: bool) -> list[str] | None:
    """Patterns as a policy writes them, where each takes in no less than on GitHub, or, if not `is_wide`, no more."""
    found: list[str] = []
    for pattern in patterns:
        if pattern == "~ALL":
            found.append(f"{_FOLDERS[target]}**")
        elif pattern == "~DEFAULT_BRANCH":
            found.append("refs/heads/main")
        elif set(pattern) & set("?[]\\{}") or pattern.startswith("~"):
            return None
        else:
            full = pattern if pattern.startswith("refs/") else _FOLDERS[target] + pattern
            found += _deep(full, is_wide=is_wide)
    return list(dict.fromkeys(found))


def _is_open(pattern: str) -> bool:
    return "**" in pattern.replace("**/", "")


def _deep(pattern: str, *, is_wide: bool) -> list[str]:
    """`**/` stands for any number of folders, none too; `**` elsewhere for what `*` does (Ruby, File.fnmatch)."""
    whole = pattern.replace("/**/*", "/\0") if pattern.endswith("/**/*") else pattern
    parts = whole.split("/**/")
    ways = ["/".join(parts), "/**/".join(parts)] if len(parts) == 2 else ["/**/".join(parts)]
    ways = [way if is_wide else "/**/".join(each.replace("**", "*") for each in way.split("/**/")) for way in ways]
    return [way.replace("\0", "**") for way in ways]


def _words(rule: dict[str, Any]) -> str:
    parameters = rule.get("parameters")
    return said(rule.get("type", "a rule without a type")) + (f" {said(parameters)}" if parameters else "")


def _rule_note(name: str, rule: dict[str, Any], kind: Any, words: str) -> Note:
    return Note(setting=f"github {name}: {_words(rule)}", kind=kind, words=words)


def _note(name: str, key: str, kind: Any, words: str, value: Any) -> Note:
    return Note(setting=f"github {name}: {key} = {said(value)}", kind=kind, words=words)
