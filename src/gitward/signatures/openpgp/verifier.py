"""OpenPGP signatures by the policy's list of certificates: the implementation of the interface of `signatures`."""

from __future__ import annotations

from gitward.errors import Undecided
from gitward.model import Finding, Proof
from gitward.model.signatures import STATUSES
from gitward.record import replace
from gitward.signatures.openpgp import arithmetic, batch, packet
from gitward.signatures.openpgp.armor import Refused, unarmor
from gitward.signatures.openpgp.certificates import Keyring
from gitward.signatures.openpgp.proving import Prover
from gitward.signatures.openpgp.runner import SECONDS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from gitward.model import Signed, Trust
    from gitward.model.signatures import Status
    from gitward.signatures.openpgp.listing import Certificate, Key
    from gitward.signatures.openpgp.packet import Signature
    from gitward.signatures.openpgp.status import Verdict

WEAK_DIGESTS = ("md5", "sha1", "ripemd160")
SIZED = (1, 2, 3, 17)
"""The algorithms, RSA and DSA, whose strength is the size of their modulus."""


class OpenPgpVerifier:
    """Verifies OpenPGP signatures by `trust.openpgp` alone. gpg is not started where nothing is listed.

    `trailers`: names of armors that may stand after a signature (`armor.TRAILERS`). `seconds`: the time that one run of gpg
    may take. Raises Undecided where gpg or a listed certificate cannot be used.
    """

    def __init__(
        self, trust: Trust, *, trailers: Sequence[str] = (), program: str = "gpg", seconds: float = SECONDS
    ) -> None:
        self._trust, self._trailers = trust, tuple(trailers)
        self._principals = _principals(trust)
        self._keyring = Keyring(trust.openpgp, program, seconds) if trust.openpgp else None
        self._keys = _by_name(self._keyring.certificates if self._keyring else ())
        self._prover: Prover | None = None

    @property
    def tools(self) -> tuple[str, ...]:
        """What verifies, with its versions; nothing where nothing is listed."""
        return (*self._keyring.version, arithmetic.VERSION) if self._keyring else ()

    def close(self) -> None:
        """Remove the keyring."""
        if self._keyring:
            self._keyring.close()

    def prove(self, items: Sequence[Signed]) -> list[Proof]:
        """What the arithmetic says of each, in order. Raises Undecided."""
        found: list[Proof | None] = []
        asked: list[Signature] = []
        questions: list[batch.Question] = []
        for item in items:
            try:
                signature = packet.parse_signature(unarmor(item.block, self._trailers))
            except Refused as refused:
                found.append(Proof(format="openpgp", outcome=refused.outcome, detail=str(refused)))
                continue
            found.append(None)
            asked.append(signature)
            questions.append(batch.Question(signature=signature, payload=item.payload))
        answers = iter(self._answers(questions))
        return [proof or next(answers) for proof in found]

    def _answers(self, questions: Sequence[batch.Question]) -> list[Proof]:
        if not self._keyring:
            return [self._unknown(question.signature) for question in questions]
        self._prover = self._prover or Prover(self._keyring.gpg, self._keys)
        verdicts = self._prover.answer(questions)
        return [self._proof(question.signature, verdict) for question, verdict in zip(questions, verdicts, strict=True)]

    def _proof(self, signature: Signature, verdict: Verdict) -> Proof:
        if verdict.outcome == "unknown-key" or (verdict.outcome == "good" and verdict.primary not in self._principals):
            return self._unknown(signature)
        if verdict.outcome == "refused":  # another copy of the certificate may change that: no fact to be kept
            return replace(self._unknown(signature), detail=verdict.detail)
        return Proof(
            format="openpgp",
            outcome=verdict.outcome,
            key=verdict.key or signature.issuer,
            signed_time=signature.created,
            expires=signature.expires,
            digest=signature.digest,
            detail=verdict.detail,
        )

    @staticmethod
    def _unknown(signature: Signature) -> Proof:
        return Proof(
            format="openpgp",
            outcome="unknown-key",
            key=signature.issuer,
            signed_time=signature.created,
            expires=signature.expires,
            digest=signature.digest,
            detail=f"no listed certificate holds the key {signature.issuer or 'that signed, which the signature does not name'}",
        )

    def find(self, proof: Proof, signed: Signed, addresses: Sequence[str] = ()) -> Finding:
        """What the list says of the key of `proof`, and its limits in time. The first second after an expiry is too late."""
        keys = self._keys.get(proof.key, [])
        key = keys[0] if len(keys) == 1 else None
        status, detail = min(self._statuses(proof, keys), key=lambda found: STATUSES.index(found[0]))
        fingerprint = key.fingerprint if key else proof.key
        if proof.outcome != "good" or not key:
            return Finding(
                format="openpgp", status=status, detail=detail, fingerprint=fingerprint, signed_time=proof.signed_time,
                primary_fingerprint=key.primary if key else "",
            )  # fmt: skip
        ends = [end for end in (key.expires, proof.expires) if end is not None]
        return Finding(
            format="openpgp",
            status=status,
            detail=detail,
            fingerprint=fingerprint,
            primary_fingerprint=key.primary,
            principal=self._principals[key.primary],
            signed_time=proof.signed_time,
            not_before=key.created,
            not_after=min(ends) - 1 if ends else None,
            revoked=key.retired,
        )

    def _statuses(self, proof: Proof, keys: list[Key]) -> Iterator[tuple[Status, str]]:
        """All that is true of it; the worst counts."""
        yield "unsupported" if proof.outcome == "unknown-key" and keys else proof.outcome, proof.detail
        if proof.digest in WEAK_DIGESTS:
            yield "weak", f"the digest is {proof.digest}"
        if proof.outcome != "good":
            return
        if not keys:
            yield "unknown-key", f"no listed certificate holds the key {proof.key}"
        if len(keys) > 1:
            yield "unsupported", f"more than one listed certificate holds the key {proof.key}"
        for key in keys:
            if key.lost:
                yield "revoked-hard", f"the key is revoked: {key.lost}"
            if key.algorithm in SIZED and key.bits < self._trust.rsa_bits:
                yield "weak", f"the key has {key.bits} bits, of {self._trust.rsa_bits} that are asked for"
            if not key.can_sign:
                yield "unsupported", "the key is not for signing"
            if (proof.signed_time or 0) < key.created:
                yield "not-yet-valid", "the signature says that it is older than its key"


def _principals(trust: Trust) -> dict[str, str]:
    """Primary fingerprint -> whose certificate it is."""
    found: dict[str, str] = {}
    for listed in trust.openpgp:
        if found.setdefault(listed.fingerprint, listed.principal) != listed.principal:
            words = f"the key {listed.fingerprint} is listed for {found[listed.fingerprint]!r} and for {listed.principal!r}"
            raise Undecided(words, "leave it with one of them", "two-principals")
    return found


def _by_name(certificates: Sequence[Certificate]) -> dict[str, list[Key]]:
    """The keys that have a fingerprint or a key id; an old signature names only the latter."""
    found: dict[str, list[Key]] = {}
    for certificate in certificates:
        for key in certificate.keys:
            for name in (key.fingerprint, key.fingerprint[-16:]):
                found.setdefault(name, []).append(key)
    return found
