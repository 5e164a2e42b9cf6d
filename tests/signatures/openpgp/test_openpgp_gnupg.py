"""python-gnupg as a second opinion on what stands in a keyring: it reads the same keys where user ids are ordinary."""

from __future__ import annotations

from pathlib import Path

import gnupg
import pytest

from gitward.signatures.openpgp.importing import import_openpgp


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("gnupg", numbered=True)
    folder.chmod(0o700)
    gpg = gnupg.GPG(gnupghome=str(folder))
    gpg.encoding = "utf-8"
    for name, kind in (("Ann", "ed25519"), ("Zoë", "nistp256")):
        words = {"key_type": "ECDSA" if kind == "nistp256" else "EDDSA", "key_curve": kind, "no_protection": True,
                 "name_real": name, "name_email": f"{name[:2].lower()}@example.com"}  # fmt: skip
        assert gpg.gen_key(gpg.gen_key_input(**words)).fingerprint
    return folder


def test_the_same_keys_and_names(home: Path, tmp_path: Path) -> None:
    gpg = gnupg.GPG(gnupghome=str(home))
    gpg.encoding = "utf-8"
    known = {key["fingerprint"]: key["uids"] for key in gpg.list_keys()}
    assert len(known) == 2
    assert {one.fingerprint: list(one.user_ids) for one in import_openpgp(str(home))} == known
    (tmp_path / "ring").write_text(gpg.export_keys(list(known)))
    again = gnupg.GPG(gnupghome=str(tmp_path))
    texts = "".join(one.certificate for one in import_openpgp(str(tmp_path / "ring")))
    assert set(again.import_keys(texts).fingerprints) == set(known)
