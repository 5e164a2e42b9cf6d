"""`gitward audit serve`: the daemon of a log."""

from __future__ import annotations

import click

from gitward.cli.audit import LOG
from gitward.cli.output import say
from gitward.errors import GitwardError, UsageError
from gitward.render.escape import visible

_LINES = 20


@click.command(epilog="exit codes: 0 ended by SIGTERM or SIGINT, 2 usage, 3 it cannot serve: no log, or another daemon")
@LOG
@click.option("--socket", "path", metavar="PATH", default="", help="Listen here, unless systemd hands a socket over.")
@click.option("--mode", default="0660", show_default=True, help="The socket's mode: who may write to it may connect.")
@click.option("--group", metavar="G", default="", help="The socket's group, a name or a number.")
@click.option("--allow-uid", "uids", metavar="U", type=click.IntRange(0), multiple=True,
              help="Take requests of this user only; may stand more than once. Root and the daemon's user may.")  # fmt: skip
@click.option("--checkpoint-every", "seconds", metavar="S", type=click.FloatRange(0, 3600), default=1.0, show_default=True,
              help="Sign what was recorded at most so many seconds later; 0: before it is answered.")  # fmt: skip
def serve(directory: str, path: str, mode: str, group: str, uids: tuple[int, ...], seconds: float) -> int:
    """Record for hooks that cannot write the log: under a user of its own, the only one who holds the key.

    Hooks connect with --log unix:PATH. What they say is recorded with the process, user and group that the kernel names, and is
    durable before they hear of it. Whatever else they send is refused. Once an hour a heartbeat is recorded.

    It runs in the foreground, says on stderr what goes wrong, and ends at SIGTERM. Units for systemd: examples/systemd.

    \b
    examples:
      gitward audit serve --log /var/lib/gitward --socket /run/gitward/log.sock --group git
      gitward install --server /srv/git/app.git --policy /etc/gitward/org.yaml --log unix:/run/gitward/log.sock
    """
    import os
    import signal

    from gitward.audit.daemon import listening
    from gitward.audit.daemon.loop import Limits, Loop
    from gitward.audit.daemon.scribe import Scribe

    bits = _mode(mode)
    directory = os.path.abspath(directory)
    held = _own(directory)
    listener = listening.given(os.environ)
    if listener is None:
        if not path:
            raise UsageError("systemd hands no socket over, and --socket names none", "--socket /run/gitward/log.sock")
        listener = listening.listen(os.path.abspath(path), bits, group)
    journal = _Journal()
    scribe = Scribe(directory, seconds, tell=journal.tell)
    loop = Loop(scribe, listener.socket, Limits(uids=frozenset(uids)), journal.tell)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    signal.set_wakeup_fd(loop.waker.fileno())
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: loop.stop())
    scribe.keep_time()  # the first heartbeat, signed
    journal.tell(f"ready: log {directory}, socket {path or 'of systemd'}")
    listening.notify(os.environ, "READY=1")
    try:
        loop.run()
    finally:
        listening.notify(os.environ, "STOPPING=1")
        listener.close()
        os.close(held)
    journal.tell("ended")
    return 0


def _mode(text: str) -> int:
    try:
        bits = int(text, 8)
    except ValueError:
        bits = -1
    if not 0 <= bits <= 0o777:
        raise UsageError(f"--mode {text}: not the mode of a file", "three octal digits, such as 0660")
    return bits


def _own(directory: str) -> int:
    """Be the daemon of this log; what must not be closed until the end. Raises GitwardError where this user cannot be."""
    import os

    from gitward.audit import folder
    from gitward.audit.daemon import listening

    folder.about(directory)
    if not folder.is_live(directory):
        raise GitwardError(f"{directory} is the copy of a log, and a copy never continues", "the folder of the log itself")
    if not os.access(os.path.join(directory, folder.KEY), os.R_OK) or not os.access(directory, os.W_OK | os.X_OK):
        raise GitwardError(f"{directory} is not this user's to write", "run the daemon as the owner of the folder")
    return listening.lock(directory)


class _Journal:
    """The daemon's own log, on stderr: a client that does nothing but wrong cannot fill the disk with it."""

    def __init__(self) -> None:
        self._minute = self._said = 0

    def tell(self, line: str) -> None:
        import time

        minute = int(time.monotonic() // 60)
        if minute != self._minute:
            if self._said > _LINES:
                say(f"gitward audit serve: {self._said - _LINES} lines more were left out")
            self._minute, self._said = minute, 0
        self._said += 1
        if self._said <= _LINES:
            say(f"gitward audit serve: {visible(line)}")
