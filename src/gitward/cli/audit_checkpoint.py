"""`gitward audit checkpoint`: sign what the log holds now, with a heartbeat before it and witnesses after it."""

from __future__ import annotations

import click

from gitward.cli import output as out
from gitward.cli.audit import LOG
from gitward.render.escape import visible

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gitward.audit.witness import Statement


@click.command(epilog="exit codes: 0 signed, or nothing new to sign, and with --witness enough of them vouch, "
               "1 a witness has seen another log, 2 usage, 3 it cannot be signed here, or too few witnesses vouch")  # fmt: skip
@LOG
@click.option("--heartbeat", is_flag=True, help="Before it, record that the log lives, unless that was done in this hour.")
@click.option("--witness", is_flag=True, help="After it, show it to the witnesses that settings.yaml names.")
@click.option("--receipts", is_flag=True, help="Write the receipts of the pushes that it covers into their repositories.")
def checkpoint(directory: str, *, heartbeat: bool, witness: bool, receipts: bool) -> int:
    """Sign a checkpoint over all that is recorded, and print it: a signed note.

    Whoever keeps it elsewhere can prove later that nothing that it covers was changed or cut. With --witness others keep it:
    all are asked at once, each for at most `timeout` seconds, and nobody who records waits for them. With --receipts, whoever
    pushed can prove it too (`gitward audit proof --mine`): run it from a timer, at least hourly, as the user who receives the
    pushes.

    \b
    examples:
      gitward audit checkpoint --log /var/lib/gitward | ssh auditor@example.com 'cat > newest'
      gitward audit checkpoint --log /var/lib/gitward --heartbeat --witness > /dev/null   (hourly, from a timer)
      gitward audit checkpoint --log /var/lib/gitward --receipts
    """
    from gitward.audit import checkpoints

    if heartbeat:
        from gitward.audit.heartbeat import beat_hourly

        beat_hourly(directory)
    signed = checkpoints.take(directory)
    code, signed = _shown(directory, signed) if witness else (0, signed)
    if receipts:
        _write_receipts(directory, signed)
    out.write(signed)
    return code


def _shown(directory: str, signed: str) -> tuple[int, str]:
    """Show it to the witnesses: the exit code, and the checkpoint with their signatures."""
    from gitward.audit import checkpoints, witnesses
    from gitward.tlog import note

    settings, said = witnesses.ask(directory)
    for each in said:
        out.say(visible(_line(each)))
    met = witnesses.is_met(said, settings)
    out.say(f"{sum(each.ok for each in said)} of {len(said)} witnesses vouch, {settings.needed} must")
    newest = checkpoints.newest(directory)
    code = 1 if any(each.contradicts for each in said) else 0 if met else 3
    return code, note.text_of(newest.note) if newest and newest.note else signed


def _write_receipts(directory: str, signed: str) -> None:
    from gitward.audit.receipts import write

    count, problems = write(directory, signed)
    out.say(f"gitward: {count} receipt{'' if count == 1 else 's'} written")
    for problem in problems:
        out.say(f"gitward: no receipts in {visible(problem)}")


def _line(said: Statement) -> str:
    return f"witness {said.name} ({said.kind}): {said.detail}{f', {said.time}' if said.time else ''}"
