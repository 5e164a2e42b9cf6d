"""People with SSH keys who sign pushes to a real server, and a client that sends what it likes."""

from __future__ import annotations

import os
import shlex
import subprocess
from dataclasses import dataclass
from pathlib import Path

from scene import Push, Scene, remote_text

SEED = "a seed of this repository's own"
POLICY = """\
version: 1
policy: {{id: signed}}
principals:
  ann: {{addresses: [ann@example.com], keys: [{{ssh: "{ann}"}}]}}
  bob: {{keys: [{{ssh: "{bob}"}}]}}
rules:
  - {{rule: signed-push, push_urls: {urls}{options}}}
{more}"""


@dataclass(frozen=True)
class Keys:
    """A folder with the SSH keys `ann`, `bob` and `eve`, of whom the policy does not know the last."""

    folder: Path

    @classmethod
    def made(cls, folder: Path) -> Keys:
        for name in ("ann", "bob", "eve"):
            subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", folder / name], check=True)
        return cls(folder)

    def public(self, name: str) -> str:
        return (self.folder / f"{name}.pub").read_text().strip()

    def fingerprint(self, name: str) -> str:
        done = subprocess.run(["ssh-keygen", "-l", "-f", self.folder / f"{name}.pub"], check=True, capture_output=True, text=True)
        return done.stdout.split()[1]

    def signing(self, name: str) -> list[str]:
        """Options of git that make it sign with this key."""
        return ["-c", "gpg.format=ssh", "-c", f"user.signingKey={self.folder / name}"]

    def signed(self, name: str, payload: bytes) -> bytes:
        """The payload and its signature, by the real ssh-keygen."""
        done = subprocess.run(["ssh-keygen", "-Y", "sign", "-n", "git", "-f", self.folder / name], input=payload,
                              capture_output=True, check=True)  # fmt: skip
        return payload + done.stdout


def installed(scene: Scene, keys: Keys, *, urls: list[str] | None = None, options: str = "", more: str = "") -> Path:
    """The hook with a policy of the host's that wants every push signed; the repository gives out nonces."""
    path = scene.folder / "policy.yaml"
    listed = [scene.server.url(scene.bare)] if urls is None else urls
    path.write_text(
        POLICY.format(ann=keys.public("ann"), bob=keys.public("bob"), urls=listed, options=options, more=more)
    )
    scene.on_server("config", "receive.certNonceSeed", SEED)
    scene.on_server("config", "receive.advertisePushOptions", "true")
    scene.install(path)
    return path


def push(scene: Scene, keys: Keys, signer: str, *words: str, **environment: str) -> Push:
    """`git push --signed` of this signer, by the real git."""
    done = subprocess.run(
        ["git", *keys.signing(signer), "push", "--signed", *words], cwd=scene.clone, stdin=subprocess.DEVNULL,
        capture_output=True, env={**scene.environment, **scene.server.environment, **environment}, timeout=120,
    )  # fmt: skip
    stderr = done.stderr.decode("utf-8", "surrogateescape")
    return Push(done.returncode, remote_text(stderr), stderr)


# --- a client of one's own --------------------------------------------------------------------------------------------


def packet(data: bytes) -> bytes:
    return b"%04x" % (len(data) + 4) + data


class Client:
    """Speaks to the server's git-receive-pack as `git push` does, and sends a certificate as it is given.

    `nonce` is what the server gave out in this connection.
    """

    def __init__(self, scene: Scene, **environment: str) -> None:
        path = str(scene.bare)
        command = ["git-receive-pack", path]
        if scene.server.transport == "ssh":
            login, _, _ = scene.server.root.removeprefix("ssh://").partition(":")
            command = [*shlex.split(scene.server.environment["GIT_SSH_COMMAND"]), login, f"git-receive-pack '{path}'"]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            env={**scene.environment, **scene.server.environment, **environment},
        )  # fmt: skip
        first = self._advertised()[0]
        self.nonce = first.partition(b" push-cert=")[2].split()[0].decode() if b" push-cert=" in first else ""

    def _advertised(self) -> list[bytes]:
        assert self._process.stdout is not None
        lines = []
        while (size := int(self._process.stdout.read(4), 16)) > 4:
            lines.append(self._process.stdout.read(size - 4))
        return lines

    def send(self, certificate: bytes, pack: bytes, capabilities: bytes = b"report-status side-band-64k agent=x") -> Push:
        lines = b"".join(packet(line) for line in certificate.splitlines(keepends=True))
        self.send_raw(packet(b"push-cert\0" + capabilities + b"\n") + lines + packet(b"push-cert-end\n") + b"0000" + pack)
        return self.end()

    def send_raw(self, data: bytes) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(data)
        self._process.stdin.close()

    def end(self) -> Push:
        """What the server said: refused refs make the exit code 1."""
        assert self._process.stdout is not None
        assert self._process.stderr is not None
        reports, words = b"", b""
        while size := self._process.stdout.read(4):
            length = int(size, 16)
            data = self._process.stdout.read(length - 4) if length > 4 else b""
            reports, words = reports + data[1:] * (data[:1] == b"\1"), words + data[1:] * (data[:1] == b"\2")
        errors = self._process.stderr.read()
        self._process.wait(timeout=60)
        lines = b"".join(b"remote: " + line for line in words.splitlines(keepends=True)).decode("utf-8", "replace")
        code = 0 if b"unpack ok" in reports and b"ng refs" not in reports else 1
        return Push(code, remote_text(lines), lines + reports.decode("utf-8", "replace") + errors.decode("utf-8", "replace"))


def certificate(scene: Scene, nonce: str, *commands: str, pushee: str = "", options: tuple[str, ...] = ()) -> bytes:
    """A certificate as git writes it, not signed yet."""
    lines = ["certificate version 0.1", "pusher Ann <ann@example.com> 1700000000 +0000"]
    lines += [f"pushee {pushee or scene.server.url(scene.bare)}", f"nonce {nonce}", *[f"push-option {each}" for each in options]]
    return "".join(f"{line}\n" for line in [*lines, "", *commands]).encode()


def packed(scene: Scene, *revisions: str) -> bytes:
    """A pack with all that these reach."""
    done = subprocess.run(["git", "pack-objects", "--stdout", "--revs", "-q"], cwd=scene.clone, capture_output=True, check=True,
                          input="".join(f"{each}\n" for each in revisions).encode(), env=scene.environment)  # fmt: skip
    return done.stdout


def last_certificate(scene: Scene) -> bytes:
    """The newest loose blob of the server that begins as a push certificate does: git writes it outside of the quarantine."""
    found = []
    for path in (scene.bare / "objects").glob("??/*"):
        oid = path.parent.name + path.name
        if scene.on_server("cat-file", "-t", oid) == "blob":
            blob = subprocess.run(["git", "--git-dir", scene.bare, "cat-file", "blob", oid], capture_output=True,
                                  check=True, env=scene.environment).stdout  # fmt: skip
            if blob.startswith(b"certificate version"):
                found.append((os.stat(path).st_mtime_ns, blob))
    return max(found)[1]
