"""Ed25519 in plain Python against RFC 8032's own vectors, Project Wycheproof's, and cryptography."""

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from hypothesis import given, settings
from hypothesis import strategies as st

from gitward.audit import ed25519
from soaking import examples

# RFC 8032, 7.1: secret, public key, message, signature (TEST 1, 2, 3, SHA(abc))
RFC_8032 = (
    ("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
     "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
     "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
     "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"),
    ("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
     "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
     "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
     "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"),
    ("c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
     "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
     "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac"
     "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"),
    ("833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42",
     "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
     "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
     "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
     "dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b589"
     "09351fc9ac90b3ecfdfbc7c66431e0303dca179c138ac17ad9bef1177331a704"),
)
# C2SP/wycheproof, testvectors_v1/ed25519_test.json: tcId, public key, message, signature, whether it is valid
WYCHEPROOF = (
    (10, "7d4d0e7f6153a69b6242b522abbee685fda4420f8834b108c3bdae369ef549fa",
     "3f",
     "0000000000000000000000000000000000000000000000000000000000000000"
     "0000000000000000000000000000000000000000000000000000000000000000", False),
    (15, "7d4d0e7f6153a69b6242b522abbee685fda4420f8834b108c3bdae369ef549fa",
     "3f",
     "0100000000000000000000000000000000000000000000000000000000000000"
     "0000000000000000000000000000000000000000000000000000000000000000", False),
    (33, "7d4d0e7f6153a69b6242b522abbee685fda4420f8834b108c3bdae369ef549fa",
     "54657374",
     "7c38e026f29e14aabd059a0f2db8b0cd783040609a8be684db12f82a27774ab0"
     "7a9155711ecfaf7f99f277bad0c6ae7e39d4eef676573336a5c51eb6f946b30d2020", False),
    (38, "7d4d0e7f6153a69b6242b522abbee685fda4420f8834b108c3bdae369ef549fa",
     "546573743137",
     "93de3ca252426c95f735cb9edd92e83321ac62372d5aa5b379786bae111ab6b1"
     "7251330e8f9a7c30d6993137c596007d7b001409287535ac4804e662bc58a3", False),
    (42, "7d4d0e7f6153a69b6242b522abbee685fda4420f8834b108c3bdae369ef549fa",
     "313233343030",
     "647c1492402ab5ce03e2c3a7f0384d051b9cf3570f1207fc78c1bcc98c281c2b"
     "1d125e5538f38afbcc1c84e489521083041d24bc6240767029da063271a1ff0c", False),
    (59, "7d4d0e7f6153a69b6242b522abbee685fda4420f8834b108c3bdae369ef549fa",
     "313233343030",
     "657c1492402ab5ce03e2c3a7f0384d051b9cf3570f1207fc78c1bcc98c281cab"
     "227aedf259f910f0f3a759a335062665217925d019173b88917eae294f75d40f", False),
    (60, "7d4d0e7f6153a69b6242b522abbee685fda4420f8834b108c3bdae369ef549fa",
     "313233343030",
     "0000000000000000000000000000000000000000000000000000000000000000"
     "e0b8e7770d51c7a36375d006c5bffd6af43ff54aaf47e4330dc118c71d61ec02", False),
    (61, "7d4d0e7f6153a69b6242b522abbee685fda4420f8834b108c3bdae369ef549fa",
     "313233343030",
     "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"
     "463a1908382e7eb7693acef9884f7cf931a215e0791876be22c631a59881fd0e", False),
    (62, "7d4d0e7f6153a69b6242b522abbee685fda4420f8834b108c3bdae369ef549fa",
     "313233343030",
     "9a83eb6dbfd54a31fc1d3c580fc7b2fae4630ca8f0edf803873e433673d7e3d4"
     "0e94254586cb6188c5386c3febed477cb9a6cb29e3979adc4cb27cf5278fb70a", False),
    (63, "7d4d0e7f6153a69b6242b522abbee685fda4420f8834b108c3bdae369ef549fa",
     "54657374",
     "7c38e026f29e14aabd059a0f2db8b0cd783040609a8be684db12f82a27774ab0"
     "67654bce3832c2d76f8f6f5dafc08d9339d4eef676573336a5c51eb6f946b31d", False),
    (66, "7d4d0e7f6153a69b6242b522abbee685fda4420f8834b108c3bdae369ef549fa",
     "54657374",
     "7c38e026f29e14aabd059a0f2db8b0cd783040609a8be684db12f82a27774ab0"
     "e2300459f1e742404cd934d2c595a6253ad4eef676573336a5c51eb6f946b38d", False),
    (70, "7d4d0e7f6153a69b6242b522abbee685fda4420f8834b108c3bdae369ef549fa",
     "54657374",
     "7c38e026f29e14aabd059a0f2db8b0cd783040609a8be684db12f82a27774ab0"
     "679155711ecfaf7f99f277bad0c6ae7e39d4eef676573336a5c51eb6f946b38d", False),
    (84, "100fdf47fb94f1536a4f7c3fda27383fa03375a8f527c537e6f1703c47f94f86",
     "124e583f8b8eca58bb29c271b41d36986bbc45541f8e51f9cb0133eca447601e",
     "dac119d6ca87fc59ae611c157048f4d4fc932a149dbe20ec6effd1436abf83ea"
     "05c7df0fef06147241259113909bc71bd3c53ba4464ffcad3c0968f2ffffff0f", True),
    (85, "100fdf47fb94f1536a4f7c3fda27383fa03375a8f527c537e6f1703c47f94f86",
     "6a0bc2b0057cedfc0fa2e3f7f7d39279b30f454a69dfd1117c758d86b19d85e0",
     "0971f86d2c9c78582524a103cb9cf949522ae528f8054dc20107d999be673ff4"
     "e25ebf2f2928766b1248bec6e91697775f8446639ede46ad4df4053000000010", False),
    (119, "4abfb535313705a6570018440cdec1a3ae33e51f352112fa6acbd0c6bc3ea859",
     "321b5f663c19e30ee7bbb85e48ecf44db9d3f512",
     "f296715e855d8aecccba782b670163dedc4458fe4eb509a856bcac450920fd2e"
     "95a3a3eb212d2d9ccaf948c39ae46a2548af125f8e2ad9b77bd18f92d59f9200", True),
    (151, "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
     "313233343030",
     "0100000000000000000000000000000000000000000000000000000000000080"
     "c803ee1f2342aa96ff698a393d1ab5e66f3eda101d6d120b394c3fd32c117d0a", False),
)


def by_openssl(public, message, signature):
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


@pytest.mark.parametrize(("secret", "public", "message", "signature"), RFC_8032)
def test_the_vectors_of_rfc_8032(secret, public, message, signature):
    public, message, signature = map(bytes.fromhex, (public, message, signature))
    key = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(secret))
    assert (key.public_key().public_bytes_raw(), key.sign(message)) == (public, signature)
    assert ed25519.verifies(public, message, signature)
    assert not ed25519.verifies(public, message + b"x", signature)
    assert ed25519.encoded(ed25519.decoded(public)) == public


@pytest.mark.parametrize(("number", "public", "message", "signature", "is_valid"), WYCHEPROOF)
def test_the_vectors_of_wycheproof(number, public, message, signature, is_valid):
    public, message, signature = map(bytes.fromhex, (public, message, signature))
    assert ed25519.verifies(public, message, signature) == by_openssl(public, message, signature) == is_valid, number


@settings(max_examples=examples(25), deadline=None)
@given(st.binary(min_size=32, max_size=32), st.binary(max_size=100), st.integers(0), st.integers(0, 7))
def test_it_agrees_with_openssl_on_any_changed_bit(seed, message, place, bit):
    key = Ed25519PrivateKey.from_private_bytes(seed)
    whole = key.public_key().public_bytes_raw() + key.sign(message) + message
    changed = bytearray(whole)
    changed[place % len(whole)] ^= 1 << bit
    for data, expected in ((whole, True), (bytes(changed), False)):
        public, signature, text = data[:32], data[32:96], data[96:]
        assert ed25519.verifies(public, text, signature) == by_openssl(public, text, signature) == expected


@pytest.mark.parametrize("length", [0, 31, 33, 63, 65, 128])
def test_other_lengths_are_refused(length):
    public, signature = (bytes.fromhex(RFC_8032[0][place]) for place in (1, 3))
    assert not ed25519.verifies(public, b"", (signature * 2)[:length])
    assert length == 32 or not ed25519.verifies((public * 4)[:length], b"", signature)


def test_points_that_are_none():
    p = ed25519.P
    for y, sign in ((p, 0), (p + 1, 0), ((1 << 255) - 1, 0), (1, 1), (2, 0)):
        assert ed25519.decoded((y | sign << 255).to_bytes(32, "little")) is None
    assert ed25519.decoded((1).to_bytes(32, "little")) == (0, 1, 1, 0)
