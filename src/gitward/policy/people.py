"""Who a policy knows, and by which keys: what may stand under `principals`, `forges` and `trust`, as records.

`trust` looks up the files that they name and makes a trust store of them.
"""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

from gitward.bounds import MinLen
from gitward.days import day, first_second
from gitward.policy.shaped import Id, Shaped
from gitward.record import given, record
from gitward.shapes import Checked, Read, Refused
from gitward.sshkeys import TYPES, fields, key_type, public_key

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal

    from gitward.bounds import Ge, Le
    from gitward.rules.options import Beside, Duration, Text

_INSTANT = r"[0-9]{4}-[0-9]{2}-[0-9]{2}(T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]Z)?"
_KINDS = ("ssh", "ssh_authority", "openpgp", "x509", "keyless", "forge")


class Instant(Read):
    """A moment in UTC, or the first second of a day; seconds since 1970."""

    json_schema: ClassVar[dict[str, Any]] = {"type": "string", "pattern": f"^({_INSTANT})$"}

    def check(self, value: str) -> int:
        text = Shaped(_INSTANT, "a moment", "write 2026-01-31, or 2026-01-31T12:00:00Z").check(value)
        start = first_second(text[:10])
        if start < 0 or day(start) != text[:10]:
            raise Refused(f"{value!r} is no day from 1970 on")
        hours, minutes, seconds = text[11:13] or "0", text[14:16] or "0", text[17:19] or "0"
        return start + int(hours) * 3600 + int(minutes) * 60 + int(seconds)


class SshKeyLine(Checked):
    """A public key as it stands in a `.pub` file; the comment is taken off."""

    def check(self, value: str) -> str:
        try:
            blob = public_key(value)
        except ValueError as problem:
            raise Refused(str(problem)) from None
        if key_type(blob) not in TYPES:
            hint = "for certificates write the authority's own key under `ssh_authority`" if "-cert-" in key_type(blob) else ""
            raise Refused(f"keys of type {key_type(blob)} do not count", hint)
        return " ".join(fields(value)[:2])


class OpenPgpFingerprint(Checked):
    """The whole fingerprint of a primary key; blanks between the digits are taken out."""

    json_schema: ClassVar[dict[str, Any]] = {"pattern": "^[0-9A-Fa-f ]{40,80}$"}

    def check(self, value: str) -> str:
        digits = value.replace(" ", "").upper().removeprefix("0X")
        if len(digits) not in (40, 64) or digits.strip("0123456789ABCDEF"):
            raise Refused(f"{value[:80]!r} is no whole fingerprint", "write all 40 digits that gpg --fingerprint prints")
        return digits


PrincipalName = Annotated[
    str, Shaped(r"[A-Za-z0-9][A-Za-z0-9._+@-]{0,127}", "a name of a principal", "letters, digits and . _ + @ - are allowed")
]
Account = Annotated[
    str,
    Shaped(
        r"[^\s\x00-\x1f\x7f]([^\x00-\x1f\x7f]{0,254}[^\s\x00-\x1f\x7f])?", "the name of an account", "write it as the host does"
    ),
]
Address = Annotated[str, Shaped(r"[^\s<>*?]+", "an address", "write it as git shows it, without < and >")]
CertificateNames = Annotated[tuple[Annotated[str, MinLen(1)], ...], MinLen(1)]
Hex64 = Annotated[str, Shaped("[0-9a-f]{64}", "a SHA-256 of 64 small hex digits")]
SshKeyText = Annotated[str, SshKeyLine()]
Moment = Annotated[int, Instant()]
Fingerprint = Annotated[str, OpenPgpFingerprint()]


def times_conflict(after: int | None, before: int | None) -> str:
    """Why a validity cannot be, '' where it can."""
    return "`valid_before` is not after `valid_after`" if after is not None and before is not None and before <= after else ""


@record
class X509Holder:
    """A certificate's holder: the certificate itself, or what a trusted authority says of it."""

    fingerprint: Hex64 | None = None
    address: Address | None = None
    subject: Text | None = None

    def conflict(self) -> str:
        return "" if len(given(self)) == 1 else "write one of `fingerprint`, `address` and `subject`"


@record
class KeylessIdentity:
    """Who a Fulcio certificate is for, and who vouched for that; both exact."""

    issuer: Text
    subject: Text


@record
class KeyItem:
    """One key. `certificate` is the OpenPGP certificate: a file beside the policy, or its armored text."""

    ssh: SshKeyText | None = None
    ssh_authority: SshKeyText | None = None
    names: CertificateNames = ()
    valid_after: Moment | None = None
    valid_before: Moment | None = None
    openpgp: Fingerprint | None = None
    certificate: Text | None = None
    x509: X509Holder | None = None
    keyless: KeylessIdentity | None = None
    forge: Id | None = None

    def conflict(self) -> str:
        kinds = [kind for kind in _KINDS if getattr(self, kind) is not None]
        if len(kinds) != 1:
            return f"a key is one of {', '.join(f'`{kind}`' for kind in _KINDS)}"
        kind = kinds[0]
        if (kind == "ssh_authority") != bool(self.names):
            return "`names`, the patterns of the certificates that count, belong to an `ssh_authority`, and it needs them"
        if (kind == "openpgp") != (self.certificate is not None):
            return "`certificate` belongs to an `openpgp` fingerprint, and it needs one"
        if not kind.startswith("ssh") and (self.valid_after is not None or self.valid_before is not None):
            return f"`{kind}` keys carry their own validity: `valid_after` and `valid_before` are for SSH keys"
        return times_conflict(self.valid_after, self.valid_before)


@record
class PrincipalItem:
    """Somebody whose signatures count. Where `addresses` stand, what is signed must claim one of them.

    `accounts` are the names by which the host's channel knows them; left out, their own name. A service is no human. The times
    bound the keys too.
    """

    keys: Annotated[tuple[KeyItem, ...], MinLen(1)] = ()
    addresses: Annotated[tuple[Address, ...], MinLen(1)] = ()
    roles: Annotated[tuple[Id, ...], MinLen(1)] = ()
    accounts: Annotated[tuple[Account, ...], MinLen(1)] = ()
    kind: Literal["human", "service"] = "human"
    valid_after: Moment | None = None
    valid_before: Moment | None = None

    def conflict(self) -> str:
        return times_conflict(self.valid_after, self.valid_before)


@record
class GroupItem:
    """Principals who have a role of the group's name. `source` and `revision` say where the list was taken from."""

    members: tuple[PrincipalName, ...]
    source: Text = ""
    revision: Text = ""


@record
class ForgeItem:
    """A forge that signs what people do in its web interface; its signature is nobody's but its own."""

    keys: Annotated[tuple[KeyItem, ...], MinLen(1)]

    def conflict(self) -> str:
        return "a forge has keys of its own, it cannot point at a `forge`" if any(key.forge for key in self.keys) else ""


@record
class TrustItem:
    """Authorities, revocations and floors. The files stand beside the policy and are part of it.

    `openpgp_trailers` are armors that may stand below an OpenPGP signature; they are never read.
    """

    ssh_revoked: Beside | None = None
    x509_roots: Beside | None = None
    x509_intermediates: Beside | None = None
    x509_crls: Annotated[tuple[Beside, ...], MinLen(1)] = ()
    keyless_root: Beside | None = None
    openpgp_trailers: Annotated[tuple[Literal["OPENTIMESTAMPS"], ...], MinLen(1)] = ()
    rsa_bits: Annotated[int, Ge(1024), Le(16384)] = 2048
    skew: Duration = 600


People = dict[PrincipalName, PrincipalItem]
Groups = dict[Id, GroupItem]
