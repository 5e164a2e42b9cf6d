"""What a check found."""

from __future__ import annotations

from gitward.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Literal

    Status = Literal["ok", "warn", "fail", "unknown"]


@record
class Finding:
    """`warn` is worth a look, with `fail` something is not judged or not recorded, `unknown` could not be looked at."""

    status: Status
    name: str
    message: str
    fix: str = ""


def ok(name: str, message: str) -> Finding:
    return Finding(status="ok", name=name, message=message)


def warn(name: str, message: str, fix: str = "") -> Finding:
    return Finding(status="warn", name=name, message=message, fix=fix)


def fail(name: str, message: str, fix: str = "") -> Finding:
    return Finding(status="fail", name=name, message=message, fix=fix)


def unknown(name: str, message: str, fix: str = "") -> Finding:
    return Finding(status="unknown", name=name, message=message, fix=fix)


def exit_code(findings: Iterable[Finding]) -> int:
    """3 where something could not be looked at, else 1 where something failed, else 0."""
    statuses = {finding.status for finding in findings}
    return 3 if "unknown" in statuses else 1 if "fail" in statuses else 0
