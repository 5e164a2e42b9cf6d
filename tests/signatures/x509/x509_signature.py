"""CMS signatures made by hand, right and wrong, with asn1crypto as a writer; and the same by openssl and gpgsm."""

from __future__ import annotations

import hashlib
import subprocess
from base64 import b64encode
from datetime import UTC, datetime

from asn1crypto import algos, cms, core
from asn1crypto import x509 as asn1_x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa

WHEN = datetime(2026, 3, 1, 12, tzinfo=UTC)
DIGESTS = {"md5": hashes.MD5, "sha1": hashes.SHA1, "sha256": hashes.SHA256, "sha384": hashes.SHA384, "sha512": hashes.SHA512}


def armored(der, eol=b"\n"):
    text = b64encode(der)
    lines = [text[at : at + 64] for at in range(0, len(text), 64)]
    return eol.join([b"-----BEGIN SIGNED MESSAGE-----", *lines, b"-----END SIGNED MESSAGE-----"]) + eol


def arithmetic(key, data, digest, is_pss=False, salt=32):
    """The name of the algorithm, its parameters, and the signature."""
    algorithm = DIGESTS[digest]()
    if isinstance(key, ed25519.Ed25519PrivateKey):
        return "ed25519", None, key.sign(data)
    if isinstance(key, ec.EllipticCurvePrivateKey):
        return f"{digest}_ecdsa", None, key.sign(data, ec.ECDSA(algorithm, deterministic_signing=True))
    assert isinstance(key, rsa.RSAPrivateKey)
    if not is_pss:
        return f"{digest}_rsa", core.Null(), key.sign(data, padding.PKCS1v15(), algorithm)
    named = {"algorithm": digest}
    parameters = algos.RSASSAPSSParams({
        "hash_algorithm": named, "salt_length": salt,
        "mask_gen_algorithm": {"algorithm": "mgf1", "parameters": named},
    })  # fmt: skip
    return "rsassa_pss", parameters, key.sign(data, padding.PSS(padding.MGF1(algorithm), 32), algorithm)


def attributes(payload, digest, when=WHEN, leave_out=(), more=()):
    found = {
        "content_type": ["data"],
        "signing_time": [cms.Time({"utc_time": core.UTCTime(when)})],
        "message_digest": [hashlib.new(digest, payload).digest()],
    }
    found = {name: values for name, values in found.items() if name not in leave_out}
    return cms.CMSAttributes([*({"type": name, "values": values} for name, values in found.items()), *more])


def signer_info(payload, signer, key=None, *, digest="sha256", is_pss=False, signed=None, made_over=None, by_key_id=False,
                unsigned=None, algorithm=None, salt=32):  # fmt: skip
    """`signed` other attributes than those that fit; `made_over` other bytes that the signature is made over."""
    holder = asn1_x509.Certificate.load(signer.der)
    signed = signed if signed is not None else attributes(payload, digest)
    data = made_over if made_over is not None else signed.untag().dump(force=True)
    named, parameters, value = arithmetic(key or signer.key, data, digest, is_pss, salt)
    number = {"issuer": holder.issuer, "serial_number": holder.serial_number}
    sid = {"subject_key_identifier": holder.key_identifier} if by_key_id else {"issuer_and_serial_number": number}
    info = {
        "version": "v3" if by_key_id else "v1",
        "sid": cms.SignerIdentifier(sid),
        "digest_algorithm": {"algorithm": digest},
        "signature_algorithm": {"algorithm": algorithm or named, "parameters": parameters},
        "signature": value,
        "signed_attrs": signed,
    }
    if unsigned is not None:
        info["unsigned_attrs"] = unsigned
    if signed is False:
        del info["signed_attrs"]
    return cms.SignerInfo(info)


def signed_data(infos, bag, content=None, kind="data"):
    """ContentInfo as DER; `bag` are certificates in DER, in the order in which they shall stand."""
    encapsulated = {"content_type": kind} if content is None else {"content_type": kind, "content": content}
    names = {info["digest_algorithm"]["algorithm"].native for info in infos}
    made = cms.ContentInfo({
        "content_type": "signed_data",
        "content": cms.SignedData({
            "version": "v1",
            "digest_algorithms": [{"algorithm": name} for name in names],
            "encap_content_info": encapsulated,
            "certificates": [cms.CertificateChoices.load(der) for der in bag],
            "signer_infos": infos,
        }),
    }).dump()  # fmt: skip
    return made.replace(b"".join(sorted(bag)), b"".join(bag)) if bag else made  # asn1crypto writes sets in DER's order


def signature(payload, signer, *bag, content=None, **options):
    """One signature in the ordinary way, the signer's certificate first in the bag."""
    return signed_data([signer_info(payload, signer, **options)], [signer.der, *(other.der for other in bag)], content)


def by_openssl(folder, payload, signer, *bag, options=()):
    """What `openssl cms -sign` makes of it, as DER."""
    (folder / "payload").write_bytes(payload)
    (folder / "signer.pem").write_bytes(signer.pem)
    (folder / "signer.key").write_bytes(signer.key_pem)
    (folder / "bag.pem").write_bytes(b"".join(other.pem for other in bag))
    more = ["-certfile", "bag.pem"] if bag else []
    command = ["openssl", "cms", "-sign", "-binary", "-outform", "DER", "-in", "payload", "-signer", "signer.pem",
               "-inkey", "signer.key", "-md", "sha256", *more, *options]  # fmt: skip
    return subprocess.run(command, cwd=folder, check=True, capture_output=True).stdout


def openssl_accepts(folder, der, payload, roots, crls=()):
    """Whether `openssl cms -verify` takes it, by its own clock; `crls` in DER."""
    (folder / "signature").write_bytes(der)
    (folder / "payload").write_bytes(payload)
    (folder / "roots.pem").write_bytes(b"".join(root.pem for root in roots))
    more = []
    for number, crl in enumerate(crls):
        done = subprocess.run(["openssl", "crl", "-inform", "DER"], input=crl, capture_output=True, check=True)
        (folder / f"crl{number}.pem").write_bytes(done.stdout)
        more += ["-CRLfile", f"crl{number}.pem", "-crl_check"]
    command = ["openssl", "cms", "-verify", "-binary", "-inform", "DER", "-in", "signature", "-content", "payload",
               "-CAfile", "roots.pem", "-no-CApath", "-out", "/dev/null", *more]  # fmt: skip
    return subprocess.run(command, cwd=folder, capture_output=True).returncode == 0
