"""The value of a ref as its files say it, without starting git: loose, then packed (gitrepository-layout(5)).

For hooks that run with each ref transaction. A repository with another kind of ref storage is asked through git.
"""

from __future__ import annotations

import os

from gitward.errors import Undecided

_MOST_PACKED = 512 << 20  # bytes of packed-refs: some millions of refs
_HEX = frozenset(b"0123456789abcdef")


class RefFiles:
    """The refs of one repository, as they are now. `git_dir` may be relative; a linked work tree leads to the common folder."""

    def __init__(self, git_dir: str) -> None:
        self.git_dir = common_folder(git_dir)
        self._packed: bytes | None = None
        self._listed: dict[str, str] | None = None

    def value(self, ref: str) -> str | None:
        """The oid that a ref holds, '' for a ref that is not there, None for a symbolic one. Raises Undecided.

        Loose files are read before packed ones: git packs a ref before it takes the loose file away.
        """
        if os.path.isdir(os.path.join(self.git_dir, "reftable")):
            return self._ask(ref)
        try:
            with open(os.path.join(os.fsencode(self.git_dir), ref.encode("utf-8", "surrogateescape")), "rb") as file:
                found = file.read(4096)
        except (FileNotFoundError, IsADirectoryError, NotADirectoryError):
            return self._in_packed(ref)
        except OSError as problem:
            raise Undecided(f"a ref cannot be read: {problem.strerror}", "look at the repository's files", "git-failed") from None
        if found.startswith(b"ref:"):
            return None
        return _oid(found.strip())

    def _in_packed(self, ref: str) -> str:
        if self._packed is None:
            try:
                with open(os.path.join(self.git_dir, "packed-refs"), "rb") as file:
                    self._packed = file.read(_MOST_PACKED)
            except FileNotFoundError:
                self._packed = b""
            except OSError as problem:
                raise Undecided(f"packed-refs cannot be read: {problem.strerror}", "look at its mode", "git-failed") from None
        end = self._packed.find(b" " + ref.encode("utf-8", "surrogateescape") + b"\n")
        if end < 0:
            return ""
        return _oid(self._packed[self._packed.rfind(b"\n", 0, end) + 1 : end])

    def _ask(self, ref: str) -> str | None:
        from gitward import git

        if self._listed is None:
            output = git.run(["for-each-ref", "--format=%(objectname) %(refname) %(symref)"], git_dir=self.git_dir)
            self._listed = {}
            for line in output.decode("utf-8", "surrogateescape").split("\n")[:-1]:
                oid, name, target = line.split(" ")
                self._listed[name] = "symbolic" if target else oid
        found = self._listed.get(ref, "")
        return None if found == "symbolic" else found


def common_folder(git_dir: str) -> str:
    """The folder in which the refs of a repository are: of a linked work tree, that of the repository it belongs to."""
    try:
        with open(os.path.join(git_dir, "commondir"), encoding="utf-8", errors="surrogateescape") as file:
            return os.path.join(git_dir, file.read(4096).strip())
    except OSError:
        return git_dir


def _oid(found: bytes) -> str:
    if len(found) not in (40, 64) or not _HEX.issuperset(found):
        raise Undecided("a ref holds something else than an object's name", "git fsck", "git-failed")
    return found.decode()
