"""`gitward audit review`: the regular look for gaps, and who answers for it."""

from __future__ import annotations

import click

from gitward.cli import output as out
from gitward.cli.audit import LOG
from gitward.cli.progress import Progress
from gitward.cli.verifying import AGAINST, KEY, WITNESSES, own
from gitward.errors import UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gitward.review.run import Reviewed

_OUTCOMES = {0: "whole", 1: "does not hold", 3: "cannot verify", 4: "incomplete"}


@click.command(epilog="exit codes: 0 no gap, 1 something happened past the log, 3 something could not be looked at, "
               "4 a piece is missing and nothing contradicts, 2 usage")  # fmt: skip
@LOG
@AGAINST
@KEY
@WITNESSES
@click.option("--repo", "repositories", metavar="R", multiple=True, help="A repository whose pushes this log records.")
@click.option("--keep", "keep_days", metavar="DAYS", type=click.IntRange(min=1), help="How long entries are to be kept.")
@click.option("--ci", "ci_refs", metavar="REF", multiple=True,
              help="Refs whose pushes CI must have judged, such as refs/heads/main.")  # fmt: skip
@click.option("--reviewer", metavar="NAME", default="", help="Who answers for this review; it is recorded, with --sign.")
@click.option("--sign", "signer", metavar="KEY", default="", help="The reviewer's SSH key, private or in an agent.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
def review(*, directory: str, kept: tuple[str, ...], key: str, file: str, repositories: tuple[str, ...], keep_days: int | None,
           ci_refs: tuple[str, ...], reviewer: str, signer: str, form: str) -> int:  # fmt: skip
    """Verify the log, and hold it against the repositories, their hooks and the clock as they are now.

    Every ref must be where the log says that it was left. An update that no decision let in, a repository that the log does
    not know, a hook that is gone or changed, a daemon that does not answer, entries, heartbeats and evidence that are missing:
    each is named, with its time and its entries. A push that was allowed and whose outcome nobody recorded
    is pending, not tampering.

    The lines are verified first, as `gitward audit verify` does it, for what a log says that does not hold is worth nothing: what
    it finds is a gap too. What the review rests on stands before the gaps, and what it did not look at.

    \b
    examples:
      gitward audit review --log /var/lib/gitward --repo /srv/git/app.git --repo /srv/git/web.git --against kept-elsewhere
      gitward audit review --log /var/lib/gitward --repo /srv/git/app.git --keep 400 --ci refs/heads/main
      gitward audit review --log /var/lib/gitward --repo /srv/git/app.git --reviewer ann --sign ~/.ssh/id_ed25519
    """
    from gitward.render.entries import dumps
    from gitward.review.gap import exit_code
    from gitward.review.run import Asked, review
    from gitward.review.text import text

    if bool(reviewer) != bool(signer):
        raise UsageError("a review is answered for by --reviewer and --sign together", "give both, or none")
    own_kept, own_key, trusted = own(kept, key, file)
    asked = Asked(log=directory, repositories=repositories, keep_days=keep_days, ci_refs=ci_refs, kept=own_kept, key=own_key,
                  witnesses=trusted)  # fmt: skip
    with Progress("entries") as progress:
        found = review(asked, progress)
    code = exit_code(found.gaps)
    outcome = _OUTCOMES[code]
    report = dumps(_plain(found, outcome), indent=2) + "\n"
    out.write(report if form == "json" else text(found, outcome))
    if reviewer:
        _record(directory, found, report.encode(), reviewer, signer, outcome)
    return code


def _plain(found: Reviewed, outcome: str) -> dict[str, object]:
    from gitward.audit.verification.saying import as_json
    from gitward.record import values
    from gitward.review.run import actors_without_outcome

    ends = [{"seq": end[0], "time": end[1]} if end else None for end in (found.first, found.last)]
    return {
        "version": 1,
        "outcome": outcome,
        "time": found.time,
        "log": found.log,
        "origin": found.verified.origin,
        "entries": found.entries,
        "first": ends[0],
        "last": ends[1],
        "verification": as_json(found.verified),
        "policies": [values(each) for each in found.judged],
        "not_looked_at": list(found.unasked),
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
