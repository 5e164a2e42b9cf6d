"""Signatures: what was signed, who is trusted, what the arithmetic says, and what that amounts to at a moment.

Three steps, so that only the first costs anything, and only the last knows a clock. `Proof`: this key made this
signature over these bytes; true for ever, so it may be cached. `Finding`: what the policy's trust list says of that key,
with all its limits in time. `SignatureResult`: the status of one commit or tag by one choice of clock.
"""

from __future__ import annotations

from gitward.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Literal

    from gitward.model.facts import Oid

    Format = Literal["", "openpgp", "ssh", "x509"]
    Status = Literal[
        "malformed", "bad", "revoked-hard", "weak", "unsupported", "unknown-key", "expired", "not-yet-valid",
        "revoked-soft", "principal-mismatch", "good", "unsigned",
    ]  # fmt: skip
    Validity = Literal["first-seen", "signature", "now"]
    UnknownFirstSeen = Literal["now", "signature"]
    Signer = Literal["author", "committer", "either"]

STATUSES: tuple[Status, ...] = (
    "malformed", "bad", "revoked-hard", "weak", "unsupported", "unknown-key", "expired", "not-yet-valid",
    "revoked-soft", "principal-mismatch", "good", "unsigned",
)  # fmt: skip
"""Worst first; `unsigned` stands apart."""


# --- who is trusted ---------------------------------------------------------------------------------------------------


@record
class Principal:
    """Somebody, or something, that the policy knows by its keys. `addresses` are compared as Git identities write them.

    `forge`: a forge that signs what people do in its web interface. Its signature shows that the forge made the commit,
    never who asked for it. `vouched_by` are the forges that may speak for this principal's addresses. `accounts` are the names
    by which the host's channel knows it, () for its own name alone. The times bound all of it, seconds since 1970,
    `valid_before` exclusive. `service`: it is no human, and its word counts for nobody's approval.
    """

    name: str
    addresses: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    forge: bool = False
    vouched_by: tuple[str, ...] = ()
    accounts: tuple[str, ...] = ()
    service: bool = False
    valid_after: int | None = None
    valid_before: int | None = None


@record
class SshKey:
    """A listed SSH key, or an authority whose certificates count. `blob` is the public key in wire form (RFC 4253, 6.6).

    `names` are, for an authority, patterns (ssh_config(5), PATTERNS) of which a principal of the certificate must match one.
    The times are seconds since 1970, `valid_before` exclusive, None where there is no limit.
    """

    principal: str
    blob: bytes
    is_authority: bool = False
    names: tuple[str, ...] = ()
    valid_after: int | None = None
    valid_before: int | None = None


@record
class OpenPgpKey:
    """A listed OpenPGP certificate: its primary fingerprint (40 or 64 capital hex digits), and its bytes, armored or not."""

    principal: str
    fingerprint: str
    certificate: bytes


@record
class X509Key:
    """A certificate's holder: by the SHA-256 of the certificate (64 small hex digits), or by what an authority vouches for.

    One of the three is set: `fingerprint`, `address` (an rfc822Name of subjectAltName, or emailAddress of the subject) or
    `subject` (the subject as RFC 4514 text).
    """

    principal: str
    fingerprint: str = ""
    address: str = ""
    subject: str = ""


@record
class KeylessKey:
    """An identity in a Fulcio certificate: `issuer`, a URL, and `subject`, an address or a URI; both exact."""

    principal: str
    issuer: str
    subject: str


@record
class Trust:
    """All that a policy trusts, and the floors. `digest` is SHA-256, as hex, over everything here: the trust store's.

    `ssh_revoked` is a KRL or a list of public keys (ssh-keygen(1), KEY REVOCATION LISTS). `x509_roots` and
    `x509_intermediates` are PEM, `x509_crls` DER or PEM. `keyless_root` is Sigstore's trusted_root.json. None: not given.
    `openpgp_trailers` are the names of armors that may stand below an OpenPGP signature.
    `rsa_bits`: RSA and DSA keys below are weak. `skew`: seconds that a signature may claim to be made after it was seen.
    """

    principals: Mapping[str, Principal] = {}
    ssh: tuple[SshKey, ...] = ()
    ssh_revoked: bytes | None = None
    openpgp: tuple[OpenPgpKey, ...] = ()
    x509: tuple[X509Key, ...] = ()
    x509_roots: bytes | None = None
    x509_intermediates: bytes | None = None
    x509_crls: tuple[bytes, ...] = ()
    keyless: tuple[KeylessKey, ...] = ()
    keyless_root: bytes | None = None
    openpgp_trailers: tuple[str, ...] = ()
    rsa_bits: int = 2048
    skew: int = 600
    digest: str = ""


# --- what is known of a signature -------------------------------------------------------------------------------------


@record
class Signed:
    """What is to be verified: the signed bytes, and the signature's armored block as it stands, header indent taken off."""

    payload: bytes
    block: bytes


@record
class Proof:
    """What the arithmetic says, whoever is trusted and whatever the time: data of text and numbers, to be cached.

    `outcome` "good": made by `key` over these bytes. `key` names the key that signed, so that it can be looked up: an
    OpenPGP fingerprint, an SSH `SHA256:` fingerprint, the SHA-256 of an X.509 certificate. "unknown-key": there is no key to
    verify it with, which more trust may change. `signed_time` is the signer's word, and so is `expires`, the first second in
    which the signature is too old (RFC 9580, 5.2.3.18). `digest` is the hash that was signed, in small letters (sha256).
    """

    format: Format
    outcome: Literal["good", "bad", "malformed", "unsupported", "unknown-key"]
    key: str = ""
    signed_time: int | None = None
    expires: int | None = None
    digest: str = ""
    detail: str = ""


@record
class Finding:
    """What the trust list says of a proof, and all its limits in time; nothing but a clock is missing for a status.

    `status` "good": nothing but time, or the principal asked for, can be against it; else the status, whatever the time.
    `not_before` and `not_after` are inclusive seconds since 1970: of the key, the certificates and the policy's own window
    together. `revoked` is when it was revoked for a reason that leaves older signatures standing (RFC 9580, 5.2.3.31);
    a key that was taken or lost its trust is `revoked-hard`. `proven_time` is when a log or time stamp that is trusted saw
    the signature; then time is no question any more.
    `principal` is '' where the key is nobody's.
    """

    format: Format
    status: Status
    detail: str = ""
    fingerprint: str = ""
    primary_fingerprint: str = ""
    principal: str = ""
    signed_time: int | None = None
    not_before: int | None = None
    not_after: int | None = None
    revoked: int | None = None
    proven_time: int | None = None


UNSIGNED = Finding(format="", status="unsigned")
"""What is found where there is no signature."""


@record
class Signature:
    """The signature of one object as a policy's rules see it: the finding, and what its status depends on beside it.

    `first_seen` is when somebody who can be believed first saw the object, None where nobody says; `now` when this judging
    began. `addresses` are those of the finding's principal, `forge` whether that is a forge, `vouched` the principal for
    whom that forge speaks: the author claims one of its addresses. An object without a signature has the finding UNSIGNED.
    """

    finding: Finding
    now: int
    first_seen: int | None = None
    skew: int = 600
    addresses: tuple[str, ...] = ()
    forge: bool = False
    vouched: str = ""


@record
class SignatureResult:
    """The status of one signature by one choice of clock. Times are seconds since 1970, None where there is none.

    `principal` is whose key signed, whatever the status; `detail` says why the status is not good, '' where there is nothing
    to say. `judged_at` is the moment at which validity was looked at, `clock` which clock that was.
    """

    status: Status
    format: Format = ""
    fingerprint: str = ""
    primary_fingerprint: str = ""
    principal: str = ""
    claimed_time: int | None = None
    signature_time: int | None = None
    first_seen: int | None = None
    judged_at: int | None = None
    clock: str = ""
    detail: str = ""
    commit: Oid | None = None
