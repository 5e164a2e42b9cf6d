"""`gitward explain`: a rule, or why a commit is judged as it is."""

from __future__ import annotations

import difflib
import os

import click

from gitward.errors import GitwardError, UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gitward.model import Commit, Policy, Tag


def _offered(_context: click.Context, _parameter: click.Parameter, typed: str) -> list[str]:
    from gitward import rules

    return [name for name in rules.NAMES if name.startswith(typed)]


@click.command(
    epilog="exit codes: 0 explained, 2 usage or policy invalid, 3 the repository or the commit cannot be read"
)
@click.argument("subject", metavar="RULE|OID", shell_complete=_offered)
@click.option(
    "--repo", metavar="P", default=".", show_default=True, help="The repository, or a folder in its work tree."
)
@click.option(
    "--policy", "policies", metavar="F|REF:PATH", multiple=True, help="Default: .gitward.yaml at the top, if any."
)
@click.option(
    "--ref", metavar="REFNAME", default="", help="OID: judge it as a commit for this ref. Default: the target branch."
)
@click.option("--signature", is_flag=True, help="OID or TAG: how its signature was judged, step by step, and where it stopped.")
@click.option("--first-seen", metavar="FILE|DIR", default="", help="With --signature: when commits were first seen.")
def explain(subject: str, repo: str, policies: tuple[str, ...], ref: str, first_seen: str, *, signature: bool) -> int:
    """Explain a rule, an entry of the policy, or the judgement of one commit.

    RULE: what it checks and why, examples, its options with their defaults, and your own values per entry. OID, or any
    other name of a commit: the outcome of every entry, the line of the policy that says so, and what to do.

    \b
    examples:
      gitward explain ticket-reference
      gitward explain change-ticket              an entry of the policy, by its id
      gitward explain HEAD --ref refs/heads/main
      gitward explain --signature HEAD
      gitward explain --signature v1.2           the tag's own; v1.2^{} is the commit's
    """
    from gitward import rules

    if signature:
        return _signature(subject, repo, policies, first_seen)
    if subject in rules.NAMES:
        return _rule(subject, _policy(repo, policies, needed=False))
    try:
        return _commit(subject, repo, policies, ref)
    except GitwardError as problem:
        if problem.reason not in ("unknown-revision", "no-repository"):
            raise
        entry = _entry_named(subject, repo, policies)
        if not entry:
            near = difflib.get_close_matches(subject, rules.NAMES, n=1, cutoff=0.6)
            hint = f"; did you mean {near[0]!r}?" if near else ""
            message = f"{subject!r} is no rule, no entry of the policy and no commit here{hint}"
            raise UsageError(message, f"rules: {', '.join(rules.NAMES)}") from None
        return _rule(entry, _policy(repo, policies, needed=True))


def _policy(repo: str, policies: tuple[str, ...], *, needed: bool) -> Policy | None:
    """The first policy named, else that of the work tree. None where there is none, unless it is needed."""
    from gitward.cli.check import default_policy
    from gitward.cli.policy_source import loaded

    if not policies:
        try:
            policies = (default_policy(repo),)
        except UsageError:
            if needed:
                raise
            return None
    return loaded(policies[0], repo)


def _entry_named(subject: str, repo: str, policies: tuple[str, ...]) -> str:
    """The rule of the entry with this id, '' for none."""
    policy = _policy(repo, policies, needed=False)
    found = [entry for entry in policy.entries if entry.id == subject] if policy else []
    return found[0].rule.name if found else ""


def _rule(name: str, policy: Policy | None) -> int:
    from gitward.explanation import rule_page

    click.echo(rule_page(name, policy), nl=False)
    return 0


def _commit(revision: str, repo: str, policies: tuple[str, ...], ref: str) -> int:
    from gitward.adapters import check as adapter
    from gitward.cli.check import default_policy
    from gitward.errors import Undecided
    from gitward.explanation import judgement_of
    from gitward.judge import judge
    from gitward.model import UNLIMITED, Host

    if ".." in revision:
        raise UsageError("explain takes one commit, not a range", f"for a range: gitward check {revision}")
    with adapter.opened(repo) as repository:
        oid = repository.peel(repository.resolve(revision))[1]
        (commit,) = repository.commits((oid,))
        request = adapter.request(repository, ranges=(oid,), ref=ref)
        path = repository.path
    sources = policies or (os.path.abspath(default_policy(repo)),)
    decision = judge(request, Host(policies=sources, repository=path, limits=UNLIMITED, lookups=None))
    if decision.failure:
        problem = UsageError if decision.failure.exit_code == 2 else Undecided
        raise problem(decision.failure.message, decision.failure.fix)
    click.echo(judgement_of(commit, request.ranges[0].ref, decision), nl=False)
    return 0


def _signature(revision: str, repo: str, policies: tuple[str, ...], first_seen: str) -> int:
    from gitward.adapters import check as adapter
    from gitward.cli import signatures as command
    from gitward.cli.check import default_policy
    from gitward.render.escape import visible
    from gitward.signature_steps import as_lines, steps
    from gitward.signatures.signers import Signers

    with adapter.opened(repo) as repository:
        tags, oid, _ = repository.peel(repository.resolve(revision))
        asked: Commit | Tag = tags[0] if tags else next(repository.commits((oid,)))
        policy = command.policy_of(policies[0] if policies else default_policy(repo), repository)
    survey = command.survey_of(policy, first_seen, command.choice_of(policy), "", repo)
    signers = Signers(survey.trust, survey.moments)
    try:
        found, result = steps(asked, signers.reader, survey.moments, survey.choice)
    finally:
        signers.close()
    for line in as_lines(asked, found, result):
        click.echo(visible(line))
    return 0
