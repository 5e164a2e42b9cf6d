"""What a verifier brings of their own to a log: a checkpoint that they kept, the key as they know it, witnesses they trust."""

from __future__ import annotations

import sys

import click

from gitward.errors import GitwardError, UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gitward.audit.witness.settings import Settings
    from gitward.tlog.note import PublicKey

    Own = tuple[tuple[tuple[str, bytes], ...], PublicKey | None, Settings | None]

AGAINST = click.option("--against", "kept", metavar="FILE", multiple=True,
                       help="A checkpoint of this log that you kept elsewhere, the newest that you have seen; - is stdin. May be "
                            "given several times.")  # fmt: skip
KEY = click.option("--key", "key", metavar="VKEY|FILE", default="",
                   help="The public key of the log, as you know it: name+hash+key.")  # fmt: skip
WITNESSES = click.option("--witnesses", "file", metavar="FILE", default="",
                         help="The witnesses that you trust, in the form of a log's settings.yaml: too few that vouch are exit "
                              "code 3. Default: those that the folder names.")  # fmt: skip


def own(kept: tuple[str, ...], key: str, file: str) -> Own:
    """What the three options name, as `audit.verification.verify` takes it. Raises UsageError, GitwardError for what is none."""
    trusted = None
    if file:
        from gitward.audit.witness.settings import read

        trusted = read(file)
    return tuple((name, _read(name)) for name in kept), _key(key) if key else None, trusted


def _read(path: str) -> bytes:
    from gitward.givenfile import read_given
    from gitward.tlog.checkpoint import MAXIMUM

    if path == "-":
        return sys.stdin.buffer.read(MAXIMUM + 1)
    return read_given(path, MAXIMUM)


def _key(given: str) -> PublicKey:
    """The key itself, or a file that holds it. Raises GitwardError for what is none."""
    from gitward.tlog import note

    try:
        return note.public_key(given)
    except GitwardError as problem:
        from gitward.givenfile import read_given

        try:
            return note.public_key(read_given(given, 1 << 16).decode("utf-8", "replace"))
        except UsageError:
            raise problem from None
