"""SSH signatures by the policy's own list of keys and authorities."""

from __future__ import annotations

from gitward.errors import Undecided
from gitward.model import Finding, Proof
from gitward.record import maker
from gitward.signatures.ssh.certificate import is_certificate, named_keys
from gitward.signatures.ssh.keys import VERIFIED, flags, public_key
from gitward.signatures.ssh.krl import MAGIC, read_krl
from gitward.signatures.ssh.patterns import matches_list
from gitward.signatures.ssh.revocation import Revocations, listed_keys
from gitward.signatures.ssh.sshsig import NAMESPACE, claimed_key, opened, verify
from gitward.signatures.ssh.wire import Refused
from gitward.sshkeys import fingerprint

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from gitward.model import Signed, SshKey, Trust
    from gitward.model.signatures import Status
    from gitward.signatures.ssh.certificate import Certificate
    from gitward.signatures.ssh.sshsig import Envelope

_UNLISTED, _UNLISTED_AUTHORITY = "the key is not listed", "the certificate's authority is not listed"
_FOREVER = (1 << 64) - 1
_proof, _finding = maker(Proof), maker(Finding)


class SshVerifier:
    """The keys and authorities of one policy, and what they signed for one namespace.

    Raises Undecided where its list, or what it revokes, cannot be used.
    """

    def __init__(self, trust: Trust, namespace: bytes = NAMESPACE) -> None:
        self._trust, self._namespace = trust, namespace
        self._keys: dict[bytes, SshKey] = {}
        self._authorities: dict[bytes, list[SshKey]] = {}
        for entry in trust.ssh:
            self._list(entry)
        self._revoked = revocations(trust.ssh_revoked)

    def _list(self, entry: SshKey) -> None:
        try:
            public_key(entry.blob)
        except Refused as error:
            raise Undecided(f"a listed SSH key of {entry.principal!r} cannot be used: {error.detail}") from None
        if entry.is_authority:
            self._authorities.setdefault(entry.blob, []).append(entry)
        elif self._keys.setdefault(entry.blob, entry) is not entry:
            owners = f"{self._keys[entry.blob].principal!r} and {entry.principal!r}"
            raise Undecided(f"one SSH key is listed twice, for {owners}", "list it once")

    def prove(self, items: Sequence[Signed]) -> list[Proof]:
        """Whether each signature was made over its bytes by the key that it brings along."""
        return [_prove(item, self._namespace) for item in items]

    def stranger(self, signed: Signed) -> Finding | None:
        """The finding "unknown-key", without arithmetic, where nothing that is listed can have made the signature; else None."""
        try:
            key = blob = claimed_key(signed.block)
            if not is_certificate(blob):
                detail = "" if blob in self._keys else _UNLISTED
            else:
                key, authority = named_keys(blob)
                detail = "" if authority in self._authorities else _UNLISTED_AUTHORITY
        except Refused:
            return None  # whose it is cannot be read: `prove` says why
        return _finding(format="ssh", status="unknown-key", fingerprint=fingerprint(key), detail=detail) if detail else None

    def find(self, proof: Proof, signed: Signed, addresses: Sequence[str] = ()) -> Finding:
        """Whose key it is, and for how long. The proof must be of this very signature."""
        if proof.outcome != "good":
            return _finding(format="ssh", status=proof.outcome, detail=proof.detail, fingerprint=proof.key)
        try:
            envelope = opened(signed.block, self._namespace)
        except Refused as error:
            raise Undecided(f"a proof of an SSH signature is not of this one: {error.detail}") from None
        if envelope.key.fingerprint != proof.key:
            raise Undecided("a proof of an SSH signature is of another key")
        entry, detail = self._entry(envelope, addresses)
        not_before, not_after = _window(entry, envelope.certificate)
        status: Status = "good"
        if reason := self._revoked.reason(envelope.key, envelope.certificate):
            status = "revoked-hard"
        elif reason := self._weakness(envelope):
            status = "weak"
        elif entry is None:
            status, reason = "unknown-key", detail
        authority = envelope.certificate.authority if envelope.certificate else envelope.key
        return _finding(
            format="ssh", status=status, detail=reason, fingerprint=envelope.key.fingerprint,
            primary_fingerprint=authority.fingerprint, principal=entry.principal if entry else "",
            not_before=not_before, not_after=not_after,
        )  # fmt: skip

    def close(self) -> None:
        """Nothing is held."""

    def _entry(self, envelope: Envelope, addresses: Sequence[str]) -> tuple[SshKey | None, str]:
        """The line of the trust list that speaks for this key; without one, why."""
        held = envelope.certificate
        if held is None:
            return self._keys.get(envelope.key.blob), _UNLISTED
        listed = self._authorities.get(held.authority.blob, [])
        if not listed:
            return None, _UNLISTED_AUTHORITY
        if not held.principals:
            return None, "the certificate names no principals"
        fitting = [entry for entry in listed if _speaks_for(entry, held)]
        if not fitting:
            return None, "no principal of the certificate is one that its authority may name"
        wanted = {address.lower() for address in addresses}
        return next((entry for entry in fitting if wanted & self._addresses(entry)), fitting[0]), ""

    def _addresses(self, entry: SshKey) -> set[str]:
        principal = self._trust.principals.get(entry.principal)
        return {address.lower() for address in principal.addresses} if principal else set()

    def _weakness(self, envelope: Envelope) -> str:
        """What is too little of a signature whose arithmetic holds; '' for nothing."""
        held = envelope.certificate
        for key in (envelope.key, *([held.authority] if held else ())):
            if 0 < key.bits < self._trust.rsa_bits:
                return f"an RSA key of {key.bits} bits, the floor is {self._trust.rsa_bits}"
        if held and b"verify-required" in held.options and not flags(envelope.key, envelope.signature) & VERIFIED:
            return "the certificate asks that the security key be given its PIN, which it was not"
        return ""


def _prove(item: Signed, namespace: bytes) -> Proof:
    fingerprint = digest = ""
    try:
        envelope = opened(item.block, namespace)
        fingerprint, digest = envelope.key.fingerprint, envelope.hash
        verify(envelope, item.payload, namespace)
    except Refused as error:
        return _proof(format="ssh", outcome=error.outcome, key=fingerprint, digest=digest, detail=error.detail)
    return _proof(format="ssh", outcome="good", key=fingerprint, digest=digest)


def revocations(data: bytes | None) -> Revocations:
    """What a policy's file revokes, a KRL or a list; None is no file. Raises Undecided where it cannot be read."""
    if data is None:
        return Revocations()
    return read_krl(data) if data.startswith(MAGIC[:6]) else listed_keys(data)


def _speaks_for(entry: SshKey, held: Certificate) -> bool:
    """Whether a principal of the certificate is one that this line lets its authority name. Bytes are compared, as in C."""
    patterns = [part.encode("utf-8", "surrogateescape").decode("latin-1") for name in entry.names for part in name.split(",")]
    return any(matches_list(name.decode("latin-1"), patterns) for name in held.principals)


def _window(entry: SshKey | None, held: Certificate | None) -> tuple[int | None, int | None]:
    """First and last second at which both the list and the certificate count."""
    starts = [entry.valid_after if entry else None, held.valid_after if held else None]
    ends = [
        entry.valid_before if entry else None,
        held.valid_before if held and held.valid_before != _FOREVER else None,
    ]
    last = _least(ends)
    return max((start for start in starts if start), default=None), None if last is None else last - 1


def _least(times: Iterable[int | None]) -> int | None:
    return min((time for time in times if time is not None), default=None)
