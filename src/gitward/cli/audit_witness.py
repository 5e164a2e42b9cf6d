"""`gitward audit witness`: be a witness for somebody's log."""

from __future__ import annotations

import click

from gitward.cli.lazy import Group
from gitward.cli.output import say
from gitward.errors import GitwardError, UsageError


@click.group(cls=Group)
def witness() -> None:
    """Be a witness: remember the newest checkpoint of a log, and cosign only what extends it.

    \b
    example:
      gitward audit witness serve --state /var/lib/witness --key witness.key --log-key "$(cat log.pub)"
    """


@witness.command(epilog="exit codes: 0 ended by a signal, 2 usage, 3 it cannot listen, or cannot remember")
@click.option("--state", metavar="DIR", required=True, help="Where it remembers. Made if need be; never put back an older copy.")
@click.option("--key", "file", metavar="FILE", required=True, help="Its private key, from gitward audit keygen --witness.")
@click.option("--log-key", "keys", metavar="VKEY", multiple=True, required=True,
              help="The public key of a log. Again for a further log, or for the next key of the same.")  # fmt: skip
@click.option("--listen", metavar="ADDRESS:PORT", default="127.0.0.1:7380", show_default=True,
              help="Where it listens, with HTTP. Port 0 takes a free one.")  # fmt: skip
def serve(state: str, file: str, keys: tuple[str, ...], listen: str) -> int:
    """Serve the witness protocol (C2SP tlog-witness) until a signal ends it.

    The first line on stdout is its public key, which the log's settings.yaml names; the second is where it listens. It belongs
    on a machine that whoever runs the log cannot write to.

    \b
    example:
      gitward audit witness serve --state /var/lib/witness --key witness.key --log-key "$(cat log.pub)"
    """
    import signal
    import sys

    from gitward.audit.signingkey import read_private
    from gitward.audit.witness.memory import Memory
    from gitward.audit.witness.serving import Server
    from gitward.tlog import note
    from gitward.tlog.cosignature import cosigner_of

    host, _, port = listen.rpartition(":")
    if not host or not port.isdigit() or int(port) > 65_535:
        raise UsageError(f"--listen {listen} is no address and port", "for example 127.0.0.1:7380")
    try:
        key = read_private(file)
        server = Server((host.strip("[]"), int(port)), Memory(state, key, tuple(note.public_key(each) for each in keys)), say)
    except OSError as problem:
        raise GitwardError(f"the witness cannot start: {problem.filename or listen}: {problem.strerror}") from None
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    click.echo(str(cosigner_of(key)))
    click.echo(f"http://{host}:{server.server_port}")
    sys.stdout.flush()
    try:
        server.serve_forever()
    except (KeyboardInterrupt, SystemExit):
        return 0
    finally:
        server.server_close()
    return 0
