"""ssh-keygen and gpg say the same of a statement's signature as gitward does, of valid and of broken ones; where not, why."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from base64 import b64decode
from collections.abc import Iterator
from pathlib import Path

import pytest
from saying import OID, Keys, armored, payload
from signedworld import HEAD, RULES, World, policy_of

from gitward.model import Policy
from gitward.policy import load
from gitward.statements.envelope import EnvelopeSignature, encoded, opened, pae
from gitward.statements.signing import signed
from gitward.statements.storing import store
from soaking import long


@pytest.fixture
def world(tmp_path: Path, people: Keys) -> World:
    return World(tmp_path / "repository", people)


def ours(world: World, cases: dict[str, tuple[bytes, bytes]], policy: Policy) -> dict[str, bool]:
    """By name, whether a signature of a payload counts for somebody."""
    ids = {name: world.keep(encoded(said, [EnvelopeSignature(sig=sig)])) for name, (sig, said) in cases.items()}
    found = world.found(OID, policies=(policy,))
    return {name: found[identity].by != ((),) for name, identity in ids.items()}


def flipped(data: bytes, at: int) -> bytes:
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]


# --- ssh-keygen -----------------------------------------------------------------------------------------------------------


def keygen_signs(key: str, data: bytes, *options: str, namespace: str = "gitward-statement") -> bytes:
    command = ["ssh-keygen", "-Y", "sign", "-n", namespace, *options, "-f", key]
    block = subprocess.run(command, input=data, capture_output=True, check=True).stdout
    return b64decode(b"".join(block.split(b"\n")[1:-2]))


def keygen_says(world: World, folder: Path, sig: bytes, said: bytes, key: str) -> bool:
    (folder / "signers").write_text(f"ann@example.com {key}\n")
    (folder / "sig").write_bytes(armored(sig))
    command = ["ssh-keygen", "-Y", "verify", "-n", "gitward-statement", "-I", "ann@example.com"]
    command += ["-f", str(folder / "signers"), "-s", str(folder / "sig")]
    return subprocess.run(command, input=pae(said), capture_output=True, check=False).returncode == 0


RSA = pytest.param(("rsa", "-b", "2048"), marks=long)


@pytest.mark.parametrize("kind", [("ed25519",), RSA, pytest.param(("ecdsa", "-b", "256"), marks=long)], ids=lambda kind: kind[0])
def test_ssh_keygen_says_the_same(world: World, tmp_path: Path, kind: tuple[str, ...]) -> None:
    key, said, other = str(tmp_path / "key"), payload(), payload(made=1)
    subprocess.run(["ssh-keygen", "-q", "-t", *kind, "-N", "", "-C", "", "-f", key], check=True)
    public = Path(f"{key}.pub").read_text().strip()
    policy = policy_of({"ann": f'[{{ssh: "{public}"}}]'})
    good = keygen_signs(key, pae(said))
    cases = {
        "good": (good, said, True),
        "sha256": (keygen_signs(key, pae(said), "-O", "hashalg=sha256"), said, True),
        "of another": (good, other, False),
        "without the encoding": (keygen_signs(key, said), said, False),
        "another namespace": (keygen_signs(key, pae(said), namespace="git"), said, False),
        "another key": (keygen_signs(world.keys.path("eve"), pae(said)), said, False),
        "cut": (good[:-1], said, False),
        "longer": (good + b"\0", said, False),
    }
    cases |= {f"flipped at {at}": (flipped(good, at), said, False) for at in range(6, len(good), len(good) // 6)}
    said_by_us = ours(world, {name: (sig, over) for name, (sig, over, _) in cases.items()}, policy)
    for name, (sig, over, expected) in cases.items():
        assert (said_by_us[name], keygen_says(world, tmp_path, sig, over, public)) == (expected, expected), name


# --- gpg ------------------------------------------------------------------------------------------------------------------


class Home:
    """A GNUPGHOME with two keys."""

    def __init__(self) -> None:
        self.path = tempfile.mkdtemp(prefix="pgp-")  # short: the agent's socket is in it
        for name in ("ann", "eve"):
            self.gpg("--quick-gen-key", f"{name.title()} <{name}@example.com>", "ed25519", "sign", "never")

    def gpg(self, *words: str, stdin: bytes = b"", check: bool = True) -> subprocess.CompletedProcess[bytes]:
        command = ["gpg", "--homedir", self.path, "--batch", "--yes", "--pinentry-mode", "loopback", "--passphrase", ""]
        return subprocess.run([*command, *words], input=stdin, capture_output=True, check=check)

    def signs(self, who: str, data: bytes, *options: str) -> bytes:
        return self.gpg("--detach-sign", *options, "--local-user", f"{who}@example.com", stdin=data).stdout

    def says(self, folder: Path, sig: bytes, said: bytes) -> bool:
        """Whether gpg takes it as Ann's: the arithmetic holds, by her key."""
        (folder / "sig").write_bytes(sig)
        (folder / "data").write_bytes(pae(said))
        done = self.gpg("--status-fd", "1", "--verify", str(folder / "sig"), str(folder / "data"), check=False)
        return done.returncode == 0 and b"VALIDSIG" in done.stdout and b"Ann <ann@example.com>" in done.stdout

    def close(self) -> None:
        subprocess.run(["gpgconf", "--homedir", self.path, "--kill", "all"], check=False)
        shutil.rmtree(self.path, ignore_errors=True)


@pytest.fixture(scope="module")
def home() -> Iterator[Home]:
    made = Home()
    yield made
    made.close()


def test_gpg_says_the_same(world: World, home: Home, tmp_path: Path) -> None:
    rows = home.gpg("--with-colons", "--list-keys", "ann@example.com").stdout.decode().splitlines()
    fingerprint = next(row.split(":")[9] for row in rows if row.startswith("fpr"))
    files = {
        "p.yaml": f"{HEAD}  ann: {{keys: [{{openpgp: {fingerprint}, certificate: ann.asc}}]}}\n{RULES}".encode(),
        "ann.asc": home.gpg("--armor", "--export", "ann@example.com").stdout,
    }
    policy = load.load_with_tests(files.get, "p.yaml", "p.yaml")[0]
    said, other = payload(), payload(made=1)
    good = home.signs("ann", pae(said))
    literal = home.gpg("--sign", "--local-user", "ann@example.com", stdin=pae(said)).stdout
    cases = {
        "good": (good, said, True, True),
        "of another": (good, other, False, False),
        "without the encoding": (home.signs("ann", said), said, False, False),
        "another key": (home.signs("eve", pae(said)), said, False, False),
        "cut": (good[:-1], said, False, False),
        "a flipped bit": (flipped(good, len(good) - 5), said, False, False),
        # what gpg takes and a strict grammar does not
        "over text": (home.signs("ann", pae(said), "--textmode"), said, False, True),
        "twice in one": (good + good, said, False, None),
        "a signed message": (literal, said, False, None),
    }
    said_by_us = ours(world, {name: (sig, over) for name, (sig, over, _, _) in cases.items()}, policy)
    for name, (sig, over, mine, gpgs) in cases.items():
        assert said_by_us[name] is mine, name
        if gpgs is not None:
            assert home.says(tmp_path, sig, over) is gpgs, name


def test_signing_as_git_commit_does(world: World, home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GNUPGHOME", home.path)
    world.git("config", "user.signingKey", "ann@example.com")
    for options in ((), ("textmode",), ("armor",)):  # of gpg.conf, which may say how all that is signed is signed
        Path(home.path, "gpg.conf").write_text("".join(f"{option}\n" for option in options))
        blob = signed(payload(), str(world.folder))
        store(str(world.folder), blob)
        (sig,) = opened(blob).signatures
        assert home.says(tmp_path, sig.sig, payload())
        assert len(sig.keyid) == 40
        assert sig.keyid in home.gpg("--with-colons", "--list-keys", "ann@example.com").stdout.decode()
    Path(home.path, "gpg.conf").unlink()
    world.git("config", "--unset", "user.signingKey")
    world.git("config", "user.name", "Eve")
    world.git("config", "user.email", "eve@example.com")
    assert opened(signed(payload(), str(world.folder))).signatures[0].keyid != sig.keyid
