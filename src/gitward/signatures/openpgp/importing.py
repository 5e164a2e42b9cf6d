"""OpenPGP certificates of a file, a folder or a GnuPG home, as a policy lists them: small, armored, with what is odd about them.

Revoked and expired ones are among them: signatures that were made before stay to be verified.
"""

from __future__ import annotations

import os
import re
import shutil
import unicodedata

from gitward.errors import UsageError
from gitward.givenfile import read_given
from gitward.record import record
from gitward.signatures.openpgp.certificates import list_certificates
from gitward.signatures.openpgp.runner import SECONDS, Gpg

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from gitward.signatures.openpgp.listing import Certificate

_LARGEST = 64 << 20
_ADDRESS = re.compile(r"[^<>\s@]+@[^<>\s@]+")
_PUBLIC, _SECRET = (6, 14), (5, 7)  # packets (RFC 9580, 5.5.1)
_KEYBOX = b"KBXf"


@record
class Imported:
    """A certificate as it can stand in a policy.

    `certificate` is its armored text, without the signatures of others. `user_ids` are decoded, `addresses` those in them, in
    their order. `refused` says of each user id that cannot be shown to anybody why; it is not among the others. `state` is
    "revoked: WHY", "retired", or ''. Times are seconds since 1970; `expires` is None where nothing ends it.
    """

    fingerprint: str
    certificate: str
    user_ids: tuple[str, ...]
    addresses: tuple[str, ...]
    refused: tuple[str, ...]
    state: str
    created: int
    expires: int | None


def import_openpgp(path: str, *, program: str = "gpg", seconds: float = SECONDS) -> tuple[Imported, ...]:
    """The certificates at `path`: a file (armored or binary, any number), a folder of such files, or a GnuPG home folder.

    In a folder, files that hold no keys are passed over. Raises UsageError where nothing, or a secret key, is found, and
    Undecided where gpg cannot be used.
    """
    gpg = Gpg(program, seconds)
    try:
        for file in _files(path):
            _bring_in(gpg, file, alone=file == path)
        found = list_certificates(gpg)
        if not found:
            raise UsageError(f"{_shown(path)} holds no OpenPGP certificate", "write one: gpg --armor --export > FILE")
        texts = _texts(gpg, found, program, seconds)
        return tuple(_imported(one, text) for one, text in zip(found, texts, strict=True))
    finally:
        gpg.close()


def _files(path: str) -> list[str]:
    """The files to read: of a GnuPG home its keyring, of another folder all, in order of their names."""
    if not os.path.isdir(path):
        return [path]
    for name in ("pubring.kbx", "pubring.gpg"):  # gpg 2.1 and newer, and what older ones had
        if os.path.isfile(os.path.join(path, name)):
            return [os.path.join(path, name)]
    try:
        return [os.path.join(path, name) for name in sorted(os.listdir(path)) if os.path.isfile(os.path.join(path, name))]
    except OSError as problem:
        raise UsageError(f"{_shown(path)} cannot be read: {problem.strerror}") from None


def _bring_in(gpg: Gpg, path: str, *, alone: bool) -> None:
    """Import the certificates of a file into gpg's keyring. Raises UsageError where it holds secret keys, or none at all."""
    content = read_given(path, _LARGEST)
    if b"-----BEGIN PGP PRIVATE KEY BLOCK-----" in content or _first_tag(content) in _SECRET:
        raise UsageError(f"{_shown(path)} holds a secret key", "export the public one: gpg --armor --export FINGERPRINT")
    if content[8:12] == _KEYBOX:
        content = _exported(gpg, path)
    elif not alone and b"-----BEGIN PGP PUBLIC KEY BLOCK-----" not in content and _first_tag(content) not in _PUBLIC:
        return
    answer = gpg.run(["--batch", "--status-fd", "1", "--import"], stdin=content)
    if b"\n[GNUPG:] IMPORT_OK " not in b"\n" + answer.output:
        raise UsageError(f"gpg finds no certificate in {_shown(path)}: {answer.error or 'it says nothing'}")


def _exported(gpg: Gpg, keybox: str) -> bytes:
    """The certificates of a keybox file, read from a copy: gpg makes locks beside the one that it reads."""
    copy = os.path.join(gpg.home, "given.kbx")
    shutil.copyfile(keybox, copy)
    try:
        return gpg.run(["--batch", "--no-default-keyring", "--keyring", copy, "--export"]).output
    finally:
        os.unlink(copy)


def _texts(gpg: Gpg, found: Sequence[Certificate], program: str, seconds: float) -> list[str]:
    """The armored text of each: without what others have signed, if gpg then still reads the same keys in it.

    Not by export-minimal, which leaves out subkeys of an expired certificate.
    """
    second = Gpg(program, seconds)
    try:
        whole = gpg.run(["--batch", "--export"]).output
        second.run(["--batch", "--import-options", "self-sigs-only", "--import"], stdin=whole)
        small = {one.fingerprint: one.keys for one in list_certificates(second)}
        return [_text(second if small.get(one.fingerprint) == one.keys else gpg, one.fingerprint) for one in found]
    finally:
        second.close()


def _text(gpg: Gpg, fingerprint: str) -> str:
    return gpg.run(["--batch", "--armor", "--no-emit-version", "--export", "--", fingerprint]).output.decode("ascii")


def _imported(one: Certificate, text: str) -> Imported:
    names, refused = [], []
    for raw in one.user_ids:
        name = raw.decode("utf-8", "replace")
        if why := _fault(name):
            refused.append(f"user id {_quoted(name)}: {why}")
        else:
            names.append(name)
    first = one.keys[0]
    addresses = [found[-1] for name in names if (found := _ADDRESS.findall(name))]
    return Imported(
        fingerprint=one.fingerprint,
        certificate=text,
        user_ids=tuple(names),
        addresses=tuple(dict.fromkeys(addresses)),
        refused=tuple(refused),
        state=f"revoked: {first.lost}" if first.lost else "retired" if first.retired is not None else "",
        created=first.created,
        expires=first.expires,
    )


def _fault(name: str) -> str:
    """What makes a user id unfit to be read: it could pretend to be another, or other lines."""
    for character in name:
        if character == "\ufffd":
            return "it is not UTF-8"
        if unicodedata.bidirectional(character) in ("LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"):
            return "it has a character that turns the direction of writing"
        if character in "\u200e\u200f\u061c":
            return "it has a character that turns the direction of writing"
        if unicodedata.category(character) in ("Cc", "Zl", "Zp"):
            return "it has a control character or a line break"
    return ""


def _first_tag(content: bytes) -> int:
    """The tag of the OpenPGP packet that binary content begins with; -1 where it begins with none."""
    if not content or not content[0] & 0x80:
        return -1
    return content[0] & 0x3F if content[0] & 0x40 else content[0] >> 2 & 0x0F


def _quoted(text: str) -> str:
    return ascii(text[:80])


def _shown(path: str) -> str:
    return ascii(path) if not path.isprintable() else path
