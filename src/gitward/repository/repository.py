"""One repository: objects, refs, ranges. Facts only; nothing is ever written to it."""

from __future__ import annotations

from functools import cached_property

from gitward import git
from gitward.errors import MissingObject, Undecided
from gitward.model import Oid
from gitward.repository import refs
from gitward.repository.ranges import Ranges
from gitward.repository.trees import Trees

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Self


class Repository(Ranges, Trees):
    """An open repository. Refs are read once, when first asked for: all that a decision rests on is of one moment."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def config(self, key: str) -> str:
        """A setting as the caller's git sees it, user configuration included; the last of several, '' where it is not set."""
        return (self.configs(key) or ("",))[-1]

    def configs(self, key: str) -> tuple[str, ...]:
        """All values of a setting, in git's order."""
        args = ["config", "--null", "--get-all", key]
        answer = git.call(args, git_dir=self.path, own_config=True)
        if answer.status not in (0, 1):
            raise git.failure(args, answer)
        return tuple(answer.output.decode("utf-8", "surrogateescape").split("\0")[:-1])

    # --- refs ---------------------------------------------------------------------------------------------------------

    @cached_property
    def _listing(self) -> dict[str, tuple[str, str]]:
        return refs.listing(self._plumbing)

    def refs(self, *, symbolic: bool = True) -> dict[str, str]:
        """Every ref below refs/ and the oid that it holds (a tag object's own), symbolic refs followed or left out."""
        return {name: oid for name, (oid, target) in self._listing.items() if symbolic or not target}

    def ref(self, name: str) -> str | None:
        """The oid of a ref by its full name, or of HEAD; None where there is none."""
        if name == "HEAD":
            head = self.head_ref()
            return self.ref(head) if head else refs.head_oid(self._plumbing)
        return self._listing.get(name, (None, ""))[0]

    def head_ref(self) -> str:
        """The ref that HEAD names, born or not; '' where HEAD is detached."""
        return self.symbolic_target("HEAD")

    def symbolic_target(self, name: str) -> str:
        """Where a symbolic ref leads in the end, to a ref that exists or not; '' for a name that is no symbolic ref.

        Raises Undecided where git does not follow it to an end (a loop, or more than five steps).
        """
        if name in self._listing:
            return self._listing[name][1]
        is_asked = name == "HEAD" or name.startswith("refs/")
        if is_asked and refs.may_be_symbolic((self.path, self.common_dir), name):
            return refs.symbolic_target(self._plumbing, name)
        return ""

    # --- revisions ----------------------------------------------------------------------------------------------------

    def resolve(self, revision: str) -> Oid:
        """The object that a revision names, gitrevisions(7). Raises Undecided for one that git does not know."""
        args = ["rev-parse", "--quiet", "--verify", "--end-of-options", revision]
        if "\0" in revision or (answer := self._plumbing.call(args)).status:
            raise self._unknown(revision)
        oid = answer.output.decode("ascii").strip()
        try:
            self.header(oid)
        except MissingObject as problem:
            if oid != revision.lower():
                raise
            # git takes a whole oid for a name, whether there is such an object or not
            raise MissingObject(problem.message, self._where_to_look()) from None
        return Oid(oid)

    def bounds(self, given: str) -> tuple[tuple[Oid, ...], tuple[Oid, ...]]:
        """What `A..B`, `A...B` and other ranges of gitrevisions(7) include and exclude, as commits."""
        args = ["rev-parse", "--revs-only", "--end-of-options", given]
        ends = [] if "\0" in given else self._plumbing.call(args).output.decode("ascii", "replace").split()
        if not ends:
            raise self._unknown(given)
        include = tuple(self.peel(end)[1] for end in ends if not end.startswith("^"))
        exclude = tuple(self.peel(end[1:])[1] for end in ends if end.startswith("^"))
        if "..." in given and not exclude:
            raise Undecided(f"{given}: the two have no merge base here", self._advice(), "incomplete-range")
        return include, exclude

    def _unknown(self, revision: str) -> Undecided:
        return Undecided(f"unknown revision {revision!r}", self._where_to_look(), "unknown-revision")

    def _where_to_look(self) -> str:
        return self._advice() if self.is_shallow else "fetch it, from a branch or a bundle of who has it; or look at its spelling"
