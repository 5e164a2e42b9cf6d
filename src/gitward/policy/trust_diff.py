"""What changed in whom a policy trusts, and which way: more trust is weaker, less is stricter."""

from __future__ import annotations

from gitward.record import is_record, values
from gitward.sshkeys import fingerprint

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from gitward.model import Trust
    from gitward.policy.directions import Way

_LISTS = ("ssh", "openpgp", "x509", "keyless")


def trusted(old: Trust, new: Trust) -> Iterator[tuple[Way, str]]:
    """Each key and principal that is new, gone or changed; files and floors as a whole."""
    for kind in _LISTS:
        before, after = _keys(getattr(old, kind)), _keys(getattr(new, kind))
        for name in (*before, *(name for name in after if name not in before)):
            if name not in after:
                yield "stricter", f"no longer trusts {name}"
            elif name not in before:
                yield "weaker", f"trusts {name}"
            elif before[name] != after[name]:
                yield "different", f"changes {name}"
    for name in sorted({*old.principals, *new.principals}):
        was, now = old.principals.get(name), new.principals.get(name)
        if was and now and was != now:
            yield "different", f"changes the addresses, roles, accounts or times of {name}"
    for key, is_weaker in (("rsa_bits", new.rsa_bits < old.rsa_bits), ("skew", new.skew > old.skew)):
        if getattr(old, key) != getattr(new, key):
            yield "weaker" if is_weaker else "stricter", f"{key}: {getattr(old, key)} -> {getattr(new, key)}"
    for name in sorted({*old.openpgp_trailers} ^ {*new.openpgp_trailers}):
        yield "weaker" if name in new.openpgp_trailers else "stricter", f"openpgp_trailers: {name}"
    for key in ("ssh_revoked", "x509_roots", "x509_intermediates", "x509_crls", "keyless_root"):
        if getattr(old, key) != getattr(new, key):
            yield "different", f"{key} has changed"


def _keys(items: tuple[Any, ...]) -> dict[str, dict[str, Any]]:
    """The keys of one kind, by what names them."""
    return {_name(item): values(item) for item in items if is_record(item)}


def _name(item: Any) -> str:
    for part in ("fingerprint", "address", "subject"):
        if getattr(item, part, ""):
            return f"{item.principal}'s {getattr(item, part)}"
    return f"{item.principal}'s {'authority ' if item.is_authority else ''}{fingerprint(item.blob)}"
