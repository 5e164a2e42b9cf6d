"""Proofs that were made before: arithmetic is true for ever, so it need not be done twice.

Only the time-free fact is kept, by what was signed, its signature and the engine that looked at it; trust and clocks are
asked anew each time. An entry is data with a MAC: whoever cannot read the key in the folder cannot make one. The folder
belongs to one user, and nobody else can write there; where that is not so, nothing is cached. "unknown-key" is not kept: more
trust may change it.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import sqlite3

from gitward import __version__
from gitward.model import Proof
from gitward.ownfolder import is_ours
from gitward.record import given

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from gitward.model import Signed

_ENGINE = f"gitward {__version__} proofs 1"
_BUSY = 5.0  # seconds to wait for another process that writes
_AT_ONCE = 500  # keys of one query


class Cache:
    """Proofs in a folder. Raises OSError or sqlite3.Error where the folder cannot be used; see `opened`."""

    def __init__(self, folder: str) -> None:
        self._key = _key(folder)
        self._base = sqlite3.connect(os.path.join(folder, "proofs.sqlite"), timeout=_BUSY, isolation_level=None)
        self._base.execute("PRAGMA journal_mode = WAL")
        self._base.execute("PRAGMA synchronous = OFF")  # what is lost is made again, what is torn fails its MAC
        self._base.execute("CREATE TABLE IF NOT EXISTS proof (name BLOB PRIMARY KEY, body TEXT, mac BLOB) WITHOUT ROWID")

    def close(self) -> None:
        self._base.close()

    def proofs(
        self, prove: Callable[[Sequence[Signed]], list[Proof]], items: Sequence[Signed], settings: str = ""
    ) -> list[Proof]:
        """The proofs of the items, in order; only those that are not known are asked of `prove`.

        `settings` is what beside the bytes changes what `prove` says.
        """
        names = [_name(item, settings) for item in items]
        known = self._known(names)
        missing = [index for index, name in enumerate(names) if name not in known]
        made = dict(zip(missing, prove([items[index] for index in missing]) if missing else (), strict=True))
        self._keep({names[index]: proof for index, proof in made.items() if proof.outcome != "unknown-key"})
        return [made[index] if index in made else known[name] for index, name in enumerate(names)]

    def _known(self, names: list[bytes]) -> dict[bytes, Proof]:
        found: dict[bytes, Proof] = {}
        try:
            for start in range(0, len(names), _AT_ONCE):
                some = names[start : start + _AT_ONCE]
                marks = ",".join("?" * len(some))
                rows = self._base.execute(f"SELECT name, body, mac FROM proof WHERE name IN ({marks})", some)  # noqa: S608
                for name, body, mac in rows:
                    if hmac.compare_digest(bytes(mac), self._mac(name, body)):
                        found[name] = Proof(**json.loads(body))
        except (sqlite3.Error, ValueError, TypeError):
            return {}  # as good as nothing: the arithmetic is done again
        return found

    def _keep(self, made: dict[bytes, Proof]) -> None:
        rows = [(name, body := json.dumps(given(proof)), self._mac(name, body)) for name, proof in made.items()]
        try:
            self._base.execute("BEGIN")
            self._base.executemany("INSERT OR REPLACE INTO proof VALUES (?, ?, ?)", rows)
            self._base.execute("COMMIT")
        except sqlite3.Error:
            if self._base.in_transaction:
                self._base.execute("ROLLBACK")

    def _mac(self, name: bytes, body: str) -> bytes:
        return hmac.digest(self._key, name + body.encode(), "sha256")


def opened(folder: str) -> Cache | None:
    """The cache in a folder of this user's own, made where there is none yet; None where it cannot be used."""
    try:
        os.makedirs(folder, mode=0o700, exist_ok=True)
        return Cache(folder) if is_ours(folder) else None
    except (OSError, ValueError, sqlite3.Error):
        return None


def _key(folder: str) -> bytes:
    """The key of the folder, made once. Raises OSError, or ValueError where it is not whole."""
    path = os.path.join(folder, "key")
    draft = f"{path}.{os.getpid()}"
    if not os.path.exists(path):
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(os.urandom(32))
        try:
            os.link(draft, path)  # the first one stays
        except FileExistsError:
            pass
        finally:
            os.unlink(draft)
    with open(path, "rb") as file:
        key = file.read()
    if len(key) != 32:
        raise ValueError("the key of the cache is not whole")
    return key


def _name(item: Signed, settings: str) -> bytes:
    """What a proof is about: the very bytes, and the engine. An oid would be SHA-1, of which two can be alike."""
    head = f"{_ENGINE}\0{settings}\0{len(item.payload)}\0".encode()
    return hashlib.sha256(head + item.payload + item.block).digest()
