"""`gitward signatures`: who signed each commit of a range, by the policy's own trust list."""

from __future__ import annotations

import os
from collections import Counter
from typing import Any, Literal

import click

from gitward.errors import UsageError
from gitward.model import SignatureResult

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gitward.model import Oid, Policy
    from gitward.repository import Repository
    from gitward.survey import Choice, Survey


@click.command(
    epilog="exit codes: 0 all could be decided, 1 with --require good when one is not good, 2 usage or policy invalid, "
    "3 undecided (an empty RANGE too)",
)
@click.argument("ranges", metavar="[RANGE]...", nargs=-1)
@click.option("--all", "all_refs", is_flag=True, help="Every commit that a ref reaches, once.")
@click.option("--repo", metavar="R", default=".", show_default=True, help="The repository, or a folder in its work tree.")
@click.option("--policy", "source", metavar="F|REF:PATH", default="",
              help="Whose signatures count. Default: .gitward.yaml at the top of the work tree.")
@click.option("--first-seen", metavar="FILE|DIR", default="",
              help="When commits were first seen: a file of lines of an oid and a time, or the server's log.")
@click.option("--validity", type=click.Choice(["first-seen", "signature", "now"]), default=None,
              help="When the key must have been valid. Default: as the policy's signed-commit says.")
@click.option("--unknown-first-seen", type=click.Choice(["now", "signature"]), default=None,
              help="What counts where nobody knows when the commit was first seen. Default: as the policy says.")
@click.option("--signer", type=click.Choice(["author", "committer", "either"]), default=None,
              help="Whose address must be one of the principal's. Default: as the policy says.")
@click.option("--require", type=click.Choice(["good"]), default=None, help="Exit with 1 when a commit has another status.")
@click.option("--jobs", metavar="N", type=click.IntRange(1, 64), default=None, help="Processes. Default: the cores, up to 8.")
@click.option("--cache", metavar="DIR", default=None, help="Keep proofs in this folder of your own. Default: the user's cache.")
@click.option("--no-cache", is_flag=True, help="Do all the arithmetic again, and keep nothing.")
@click.option("--format", "form", type=click.Choice(["text", "json", "csv"]), default="text", show_default=True)
@click.option("--output", metavar="F", default="", help="Write the report to this file.")
def signatures(ranges: tuple[str, ...], repo: str, source: str, first_seen: str, require: str | None, jobs: int | None,
               validity: Literal["first-seen", "signature", "now"] | None,
               unknown_first_seen: Literal["now", "signature"] | None,
               signer: Literal["author", "committer", "either"] | None,
               cache: str | None, form: str, output: str, *, all_refs: bool, no_cache: bool) -> int:  # fmt: skip
    """Say of each commit who signed it, and whether that counts: a line per commit, newest first.

    Trust comes from the policy's `principals` alone, never from a keyring or a configuration of yours. RANGE is as in
    `gitward check`; with none: what is ahead of the target branch.

    \b
    examples:
      gitward signatures HEAD~20..
      gitward signatures --all --require good --format csv --output signatures.csv
      gitward signatures v1.0..v2.0 --validity signature
      gitward signatures --repo /srv/git/app.git --all --policy org.yaml --first-seen seen.txt
    """
    from gitward.adapters import check as adapter
    from gitward.cli.check import default_policy

    if ranges and all_refs:
        raise UsageError("give a RANGE or --all, not both")
    with adapter.opened(repo) as repository:
        policy = policy_of(source or default_policy(repo), repository)
        choice = choice_of(policy, validity, unknown_first_seen, signer)
        survey = survey_of(policy, first_seen, choice, "" if no_cache else _folder(cache), repo)
        oids = _walk(repository, ranges, all_refs=all_refs)
        first = next(oids, None)
        if first is None and ranges:
            click.echo("undecided: the range holds no commit\n  fix: check the range", err=True)
            return 3
        counts = _report(repository, first, oids, survey, policy, jobs or min(os.cpu_count() or 1, 8), form, output)
    return 1 if require and set(counts) - {"good"} else 0


def policy_of(source: str, repository: Repository) -> Policy:
    from gitward import sources

    return sources.load(source, repository, receiving=False)


def choice_of(policy: Policy, validity: Any = None, unknown: Any = None, signer: Any = None) -> Choice:
    """The options given, else those of the policy's first entry of signed-commit, else that rule's defaults."""
    from gitward.rules.signed_commit import SignedCommit
    from gitward.survey import Choice

    rule = next((entry.rule for entry in policy.entries if entry.rule.name == SignedCommit.name), SignedCommit())
    return Choice(
        validity=validity or rule.validity,
        unknown_first_seen=unknown or rule.unknown_first_seen,
        signer=signer or rule.signer,
    )


def survey_of(policy: Policy, first_seen: str, choice: Choice, cache: str, repo: str = ".") -> Survey:
    from gitward import clock
    from gitward.cli.check import seen_in_log
    from gitward.signatures.moments import Moments, read_first_seen
    from gitward.survey import Survey

    is_log = os.path.isdir(first_seen)
    seen = read_first_seen(first_seen) if first_seen and not is_log else seen_in_log(first_seen, repo)
    moments = Moments(now=clock.seconds(clock.now()), seen=seen)
    return Survey(trust=policy.trust, moments=moments, choice=choice, cache=cache)


def _folder(cache: str | None) -> str:
    """Where proofs are kept. Not in CI, unless a folder is named: others may have written there before."""
    from gitward.ownfolder import cache_folder

    if cache is not None:
        return os.path.abspath(cache)
    return "" if os.environ.get("CI") else cache_folder("signatures")


def _walk(repository: Repository, ranges: tuple[str, ...], *, all_refs: bool) -> Iterator[Oid]:
    """The commits, newest first."""
    from gitward.adapters import check as adapter

    judged = adapter.request(repository, ranges=ranges, all_refs=all_refs).ranges
    include = tuple(dict.fromkeys(tip for each in judged for tip in each.include))
    if all_refs:
        return repository.walk_down(include) if include else iter(())
    oids: dict[Oid, None] = {}
    for each in judged:
        oids |= dict.fromkeys(repository.walk(each.include, each.exclude or ()))
    return reversed(oids)


def _report(repository: Repository, first: Oid | None, oids: Iterator[Oid], survey: Survey, policy: Policy, jobs: int,
            form: str, output: str) -> Counter[str]:  # fmt: skip
    from itertools import chain

    from gitward.cli.output import writing
    from gitward.cli.progress import Progress
    from gitward.render import signatures as render
    from gitward.survey import surveyed

    counts: Counter[str] = Counter()
    whole = chain(() if first is None else (first,), oids)
    with Progress("signatures") as progress:
        results: Iterator[SignatureResult] = surveyed(repository, whole, survey, jobs, progress)
        if form == "json":
            pieces = render.as_json(results, counts, _head(policy, survey))
        else:
            pieces = render.as_csv(results, counts) if form == "csv" else render.as_text(results, counts)
        writing(pieces, output)
    return counts


def _head(policy: Policy, survey: Survey) -> dict[str, Any]:
    from gitward import __version__
    from gitward.days import moment
    from gitward.policy.trust import digest
    from gitward.record import values

    return {
        "gitward": __version__,
        "policy": {"id": policy.id, "revision": policy.revision, "digest": policy.digest, "source": policy.source},
        "trust": digest(policy.trust),
        "now": moment(survey.moments.now),
        **values(survey.choice),
    }
