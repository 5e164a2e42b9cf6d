"""Merges that git makes anew, by what the repository holds alone: no attributes, and nothing of a work tree or an index.

A `.gitattributes` that lies about where git is started would choose how files are merged (`merge=union`), and it may be the very
change's own. So git is started in an empty folder. Source: git-merge-tree(1), gitattributes(5), git-merge-octopus.sh.
"""

from __future__ import annotations

import os
from contextlib import contextmanager

from gitward import git
from gitward.errors import Undecided
from gitward.ownfolder import TemporaryFolder
from gitward.record import record
from gitward.repository.plumbing import LONG

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

_NO_ATTRIBUTES = ("-c", f"core.attributesFile={os.devnull}")
_MERGE = ("merge-tree", "--write-tree", "--no-messages", "--name-only", "-z", "--allow-unrelated-histories")
_NO_RENAMES = ("-c", "merge.renames=false", "-c", "merge.directoryRenames=false")
_EMPTY = {40: "4b825dc642cb6eb9a060e54bf8d69288fbee4904", 64: "6ef19b41225c5369f1c104d45d8d85efa9b057b53b14b4b9b939dd74decc5321"}
_NOBODY = {f"GIT_{role}_{part}": value for role in ("AUTHOR", "COMMITTER")
           for part, value in (("NAME", "x"), ("EMAIL", "x"), ("DATE", "1000000000 +0000"))}  # fmt: skip
MOST_PARENTS = 64  # each costs a git


@record
class Merged:
    """What came of a merge: the tree, with git's marks in it where there are `conflicts`, paths.

    Where git made none the tree is '', and `why` has its words.
    """

    tree: str
    is_clean: bool
    conflicts: tuple[bytes, ...] = ()
    why: str = ""


class Merger:
    """Merges in the repository `git_dir`. `env` says where git finds objects, and where it writes what it makes."""

    def __init__(self, git_dir: str, env: Mapping[str, str], oid_length: int, folder: str) -> None:
        """`folder` is an empty one in which git is started."""
        self._git_dir, self._oid_length, self._folder = os.path.abspath(git_dir), oid_length, folder
        # a bare repository's attributes are those of HEAD for some releases of git, 2.43 and after
        self._env = {**env, **_NOBODY, "GIT_ATTR_SOURCE": _EMPTY[oid_length], "GIT_ATTR_NOSYSTEM": "1"}

    def merged(self, one: str, other: str, *, renames: bool = True) -> Merged:
        """What comes of merging two commits."""
        answer = self._call(*(() if renames else _NO_RENAMES), *_MERGE, one, other)
        made, *conflicts = answer.output.removesuffix(b"\0").split(b"\0")
        if answer.status not in (0, 1) or len(made) != self._oid_length:
            return Merged(tree="", is_clean=False, why=git.last_line(answer.error) or "it is older than 2.38")
        return Merged(tree=made.decode("ascii"), is_clean=answer.status == 0, conflicts=tuple(conflicts))

    def octopus(self, parents: Sequence[str]) -> Merged:
        """What comes of merging one commit after the other, as git's octopus strategy does: without renames, and only the last
        of them may have conflicts. Where there are several best common ancestors, which it takes otherwise, it is not known.
        """
        if len(parents) > MOST_PARENTS:
            return Merged(tree="", is_clean=False, why=f"more than {MOST_PARENTS} parents")
        at = parents[0]
        found = Merged(tree="", is_clean=False)
        for number, other in enumerate(parents[1:], 2):
            if len(self._call("merge-base", "--all", at, other).output.split()) > 1:
                return Merged(tree="", is_clean=False, why="several best common ancestors")
            found = self.merged(at, other, renames=False)
            if number < len(parents):
                if not found.is_clean:
                    return Merged(tree=found.tree, is_clean=False, why=found.why)
                at = self.commit(found.tree, *parents[:number])
        return found

    def commit(self, tree: str, *parents: str) -> str:
        """A commit that nobody ever sees: what a merge is to take for the history of a tree."""
        made = self.read("commit-tree", tree, "-m", "x", *(word for each in parents for word in ("-p", each)))
        return made.decode("ascii").strip()

    def read(self, *words: str) -> bytes:
        """The output of a git that sees what was merged."""
        answer = self._call(*words)
        if answer.status:
            raise git.failure(words, answer)
        return answer.output

    def _call(self, *words: str) -> git.Answer:
        args = [*_NO_ATTRIBUTES, *words]
        return git.call(args, git_dir=self._git_dir, env=self._env, cwd=self._folder, timeout=LONG)


@contextmanager
def empty_folder() -> Iterator[str]:
    """A folder that is gone again afterwards. Raises Undecided where there is no room for it."""
    try:
        with TemporaryFolder() as folder:
            yield folder
    except OSError as problem:
        raise Undecided(f"no room to merge in: {problem.strerror}", "look at the space in TMPDIR", "no-space") from None


def writing_to(folder: str, objects: str, others: str) -> dict[str, str]:
    """Variables under which git writes objects to `folder`, and reads them in the folders `objects` and `others` too.

    `others` is a list as GIT_ALTERNATE_OBJECT_DIRECTORIES has it. Source: git(1).
    """
    listed = os.pathsep.join(filter(None, (_quoted(os.path.abspath(objects)), others)))
    return {"GIT_OBJECT_DIRECTORY": folder, "GIT_ALTERNATE_OBJECT_DIRECTORIES": listed}


def _quoted(path: str) -> str:
    """A path in double quotes, as git reads it in a list of object folders: there `:` would end it."""
    return '"' + path.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'
