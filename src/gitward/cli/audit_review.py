"""`gitward audit review`: the regular look for gaps, and who answers for it."""

from __future__ import annotations

import json

import click

from gitward.cli import output as out
from gitward.cli.audit import LOG
from gitward.cli.progress import Progress
from gitward.errors import UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gitward.review.run import Reviewed

_OUTCOMES = {0: "whole", 1: "does not hold", 3: "cannot verify", 4: "incomplete"}


@click.command(epilog="exit codes: 0 no gap, 1 something happened past the log, 3 something could not be looked at, "
               "4 a piece is missing and nothing contradicts, 2 usage")  # fmt: skip
@LOG
@click.option("--repo", "repositories", metavar="R", multiple=True, help="A repository whose pushes this log records.")
@click.option("--keep", "keep_days", metavar="DAYS", type=click.IntRange(min=1), help="How long entries are to be kept.")
@click.option("--ci", "ci_refs", metavar="REF", multiple=True,
              help="Refs whose pushes CI must have judged, such as refs/heads/main.")  # fmt: skip
@click.option("--reviewer", metavar="NAME", default="", help="Who answers for this review; it is recorded, with --sign.")
@click.option("--sign", "key", metavar="KEY", default="", help="The reviewer's SSH key, private or in an agent.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
def review(*, directory: str, repositories: tuple[str, ...], keep_days: int | None, ci_refs: tuple[str, ...], reviewer: str,
           key: str, form: str) -> int:  # fmt: skip
    """Hold the log against the repositories, their hooks and the clock as they are now.

    Every ref must be where the log says that it was left. An update that no decision let in, a repository that the log does
    not know, a hook that is gone or changed, a daemon that does not answer, entries, heartbeats and evidence that are missing:
    each is named, with its time and its entries. A push that was allowed and whose outcome nobody recorded
    is pending, not tampering.

    Whether the lines themselves were altered, `gitward audit verify` says.

    \b
    examples:
      gitward audit review --log /var/lib/gitward --repo /srv/git/app.git --repo /srv/git/web.git
      gitward audit review --log /var/lib/gitward --repo /srv/git/app.git --keep 400 --ci refs/heads/main
      gitward audit review --log /var/lib/gitward --repo /srv/git/app.git --reviewer ann --sign ~/.ssh/id_ed25519
    """
    from gitward.review.gap import exit_code
    from gitward.review.run import Asked, review
    from gitward.review.text import text

    if bool(reviewer) != bool(key):
        raise UsageError("a review is answered for by --reviewer and --sign together", "give both, or none")
    asked = Asked(log=directory, repositories=repositories, keep_days=keep_days, ci_refs=ci_refs)
    with Progress("entries") as progress:
        found = review(asked, progress)
    code = exit_code(found.gaps)
    outcome = _OUTCOMES[code]
    report = json.dumps(_plain(found, outcome), indent=2) + "\n"
    out.write(report if form == "json" else text(found, outcome))
    if reviewer:
        _record(directory, found, report.encode(), reviewer, key, outcome)
    return code


def _plain(found: Reviewed, outcome: str) -> dict[str, object]:
    from gitward.record import values
    from gitward.review.run import actors_without_outcome

    return {
        "version": 1,
        "outcome": outcome,
        "time": found.time,
        "entries": found.entries,
        "repositories": list(found.repositories),
        "gaps": [values(gap) | {"seqs": list(gap.seqs)} for gap in found.gaps],
        "outcomes_not_recorded": actors_without_outcome(found.gaps),
    }


def _record(directory: str, found: Reviewed, report: bytes, reviewer: str, key: str, outcome: str) -> None:
    from gitward.audit import recorder
    from gitward.review.gap import WEIGHTS
    from gitward.review.signing import reviewed, signed

    counts: dict[str, int] = {weight: sum(gap.weight == weight for gap in found.gaps) for weight in WEIGHTS}
    seq = recorder.record(directory, reviewed(report, reviewer, signed(report, key), outcome, counts))
    out.say(f"recorded as entry {seq}, signed by {reviewer}")
