"""What a history looks like: numbers that a first policy can be fitted to."""

from __future__ import annotations

import re
import time
from collections import Counter
from contextlib import suppress
from functools import cached_property

from gitward import gitcommand
from gitward.conventional import Header, header
from gitward.errors import GitwardError
from gitward.rules.ticket_reference import TicketReference
from gitward.width import columns

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gitward.model import Commit
    from gitward.repository import Repository

LOOKED_AT = 1_000
SECONDS = 5.0
# of the convention that Angular began; a word of any other kind before a colon is most often a part of the project
_TYPES = frozenset(("build", "chore", "ci", "docs", "feat", "fix", "perf", "refactor", "revert", "style", "test"))
_SQUASHED = re.compile(r"\(#[0-9]+\)$")
_RELEASES = re.compile(r"refs/heads/(releases?)/")


class Survey:
    """The newest commits of a branch, merges counted and put aside. Shares are of the others, 0.0 to 1.0."""

    def __init__(self, branch: str, commits: tuple[Commit, ...], refs: tuple[str, ...] = ()) -> None:
        self.branch = branch
        self.merges = sum(commit.merge for commit in commits)
        self.commits = tuple(commit for commit in commits if not commit.merge)
        self.release_folder = next((found[1] for ref in refs if (found := _RELEASES.match(ref))), "")
        self._subjects = [commit.message.subject for commit in self.commits]

    def _share(self, count: int) -> float:
        return count / len(self.commits) if self.commits else 0.0

    @cached_property
    def _types(self) -> Counter[str]:
        found = (header(subject) for subject in self._subjects)
        types = (each.type.lower() for each in found if isinstance(each, Header))
        return Counter(word for word in types if word in _TYPES)

    @property
    def conventional(self) -> float:
        return self._share(self._types.total())

    @property
    def types(self) -> tuple[str, ...]:
        """The types of Conventional Commits, the most used first."""
        return tuple(name for name, _ in self._types.most_common())

    @cached_property
    def ticket(self) -> tuple[str, float]:
        """The key of tickets that most commits name, such as `PROJ`, and the share of them; ('', 0.0) for none."""
        rule = TicketReference()
        keys: Counter[str] = Counter()
        for commit in self.commits:
            texts = [commit.message.subject, *(trailer.value for trailer in commit.message.trailers)]
            keys.update({ticket.rpartition("-")[0] for text in texts for ticket in rule.tickets(text)})
        if not keys:
            return "", 0.0
        key, count = min(keys.items(), key=lambda item: (-item[1], item[0]))
        return key, self._share(count)

    @cached_property
    def subject_columns(self) -> int:
        """How long a subject is at most, in columns, in 95 of 100 commits; 0 without commits."""
        lengths = sorted(map(columns, self._subjects))
        return lengths[(len(lengths) * 95 - 1) // 100] if lengths else 0

    @property
    def signed_off(self) -> float:
        keys = ({trailer.key.lower() for trailer in commit.message.trailers} for commit in self.commits)
        return self._share(sum("signed-off-by" in each for each in keys))

    @property
    def squashed(self) -> float:
        """Commits whose subject ends as a forge's squash merge writes it: `(#123)`."""
        return self._share(sum(bool(_SQUASHED.search(subject)) for subject in self._subjects))


def survey(repository: Repository, path: str, branch: str) -> Survey:
    """Read the newest commits of HEAD, for at most 5 seconds. An unborn branch is a survey without commits."""
    refs = tuple(repository.refs())
    if repository.ref("HEAD") is None:
        return Survey(branch, (), refs)
    oids = gitcommand.need(path, "rev-list", f"--max-count={LOOKED_AT}", "HEAD").split()
    commits: list[Commit] = []
    deadline = time.monotonic() + SECONDS
    with suppress(GitwardError):  # a commit that cannot be read ends the look back: what came before it is enough
        for commit in repository.commits(oids):
            commits.append(commit)
            if time.monotonic() > deadline:
                break
    return Survey(branch, tuple(commits), refs)
