"""Changes for the rules about what commits change: `clean-merge`, `changed-paths`, `file-size`."""

from __future__ import annotations

from items import GOOD, Blob, Draft, Table, tree


def made(*given: str | bytes | Blob, parents: tuple[str, ...] = ("base",)) -> Draft:
    """A commit with this tree, in which all but the tree is right."""
    return Draft(GOOD.encode(), parents, tree=tree(*given))


def merged(*given: str | bytes | Blob, onto: tuple[str, ...] = ("~", "side")) -> Draft:
    """A merge with this tree of the commit before, and of one that has no files."""
    return made(*given, parents=onto)


merge = Table("clean-merge")
ONE, TWO = made("a"), made("a", "b/c")
for name, first, then in (
    ("adds", ONE, merged("a", "evil")),
    ("adds-below", TWO, merged("a", "b/c", "b/d")),
    ("drops", TWO, merged("a")),
    ("drops-all-but-one", TWO, merged("b/c")),
    ("changes", ONE, merged(Blob(b"a", b"y\n"))),
    ("changes-white-space", ONE, merged(Blob(b"a", b"x \n"))),
    ("mode", ONE, merged(Blob(b"a", mode="100755"))),
    ("renames", ONE, merged("b")),
    ("takes-the-other-side", ONE, merged(onto=("~", "side"))),
    ("turned-round", ONE, merged("a", "evil", onto=("side", "~"))),
    ("link-for-a-file", ONE, merged(Blob(b"a", b"x\n", "120000"))),
):
    merge.reject(name, first, then, zone="merged")
merge.reject("nothing-to-merge", merged("evil", onto=("next", "side")), zone="merged")
for name, drafts in {
    "one-file": (ONE, merged("a")),
    "two-files": (TWO, merged("a", "b/c")),
    "turned": (TWO, merged("a", "b/c", onto=("side", "~"))),
    "executable": (made(Blob(b"x", mode="100755")), merged(Blob(b"x", mode="100755"))),
    "link": (made(Blob(b"x", b"y", "120000")), merged(Blob(b"x", b"y", "120000"))),
    "submodule": (made(Blob(b"x", b"base", "160000")), merged(Blob(b"x", b"base", "160000"))),
    "bytes": (made(b"\xff"), merged(b"\xff")),
    "of-nothing": (merged(onto=("next", "side")),),
    "unrelated": (ONE, merged("a", onto=("~", "orphan"))),
    "no-merge": (ONE, made("a", "b", parents=("~",))),
    "two-merges": (ONE, merged("a"), merged("a", onto=("~", "next"))),
}.items():
    merge.accept(name, *drafts, zone="merged")

paths = Table("changed-paths")
for number, path in enumerate((
    "ci/a", "ci/a/b", "a/.GIT", ".Git", "git~1/x", "aux.txt", "a:b", "a/b.", "a\nb", "a\u202eb", b"\xff", b"a/\xffb", "a\u200bb",
)):  # fmt: skip
    paths.reject(f"name-{number}", made(path), zone="paths")
paths.reject("link", made(Blob(b"a", b"b", "120000")), zone="paths")
paths.reject("submodule", made(Blob(b"a", b"base", "160000")), zone="paths")
paths.reject("twins", made("README", "Readme"), zone="paths")
paths.reject("twin-folders", made("x/a", "X/b"), zone="paths")
paths.reject("twin-of-one-before", made("a"), made("a", "A", parents=("~",)), zone="paths")
paths.reject("add-then-remove", made("a", "ci/a"), made("a", parents=("~",)), zone="paths")
paths.reject("in-a-merge", made("a"), merged("a", "ci/evil"), also="linear-history", zone="paths")
for number, given in enumerate((
    ("a",), ("a/ci/b",), ("CI",), ("a/b/c/d", "e"), ("größe",), ("日本語.txt",), (".gitignore", ".github/x"), ("a b",),
    ("auxiliary",), ("a", "b", "A2"), ("a.git",),
)):  # fmt: skip
    paths.accept(f"names-{number}", made(*given), zone="paths")
paths.accept("executable", made(Blob(b"run", mode="100755")), zone="paths")
paths.accept("elsewhere", made("ci/a", Blob(b"l", b"x", "120000")), zone="free")

size = Table("file-size")
POINTER = b"version https://git-lfs.github.com/spec/v1\noid sha256:%s\nsize 5000\n" % (b"0" * 64)
for name, blobs in {
    "one-byte": [Blob(b"a", b"x" * 1001)],
    "much": [Blob(b"a", b"x" * 100_000)],
    "zeros": [Blob(b"a", b"\0" * 1001)],
    "second": [Blob(b"a"), Blob(b"b", b"x" * 1001)],
    "deep": [Blob(b"a/b/c", b"x" * 1001)],
    "executable": [Blob(b"a", b"x" * 1001, "100755")],
    "name": [Blob(b"big", b"x" * 1001)],
    "name-in-a-folder": [Blob(b"a.big/x", b"x" * 1001)],
    "no-pointer": [Blob(b"a", POINTER + b"x" * 1001)],
}.items():
    size.reject(name, made(*blobs), zone="paths")
size.reject("grown", made("a"), made(Blob(b"a", b"x" * 1001), parents=("~",)), zone="paths")
size.reject("add-then-remove", made(Blob(b"a", b"x" * 1001)), made("a", parents=("~",)), zone="paths")
size.reject("add-then-keep", made(Blob(b"a", b"y" * 1001)), made(Blob(b"a", b"y" * 1001), "b", parents=("~",)), zone="paths")
for name, blobs in {
    "limit": [Blob(b"a", b"x" * 1000)],
    "empty": [Blob(b"a", b"")],
    "allowed": [Blob(b"x.big", b"x" * 5000)],
    "allowed-deep": [Blob(b"a/x.big", b"x" * 5000)],
    "pointer": [Blob(b"a", POINTER)],
    "many-small": [Blob(b"%d" % number, b"x" * 900) for number in range(20)],
    "script": [Blob(b"a", b"#!/bin/sh\n", "100755")],
    "bytes": [Blob(b"a", b"\0\xff" * 500)],
    "folder-of-another-name": [Blob(b"big/x", b"x" * 1000)],
    "small": [Blob(b"a", b"x")],
}.items():
    size.accept(name, made(*blobs), zone="paths")
size.accept("elsewhere", made(Blob(b"a", b"x" * 5000)), zone="free")

TABLES = (merge, paths, size)
