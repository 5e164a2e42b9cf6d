"""The keys of a trust store, one record each, with what is known of it without looking at a clock."""

from __future__ import annotations

from gitward.record import record
from gitward.sshkeys import fingerprint, key_type

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gitward.model import Trust

KINDS = {"ssh": "SSH key", "ssh-authority": "SSH authority", "openpgp": "OpenPGP", "x509": "X.509", "keyless": "keyless"}


@record
class KeyLine:
    """`identity` names the key: a fingerprint, or what an authority must vouch for. Times are seconds since 1970, inclusive.

    `algorithm` is in the words of its format, `bits` a modulus' length or 0. `state` is "revoked: WHY", "retired" or "".
    `part` is "subkey" for an OpenPGP subkey that signs, else "".
    """

    principal: str
    kind: str
    identity: str
    algorithm: str = ""
    bits: int = 0
    not_before: int | None = None
    not_after: int | None = None
    state: str = ""
    part: str = ""


def key_lines(trust: Trust) -> Iterator[KeyLine]:
    """Every key, in the order of the principals' names. Raises Undecided where gpg is needed and cannot be used."""
    yield from sorted([*_ssh(trust), *_openpgp(trust), *_others(trust)], key=lambda line: line.principal)


def _ssh(trust: Trust) -> Iterator[KeyLine]:
    if not trust.ssh:
        return
    from gitward.signatures.ssh.keys import public_key
    from gitward.signatures.ssh.wire import Refused

    for key in trust.ssh:
        try:
            bits = public_key(key.blob).bits
            state = ""
        except Refused as problem:
            bits, state = 0, f"unusable: {problem.detail}"
        yield KeyLine(
            principal=key.principal,
            kind="ssh-authority" if key.is_authority else "ssh",
            identity=fingerprint(key.blob) + (f" for {', '.join(key.names)}" if key.is_authority else ""),
            algorithm=key_type(key.blob),
            bits=bits,
            not_before=key.valid_after,
            not_after=None if key.valid_before is None else key.valid_before - 1,
            state=state,
        )


def _openpgp(trust: Trust) -> Iterator[KeyLine]:
    if not trust.openpgp:
        return
    from gitward.signatures.openpgp.certificates import Keyring

    owners = {key.fingerprint: key.principal for key in trust.openpgp}
    keyring = Keyring(trust.openpgp)
    try:
        for certificate in keyring.certificates:
            for key in certificate.keys:
                is_primary = key.fingerprint == certificate.fingerprint
                if is_primary or key.can_sign:
                    yield KeyLine(
                        principal=owners[certificate.fingerprint],
                        kind="openpgp",
                        identity=key.fingerprint,
                        algorithm=_ALGORITHMS.get(key.algorithm, str(key.algorithm)),
                        bits=key.bits if key.algorithm in _SIZED else 0,
                        not_before=key.created,
                        not_after=None if key.expires is None else key.expires - 1,
                        state=f"revoked: {key.lost}" if key.lost else "retired" if key.retired is not None else "",
                        part="" if is_primary else f"subkey of {certificate.fingerprint}",
                    )
    finally:
        keyring.close()


_SIZED = (1, 2, 3, 17)
_ALGORITHMS = {1: "rsa", 2: "rsa", 3: "rsa", 17: "dsa", 19: "ecdsa", 22: "eddsa", 27: "ed25519"}


def _others(trust: Trust) -> Iterator[KeyLine]:
    for holder in trust.x509:
        identity = holder.fingerprint or holder.address or holder.subject
        yield KeyLine(principal=holder.principal, kind="x509", identity=identity)
    for one in trust.keyless:
        yield KeyLine(principal=one.principal, kind="keyless", identity=f"{one.subject} by {one.issuer}")
