from __future__ import annotations

from typing import Any

import pytest
from judging import Case, accepts, changing, commit, file, judge, rejects, update

from gitward.errors import Undecided
from gitward.model import Question
from gitward.rules.changed_paths import ChangedPaths
from timing import cpu_within

CI = ("/ci/",)
GIT = "some system takes for .git"
UNSEEN = "characters that cannot be seen"
WINDOWS = "cannot be stored on Windows"
LIKE_GIT = (
    ".git", ".GIT/config", "a/.Git/hooks/x", "git~1", "a/GIT~1/b", ".git /x", ".git./x", ".git::$INDEX_ALLOCATION/x",
    ".g\u200cit/x", "\ufeff.git", "a/../b", "a//b", "./a",
)  # fmt: skip
HIDING = (
    "a\nb", "a\tb", "a\x1b[31m", "\u202eb", "a\u200bb", "a\u00a0b", "a\x7f", "a\u200db", "\u2028", "\ufeffa",
    "\U000e0001",
)  # fmt: skip
NOT_ON_WINDOWS = (
    "aux", "AUX.txt", "a/nul.tar.gz", "com1", "a:b", "a?", "a*", "a ", "a.", "a\\b", "LPT9.c", 'a"',
)  # fmt: skip


def beside(path: str, answer: Any) -> Any:
    """A commit with a new path, and what is known of its neighbours."""
    return changing(file(path), answers={Question(kind="collides", value=path): answer})


REJECTED = [
    rejects(changing(file("ci/a")), '"ci/a" is added, and /ci/ may not change', deny=CI),
    rejects(changing(file("ci/a", old="100644")), '"ci/a" changes', deny=CI),
    rejects(changing(file("ci/a", mode="", old="100644")), '"ci/a" is removed', deny=CI),
    rejects(changing(file("x"), file("ci/a/b")), '"ci/a/b"', deny=CI),
    rejects(changing(file(b"ci/\xff")), "ci/\udcff", deny=CI, names="any"),
    rejects(changing(file("ci/a\nb")), "ci/a\nb", deny=CI, names="any"),
    rejects(changing(file("x/y.key")), "*.key may not change", deny=("*.txt", "*.key")),
    rejects(changing(file("src/a")), '"src/a" is added, and is none of the paths that may change', allow=("/docs/",)),
    rejects(changing(file("docs/own/a")), "is none of", allow=("/docs/", "!/docs/own/")),
    rejects(changing(file("a", mode="120000")), "is a symlink, and may be: file, executable", kinds=("file", "executable")),
    rejects(changing(file("a", mode="160000")), "is a submodule", kinds=("file", "executable")),
    rejects(changing(file("a", mode="100755", old="100644")), "is a executable", kinds=("file",)),
    rejects(changing(file("a" * 101)), "has 101 bytes, 100 allowed", max_length=100),
    rejects(changing(file("é" * 51)), "has 102 bytes, 100 allowed", max_length=100),
    *[rejects(changing(file(path)), GIT) for path in LIKE_GIT],
    rejects(changing(file(b"a\xff")), "is not UTF-8"),
    rejects(changing(file(b"\xed\xa0\x80")), "is not UTF-8"),
    *[rejects(changing(file(path)), UNSEEN) for path in HIDING],
    *[rejects(changing(file(path)), WINDOWS, names="portable") for path in NOT_ON_WINDOWS],
    rejects(beside("README", answer=True), "only by case or Unicode form", collisions="refuse"),
    rejects(update("non-ff", "refs/heads/main", files=(file("ci/a", mode="", old="100644"),)), "is removed", deny=CI),
    rejects(update("ff", "refs/heads/main", files=(file("ci/a", old="100644"),)), "changes", deny=CI),
    rejects(commit("[skip ci]\n\nCo-authored-by: dependabot[bot] <x@example.com>", files=(file("ci/a"),)), "is added", deny=CI),
]
ACCEPTED = [
    accepts(changing()),
    accepts(changing(file("a"), file("b/c", mode="100755"), file("d", mode="120000"), file("e", mode="160000"))),
    accepts(changing(file("ci"), file("cid/a"), file("docs/ci/a"), file("CI/a")), deny=CI),
    accepts(changing(file("ci/own/a")), deny=("/ci/", "!/ci/own/")),
    accepts(changing(file("docs/a"), file("x/y.md")), allow=("/docs/", "*.md")),
    accepts(changing(file("a" * 100)), max_length=100),
    accepts(changing(file("größe"), file("日本語.txt"), file("می\u200cخواهم"), file("👩\u200d💻"), file("a b"), file("'"))),
    accepts(changing(file(".gitignore"), file(".github/x"), file("git"), file("a.git"), file("git~x"), file("..."))),
    accepts(changing(file("aux"), file("a:b"), file("a\\b"))),
    accepts(changing(file("auxiliary.txt"), file("a.aux"), file("com10"), file("console")), names="portable"),
    accepts(changing(file(b"\xff\n"), file(".git")), names="any"),
    accepts(changing(file("a\nb", mode="", old="100644"))),
    accepts(changing(file("a\nb", old="100644"))),
    accepts(changing(file("a", mode="", old="120000")), kinds=("file",)),
    accepts(beside("README", answer=False), collisions="refuse"),
    accepts(changing(file("README", old="100644")), collisions="refuse"),
    accepts(update("ff", "refs/heads/main"), deny=CI),
    accepts(update("non-ff", "refs/heads/main", files=(file("a\nb"),)), deny=CI),
]


@pytest.mark.parametrize("case", REJECTED, ids=str)
def test_rejected(case: Case) -> None:
    case.check("changed-paths")


@pytest.mark.parametrize("case", ACCEPTED, ids=str)
def test_accepted(case: Case) -> None:
    case.check("changed-paths")


def test_what_was_not_loaded_is_undecided() -> None:
    with pytest.raises(Undecided, match="not loaded"):
        judge(ChangedPaths(), commit("x"))
    with pytest.raises(Undecided, match="not found out"):
        judge(ChangedPaths(collisions="refuse"), beside("a", answer=None))


def test_only_new_paths_are_asked_about() -> None:
    subject = changing(file("a"), file("b", old="100644"), file("c", mode="", old="100644"))
    assert ChangedPaths().asks(subject) == ()
    assert list(ChangedPaths(collisions="refuse").asks(subject)) == [Question(kind="collides", value="a")]


LONG = [b"a" * 1_000_000, b"a/" * 500_000, b"\xff" * 1_000_000, "\u200d".encode() * 300_000, b".git" * 250_000]


@pytest.mark.parametrize("path", LONG, ids=range(5))
def test_long_paths_in_no_time(path: bytes) -> None:
    rule = ChangedPaths(deny=("**/a*b*c*d*e*/", "*a*a*a*a*x"), allow=("**/b/**/c/**",), names="portable", max_length=100)
    with cpu_within(5):
        assert judge(rule, changing(file(path)))
