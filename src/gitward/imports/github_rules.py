"""Every rule of a GitHub ruleset, and the entry that says the same here."""

from __future__ import annotations

import re

from gitward.imports.found import Proposal, anywhere, texts

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from gitward.imports.found import Value

    Maker = Callable[[str, dict[str, Any], str], Proposal | str]  # (setting, parameters, target) -> an entry, or why not

_MB = 1 << 20
_ELSEWHERE = "it is about what GitHub does around a push, not about what is pushed"
NONE: dict[str, str] = {
    **dict.fromkeys(("creation", "update"), "who may create or move a ref is said under `access`"),
    **dict.fromkeys(
        ("required_deployments", "required_status_checks", "merge_queue", "workflows", "code_scanning", "code_quality",
         "copilot_code_review"), _ELSEWHERE),
    "required_signatures": "signed-commit asks whose signatures count: take them over with keys import, then add it",
    "tag_protection": "who may create a tag is said under `access`",
}  # fmt: skip
_DEPTH = "a path without a leading / is refused at any depth"
_MESSAGE = "GitHub looks through the whole message, subject-pattern at the subject"


def _plain(rule: str, differs: str = "", **options: Value) -> Maker:
    def make(setting: str, _parameters: dict[str, Any], _target: str) -> Proposal:
        return Proposal(rule=rule, settings=(setting,), options=options, differs=(differs,) if differs else ())

    return make


def _regex(parameters: dict[str, Any]) -> str | None:
    """What is looked for, as a pattern that is found anywhere; None where it is no such rule."""
    operator, pattern = parameters.get("operator"), parameters.get("pattern")
    if not isinstance(pattern, str) or not pattern:
        return None
    plain = "".join(each if each.isalnum() or each in "_ " or ord(each) > 127 else f"\\{each}" for each in pattern)
    forms = {"starts_with": f"^{plain}", "ends_with": f"{plain}$", "contains": plain, "regex": pattern}
    return forms.get(operator) if isinstance(operator, str) else None


def _message(setting: str, parameters: dict[str, Any], _target: str) -> Proposal | str:
    pattern = _regex(parameters)
    if pattern is None:
        return "no operator, or no pattern, that is known here"
    options: dict[str, Value] = {"pattern": pattern, "merges": "judge"}
    if parameters.get("negate"):
        options["negate"] = True
    name = parameters.get("name")
    if isinstance(name, str) and name:
        options["description"] = name
    own = f"message-{re.sub(r'[^a-z0-9]+', '-', name.lower())}" if isinstance(name, str) and name else "message-pattern"
    return Proposal(rule="subject-pattern", id=own, settings=(setting,), options=options, differs=(_MESSAGE,))


def _email(who: str) -> Maker:
    def make(setting: str, parameters: dict[str, Any], _target: str) -> Proposal | str:
        pattern = _whole(parameters)
        if pattern is None:
            return "what must not match cannot be said of addresses here"
        options: dict[str, Value] = {"who": (who,), "emails": pattern, "placeholders": "allow"}
        return Proposal(rule="ident", id=f"{who}-email", settings=(setting,), options=options)

    return make


def _name(target: str) -> Maker:
    def make(setting: str, parameters: dict[str, Any], of: str) -> Proposal | str:
        pattern = _whole(parameters)
        if of != target:
            return f"it is about the name of a {target}, and its ruleset about a {of}"
        if pattern is None:
            return "what must not match cannot be said of names here"
        return Proposal(rule="ref-name", id=f"{target}-name", settings=(setting,), options={"pattern": pattern})

    return make


def _whole(parameters: dict[str, Any]) -> str | None:
    """The pattern for a rule that holds it against a whole text and cannot turn it round."""
    pattern = None if parameters.get("negate") else _regex(parameters)
    return None if pattern is None else anywhere(pattern)


def _paths(key: str) -> Maker:
    def make(setting: str, parameters: dict[str, Any], _target: str) -> Proposal | str:
        found = texts(parameters.get(key))
        if not found or any(set(each) & set("?[]\\{}") or each.startswith("!") for each in found):
            return "a path has ? or [ ], which paths here have not, or is none"
        if key == "restricted_file_extensions":
            found = tuple(f"*.{each.lstrip('*.')}" for each in found)
        refused = found[0].replace("**", "x").replace("*", "x").lstrip("/")
        refused += "x" if refused.endswith("/") else ""
        differs = () if all(each.startswith("/") for each in found) else (_DEPTH,)
        return Proposal(rule="changed-paths", id=key.removeprefix("restricted_").replace("_", "-"), settings=(setting,),
                        options={"deny": found, "names": "any"}, accept=({"paths": ("src/main.c",)},),
                        reject=({"paths": (refused,)},), differs=differs)  # fmt: skip

    return make


def _approval(setting: str, parameters: dict[str, Any], _target: str) -> Proposal:
    count = parameters.get("required_approving_review_count")
    options: dict[str, Value] = {"count": count} if isinstance(count, int) and count > 0 else {}
    words = "an approval here is a signed statement about one tree; of the parameters only the count is taken"
    return Proposal(rule="approval", settings=(setting,), options=options, differs=(words,))


def _length(setting: str, parameters: dict[str, Any], _target: str) -> Proposal | str:
    most = parameters.get("max_file_path_length")
    if not isinstance(most, int) or isinstance(most, bool) or most < 1:
        return "no length that is known here"
    options: dict[str, Value] = {"max_length": most, "names": "any"}
    long = "x" * (min(most, 10_000) + 1)
    return Proposal(rule="changed-paths", id="path-length", settings=(setting,), options=options,
                    differs=("counted in bytes",), accept=({"paths": ("x",)},), reject=({"paths": (long,)},))  # fmt: skip


def _size(setting: str, parameters: dict[str, Any], _target: str) -> Proposal | str:
    most = parameters.get("max_file_size")
    if not isinstance(most, int) or isinstance(most, bool) or most < 1:
        return "no size that is known here"
    small, large = ({"paths": ({"path": "logo.png", "size": size},)} for size in (most * _MB, most * _MB + 1))
    return Proposal(rule="file-size", settings=(setting,), options={"max": f"{most}MiB"}, accept=(small,), reject=(large,))


ENTRIES: dict[str, Maker] = {
    "deletion": _plain("no-ref-deletion"),
    "non_fast_forward": _plain("no-force-push"),
    "required_linear_history": _plain("linear-history"),
    "pull_request": _approval,
    "commit_message_pattern": _message,
    "commit_author_email_pattern": _email("author"),
    "committer_email_pattern": _email("committer"),
    "branch_name_pattern": _name("branch"),
    "tag_name_pattern": _name("tag"),
    "file_path_restriction": _paths("restricted_file_paths"),
    "file_extension_restriction": _paths("restricted_file_extensions"),
    "max_file_path_length": _length,
    "max_file_size": _size,
}
