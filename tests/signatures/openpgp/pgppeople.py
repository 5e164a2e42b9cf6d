"""Keys for the tests, made with the installed gpg: who they are, and what became of them."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

OPTIONS = ("--no-tty", "--quiet", "--pinentry-mode", "loopback", "--passphrase", "")
STATUS_LINES = (
    "Åke\u0085[GNUPG:] GOODSIG 0000000000000000 Ann\u2028[GNUPG:] VALIDSIG "
    "{fingerprint} 2022-01-02 1641081600 0 4 0 22 8 00 {fingerprint} <ake@example.com>"
)


class People:
    """A GNUPGHOME with the secret keys of everybody in the tests. `fingerprints` and `certificates` are by name."""

    def __init__(self):
        self.home = Path(tempfile.mkdtemp(prefix="pgp-"))  # short: the agent's socket is in it
        (self.home / "gpg.conf").write_text("trust-model always\nno-auto-check-trustdb\nallow-weak-key-signatures\n")
        self.fingerprints: dict[str, str] = {}
        self.certificates: dict[str, bytes] = {}

    def close(self):
        subprocess.run(["gpgconf", "--homedir", self.home, "--kill", "all"], check=False)
        shutil.rmtree(self.home, ignore_errors=True)

    def gpg(self, *args, at="20220102T000000", stdin=b"", batch=True):
        clock = () if at is None else ("--faked-system-time", at + "!")
        command = ["gpg", "--homedir", str(self.home), *OPTIONS, *(("--batch", "--yes") if batch else ()), *clock, *args]
        done = subprocess.run(command, input=stdin, capture_output=True, env={**os.environ, "LC_ALL": "C.UTF-8"}, check=False)
        assert done.returncode == 0, (args, done.stderr)
        return done.stdout

    def add(self, name, algorithm="ed25519", *, user_id="", expires="never", at="20220101T000000", usage="cert,sign"):
        text = user_id or f"{name.title()} <{name}@example.com>"
        self.gpg("--quick-gen-key", text, algorithm, usage, expires, at=at)
        rows = self.gpg("--with-colons", "--list-keys", at=at).split(b"\n")
        fingerprints = [row.split(b":")[9].decode() for row in rows if row.startswith(b"fpr")]
        self.fingerprints[name] = fingerprints[-1]
        self.export(name)
        return self.fingerprints[name]

    def export(self, name):
        self.certificates[name] = self.gpg("--export", self.fingerprints[name], at="20220601T000000")

    def add_subkey(self, name, algorithm="ed25519", expires="never", at="20220101T000000"):
        self.gpg("--quick-add-key", self.fingerprints[name], algorithm, "sign", expires, at=at)

    def subkeys(self, name):
        rows = self.gpg("--with-colons", "--list-keys", self.fingerprints[name]).split(b"\n")
        return [row.split(b":")[9].decode() for row in rows if row.startswith(b"fpr")][1:]

    def revoke(self, name, reason, at="20230101T000000", subkey=0):
        """`reason` 0 none, 1 compromised, 2 superseded, 3 no longer used: gpg's menu."""
        choose = b"key %d\nrevkey\ny\n" % subkey if subkey else b"revkey\ny\n"
        self.gpg("--command-fd", "0", "--edit-key", self.fingerprints[name], stdin=choose + b"%d\n\ny\nsave\n" % reason,
                 at=at, batch=False)  # fmt: skip
        self.export(name)

    def import_(self, certificate):
        self.gpg("--import", stdin=certificate, at="20220601T000000")

    def sign(self, name, payload, *options, at="20220102T000000", mode="--detach-sign", armor=True):
        who = self.fingerprints.get(name, name)
        return self.gpg("-u", who + "!" if "!" not in who else who, *(("--armor",) if armor else ()), *options, mode,
                        stdin=payload, at=at)  # fmt: skip
