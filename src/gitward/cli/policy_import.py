"""`gitward policy import`."""

from __future__ import annotations

import os

import click

from gitward.cli import output as out
from gitward.errors import UsageError
from gitward.render.escape import visible


@click.command("import", epilog="exit codes: 0 written, 2 the file cannot be used, or nothing in it has an equivalent")
@click.argument("file", metavar="FILE")
@click.option("--from", "kind", type=click.Choice(["gitlint", "commitlint", "gitlab", "github"]), default=None,
              help="Whose settings these are; left out, name and content tell.")  # fmt: skip
@click.option("--output", "target", metavar="F", default="", help="Write the policy there, where no file is yet.")
def import_(file: str, kind: str | None, target: str) -> int:
    """Make a policy of another tool's settings, and list what has no equivalent or differs.

    Read are gitlint's .gitlint, commitlint (JSON, YAML), GitLab push rules and GitHub rulesets (JSON, as their APIs give
    them). The list goes to stderr, and as comments into the policy. "-" reads stdin.

    \b
    examples:
      gitward policy import .gitlint --output .gitward.yaml
      npx commitlint --print-config json | gitward policy import - --from commitlint
    """
    from gitward import imports
    from gitward.imports.write import write

    if target and target != "-" and os.path.lexists(target):
        raise UsageError(f"--output {target}: there is a file already", "move it away, or write elsewhere")
    found = imports.read(_bytes(file), file, kind or "")
    written = write(found, file)
    for note in written.notes:
        out.say(visible(note.line))
    if not written.text:
        raise UsageError(f"nothing in {file} has an equivalent here", "see the lines above")
    out.write(written.text, target)
    out.say(f"{written.entries} entries, {len(written.notes)} notes; next: gitward policy test")
    return 0


def _bytes(file: str) -> bytes:
    from gitward.imports.found import MAX_BYTES

    try:
        with click.open_file(file, "rb") as stream:
            data: bytes = stream.read(MAX_BYTES + 1)
            return data
    except OSError as problem:
        raise UsageError(f"{file} cannot be read: {problem.strerror}") from None
