"""Every rule of commitlint, and the entry that says the same here."""

from __future__ import annotations

import re

from gitward.imports.found import Note, Proposal, said, texts
from gitward.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

    from gitward.imports.found import Value

_TYPES = ["build", "chore", "ci", "docs", "feat", "fix", "perf", "refactor", "revert", "style", "test"]
CONVENTIONAL: dict[str, list[Any]] = {  # @commitlint/config-conventional, its rules
    "body-leading-blank": [1, "always"],
    "body-max-line-length": [2, "always", 100],
    "footer-leading-blank": [1, "always"],
    "footer-max-line-length": [2, "always", 100],
    "header-max-length": [2, "always", 100],
    "header-trim": [2, "always"],
    "subject-case": [2, "never", ["sentence-case", "start-case", "pascal-case", "upper-case"]],
    "subject-empty": [2, "never"],
    "subject-full-stop": [2, "never", "."],
    "type-case": [2, "always", "lower-case"],
    "type-empty": [2, "never"],
    "type-enum": [2, "always", _TYPES],
}
_WIDE = "measured in columns of a terminal; URLs, code, tables, quotes and single long words may be longer"
_PART = "no rule looks at this part of a header alone"
NONE: dict[str, str] = {  # why a rule, or what is left of it, has no equivalent
    **dict.fromkeys(("subject-max-length", "subject-min-length"), f"{_PART}; header-max-length limits the whole subject"),
    **dict.fromkeys(("type-max-length", "type-min-length", "scope-max-length", "scope-min-length", "scope-case",
                     "scope-delimiter-style", "subject-exclamation-mark"), _PART),
    **dict.fromkeys(("body-case", "body-full-stop", "body-max-length"), "no rule looks at the body in this way"),
    "body-min-length": "a body that may be missing has no least length here; with body-empty it has",
    "footer-max-line-length": "trailers may be as long as they are",
    "footer-leading-blank": "what does not follow a blank line is no trailer here",
    **dict.fromkeys(("footer-empty", "footer-max-length", "footer-min-length"), "no rule counts trailers as a whole"),
    "trailer-exists": "a trailer is asked for by its whole key here",
    "header-case": "one case for a whole header is not asked for; subject-case looks at its words",
    "subject-case": "of cases there are lower-case and sentence-case here, or none of sentence-, start-, pascal-, upper-case",
    "type-case": "the case of a type counts where type-enum lists the types, and then it is theirs",
    "breaking-change-exclamation-mark": "only always is known here",
}  # fmt: skip


@record
class Setting:
    """One rule that is on: level 1 or 2, `always` or `never`, the value as it stands."""

    name: str
    level: int
    when: str
    value: Any

    @property
    def words(self) -> str:
        value = "" if self.value is None else f", {said(self.value)}"
        return f"commitlint {self.name} [{self.level}, {self.when}{value}]"


Settings = dict[str, Setting]


def proposals(settings: Settings) -> tuple[list[Proposal], list[Note]]:
    """The entries, and what is left. Rules of one level become one entry where they are options of one rule."""
    found: list[Proposal] = []
    used: set[str] = set()
    for level in (2, 1):
        of_level = {name: each for name, each in settings.items() if each.level == level}
        for make in _MAKERS:
            for each, names in make(of_level):
                found.append(each)
                used.update(names)
    left = [
        Note(setting=each.words, kind="no equivalent", words=NONE.get(name, "no rule of commitlint's own, or not so used"))
        for name, each in settings.items()
        if name not in used
    ]
    return found, left


def _is(settings: Settings, name: str, when: str) -> bool:
    return name in settings and settings[name].when == when


def _entry(
    rule: str, of: Settings, names: list[str], *differs: str, options: dict[str, Value] | None = None, id: str = ""
) -> tuple[Proposal, list[str]]:
    level = of[names[0]].level
    own = id if level == 2 else f"{id or rule}-warning"
    proposal = Proposal(
        rule=rule,
        settings=tuple(of[name].words for name in names),
        id=own,
        options=options or {},
        severity="error" if level == 2 else "warning",
        differs=tuple(filter(None, differs)),
    )
    return proposal, names


def _header(of: Settings) -> Iterator[tuple[Proposal, list[str]]]:
    """Conventional Commits, from what a header must have."""
    names = [name for name in ("type-empty", "subject-empty", "scope-empty") if _is(of, name, "never")]
    names += [name for name in ("type-enum", "scope-enum", "breaking-change-exclamation-mark") if _is(of, name, "always")]
    if not names:
        return
    options: dict[str, Value] = {}
    types, scopes = (texts(of[name].value) if name in names else () for name in ("type-enum", "scope-enum"))
    if types:
        options["types"] = types
        names += ["type-case"] if _is(of, "type-case", "always") else []
    if scopes:
        options["scopes"] = scopes
    if types or scopes:
        options["case"] = "exact"
    if "scope-empty" in names:
        options["require_scope"] = True
    if "breaking-change-exclamation-mark" in names:
        options["breaking"] = "explain"
    words = "" if "type-empty" in names else "a header without a type passes commitlint, and is refused here"
    grammar = "the grammar of Conventional Commits 1.0.0 whole, a blank line below the subject with it"
    bang = "a BREAKING CHANGE note without a ! is no fault here" if "breaking" in options else ""
    yield _entry("conventional-commit", of, names, grammar, words, bang, options=options)


def _length(of: Settings) -> Iterator[tuple[Proposal, list[str]]]:
    names = [name for name in ("header-max-length", "header-min-length") if _is(of, name, "always")]
    if names:
        most = of["header-max-length"].value if "header-max-length" in names else 10_000
        least = of["header-min-length"].value if "header-min-length" in names else 0
        options: dict[str, Value] = {"min": _number(least), "max": _number(most), "unit": "code-points"}
        yield _entry("subject-length", of, names, options=options)


def _style(of: Settings) -> Iterator[tuple[Proposal, list[str]]]:
    names: list[str] = []
    stops, case, differs = "", _case(of), ""
    for name in ("subject-full-stop", "header-full-stop"):
        if _is(of, name, "never"):
            names.append(name)
            stops += said(of[name].value or ".")
            differs = "an ellipsis ends with a full stop too"
    if case != "any":
        names.append("subject-case")
        differs += ("; " if differs else "") + "names such as README and API may begin a subject in any case"
    if _is(of, "body-leading-blank", "always"):
        names.append("body-leading-blank")
    if names:
        options: dict[str, Value] = {"trailing_punctuation": stops, "white_space": False, "case": case}
        options["blank_second_line"] = "body-leading-blank" in names
        yield _entry("subject-style", of, names, differs, options=options)


def _case(of: Settings) -> str:
    """The case that subject-style can ask for, `any` for none."""
    if "subject-case" not in of:
        return "any"
    value = of["subject-case"].value
    cases = texts(value) if isinstance(value, list) else (said(value),)
    if of["subject-case"].when == "never":
        return "lower" if "sentence-case" in cases and "lower-case" not in cases else "any"
    return {"lower-case": "lower", "sentence-case": "sentence"}.get(cases[0], "any") if len(cases) == 1 else "any"


def _trim(of: Settings) -> Iterator[tuple[Proposal, list[str]]]:
    if _is(of, "header-trim", "always"):
        words = "take out the white space at the ends of the subject"
        options: dict[str, Value] = {"pattern": r"^\s|\s$", "negate": True, "description": words}
        yield _entry("subject-pattern", of, ["header-trim"], id="header-trim", options=options)


def _body(of: Settings) -> Iterator[tuple[Proposal, list[str]]]:
    if _is(of, "body-max-line-length", "always"):
        most = _number(of["body-max-line-length"].value)
        yield _entry("body-line-length", of, ["body-max-line-length"], _WIDE, options={"max": most})
    if _is(of, "body-empty", "never"):
        names = ["body-empty", *(["body-min-length"] if _is(of, "body-min-length", "always") else [])]
        least = _number(of["body-min-length"].value) if len(names) > 1 else 1
        yield _entry("body-required", of, names, "white space at the ends of lines is not counted", options={"min": least})


def _references(of: Settings) -> Iterator[tuple[Proposal, list[str]]]:
    if _is(of, "references-empty", "never"):
        words = "a reference is #123 as a word of its own, also in the subject, never in a URL"
        options: dict[str, Value] = {"pattern": "#[1-9][0-9]*", "in": ("subject", "body", "trailers")}
        yield _entry("ticket-reference", of, ["references-empty"], words, options=options)


def _signed_off(of: Settings) -> Iterator[tuple[Proposal, list[str]]]:
    names = [name for name in ("signed-off-by", "trailer-exists") if _is(of, name, "always")
             and said(of[name].value or "Signed-off-by").lower().startswith("signed-off-by")]  # fmt: skip
    if names:
        words = "the sign-off is a trailer with the name and address of the author or the committer"
        yield _entry("signed-off-by", of, names, words)


def _trailer(of: Settings) -> Iterator[tuple[Proposal, list[str]]]:
    """Another trailer than a sign-off, where the value is a whole key."""
    key = said(of["trailer-exists"].value or "").rstrip(": ") if _is(of, "trailer-exists", "always") else ""
    if re.fullmatch(r"[A-Za-z0-9-]+", key) and key.lower() != "signed-off-by":
        options: dict[str, Value] = {"keys": ({"key": key, "required": True},)}
        yield _entry("trailers", of, ["trailer-exists"], options=options)


def _number(value: Any) -> Value:
    """A number as it stands; what is none is left for the policy to refuse."""
    return value if isinstance(value, int) and not isinstance(value, bool) else said(value)


_MAKERS: tuple[Callable[[Settings], Iterator[tuple[Proposal, list[str]]]], ...] = (
    _length, _style, _trim, _header, _references, _body, _signed_off, _trailer,
)  # fmt: skip
