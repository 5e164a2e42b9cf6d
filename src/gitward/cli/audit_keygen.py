"""`gitward audit keygen`: make a pair of keys away from any log."""

from __future__ import annotations

import click

from gitward.errors import GitwardError


@click.command(epilog="exit codes: 0 made, 3 the file is there already, or cannot be written")
@click.option("--name", metavar="NAME", required=True, help="What the key is called: a host and a path, no blanks, no plus sign.")
@click.option("--output", metavar="FILE", required=True, help="Where the private key goes, mode 600. No file is overwritten.")
@click.option("--witness", is_flag=True, help="Print the public key in the form of a witness's.")
def keygen(name: str, output: str, *, witness: bool) -> int:
    """Make a pair of keys: the private one in a file, the public one on stdout.

    For the recovery key of a log, on a machine that is never the log's, and for a witness. It needs no log and no network.

    \b
    examples:
      gitward audit keygen --name example.com/recovery --output /media/safe/recovery.key > recovery.pub
      gitward audit keygen --name witness.example.com --output witness.key --witness
    """
    import os

    from gitward.durable import new_file, sync_folder
    from gitward.tlog import note
    from gitward.tlog.cosignature import cosigner_of

    key = note.new_key(name)
    try:
        new_file(output, key.text().encode() + b"\n", 0o600)
        sync_folder(os.path.dirname(output) or os.curdir)
    except FileExistsError:
        raise GitwardError(f"{output} is there already", "a key is never overwritten: give another file") from None
    except OSError as problem:
        raise GitwardError(f"{output} cannot be written: {problem.strerror}") from None
    click.echo(str(cosigner_of(key) if witness else key.public))
    return 0
