"""`gitward audit export`: the log for others, as tiles for a web server or as a bundle of a time range."""

from __future__ import annotations

from datetime import UTC, datetime

import click

from gitward.cli import output as out
from gitward.cli.audit import LOG
from gitward.errors import UsageError
from gitward.givenfile import read_given
from gitward.render.escape import visible

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gitward.tlog.checkpoint import Checkpoint


@click.command(epilog="exit codes: 0 exported, 1 the log is not what was signed, 2 usage, 3 it cannot be exported")
@LOG
@click.option("--output", metavar="FOLDER|FILE", required=True,
              help="Tiles: a new folder, or that of an earlier export. A bundle: a new folder, or a new file *.zip.")  # fmt: skip
@click.option("--from", "start", metavar="TIME", default="", help="A bundle of what was received at this time or later.")
@click.option("--to", "end", metavar="TIME", default="", help="A bundle of what was received before this time.")
@click.option("--against", metavar="CHECKPOINT", default="",
              help="With a bundle: prove too that it extends this older checkpoint, a file.")  # fmt: skip
def export(directory: str, output: str, start: str, end: str, against: str) -> int:
    """Export what the newest checkpoint covers; on the live log, that it was exported is recorded.

    Without times: the tree of C2SP tlog-tiles (checkpoint, hash tiles, entries), for any static web server. With --from and --to:
    a bundle of that time with a verifier that needs only Python. Times are RFC 3339, `2026-11-27` or `2026-11-27T08:00:00Z`;
    without an offset they are UTC. The private key and what is behind commitments are never exported.

    \b
    examples:
      gitward audit export --log /var/lib/gitward --output /srv/www/log
      gitward audit export --log /var/lib/gitward --from 2026-11-01 --to 2026-12-01 --output november.zip
    """
    if not (start or end):
        if against:
            raise UsageError("--against goes with a bundle", "add --from and --to, or leave it out")
        from gitward.audit import tileexport

        made = tileexport.export(directory, output)
        _told(made.is_recorded, f"exported entries {made.first} to {made.size - 1}")
        return 0
    from gitward.audit import bundle

    if not (start and end):
        raise UsageError("a bundle has a beginning and an end", "name both --from and --to")
    asked = bundle.Asked(start=_time("--from", start), end=_time("--to", end), against=_checkpoint(against) if against else None)
    if asked.start >= asked.end:
        raise UsageError("--from is not before --to")
    done = bundle.export(directory, output, asked)
    _told(done.is_recorded, f"exported {done.inside} entries of this time, in a run from {done.first} to {done.end - 1}")
    return 0


def _told(is_recorded: bool, what: str) -> None:
    out.write(f"{what}\n")
    if not is_recorded:
        out.say("gitward: this is the copy of a log: that it was exported is not recorded")


def _time(option: str, word: str) -> str:
    """A time as the log writes it."""
    try:
        time = datetime.fromisoformat(word)
        time = (time if time.tzinfo else time.replace(tzinfo=UTC)).astimezone(UTC)
        return f"{time.year:04d}-{time:%m-%dT%H:%M:%S.%f}Z"
    except (ValueError, OverflowError):
        raise UsageError(f"{option} {visible(word)} is no time", "for example 2026-11-27 or 2026-11-27T08:00:00Z") from None


def _checkpoint(path: str) -> Checkpoint:
    from gitward.tlog import checkpoint

    return checkpoint.read(read_given(path, checkpoint.MAXIMUM))
