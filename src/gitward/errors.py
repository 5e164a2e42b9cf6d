"""What can go wrong, each with the exit code that scripts rely on and, where there is one, the fix."""

from __future__ import annotations


class GitwardError(Exception):
    """Something could not be done. `message` names the cause, `fix` what to do about it ('' where nothing is known)."""

    exit_code = 3
    reason = "error"

    def __init__(self, message: str, fix: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.fix = fix


class UsageError(GitwardError):
    """The command or its input is wrong: exit code 2."""

    exit_code = 2
    reason = "usage"


class PolicyError(UsageError):
    """A policy cannot be used. `str()` is `file:line:column: message`; line and column count from 1, 0 is unknown."""

    reason = "policy-invalid"

    def __init__(self, message: str, file: str = "", line: int = 0, column: int = 0, fix: str = "") -> None:
        place = ":".join(str(part) for part in (file, line, column) if part)
        super().__init__(f"{place}: {message}" if place else message, fix)
        self.file, self.line, self.column, self.bare = file, line, column, message
        self.others: tuple[PolicyError, ...] = ()  # what else is wrong, in the order of the files


class Undecided(GitwardError):
    """gitward could not decide: exit code 3, never a pass. `reason` is a stable kebab-case word for scripts."""

    def __init__(self, message: str, fix: str = "", reason: str = "error") -> None:
        super().__init__(message, fix)
        self.reason = reason


class Excused(GitwardError):
    """A rule could not find something out, and the policy says that such a subject is let go: exempt, with this reason."""

    reason = "excused"


class BudgetExceeded(Undecided):
    """The input is larger than the host lets gitward read (semantics: budgets)."""

    def __init__(self, message: str, fix: str = "") -> None:
        super().__init__(message, fix, "too-large")


class MissingObject(Undecided):
    """An object that the decision rests on cannot be read: shallow or partial clone, corruption, or not in quarantine."""

    def __init__(self, message: str, fix: str = "") -> None:
        super().__init__(message, fix, "missing-object")
