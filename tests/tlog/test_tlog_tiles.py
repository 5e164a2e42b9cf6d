"""Hash tiles: the paths and the tree of C2SP tlog-tiles, growing by any steps, and tiles that are not as they should be."""

from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gitward.tlog import tiles, tree
from gitward.tlog.tiles import Tiles
from soaking import examples


def hashes(start, end):
    return [sha256(b"%d" % n).digest() for n in range(start, end)]


def root(leaves):
    grown = tree.Frontier()
    for leaf in leaves:
        for _ in grown.append(leaf):
            pass
    return grown.root()


def stored(folder):
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in Path(folder).rglob("*") if path.is_file()}


@pytest.mark.parametrize(("asked", "path"), [
    ((0, 1234067), "tile/0/x001/x234/067"),  # the example of the document
    ((0, 0), "tile/0/000"), ((7, 999), "tile/7/999"), ((1, 1000), "tile/1/x001/000"), ((2, 1001, 5), "tile/2/x001/001.p/5"),
    ((63, 0, 255), "tile/63/000.p/255"), ((0, 1_000_000_000), "tile/0/x001/x000/x000/000"),
])  # fmt: skip
def test_paths(asked, path):
    assert tiles.path(*asked) == path


def test_the_tree_of_70000_that_the_document_describes(tmp_path):
    """273 full tiles and one of 112 at level 0, one full and one of 17 at level 1, one of width 1 at level 2."""
    found = tiles.extend(str(tmp_path), 0, hashes(0, 70_000))
    there = {name: len(data) // 32 for name, data in stored(tmp_path).items()}
    assert there == {
        **{f"tile/0/{n:03d}": 256 for n in range(273)}, "tile/0/273.p/112": 112,
        "tile/1/000": 256, "tile/1/001.p/17": 17, "tile/2/000.p/1": 1,
    }  # fmt: skip
    assert Tiles(str(tmp_path), 70_000).frontier().root() == found.root()


def test_the_tree_of_256_has_a_partial_tile_above(tmp_path):
    tiles.extend(str(tmp_path), 0, hashes(0, 256))
    assert {name: len(data) for name, data in stored(tmp_path).items()} == {"tile/0/000": 8192, "tile/1/000.p/1": 32}


def test_a_tile_holds_the_roots_of_full_tiles_below(tmp_path):
    leaves = hashes(0, 3 * 256 + 7)
    tiles.extend(str(tmp_path), 0, leaves)
    wanted = b"".join(root(leaves[n : n + 256]) for n in (0, 256, 512))
    assert stored(tmp_path)["tile/1/000.p/3"] == wanted
    assert stored(tmp_path)["tile/0/003.p/7"] == b"".join(leaves[768:])


@settings(max_examples=examples(15), deadline=None)
@given(st.lists(st.integers(0, 300), min_size=1, max_size=4))
def test_any_steps_lead_to_the_same_tiles(tmp_path_factory, steps):
    slow, fast = (str(tmp_path_factory.mktemp("tiles")) for _ in range(2))
    size = 0
    for step in steps:
        before = stored(slow)
        grown = tiles.extend(slow, size, hashes(size, size + step))
        assert before.items() <= stored(slow).items()  # the last checkpoint's tiles stand until the next one is signed
        assert stored(slow).keys() - before.keys() == set(tiles.written(size, size + step))
        tiles.drop_narrower(slow, size, size + step)
        size += step
        assert grown.size == size
        assert Tiles(slow, size).frontier().root() == grown.root() == root(hashes(0, size))
    tiles.extend(fast, 0, hashes(0, size))
    assert stored(slow) == stored(fast)


def test_every_hash_of_a_log_is_that_of_the_tree(tmp_path):
    leaves = hashes(0, 600)
    tiles.extend(str(tmp_path), 0, leaves)
    found = Tiles(str(tmp_path), 600)
    for level in range(10):
        for index in range(600 >> level):
            assert found.hash_at(level, index) == root(leaves[index << level : index + 1 << level])
        with pytest.raises(ValueError):
            found.hash_at(level, 600 >> level)


def test_proofs_from_tiles_of_an_older_size_too(tmp_path):
    leaves = hashes(0, 1000)
    tiles.extend(str(tmp_path), 0, leaves)
    at = Tiles(str(tmp_path), 1000).hash_at
    for size in (1, 255, 256, 257, 511, 999, 1000):
        top = tree.root_of(size, at)
        assert top == root(leaves[:size])
        for index in (0, size // 2, size - 1):
            assert tree.includes(leaves[index], index, size, tree.prove_inclusion(index, size, at), top)
        assert tree.extends(size, top, 1000, root(leaves), tree.prove_consistency(size, 1000, at))


@pytest.mark.parametrize(("before", "after"), [(5, 9), (5, 256), (5, 300), (300, 301), (300, 512)])
def test_who_reads_at_an_older_size_finds_the_wider_tile(tmp_path, before, after):
    """The log grew between the reading of a checkpoint and that of its tiles."""
    folder = str(tmp_path)
    tiles.extend(folder, 0, hashes(0, before))
    tiles.extend(folder, before, hashes(before, after))
    tiles.drop_narrower(folder, before, after)
    assert Tiles(folder, before).frontier().root() == root(hashes(0, before))
    again = tiles.extend(folder, before, hashes(before, after))  # killed before the checkpoint was signed: from there again
    assert again.root() == Tiles(folder, after).frontier().root() == root(hashes(0, after))


def test_stray_names_beside_a_partial_tile_are_passed_over(tmp_path):
    tiles.extend(str(tmp_path), 0, hashes(0, 9))
    for name in ("01", "256", "1000", "x", "٣", "7.new"):
        (tmp_path / "tile/0/000.p" / name).write_bytes(b"\1" * 320)
    assert Tiles(str(tmp_path), 5).frontier().root() == root(hashes(0, 5))


@pytest.mark.parametrize("damage", [lambda data: data[:-1], lambda data: data + b"x", lambda data: b""])
@pytest.mark.parametrize("name", ["tile/0/000", "tile/0/001.p/44"])
def test_a_tile_of_another_length_is_refused(tmp_path, name, damage):
    tiles.extend(str(tmp_path), 0, hashes(0, 300))
    (tmp_path / name).write_bytes(damage((tmp_path / name).read_bytes()))
    with pytest.raises(ValueError, match="hashes long"):
        Tiles(str(tmp_path), 300).tile(0, int(name[7:10]))


def test_a_missing_tile_is_missing(tmp_path):
    tiles.extend(str(tmp_path), 0, hashes(0, 300))
    (tmp_path / "tile/0/001.p/44").unlink()
    (tmp_path / "tile/0/000").unlink()
    for index in (0, 1):
        with pytest.raises(FileNotFoundError):
            Tiles(str(tmp_path), 300).tile(0, index)
    for level, index in ((0, 2), (1, 1), (2, 0), (0, -1), (9, 0)):
        with pytest.raises((ValueError, FileNotFoundError)):
            Tiles(str(tmp_path), 300).tile(level, index)


@pytest.mark.parametrize("size", [301, 1 << 40, (1 << 63) - 1])
def test_a_size_that_the_tiles_do_not_hold_is_refused_at_once(tmp_path, size):
    tiles.extend(str(tmp_path), 0, hashes(0, 300))
    claimed = Tiles(str(tmp_path), size)
    for ask in (claimed.frontier, lambda: tree.prove_inclusion(size - 1, size, claimed.hash_at),
                lambda: tiles.extend(str(tmp_path), size, [])):  # fmt: skip
        with pytest.raises((ValueError, OSError)):
            ask()


def test_a_folder_in_place_of_a_tile(tmp_path):
    tiles.extend(str(tmp_path), 0, hashes(0, 3))
    (tmp_path / "tile/0/000.p/3").unlink()
    (tmp_path / "tile/0/000.p/3").mkdir()
    with pytest.raises(OSError):
        Tiles(str(tmp_path), 3).tile(0, 0)
