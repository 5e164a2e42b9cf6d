"""Makes SSH keys, certificates and signed commits: with ssh-keygen and git where they can, byte by byte where they cannot."""

import hashlib
import os
import subprocess
import zlib
from base64 import b64encode
from pathlib import Path

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import load_ssh_private_key

from gitward.sshkeys import public_key

TREE = "4b825dc642cb6eb9a060e54bf8d69288fbee4904"
NOW = 1_700_000_000
ENVIRONMENT = {
    "PATH": os.environ["PATH"], "HOME": "/nonexistent", "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": "/dev/null",
    "LC_ALL": "C.UTF-8", "TZ": "UTC",
}  # fmt: skip
P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
ED25519_ORDER = 2**252 + 27742317777372353535851937790883648493


def run(*command, stdin=b"", ok=True, cwd=None, env=None):
    done = subprocess.run(
        [str(part) for part in command], input=stdin, capture_output=True, cwd=cwd, env={**ENVIRONMENT, **(env or {})},
        timeout=60,
    )  # fmt: skip
    assert not ok or done.returncode == 0, f"{command}: {done.stdout!r} {done.stderr!r}"
    return done


# --- the wire format, written ------------------------------------------------------------------------------------------


def string(value):
    return len(value).to_bytes(4, "big") + value


def mpint(value):
    return string(value.to_bytes(value.bit_length() // 8 + 1, "big") if value else b"")


def armored(data, begin=b"-----BEGIN SSH SIGNATURE-----\n", end=b"\n-----END SSH SIGNATURE-----"):
    text = b64encode(data)
    return begin + b"\n".join(text[at : at + 70] for at in range(0, len(text), 70)) + end


def to_sign(payload, namespace=b"git", name="sha512"):
    digest = hashlib.new(name, payload).digest()
    return b"SSHSIG" + string(namespace) + string(b"") + string(name.encode()) + string(digest)


def envelope(blob, signature, namespace=b"git", name="sha512", version=1, reserved=b"", tail=b""):
    fields = (blob, namespace, reserved, name.encode(), signature)
    return b"SSHSIG" + version.to_bytes(4, "big") + b"".join(map(string, fields)) + tail


def sealed(key, blob, payload, namespace=b"git", name="sha512", kind="", **more):
    """A whole signature block by a private key of `cryptography`, for the public key or certificate `blob`."""
    return armored(envelope(blob, signature(key, to_sign(payload, namespace, name), kind), namespace, name, **more))


def signature(key, data, kind=""):
    if isinstance(key, SecurityKey):
        return key.signature(data)
    if isinstance(key, ed25519.Ed25519PrivateKey):
        return string(b"ssh-ed25519") + string(key.sign(data))
    if isinstance(key, rsa.RSAPrivateKey):
        kind = kind or "rsa-sha2-512"
        algorithm = {"rsa-sha2-512": hashes.SHA512(), "rsa-sha2-256": hashes.SHA256(), "ssh-rsa": hashes.SHA1()}[kind]
        return string(kind.encode()) + string(key.sign(data, padding.PKCS1v15(), algorithm))
    size = key.key_size
    algorithm = {256: hashes.SHA256(), 384: hashes.SHA384(), 521: hashes.SHA512()}[size]
    r, s = decode_dss_signature(key.sign(data, ec.ECDSA(algorithm)))
    return string(f"ecdsa-sha2-nistp{size}".encode()) + string(mpint(r) + mpint(s))


class SecurityKey:
    """What a FIDO token does, in software: an Ed25519 or P-256 key that signs with flags and a counter."""

    def __init__(self, curve=None, application=b"ssh:", flags=1):
        self.key = ec.generate_private_key(curve) if curve else ed25519.Ed25519PrivateKey.generate()
        self.type = b"sk-ecdsa-sha2-nistp256@openssh.com" if curve else b"sk-ssh-ed25519@openssh.com"
        self.application, self.flags, self.counter = application, flags, 7

    @property
    def blob(self):
        public = self.key.public_key()
        if isinstance(public, ed25519.Ed25519PublicKey):
            return string(self.type) + string(public.public_bytes_raw()) + string(self.application)
        numbers = public.public_numbers()
        point = b"\4" + numbers.x.to_bytes(32, "big") + numbers.y.to_bytes(32, "big")
        return string(self.type) + string(b"nistp256") + string(point) + string(self.application)

    def signature(self, data):
        state = bytes([self.flags]) + self.counter.to_bytes(4, "big")
        signed = hashlib.sha256(self.application).digest() + state + hashlib.sha256(data).digest()
        inner = signature(self.key, signed)
        length = int.from_bytes(inner[:4], "big") + 4  # the plain key's type, for which the security key's stands
        return string(self.type) + inner[length:] + state


# --- keys and commits --------------------------------------------------------------------------------------------------


class Workshop:
    """A repository, keys by name, and what git says of commits."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.repo = folder / "repo.git"
        run("git", "init", "-q", "--bare", self.repo)

    def path(self, name):
        """The private key `name` = `TYPE[-BITS]-WHOSE`, made on first use."""
        path = self.folder / name
        if not path.exists():
            kind, _, rest = name.partition("-")
            bits = rest.partition("-")[0]
            size = ["-b", bits] if bits.isdigit() else []
            run("ssh-keygen", "-q", "-t", kind, *size, "-N", "", "-C", name, "-f", path)
        return path

    def private(self, name):
        return load_ssh_private_key(self.path(name).read_bytes(), None)

    def line(self, name):
        self.path(name)
        return " ".join((self.folder / f"{name}.pub").read_text().split()[:2])

    def blob(self, name):
        return public_key(self.line(name))

    def certified(self, name, key, authority, *options, principals="ann@example.com", names="-I ann"):
        """A copy of `key` named `name`, with its certificate beside it where git and ssh-keygen look for it."""
        path = self.folder / f"{name}-cert"
        if not path.exists():
            plain = self.folder / name
            plain.write_bytes(self.path(key).read_bytes())
            plain.chmod(0o600)
            (self.folder / f"{name}.pub").write_bytes((self.folder / f"{key}.pub").read_bytes())
            limits = ["-n", principals] if principals else []
            run("ssh-keygen", "-q", "-s", self.path(authority), *names.split(), *limits, *options, f"{plain}.pub")
            plain.rename(path)
        return path

    def certificate(self, name, *args, **more):
        return public_key(self.certified(name, *args, **more).with_name(f"{name}-cert.pub").read_text())

    def ssh_signed(self, payload, path, namespace="git"):
        return run("ssh-keygen", "-q", "-Y", "sign", "-n", namespace, "-f", path, stdin=payload).stdout.rstrip(b"\n")

    def git_signed(self, path, time=NOW, settings=()):
        """The oid of a commit that git itself signs."""
        who = {f"GIT_{what}_{part}": value for what in ("AUTHOR", "COMMITTER")
               for part, value in (("NAME", "Ann"), ("EMAIL", "ann@example.com"), ("DATE", f"{time} +0000"))}  # fmt: skip
        options = ["-c", "gpg.format=ssh", "-c", f"user.signingkey={path}", *settings]
        made = run("git", "--git-dir", self.repo, "hash-object", "-t", "tree", "-w", "/dev/null").stdout.decode().strip()
        done = run("git", "--git-dir", self.repo, *options, "commit-tree", "-S", "-m", path.name, made, env=who)
        return done.stdout.decode().strip()

    def raw(self, oid):
        return run("git", "--git-dir", self.repo, "cat-file", "commit", oid).stdout

    def write(self, raw):
        """Put a commit into the repository as it is, whatever git thinks of it."""
        data = b"commit %d\0" % len(raw) + raw
        oid = hashlib.sha1(data).hexdigest()
        path = self.repo / "objects" / oid[:2] / oid[2:]
        path.parent.mkdir(exist_ok=True)
        if not path.exists():
            path.write_bytes(zlib.compress(data))
        return oid


def unsigned(subject, time=NOW, headers=b"", email=b"ann@example.com"):
    who = b"Ann <%s> %d +0000" % (email, time)
    return b"tree %s\nauthor %s\ncommitter %s\n%s\n%s\n" % (TREE.encode(), who, who, headers, subject.encode())


def with_block(payload, block, header=b"gpgsig"):
    """The commit with the signature's header put last."""
    head, gap, body = payload.partition(b"\n\n")
    return head + b"\n" + header + b" " + block.replace(b"\n", b"\n ") + gap + body


def certificate_body(blob, authority, serial=1, kind=1, key_id=b"ann", principals=(b"ann@example.com",), window=(0, 2**64 - 1),
                     options=b"", tail=b""):  # fmt: skip
    """A certificate for the plain key `blob`, up to its signature. `authority` is in wire form too."""
    length = int.from_bytes(blob[:4], "big") + 4
    name = blob[4:length].removesuffix(b"@openssh.com") + b"-cert-v01@openssh.com"
    listed = b"".join(map(string, principals))
    fields = serial.to_bytes(8, "big") + kind.to_bytes(4, "big") + string(key_id) + string(listed)
    times = window[0].to_bytes(8, "big") + window[1].to_bytes(8, "big")
    rest = string(options) + string(b"") + string(b"") + string(authority) + tail
    return string(name) + string(b"nonce") + blob[length:] + fields + times + rest


def issued(blob, key, authority, algorithm="", **more):
    """A certificate by a private key of `cryptography`."""
    body = certificate_body(blob, authority, **more)
    return body + string(signature(key, body, algorithm))
