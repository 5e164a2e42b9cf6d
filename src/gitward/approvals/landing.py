"""What would come of a change: the tip that it lands on, as this clone knows it, and the tree that git makes of both."""

from __future__ import annotations

from gitward import git, gitcommand
from gitward.errors import GitwardError, UsageError
from gitward.model import Approval
from gitward.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gitward.repository import Repository
    from gitward.statements.keeping import Place

_SECONDS = 600.0
_CONFLICTS = 5  # paths that a refusal names


@record
class Target:
    """Where a change is to land: `ref` of the repository of `place`, at `base`, zeros where it is new, as `known_by` says."""

    place: Place
    ref: str
    base: str
    known_by: str

    @property
    def repository(self) -> str:
        """The repository as statements name it."""
        return self.place.repository


@record
class Landing:
    """What is approved. `commits` is how many the change brings; `tree` is what the ref will hold, by `way`."""

    target: Target
    commit: str
    tree: str
    patch: str
    commits: int
    way: str

    @property
    def approval(self) -> Approval:
        return Approval(
            ref=self.target.ref, base=self.target.base, commit=self.commit, tree=self.tree, patch_id=self.patch
        )


def target(repository: Repository, place: Place, ref: str) -> Target:
    """Where a change to `ref` would land. Without a remote it is this repository itself."""
    if not ref.startswith("refs/") or gitcommand.ask(place.folder, "check-ref-format", ref)[0]:
        raise UsageError(f"{ref!r} is no full name of a ref", "write for example --ref refs/heads/main")
    zero = "0" * repository.oid_length
    if not place.remote:
        base = repository.ref(ref)
        known = f"{ref} of this repository" if base else "this repository has no such ref yet"
        return Target(place=place, ref=ref, base=base or zero, known_by=known)
    tracking = _tracking(place.folder, place.remote, ref)
    base = repository.ref(tracking) if tracking else None
    known = f"{tracking}, as it was last fetched" if base else f"{place.remote} has no such ref, as far as is known here"
    return Target(place=place, ref=ref, base=base or zero, known_by=known)


def _tracking(folder: str, remote: str, ref: str) -> str:
    """Under which name a clone keeps a ref of a remote, '' where it keeps none. Source: git-fetch(1), refspec."""
    for line in gitcommand.ask(folder, "config", "--get-all", f"remote.{remote}.fetch")[1].splitlines():
        source, _, kept = line.removeprefix("+").partition(":")
        if source == ref and kept:
            return kept
        before, star, after = source.partition("*")
        if star and ref.startswith(before) and ref.endswith(after) and len(ref) > len(before + after) and "*" in kept:
            return kept.replace("*", ref[len(before) : len(ref) - len(after)], 1)
    return ref if ref.startswith("refs/tags/") else ""


def landing(repository: Repository, given: str, to: Target) -> Landing:
    """What would come of a commit or a range. Raises GitwardError for what cannot be approved, with the fix."""
    commit, left_out = _tip(repository, given, to)
    base = "" if not to.base.strip("0") else repository.peel(to.base)[1]
    exclude = (base,) if base else ()
    if base and repository.is_ancestor(commit, base):
        raise GitwardError(f"{commit[:12]} is in {to.ref} already", "git fetch, or approve another commit")
    if left_out and (more := repository.count((commit,), (*exclude, *left_out)) - repository.count((commit,), exclude)):
        raise GitwardError(
            f"{-more} more commits would come in than the range holds", f"approve all of it: gitward approve {commit[:12]}"
        )
    tree, way = _tree(repository, base, commit)
    patch = repository.patch(base, tree) if base else ""
    return Landing(target=to, commit=commit, tree=tree, patch=patch, way=way, commits=repository.count((commit,), exclude))


def _tip(repository: Repository, given: str, to: Target) -> tuple[str, tuple[str, ...]]:
    """The commit that is meant, and what a range leaves out."""
    if ".." not in given:
        _, oid, kind = repository.peel(repository.resolve(given))
        if kind != "commit":
            raise UsageError(f"{given} is a {kind}, no commit")
        return oid, ()
    include, exclude = repository.bounds(given)
    if len(include) != 1 or "..." in given:
        raise UsageError(f"{given} has more than one end", f"write BASE..TIP, or the commit that is to go to {to.ref}")
    return include[0], exclude


def _tree(repository: Repository, base: str, commit: str) -> tuple[str, str]:
    """The tree that the ref will hold, and how it comes about. A merge, a rebase and a squash make the same one."""
    if not base or repository.is_ancestor(base, commit):
        (found,) = repository.commits((commit,))
        return found.tree or "", "the commit's own tree"
    args = ["merge-tree", "--write-tree", "--no-messages", "--name-only", "-z", base, commit]
    answer = git.call(args, git_dir=repository.path, timeout=_SECONDS)
    made, *conflicts = answer.output.decode("utf-8", "surrogateescape").removesuffix("\0").split("\0")
    if answer.status == 0 and len(made) == repository.oid_length:
        return made, "the tree that git makes of merging both"
    if answer.status == 1:
        named = ", ".join(conflicts[:_CONFLICTS]) + (", ..." if len(conflicts) > _CONFLICTS else "")
        raise GitwardError(
            f"it does not merge without conflicts: {named}", f"merge or rebase {commit[:12]} first, and approve what comes of it"
        )
    words = git.last_line(answer.error)
    raise GitwardError(f"git cannot merge it here: {words}", "git 2.38 or newer is needed, or a commit that is rebased already")
