"""The table of rules. A rule's module is imported only when a policy uses it: the hook pays for nothing else."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

NAMES = (
    "malformed-object",
    "message-encoding",
    "subject-length",
    "subject-pattern",
    "subject-style",
    "subject-imperative",
    "body-required",
    "body-line-length",
    "conventional-commit",
    "ticket-reference",
    "trailers",
    "signed-off-by",
    "ai-attribution",
    "revert-reference",
    "no-fixup",
    "no-force-push",
    "no-ref-deletion",
    "ref-name",
    "ref-namespace",
    "linear-history",
    "clean-merge",
    "changed-paths",
    "file-size",
    "secret-files",
    "secret-content",
    "ident",
    "commit-dates",
    "signed-commit",
    "signed-tag",
    "signed-push",
    "access",
    "approval",
    "push-limits",
)


def module_name(rule: str) -> str:
    return rule.replace("-", "_")


def class_name(rule: str) -> str:
    return "".join(part.capitalize() for part in rule.split("-"))


def load(rule: str) -> Any:
    """The class of a rule. Raises KeyError for a name that is not in NAMES."""
    if rule not in NAMES:
        raise KeyError(rule)
    module = __import__(f"{__name__}.{module_name(rule)}", fromlist=[class_name(rule)])
    return getattr(module, class_name(rule))
