"""A small Sigstore: an authority for ten-minute certificates, a log of certificates, a log of signatures, and its proofs.

The tree is that of RFC 6962, 2.1, written as the definitions stand there, over all leaves: the plain second opinion on what
gitward computes from a path.
"""

from __future__ import annotations

import hashlib
import json
from base64 import b64encode
from datetime import timedelta

from asn1crypto import cms, core
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from x509_authority import CODE, authority, certificate, key
from x509_signature import WHEN, signed_data, signer_info

ISSUER, SUBJECT = "https://login.example.com", "ann@example.com"
OID = "1.3.6.1.4.1.57264"


def sha(data):
    return hashlib.sha256(data).digest()


# --- the tree, by its definition --------------------------------------------------------------------------------------


def split(size):
    """The largest power of two smaller than `size`."""
    return 1 << (size - 1).bit_length() - 1


def tree(leaves):
    """MTH(D[n])."""
    if len(leaves) == 1:
        return sha(b"\0" + leaves[0])
    at = split(len(leaves))
    return sha(b"\1" + tree(leaves[:at]) + tree(leaves[at:]))


def path(index, leaves):
    """PATH(m, D[n])."""
    if len(leaves) == 1:
        return []
    at = split(len(leaves))
    if index < at:
        return [*path(index, leaves[:at]), tree(leaves[at:])]
    return [*path(index - at, leaves[at:]), tree(leaves[:at])]


def plain_root(leaf_hash, index, size, steps):
    """The root from a path, from the top of the tree to the bottom; None where the path is none of a tree of that size."""
    if size == 1:
        return leaf_hash if not steps and index == 0 else None
    if not steps or not 0 <= index < size:
        return None
    at = split(size)
    if index < at:
        below = plain_root(leaf_hash, index, at, steps[:-1])
        return below and sha(b"\1" + below + steps[-1])
    below = plain_root(leaf_hash, index - at, size - at, steps[:-1])
    return below and sha(b"\1" + steps[-1] + below)


# --- protobuf ---------------------------------------------------------------------------------------------------------


def varint(number):
    out = b""
    while number > 0x7F:
        out, number = out + bytes([number & 0x7F | 0x80]), number >> 7
    return out + bytes([number])


def field(number, value):
    if isinstance(value, int):
        return varint(number << 3) + varint(value) if value else b""
    return varint(number << 3 | 2) + varint(len(value)) + value


def plain_fields(data):
    """The fields of a message, number -> values in their order; what is no varint is a byte string."""
    found, at = {}, 0

    def number():
        nonlocal at
        end = next(place for place in range(at, len(data)) if data[place] < 0x80) + 1
        value = sum((byte & 0x7F) << 7 * place for place, byte in enumerate(data[at:end]))
        at = end
        return value

    while at < len(data):
        key, value = number(), number()
        if key & 7 == 2:
            value, at = data[at : at + value], at + value
        found.setdefault(key >> 3, []).append(value)
    return found


# --- the logs ---------------------------------------------------------------------------------------------------------


class Signer:
    """A log's key, and the name that it goes by."""

    def __init__(self, name):
        self.key = key(name)
        self.public = self.key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        self.key_id = sha(self.public)

    def sign(self, data):
        return self.key.sign(data, ec.ECDSA(hashes.SHA256(), deterministic_signing=True))

    def listed(self, start="2021-01-01T00:00:00Z", end=None):
        span = {"start": start} | ({"end": end} if end else {})
        return {"publicKey": {"rawBytes": b64encode(self.public).decode(), "validFor": span},
                "logId": {"keyId": b64encode(self.key_id).decode()}}  # fmt: skip


LOG, OTHER_LOG, CERTIFICATE_LOG = Signer("log"), Signer("other log"), Signer("certificate log")
ROOT = authority("Keyless Root", kind="ec384")
MIDDLE = authority("Keyless Intermediate", ROOT, kind="ec384", extended=[CODE])
STRANGER = authority("Keyless Stranger", kind="ec384")


def trusted_root(logs=None, certificate_logs=None, issuers=((MIDDLE, ROOT),), span=None):
    chains = [[b64encode(one.der).decode() for one in chain] for chain in issuers]
    return json.dumps({
        "mediaType": "application/vnd.dev.sigstore.trustedroot+json;version=0.1",
        "tlogs": [LOG.listed()] if logs is None else logs,
        "ctlogs": [CERTIFICATE_LOG.listed()] if certificate_logs is None else certificate_logs,
        "certificateAuthorities": [
            {"certChain": {"certificates": [{"rawBytes": der} for der in chain]}, "validFor": span or {}} for chain in chains
        ],
    }).encode()  # fmt: skip


def promise(leaf, issuer, log, when):
    """A signed certificate timestamp (RFC 6962, 3.2), as the list that stands in a certificate."""
    public = issuer.key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    inner = leaf.certificate.tbs_certificate_bytes
    time = int(when.timestamp() * 1000).to_bytes(8, "big")
    made = log.sign(b"\0\0" + time + b"\0\1" + sha(public) + len(inner).to_bytes(3, "big") + inner + b"\0\0")
    one = b"\0" + log.key_id + time + b"\0\0" + b"\4\3" + len(made).to_bytes(2, "big") + made
    return core.OctetString((len(one) + 2).to_bytes(2, "big") + len(one).to_bytes(2, "big") + one).dump()


def raw(oid, value):
    return x509.UnrecognizedExtension(x509.ObjectIdentifier(oid), value), False


def keyless(name="ephemeral", *, issuer=MIDDLE, start=WHEN, old=ISSUER, new=ISSUER, log=CERTIFICATE_LOG, extended=(CODE,),
            promised_to=None, **names):  # fmt: skip
    """A ten-minute certificate; `old` and `new` what the two extensions for the issuer say, None to leave one out."""
    more = [raw(f"{OID}.1.1", old.encode())] if old is not None else []
    more += [raw(f"{OID}.1.8", core.UTF8String(new).dump())] if new is not None else []
    options = {"start": start, "end": start + timedelta(minutes=10), "extended": extended, "critical_names": True,
               "serial": 4711, **(names or {"addresses": [SUBJECT]})}  # fmt: skip
    if log:
        draft = certificate("", issuer, private=key(name), more=more, **options)
        more.append(raw("1.3.6.1.4.1.11129.2.4.2", promise(draft, promised_to or issuer, log, start)))
    return certificate("", issuer, private=key(name), more=more, **options)


def record_of(signed, value, pem):
    """The canonical body of a hashedrekord, spelled out; `pem` is the certificate."""
    return b"".join((
        b'{"apiVersion":"0.0.1","kind":"hashedrekord","spec":{"data":{"hash":{"algorithm":"sha256","value":"',
        sha(signed).hex().encode(), b'"}},"signature":{"content":"', b64encode(value), b'","publicKey":{"content":"',
        b64encode(pem), b'"}}}}',
    ))  # fmt: skip


def log_entry(record, when=WHEN + timedelta(minutes=1), *, log=LOG, index=5, size=11, promised=None, checkpointed=None,
              **changed):  # fmt: skip
    """The entry as protobuf: the leaf at `index` of a tree of `size`. `changed` are fields put in place of the true ones."""
    leaves = [b"leaf %d" % number for number in range(size)]
    leaves[index] = record
    root = tree(leaves)
    time = int(when.timestamp())
    canonical = json.dumps({"body": b64encode(record).decode(), "integratedTime": time, "logID": log.key_id.hex(),
                            "logIndex": 1000 + index}, sort_keys=True, separators=(",", ":"))  # fmt: skip
    note = f"log.example.com - 1\n{size}\n{b64encode(root).decode()}\n"
    line = b64encode(log.key_id[:4] + (checkpointed or log).sign(note.encode())).decode()
    true = {
        "time": time, "promise": (promised or log).sign(canonical.encode()), "tree_index": index, "root": root,
        "size": size, "path": path(index, leaves), "body": b"", "kind": b"hashedrekord", "version": b"0.0.1",
        "checkpoint": f"{note}\n— log.example.com {line}\n".encode(), "log_id": log.key_id, "number": 1000 + index,
    }  # fmt: skip
    has = {**true, **{name: value(true[name]) if callable(value) else value for name, value in changed.items()}}
    proof = field(1, has["tree_index"]) + field(2, has["root"]) + field(3, has["size"])
    proof += b"".join(field(4, step) for step in has["path"]) + field(5, field(1, has["checkpoint"]))
    return b"".join((
        field(1, has["number"]), field(2, field(1, has["log_id"])), field(3, field(1, has["kind"]) + field(2, has["version"])),
        field(4, has["time"]), field(5, field(1, has["promise"])) if has["promise"] else b"", field(6, proof),
        field(7, has["body"]) if has["body"] else b"",
    ))  # fmt: skip


def unsigned(*entries):
    return cms.CMSAttributes([cms.CMSAttribute({"type": f"{OID}.3.1", "values": [core.OctetString(one)]}) for one in entries])


def keyless_signature(payload, leaf, entries=None, bag=None, **changed):
    """A signature as gitsign makes it. `entries` None: the one that belongs to it, with `changed` in it."""
    bare = signer_info(payload, leaf)
    signed = bare["signed_attrs"].untag().dump(force=True)
    if entries is None:
        entries = [log_entry(record_of(signed, bare["signature"].native, leaf.pem), **changed)]
    elif callable(entries):
        entries = entries(signed, bare["signature"].native)
    if entries:
        bare["unsigned_attrs"] = unsigned(*entries)
    return signed_data([bare], bag or [leaf.der])
