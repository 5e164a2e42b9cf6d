"""A request that the shell turns down."""

from __future__ import annotations

from gitward.errors import GitwardError


class Denied(GitwardError):
    """It is known what was asked for, and it is not allowed: exit code 1. `reason` is a word for programs."""

    exit_code = 1

    def __init__(self, message: str, fix: str, reason: str) -> None:
        super().__init__(message, fix)
        self.reason = reason
