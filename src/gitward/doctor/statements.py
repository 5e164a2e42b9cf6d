"""Statements on a server: whether the hook knows the URL for which they are signed, and how many stand as refs.

Each that stands costs every push and fetch a line; the end of a push moves many to the archive.
"""

from __future__ import annotations

from gitward import gitcommand
from gitward.doctor.finding import ok, warn
from gitward.doctor.policies import readable
from gitward.statements.archiving import count
from gitward.statements.places import ARCHIVE, MOST_STANDING

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gitward.doctor.finding import Finding
    from gitward.model import Entry


def check_names(path: str, given: list[str], urls: list[str]) -> Iterator[Finding]:
    """Where policies count statements: whether the server knows a URL for which they are signed."""
    counting = [policy.id for policy in readable(path, given) if policy.waivers or any(map(_counts, policy.entries))]
    if counting and not urls:
        yield warn(
            "urls",
            f"the hook has no --url, and policy {counting[0]} counts approvals or waivers: only those that were signed for the "
            "path of this repository count",
            f"gitward install --server {path} --url URL, as git remote -v says it, with the other options",
        )


def _counts(entry: Entry) -> bool:
    return "statements" in entry.rule.needs


def check_statements(path: str) -> Iterator[Finding]:
    """Nothing where no statement ever came."""
    git_dir = gitcommand.need(path, "rev-parse", "--absolute-git-dir")
    number = count(git_dir)
    if number > MOST_STANDING:
        words = f"{number} stand as refs, at most {MOST_STANDING} should: pushes and fetches are slow"
        fix = f"gitward statement archive --repo {path}; where there is a log, post-receive does it: why does it not?"
        yield warn("statements", words, fix)
    elif number or gitcommand.ask(path, "rev-parse", "--verify", "--quiet", ARCHIVE)[0] == 0:
        yield ok("statements", f"{number} stand as refs, at most {MOST_STANDING} should; the others are in {ARCHIVE}")
