"""`gitward audit recover`: revoke a log's key, stolen or lost, and give it a new one."""

from __future__ import annotations

import click

from gitward.errors import GitwardError, UsageError
from gitward.render.escape import visible

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gitward.tlog.note import PrivateKey


@click.command(epilog="exit codes: 0 the log has a new key, or the step is done, 2 usage, 3 it has not")
@click.option("--log", "directory", metavar="DIR", default="", help="The folder of the log. Not where the key signs.")
@click.option("--recovery-key", "file", metavar="FILE", default="", help="The private key that audit init --recovery named.")
@click.option("--request", is_flag=True, help="On the log's machine: print what the recovery key is to sign.")
@click.option("--sign", "asked", metavar="REQUEST", default="", help="Where the recovery key is: print the answer to a request.")
@click.option("--answer", "signed", metavar="ANSWER", default="", help="On the log's machine: end with the answer.")
def recover(*, directory: str, file: str, request: bool, asked: str, signed: str) -> int:
    """Revoke the key that is in force, stolen or lost, and put a new one in its place, both signed by the recovery key.

    From then on no checkpoint counts that the old key signs over more than the log held. Printed is the new public key.

    The recovery key need never be on the log's machine: make a request there, sign it where the key is, and bring the answer.
    Look at the request before you sign it: the log's name, and the new key as the log's keeper reads it out to you. With --log
    and --recovery-key it is one step; then run it on a machine that the thief has lost, for the key is read there.

    \b
    examples:
      gitward audit recover --log /var/lib/gitward --request > request           on the log's machine
      gitward audit recover --sign request --recovery-key /media/safe/recovery.key > answer
      gitward audit recover --log /var/lib/gitward --answer answer               on the log's machine again
      gitward audit recover --log /var/lib/gitward --recovery-key /media/safe/recovery.key
    """
    steps = (bool(directory), bool(file), request, bool(asked), bool(signed))
    if steps == (True, True, False, False, False):
        from gitward.audit.turnover import recover as replace

        click.echo(replace(directory, _private(file)))
    elif steps == (True, False, True, False, False):
        from gitward.audit import turnover

        click.echo(turnover.request(directory), nl=False)
    elif steps == (False, True, False, True, False):
        _sign(asked, file)
    elif steps == (True, False, False, False, True):
        from gitward.audit import recovery, turnover

        click.echo(turnover.answer(directory, recovery.read(_given(signed), is_answer=True)))
    else:
        fix = "--log with --recovery-key, --request or --answer; or --sign with --recovery-key"
        raise UsageError("say which step this is", fix)
    return 0


def _sign(asked: str, file: str) -> None:
    """The answer goes to stdout, what it means to stderr."""
    from gitward.audit import recovery

    found = recovery.read(_given(asked), is_answer=False)
    key = _private(file)
    click.echo(recovery.answered(found, key).text(), nl=False)
    turn = f"{found.revoke or 'no key'} is revoked, {found.add} is added"
    click.echo(visible(f"signed by {key.public}, for the log {found.origin}: {turn}"), err=True)


def _private(file: str) -> PrivateKey:
    from gitward.audit.signingkey import read_private

    try:
        return read_private(file)
    except OSError as problem:
        raise GitwardError(f"{file} cannot be read: {problem.strerror}") from None


def _given(path: str) -> bytes:
    from gitward.audit.recovery import MAXIMUM
    from gitward.givenfile import read_given

    return read_given(path, MAXIMUM)
