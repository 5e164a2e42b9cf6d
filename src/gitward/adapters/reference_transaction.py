"""reference-transaction: what a transaction of refs really changes. Source: githooks(5), reference-transaction.

git says `old SP new SP ref LF` per ref. An old value of zeros may mean "not there" or "whatever it is", the deletion of a
packed ref is said twice, and `git pack-refs` looks like the creation and the deletion of every branch. So in `prepared`, while
git holds the locks, the value of each ref for which it matters is noted; in `committed` only what is different now counts.
"""

from __future__ import annotations

import os

from gitward.errors import Undecided
from gitward.reffiles import RefFiles

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    Line = tuple[str, str, str]  # old, new, ref as git says them

_PER_WORKTREE = ("refs/worktree/", "refs/bisect/", "refs/rewritten/")  # gitrepository-layout(5)
FOLDER = "gitward"  # below GIT_DIR
NOTE = "transaction-"  # and the pid of the git whose transaction it is


def lines_of(stdin: bytes) -> list[Line]:
    """The lines about refs that all work trees share; of symbolic refs (`ref:`, newer git), HEAD and pseudo refs none.

    Raises Undecided for a line that git never writes.
    """
    found = []
    for line in stdin.decode("utf-8", "surrogateescape").split("\n"):
        if not line:
            continue
        old, _, rest = line.partition(" ")
        new, _, ref = rest.partition(" ")
        if not ref.startswith("refs/") or ref.startswith(_PER_WORKTREE) or "ref:" in (old[:4], new[:4]):
            continue
        if not (_is_oid(old) and _is_oid(new)):
            raise Undecided("a line of the ref transaction is malformed", "report it with your version of git", "malformed-input")
        found.append((old, new, ref))
    return found


def asks_about(lines: list[Line]) -> list[str]:
    """The refs whose value in `prepared` matters: what is deleted, and what git names no old value for.

    Where it names one, it has compared that one under the lock.
    """
    return [ref for old, new, ref in lines if _is_zero(old) or _is_zero(new)]


def prepared(lines: list[Line], refs: RefFiles) -> dict[str, str]:
    """The value of each such ref that is there and is no symbolic one. Raises Undecided."""
    return {ref: value for ref in asks_about(lines) if (value := refs.value(ref))}


def changes(
    lines: list[Line], before: Mapping[str, str], refs: RefFiles, *, is_over: bool = True
) -> list[tuple[str, str, str]]:
    """What the transaction changes, as (ref, old, new). `before` is what `prepared` found. Raises Undecided.

    Once it is over, a deletion counts only if the ref is gone. What is done through a symbolic ref has a line of its own.
    """
    found: dict[str, tuple[str, str]] = {}
    for old, new, ref in lines:
        true_old = before.get(ref, "0" * len(old)) if _is_zero(old) or _is_zero(new) else old
        if true_old == new:
            continue
        now = refs.value(ref)
        if now is not None and not (is_over and now and _is_zero(new)):
            found[ref] = (true_old, new)
    return [(ref, old, new) for ref, (old, new) in found.items()]


def left_of(before: Mapping[str, str], lines: list[Line], changed: list[tuple[str, str, str]]) -> dict[str, str]:
    """What a later `committed` of the same transaction needs: refs not named yet, and those whose loose file still stands.

    A deletion comes first for packed-refs, with two zeros, then for the loose file.
    """
    done = {ref for ref, _, _ in changed} | {ref for old, new, ref in lines if not (_is_zero(old) and _is_zero(new))}
    return {ref: oid for ref, oid in before.items() if ref not in done}


class Note:
    """What `prepared` saw, for `committed` of the same process: a file below GIT_DIR, gone when it is of no more use.

    The hook file knows its name too. A process that died in between leaves one; the next that writes one takes it away.
    """

    def __init__(self, git_dir: str, pid: int, owner: str) -> None:
        """`owner` tells the process from any other that has or had this pid."""
        self._git_dir, self._owner = git_dir, owner
        self._folder = os.path.join(git_dir, FOLDER)
        self._path = os.path.join(self._folder, f"{NOTE}{pid}")

    def write(self, values: Mapping[str, str]) -> None:
        """Keep these values and no others. Raises OSError."""
        if not values:
            self.drop()
            return
        if not os.path.isdir(self._folder):
            os.makedirs(self._folder, exist_ok=True)
            os.chmod(self._folder, os.stat(self._git_dir).st_mode & 0o7777)  # as open as the repository itself
        self._sweep()
        text = "".join([f"{self._owner}\n", *(f"{oid} {ref}\n" for ref, oid in values.items())])
        with open(self._path, "wb", opener=lambda path, flags: os.open(path, flags | os.O_CLOEXEC, 0o600)) as file:
            file.write(text.encode("utf-8", "surrogateescape"))

    def read(self) -> dict[str, str]:
        """Empty where there is none of this process. Raises OSError."""
        try:
            with open(self._path, "rb") as file:
                owner, *lines = file.read().decode("utf-8", "surrogateescape").split("\n")
        except FileNotFoundError:
            return {}
        if owner != self._owner:
            return {}
        return {ref: oid for oid, _, ref in (line.partition(" ") for line in lines) if ref}

    def drop(self) -> None:
        try:
            os.unlink(self._path)
        except FileNotFoundError:
            return

    def _sweep(self) -> None:
        for name in os.listdir(self._folder):
            pid = name.removeprefix(NOTE)
            if name.startswith(NOTE) and pid.isdigit() and not os.path.exists(f"/proc/{pid}"):
                Note(self._git_dir, int(pid), "").drop()


def _is_oid(text: str) -> bool:
    return len(text) in (40, 64) and not text.strip("0123456789abcdef")


def _is_zero(oid: str) -> bool:
    return not oid.strip("0")
