"""How many statements stand as refs: each costs every push and fetch a line; the end of a push moves many to the archive."""

from __future__ import annotations

from gitward import gitcommand
from gitward.doctor.finding import ok, warn
from gitward.statements.archiving import count
from gitward.statements.places import ARCHIVE, MOST_STANDING

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gitward.doctor.finding import Finding


def check_statements(path: str) -> Iterator[Finding]:
    """Nothing where no statement ever came."""
    git_dir = gitcommand.need(path, "rev-parse", "--absolute-git-dir")
    number = count(git_dir)
    if number > MOST_STANDING:
        words = f"{number} stand as refs, at most {MOST_STANDING} should: pushes and fetches are slow"
        yield warn("statements", words, "the post-receive hook of gitward install --server --log archives them; why does it not?")
    elif number or gitcommand.ask(path, "rev-parse", "--verify", "--quiet", ARCHIVE)[0] == 0:
        yield ok("statements", f"{number} stand as refs, at most {MOST_STANDING} should; the others are in {ARCHIVE}")
