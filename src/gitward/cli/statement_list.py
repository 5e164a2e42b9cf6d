"""`gitward statement list`: what stands and what is archived, and who signed it by the policies in sight."""

from __future__ import annotations

import click

from gitward.cli import output as out
from gitward.cli.policy_source import REPO
from gitward.errors import UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gitward.model import Policy
    from gitward.render.statements import Listed
    from gitward.repository import Repository


@click.command("list", epilog="exit codes: 0 listed, nothing too, 2 usage or policy invalid, 3 it cannot be read or verified")
@click.argument("revision", metavar="[COMMIT]", default="")
@click.option("--policy", "sources", metavar="F|REF:PATH", multiple=True,
              help="Whose keys count; may stand more than once. Default: .gitward.yaml at the top of the work tree.")
@click.option("--first-seen", "log", metavar="DIR", default="", help="A server's log, the folder: when it first received each.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.option("--output", metavar="F", default="", help="Write the report to this file.")
@REPO
def listing(*, revision: str, sources: tuple[str, ...], log: str, form: str, output: str, repo: str) -> int:
    """List the statements about COMMIT, or all: of which kind and type, about what, when made, and signed by whom.

    Listed is what this clone has: `git fetch` brings more (docs/statements.md). By each policy a statement is signed by its
    principals, or counts for nobody, and the reason stands there: a key that is not listed, a signature that does not hold, a
    revocation. Keys are judged as of now; a server's log may know that they were good when it saw the statement: with
    --first-seen each says when the log received it, which entry says so, whether it had ended by then, or that it never did.

    \b
    examples:
      gitward statement list
      gitward statement list HEAD~1 --policy origin/main:.gitward.yaml
      gitward statement list --policy /etc/gitward/org.yaml --format json --output statements.json --repo /srv/git/shop.git
    """
    from gitward.render import statements as render
    from gitward.repository import open_repository

    with open_repository(repo) as repository:
        policies = _policies(sources, repo, repository)
        listed = _with_times(_listed(repository, policies, repository.resolve(revision) if revision else ""), log)
        if form == "json":
            heads = [{"id": each.id, "digest": each.digest, "source": each.source} for each in policies]
            out.writing(render.as_json(listed, heads), output)
        else:
            out.writing(render.as_text(listed, [each.id for each in policies]), output)
    return 0


def _with_times(listed: Iterator[Listed], log: str) -> Iterator[Listed]:
    """The same, and when a log first received each, where one is named."""
    if not log:
        return listed
    from gitward.audit.statements import received
    from gitward.record import replace

    times = received(log)
    return (replace(each, received=times.get(each.statement.id), is_log_asked=True) for each in listed)


def _policies(given: tuple[str, ...], repo: str, repository: Repository) -> tuple[Policy, ...]:
    """Those that are named, else the work tree's own, if there is one."""
    from gitward import sources
    from gitward.cli.check import default_policy

    if not given:
        try:
            given = (default_policy(repo),)
        except UsageError:
            return ()
    return tuple(sources.load(source, repository, receiving=False) for source in given)


def _listed(repository: Repository, policies: tuple[Policy, ...], revision: str) -> Iterator[Listed]:
    from gitward import clock
    from gitward.model import Evidence
    from gitward.render.statements import Listed
    from gitward.signatures.moments import Moments
    from gitward.signatures.signers import Signers
    from gitward.statements import places
    from gitward.statements.finding import every
    from gitward.statements.reading import predicate_type_of
    from gitward.statements.revoking import is_revoked

    now = clock.seconds(clock.now())
    commit = repository.peel(revision)[1] if revision else ""
    standing = places.standing(repository.refs(symbolic=False))
    stand = {ref.rpartition("/")[2] for ref in standing}
    if commit:
        refs = {**standing, **places.archived(repository, frozenset((commit, "0" * repository.oid_length)))}
    else:
        refs = places.everything(repository)
    signers = [Signers(policy.trust, Moments(now=now)) for policy in policies]
    try:
        for each in every(repository, policies, signers, refs, now):
            if commit and commit not in each.subjects:
                continue
            own = each.said.predicate_type if isinstance(each.said, Evidence) else predicate_type_of(each.kind)
            revoked = tuple(is_revoked(each, policy) for policy in range(len(policies)))
            yield Listed(statement=each, predicate_type=own, is_archived=each.id not in stand, revoked=revoked)
    finally:
        for each_of in signers:
            each_of.close()
