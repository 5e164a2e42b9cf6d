"""The digest of a patch: the same where only the rest of the tree has moved, another for every other change."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from gitward.errors import Undecided
from gitward.repository import open_repository
from gitward.repository.patches import _counted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from conftest import Git

LINES = [f"line {number}\n" for number in range(40)]
BIG = b"\0" * 70_000


def commit(git: Git, repo: Path, files: dict[str, bytes | str | None], parent: str = "") -> str:
    """A commit on `parent` with these files more, or less."""
    if parent:
        git("checkout", "-q", "--detach", parent, cwd=repo)
    for name, content in files.items():
        if content is None:
            git("rm", "-q", name, cwd=repo)
            continue
        (repo / name).parent.mkdir(parents=True, exist_ok=True)
        (repo / name).write_bytes(content.encode() if isinstance(content, str) else content)
    git("add", "-A", cwd=repo)
    git("commit", "-q", "--allow-empty", "-m", "x", cwd=repo)
    return git("rev-parse", "HEAD", cwd=repo).stdout.strip()


def digest(repo: Path, old: str, new: str) -> str:
    with open_repository(str(repo)) as repository:
        return repository.patch(old, new)


def text(*changed: tuple[int, str], before: int = 0) -> str:
    lines = list(LINES)
    for number, line in changed:
        lines[number] = line
    return "".join([*("more\n" for _ in range(before)), *lines])


@pytest.fixture
def base(git: Git, repo: Path) -> str:
    return commit(git, repo, {"a.py": text(), "b": BIG + b"one\nend\n", "other": "x\n", "run": "x\n"})


def test_only_the_base_moved(git: Git, repo: Path, base: str) -> None:
    """The same lines in the same surroundings, further down, beside other changes, in a tree of other files."""
    change = commit(git, repo, {"a.py": text((20, "new\n")), "b": BIG + b"two\nend\n"}, base)
    moved = commit(git, repo, {"a.py": text(before=9), "other": "y\n", "third": "z\n"}, base)
    again = commit(git, repo, {"a.py": text((20, "new\n"), before=9), "b": BIG + b"two\nend\n"}, moved)
    assert digest(repo, base, change) == digest(repo, moved, again) != ""
    assert digest(repo, base, base) == ""


OTHERS: list[dict[str, bytes | str | None]] = [
    {"a.py": text((20, "other\n"))},
    {"a.py": text((20, "    new\n"))},  # git patch-id without --verbatim takes these two for the same
    {"a.py": text((20, "new \n"))},
    {"a.py": text((20, "new\n"), (38, "more\n"))},
    {"a.py": text((20, "new\n"))[:-1]},
    {"a.py": text((20, "new\n")), "c": ""},
    {"a.py": None, "b.py": text((20, "new\n"))},
    {"a.py": text((20, "new\n")), "b": BIG + b"two\nend\n"},
]


def test_another_change_is_another(git: Git, repo: Path, base: str) -> None:
    wanted = digest(repo, base, commit(git, repo, {"a.py": text((20, "new\n"))}, base))
    found = {digest(repo, base, commit(git, repo, files, base)) for files in OTHERS}
    assert wanted not in found
    assert len(found) == len(OTHERS)


def test_what_follows_a_nul_counts(git: Git, repo: Path, base: str) -> None:
    first, second = (commit(git, repo, {"b": BIG + word + b"\nend\n"}, base) for word in (b"two", b"six"))
    assert digest(repo, base, first) != digest(repo, base, second)


def test_modes_count(git: Git, repo: Path, base: str) -> None:
    git("checkout", "-q", "--detach", base, cwd=repo)
    os.chmod(repo / "run", 0o755)
    plain = digest(repo, base, commit(git, repo, {"other": "y\n"}))
    assert plain != digest(repo, base, commit(git, repo, {"other": "y\n", "run": "x\n"}, base))


def test_no_setting_and_no_attribute_changes_it(git: Git, repo: Path, base: str) -> None:
    base = commit(git, repo, {"c": "1\n\n2\n3\n"}, base)
    files = {"a.py": text((20, "new\n"), (28, "new\n")), "ä": "x\n", "b": BIG + b"two\nend\n", "c": "1\n\n2\nnew\n"}
    change = commit(git, repo, files, base)
    wanted = digest(repo, base, change)
    (repo / ".gitattributes").write_text("*.py -diff\nb diff=x\n* -text\n")
    (repo / ".git" / "info").mkdir(exist_ok=True)
    (repo / ".git" / "info" / "attributes").write_text("*.py binary\n")
    settings = {
        "diff.context": "9", "diff.interHunkContext": "20", "diff.algorithm": "patience", "diff.noprefix": "true",
        "diff.mnemonicPrefix": "true", "diff.renames": "copies", "diff.x.textconv": "false", "diff.x.command": "false",
        "diff.indentHeuristic": "false", "core.quotePath": "false", "color.ui": "always", "diff.external": "false",
        "diff.ignoreSubmodules": "all", "diff.submodule": "log", "diff.wsErrorHighlight": "all",
        "diff.suppressBlankEmpty": "true",
    }  # fmt: skip
    for name, value in settings.items():
        git("config", name, value, cwd=repo)
    (repo / "order").write_text("b\n")
    git("config", "diff.orderFile", repo / "order", cwd=repo)
    assert digest(repo, base, change) == wanted


def test_what_git_does_not_show_is_undecided() -> None:
    with pytest.raises(Undecided, match="too large"):
        _counted(b"Binary files a/b and b/b differ\n")
