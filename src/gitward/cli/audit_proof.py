"""`gitward audit proof`: what shows one entry, or one checkpoint after another, to somebody who has neither log nor gitward."""

from __future__ import annotations

import click

from gitward.cli import output as out
from gitward.errors import UsageError
from gitward.givenfile import read_given
from gitward.render.escape import visible

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gitward.tlog.checkpoint import Checkpoint
    from gitward.tlog.proof import Inclusion


@click.command(
    epilog="exit codes: 0 made, or it holds, 1 it does not hold, or a receipt is missing, 2 usage, 3 it cannot be made or "
    "verified here"
)
@click.argument("seq", required=False, type=click.IntRange(min=0))
@click.option("--log", "directory", metavar="DIR", default="", help="The folder of the log, or a copy of it.")
@click.option("--since", metavar="CHECKPOINT", default="",
              help="Prove that the log extends this older checkpoint, a file, instead of one entry.")  # fmt: skip
@click.option("--until", metavar="CHECKPOINT", default="",
              help="With --since: up to this checkpoint, a file. Default: the log's newest.")  # fmt: skip
@click.option("--output", metavar="FILE", default="", help="Write the proof here. Default: stdout.")
@click.option("--verify", "file", metavar="FILE", default="", help="Verify this proof, offline, instead of making one.")
@click.option("--key", "keys", metavar="KEY|FILE", multiple=True,
              help="With --verify or --mine: the log's public key, or a file of such keys, one a line. Repeatable.")  # fmt: skip
@click.option("--origin", metavar="NAME", default="",
              help="With --verify: the log that is meant. Default: the name of the first key.")  # fmt: skip
@click.option("--against", metavar="CHECKPOINT", default="",
              help="With --verify, for a proof of --since: that older checkpoint, as you kept it.")  # fmt: skip
@click.option("--mine", is_flag=True, help="Look for the server's receipts of what was pushed from this clone, and verify them.")
@click.option("--repo", metavar="P", default="", help="With --mine: the clone. Default: where you are.")
@click.option("--remote", metavar="NAME", default="",
              help="With --mine: of this remote. Default: what git config gitward.receipts names, or origin.")  # fmt: skip
def proof(
    *, seq: int | None, directory: str, since: str, until: str, output: str, file: str, keys: tuple[str, ...], origin: str,
    against: str, mine: bool, repo: str, remote: str,
) -> int:  # fmt: skip
    """Prove that entry SEQ is in the log; or verify such a proof with the public key alone.

    The proof is one text file (C2SP tlog-proof): the entry's line, its place, the hashes that lead to the root, and the signed
    checkpoint. `docs/audit.md` says how to verify it without gitward. With --mine, what proves that the server's log holds your
    own pushes: its key stands in git config gitward.logKey.

    \b
    examples:
      gitward audit proof 1207 --log /var/lib/gitward --output 1207.tlog-proof
      gitward audit proof --verify 1207.tlog-proof --key git.example.com/log+1b2c3d4e+AZ...
      gitward audit proof --since kept --log /var/lib/gitward --output growth
      gitward audit proof --verify growth --key log.key --against kept
      gitward audit proof --mine
    """
    asked = [seq is not None, bool(since), bool(file), mine]
    if sum(asked) != 1:
        raise UsageError("one of SEQ, --since, --verify and --mine says what is to be done", "gitward audit proof --help")
    if mine or repo or remote:
        return _mine(repo, remote, keys, others=not mine or any((directory, until, output, origin, against)))
    if file:
        if directory or until or output:
            raise UsageError("--verify looks at no log and writes no file", "leave out --log, --until and --output")
        return _verify(file, keys, origin, against)
    if keys or origin or against or not directory or (until and not since):
        raise UsageError("a proof is made from --log DIR; --key, --origin and --against verify one", "gitward audit proof --help")
    from gitward.audit import access, proving

    if seq is not None:
        made = proving.inclusion(directory, seq).text()
        if why := access.record_reading(directory, "proof", str(seq)):
            out.say(visible(f"note: this reading is not recorded in the log: {why}"))
    else:
        made = proving.consistency(directory, _checkpoint(since), _checkpoint(until) if until else None).text()
    out.write(made, output)
    return 0


def _mine(repo: str, remote: str, keys: tuple[str, ...], *, others: bool) -> int:
    if others:
        raise UsageError("--mine goes with --repo, --remote and --key, and these with it", "gitward audit proof --help")
    from gitward.cli.audit_mine import mine

    return mine(repo or ".", remote, keys)


def _checkpoint(path: str) -> Checkpoint:
    from gitward.tlog import checkpoint

    return checkpoint.read(read_given(path, checkpoint.MAXIMUM))


def _verify(file: str, words: tuple[str, ...], origin: str, against: str) -> int:
    from gitward.audit import checking
    from gitward.cli.givenkeys import public_keys
    from gitward.tlog import proof as proofs
    from gitward.tlog.proof import Inclusion

    keys = public_keys(words)
    found = proofs.read(read_given(file, proofs.MAXIMUM))
    if isinstance(found, Inclusion) == bool(against):
        raise UsageError("--against goes with a proof of --since, and only with it", "name the older checkpoint, as you kept it")
    by = checking.signers(found.checkpoint, keys, origin)
    at = found.checkpoint
    tail = f"{at.size} entries, signed by {', '.join(f'{key.name}+{key.hint.hex()}' for key in by)}"
    if isinstance(found, Inclusion):
        checking.included(found)
        out.write(f"holds: entry {found.index} of {visible(at.origin)}, of {visible(tail)}\n{_line(found)}\n")
        return 0
    old = _checkpoint(against)
    checking.extended(found, old)
    out.write(f"holds: the first {old.size} entries of {visible(at.origin)} are as they were, of {visible(tail)}\n")
    return 0


def _line(found: Inclusion) -> str:
    return visible(found.extra.decode("utf-8", "backslashreplace"))
