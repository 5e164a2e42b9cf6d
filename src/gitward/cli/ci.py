"""`gitward ci`: judge what a CI job is about, as `check` would, and report it where the provider shows it."""

from __future__ import annotations

import os
import shlex
import sys

import click

from gitward.adapters.ci import PROVIDERS, detect, read_job
from gitward.errors import GitwardError, Undecided, UsageError
from gitward.failure import no_decision
from gitward.model import UNLIMITED, Decision, Host, is_zero
from gitward.record import replace
from gitward.render import FORMATS, render
from gitward.render.escape import visible

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gitward.adapters.ci.common import CiJob
    from gitward.adapters.ci.plan import Check

# what is printed, what --output writes when no --format is given, and the file that is written anyway
_SHOWN = {"github": "github", "gitlab": "text", "bitbucket": "text"}
_FILED = {"github": "text", "gitlab": "gitlab", "bitbucket": "junit"}
_ALWAYS = {"bitbucket": os.path.join("test-results", "gitward.xml")}


@click.command(epilog="exit codes: 0 allowed, 1 denied, 2 usage or policy invalid, 3 undecided (an empty range, not recorded, "
                      "not stated)")  # fmt: skip
@click.option("--provider", type=click.Choice(PROVIDERS), help="Default: the one whose environment this is.")
@click.option("--policy", "policies", metavar="F|REF:PATH", multiple=True,
              help="Judge by this policy; may stand more than once. Default: .gitward.yaml at the base of the change.")
@click.option("--lookup", "lookups", metavar="NAME=FILE", multiple=True,
              help="The settings of a look-up that policies name, in a file outside the checkout.")
@click.option("--first-seen", metavar="FILE|DIR", default="",
              help="When commits were first seen: a file outside the checkout, lines of an oid and a time, or the server's log.")
@click.option("--log", "log", metavar="DIR", default="",
              help="Record the decision in this log, outside the checkout, before the exit code is returned.")
@click.option("--statement", is_flag=True, help="Sign what was decided about the head commit, and keep it in the checkout.")
@click.option("--key", metavar="KEY", default="",
              help="With --statement: sign with this key, a file outside the checkout. Default: as git commit -S does.")
@click.option("--send", is_flag=True, help="With --statement: push it to the checkout's remote as well.")
@click.option("--first", is_flag=True, help="Where the base has no policy, judge by the one that the change brings.")
@click.option("--allow-empty", is_flag=True, help="A change without commits is allowed, not undecided.")
@click.option("--format", "form", type=click.Choice(FORMATS), help="Default: what the provider shows best.")
@click.option("--output", metavar="F", default="", help="Write the report to this file.")
@click.option("--repo", metavar="P", default=".", show_default=True, help="The checkout.")
@click.option("--dry-run", is_flag=True, help="Print the `check` line that the job amounts to, and judge nothing.")
def ci(provider: str | None, policies: tuple[str, ...], lookups: tuple[str, ...], form: str | None, output: str, repo: str,
       first_seen: str, log: str, key: str, *, statement: bool, send: bool, first: bool, allow_empty: bool,
       dry_run: bool) -> int:  # fmt: skip
    """Judge the change that this CI job is about.

    Works out the range, the ref and a policy that the change itself cannot have touched, prints the `gitward check`
    line that this amounts to on stderr, runs it, and reports where the provider shows it. docs/ci.md has the details.

    With --statement the decision is signed by the job's own key, which the provider's store of secrets hands to it and no
    author of a change can reach; --send needs a clone that may push new refs below refs/gitward/statements/.

    \b
    examples:
      gitward ci                                        in a job of GitHub, GitLab or Bitbucket
      gitward ci --dry-run                              only show what would be judged
      gitward ci --output gl-code-quality-report.json   GitLab: findings in the merge request
      gitward ci --statement --key "$CI_KEY" --send     sign the decision, for whoever counts it
    """
    from gitward.cli.check import named_lookups, seen_in_log

    if (key or send) and not statement:
        raise UsageError("--key and --send are for a statement", "say --statement too")
    provider, found = provider or detect(os.environ), named_lookups(lookups, repo)
    try:
        job = read_job(provider, os.environ)
        if is_zero(job.head):
            raise Undecided(f"{job.ref} was deleted: there is no commit to judge", reason="empty")
        check = _plan(job, repo, policies, first=first)
    except GitwardError as problem:
        if problem.reason == "empty" and allow_empty:
            click.echo(visible(problem.message), err=True)
            return 0
        if statement:
            click.echo("gitward: nothing is signed: it is not known what there is to judge", err=True)
        return _report(_recorded(no_decision("ci", problem), log, provider, repo), provider, form, output)
    _say(check, repo, lookups, first_seen, allow_empty=allow_empty, err=not dry_run)
    if dry_run:
        return 0
    host = Host(policies=check.policies, repository=repo, limits=UNLIMITED, lookups=found, log=log,
                first_seen="" if os.path.isdir(first_seen) else first_seen, seen=seen_in_log(first_seen, repo))  # fmt: skip
    decision = _recorded(_judged(check, job, host, allow_empty=allow_empty), log, provider, repo)
    if statement:
        decision = _stated(decision, check, repo, key, send=send)
    return _report(decision, provider, form, output)


def _say(check: Check, repo: str, lookups: tuple[str, ...], first_seen: str, *, allow_empty: bool, err: bool) -> None:
    """The `check` line, and why a squash message is judged."""
    options = (*(("--repo", repo) if repo != "." else ()), *(("--allow-empty",) if allow_empty else ()),
               *(word for given in lookups for word in ("--lookup", given)),
               *(("--first-seen", first_seen) if first_seen else ()))  # fmt: skip
    click.echo(visible(shlex.join((*check.words, *options))), err=err)
    if check.squash:
        click.echo(visible(f"# {check.squash}"), err=err)


def _stated(decision: Decision, check: Check, repo: str, key: str, *, send: bool) -> Decision:
    """The same decision, now signed and, where that was asked for, sent; else there is a failure in it."""
    from gitward.adapters.ci.stating import stated

    decision, ref = stated(decision, check, repo, key, send=send)
    if ref:
        click.echo(f"stated: {ref}", err=True)
    return decision


def _plan(job: CiJob, repo: str, policies: tuple[str, ...], *, first: bool) -> Check:
    from gitward.adapters.check import opened
    from gitward.adapters.ci.plan import plan

    with opened(repo) as repository:
        return plan(job, repository, policies, first=first)


def _recorded(decision: Decision, log: str, provider: str, repo: str) -> Decision:
    """The same decision, now in the log, if there is one; where it cannot be recorded there is none."""
    if not log:
        return decision
    from gitward.adapters.ci.started import claims
    from gitward.audit import recorder
    from gitward.audit.event import decision_item

    try:
        recorder.record(log, decision_item(decision, claims(provider, os.environ, repo)))
    except Exception as problem:  # noqa: BLE001  invariant 6: unrecorded is undecided
        return no_decision("ci", problem)
    return decision


def _judged(check: Check, job: CiJob, host: Host, *, allow_empty: bool) -> Decision:
    """The decision, as `check` makes it; a range without commits is undecided."""
    from gitward.cli.progress import Progress
    from gitward.judge import judge

    with Progress("commits judged") as progress:
        decision = judge(check.request, host, progress)
    if decision.exit_code == 0 and decision.commits == 0 and not allow_empty:
        empty = Undecided("the range holds no commit", "check the range, or say --allow-empty", "empty")
        return no_decision("ci", empty)
    if decision.failure and decision.failure.reason in ("missing-object", "incomplete-range"):
        return replace(decision, failure=replace(decision.failure, fix=job.deeper))
    return decision


def _report(decision: Decision, provider: str, form: str | None, output: str) -> int:
    """Print or write what was asked for, else what the provider shows; and its own files. Returns the exit code."""
    from gitward.cli.output import wants_colour, write

    output = "" if output == "-" else output
    if form is None or not output:
        shown = form or _SHOWN[provider]
        how = {"colour": wants_colour(sys.stdout)} if shown == "text" else {}
        write(render(shown, decision, **how))
    path = output or ("" if form else _ALWAYS.get(provider, ""))
    if path:
        _file(path, render(form or _FILED[provider], decision))
    summary = os.environ.get("GITHUB_STEP_SUMMARY", "") if provider == "github" else ""
    if summary:
        from gitward.render.github import summary as page

        with open(summary, "a", encoding="utf-8") as file:
            file.write(page(decision))
    return decision.exit_code


def _file(path: str, text: str) -> None:
    """Write a report into the checkout. A link there comes from the change under judgement and is not followed."""
    folder = os.path.dirname(path)
    expected = path if os.path.isabs(path) else os.path.join(os.path.realpath(os.curdir), os.path.normpath(path))
    if os.path.islink(path) or (not os.path.isabs(path) and os.path.realpath(path) != expected):
        raise Undecided(f"{path} is, or lies behind, a symbolic link", "take the link out of the change", "unsafe-path")
    if folder:
        os.makedirs(folder, exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
