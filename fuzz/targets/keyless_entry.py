"""The entry of a log in a keyless signature: protobuf, the path in a tree, the checkpoint."""

from __future__ import annotations

from x509_log import ISSUER, SUBJECT, keyless, log_entry, record_of, trusted_root
from x509_signature import signed_data, signer_info

from gitward.model import KeylessKey, Trust
from gitward.signatures.x509 import X509Verifier
from gitward.signatures.x509.keyless import entry
from gitward.signatures.x509.keyless.log import root_of
from targets._x509 import PAYLOAD, found, with_entry

_LEAF = keyless()
_ANN = KeylessKey(principal="ann", issuer=ISSUER, subject=SUBJECT)
_VERIFIER = X509Verifier(Trust(keyless=(_ANN,), keyless_root=trusted_root()))
_BARE = signer_info(PAYLOAD, _LEAF)
_WHOLE = signed_data([_BARE], [_LEAF.der])
_MADE = record_of(_BARE["signed_attrs"].untag().dump(force=True), _BARE["signature"].native, _LEAF.pem)
_OURS = [log_entry(_MADE), log_entry(_MADE, size=1, index=0), log_entry(_MADE, body=_MADE),
         log_entry(_MADE, size=4000, index=3999)]  # fmt: skip
_READ = [entry.read(one) for one in _OURS]


def seeds() -> list[bytes]:
    return [*_OURS, log_entry(_MADE, promise=b""), log_entry(_MADE, kind=b"intoto")]


def check(data: bytes) -> None:
    try:
        read = entry.read(data)
    except ValueError:
        return
    assert all(0 <= number < 1 << 63 for number in (read.index, read.time, read.tree_index, read.size))
    assert all(part in data for part in (read.log_id, read.promise, read.root, read.checkpoint, read.body, *read.hashes))
    try:
        assert len(root_of(bytes(32), read.tree_index, read.size, read.hashes)) == 32
    except ValueError:
        pass
    finding = found(_VERIFIER, with_entry(_WHOLE, data))
    if finding.status == "good":
        assert read.promise in [one.promise for one in _READ]
        assert read.root in [one.root for one in _READ]
        assert read.body in (b"", _MADE)
        assert finding.principal == "ann"
        assert finding.proven_time == read.time
