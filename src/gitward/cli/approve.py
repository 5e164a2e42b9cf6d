"""`gitward approve`: say with a signature that just this change may come in."""

from __future__ import annotations

import os

import click

from gitward.errors import GitwardError, UsageError
from gitward.render.escape import visible

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gitward.approvals.landing import Landing
    from gitward.repository import Repository
    from gitward.statements.keeping import Place

_LISTED = 20  # commits that a summary names
_EXPORT = (8 << 20) + 1


@click.command(
    epilog="exit codes: 0 done (with --show: nothing more is wanted), 1 with --show: approvals are missing, "
    "2 usage or policy invalid, 3 it cannot be read, signed, kept or sent",
)
@click.argument("revision", metavar="RANGE|COMMIT", default="HEAD")
@click.option("--ref", metavar="REF", default="", help="The ref that it is to land on, in full: refs/heads/main.")
@click.option("--remote", metavar="NAME", default="", help="Where it is to land. Default: origin, or the only remote.")
@click.option("--url", metavar="URL", default="", help="The repository's URL, where it is not the remote's own.")
@click.option("--key", metavar="KEY", default="", help="Sign with this key. Default: as git commit -S does.")
@click.option("--push", is_flag=True, help="Send the statement to the remote as well.")
@click.option("--dry-run", is_flag=True, help="Show what would be approved, and sign nothing.")
@click.option("--show", is_flag=True, help="Sign nothing: list the approvals that stand, and what the policy still wants.")
@click.option("--policy", "source", metavar="F|REF:PATH", default="", help="For --show. Default: .gitward.yaml.")
@click.option("--from-forge", "export", metavar="FILE", type=click.Path(), default="",
              help="Sign for the reviews in a forge's export: weaker, and named so.")
@click.option("--forge", type=click.Choice(["github", "gitlab", "gerrit", "bitbucket"]), default=None,
              help="Whose export FILE is.")
@click.option("--revoke", metavar="ID", default="", help="Take back a statement, by its id or the beginning of it.")
@click.option("--reason", metavar="TEXT", default="", help="Why it is taken back.")
@click.option("--repo", metavar="P", default=".", show_default=True, help="The repository, or a folder in its work tree.")
def approve(revision: str, ref: str, remote: str, url: str, key: str, source: str, export: str, forge: str | None,
            revoke: str, reason: str, repo: str, *, push: bool, dry_run: bool, show: bool) -> int:  # fmt: skip
    """Approve a change for one ref, as it stands now, and for the tree that will come of it.

    The approval is a signed statement in a ref of its own. It counts for this repository, this ref, the tip on which the
    change lands and the tree that the ref will then have, and for nothing else: when the change is amended, or the ref moves,
    it is void, unless the policy keeps it for the same patch. Look at what is shown before you sign: git show, git diff.

    \b
    examples:
      gitward approve topic --ref refs/heads/main --push
      gitward approve origin/main..topic --ref refs/heads/main --dry-run
      gitward approve topic --ref refs/heads/main --show
      gitward approve topic --ref refs/heads/main --from-forge reviews.json --forge github
      gitward approve --revoke 3f2a9c --reason "looked at the wrong branch"
    """
    from gitward.approvals import landing as landings
    from gitward.cli.kept import told, waiting
    from gitward.repository import open_repository
    from gitward.statements import keeping

    if revoke and not reason:
        raise UsageError("--revoke needs --reason TEXT", "say why: it is shown to everybody who wonders")
    if not (ref or revoke):
        raise UsageError("--ref is missing", "name the ref that it is to land on: --ref refs/heads/main")
    if bool(export) != bool(forge):
        raise UsageError("--from-forge FILE and --forge NAME belong together")
    with open_repository(repo) as repository:
        at = keeping.place(repository, repo, remote, url, key, waiting)
        if revoke:
            return told((keeping.revoke(at, revoke, reason),), "revoked", at, push=push)
        found = landings.landing(repository, revision, landings.target(repository, at, ref))
        _summary(repository, repo, found)
        if show:
            return _shown(repository, found, source, repo)
    if dry_run:
        return 0
    if export:
        kept = _imported(at, found, export, forge or "")
    else:
        kept = (keeping.keep(at, "approval", (found.commit,), found.approval),)
    return told(kept, "approved", at, push=push)


def _echo(*lines: str) -> None:
    for line in lines:
        for each in line.split("\n"):
            click.echo(visible(each))


def _summary(repository: Repository, folder: str, found: Landing) -> None:
    """What is approved: where it lands, the commits, and how much they change."""
    from itertools import islice

    from gitward import gitcommand

    to = found.target
    is_new = not to.base.strip("0")
    _echo(
        f"repository {to.repository}",
        f"ref {to.ref} at {'nothing' if is_new else to.base} ({to.known_by})",
        f"commit {found.commit}",
        f"tree {found.tree} ({found.way})",
        f"{found.commits} commit{'' if found.commits == 1 else 's'}:",
    )
    base = "" if is_new else repository.peel(to.base)[1]
    oids = islice(repository.walk((found.commit,), (base,) if base else (), max_count=_LISTED), _LISTED)
    for commit in repository.commits(oids):
        author = commit.author
        who = f"{author.name[:40]} <{author.email[:60]}>" if author else ""
        _echo(f'  {(commit.oid or "")[:12]} "{commit.message.subject[:72]}" {who}')
    if found.commits > _LISTED:
        _echo(f"  and {found.commits - _LISTED} before these")
    if base:
        # nothing that the change itself, or where this is run, may say leaves a path out
        options = ("--no-ext-diff", "--no-textconv", "--ignore-submodules=none", "--no-relative", "--stat=100", "--stat-count=20")
        _echo(gitcommand.need(folder, "diff", *options, base, found.tree))


def _shown(repository: Repository, found: Landing, source: str, repo: str) -> int:
    from gitward import sources
    from gitward.approvals.standing import standing
    from gitward.cli.check import default_policy

    policy = sources.load(source or default_policy(repo), repository, receiving=False)
    lines = standing(repository, policy, found)
    _echo(*(text for text, _ in lines), *([] if lines else [f"no entry of {policy.id} wants approvals for {found.target.ref}"]))
    return 1 if any(is_missing for _, is_missing in lines) else 0


def _imported(at: Place, found: Landing, export: str, forge: str) -> tuple[str, ...]:
    """A statement for each review of this commit in an export."""
    from gitward.approvals.forges import reviews
    from gitward.record import replace
    from gitward.statements.keeping import keep_all

    try:
        with open(export, "rb") as file:
            data = file.read(_EXPORT)
    except OSError as problem:
        raise UsageError(f"{export}: cannot be read: {problem.strerror}") from None
    kept = []
    for review in reviews(data, forge):
        if review.commit not in ("", found.commit):
            _echo(f"passed over: {review.reviewer} approved {review.commit[:12]}, which is another commit")
            continue
        said = replace(found.approval, source=forge, reviewer=review.reviewer)
        kept.append(((found.commit,), said))
        _echo(f"{review.reviewer} on {forge}: weaker evidence, by the export and your signature")
    if not kept:
        raise GitwardError(f"nobody has approved {found.commit[:12]} in {os.path.basename(export)}", "export the reviews anew")
    return keep_all(at, "approval", kept)
