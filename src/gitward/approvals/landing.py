"""What would come of a change: the tip that it lands on, as this clone knows it, and the tree that git makes of both."""

from __future__ import annotations

from gitward import gitcommand
from gitward.errors import GitwardError, UsageError
from gitward.model import Approval
from gitward.record import record
from gitward.repository.merging import Merger, empty_folder

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gitward.repository import Repository
    from gitward.statements.keeping import Place

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
    if repository.merge_base(base, commit) is None:
        raise GitwardError(f"{commit[:12]} shares no history with {base[:12]}", "approve a commit that was made on it")
    with empty_folder() as folder:  # the tree stays in this clone: it is shown, and compared
        made = Merger(repository.path, {}, repository.oid_length, folder).merged(base, commit)
    first = f"merge or rebase {commit[:12]} first, and approve what comes of it"
    if made.why and repository.is_partial:
        fix = "git fetch --refetch --no-filter brings the files that this clone leaves out; or approve in a whole clone"
        raise GitwardError(f"git cannot merge it here: {made.why}", fix)
    if made.why:
        raise GitwardError(f"git cannot merge it here: {made.why}", f"git 2.38 or newer is needed; or {first}")
    if not made.is_clean:
        named = ", ".join(path.decode("utf-8", "surrogateescape") for path in made.conflicts[:_CONFLICTS])
        named += ", ..." if len(made.conflicts) > _CONFLICTS else ""
        raise GitwardError(f"it does not merge without conflicts: {named}", first)
    return made.tree, "the tree that git makes of merging both"
