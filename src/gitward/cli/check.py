"""`gitward check`: judge commits, a message, or what a squash merge would write."""

from __future__ import annotations

import os
import sys
from typing import Literal

import click

from gitward.errors import Undecided, UsageError
from gitward.failure import no_decision
from gitward.model import FILE_NAME, UNLIMITED, Decision, Host, Request
from gitward.render import FORMATS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


@click.command(
    epilog="exit codes: 0 allowed, 1 denied, 2 usage or policy invalid, 3 undecided (an empty RANGE too)",
)
@click.argument("ranges", metavar="[RANGE]...", nargs=-1)
@click.option("--repo", metavar="P", default=".", show_default=True, help="The repository, or a folder in its work tree.")
@click.option("--policy", "policies", metavar="F|REF:PATH", multiple=True,
              help="Judge by this policy; may stand more than once. Default: .gitward.yaml at the top of the work tree.")
@click.option("--ref", metavar="REFNAME", default="", help="Judge as commits for this ref. Default: the target branch.")
@click.option("--all", "all_refs", is_flag=True, help="Every commit that a ref reaches, once, for the refs that reach it.")
@click.option("--message", metavar="FILE|-", default="", help="Judge this message as it would be committed.")
@click.option("--fix", is_flag=True, help="With --message FILE: put right in the file what can be put right safely.")
@click.option("--diff", is_flag=True, help="With --fix: show the change, and leave the file as it is.")
@click.option("--squash", metavar="BASE..HEAD", default="", help="Show and judge the message a squash merge would write.")
@click.option("--lookup", "lookups", metavar="NAME=FILE", multiple=True, help="The settings of a look-up that policies name.")
@click.option("--no-lookup", is_flag=True, help="Look no ticket up: judge the messages alone.")
@click.option("--first-seen", metavar="FILE|DIR", default="",
              help="When commits were first seen: a file of lines of an oid and a time, or the server's log.")
@click.option("--jobs", metavar="N", type=click.IntRange(1, 64), default=None, help="Processes. Default: the cores, for --all.")
@click.option("--reader", type=click.Choice(["plumbing", "libgit2"]), default="plumbing", show_default=True,
              help="Who reads the objects: git itself, or libgit2 as a second opinion on the same bytes.")
@click.option("--allow-empty", is_flag=True, help="A RANGE without commits is allowed, not undecided.")
@click.option("--format", "form", type=click.Choice(FORMATS), default="text", show_default=True)
@click.option("--output", metavar="F", default="", help="Write the report to this file.")
@click.option("--all-violations", is_flag=True, help="Print every violation that was kept, not one block per entry.")
@click.option("--color", "--colour", type=click.Choice(["auto", "always", "never"]), default="auto")
def check(ranges: tuple[str, ...], repo: str, policies: tuple[str, ...], lookups: tuple[str, ...], ref: str,
          message: str, squash: str, jobs: int | None, reader: Literal["plumbing", "libgit2"], form: str,
          output: str, color: str, first_seen: str, *, all_refs: bool, allow_empty: bool, all_violations: bool, fix: bool,
          diff: bool, no_lookup: bool) -> int:  # fmt: skip
    """Judge commits by the policy, as the hook and the server do.

    RANGE with `..` is what git rev-list takes; a single revision is that one commit. With no RANGE: what is ahead of
    the target branch.

    \b
    examples:
      gitward check                                  what I am about to propose
      gitward check HEAD~5.. --ref refs/heads/main
      gitward check --all --policy new-policy.yaml --jobs 2
      git log -1 --format=%B | gitward check --message -
      gitward check --message draft.txt --fix
      gitward check --squash origin/main..HEAD
    """
    from gitward.adapters import check as adapter

    given = sum(bool(choice) for choice in (ranges, all_refs, message, squash))
    if given > 1:
        raise UsageError("give one of RANGE, --all, --message, --squash")
    _refuse_fix(message, form, fix=fix, diff=diff)
    found = None if no_lookup else named_lookups(lookups, repo)
    try:
        if fix:
            decision = _fixed(message, policies or (default_policy(repo),), repo, ref, diff=diff, color=color)
        elif message:
            decision = adapter.decide_message(_read(message), policies or (default_policy(repo),), repo, ref)
        else:
            with adapter.opened(repo) as repository:
                request = adapter.request(repository, ranges=ranges, squash=squash, ref=ref, all_refs=all_refs)
                sources = policies or (default_policy(repo),)
                path = repository.path
            decision = _judged(request, sources, path, jobs, reader, all_refs=all_refs, lookups=found,
                               first_seen=first_seen)  # fmt: skip
    except Undecided as problem:  # what to judge could not be found out: a report says so, like any other
        decision = no_decision("commit" if message else "ci", problem)
    _report(decision, form, output, color, all_violations=all_violations)
    if decision.exit_code == 0 and decision.commits == 0 and (ranges or squash) and not allow_empty:
        click.echo("undecided: the range holds no commit\n  fix: check the range, or say --allow-empty", err=True)
        return 3
    return decision.exit_code


def seen_in_log(first_seen: str, repo: str) -> Mapping[str, int]:
    """The times at which the server saw the objects of a repository, where --first-seen names its log; else none."""
    if not os.path.isdir(first_seen):
        return {}
    from gitward.adapters.check import opened
    from gitward.audit.firstseen import FirstSeen

    with opened(repo) as repository:
        return FirstSeen(first_seen, repository.path, needed=True)


def default_policy(repo: str) -> str:
    """`.gitward.yaml` at the top of the work tree, looked for upwards from the folder; exit code 2 where there is none."""
    for folder in _upwards(repo):
        path = os.path.join(folder, FILE_NAME)
        if os.path.lexists(path):
            return path
    raise UsageError(f"there is no policy: no {FILE_NAME} at the top of the work tree",
                     "write one with `gitward init`, or name one with --policy")  # fmt: skip


def named_lookups(words: tuple[str, ...], repo: str) -> dict[str, str]:
    """The files of --lookup options, which lie outside the checkout. Raises UsageError."""
    if not words:
        return {}
    from gitward.lookup import named

    *_, top = _upwards(os.path.realpath(repo))
    return named(words, checkout="" if os.path.dirname(top) == top else top)


def _upwards(repo: str) -> Iterator[str]:
    """The folder, and those above it, up to the top of the work tree."""
    folder = os.path.abspath(repo)
    yield folder
    while not os.path.exists(os.path.join(folder, ".git")) and os.path.dirname(folder) != folder:
        folder = os.path.dirname(folder)
        yield folder


def _read(name: str) -> bytes:
    if name == "-":
        return sys.stdin.buffer.read()
    with open(name, "rb") as file:
        return file.read()


def _refuse_fix(message: str, form: str, *, fix: bool, diff: bool) -> None:
    """Raise UsageError for what --fix and --diff cannot stand beside."""
    if (fix or diff) and not (fix and message and message != "-"):
        raise UsageError("--fix needs --message FILE, and --diff needs --fix", "gitward check --message FILE --fix --diff")
    if diff and form != "text":
        raise UsageError("--diff needs --format text")


def _fixed(message: str, policies: tuple[str, ...], repo: str, ref: str, *, diff: bool, color: str) -> Decision:
    """Rewrite the file, or show how; the decision is about the result, which is what git would be given."""
    from gitward.adapters import check as adapter
    from gitward.adapters.messagefile import check_rewritable, rewrite
    from gitward.cli.output import wants_colour, write
    from gitward.message import parse
    from gitward.render.difference import difference

    check_rewritable(message)
    raw = _read(message)
    decision, fix = adapter.fix_message(raw, policies, repo, ref, "would fix" if diff else "fixed")
    if fix is None:
        return decision
    if diff:
        write(difference(parse(raw).lines, fix.pieces, colour=wants_colour(sys.stdout, color)))
    else:
        rewrite(message, fix.message.raw)
    return decision


def _judged(request: Request, policies: tuple[str, ...], path: str, jobs: int | None,
            reader: Literal["plumbing", "libgit2"] = "plumbing", *, all_refs: bool,
            lookups: dict[str, str] | None, first_seen: str = "") -> Decision:  # fmt: skip
    from gitward.cli.progress import Progress
    from gitward.judge import judge

    seen = seen_in_log(first_seen, path)
    workers = jobs or (min(os.cpu_count() or 1, 8) if all_refs else 1)
    host = Host(policies=policies, repository=path, jobs=workers, limits=UNLIMITED, reader=reader, lookups=lookups,
                first_seen="" if os.path.isdir(first_seen) else first_seen, seen=seen)  # fmt: skip
    with Progress("commits judged") as progress:
        return judge(request, host, progress)


def _report(decision: Decision, form: str, output: str, color: str, *, all_violations: bool) -> None:
    from gitward.cli.output import wants_colour, write
    from gitward.render import render

    how = {}
    if form == "text":
        how = {"colour": not output and wants_colour(sys.stdout, color), "all_violations": all_violations}
    write(render(form, decision, **how), output)
