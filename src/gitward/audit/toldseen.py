"""When a server first saw an object, where its log has a daemon: asked of it over the socket, an object by its name.

The daemon knows when each object came as the value of a ref, and reads no repository; what such a commit brought with it, this
process finds among the newest commits that refs reach. What is older, or was brought by a tip that no ref reaches any more, is
not there: what counts is now (docs/audit.md, First seen).
"""

from __future__ import annotations

import os
from collections.abc import Mapping

from gitward.canonical import canonical
from gitward.errors import GitwardError, Undecided

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Any

WALKED = 4_000  # commits: of git.git, with 5,303 refs, git takes 0.15 s of the processor for them
AT_ONCE = 2_000  # as the daemon answers them


class ToldSeen(Mapping[str, int]):
    """Oid to seconds since 1970, asked for when it is needed. `socket` is the daemon's, `git_dir` the repository."""

    def __init__(self, socket: str, git_dir: str) -> None:
        self.socket, self.git_dir = socket, git_dir
        self._seen: dict[str, int] | None = None  # commits by the tips that brought them
        self._told: dict[str, int] = {}  # whatever else was asked for; 0 for what the log does not know

    def __reduce__(self) -> tuple[Any, ...]:
        return ToldSeen, (self.socket, self.git_dir)

    def __getitem__(self, oid: str) -> int:
        if self._seen is None:
            self._seen = self._brought()
        if oid in self._seen:
            return self._seen[oid]
        if oid not in self._told:
            self._told.update(self._asked((oid,)))
        if not self._told[oid]:
            raise KeyError(oid)
        return self._told[oid]

    def __iter__(self) -> Iterator[str]:
        if self._seen is None:
            self._seen = self._brought()
        return iter(self._seen)

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def _asked(self, oids: Sequence[str]) -> dict[str, int]:
        """Of each when it came, 0 where the daemon does not know it or does not say."""
        from gitward.audit.daemon import client

        path = os.fsencode(os.path.realpath(self.git_dir))
        try:
            said = client.ask(self.socket, "seen", path, canonical(list(oids)))
            return dict(zip(oids, (int(each) for each in said), strict=True))
        except (GitwardError, ValueError, TypeError):  # what cannot be had is not there
            return dict.fromkeys(oids, 0)

    def _brought(self) -> dict[str, int]:
        """Of the newest commits that refs reach those that some tip has brought, with the time of the first that did."""
        parents = self._walked()
        oids, times = list(parents), {}
        for start in range(0, len(oids), AT_ONCE):
            times.update(self._asked(oids[start : start + AT_ONCE]))
        seen: dict[str, int] = {}
        for when, tip in sorted((when, oid) for oid, when in times.items() if when):
            waiting = [tip]
            while waiting:
                oid = waiting.pop()
                if oid in parents and oid not in seen:
                    seen[oid] = when
                    waiting += parents[oid]
        return seen

    def _walked(self) -> dict[str, list[str]]:
        from gitward import git

        words = ["rev-list", "--parents", f"--max-count={WALKED}", "--exclude=refs/gitward/*", "--all"]
        process = git.Process(words, self.git_dir)
        try:
            process.write(b"", last=True)
            found = {words[0]: words[1:] for line in process.output if (words := line.decode("ascii").split())}
            return {} if process.finish().status else found
        except (Undecided, OSError, ValueError):
            return {}
        finally:
            process.close()
