"""GitLab's push rules: the JSON of `GET /projects/:id/push_rule` (GitLab, project push rules API).

Patterns are RE2 there too, and found anywhere in what they are about. An empty pattern, null, false and 0 are "not set".
"""

from __future__ import annotations

from gitward.imports.found import Found, Note, Proposal, anywhere, from_json, mapping, said

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from gitward.imports.found import Value

_ABOUT = ("id", "project_id", "group_id", "created_at", "updated_at", "is_sample", "organization_id")
_MB = 1 << 20
_DCO = "the sign-off is a trailer with the name and address of the author or the committer"
_MESSAGE = "GitLab looks through the whole message, subject-pattern at the subject"
_KNOWN = "who is who is GitLab's to know; ident with addresses: principals asks for a known one"
NONE = {
    "member_check": "who is a member is GitLab's to know; who may push is said under `access`",
    "commit_committer_check": _KNOWN,
    "commit_committer_name_check": _KNOWN,
    "reject_unsigned_commits": "signed-commit asks whose signatures count: take them over with keys import, then add it",
    "file_name_regex": "changed-paths takes globs, and no pattern of this form",
    "max_file_size": "only whole numbers of MB are known here",
}


def _entry(rule: str, *differs: str, **given: Any) -> Callable[[str, Any], Proposal]:
    def make(setting: str, _value: Any) -> Proposal:
        return Proposal(rule=rule, settings=(setting,), differs=differs, **given)

    return make


def _pattern(*, negate: bool) -> Callable[[str, Any], Proposal]:
    def make(setting: str, value: Any) -> Proposal:
        options: dict[str, Any] = {"pattern": value, "merges": "judge", **({"negate": True} if negate else {})}
        own = "message-pattern-refused" if negate else "message-pattern"
        return Proposal(rule="subject-pattern", id=own, settings=(setting,), options=options, differs=(_MESSAGE,))

    return make


def _branch(setting: str, value: Any) -> Proposal:
    words = "GitLab lets the default branch have any name"
    return Proposal(rule="ref-name", id="branch-name", settings=(setting,), options={"pattern": anywhere(value)},
                    refs=("refs/heads/**",), differs=(words,))  # fmt: skip


def _email(setting: str, value: Any) -> Proposal:
    options: dict[str, Value] = {"who": ("author",), "emails": anywhere(value), "placeholders": "allow"}
    return Proposal(rule="ident", id="author-email", settings=(setting,), options=options)


def _size(setting: str, value: Any) -> Proposal:
    """A limit in MB, which GitLab counts by 1024."""
    small, large = ({"paths": ({"path": "logo.png", "size": size},)} for size in (value * _MB, value * _MB + 1))
    return Proposal(rule="file-size", settings=(setting,), options={"max": f"{value}MiB"}, accept=(small,), reject=(large,))


_ENTRIES: dict[str, Callable[[str, Any], Proposal]] = {
    "commit_message_regex": _pattern(negate=False),
    "commit_message_negative_regex": _pattern(negate=True),
    "branch_name_regex": _branch,
    "author_email_regex": _email,
    "deny_delete_tag": _entry("no-ref-deletion", id="tags-stay", refs=("refs/tags/**",)),
    "reject_non_dco_commits": _entry("signed-off-by", _DCO, options={"merges": "judge"}),
    "prevent_secrets": _entry(
        "secret-files", "the names that are refused are those of rule secret-files",
        accept=({"paths": ("src/main.c",)},), reject=({"paths": ("id_rsa",)},),
    ),
    "max_file_size": _size,
}  # fmt: skip
_TEXTS = frozenset(name for name in (*_ENTRIES, *NONE) if name.endswith("_regex"))


def read(data: bytes, file: str) -> Found:
    """What a project's push rules say. Raises UsageError for what are none."""
    given = mapping(from_json(data, file), "what the API gives for push rules", file)
    proposals: list[Proposal] = []
    notes: list[Note] = []
    for name, value in given.items():
        setting = f"gitlab {name} = {said(value)}"
        if name in _ABOUT:
            continue
        if value in (None, "", False, 0):
            notes.append(Note(setting=setting, kind="off", words="not set"))
        elif name in _ENTRIES and _is_of_its_type(name, value):
            proposals.append(_ENTRIES[name](setting, value))
        else:
            words = NONE.get(name, "no push rule that is known here, or not so set")
            notes.append(Note(setting=setting, kind="no equivalent", words=words))
    return Found(kind="gitlab", proposals=tuple(proposals), notes=tuple(notes))


def _is_of_its_type(name: str, value: Any) -> bool:
    if name in _TEXTS:
        return isinstance(value, str)
    return isinstance(value, int) and isinstance(value, bool) == (name != "max_file_size") and value > 0
