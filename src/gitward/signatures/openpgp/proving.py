"""Who does the arithmetic: this process where it plainly holds, gpg for everything else, and gpg once for every key.

Of every key that signed, gpg verifies one signature too, the first; only where it says the same are the others of that key left
to this process. So what gpg asks of a key beyond its numbers (that it is bound, cross-certified, meant for signing) counts for
all its signatures, and what is not good is always gpg's word.
"""

from __future__ import annotations

from gitward.signatures.openpgp import arithmetic, batch, material
from gitward.signatures.openpgp.status import Verdict

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from gitward.signatures.openpgp.batch import Question
    from gitward.signatures.openpgp.listing import Key
    from gitward.signatures.openpgp.runner import Gpg


class Prover:
    """Answers questions by the keys in a keyring. `keys`: fingerprint and key id -> the keys of that name."""

    def __init__(self, gpg: Gpg, keys: Mapping[str, Sequence[Key]]) -> None:
        self._gpg, self._keys = gpg, keys
        self._numbers = material.public_keys(gpg.run(["--batch", "--export"]).output)
        self._agreed: dict[str, bool] = {}  # fingerprint -> whether gpg and this process say the same of it

    def answer(self, questions: Sequence[Question]) -> list[Verdict]:
        """The verdict about each, in order. Raises Undecided."""
        found = [self._here(question) for question in questions]
        asked = self._first_of_each_key(found) + [place for place, verdict in enumerate(found) if verdict is None]
        said = batch.verify(self._gpg, [questions[place] for place in asked])
        for place, verdict in zip(asked, said, strict=True):
            own, found[place] = found[place], verdict
            if own is not None:
                self._agreed[own.key] = own == verdict
        doubted = [place for place, verdict in enumerate(found) if verdict and self._agreed.get(verdict.key) is False]
        for place, verdict in zip(doubted, batch.verify(self._gpg, [questions[place] for place in doubted]), strict=True):
            found[place] = verdict
        return [verdict for verdict in found if verdict is not None]

    def _here(self, question: Question) -> Verdict | None:
        """A verdict from this process; None where there is none, or where gpg is to be asked."""
        signature = question.signature
        keys = self._keys.get(signature.issuer, ())
        if signature.issuer and not keys:
            return Verdict(outcome="unknown-key")
        if len(keys) != 1:
            return None
        key = keys[0]
        if not key.can_sign or key.algorithm != signature.algorithm or signature.created < key.created:
            return None
        numbers = self._numbers.get(key.fingerprint)
        if numbers is None or self._agreed.get(key.fingerprint) is False:
            return None
        if not arithmetic.holds(signature, question.payload, numbers):
            return None
        return Verdict(outcome="good", key=key.fingerprint, primary=key.primary, created=signature.created)

    def _first_of_each_key(self, found: Sequence[Verdict | None]) -> list[int]:
        """Places of the first good signature of each key about which gpg has not been asked yet."""
        first: dict[str, int] = {}
        for place, verdict in enumerate(found):
            if verdict and verdict.outcome == "good" and verdict.key not in self._agreed:
                first.setdefault(verdict.key, place)
        return list(first.values())
