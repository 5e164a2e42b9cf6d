from __future__ import annotations

import pytest
from judging import OID, OTHER, Case, accepts, changing, commit, file, judge, rejects

from gitward.errors import Undecided
from gitward.record import replace
from gitward.rules.file_size import FileSize
from soaking import long

OVER = "the limit is"
MIB = 1 << 20


def pointer(size: int | str, *, version: str = "https://git-lfs.github.com/spec/v1", more: str = "", oid: str = "0" * 64) -> str:
    return f"version {version}\n{more}oid sha256:{oid}\nsize {size}\n"


BIG = file("a", size=11 * MIB)
REJECTED = [
    rejects(changing(BIG), '"a" has 11 MiB, the limit is 10 MiB'),
    rejects(changing(file("a", size=10 * MIB + 1)), '"a" has 10485761 bytes, the limit is 10 MiB'),
    rejects(changing(file("a", size=11 * MIB, old="100644")), OVER),
    rejects(changing(file("a", size=11 * MIB, mode="100755")), OVER),
    rejects(changing(file("a", size=11 * MIB, mode="120000")), OVER),
    rejects(changing(file("b"), BIG), '"a"'),
    rejects(changing(file(b"\xff\n", size=2)), '"\udcff\n" has 2 bytes, the limit is 1 bytes', max=1),
    rejects(changing(file("x/" * 100 + "y.bin", size=2)), '"...', max=1),
    rejects(changing(file("x/a.bin", size=2)), OVER, max=1, paths=("*.bin",)),
    rejects(changing(file("x/a.bin", size=2)), OVER, max=1, allow=("/a.bin", "!x")),
    rejects(changing(file("a", pointer(11 * MIB))), "points to a file of 11 MiB, and the policy names no LFS server"),
    rejects(changing(file("a", pointer("9" * 18))), "bytes, and the policy"),
    rejects(changing(file("a", pointer(1, version="x") + "x" * 100)), '"a" has', max=100, lfs="y"),
    rejects(changing(file("a", pointer(1) + "x" * 100)), '"a" has', max=200, lfs="y"),
    rejects(changing(file("a", pointer(1, oid="A" * 64) + "x" * 99)), '"a" has', max=200, lfs="y"),
    rejects(changing(file("a", pointer(1).replace("\n", "\r\n"))), '"a" has', max=100, lfs="y"),
    rejects(changing(file("a", size=2), replace(file("b", mode="", old="100644"), old_oid="3" * 40)), OVER, max=1),
    rejects(commit("[skip ci]\n\nCo-authored-by: dependabot[bot] <x@example.com>\n", files=(BIG,)), OVER),
]
ACCEPTED = [
    accepts(changing()),
    accepts(changing(file("a", size=10 * MIB))),
    accepts(changing(file("a", size=0)), max=1),
    accepts(changing(file("a", mode="", old="100644"))),
    accepts(changing(file("a", mode="160000"))),
    accepts(changing(file("a.txt", size=2)), max=1, paths=("*.bin",)),
    accepts(changing(file("a.txt", size=2)), max=1, paths=("**", "!*.txt")),
    accepts(changing(file("x/a.bin", size=2)), max=1, allow=("a.bin",)),
    accepts(changing(file("a", pointer(10 * MIB)))),
    accepts(changing(file("a", pointer(11 * MIB))), lfs="lfs.example.com"),
    accepts(changing(file("a", pointer("9" * 18, more="ext-0-x sha256:1\n"))), lfs="lfs.example.com"),
    accepts(changing(file("a", pointer(5))), max=200),
    accepts(changing(file("new", size=2), replace(file("was", mode="", old="100644"), old_oid=OID)), max=1),
    accepts(changing(replace(file("a", size=2, old="100644"), old_oid=OID, mode="100755")), max=1),
]


@pytest.mark.parametrize("case", REJECTED, ids=str)
def test_rejected(case: Case) -> None:
    case.check("file-size")


@pytest.mark.parametrize("case", ACCEPTED, ids=str)
def test_accepted(case: Case) -> None:
    case.check("file-size")


def test_what_was_not_loaded_is_undecided() -> None:
    for subject in (commit("x"), changing(replace(file("a"), size=None))):
        with pytest.raises(Undecided, match="not loaded"):
            judge(FileSize(), subject)


@long
def test_a_hundred_thousand_files() -> None:
    files = [replace(file(f"{number}/a.bin", size=2), oid=f"{number:040x}", old_oid=OTHER) for number in range(100_000)]
    assert len(judge(FileSize(max=1, paths=("*.bin",)), changing(*files))) == 100_000
