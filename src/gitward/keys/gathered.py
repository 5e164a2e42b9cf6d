"""Keys from an allowed-signers file, OpenPGP certificates, X.509 certificates or a forge's listing, as principals of a policy."""

from __future__ import annotations

import json
import os
import re

from gitward.errors import UsageError
from gitward.givenfile import read_given
from gitward.ownfolder import TemporaryFolder
from gitward.record import record, replace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from gitward.signatures.ssh import ListedKey, Listing

_NOT_IN_NAMES = re.compile(r"[^A-Za-z0-9._+@-]+")


@record
class GatheredKey:
    """One key as YAML has it: (name, value) pairs, in order; `block` is text that is written as a block."""

    pairs: tuple[tuple[str, str], ...]
    block: str = ""


@record
class Gathered:
    """Principals in the order in which they were met: their addresses and keys; and a note for each thing left out.

    `files` are what their trust needs beside it: key of `trust` -> PEM.
    """

    people: tuple[tuple[str, tuple[str, ...], tuple[GatheredKey, ...]], ...]
    notes: tuple[str, ...]
    files: Mapping[str, str] = {}


class _People:
    """Principals while they are being gathered; a name is made fit for a policy, and is never two people's by accident."""

    def __init__(self) -> None:
        self._found: dict[str, tuple[dict[str, None], list[GatheredKey]]] = {}
        self._given: dict[str, str] = {}

    def add(self, name: str, addresses: Iterable[str], key: GatheredKey) -> None:
        fit = self._given.setdefault(name, self._fit(name))
        known, keys = self._found.setdefault(fit, ({}, []))
        known |= dict.fromkeys(address for address in addresses if _is_address(address))
        keys.append(key)

    def _fit(self, name: str) -> str:
        fit = _NOT_IN_NAMES.sub("-", name).lstrip("._+@-")[:120] or "principal"
        taken = set(self._given.values())
        return next(each for each in (fit, *(f"{fit}-{number}" for number in range(2, 10_000))) if each not in taken)

    def gathered(self, notes: Iterable[str]) -> Gathered:
        people = tuple((name, tuple(known), tuple(keys)) for name, (known, keys) in self._found.items())
        return Gathered(people=people, notes=tuple(notes))


def gather(path: str, form: str, principal: str = "") -> Gathered:
    """What stands at `path`, in the form `allowed-signers`, `openpgp`, `x509` or `forge`. Raises UsageError, Undecided.

    `principal` is whose keys a forge lists; left out, the name of the file without its ending.
    """
    if form == "openpgp":
        return _openpgp(path)
    if form == "x509":
        return _x509(path)
    from gitward.signatures.ssh import import_allowed_signers, import_forge

    data = read_given(path)
    if form == "allowed-signers":
        return _ssh(import_allowed_signers(data, path), "")
    name = principal or os.path.basename(path).partition(".")[0]
    certificates = _raw_keys(data)
    if certificates:
        return _forge_openpgp(certificates, name, path)
    return _ssh(import_forge(data, path), name)


def _ssh(listing: Listing, name: str) -> Gathered:
    people, notes = _People(), list(listing.notes)
    for key in listing.keys:
        for owner, one in _owned(key, name):
            people.add(owner, (*one.names, owner) if not one.is_authority else (), _ssh_key(one))
            if one.is_authority:
                notes.append(f"{owner}: an authority for {', '.join(one.names)} is one principal here: list each signer by hand")
    return people.gathered(notes)


def _owned(key: ListedKey, name: str) -> Iterator[tuple[str, ListedKey]]:
    if key.is_authority:
        yield f"authority-{key.line}", key
    else:
        yield name or key.names[0], key if key.names else replace(key, names=(name,))


def _ssh_key(key: ListedKey) -> GatheredKey:
    from gitward.days import moment

    pairs = [("ssh_authority" if key.is_authority else "ssh", key.key)]
    if key.is_authority:
        pairs.append(("names", json.dumps(list(key.names))))
    if key.valid_after is not None:
        pairs.append(("valid_after", moment(key.valid_after)))
    if key.valid_before is not None:
        pairs.append(("valid_before", moment(key.valid_before)))
    return GatheredKey(pairs=tuple(pairs))


def _openpgp(path: str, owner: str = "") -> Gathered:
    from gitward.signatures.openpgp.importing import import_openpgp

    people, notes = _People(), []
    for one in import_openpgp(path):
        name = owner or (one.addresses[0] if one.addresses else f"key-{one.fingerprint[-16:].lower()}")
        people.add(name, one.addresses, GatheredKey(pairs=(("openpgp", one.fingerprint),), block=one.certificate))
        notes += [f"{name}: left out: {text}" for text in one.refused]
        notes += [f"{name}: the key {one.fingerprint} is {one.state}"] if one.state else []
    return people.gathered(notes)


def _x509(path: str) -> Gathered:
    from gitward.signatures.x509.importing import import_x509

    people, notes = _People(), []
    files: dict[str, str] = {}
    for one in import_x509(path):
        if one.is_authority:
            name = "x509_roots" if one.issuer == one.subject else "x509_intermediates"
            files[name] = files.get(name, "") + one.pem
            notes.append(f"trusted in {name}: {one.subject}")
            continue
        name = one.addresses[0] if one.addresses else f"certificate-{one.fingerprint[:16]}"
        people.add(name, one.addresses, GatheredKey(pairs=(("x509", f"{{fingerprint: {one.fingerprint}}}"),)))
        notes += [f"{name}: {one.weakness}"] if one.weakness else []
    found = replace(people.gathered(notes), files=files)
    if found.people and "x509_roots" not in files:
        words = f"{path} holds no authority, and without one no certificate counts"
        raise UsageError(words, "cat SIGNER.pem ROOT.pem > BOTH.pem, and import that")
    return found


def _raw_keys(data: bytes) -> str:
    """The armored certificates of a forge's listing of OpenPGP keys (GitHub's GET /users/USER/gpg_keys: `raw_key`)."""
    try:
        listed = json.loads(data)
    except (ValueError, RecursionError):
        return ""
    items = listed if isinstance(listed, list) else [listed]
    found = [item.get("raw_key") or item.get("key") for item in items if isinstance(item, dict)]
    return "\n".join(text for text in found if isinstance(text, str) and "-----BEGIN PGP PUBLIC KEY" in text)


def _forge_openpgp(certificates: str, name: str, path: str) -> Gathered:
    with TemporaryFolder() as folder:
        file = os.path.join(folder, os.path.basename(path) or "keys")
        with open(file, "w", encoding="utf-8", errors="surrogateescape") as stream:
            stream.write(certificates)
        return _openpgp(file, name)


def _is_address(text: str) -> bool:
    return "@" in text[1:-1] and not set(text) & set("<>*?! \t\"',") and text.isprintable()
