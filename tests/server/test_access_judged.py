"""Grants held against ref updates of a real repository, as pre-receive sees them, by whoever the host's channel names."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from gitward.judge import judge
from gitward.model import ActorClaim, Decision, Host, RawUpdate, Request
from gitward.policy.load import load_with_tests
from gitward.policy.testing import run_tests
from gitward.render.text import render

ZERO = "0" * 40
MAIN, TOPIC, TAG = "refs/heads/main", "refs/heads/topic", "refs/tags/v1"
POLICY = """\
version: 1
policy: {id: payments}
refsets: {protected: [refs/heads/main]}
principals:
  ann: {accounts: [ann.lee]}
  bob: {roles: [maintainer]}
  carol: {}
  dan: {valid_before: 2020-01-01}
groups:
  developers: {members: [ann, bob]}
access:
  - {who: [developers], may: [create, update, force, delete], refs: ["refs/heads/**", "!protected"]}
  - {who: [maintainer], may: [update], refs: [protected]}
  - {who: [carol], may: [tag], refs: ["refs/tags/v*"], valid_after: 2020-01-01, valid_before: 2199-01-01}
  - {who: [dan], may: [create, delete]}
  - {who: [carol], may: [create], valid_before: 2020-01-01}
"""


PAGE = (Path(__file__).parent.parent.parent / "docs/access.md").read_text(encoding="utf-8")


class Server:
    """A bare repository with `main` at the second of three commits, and what is pushed to it."""

    def __init__(self, path: Path, policy: Path, git: Any) -> None:
        self.path, self.policy, self.git = path, policy, git
        self.commits: list[str] = []
        for number in range(3):
            parents = [word for commit in self.commits[-1:] for word in ("-p", commit)]
            self.commits.append(git("commit-tree", self.tree(f"{number}"), *parents, cwd=path, stdin="x").stdout.strip())
        git("update-ref", MAIN, self.commits[1], cwd=path)

    def tree(self, *paths: str) -> str:
        blob = self.git("hash-object", "-w", "--stdin", cwd=self.path, stdin="x").stdout.strip()
        lines = "".join(f"100644 blob {blob}\t{path}\n" for path in paths)
        return str(self.git("mktree", cwd=self.path, stdin=lines).stdout.strip())

    def commit(self, parent: str, *paths: str) -> str:
        """A commit on another, whose tree has these files and no others, all in one folder `ci` or at the top."""
        top = [path for path in paths if "/" not in path]
        inner = [path.partition("/")[2] for path in paths if "/" in path]
        lines = f"040000 tree {self.tree(*inner)}\tci\n" if inner else ""
        blob = self.git("hash-object", "-w", "--stdin", cwd=self.path, stdin="y").stdout.strip()
        lines += "".join(f"100644 blob {blob}\t{path}\n" for path in top)
        tree = self.git("mktree", cwd=self.path, stdin=lines).stdout.strip()
        return str(self.git("commit-tree", tree, "-p", parent, cwd=self.path, stdin="fix: x").stdout.strip())

    def says(self, who: str | None, ref: str, old: str, new: str, latest: int = 0) -> Decision:
        actor = None if who is None else ActorClaim(channel="gitlab", name=who)
        update = RawUpdate(old=old, new=new, ref=ref)
        host = Host(policies=(str(self.policy),), repository=str(self.path), latest=latest)
        return judge(Request(stage="receive", updates=(update,), actor=actor), host)

    def denies(self, *push: Any) -> str:
        """Why a push is denied, '' where it is not."""
        decision = self.says(*push)
        (result,) = [each for each in decision.results if each.rule == "access"]
        assert decision.exit_code == len(result.violations)
        return result.violations[0].message if result.violations else ""


@pytest.fixture
def server(bare: Path, tmp_path: Path, git: Any) -> Server:
    policy = tmp_path / "payments.yaml"
    policy.write_text(POLICY)
    return Server(bare, policy, git)


def test_a_member_of_a_group_by_the_name_of_the_account(server: Server) -> None:
    assert server.denies("ann.lee", TOPIC, ZERO, server.commits[2]) == ""
    assert "nobody is proven to push here" in server.denies("ann", TOPIC, ZERO, server.commits[2])


def test_nobody_without_a_channel(server: Server) -> None:
    assert "nobody is proven to push here" in server.denies(None, TOPIC, ZERO, server.commits[2])


def test_a_stranger_is_told_why(server: Server) -> None:
    decision = server.says("eve", TOPIC, ZERO, server.commits[2])
    assert decision.exit_code == 1
    assert "no principal of this policy" in str(decision.results)


def test_who_has_a_role_moves_what_is_protected(server: Server) -> None:
    assert server.denies("bob", MAIN, server.commits[1], server.commits[2]) == ""


def test_a_denial_names_the_lines_and_who_may(server: Server) -> None:
    decision = server.says("ann.lee", MAIN, server.commits[1], server.commits[2])
    (found,) = [violation for result in decision.results for violation in result.violations]
    assert (found.entry, found.ref) == ("access", MAIN)
    assert found.message == "ann may not update it: no grant of theirs is for this, payments.yaml:12 and below"
    assert found.fix == "ask who may: maintainer; or ask for a grant"


def test_force_is_no_update(server: Server) -> None:
    assert "may not force" in server.denies("bob", MAIN, server.commits[1], server.commits[0])


def test_deleting_is_granted_by_itself(server: Server) -> None:
    assert "may not delete" in server.denies("bob", MAIN, server.commits[1], ZERO)


def test_a_tag_is_made_and_not_moved(server: Server) -> None:
    assert server.denies("carol", TAG, ZERO, server.commits[1]) == ""
    server.git("update-ref", TAG, server.commits[1], cwd=server.path)
    assert "may not force" in server.denies("carol", TAG, server.commits[1], server.commits[2])


def test_a_clock_that_goes_back_gives_nothing_again(server: Server) -> None:
    """The log has an entry of 2200, when the grant had ended."""
    assert "may not tag" in server.denies("carol", TAG, ZERO, server.commits[1], 7_258_118_400)


def test_times_end_grants_and_principals(server: Server) -> None:
    assert "may not create" in server.denies("carol", TOPIC, ZERO, server.commits[1])
    assert "the time of dan as a principal is over" in server.denies("dan", TOPIC, ZERO, server.commits[1])


def test_another_policy_only_forbids(server: Server, tmp_path: Path) -> None:
    """Grants of one policy are nothing to another: an update needs one in each."""
    open_policy = tmp_path / "open.yaml"
    people = POLICY.partition("access:")[0].replace("id: payments", "id: open")
    open_policy.write_text(f"{people}access: [{{who: [ann], may: [create, update, force, delete]}}]\n")
    update = RawUpdate(old=server.commits[1], new=server.commits[2], ref=MAIN)
    request = Request(stage="receive", updates=(update,), actor=ActorClaim(channel="gitlab", name="ann.lee"))
    for policies, code in (((open_policy,), 0), ((open_policy, server.policy), 1), ((server.policy, open_policy), 1)):
        host = Host(policies=tuple(map(str, policies)), repository=str(server.path))
        assert judge(request, host).exit_code == code


def test_the_page_s_policy_and_its_denial(server: Server) -> None:
    """Its tests hold, and a real push of a file that another line names is refused in the words of the page."""
    text = re.findall(r"(?ms)^```yaml\n(.*?)^```", PAGE)[0]
    server.policy.write_text(text)
    report = run_tests(*load_with_tests({"p.yaml": text.encode()}.get, "p.yaml", "p.yaml"))
    assert (report.passed, report.faults) == (5, ())
    base = server.commits[1]
    both = server.commit(base, "1", "main.c", "ci/build.sh")
    assert server.denies("ann", MAIN, base, server.commit(base, "1", "main.c")) == ""
    assert server.denies("carol", MAIN, base, both) == ""
    said = render(server.says("ann", MAIN, base, both))
    block = re.findall(r"(?m)^    (error\[access\] .*\n)    (.*\n)    (.*\n)", PAGE)[0]
    assert "".join(block) in said


def test_a_path_that_came_and_went_in_one_push_was_touched(server: Server) -> None:
    server.policy.write_text(re.findall(r"(?ms)^```yaml\n(.*?)^```", PAGE)[0])
    base = server.commits[1]
    tip = server.commit(server.commit(base, "1", "ci/x"), "1")
    assert "a grant names this path (payments.yaml:15)" in server.denies("ann", MAIN, base, tip)
    assert server.denies("carol", MAIN, base, tip) == ""


def test_what_was_parked_elsewhere_is_judged_where_it_lands(server: Server) -> None:
    server.policy.write_text(re.findall(r"(?ms)^```yaml\n(.*?)^```", PAGE)[0])
    base = server.commits[1]
    tip = server.commit(base, "1", "ci/x")
    assert server.denies("ann", TOPIC, ZERO, tip) == ""
    server.git("update-ref", TOPIC, tip, cwd=server.path)
    assert "a grant names this path (payments.yaml:15)" in server.denies("ann", MAIN, base, tip)
