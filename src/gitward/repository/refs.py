"""Refs by git's own listing, so that every ref format is read. Source: git-for-each-ref(1), git-symbolic-ref(1)."""

from __future__ import annotations

import os

from gitward.errors import Undecided

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gitward.repository.plumbing import Plumbing


def listing(plumbing: Plumbing) -> dict[str, tuple[str, str]]:
    """Every ref below refs/ that leads to an object: its oid, and for a symbolic ref the ref it leads to in the end."""
    output = plumbing.run(["for-each-ref", "--format=%(objectname) %(refname) %(symref)"])
    found = {}
    for line in output.decode("utf-8", "surrogateescape").split("\n")[:-1]:
        oid, name, target = line.split(" ")
        found[name] = (oid, target)
    return found


def head_ref(plumbing: Plumbing) -> str:
    """The ref that HEAD names, whether it exists or not; '' where HEAD is detached."""
    return symbolic_target(plumbing, "HEAD")


def head_oid(plumbing: Plumbing) -> str | None:
    """What a detached HEAD holds."""
    answer = plumbing.call(["rev-parse", "--quiet", "--verify", "--end-of-options", "HEAD"])
    return answer.output.decode("ascii").strip() or None


def symbolic_target(plumbing: Plumbing, name: str) -> str:
    """The last ref of a chain of symbolic refs, existing or not; '' for a name that is no symbolic ref.

    Raises Undecided for a chain that git does not follow to its end: a loop, or more than five steps.
    """
    answer = plumbing.call(["symbolic-ref", "--quiet", name])
    if answer.status == 0:
        return answer.output.decode("utf-8", "surrogateescape").removesuffix("\n")
    if answer.status == 1 or not _is_valid(plumbing, name):
        return ""
    raise Undecided(
        f"{name} is a symbolic ref that leads nowhere: a loop, or a chain of more than five",
        f"git symbolic-ref --delete {name}",
        "symbolic-ref",
    )


def may_be_symbolic(directories: tuple[str, ...], name: str) -> bool:
    """Whether to ask git about a ref that its listing leaves out. Among ref files, a symbolic one is never packed."""
    path = name.encode("utf-8", "surrogateescape") if os.name == "posix" else os.fsencode(name)
    places = [os.fsencode(directory) for directory in directories]
    return any(os.path.isdir(os.path.join(at, b"reftable")) or os.path.lexists(os.path.join(at, path)) for at in places)


def _is_valid(plumbing: Plumbing, name: str) -> bool:
    return plumbing.call(["check-ref-format", "--allow-onelevel", name]).status == 0
