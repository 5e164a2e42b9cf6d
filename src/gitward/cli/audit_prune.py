"""`gitward audit prune`: old entries go, and the log says so."""

from __future__ import annotations

import re

import click

from gitward.cli import output as out
from gitward.cli.audit import LOG
from gitward.errors import UsageError

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?Z")


@click.command(epilog="exit codes: 0 pruned, or nothing could go, 1 the log does not hold, 2 usage, 3 cannot be verified or "
               "written, 4 the log is incomplete")  # fmt: skip
@LOG
@click.option("--before", "before", metavar="SEQ|TIME", required=True, help="Entries before this seq, or received before this "
              "time: 2026-01-01, or 2026-01-01T00:00:00Z.")  # fmt: skip
@click.option("--against", "kept", metavar="FILE", required=True, help="A checkpoint of this log that was kept elsewhere, or "
              "witnessed: the log is verified against it first.")  # fmt: skip
def prune(directory: str, before: str, kept: str) -> int:
    """Take away whole segments from the beginning of the log, with the personal values and the evidence that only they name.

    Never past a hold, past what a sink was not sent, or past the checkpoint. All hash tiles stay, and so do the lines about keys,
    holds and pruning: every checkpoint of before is still reached, and the log says what went. The newest segment always stays.

    \b
    example:
      gitward audit prune --log /var/lib/gitward --before 2024-01-01 --against kept-elsewhere
    """
    from gitward.audit.pruning.prune import NotWhole
    from gitward.audit.pruning.prune import prune as pruned
    from gitward.audit.verification import saying
    from gitward.givenfile import read_given
    from gitward.tlog.checkpoint import MAXIMUM

    try:
        done = pruned(directory, _parsed(before), read_given(kept, MAXIMUM))
    except NotWhole as problem:
        out.write(saying.text(problem.report))
        raise
    if done.before == done.first:
        out.write(f"nothing is pruned: {done.why}, and only whole segments go\n")
    else:
        kept_by = "" if done.why == "asked for" else f"; not more: {done.why}"
        out.write(f"pruned entries {done.first} to {done.before - 1}, {done.segments} segments{kept_by}\n")
    return 0


def _parsed(text: str) -> int | str:
    """A seq, or a time as the log writes it."""
    if text.isascii() and text.isdigit() and len(text) < 19:
        return int(text)
    if _DAY.fullmatch(text):
        return f"{text}T00:00:00.000000Z"
    if _TIME.fullmatch(text):
        whole, _, fraction = text[:-1].partition(".")
        return f"{whole}.{fraction:0<6}Z"
    raise UsageError(f"--before {text} is no seq and no time", "4096, 2026-01-01, or 2026-01-01T00:00:00Z")
