from __future__ import annotations

import subprocess

import pgpcases
import pytest

from gitward.gitobject.signed import signed_commit
from gitward.model import OpenPgpKey, Trust
from gitward.signatures.openpgp.verifier import OpenPgpVerifier

UNLISTED = ("eve", "zoe")


class World:
    """Keys, a trust list, signed commits, and a verifier of that list."""

    def __init__(self, folder):
        self.folder = folder
        self.people = pgpcases.make_people()
        self.forgers = pgpcases.make_forgers()
        self.commits = pgpcases.make_commits(self.people, self.forgers)
        certificates = {name: (self.people.fingerprints[name], text) for name, text in self.people.certificates.items()}
        for name in pgpcases.LISTED_FORGERS:
            certificates[name] = (self.forgers[name].fingerprint, self.forgers[name].certificate)
        self.listed = tuple(
            OpenPgpKey(principal=name, fingerprint=fingerprint, certificate=text)
            for name, (fingerprint, text) in certificates.items()
            if name not in UNLISTED
        )
        self.verifier = OpenPgpVerifier(Trust(openpgp=self.listed))

    def close(self):
        self.verifier.close()
        self.people.close()

    def trust(self, *names, **options):
        return Trust(openpgp=tuple(key for key in self.listed if key.principal in names), **options)

    def signed(self, name):
        found = signed_commit(self.commits[name])
        assert found
        return found

    def git_says(self):
        """Name -> what git says of each commit (%G?), by a keyring that holds everybody but Zoe, whole and up to date."""
        home = self.folder / "gpg"
        home.mkdir(mode=0o700)
        (home / "gpg.conf").write_text("trust-model always\nno-auto-check-trustdb\n")
        everybody = self.people.gpg("--export", at="20230601T000000") + b"".join(
            self.forgers[name].certificate for name in pgpcases.LISTED_FORGERS
        )
        env = {"GNUPGHOME": str(home), "PATH": "/usr/bin:/bin", "HOME": str(home), "GIT_CONFIG_NOSYSTEM": "1"}
        subprocess.run(["gpg", "--batch", "--quiet", "--import"], input=everybody, env=env, capture_output=True, check=False)
        zoe = ["gpg", "--batch", "--yes", "--delete-keys", self.people.fingerprints["zoe"]]
        subprocess.run(zoe, env=env, capture_output=True, check=True)
        git = ["git", "--git-dir", str(self.folder / "repo")]
        subprocess.run([*git, "init", "--quiet", "--bare"], env=env, check=True)
        found = {}
        for name, raw in self.commits.items():
            write = [*git, "hash-object", "-t", "commit", "-w", "--stdin", "--literally"]
            oid = subprocess.run(write, input=raw, capture_output=True, env=env, check=True).stdout.decode().strip()
            show = [*git, "log", "--no-walk", "--format=%G?", oid]
            done = subprocess.run(show, capture_output=True, env=env, check=False, text=True)
            found[name] = done.stdout.strip() if done.returncode == 0 else done.stderr.partition(":")[0]
        subprocess.run(["gpgconf", "--homedir", home, "--kill", "all"], check=False)
        return found


@pytest.fixture(scope="session")
def world(tmp_path_factory):
    made = World(tmp_path_factory.mktemp("openpgp"))
    yield made
    made.close()
