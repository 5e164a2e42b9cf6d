"""`gitward statement show`: one statement, whole, as it was signed."""

from __future__ import annotations

import json

import click

from gitward.cli.policy_source import REPO
from gitward.errors import GitwardError
from gitward.render.escape import visible

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gitward.statements.reading import Outline


@click.command(epilog="exit codes: 0 shown, 2 usage, 3 there is none of that id, or not just one, or it cannot be read")
@click.argument("identity", metavar="ID")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@REPO
def show(identity: str, form: str, repo: str) -> int:
    """Show what a statement says: ID, or four digits and more of how it begins, that stands here or in the archive.

    Nothing is verified here, and whoever signed it may have written anything; who did, `gitward statement list` says. Text is
    escaped. The JSON form is the payload as it was signed, in ASCII, with the id and the hints of its signatures.

    \b
    examples:
      gitward statement show 3f2a9c
      gitward statement show 3f2a9c --format json
    """
    from gitward.cli import output as out
    from gitward.statements import keeping

    found = keeping.standing(repo, identity)
    if found is None:
        raise GitwardError(f"no statement here is {identity}", "gitward statement list shows those that there are")
    ref, said, blob = found
    out.writing(_json(said, blob) if form == "json" else _text(ref, said, blob))
    return 0


def _text(ref: str, said: Outline, blob: bytes) -> Iterator[str]:
    from gitward.render.statements import pretty
    from gitward.statements.envelope import opened, strict_json

    yield f"statement {said.id}\nref {visible(ref)}\nkind {said.statement.kind}\n"
    yield from (f"signature {visible(each.keyid) or 'without a hint'}\n" for each in opened(blob).signatures)
    try:
        lines = list(pretty(strict_json(said.payload)))
    except RecursionError:  # what can just be read cannot be written
        lines = [visible(said.payload.decode("utf-8", "replace"))]
    yield from (f"{line}\n" for line in lines)


def _json(said: Outline, blob: bytes) -> Iterator[str]:
    from gitward.statements.envelope import opened, strict_json

    hints = [each.keyid for each in opened(blob).signatures]
    try:
        yield json.dumps({"id": said.id, "keyids": hints, "payload": strict_json(said.payload)}) + "\n"
    except RecursionError:
        raise GitwardError("it is nested too deep to be shown so", "gitward statement show ID, in text") from None
