"""What a repository answers to the questions of rules: one by one, and many at once."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from gitward.answers import answers, in_repository
from gitward.gitobject import draft_commit
from gitward.message import parse
from gitward.model import Oid, Question
from gitward.repository import open_repository

if TYPE_CHECKING:
    from conftest import Git


def later(than: int) -> Question:
    return Question(kind="parent-later", value=str(than))


@pytest.fixture
def history(tmp_path: Path, git: Git) -> tuple[Path, dict[str, Oid]]:
    """A root committed at 1700000000, then `old` an hour before it, `other` an hour after it, and a merge of these two."""
    repo = tmp_path / "repo"
    git("init", "-q", "-b", "main", repo)
    tree = git("hash-object", "-t", "tree", "-w", "/dev/null", cwd=repo).stdout.strip()
    oids: dict[str, Oid] = {}
    for name, time, parents in (
        ("root", 1_700_000_000, ()), ("old", 1_699_996_400, ("root",)), ("other", 1_700_003_600, ("root",)),
        ("merge", 1_700_000_000, ("old", "other")),
    ):  # fmt: skip
        words = [word for parent in parents for word in ("-p", oids[parent])]
        date = {"GIT_COMMITTER_DATE": f"{time} +0000", "GIT_AUTHOR_DATE": "1600000000 +0000"}
        oids[name] = Oid(git("commit-tree", tree, "-m", name, *words, cwd=repo, env=date).stdout.strip())
    git("update-ref", "refs/heads/main", oids["merge"], cwd=repo)
    return repo, oids


CASES = [
    ("root", 0, None),  # it has no parent, and nobody asks
    ("old", 1_699_999_999, True),
    ("old", 1_700_000_000, False),
    ("other", 1_700_000_000, False),
    ("merge", 1_700_003_599, True),  # of the second parent
    ("merge", 1_700_003_600, False),
]


@pytest.mark.parametrize(("name", "than", "answer"), CASES)
def test_whether_a_parent_is_later(history: tuple[Path, dict[str, Oid]], name: str, than: int, answer: bool | None) -> None:
    repo, oids = history
    with open_repository(str(repo)) as repository:
        asked = ((oids[name], later(than)), (oids["merge"], Question(kind="ancestor", value=oids["root"])))
        assert answers(repository, asked) == dict(zip(asked, (answer, True), strict=True))
        (commit,) = repository.commits((oids[name],))
        assert in_repository(repository)(commit, later(than)) is answer


def test_what_cannot_be_read_is_unknown(history: tuple[Path, dict[str, Oid]], tmp_path: Path, git: Git) -> None:
    """In a shallow clone the parents of the last commit are not there: unknown, and the others are answered."""
    repo, oids = history
    git("clone", "-q", "--depth", "1", f"file://{repo}", tmp_path / "shallow")
    with open_repository(str(tmp_path / "shallow")) as repository:
        asked = ((oids["merge"], later(0)), (Oid("1" * 40), later(0)))
        assert answers(repository, asked) == dict.fromkeys(asked)
    (repo / ".git" / "objects" / oids["old"][:2] / oids["old"][2:]).unlink()
    with open_repository(str(repo)) as repository:
        asked = tuple((oids[name], later(0)) for name in ("old", "merge", "other"))
        assert list(answers(repository, asked).values()) == [None, None, True]


def test_many_at_once(history: tuple[Path, dict[str, Oid]]) -> None:
    repo, oids = history
    with open_repository(str(repo)) as repository:
        asked = tuple((oids["old"], later(1_699_999_000 + number)) for number in range(2_000))
        assert list(answers(repository, asked).values()) == [True] * 1_000 + [False] * 1_000


def test_a_draft_has_no_parents_to_look_at(history: tuple[Path, dict[str, Oid]]) -> None:
    repo, oids = history
    with open_repository(str(repo)) as repository:
        assert in_repository(repository, oids["merge"])(draft_commit(parse(b"x\n")), later(0)) is None
