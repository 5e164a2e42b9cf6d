"""The trust store of a policy: principals, their keys, authorities and revocations, with every file that they name.

Its plain form is one canonical JSON text, which the policy carries and only those who verify signatures take apart. Its
digest is that of the text: the same digest, the same trust.
"""

from __future__ import annotations

import hashlib
import json
from base64 import b64decode, b64encode
from functools import lru_cache

from gitward.model import KeylessKey, OpenPgpKey, Principal, SshKey, Trust, X509Key
from gitward.policy.compose import nearest
from gitward.record import given, values
from gitward.sshkeys import public_key

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from typing import Any

    from gitward.errors import PolicyError
    from gitward.policy.compose import Document, Path
    from gitward.policy.people import ForgeItem, KeyItem, PrincipalItem, TrustItem

    File = Callable[[str, Path], bytes]  # the bytes of a file that stands beside the policy, named at a place of it

_ARMOR = "-----BEGIN PGP PUBLIC KEY BLOCK-----"
_FURTHER = ("accounts", "valid_after", "valid_before")
_FILES = ("ssh_revoked", "x509_roots", "x509_intermediates", "keyless_root")


class Gathering:
    """Collects a trust store from what a policy says, and what is wrong with it."""

    def __init__(self, document: Document, file: File) -> None:
        self._document, self._file = document, file
        self._keys: dict[str, list[dict[str, Any]]] = {kind: [] for kind in ("ssh", "openpgp", "x509", "keyless")}
        self._owner: dict[tuple[str, str], str] = {}
        self._principals: dict[str, dict[str, Any]] = {}
        self.problems: list[PolicyError] = []

    def add(self, people: Mapping[str, PrincipalItem], forges: Mapping[str, ForgeItem], at: Document, start: Path) -> None:
        """`at` is the document in which the principals stand, below the path `start`."""
        for name, forge in forges.items():
            self._principals[f"forge:{name}"] = {"forge": True}
            for index, key in enumerate(forge.keys):
                self._key(f"forge:{name}", key, self._document, ("forges", name, "keys", index))
        for name, item in people.items():
            vouched = [key.forge for key in item.keys if key.forge]
            self._principals[name] = {
                "addresses": list(item.addresses), "roles": list(item.roles), "vouched_by": [f"forge:{each}" for each in vouched],
                **_further(item),
            }  # fmt: skip
            for index, key in enumerate(item.keys):
                path: Path = (*start, name, "keys", index)
                if key.forge and key.forge not in forges:
                    message = f"no key of the forge {key.forge!r} is known here{nearest(key.forge, forges)}"
                    fix = f"list its keys: forges: {{{key.forge}: {{keys: [...]}}}}"
                    self.problems.append(at.error(message, (*path, "forge"), fix))
                self._key(name, key, at, path)

    def _key(self, principal: str, key: KeyItem, at: Document, path: Path) -> None:
        for kind, found in self._found(principal, key, at, path):
            name = (kind, json.dumps([found[each] for each in sorted(found) if each not in ("principal", "certificate")]))
            if kind == "ssh":
                name = (kind, found["blob"] + str(found["names"] if found["is_authority"] else ""))
            if kind == "openpgp":
                name = (kind, found["fingerprint"])
            if name in self._owner:
                message = f"this key stands here twice: it is {self._owner[name]}'s already"
                self.problems.append(at.error(message, path, "a key belongs to one principal, and stands once"))
                continue
            self._owner[name] = principal
            self._keys[kind].append(found)

    def _found(self, principal: str, key: KeyItem, at: Document, path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
        line = key.ssh or key.ssh_authority
        if line:
            times = {"valid_after": key.valid_after, "valid_before": key.valid_before}
            if any(name.strip('"*?, ') == "" for name in key.names):
                problem = at.error("a pattern that any certificate matches", (*path, "names"), "name who it is for")
                self.problems.append(problem)
            yield "ssh", {
                "principal": principal, "blob": _text(public_key(line)), "is_authority": key.ssh is None,
                "names": list(key.names), **times,
            }  # fmt: skip
        if key.openpgp and key.certificate:
            is_text = _ARMOR in key.certificate
            data = key.certificate.encode() if is_text else self._read(key.certificate, at, (*path, "certificate"))
            yield "openpgp", {"principal": principal, "fingerprint": key.openpgp, "certificate": _text(data)}
        if key.x509:
            yield "x509", {"principal": principal, **given(key.x509)}
        if key.keyless:
            yield "keyless", {"principal": principal, **values(key.keyless)}

    def _read(self, name: str, at: Document, path: Path) -> bytes:
        if at is self._document:
            return self._file(name, path)
        return self._file(name, ("principals",))

    def plain(self, item: TrustItem) -> str:
        """The store as text, '' where the policy trusts nobody."""
        files = {name: _text(self._file(value, ("trust", name))) for name in _FILES if (value := getattr(item, name))}
        crls = [_text(self._file(value, ("trust", "x509_crls", index))) for index, value in enumerate(item.x509_crls)]
        if self._keys["x509"] and "x509_roots" not in files:
            self.problems.append(
                self._document.error(
                    "a principal is known by a certificate, and no authority is trusted", ("principals",),
                    "name the authorities: trust: {x509_roots: roots.pem}",
                )
            )  # fmt: skip
        if self._keys["keyless"] and "keyless_root" not in files:
            message, fix = "a principal is keyless, and no root is trusted", "trust: {keyless_root: trusted_root.json}"
            self.problems.append(self._document.error(message, ("principals",), fix))
        if not self._principals:
            return ""
        floors = {"rsa_bits": item.rsa_bits, "skew": item.skew, "openpgp_trailers": list(item.openpgp_trailers)}
        whole = {"principals": self._principals, **self._keys, **files, "x509_crls": crls, **floors}
        return json.dumps(whole, sort_keys=True, separators=(",", ":"))


def _further(item: PrincipalItem) -> dict[str, Any]:
    """What few principals have: left out where it is not, so that such a trust store has the digest that it had without."""
    service = {"service": True} if item.kind == "service" else {}
    return service | {name: getattr(item, name) for name in _FURTHER if getattr(item, name) not in ((), None)}


def _text(data: bytes) -> str:
    return b64encode(data).decode()


def digest(text: str) -> str:
    """SHA-256 of a trust store's plain form, as hex; '' for none."""
    return hashlib.sha256(text.encode()).hexdigest() if text else ""


@lru_cache(maxsize=8)
def trust(text: str) -> Trust:
    """The trust store in its plain form. Raises KeyError, TypeError or ValueError for what is none."""
    if not text:
        return Trust()
    plain = json.loads(text)
    return Trust(
        principals={name: Principal(name=name, **_tuples(item)) for name, item in plain["principals"].items()},
        ssh=tuple(SshKey(**{**_tuples(item), "blob": b64decode(item["blob"])}) for item in plain["ssh"]),
        openpgp=tuple(OpenPgpKey(**{**item, "certificate": b64decode(item["certificate"])}) for item in plain["openpgp"]),
        x509=tuple(X509Key(**item) for item in plain["x509"]),
        keyless=tuple(KeylessKey(**item) for item in plain["keyless"]),
        **{name: b64decode(plain[name]) for name in _FILES if name in plain},
        x509_crls=tuple(b64decode(item) for item in plain["x509_crls"]),
        rsa_bits=plain["rsa_bits"],
        skew=plain["skew"],
        openpgp_trailers=tuple(plain["openpgp_trailers"]),
        digest=digest(text),
    )


def _tuples(item: dict[str, Any]) -> dict[str, Any]:
    return {name: tuple(value) if isinstance(value, list) else value for name, value in item.items()}
