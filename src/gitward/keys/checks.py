"""What is wrong with the keys of a trust store, or will soon be."""

from __future__ import annotations

from gitward.days import moment
from gitward.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Literal

    from gitward.keys.lines import KeyLine
    from gitward.model import Trust

_ADVISED_BITS = 3072  # NIST SP 800-57 part 1, table 2: 2048 bits end with 2030


@record
class Remark:
    """One thing about one key or principal: `error` makes `keys check` fail, `warning` does not."""

    level: Literal["error", "warning"]
    principal: str
    identity: str
    words: str
    fix: str = ""


def try_all(trust: Trust) -> None:
    """Make of the trust store what verifies by it. Raises Undecided where a file of it cannot be used."""
    if trust.ssh or trust.ssh_revoked is not None:
        from gitward.signatures.ssh import SshVerifier

        SshVerifier(trust).close()
    if trust.x509_roots or trust.x509_intermediates or trust.x509_crls or trust.keyless_root:
        from gitward.signatures.x509 import X509Verifier

        X509Verifier(trust).close()


def remarks(trust: Trust, lines: Sequence[KeyLine], now: int, soon: int) -> Iterator[Remark]:
    """All there is to say; `soon` is how many seconds before its end a key is spoken of."""
    for line in lines:
        yield from _of_key(line, trust.rsa_bits, now, soon)
    yield from _wide(trust)
    yield from _shared(trust)
    yield from _idle(trust, lines)
    if any(key.is_authority for key in trust.ssh) and trust.ssh_revoked is None:
        words = "an SSH authority counts, and no certificate of its can be revoked"
        yield Remark(level="warning", principal="", identity="", words=words, fix="trust: {ssh_revoked: revoked.krl}")
    if trust.x509 and not trust.x509_crls:
        words = "X.509 certificates count, and none can be revoked"
        yield Remark(level="warning", principal="", identity="", words=words, fix="trust: {x509_crls: [list.crl]}")


def _of_key(line: KeyLine, floor: int, now: int, soon: int) -> Iterator[Remark]:
    def remark(level: Literal["error", "warning"], words: str, fix: str = "") -> Remark:
        return Remark(level=level, principal=line.principal, identity=line.identity, words=words, fix=fix)

    if line.state:
        yield remark("warning" if line.state == "retired" else "error", line.state, "list a key that is in use")
    if line.not_after is not None and line.not_after < now:
        yield remark("warning", f"ended {moment(line.not_after)}: only old commits count", "list its successor beside it")
    elif line.not_after is not None and line.not_after < now + soon:
        yield remark("warning", f"ends {moment(line.not_after)}", "list its successor in time")
    if line.not_before is not None and line.not_before > now:
        yield remark("warning", f"begins {moment(line.not_before)}")
    if 0 < line.bits < floor:
        yield remark("error", f"{line.bits} bits: every signature by it is weak", f"make one of {_ADVISED_BITS} bits, or Ed25519")
    elif 0 < line.bits < _ADVISED_BITS:
        yield remark("warning", f"{line.bits} bits, which end with 2030", f"make one of {_ADVISED_BITS} bits, or Ed25519")


def _wide(trust: Trust) -> Iterator[Remark]:
    for key in trust.ssh:
        wild = [name for name in key.names if set(name) & set("*?")]
        if wild:
            yield Remark(
                level="warning", principal=key.principal, identity="", words=f"a wildcard: {', '.join(wild)}",
                fix="whoever the authority names so signs as this principal: name each signer",
            )  # fmt: skip


def _shared(trust: Trust) -> Iterator[Remark]:
    owner: dict[str, str] = {}
    for principal in trust.principals.values():
        for address in principal.addresses:
            first = owner.setdefault(address.casefold(), principal.name)
            if first != principal.name:
                words = f"the address {address} is {first}'s too"
                yield Remark(level="warning", principal=principal.name, identity="", words=words, fix="one person, one principal")


def _idle(trust: Trust, lines: Sequence[KeyLine]) -> Iterator[Remark]:
    known = {line.principal for line in lines}
    for name, principal in trust.principals.items():
        if name not in known and not principal.vouched_by:
            yield Remark(level="warning", principal=name, identity="", words="no key of this principal counts")
        if name in known and not principal.addresses and not principal.forge:
            words = "lists no address: its signature counts for whatever author and committer are claimed"
            yield Remark(level="warning", principal=name, identity="", words=words, fix="addresses: [...]")
