"""The signatures of many objects at once, by one trust store: each format's verifier is made when it is first needed."""

from __future__ import annotations

from gitward.gitobject.signed import format_of, signed_commit, signed_tag
from gitward.model import UNSIGNED, Finding, Proof, Signature
from gitward.record import record, replace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any, Protocol

    from gitward.model import Commit, Ident, Principal, PushCertificate, Signed, Tag, Trust
    from gitward.signatures.cache import Cache
    from gitward.signatures.moments import Moments
    from gitward.signatures.openpgp.strangers import Strangers

    class Verifier(Protocol):
        def prove(self, items: Sequence[Signed]) -> list[Proof]: ...
        def find(self, proof: Proof, signed: Signed, addresses: Sequence[str] = ()) -> Finding: ...
        def close(self) -> None: ...


MAX_BLOCK = 1 << 20  # bytes of a signature; a certificate chain takes some thousands
_OF_STATEMENTS = {"ssh": "ssh, of a statement", "openpgp": "openpgp"}  # format -> verifier


@record
class Claimed:
    """One object with what it had signed, None for nothing, and with whom it names. `malformed`: why its bytes are none."""

    signed: Signed | None
    people: tuple[Ident | None, ...]
    oid: str | None = None
    author: Ident | None = None
    malformed: str = ""


class SignatureReader:
    """Reads signatures by one trust store. Close it: a verifier may keep a folder of its own. Raises Undecided."""

    def __init__(self, trust: Trust, cache: Cache | None = None) -> None:
        self.trust, self._cache = trust, cache
        self._verifiers: dict[str, Verifier] = {}
        self._strangers: Strangers | None = None

    def close(self) -> None:
        for verifier in self._verifiers.values():
            verifier.close()
        self._verifiers.clear()
        if self._cache:
            self._cache.close()

    def commits(self, commits: Sequence[Commit], moments: Moments) -> list[Signature]:
        """The signatures of commits, in order. In a SHA-256 repository `gpgsig-sha256` holds them, in another `gpgsig`."""
        return self._signatures([_commit(commit) for commit in commits], moments)

    def tags(self, tags: Sequence[Tag], moments: Moments) -> list[Signature]:
        """The signatures of annotated tags, in order."""
        return self._signatures(
            [
                Claimed(
                    signed=None if tag.malformed else signed_tag(tag.raw),
                    people=(tag.tagger,),
                    oid=tag.oid,
                    malformed=tag.malformed,
                )
                for tag in tags
            ],
            moments,
        )

    def certificate(self, certificate: PushCertificate, moments: Moments) -> Signature:
        """The signature of a push certificate that is well formed."""
        return self._signatures([Claimed(signed=certificate.signed, people=())], moments)[0]

    def of_statements(self, items: Sequence[Signed], seen: Sequence[int | None], now: int) -> list[Signature]:
        """The signatures of statements, in order; `seen` is when each statement was first seen. No address is claimed."""
        found: dict[int, Finding] = {}
        by_format: dict[str, list[int]] = {}
        for index, signed in enumerate(items):
            by_format.setdefault(format_of(signed.block), []).append(index)
        for form, indices in by_format.items():
            if form not in _OF_STATEMENTS:
                detail = "a statement is signed with SSH or OpenPGP"
                found.update((index, Finding(format="", status="unsupported", detail=detail)) for index in indices)
                continue
            found |= self._of_strangers(form, items, indices)
            if waiting := [index for index in indices if index not in found]:
                verifier = self._verifier(_OF_STATEMENTS[form])
                of_form = [items[index] for index in waiting]
                proofs = zip(waiting, of_form, verifier.prove(of_form), strict=True)
                found.update((index, verifier.find(proof, signed)) for index, signed, proof in proofs)
        principals = self.trust.principals
        return [
            Signature(
                finding=found[index],
                now=now,
                first_seen=seen[index],
                skew=self.trust.skew,
                forge=found[index].principal in principals and principals[found[index].principal].forge,
            )
            for index in range(len(items))
        ]

    def _of_strangers(self, form: str, items: Sequence[Signed], indices: Sequence[int]) -> dict[int, Finding]:
        """What nobody listed can have signed: whoever may push brings statements, so these cost next to nothing."""
        if form == "ssh":
            verifier: Any = self._verifier(_OF_STATEMENTS[form])
        else:
            from gitward.signatures.openpgp.strangers import Strangers

            verifier = self._strangers = self._strangers or Strangers(self.trust.openpgp)
        told = ((index, verifier.stranger(items[index])) for index in indices)
        return {index: finding for index, finding in told if finding}

    def _signatures(self, claimed: list[Claimed], moments: Moments) -> list[Signature]:
        asked = [(each.signed, _addresses(each.people)) for each in claimed if each.signed and not each.malformed]
        found = iter(self.findings(asked))
        signatures = []
        for each in claimed:
            if each.malformed:
                finding = Finding(format="", status="malformed", detail=each.malformed)
            else:
                finding = next(found) if each.signed else UNSIGNED
            signatures.append(self.signature(finding, moments, each.oid, each.author))
        return signatures

    def findings(self, asked: Sequence[tuple[Signed, tuple[str, ...]]]) -> list[Finding]:
        """What is found of each; beside what was signed stand the addresses that the object claims."""
        found: dict[int, Finding] = {}
        by_format: dict[str, list[int]] = {}
        for index, (signed, _) in enumerate(asked):
            by_format.setdefault(format_of(signed.block), []).append(index)
            if len(signed.block) > MAX_BLOCK:
                detail = f"a signature of {len(signed.block)} bytes, no more than {MAX_BLOCK} are read"
                found[index] = Finding(format="", status="malformed", detail=detail)
        for form, indices in by_format.items():
            waiting = [index for index in indices if index not in found]
            if form:
                found.update(zip(waiting, self._found(form, [asked[index] for index in waiting]), strict=True))
            else:
                detail = "the first line is of no kind of signature that git knows"
                found.update((index, Finding(format="", status="malformed", detail=detail)) for index in waiting)
        return [found[index] for index in range(len(asked))]

    def signature(self, finding: Finding, moments: Moments, oid: str | None, author: Ident | None) -> Signature:
        """A finding with all that its status depends on: the times of its principal, and of whom a forge vouches for, too."""
        principal = self.trust.principals.get(finding.principal)
        vouched = self._vouched(finding.principal, author) if principal and principal.forge and author else ""
        return Signature(
            finding=_within(_within(finding, principal), self.trust.principals.get(vouched)),
            now=moments.now,
            first_seen=moments.first_seen(oid),
            skew=self.trust.skew,
            addresses=principal.addresses if principal else (),
            forge=bool(principal and principal.forge),
            vouched=vouched,
        )

    def _found(self, form: str, asked: list[tuple[Signed, tuple[str, ...]]]) -> list[Finding]:
        verifier = self._verifier(form)
        items = [signed for signed, _ in asked]
        if self._cache:
            proofs = self._cache.proofs(verifier.prove, items, ",".join(self.trust.openpgp_trailers))
        else:
            proofs = verifier.prove(items)
        return [verifier.find(proof, *each) for proof, each in zip(proofs, asked, strict=True)]

    def _verifier(self, form: str) -> Verifier:
        if form not in self._verifiers:
            self._verifiers[form] = _made(form, self.trust)
        return self._verifiers[form]

    def _vouched(self, forge: str, author: Ident) -> str:
        """The principal for whom a forge speaks: the one that names it, and has the author's address."""
        address = author.email.casefold()
        for principal in self.trust.principals.values():
            if forge in principal.vouched_by and any(address == each.casefold() for each in principal.addresses):
                return principal.name
        return ""


def _within(finding: Finding, principal: Principal | None) -> Finding:
    """The finding, narrowed to the times for which the policy knows the principal."""
    if principal is None or (principal.valid_after is None and principal.valid_before is None):
        return finding
    after, before = finding.not_before, finding.not_after
    if principal.valid_after is not None:
        after = principal.valid_after if after is None else max(after, principal.valid_after)
    if principal.valid_before is not None:
        before = principal.valid_before - 1 if before is None else min(before, principal.valid_before - 1)
    return replace(finding, not_before=after, not_after=before)


def _made(form: str, trust: Trust) -> Verifier:
    if form == "ssh":
        from gitward.signatures.ssh import SshVerifier

        return SshVerifier(trust)
    if form == _OF_STATEMENTS["ssh"]:
        from gitward.signatures.ssh import SshVerifier
        from gitward.signatures.ssh.sshsig import STATEMENT

        return SshVerifier(trust, STATEMENT)
    if form == "x509":
        from gitward.signatures.x509 import X509Verifier

        return X509Verifier(trust)
    from gitward.signatures.openpgp.verifier import OpenPgpVerifier

    return OpenPgpVerifier(trust, trailers=trust.openpgp_trailers)


def _commit(commit: Commit) -> Claimed:
    header = b"gpgsig-sha256" if len(commit.oid or "") == 64 else b"gpgsig"
    return Claimed(
        signed=None if commit.malformed or not commit.oid else signed_commit(commit.raw, header),
        people=(commit.committer, commit.author),
        oid=commit.oid,
        author=commit.author,
        malformed=commit.malformed,
    )


def _addresses(people: tuple[Ident | None, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(person.email for person in people if person))
