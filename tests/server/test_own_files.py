"""Who may change the policy: threat 24. Its own files need a grant that names them, whichever of its files it is, and however."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest

from gitward.judge import judge
from gitward.model import ActorClaim, Decision, Host, RawUpdate, Request

pytestmark = pytest.mark.usefixtures("forked_hooks")

ZERO, MAIN, TOPIC = "0" * 40, "refs/heads/main", "refs/heads/topic"
POLICY = """\
version: 1
policy: {id: org, revision: 3}
extends: [more.yaml]
principals: {file: people.yaml}
groups: {file: groups.yaml}
access:
  - {who: [everybody], may: [create, update, force], refs: [refs/heads/**]}
%s
"""
OWN = "  - {who: [ann], may: [update], refs: [refs/heads/main], paths: [/policy/]}"
FILES = {
    "policy/main.yaml": POLICY % OWN,
    "policy/more.yaml": "version: 1\nrules:\n  - {rule: no-fixup}\n",
    "policy/people.yaml": "ann: {}\nbob: {}\n",
    "policy/groups.yaml": "everybody: {members: [ann, bob]}\n",
    "src/a": "1\n",
}
AFTER = {
    "policy/main.yaml": POLICY % OWN + "# more\n",
    "policy/more.yaml": "version: 1\nrules:\n  - {rule: no-fixup}\n  - {rule: no-ref-deletion}\n",
    "policy/people.yaml": "ann: {}\nbob: {accounts: [bob, b]}\n",
    "policy/groups.yaml": "everybody: {members: [ann]}\n",
}


class Server:
    """A bare repository whose `main` holds the policy and a file."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.base = self.commit(FILES)
        self.move(MAIN, self.base)

    def move(self, ref: str, oid: str) -> None:
        subprocess.run(["git", "update-ref", ref, oid], cwd=self.path, check=True)

    def commit(self, files: dict[str, str | None], *parents: str) -> str:
        """A commit of the files of its first parent and these; None takes one out, and a text that begins with -> is a link."""
        lines = ["commit refs/import/x", "committer Ann <ann@example.com> 1700000000 +0000", "data 1", "x"]
        lines += [f"from {parents[0]}"] if parents else ["deleteall"]
        lines += [f"merge {parent}" for parent in parents[1:]]
        for name, text in files.items():
            mode = "120000" if text and text.startswith("->") else "100644"
            data = (text or "").removeprefix("->")
            lines += [f"D {name}"] if text is None else [f"M {mode} inline {name}", f"data {len(data)}", data]
        stream = "\n".join(["reset refs/import/x", "", *lines, "", "done", ""])
        subprocess.run(["git", "fast-import", "--quiet", "--force", "--done"], cwd=self.path, input=stream.encode(), check=True)
        words = ["git", "rev-parse", "refs/import/x"]
        oid = subprocess.run(words, cwd=self.path, check=True, capture_output=True, text=True).stdout.strip()
        subprocess.run(["git", "update-ref", "-d", "refs/import/x"], cwd=self.path, check=True)
        return oid

    def says(
        self, who: str, new: str, ref: str = MAIN, old: str = "", policy: str = "refs/heads/main:policy/main.yaml",
        others: tuple[str, ...] = (),
    ) -> Decision:  # fmt: skip
        host = Host(policies=(policy, *others), repository=str(self.path))
        update = RawUpdate(old=old or self.base, new=new, ref=ref)
        return judge(Request(stage="receive", updates=(update,), actor=ActorClaim(channel="gitlab", name=who)), host)


@pytest.fixture
def server(bare: Path) -> Server:
    return Server(bare)


def refused(decision: Decision) -> list[str | None]:
    """The paths for which it is denied."""
    assert decision.failure is None, decision.failure
    assert {result.rule for result in decision.results if result.violated} <= {"access"}
    return [violation.path for result in decision.results for violation in result.violations]


@pytest.mark.parametrize("name", AFTER)
def test_each_file_of_the_policy_needs_its_own_grant(server: Server, name: str) -> None:
    changed = server.commit({name: AFTER[name], "src/a": "2\n"}, server.base)
    assert refused(server.says("bob", changed)) == [name]
    assert server.says("ann", changed).allowed
    assert any("this push changes the policy org" in notice for notice in server.says("ann", changed).notices)


def test_what_is_none_of_its_files_is_anybodys(server: Server) -> None:
    assert server.says("bob", server.commit({"src/a": "2\n", "src/policy/main.yaml": "x"}, server.base)).allowed


def test_no_grant_names_them_and_still_nobody_else_may(server: Server) -> None:
    """Without a grant with `paths` the files of the policy are closed, and the refusal says who could: nobody."""
    server.base = server.commit({"policy/main.yaml": POLICY % ""}, server.base)
    server.move(MAIN, server.base)
    changed = server.commit({"policy/groups.yaml": AFTER["policy/groups.yaml"]}, server.base)
    for who in ("ann", "bob"):
        decision = server.says(who, changed)
        assert refused(decision) == ["policy/groups.yaml"]
        (violation,) = [each for result in decision.results for each in result.violations]
        assert "made by gitward for the policy's own files" in violation.message
        assert violation.fix == "nobody may: ask whoever keeps the policy for a grant"


def test_access_check_says_the_same(gitward: Any, server: Server) -> None:
    words = ["access", "check", "bob", "update", MAIN, "--repo", server.path, "--policy", "refs/heads/main:policy/main.yaml"]
    assert gitward(*words, "src/a").returncode == 0
    server.move(MAIN, server.commit({"policy/main.yaml": POLICY % ""}, server.base))
    denied = gitward(*words, "policy/groups.yaml")
    assert denied.returncode == 1
    assert "the policy's own files" in denied.stdout


@pytest.mark.parametrize(
    "files",
    [
        {"policy/people.yaml": "->../src/people.yaml", "src/people.yaml": "bob: {}\n"},  # a link is no file of a policy
        dict.fromkeys(AFTER) | {"policy": "->elsewhere"},
        {"policy/groups.yaml": None, "policy/other.yaml": "x"},
    ],
)
def test_files_that_are_taken_away_leave_no_policy(server: Server, files: dict[str, str | None]) -> None:
    decision = server.says("ann", server.commit(files, server.base))
    assert "push-integrity" in {result.rule for result in decision.results if result.violated} or decision.failure
    assert not decision.allowed


def test_changed_and_changed_back_is_a_change(server: Server) -> None:
    """What main holds is as before; the history would hold another policy, and a branch of it could be moved there."""
    there = server.commit({"policy/groups.yaml": AFTER["policy/groups.yaml"]}, server.base)
    back = server.commit({"policy/groups.yaml": FILES["policy/groups.yaml"]}, there)
    assert refused(server.says("bob", back)) == ["policy/groups.yaml"]


def test_parked_on_a_branch_of_ones_own_first(server: Server) -> None:
    changed = server.commit({"policy/groups.yaml": AFTER["policy/groups.yaml"]}, server.base)
    assert server.says("bob", changed, TOPIC, ZERO).allowed, "the policy is read from main alone"
    server.move(TOPIC, changed)
    assert refused(server.says("bob", changed)) == ["policy/groups.yaml"]
    merged = server.commit({"policy/groups.yaml": AFTER["policy/groups.yaml"]}, server.base, changed)
    assert refused(server.says("bob", merged)) == ["policy/groups.yaml"]
    assert server.says("ann", merged).allowed


def test_an_older_policy_is_not_brought_back(server: Server) -> None:
    """Threat 24: the revision goes back under no grant, by no kind of update."""
    new = server.commit({"policy/main.yaml": FILES["policy/main.yaml"].replace("revision: 3", "revision: 4")}, server.base)
    server.move(MAIN, new)
    old = server.commit({"policy/main.yaml": FILES["policy/main.yaml"]}, new)
    for oid in (old, server.base):
        decision = server.says("ann", oid, old=new)
        assert "goes back from 4 to 3" in str([each.message for result in decision.results for each in result.violations])


def test_the_push_that_gives_the_right_does_not_have_it(server: Server) -> None:
    wider: dict[str, Any] = {"policy/main.yaml": FILES["policy/main.yaml"].replace("who: [ann]", "who: [ann, bob]")}
    assert refused(server.says("bob", server.commit(wider, server.base))) == ["policy/main.yaml"]


def test_a_symbolic_ref_would_hide_whose_files_are_changed(server: Server) -> None:
    alias = "refs/heads/current"
    subprocess.run(["git", "symbolic-ref", alias, MAIN], cwd=server.path, check=True)
    changed = server.commit({"policy/main.yaml": AFTER["policy/main.yaml"]}, server.base)
    decision = server.says("bob", changed, policy=f"{alias}:policy/main.yaml")
    assert decision.failure is not None
    assert f"{alias} is a symbolic ref that leads to {MAIN}" in decision.failure.detail
    assert refused(server.says("bob", changed, alias)) == ["policy/main.yaml"], "pushed by the other name"


def test_no_policy_takes_the_id_of_another(server: Server, tmp_path: Path) -> None:
    """Else its people, whoever keeps it says they are, were the other's: in the log, and where they close what was broken."""
    other = tmp_path / "other.yaml"
    other.write_text("version: 1\npolicy: {id: shop}\nrules:\n  - {rule: no-fixup}\n")
    named = AFTER["policy/main.yaml"].replace("id: org", "id: shop")
    changed = server.commit({"policy/main.yaml": named}, server.base)
    decision = server.says("ann", changed, others=(str(other),))
    assert [each.message for result in decision.results for each in result.violations] == [
        "another policy of this server is called shop"
    ]
    other.write_text(other.read_text().replace("shop", "org"))
    decision = server.says("ann", server.commit({"src/a": "2\n"}, server.base), others=(str(other),))
    assert decision.exit_code == 2
    assert decision.failure
    assert "another policy of this server is called org too" in decision.failure.detail
