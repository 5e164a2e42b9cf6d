"""`gitward report access`: who may do what, since when that is so, and what of it nobody uses."""

from __future__ import annotations

import time

import click

from gitward.cli import output as out
from gitward.cli.policy_source import REPO
from gitward.errors import UsageError
from gitward.render.escape import visible

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gitward.rights.holders import Rights
    from gitward.rights.report import Report
    from gitward.rights.usage import Usage


@click.command(epilog="exit codes: 0 reported, 1 reported, and somebody holds roles that the policy keeps apart, 2 usage or "
               "policy invalid, 3 a policy or the log cannot be read")  # fmt: skip
@click.option("--policy", "source", metavar="F|REF:PATH", default="", help="Default: .gitward.yaml at the top of the work tree.")
@click.option("--against", metavar="F|REV:PATH", default="", help="A former state: what has changed since.")
@click.option("--log", "directory", metavar="DIR", default="", help="The folder of a log: which grants nobody has used.")
@click.option("--since", metavar="TIME", default="", help="Look at the log from then on: 2026-01-31, '90 days'.")
@click.option("--until", metavar="TIME", default="", help="Look at the log before then.")
@click.option("--format", "form", type=click.Choice(["text", "json", "csv"]), default="text", show_default=True)
@click.option("--output", metavar="F", default="", help="Write the report to this file.")
@REPO
def access(*, source: str, against: str, directory: str, since: str, until: str, form: str, output: str, repo: str) -> int:
    """Report who may do what: by principal and by ref, through which role or group, and by which line of the policy.

    Services, and grants that have ended or not begun, are marked. Named are principals who hold what `duties` keeps apart, and
    grants that are worth a look: for nobody, covered by another, force without update, and who may change the policy itself.

    With --against also who has got or lost what; with --log which grants nobody has used in the time that the log covers, and
    what a log cannot know. This reading is an entry of the log itself.

    \b
    examples:
      gitward report access
      gitward report access --policy refs/heads/main:.gitward.yaml --against refs/tags/audit-2026:.gitward.yaml
      gitward report access --policy /etc/gitward/org.yaml --log /var/lib/gitward --since '90 days' --format csv --output q3.csv
    """
    from gitward.cli.check import default_policy
    from gitward.cli.policy_source import loaded
    from gitward.rights.holders import rights_of
    from gitward.rights.report import report_of

    if (since or until) and not directory:
        raise UsageError("--since and --until are times of the log", "name it: --log DIR")
    rights = rights_of(loaded(source or default_policy(repo), repo))
    old = rights_of(loaded(against, repo)) if against else None
    usage = _usage(directory, rights, since, until) if directory else None
    report = report_of(rights, int(time.time()), old=old, usage=usage)
    out.writing(_lines(report, form), output)
    return 1 if report.conflicts else 0


def _usage(directory: str, rights: Rights, since: str, until: str) -> Usage:
    """What the log says; that it was read is recorded in it."""
    from gitward.audit import access as reading
    from gitward.audit.index.asked import Asked, words_of
    from gitward.rights.usage import usage

    found = usage(directory, rights, since, until)
    asked = " ".join(filter(None, ("report access", words_of(Asked(since=since, until=until)))))
    if why := reading.record_reading(directory, "report", asked):
        out.say(visible(f"note: this reading is not recorded in the log: {why}"))
    return found


def _lines(report: Report, form: str) -> Iterator[str]:
    from gitward.render.entries import dumps
    from gitward.rights.report import document, table
    from gitward.rights.text import text

    if form == "json":
        yield dumps(document(report), indent=2) + "\n"
    elif form == "csv":
        yield from table(report)
    else:
        yield from (f"{visible(line)}\n" for line in text(report))
