"""The cut-over: one commit that all tips of the day are parents of, and the ref and the host's settings that name it.

The commit holds no file: nothing is ever compared with it, and it costs a fetch nothing but the commits themselves.
"""

from __future__ import annotations

import time

from gitward import gitcommand
from gitward.errors import BudgetExceeded, MissingObject, UsageError
from gitward.installer import server
from gitward.installer.digests import repository_name
from gitward.life.tips import tips
from gitward.model import BASELINE, Oid
from gitward.record import record, replace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Literal

    from gitward.installer.server import Installed
    from gitward.life.tips import Tips
    from gitward.repository import Repository

    What = Literal["written", "moved", "unchanged", "stands"]

PARENTS = 10_000  # of one commit; gitward reads no commit over 1 MiB
_SUBJECT = "gitward baseline"
_EMAIL = "gitward@localhost"


@record
class Cut:
    """The baseline that this day would make, beside the one that stands.

    `ref` is what `refs/gitward/baseline` holds, '' for nothing; `standing` is what counts now: what the hook of a server
    says, else the ref. `kept` are further commits that the hook lets in and the tips do not reach. `more` and `fewer`
    count the commits that are exempt by the new one alone, and by the standing one alone; `exempt` those of the new one.
    """

    path: str
    is_bare: bool
    tips: Tips
    ref: str
    standing: tuple[Oid, ...]
    kept: tuple[Oid, ...]
    hook: Installed | None
    is_same: bool
    exempt: int
    more: int
    fewer: int

    def what(self, *, move: bool) -> What:
        """What is to be done: a baseline that stands is moved only when that is asked for."""
        if not self.standing:
            return "written"
        if self.is_same and self.ref in self.standing:
            return "unchanged"
        return "moved" if move else "stands"


def cut(repository: Repository, path: str) -> Cut:
    """Look at a repository; nothing is written. Raises UsageError, Undecided (a shallow clone, too many tips)."""
    is_bare = gitcommand.need(path, "rev-parse", "--is-bare-repository") == "true"
    found = tips(repository, is_bare=is_bare)
    if len(found.commits) > PARENTS:
        raise BudgetExceeded(
            f"{len(found.commits)} branches and tags do not reach each other, and a baseline takes {PARENTS}",
            "delete or merge branches that are over, or write since: {commits: [...]} with the tips that count",
        )
    hook = _hook(path) if is_bare else None
    ref = Oid(repository.ref(BASELINE) or "")
    hooks = tuple(Oid(oid) for oid in hook.settings.baseline) if hook else ()
    standing = hooks or ((ref,) if ref else ())
    kept = tuple(oid for oid in hooks if oid != ref and not _is_reached(repository, oid, found.commits))
    before = _ends(repository, standing)
    after = (*found.commits, *_ends(repository, kept))
    return Cut(
        path=path,
        is_bare=is_bare,
        tips=found,
        ref=ref,
        standing=standing,
        kept=kept,
        hook=hook,
        is_same=bool(ref) and set(_ends(repository, (ref,))) == set(found.commits),
        exempt=repository.count(after, ()),
        more=repository.count(after, before),
        fewer=repository.count(before, after) if before else 0,
    )


def _hook(path: str) -> Installed | None:
    """The hook of a server, None also where git takes hooks from a place that is not this repository's."""
    try:
        server.hook_path(path)
    except UsageError:
        return None
    return server.installed(path)


def _ends(repository: Repository, oids: Iterable[Oid]) -> tuple[Oid, ...]:
    """What of the project is newest in these baselines: for a commit of ours its parents. What is not here is left out."""
    found: list[Oid] = []
    for oid in oids:
        try:
            (commit,) = repository.commits((oid,))
        except MissingObject:
            continue
        is_ours = commit.message.subject == _SUBJECT and commit.author and commit.author.email == _EMAIL
        found += (commit.parents or ()) if is_ours else (oid,)
    return tuple(dict.fromkeys(found))


def _is_reached(repository: Repository, oid: Oid, commits: tuple[Oid, ...]) -> bool:
    try:
        return repository.count((oid,), commits, at_most=1) == 0
    except MissingObject:
        return False


def write(found: Cut, what: What) -> Oid:
    """Make the baseline of the day, or keep the one that is the same, and see to it that the hook says so.

    Raises GitwardError where git or the hook's file does not take it; doing it again then ends it.
    """
    oid = Oid(found.ref)
    hook = found.hook
    if what in ("written", "moved"):
        oid = _commit(found)
        before = found.ref or "0" * len(oid)
        _tell(found, what, oid, (BASELINE, before, oid))
        gitcommand.need(
            found.path, "update-ref", "--no-deref", "--create-reflog", "-m", "gitward policy baseline", BASELINE, oid, before
        )
    elif hook and oid not in hook.settings.baseline:
        _tell(found, "believed", oid, None)
    if hook and oid not in hook.settings.baseline:
        server.install(found.path, hook.program, replace(hook.settings, baseline=(oid, *found.kept)))
    return oid


def _tell(found: Cut, action: str, oid: Oid, ref: tuple[str, str, str] | None) -> None:
    """Say it in the log of a server, where it has one, before it is so. Raises GitwardError: then nothing is written."""
    log = found.hook.settings.log if found.hook else ""
    if log:
        from gitward.audit import recorder
        from gitward.audit.baselines import baseline_changed

        counts = {"exempt": found.exempt, "more": found.more, "fewer": found.fewer}
        after = (oid, *found.kept)
        recorder.record(log, baseline_changed(repository_name(found.path), action, ref, found.standing, after, counts))


def _commit(found: Cut) -> Oid:
    """Written as the object that it is: any number of parents, and nobody's name and time in it but ours."""
    tree = gitcommand.need(found.path, "hash-object", "-t", "tree", "-w", "--stdin")
    who = f"gitward <{_EMAIL}> {int(time.time())} +0000"
    lines = [
        f"tree {tree}",
        *(f"parent {oid}" for oid in found.tips.commits),
        f"author {who}",
        f"committer {who}",
        "",
        _SUBJECT,
        "",
        "What the parents reach was there before the change policy:",
        "entries that say `since: baseline` let it go.",
        "",
    ]
    return Oid(
        gitcommand.need(found.path, "hash-object", "-t", "commit", "-w", "--stdin", stdin="\n".join(lines).encode("ascii"))
    )
