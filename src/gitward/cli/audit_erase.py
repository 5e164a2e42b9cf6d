"""`gitward audit erase`: take personal values out of a log."""

from __future__ import annotations

import click

from gitward.cli.audit import LOG
from gitward.errors import UsageError
from gitward.render.escape import visible

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gitward.audit.erasing import Erased


@click.command(epilog="exit codes: 0 erased, 2 usage, 3 there is nothing to erase, or not all of it could be erased")
@LOG
@click.option("--reason", metavar="WHY", required=True, help="Why; it stays in the log, so it names nobody.")
@click.option("--person", metavar="VALUE", default="", help="Every value that holds this: a name, or an address.")
@click.option("--event", "events", metavar="ID", multiple=True, help="All values of this event; may stand more than once.")
@click.option("--dry-run", is_flag=True, help="Only say what would be erased.")
def erase(directory: str, reason: str, person: str, events: tuple[str, ...], *, dry_run: bool) -> int:
    """Erase personal values: names, addresses, and what somebody unknown said of itself.

    They stand in the log as commitments. The values and their salts go, push certificates that name the person, and the index;
    the lines stay, so every proof and every checkpoint holds as before. What was erased, where, and why is recorded. Then it
    says what it cannot reach.

    \b
    examples:
      gitward audit erase --log /var/lib/gitward --person ann@example.com --reason "a request of 3 May"
      gitward audit erase --log /var/lib/gitward --event 01JD8X7Q2M0000000000000000 --reason "a wrong address"
    """
    from gitward.audit import erasing

    if bool(person) == bool(events):
        raise UsageError("name either --person or --event")
    wanted = erasing.Wanted(person=person, events=frozenset(events))
    found = erasing.find(directory, wanted) if dry_run else erasing.erase(directory, wanted, reason)
    for event_id, paths in sorted(found.values.items()):
        click.echo(visible(f"{event_id} {' '.join(paths)}"))
    for name in found.certificates:
        click.echo(f"evidence/{name}: a push certificate")
    click.echo(f"{'would erase' if dry_run else 'erased'}: {found.count} values in {len(found.values)} events, "
               f"{len(found.certificates)} push certificates")  # fmt: skip
    for line in _beyond(found):
        click.echo(visible(f"not reached: {line}"))
    return 0


def _beyond(found: Erased) -> list[str]:
    """What erasing in the log's folder cannot take away."""
    lines = [
        "copies of this log: backups, snapshots of the file system, exported bundles",
        "sinks: whoever was sent these events has the values, and erases them there",
        "receipts: refs/gitward/receipts/ID in the repositories, and in the clones that have fetched them",
    ]
    for repository in found.repositories or ("the repositories",):
        lines.append(f"Git objects: authors, committers, taggers and push certificates in {repository}")
    return lines
