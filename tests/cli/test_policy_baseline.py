"""`gitward policy baseline`: what it writes, what it refuses, and what a server makes of it."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest
from pasts import POLICY, Call, Past, call, past, report

from gitward.audit import schema
from gitward.errors import BudgetExceeded
from gitward.installer import server
from gitward.installer.hookfile import Program
from gitward.installer.settings import settings as settings_of
from gitward.life import baseline as life
from gitward.repository import open_repository

pytestmark = pytest.mark.usefixtures("forked_hooks")

TYPE_CHECKING = False
if TYPE_CHECKING:
    from conftest import Git, Run


__all__ = ["call", "past"]  # fixtures


@pytest.fixture
def policy(tmp_path: Path) -> Path:
    path = tmp_path / "org.yaml"
    path.write_text(POLICY)
    return path


@pytest.fixture
def served(past: Past, policy: Path, launcher: Path) -> Past:
    """The past on a server whose hook judges."""
    settings = settings_of((str(policy),), str(past.bare.parent / "log"), (), ())
    server.install(str(past.bare), Program(python=sys.executable, script=str(launcher)), settings)
    return past


# --- the commit and the ref -------------------------------------------------------------------------------------------


def test_one_commit_over_all_tips(past: Past, git: Git, call: Call) -> None:
    git("branch", "reached", past.two, cwd=past.bare)
    done = call("policy", "baseline", "--repo", past.bare)
    assert (done.returncode, done.stderr) == (0, "")
    oid = past.baseline()
    assert done.stdout.splitlines()[:2] == [
        f"baseline written: {oid}", "  tips of today: 4 branches and 1 tag; 3 parents, 5 commits reached",
    ]  # fmt: skip
    assert past.parents() == {past.three, past.topic, past.release}
    assert git("ls-tree", oid, cwd=past.bare).stdout == ""
    assert git("fsck", "--strict", cwd=past.bare).stderr == ""
    git("gc", "-q", "--prune=now", cwd=past.bare)
    clone = past.bare.parent / "clone"
    git("clone", "-q", past.bare, clone)
    git("fetch", "-q", "origin", "+refs/gitward/baseline:refs/gitward/baseline", cwd=clone)
    assert git("rev-parse", "refs/gitward/baseline", cwd=clone).stdout.strip() == oid


def test_a_second_run_moves_nothing(past: Past, git: Git, call: Call) -> None:
    words = ("policy", "baseline", "--repo", past.bare)
    call(*words)
    oid = past.baseline()
    assert call(*words).stdout.startswith(f"baseline unchanged: {oid}\n")
    past.commit("number four")
    past.push()
    git("push", "-q", past.bare, ":refs/heads/topic", cwd=past.repo)
    assert call(*words).stdout.splitlines()[:2] == [
        f"baseline stands: {oid}",
        "  tips of today: 2 branches and 1 tag; --move would exempt 1 more commit, and 1 no longer",
    ]
    assert call(*words, "--move", "--dry-run").stdout.startswith("baseline would be moved\n")
    assert past.baseline() == oid
    moved = report(call, *words, "--move")
    assert (moved["what"], moved["before"], moved["more"], moved["fewer"], moved["exempt"]) == ("moved", [oid], 1, 1, 5)
    assert moved["oid"] == past.baseline() != oid
    log = git("reflog", "show", "--format=%H", "refs/gitward/baseline", cwd=past.bare)
    assert log.stdout.split() == [moved["oid"], oid]
    assert report(call, *words, "--move")["what"] == "unchanged"


def test_a_dry_run_writes_nothing(served: Past, git: Git, call: Call) -> None:
    before = (git("count-objects", "-v", cwd=served.bare).stdout, (served.bare / "hooks/pre-receive").read_bytes())
    done = call("policy", "baseline", "--repo", served.bare, "--dry-run")
    assert done.stdout.startswith("baseline would be written\n")
    assert "  hook: hooks/pre-receive would say --baseline OID\n" in done.stdout
    assert before == (git("count-objects", "-v", cwd=served.bare).stdout, (served.bare / "hooks/pre-receive").read_bytes())
    assert git("for-each-ref", "refs/gitward", cwd=served.bare).stdout == ""


def test_a_log_says_so_before_it_is_so(served: Past, git: Git, call: Call, gitward: Run) -> None:
    """What was let go, and by how much more; the review then finds a reason for the ref's move, and none for another's."""
    log = served.bare.parent / "log"
    words = ("policy", "baseline", "--repo", served.bare)
    assert call(*words, "--dry-run").returncode == 0
    assert changes(log) == []
    first = report(call, *words)["oid"]
    served.commit("number four\n\nRefs: PROJ-4")
    git("push", "-q", served.bare, "HEAD:refs/heads/main", cwd=served.repo)
    second = report(call, *words, "--move")["oid"]
    call(*words)
    (written, moved) = changes(log)
    assert schema.problem(written) == schema.problem(moved) == ""
    assert (written["event"]["action"], moved["event"]["action"]) == ("written", "moved")
    updates = (*written["updates"], *moved["updates"])
    assert [(each["old"], each["new"]) for each in updates] == [("0" * 40, first), (first, second)]
    change = moved["config_change"]
    assert (change["before"], change["after"]) == ([first], [second])
    assert change["commits"] == {"exempt": 6, "more": 1, "fewer": 0}
    review = ("audit", "review", "--log", log, "--repo", served.bare, "--format", "json")
    assert "refs/gitward/baseline" not in json.dumps([gap for gap in json.loads(gitward(*review).stdout)["gaps"]
                                                      if gap["weight"] == "contradiction"])  # fmt: skip
    git("update-ref", "refs/gitward/baseline", first, cwd=served.bare)
    assert "refs/gitward/baseline" in json.dumps([gap for gap in json.loads(gitward(*review).stdout)["gaps"]
                                                  if gap["kind"] == "unaudited-update"])  # fmt: skip


def test_what_cannot_be_logged_is_not_let_go(past: Past, policy: Path, launcher: Path, git: Git, call: Call) -> None:
    settings = settings_of((str(policy),), f"unix:{past.bare.parent}/nobody.sock", (), ())
    server.install(str(past.bare), Program(python=sys.executable, script=str(launcher)), settings)
    hook = (past.bare / "hooks/pre-receive").read_bytes()
    assert call("policy", "baseline", "--repo", past.bare).returncode == 3
    assert git("for-each-ref", "refs/gitward", cwd=past.bare).stdout == ""
    assert (past.bare / "hooks/pre-receive").read_bytes() == hook


def changes(log: Path) -> list[dict[str, Any]]:
    events = [json.loads(line)["event"] for path in sorted(log.glob("*.jsonl")) for line in path.read_bytes().splitlines()]
    return [event for event in events if event["event"]["class"] == "baseline.changed"]


def test_sha256(tmp_path: Path, git: Git, call: Call) -> None:
    repo, bare = tmp_path / "w256", tmp_path / "s256.git"
    git("init", "-q", "--object-format=sha256", repo)
    git("init", "-q", "--bare", "--object-format=sha256", bare)
    past = Past(git, repo, bare)
    assert len(report(call, "policy", "baseline", "--repo", bare)["oid"]) == 64
    assert past.parents() == {past.three, past.topic, past.release}


def test_thousands_of_tips(tmp_path: Path, bare: Path, git: Git, call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    count = 3_000
    stream = "".join(
        f"commit refs/heads/b{number}\ncommitter A <a@example.com> {1_700_000_000 + number} +0000\ndata 1\nx\n"
        for number in range(count)
    )
    git("fast-import", "--quiet", cwd=bare, stdin=stream)
    git("pack-refs", "--all", cwd=bare)
    (tmp_path / "p.yaml").write_text(POLICY.replace("refs/heads/main", "refs/heads/**"))
    found = report(call, "policy", "baseline", "--repo", bare, "--policy", tmp_path / "p.yaml")
    assert (len(found["parents"]), found["exempt"]) == (count, count)
    assert found["burn_down"]["denied"] == {"exempted": count, "new": 0}
    assert git("rev-list", "--count", "--all", "^refs/gitward/baseline", cwd=bare).stdout == "0\n"
    monkeypatch.setattr(life, "PARENTS", count - 1)
    with open_repository(str(bare)) as repository, pytest.raises(BudgetExceeded, match="3000 branches and tags"):
        life.cut(repository, str(bare))


# --- what it refuses --------------------------------------------------------------------------------------------------


def test_an_unborn_repository_has_nothing_to_let_go(repo: Path, bare: Path, git: Git, call: Call) -> None:
    for path in (repo, bare):
        done = call("policy", "baseline", "--repo", path)
        assert (done.returncode, done.stdout) == (2, "")
        assert done.stderr.startswith("gitward: there is no commit here yet")
        assert git("for-each-ref", cwd=path).stdout == ""


def test_a_shallow_clone_cannot_say(past: Past, git: Git, call: Call) -> None:
    shallow = past.bare.parent / "shallow"
    git("clone", "-q", "--depth=1", f"file://{past.bare}", shallow)
    for words in ((), ("--date", "2100-01-01")):
        done = call("policy", "baseline", "--repo", shallow, *words)
        assert (done.returncode, done.stdout, "git fetch --unshallow" in done.stderr) == (3, "", True)
    assert git("for-each-ref", "refs/gitward", cwd=shallow).stdout == ""


def test_a_hook_that_somebody_edited_is_left_alone(served: Past, git: Git, call: Call) -> None:
    hook = served.bare / "hooks/pre-receive"
    hook.write_text(hook.read_text() + "# mine\n")
    done = call("policy", "baseline", "--repo", served.bare)
    assert (done.returncode, "edited since" in done.stderr) == (2, True)
    assert git("for-each-ref", "refs/gitward", cwd=served.bare).stdout == ""


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (["--date", "yesterday"], 2, "--date yesterday: not a date"),
        (["--date", "1990-01-01"], 2, "no branch had a commit then"),
        (["--tag", "v2"], 2, "--tag v2: there is no such tag"),
        (["--tag", "main"], 2, "there is no such tag"),
        (["--tag", "refs/heads/main"], 2, "there is no such tag"),
        (["--tag", "notes"], 2, "--tag notes: it leads to a blob"),
        (["--tag", "v1", "--move"], 2, "write nothing"),
        (["--tag", "v1", "--date", "2020-01-01"], 2, "write nothing"),
        (["--policy", "none.yaml"], 2, "none.yaml"),
        (["--policy", "main:none.yaml"], 2, "main:none.yaml"),
    ],
)
def test_misuse(past: Past, git: Git, call: Call, words: list[str], code: int, says: str) -> None:
    done = call("policy", "baseline", "--repo", past.bare, *words)
    assert (done.returncode, done.stdout) == (code, "")
    assert says in done.stderr
    assert git("for-each-ref", "refs/gitward", cwd=past.bare).stdout == ""


# --- on a server ------------------------------------------------------------------------------------------------------


def test_old_history_passes_and_a_new_bad_commit_is_denied(served: Past, git: Git, call: Call) -> None:
    git("merge", "-q", "-m", "PROJ-4 bring the topic in", "topic", cwd=served.repo)
    assert not served.push()
    done = call("policy", "baseline", "--repo", served.bare)
    assert (done.returncode, served.hook()) == (0, [served.baseline()])
    assert f"  hook: hooks/pre-receive says --baseline {served.baseline()}\n" in done.stdout
    assert "next: in clones and CI: git fetch origin +refs/gitward/baseline:refs/gitward/baseline\n" in done.stdout
    assert served.push()
    served.commit("a new commit")
    assert not served.push()
    git("commit", "-q", "--amend", "--allow-empty", "-m", "PROJ-5 a new commit", cwd=served.repo)
    assert served.push()
    # the ref alone is believed by nobody
    served.commit("another new commit")
    git("push", "-q", served.bare, "HEAD:refs/heads/parked", cwd=served.repo)
    git("update-ref", "refs/gitward/baseline", "refs/heads/parked", cwd=served.bare)
    assert not served.push()


def test_a_server_without_the_hook_is_told_what_to_do(past: Past, policy: Path, gitward: Run, call: Call) -> None:
    done = call("policy", "baseline", "--repo", past.bare)
    (line,) = [line for line in done.stdout.splitlines() if line.startswith("next: gitward install ")]
    words = line.removeprefix("next: gitward ").partition(";")[0].replace("FILE", str(policy)).split(" ")
    assert gitward(*words).returncode == 0
    assert past.hook() == [past.baseline()]
    assert report(call, "policy", "baseline", "--repo", past.bare)["what"] == "unchanged"


def test_a_hook_that_was_installed_afterwards_learns_of_it(past: Past, policy: Path, gitward: Run, call: Call) -> None:
    call("policy", "baseline", "--repo", past.bare)
    gitward("install", "--server", past.bare, "--policy", policy)
    words = ("policy", "baseline", "--repo", past.bare)
    assert "would say --baseline" in call(*words, "--dry-run").stdout
    assert past.hook() == []
    assert report(call, *words)["what"] == "unchanged"
    assert past.hook() == [past.baseline()]


def test_a_ref_from_elsewhere_is_not_taken_up(served: Past, git: Git, call: Call) -> None:
    """A baseline that came with a mirrored repository, and reaches more than the day's tips, never gets into the hook."""
    git("update-ref", "refs/gitward/baseline", served.topic, cwd=served.bare)
    found = report(call, "policy", "baseline", "--repo", served.bare)
    assert (found["what"], found["oid"]) == ("stands", served.topic)
    assert f"the hook has no baseline: install it again with --baseline {served.topic} added" in found["next"][0]
    assert served.hook() == []
    assert report(call, "policy", "baseline", "--repo", served.bare, "--move")["what"] == "moved"
    assert served.hook() == [served.baseline()]
    assert served.parents() == {served.three, served.topic, served.release}


def test_baselines_that_the_host_let_in_are_kept(served: Past, policy: Path, gitward: Run, call: Call) -> None:
    """One is pushed later, one is reached today: the first stays, the second is in the new one."""
    later = served.commit("imported later")
    options = ("--policy", policy, "--limit", "commits=20000", "--log", served.bare.parent / "log")
    gitward("install", "--server", served.bare, *options, "--baseline", later, "--baseline", served.two)
    words = ("policy", "baseline", "--repo", served.bare)
    assert report(call, *words)["what"] == "stands"
    assert served.hook() == [later, served.two]
    found = report(call, *words, "--move")
    assert (found["before"], found["kept"]) == ([later, served.two], [later])
    assert served.hook() == [served.baseline(), later]
    assert "--limit commits=20000" in (served.bare / "hooks/pre-receive").read_text()
    assert served.push()


def test_gitwards_own_refs_are_nobodys_history(served: Past, git: Git, call: Call, policy: Path) -> None:
    """The baseline is not judged by `check --all`, and what it alone reaches is not taken as judged for a new ref."""
    policy.write_text(POLICY.replace("[protected], since: baseline", '["refs/**"]'))
    call("policy", "baseline", "--repo", served.bare)
    done = call("check", "--all", "--repo", served.bare, "--policy", policy, "--format", "json")
    assert json.loads(done.stdout)["summary"]["commits"] == 5
    git("push", "-q", served.bare, ":refs/heads/topic", cwd=served.repo)
    assert not served.push("topic:refs/heads/again")


# --- the burn-down ----------------------------------------------------------------------------------------------------


def test_the_burn_down(served: Past, call: Call) -> None:
    words = ("policy", "baseline", "--repo", served.bare)
    first = call(*words).stdout.splitlines()
    assert first[3:9] == [
        "burn-down of 5 commits, policy cut-over",
        "entry             severity  since     exempted  of them violated  new   violated",
        "malformed-object  error     -                0             0 (-)    5   0 (0.0%)",
        "ticket-reference  error     baseline         4         3 (75.0%)    0      0 (-)",
        "subject-length    warning   -                0             0 (-)    5  1 (20.0%)",
        "3 commits would be denied without `since`, 0 commits are denied with it",
    ]
    served.commit("PROJ-4 good")
    assert served.push()
    (served.bare / "hooks/pre-receive").rename(served.bare / "hook")  # the days without a hook
    served.commit("no ticket")
    assert served.push()
    (served.bare / "hook").rename(served.bare / "hooks/pre-receive")
    found = report(call, *words)["burn_down"]
    assert found["denied"] == {"exempted": 3, "new": 1}
    entry = next(each for each in found["entries"] if each["entry"] == "ticket-reference")
    figures = [entry[name] for name in ("exempted", "exempted_violated", "new", "new_violated", "undecided")]
    assert figures == [4, 3, 2, 1, 0]
    assert report(call, *words, "--move")["burn_down"]["denied"] == {"exempted": 4, "new": 0}


def test_a_policy_that_does_not_use_it_is_named(past: Past, policy: Path, call: Call) -> None:
    policy.write_text(POLICY.replace(", since: baseline", ""))
    done = call("policy", "baseline", "--repo", past.bare, "--policy", policy)
    assert f"next: no entry of {policy} says since: baseline" in done.stdout
    assert "next: name a policy with --policy" in call("policy", "baseline", "--repo", past.bare).stdout


def test_in_a_clone(past: Past, git: Git, call: Call) -> None:
    """The remote's branches count, gitward check takes the ref at its word, and who reads knows that it is a trial."""
    clone = past.bare.parent / "clone"
    git("clone", "-q", past.bare, clone)
    (clone / ".gitward.yaml").write_text(POLICY)
    assert call("check", "--all", "--repo", clone).returncode == 1
    done = call("policy", "baseline", "--repo", clone)
    assert "next: this is a clone" in done.stdout
    assert "burn-down of 4 commits" in done.stdout
    parents = git("rev-parse", "refs/gitward/baseline^@", cwd=clone).stdout.split()
    assert set(parents) == {past.three, past.topic, past.release}
    assert call("check", "--all", "--repo", clone).returncode == 0


# --- since: {commits: [...]} ------------------------------------------------------------------------------------------


def test_since_lines_stand_in_a_policy(past: Past, git: Git, call: Call, policy: Path) -> None:
    done = call("policy", "baseline", "--repo", past.bare, "--date", "2100-01-01")
    *comments, line = done.stdout.splitlines()
    assert len(comments) == 3
    assert f"# {past.three}: refs/heads/main" in comments
    assert set(line.removeprefix("since: {commits: [").removesuffix("]}").split(", ")) == {
        past.three, past.topic, past.release,
    }  # fmt: skip
    policy.write_text(POLICY.replace("since: baseline", line))
    assert call("check", "--all", "--repo", past.bare, "--policy", policy).returncode == 0
    assert git("for-each-ref", "refs/gitward", cwd=past.bare).stdout == ""


def test_a_date_is_where_the_branches_stood(past: Past, git: Git, call: Call) -> None:
    git("checkout", "-q", "--orphan", "dated", cwd=past.repo)
    for day in ("2020-05-01T00:00:00Z", "2020-05-02T00:00:00+02:00", "2020-05-03T00:00:00Z"):
        git("commit", "-q", "--allow-empty", "-m", day, cwd=past.repo, env={"GIT_COMMITTER_DATE": day})
    git("push", "-q", past.bare, "dated", cwd=past.repo)
    words = ("policy", "baseline", "--repo", past.bare, "--date")
    for date, revision in (
        ("2020-05-02", "dated~1"),  # written on the first, in UTC
        ("2020-05-01T00:00:01", "dated~2"),
        ("2020-05-02T00:00:00+02:00", "dated~2"),
        ("2020-05-03", "dated~1"),
    ):
        oid = git("rev-parse", revision, cwd=past.repo).stdout.strip()
        assert report(call, *words, date)["since"] == {"commits": [oid]}, date


def test_tags(past: Past, git: Git, call: Call) -> None:
    git("tag", "two", past.two, cwd=past.bare)
    words = ("policy", "baseline", "--repo", past.bare)
    assert call(*words, "--tag", "v1", "--tag", "refs/tags/two").stdout.splitlines() == [
        *(f"# {oid}: refs/tags/{name}" for oid, name in sorted([(past.release, "v1"), (past.two, "two")])),
        f"since: {{commits: [{', '.join(sorted([past.release, past.two]))}]}}",
    ]


def test_a_ref_with_an_odd_name_is_shown_escaped(past: Past, git: Git, call: Call) -> None:
    git("update-ref", "refs/tags/v\u202e2", past.three, cwd=past.bare)
    done = call("policy", "baseline", "--repo", past.bare, "--tag", "v\u202e2")
    assert done.stdout.splitlines()[0] == f"# {past.three}: refs/tags/v\\u202e2"
