"""Options that stand in a file beside the policy: read with it, checked with it, part of its digest; never of the change."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from policies import reader, rules

from gitward import sources
from gitward.errors import PolicyError
from gitward.model import Commit, Ident
from gitward.policy import compiled, load
from gitward.policy.show import show
from gitward.repository import open_repository

if TYPE_CHECKING:
    from conftest import Git

MAP = "# who goes by which name\n\nAnn Lee <ann@example.com> <old@example.com>\r\nBob\t<bob@example.com> # since 2020\n"
LINES = ("Ann Lee <ann@example.com> <old@example.com>", "Bob <bob@example.com> # since 2020")
POLICY = rules("rule: ident, mailmap: people/mailmap.txt")


def loaded(text: str = POLICY, data: str | bytes = MAP) -> Any:
    return load.load_policy(reader({"p.yaml": text, "people/mailmap.txt": data}), "p.yaml", "p.yaml")


def rule_of(policy: Any) -> Any:
    (rule,) = (entry.rule for entry in policy.entries if entry.rule.name == "ident")
    return rule


def test_the_rule_sees_the_lines_of_the_file() -> None:
    assert rule_of(loaded()).mailmap == LINES


def test_lines_may_stand_in_the_policy() -> None:
    inline = loaded(rules('rule: ident, mailmap: ["Ann Lee <ann@example.com>"]'))
    assert rule_of(inline).mailmap == ("Ann Lee <ann@example.com>",)


def test_what_is_shown_can_be_read_again() -> None:
    shown = show(loaded())
    assert rule_of(loaded(shown)) == rule_of(loaded())


def test_the_file_is_part_of_the_digests() -> None:
    one, other = loaded(), loaded(data="A <b@example.com>\n")
    assert one.digest != other.digest
    assert [entry.digest for entry in one.entries] != [entry.digest for entry in other.entries]
    plain = load.load_plain(reader({"p.yaml": POLICY, "people/mailmap.txt": MAP}), "p.yaml", "p.yaml").plain
    assert [name for name, _ in plain["files"]] == ["p.yaml", "people/mailmap.txt"]


def test_the_file_stands_beside_the_file_that_names_it() -> None:
    base = rules("rule: ident, mailmap: mailmap.txt", head="version: 1\n")
    text = "version: 1\npolicy: {id: test}\nextends: [people/base.yaml]\n"
    given = {"p.yaml": text, "people/base.yaml": base, "people/mailmap.txt": MAP, "mailmap.txt": "X <x@example.com>\n"}
    assert rule_of(load.load_policy(reader(given), "p.yaml", "p.yaml")).mailmap == LINES


@pytest.mark.parametrize(
    ("text", "data", "says"),
    [
        (POLICY, "Ann <ann@example.com>\n\nBob bob@example.com\n", "people/mailmap.txt:3:1: 'Bob bob@example.com' is no line"),
        (POLICY, b"Zo\xeb <z@example.com>\n", "people/mailmap.txt:1:3: byte 0xeb is not UTF-8"),
        (POLICY, "A\u202e <z@example.com>\n", "people/mailmap.txt:1:2: the character U+202E"),
        (POLICY, "A <z@example.com>\n" * 20_000, "people/mailmap.txt: a policy file has at most"),
        (rules("rule: ident, mailmap: none.txt"), MAP, "p.yaml:4:28: there is no file 'none.txt'"),
        (rules("rule: ident, mailmap: ../x"), MAP, "p.yaml:4:28: '../x' leads out of the folder"),
        (rules("rule: ident, mailmap: /etc/passwd"), MAP, "p.yaml:4:28: '/etc/passwd' is no file beside"),
        (rules('rule: ident, mailmap: ["Ann"]'), MAP, "p.yaml:4:29: 'Ann' is no line of a mailmap"),
        (rules('rule: ident, mailmap: ""'), MAP, "p.yaml:4:28: '' is no file beside"),
    ],
)
def test_what_is_wrong_names_its_line(text: str, data: str | bytes, says: str) -> None:
    with pytest.raises(PolicyError) as caught:
        loaded(text, data)
    assert str(caught.value).startswith(says)


def test_the_compiled_form_notices_a_change(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    path = tmp_path / "p.yaml"
    path.write_text(rules("rule: ident, mailmap: mailmap.txt"))
    (tmp_path / "mailmap.txt").write_text(MAP)
    assert rule_of(compiled.policy_for_client(str(path))).mailmap == LINES
    assert rule_of(compiled.read_compiled(str(path))).mailmap == LINES
    (tmp_path / "mailmap.txt").write_text("A <b@example.com>\n")
    assert compiled.read_compiled(str(path)) is None
    assert rule_of(compiled.policy_for_client(str(path))).mailmap == ("A <b@example.com>",)


def test_it_is_read_where_the_policy_is_and_not_from_the_change(tmp_path: Path, git: Git) -> None:
    repo = tmp_path / "repo"
    git("init", "-q", "-b", "main", repo)
    (repo / ".gitward.yaml").write_text(rules("rule: ident, mailmap: .mailmap"))
    (repo / ".mailmap").write_text(MAP)
    git("add", ".", cwd=repo)
    git("commit", "-q", "-m", "x", cwd=repo)
    (repo / ".mailmap").write_text("Nobody <x@example.com>\n")  # in the work tree, and in a commit of another branch
    git("checkout", "-q", "-b", "topic", cwd=repo)
    git("commit", "-q", "-a", "-m", "x", cwd=repo)
    with open_repository(str(repo)) as repository:
        found = sources.load("refs/heads/main:.gitward.yaml", repository, receiving=True)
    assert rule_of(found).mailmap == LINES
    old = Ident(name="Ann", email="OLD@example.com", time=0, offset=0)
    commit: Any = Commit(
        oid=None, tree=None, parents=None, merge=False, author=old, committer=None, message=None  # type: ignore[arg-type]
    )
    assert [violation.fix for violation in rule_of(found).check_commit(commit)] == ["commit as Ann Lee <ann@example.com>"]
