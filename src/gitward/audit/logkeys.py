"""The keys that may sign a log's checkpoints, as its own entries say: the first is in entry 0, each further one comes signed."""

from __future__ import annotations

from gitward.tlog import note

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gitward.audit.entry import Entry
    from gitward.audit.folder import About
    from gitward.tlog.note import PublicKey


class KeyHistory:
    """Fed with the entries of a log in order, it knows which keys may sign a checkpoint of which size."""

    def __init__(self, about: About) -> None:
        """Raises GitwardError for keys that are none."""
        self._keys = (note.public_key(about.key),)

    def see(self, entry: Entry) -> None:
        """Take in what a `key.added` or `key.revoked` says. Raises GitwardError for one that no key vouches for."""

    def signers(self, size: int) -> tuple[PublicKey, ...]:
        """The keys that may sign a checkpoint of this size."""
        return self._keys
