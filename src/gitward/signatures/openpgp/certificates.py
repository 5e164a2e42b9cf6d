"""The certificates that a policy lists, in a keyring of their own, and what gpg makes of them."""

from __future__ import annotations

import os

from gitward.errors import Undecided
from gitward.signatures.openpgp import canary, listing
from gitward.signatures.openpgp.runner import SECONDS, Gpg

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from gitward.model import OpenPgpKey
    from gitward.signatures.openpgp.listing import Certificate


class Keyring:
    """A keyring with the listed certificates and the canary's, and nothing else.

    `certificates` are the listed ones, `version` is that of gpg and its library.
    """

    def __init__(self, listed: Sequence[OpenPgpKey], program: str = "gpg", seconds: float = SECONDS) -> None:
        self.gpg = Gpg(program, seconds)
        try:
            self.version = self.gpg.version()
            self.certificates = self._filled(listed)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        self.gpg.close()

    def _filled(self, listed: Sequence[OpenPgpKey]) -> list[Certificate]:
        import_certificates(self.gpg, [canary.CERTIFICATE, *dict.fromkeys(key.certificate for key in listed)])
        wanted = {key.fingerprint for key in listed} | {canary.FINGERPRINT}
        found = list_certificates(self.gpg)
        strays = [one.fingerprint for one in found if one.fingerprint not in wanted]
        if strays:
            self.gpg.run(["--batch", "--yes", "--delete-keys", "--", *strays])
            found = list_certificates(self.gpg)
        there = {one.fingerprint for one in found}
        if there - wanted:
            raise Undecided("gpg does not let go of certificates that the policy does not list", "", "gpg-failed")
        for key in listed:
            if key.fingerprint not in there:
                words = f"the certificate of {key.principal!r} does not hold the key {key.fingerprint}, or gpg does not take it"
                raise Undecided(words, "export the certificate again: gpg --armor --export FINGERPRINT", "no-key")
        if canary.FINGERPRINT not in there:
            raise Undecided("gpg imports no certificate", "see what `gpg --version` says of this machine's GnuPG", "gpg-failed")
        return [one for one in found if one.fingerprint != canary.FINGERPRINT]


def import_certificates(gpg: Gpg, certificates: Sequence[bytes]) -> None:
    """Bring certificates, armored or not, into gpg's keyring. What it does not take shows in the listing."""
    names = []
    for place, content in enumerate(certificates):
        names.append(f"certificate-{place}")
        with open(os.path.join(gpg.home, names[-1]), "wb") as file:
            file.write(content)
    gpg.run(["--batch", "--import", "--", *names])
    for name in names:
        os.unlink(os.path.join(gpg.home, name))


def list_certificates(gpg: Gpg) -> list[Certificate]:
    answer = gpg.run(["--batch", *listing.ARGS])
    try:
        if answer.status:
            raise ValueError(answer.error)
        return listing.certificates(answer.output)
    except (ValueError, IndexError) as problem:
        raise Undecided(f"gpg does not list its keys: {problem}", "", "gpg-failed") from None
