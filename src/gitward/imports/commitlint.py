"""commitlint's configuration in JSON or YAML (commitlint 20, its reference pages on configuration and rules).

A rule is `[level, applicable, value]`: level 0 off, 1 warning, 2 error; applicable `always` or `never`. A configuration in
JavaScript is a program, which commitlint itself prints as JSON.
"""

from __future__ import annotations

import os
import re

from gitward.errors import UsageError
from gitward.imports.commitlint_rules import CONVENTIONAL, Setting, proposals
from gitward.imports.found import Found, Note, Proposal, decode, from_json, mapping, said
from gitward.policy.load import plain_data

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from gitward.imports.found import Kind

PROGRAMS = (".js", ".cjs", ".mjs", ".ts", ".cts", ".mts")
_PROGRAM = re.compile(rb"^\s*(module\.exports|export\s|import\s|const\s|(/\*|//))", re.M)
_CONVENTIONAL = ("@commitlint/config-conventional", "@commitlint/config-conventional/")
_KEYS: dict[str, tuple[Kind, str]] = {
    "parserPreset": ("no equivalent", "messages are read by the grammar of Conventional Commits 1.0.0"),
    "ignores": ("no equivalent", "text that its author controls switches no rule off here; exempt single commits by id"),
    "plugins": ("no equivalent", "their rules are programs, and a policy is data"),
    **dict.fromkeys(("formatter", "helpUrl", "prompt", "$schema"), ("no equivalent", "it changes no verdict")),
}
_IGNORES = "commitlint passes over merges, reverts, fixups and version numbers by their title; here no title switches a rule off"


def read(data: bytes, file: str) -> Found:
    """What a commitlint configuration says. Raises UsageError for what is none, and for a program."""
    if file.lower().endswith(PROGRAMS) or (_PROGRAM.search(data[:2000]) and not data.lstrip().startswith(b"{")):
        fix = "print it, and import what is printed: npx commitlint --print-config json > commitlint.json"
        raise UsageError(f"{file}: a configuration in JavaScript is a program, and is not run here", fix)
    given = _config(data, file)
    notes: list[Note] = [*_extended(given)]
    rules: dict[str, Any] = dict(CONVENTIONAL) if any(name in _CONVENTIONAL for name in _names(given)) else {}
    rules |= mapping(given.get("rules", {}), "`rules`", file)
    settings: dict[str, Setting] = {}
    for name, value in rules.items():
        setting = _setting(name, value)
        if isinstance(setting, Note):
            notes.append(setting)
        else:
            settings[name] = setting
    found, left = proposals(settings)
    if not _passes_over(given) and any(each.rule == "conventional-commit" for each in found):
        found.append(Proposal(rule="no-fixup", settings=("commitlint defaultIgnores = false, so that fixup! is no type",)))
    return Found(kind="commitlint", proposals=tuple(found), notes=(*left, *notes, *_others(given)))


def _config(data: bytes, file: str) -> dict[str, Any]:
    """The configuration, of a package file the part that is one."""
    is_json = data.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] in (b"{", b"[")
    if not is_json:
        decode(data, file)  # the refusals of other sources, in their words
    given = mapping(from_json(data, file) if is_json else plain_data(data, file), "the configuration", file)
    if os.path.basename(file).startswith("package."):
        given = mapping(given.get("commitlint"), "`commitlint`", file)
    return given


def _names(given: dict[str, Any]) -> list[str]:
    names = given.get("extends", [])
    return [each if isinstance(each, str) else said(each) for each in (names if isinstance(names, list) else [names])]


def _extended(given: dict[str, Any]) -> Iterator[Note]:
    for name in _names(given):
        if name not in _CONVENTIONAL:
            words = "its rules are not known here; import what `npx commitlint --print-config json` prints"
            yield Note(setting=f"commitlint extends {name}", kind="no equivalent", words=words)


def _setting(name: str, value: Any) -> Setting | Note:
    """One rule's setting; a note where it is off or no setting."""
    parts = value if isinstance(value, list) else [value]
    level = str(parts[0]) if parts and not isinstance(parts[0], bool) else ""
    when = parts[1] if len(parts) > 1 else "always"
    if level == "0":
        return Note(setting=f"commitlint {name}", kind="off", words="level 0")
    if level not in ("1", "2") or when not in ("always", "never") or len(parts) > 3:
        words = "not [level, always or never, value], with a level of 0, 1 or 2"
        return Note(setting=f"commitlint {name} = {said(value)}", kind="not importable", words=words)
    return Setting(name=name, level=int(level), when=when, value=parts[2] if len(parts) > 2 else None)


def _others(given: dict[str, Any]) -> Iterator[Note]:
    """What stands beside `rules` and `extends`, and what commitlint does without being told."""
    for key, value in given.items():
        if key in ("rules", "extends", "defaultIgnores"):
            continue
        kind, words = _KEYS.get(key, ("no equivalent", "commitlint knows no such key"))
        if value not in ([], {}):
            yield Note(setting=f"commitlint {key} = {said(value)}", kind=kind, words=words)
    if _passes_over(given):
        yield Note(setting="commitlint defaultIgnores", kind="differs", words=_IGNORES)
    else:
        yield Note(setting="commitlint defaultIgnores = false", kind="differs", words="merges are left out by their parents")


def _passes_over(given: dict[str, Any]) -> bool:
    """Whether commitlint passes over what begins with Merge, Revert, fixup! and the like."""
    return str(given.get("defaultIgnores", "true")).lower() != "false"
