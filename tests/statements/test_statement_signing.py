"""Signing and storing, by real keys in real repositories; ssh-keygen and gpg agree with what was made."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from saying import APPROVAL, OID, WAIVER, Keys, armored, payload, repository

from gitward.errors import GitwardError, UsageError
from gitward.record import replace
from gitward.statements.envelope import encoded, opened, pae
from gitward.statements.reading import id_of, read
from gitward.statements.signing import cosigned, signed
from gitward.statements.storing import store


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    return repository(tmp_path / "clone")


def configure(clone: Path, **settings: str) -> None:
    for name, value in settings.items():
        subprocess.run(["git", "-C", clone, "config", name.replace("_", "."), value], check=True)


def keygen_agrees(people: Keys, name: str, blob: bytes, folder: Path, namespace: str = "gitward-statement") -> bool:
    """What `ssh-keygen -Y verify` says of the first signature."""
    found = opened(blob)
    (folder / "signers").write_text(f"{name}@example.com {people.public(name)}\n")
    (folder / "sig").write_bytes(armored(found.signatures[0].sig))
    who = ["-I", f"{name}@example.com", "-f", folder / "signers"]
    command = ["ssh-keygen", "-Y", "verify", "-n", namespace, *who, "-s", folder / "sig"]
    return subprocess.run(command, input=pae(found.payload), capture_output=True, check=False).returncode == 0


def test_by_the_key_that_signs_commits(clone: Path, people: Keys, tmp_path: Path) -> None:
    configure(clone, gpg_format="ssh", user_signingKey=people.path("ann"))
    blob = signed(payload(), str(clone))
    assert keygen_agrees(people, "ann", blob, tmp_path)
    assert not keygen_agrees(people, "bob", blob, tmp_path)
    assert not keygen_agrees(people, "ann", blob, tmp_path, "git")
    assert opened(blob).signatures[0].keyid.startswith("SHA256:")


def test_by_a_key_that_is_named(clone: Path, people: Keys, tmp_path: Path) -> None:
    configure(clone, gpg_format="ssh", user_signingKey=people.path("ann"))
    assert keygen_agrees(people, "bob", signed(payload(), str(clone), people.path("bob")), tmp_path)


def test_by_two(clone: Path, people: Keys) -> None:
    blob = signed(payload(), str(clone), people.path("ann"))
    both = cosigned(blob, str(clone), people.path("bob"))
    assert opened(both).signatures[0] == opened(blob).signatures[0]
    assert len(opened(both).signatures) == 2
    assert read(both) is not None


@pytest.mark.parametrize(
    ("settings", "key", "words"),
    [
        ({"gpg_format": "ssh"}, "", "there is no SSH key to sign with"),
        ({"gpg_format": "ssh"}, "/nowhere/key", "ssh-keygen could not sign"),
        ({"gpg_format": "ssh", "gpg_ssh_program": "/nowhere/keygen"}, "KEY", "/nowhere/keygen cannot be run"),
        ({"gpg_format": "ssh", "gpg_ssh_program": "true"}, "KEY", "no signature that counts"),
        ({"gpg_format": "x509"}, "", "a statement is signed with SSH or OpenPGP"),
        ({"gpg_program": "false"}, "0xNOBODY", "gpg could not sign"),
        ({"gpg_program": "true"}, "0xNOBODY", "no signature that counts"),
    ],
)
def test_what_cannot_sign_says_why(clone: Path, people: Keys, settings: dict[str, str], key: str, words: str) -> None:
    configure(clone, **settings)
    with pytest.raises(GitwardError, match=words) as problem:
        signed(payload(), str(clone), people.path("ann") if key == "KEY" else key)
    assert problem.value.fix


def test_more_than_anybody_takes_is_not_made(clone: Path, people: Keys) -> None:
    many = tuple(f"{number:040x}" for number in range(1, 900))
    with pytest.raises(UsageError, match="at most 65536 are taken"):
        signed(payload("waiver", replace(WAIVER, commits=many), many), str(clone), people.path("ann"))


def test_it_is_stored_under_its_name(clone: Path, people: Keys) -> None:
    blob = signed(payload(), str(clone), people.path("ann"))
    ref = store(str(clone), blob)
    assert ref == f"refs/gitward/statements/{OID}/{id_of(blob)}"
    assert subprocess.run(["git", "-C", clone, "cat-file", "blob", ref], capture_output=True, check=True).stdout == blob
    assert store(str(clone), blob) == ref


def test_what_is_there_is_never_changed(clone: Path, people: Keys) -> None:
    blob = signed(payload(), str(clone), people.path("ann"))
    ref = store(str(clone), blob)
    other = subprocess.run(["git", "-C", clone, "hash-object", "-w", "--stdin"], input=b"x", capture_output=True, check=True)
    subprocess.run(["git", "-C", clone, "update-ref", ref, other.stdout.decode().strip()], check=True)
    with pytest.raises(GitwardError):
        store(str(clone), blob)


def test_what_is_no_statement_is_not_stored(clone: Path) -> None:
    for blob in (b"x", encoded(b"{}", ())):
        with pytest.raises(UsageError, match="this is no statement"):
            store(str(clone), blob)


def test_a_sha_256_repository(tmp_path: Path, people: Keys) -> None:
    clone = repository(tmp_path / "clone", "--object-format=sha256")
    said = replace(APPROVAL, commit="a" * 64, base="b" * 64, tree="c" * 64)
    blob = signed(payload("approval", said, ("a" * 64,)), str(clone), people.path("ann"))
    assert store(str(clone), blob) == f"refs/gitward/statements/{'a' * 64}/{id_of(blob)}"
