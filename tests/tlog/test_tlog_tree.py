"""The Merkle tree against the published vectors, and against the definitions of RFC 6962 written down word by word."""

from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gitward.tlog import tree
from soaking import examples

# the eight leaves of certificate-transparency and the roots over the first n of them, published with transparency-dev/merkle
# (testonly/constants.go); the hashes of the leaves at even places stand there as level 0
LEAVES = tuple(map(bytes.fromhex, (
    "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f",
)))  # fmt: skip
LEAF_HASHES = tuple(map(bytes.fromhex, (
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
    "0298d122906dcfc10892cb53a73992fc5b9f493ea4c9badb27b791b4127a7fe7",
    "07506a85fd9dd2f120eb694f86011e5bb4662e5c415a62917033d4a9624487e7",
    "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    "4271a26be0d8a84f0bd54c8c302e7cb3a3b5d1fa6780a40bcce2873477dab658",
    "b08693ec2e721597130641e8211e7eedccb4c26413963eee6c1e2ed16ffb1a5f",
    "46f6ffadd3d06a09ff3c5860d2755c8b9819db7df44251788c7d8e3180de8eb1",
)))  # fmt: skip
ROOTS = tuple(map(bytes.fromhex, (
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
)))  # fmt: skip
# transparency-dev/merkle, cmd/proofgen/main.go: (index, size, audit path) and (old, new, proof)
INCLUSIONS = (
    (0, 1, ()),
    (0, 8, ("96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4")),
    (5, 8, ("bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
            "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7")),
    (2, 3, ("fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",)),
    (1, 5, ("6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b")),
)  # fmt: skip
CONSISTENCIES = (
    (1, 1, ()),
    (1, 8, ("96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4")),
    (6, 8, ("0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
            "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7")),
    (2, 5, ("5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b")),
    (6, 7, ("0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
            "b08693ec2e721597130641e8211e7eedccb4c26413963eee6c1e2ed16ffb1a5f",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7")),
)  # fmt: skip


def root(leaves):
    """MTH of RFC 6962, 2.1."""
    if len(leaves) < 2:
        return sha256(b"\0" + leaves[0] if leaves else b"").digest()
    k = split(len(leaves))
    return sha256(b"\1" + root(leaves[:k]) + root(leaves[k:])).digest()


def path(m, leaves):
    """PATH of RFC 6962, 2.1.1."""
    if len(leaves) == 1:
        return []
    k = split(len(leaves))
    return [*path(m, leaves[:k]), root(leaves[k:])] if m < k else [*path(m - k, leaves[k:]), root(leaves[:k])]


def proof(m, leaves):
    """PROOF of RFC 6962, 2.1.2."""
    return subproof(m, leaves, True)


def subproof(m, leaves, b):
    if m == len(leaves):
        return [] if b else [root(leaves)]
    k = split(len(leaves))
    if m <= k:
        return [*subproof(m, leaves[:k], b), root(leaves[k:])]
    return [*subproof(m - k, leaves[k:], False), root(leaves[:k])]


def split(n):
    k = 1
    while k * 2 < n:
        k *= 2
    return k


def some(count):
    return tuple(b"%d" % n for n in range(count))


def hash_at(leaves):
    """What proofs are made from, by the definition of the tree."""
    return lambda level, index: root(leaves[index << level : index + 1 << level])


def grown(leaves):
    frontier = tree.Frontier()
    for leaf in leaves:
        for _ in frontier.append(tree.leaf_hash(leaf)):
            pass
    return frontier


def flipped(data, bit=0):
    changed = bytearray(data)
    changed[bit // 8 % len(data)] ^= 1 << bit % 8
    return bytes(changed)


def test_the_published_hashes():
    assert tuple(map(tree.leaf_hash, LEAVES)) == LEAF_HASHES
    assert tree.leaf_hash(b"L123456").hex() == "395aa064aa4c29f7010acfe3f25db9485bbd4b91897b6ad7ad547639252b4d56"
    assert tree.node_hash(b"N123", b"N456").hex() == "aa217fe888e47007fa15edab33c2b492a722cb106c64667fc2b044444de66bbb"


@pytest.mark.parametrize("size", range(9))
def test_the_published_roots(size):
    assert grown(LEAVES[:size]).root() == tree.root_of(size, hash_at(LEAVES)) == ROOTS[size]


@pytest.mark.parametrize(("index", "size", "wanted"), INCLUSIONS)
def test_the_published_inclusion_proofs(index, size, wanted):
    wanted = list(map(bytes.fromhex, wanted))
    assert tree.prove_inclusion(index, size, hash_at(LEAVES)) == wanted
    assert tree.includes(LEAF_HASHES[index], index, size, wanted, ROOTS[size])


@pytest.mark.parametrize(("old", "new", "wanted"), CONSISTENCIES)
def test_the_published_consistency_proofs(old, new, wanted):
    wanted = list(map(bytes.fromhex, wanted))
    assert tree.prove_consistency(old, new, hash_at(LEAVES)) == wanted
    assert tree.extends(old, ROOTS[old], new, ROOTS[new], wanted)


@pytest.mark.parametrize(("index", "size", "wanted"), INCLUSIONS)
def test_the_published_alterations_of_inclusion_proofs(index, size, wanted):
    """The kinds of transparency-dev/merkle's testdata: each of these is refused there too."""
    wanted = list(map(bytes.fromhex, wanted))
    leaf, top, garbage = LEAF_HASHES[index], ROOTS[size], bytes.fromhex(f"{'abacaba':0<46}{'60061e00123456':0>18}")
    for other in (index - 1, index + 1, index ^ 2, (1 << 64) - 1):
        assert not tree.includes(leaf, other, size, wanted, top)
    assert not tree.includes(b"WrongLeaf", index, size, wanted, top)
    for other in (b"", tree.EMPTY_ROOT, garbage):
        assert not tree.includes(leaf, index, size, wanted, other)
    for other in (0, size * 2, size // 2):
        assert not tree.includes(leaf, index, other, wanted, top)
    for added in (b"", top, garbage, b"WrongLeaf"):
        assert not tree.includes(leaf, index, size, [*wanted, added], top)
        assert not tree.includes(leaf, index, size, [added, *wanted], top)
    for place, sibling in enumerate(wanted):
        assert not tree.includes(leaf, index, size, [*wanted[:place], flipped(sibling, 4), *wanted[place + 1 :]], top)
        assert not tree.includes(leaf, index, size, [*wanted[:place], sibling, *wanted[place:]], top)
        assert not tree.includes(leaf, index, size, wanted[:place], top)


@pytest.mark.parametrize(("old", "new", "wanted"), CONSISTENCIES[1:])
def test_the_published_alterations_of_consistency_proofs(old, new, wanted):
    wanted = list(map(bytes.fromhex, wanted))
    first, second = ROOTS[old], ROOTS[new]
    for other in (old - 1, old + 1, old ^ 2):
        assert not tree.extends(other, first, new, second, wanted)
    for other in (new * 2, new // 2):
        assert not tree.extends(old, first, other, second, wanted)
    assert not tree.extends(old, b"WrongRoot", new, second, wanted)
    assert not tree.extends(old, first, new, b"WrongRoot", wanted)
    assert not tree.extends(old, second, new, first, wanted)
    assert not tree.extends(old, first, new, second, [])
    for added in (b"", first, second):
        assert not tree.extends(old, first, new, second, [*wanted, added])
        assert not tree.extends(old, first, new, second, [added, *wanted])
    for place, sibling in enumerate(wanted):
        assert not tree.extends(old, first, new, second, [*wanted[:place], flipped(sibling, 4), *wanted[place + 1 :]])
        assert not tree.extends(old, first, new, second, wanted[:place])


def test_the_published_edges_of_consistency():
    one, two = b"root one", b"root two"
    assert tree.extends(1, two, 1, two, [])
    for old, new, proved in ((0, 0, []), (0, 1, []), (1, 0, []), (2, 1, []), (1, 2, []), (0, 1, [tree.EMPTY_ROOT])):
        assert not tree.extends(old, one, new, one, proved)
    assert not tree.extends(1, one, 1, two, [])
    assert not tree.extends(1, tree.EMPTY_ROOT, 1, tree.EMPTY_ROOT, [tree.EMPTY_ROOT])


def test_every_index_of_every_size():
    leaves = some(34)
    at = hash_at(leaves)
    for size in range(1, len(leaves) + 1):
        top = root(leaves[:size])
        assert grown(leaves[:size]).root() == tree.root_of(size, at) == top
        for index in range(size):
            proved = tree.prove_inclusion(index, size, at)
            assert proved == path(index, leaves[:size])
            assert tree.includes(tree.leaf_hash(leaves[index]), index, size, proved, top)
            assert not tree.includes(tree.leaf_hash(leaves[index]), index, index, proved, top)
            assert not tree.includes(tree.leaf_hash(leaves[index - 1]), index, size, proved, top) or size == 1


def test_every_pair_of_sizes():
    leaves = some(24)
    at, roots = hash_at(leaves), [root(leaves[:size]) for size in range(25)]
    for new in range(1, 25):
        for old in range(1, new + 1):
            proved = tree.prove_consistency(old, new, at)
            assert proved == proof(old, leaves[:new])
            assert tree.extends(old, roots[old], new, roots[new], proved)
            for other in range(1, 25):
                assert tree.extends(other, roots[other], new, roots[new], proved) == (other == old)
                assert tree.extends(old, roots[old], other, roots[other], proved) == (other == new)


@settings(max_examples=examples(25), deadline=None)
@given(st.data())
def test_an_altered_inclusion_proof_is_refused(data):
    size = data.draw(st.integers(1, 50))
    index = data.draw(st.integers(0, size - 1))
    leaves = some(size)
    proved, leaf, top = tree.prove_inclusion(index, size, hash_at(leaves)), tree.leaf_hash(leaves[index]), root(leaves)
    every = [leaf, top, *proved]
    place = data.draw(st.integers(0, len(every) - 1))
    every[place] = flipped(every[place], data.draw(st.integers(0, 255)))
    assert tree.includes(leaf, index, size, proved, top)
    assert not tree.includes(every[0], index, size, every[2:], every[1])


@settings(max_examples=examples(25), deadline=None)
@given(st.data())
def test_an_altered_consistency_proof_is_refused(data):
    new = data.draw(st.integers(1, 50))
    old = data.draw(st.integers(1, new))
    leaves = some(new)
    every = [root(leaves[:old]), root(leaves), *tree.prove_consistency(old, new, hash_at(leaves))]
    assert tree.extends(old, every[0], new, every[1], every[2:])
    place = data.draw(st.integers(0, len(every) - 1))
    every[place] = flipped(every[place], data.draw(st.integers(0, 255)))
    assert not tree.extends(old, every[0], new, every[1], every[2:])


@settings(max_examples=examples(25), deadline=None)
@given(st.integers(0, 1 << 70), st.integers(0, 1 << 70), st.lists(st.binary(max_size=40), max_size=80))
def test_any_claim_is_answered_at_once(one, two, claimed):
    claim = claimed[0] if claimed else b""
    assert not tree.includes(claim, one, two, claimed, tree.EMPTY_ROOT)
    assert tree.extends(one, claim, two, claim, claimed) in (False, one == two != 0 and not claimed)
    if claimed:
        assert not tree.extends(one, tree.EMPTY_ROOT, two, claim, claimed)


@pytest.mark.parametrize("length", [0, 31, 33, 64])
def test_what_is_not_32_bytes_is_no_hash(length):
    odd, whole = bytes(length), bytes(32)
    assert not tree.includes(odd, 0, 2, [whole], tree.node_hash(odd, whole))
    assert not tree.includes(whole, 0, 2, [odd], tree.node_hash(whole, odd))
    assert not tree.extends(1, odd, 2, tree.node_hash(odd, whole), [whole])
    assert not tree.extends(1, whole, 2, tree.node_hash(whole, odd), [odd])


def test_proofs_that_cannot_be_made():
    for index, size in ((0, 0), (-1, 3), (3, 3)):
        with pytest.raises(ValueError):
            tree.prove_inclusion(index, size, hash_at(LEAVES))
    for old, new in ((0, 3), (4, 3), (-1, 3)):
        with pytest.raises(ValueError):
            tree.prove_consistency(old, new, hash_at(LEAVES))


@settings(max_examples=examples(25), deadline=None)
@given(st.integers(0, 1 << 63))
def test_the_full_subtrees_of_any_size_cover_it(size):
    places = [(index << level, index + 1 << level) for level, index in tree.subtrees(size)]
    assert [start for start, _ in places] == [0, *(end for _, end in places)][: len(places)]
    assert sum(end - start for start, end in places) == size
