"""Reading certificates for a policy's list of holders."""

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from x509_authority import authority, certificate
from x509_corpus import ANN, MIDDLE, ROOT

from gitward.errors import UsageError
from gitward.signatures.x509.importing import import_x509


def test_each_certificate_of_a_file_is_described(tmp_path):
    weak = certificate("Ann short", ROOT, kind="rsa1024", email="ann@example.com")
    (tmp_path / "bundle.pem").write_bytes(b"subject=Ann\n" + ANN.pem + MIDDLE.pem + weak.pem)
    ann, middle, short = import_x509(str(tmp_path / "bundle.pem"))
    assert (ann.fingerprint, ann.subject, ann.issuer) == (ANN.fingerprint, "CN=Ann", "CN=Example Root")
    assert (ann.addresses, ann.is_authority, ann.weakness) == (("ann@example.com",), False, "")
    assert (ann.not_before, ann.not_after) == (1609459200, 2366841600)
    assert (middle.is_authority, middle.addresses) == (True, ())
    assert (short.addresses, short.weakness) == (("ann@example.com",), "a key of 1024 bits, the floor is 2048")


def test_der_is_read_too(tmp_path):
    (tmp_path / "ann.cer").write_bytes(ANN.certificate.public_bytes(Encoding.DER))
    assert [one.fingerprint for one in import_x509(str(tmp_path / "ann.cer"))] == [ANN.fingerprint]


@pytest.mark.parametrize(("content", "why"), [
    (b"", "no X.509"), (b"hello\n", "no X.509"), (ANN.pem[:-40], "no X.509"), (ANN.key_pem + ANN.pem, "secret key"),
    (bytes((16 << 20) + 1), "16 MiB"),
])  # fmt: skip
def test_a_file_without_certificates_is_refused(tmp_path, content, why):
    (tmp_path / "file").write_bytes(content)
    with pytest.raises(UsageError, match=why):
        import_x509(str(tmp_path / "file"))


def test_the_command_writes_a_policy_that_loads(gitward, home, tmp_path):
    (tmp_path / "bundle.pem").write_bytes(ANN.pem + MIDDLE.pem + ROOT.pem)
    given = ("keys", "import", tmp_path / "bundle.pem", "--format", "x509")
    done = gitward(*given, "--output", tmp_path / "keys.yaml")
    assert done.returncode == 0, done.stderr
    assert gitward("policy", "validate", tmp_path / "keys.yaml").returncode == 0
    assert ANN.fingerprint in gitward("keys", "list", "--policy", tmp_path / "keys.yaml").stdout
    assert gitward("keys", "check", "--policy", tmp_path / "keys.yaml").returncode == 0
    assert (tmp_path / "keys-roots.pem").read_bytes() == ROOT.pem
    assert (tmp_path / "keys-intermediates.pem").read_bytes() == MIDDLE.pem
    assert "--output POLICY" in gitward(*given).stderr
    (tmp_path / "bundle.pem").write_bytes(ANN.pem)
    alone = gitward(*given, "--output", tmp_path / "alone.yaml")
    assert (alone.returncode, "holds no authority" in alone.stderr, (tmp_path / "alone.yaml").exists()) == (2, True, False)


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(UsageError, match="cannot be read"):
        import_x509(str(tmp_path / "nothing"))


def test_what_is_imported_is_what_a_policy_matches(tmp_path):
    root = authority("Importing Root")
    leaf = certificate("Öre, Inc", root, addresses=["o@example.com"])
    (tmp_path / "leaf.pem").write_bytes(leaf.pem)
    assert import_x509(str(tmp_path / "leaf.pem"))[0].subject == "CN=Öre\\, Inc"
