"""Who signed, for one policy: its trust store is taken apart when the first signature is asked for, and not before."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from gitward.model import Commit, Principal, PushCertificate, Signature, Signed, Tag
    from gitward.signatures.moments import Moments
    from gitward.signatures.reading import SignatureReader


class Signers:
    """The signatures of commits, tags and pushes by the trust store in `trust`, its plain form. Close it.

    `cache` is a folder in which proofs are kept, '' for none.
    """

    def __init__(self, trust: str, moments: Moments, cache: str = "") -> None:
        self._trust, self._moments, self._folder = trust, moments, cache
        self._reader: SignatureReader | None = None

    @property
    def reader(self) -> SignatureReader:
        if self._reader is None:
            from gitward.policy.trust import trust
            from gitward.signatures.cache import opened
            from gitward.signatures.reading import SignatureReader

            self._reader = SignatureReader(trust(self._trust), opened(self._folder) if self._folder else None)
        return self._reader

    def commits(self, commits: Sequence[Commit]) -> list[Signature]:
        return self.reader.commits(commits, self._moments)

    def tags(self, tags: Sequence[Tag]) -> list[Signature]:
        return self.reader.tags(tags, self._moments)

    def certificate(self, certificate: PushCertificate) -> Signature:
        return self.reader.certificate(certificate, self._moments)

    def statements(self, items: Sequence[Signed], seen: Sequence[int | None], now: int) -> list[Signature]:
        """The signatures of statements; `seen` is when each of these was first seen, None where that is not known."""
        return self.reader.of_statements(items, seen, now)

    def seen(self, oid: str) -> int | None:
        """When an object was first seen, None where nobody says."""
        return self._moments.seen.get(oid)

    def principal(self, name: str) -> Principal:
        """Whom the trust store knows by a name that it has given itself."""
        return self.reader.trust.principals[name]

    def close(self) -> None:
        if self._reader:
            self._reader.close()
