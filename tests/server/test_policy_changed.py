"""`policy.changed`: what a changed policy leaves in the log, whoever changed it, and that the old one has judged the change."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gitward.audit import schema
from soaking import long

if TYPE_CHECKING:
    from conftest import Git, Run

STRICT = "version: 1\npolicy: {id: org, revision: 1}\nrules:\n  - {rule: subject-length, max: 40}\n  - {rule: no-fixup}\n"
WEAKER = STRICT.replace("revision: 1", "revision: 2").replace("max: 40", "max: 60")
MAIN = "HEAD:refs/heads/main"
IN_MAIN = "refs/heads/main:.gitward.yaml"


def events(log: Path) -> list[dict[str, Any]]:
    """The changes in the log, each an event by the schema."""
    lines = b"".join(path.read_bytes() for path in sorted(log.glob("*.jsonl"))).splitlines()
    every = [json.loads(line)["event"] for line in lines]
    assert [schema.problem(event) for event in every if schema.problem(event)] == []
    return [event["config_change"] for event in every if event["event"]["class"] == "policy.changed"]


def changes(log: Path) -> list[dict[str, Any]]:
    """The same, with the evidence that they name in its place."""
    found = events(log)
    for each in found:
        for named in (each["diff"], each["after"] and each["after"]["files"]):
            assert named is None or (log / "evidence" / named["sha256"]).stat().st_size == named["bytes"]
    return found


def commit(git: Git, repo: Path, policy: str | None = None, subject: str = "policy") -> None:
    if policy is not None:
        (repo / ".gitward.yaml").write_text(policy)
    git("add", "-A", cwd=repo)
    git("commit", "-q", "--allow-empty", "-m", subject, cwd=repo)


def test_a_policy_in_a_ref_changes_with_the_ref(gitward: Run, git: Git, repo: Path, bare: Path, tmp_path: Path) -> None:
    log = tmp_path / "log"
    commit(git, repo, STRICT)
    git("push", "-q", bare, MAIN, cwd=repo)
    assert gitward("install", "--server", bare, "--policy", IN_MAIN, "--log", log).returncode == 0
    commit(git, repo, WEAKER)
    said = git("push", "-q", bare, MAIN, cwd=repo).stderr
    assert "this push changes the policy org, revision 1 to 2: 1 weaker, 0 stricter, 0 different; the old one judges it" in said
    (change,) = changes(log)
    assert (change["of"], change["source"]) == ("org", IN_MAIN)
    assert (change["before"]["revision"], change["after"]["revision"]) == (1, 2)
    assert change["counts"] == {"weaker": 1, "different": 0, "stricter": 0, "same": 1}
    assert change["changes"][0] == {"way": "weaker", "entry": "subject-length", "key": "max", "words": "40 -> 60"}
    whole = json.loads((log / "evidence" / change["diff"]["sha256"]).read_bytes())
    assert (whole["old"]["digest"], whole["new"]["digest"]) == (change["before"]["digest"], change["after"]["digest"])
    commit(git, repo, subject="the next push")
    git("push", "-q", bare, MAIN, cwd=repo)
    assert len(changes(log)) == 1, "the next decision knows it already"
    commit(git, repo, "{", "an unusable one")
    git("fetch", "-q", repo, "HEAD:refs/heads/main", cwd=bare)  # behind the hook: a push would be refused
    unusable = changes(log)[-1]
    assert (unusable["before"]["revision"], unusable["after"], unusable["counts"]) == (2, None, None)
    assert "not YAML" in unusable["unknown"]
    old, new = (git("rev-parse", each, cwd=repo).stdout.strip() for each in ("HEAD~3", "HEAD~2"))
    line, where = f"{old} {new} refs/heads/main\n", {"GIT_DIR": str(bare)}
    (bare / "hooks" / "reference-transaction").unlink()
    told = gitward("hook", "post-receive", "--policy", IN_MAIN, "--log", log, stdin=line, env=where)
    assert (told.returncode, told.stderr) == (0, "")
    assert changes(log)[-1] == change, "where a forge runs no hook for transactions, the end of the push tells"


@long
def test_a_file_of_the_host_that_changed_is_noticed_by_the_next_decision(
    gitward: Run, git: Git, repo: Path, bare: Path, tmp_path: Path
) -> None:
    log, policy = tmp_path / "log", tmp_path / "org.yaml"
    policy.write_text(STRICT)
    assert gitward("install", "--server", bare, "--policy", policy, "--log", log).returncode == 0
    commit(git, repo, subject="x" * 50)
    policy.write_text(WEAKER)
    git("push", "-q", bare, MAIN, cwd=repo)
    (change,) = changes(log)
    assert (change["source"], change["before"]["revision"], change["after"]["revision"]) == (str(policy), 1, 2)
    assert change["changes"][0]["words"] == "40 -> 60"
    policy.write_text(WEAKER.replace("  - {rule: no-fixup}\n", ""))
    commit(git, repo, subject="once more")
    git("push", "-q", bare, MAIN, cwd=repo)
    assert [each["words"] for each in changes(log)[-1]["changes"]] == ["no-fixup, dropped"], "against the last one, not the first"
    policy.write_text(STRICT.replace("revision: 1", "revision: 3"))
    assert gitward("install", "--server", bare, "--policy", policy, "--log", log, "--limit", "commits=9").returncode == 0
    assert changes(log)[-1]["after"]["revision"] == 3, "an installation over it hides no change"
    for piece in (log / "evidence").iterdir():
        piece.unlink()
    policy.write_text(WEAKER.replace("revision: 2", "revision: 4"))
    git("push", "-q", bare, "HEAD:refs/heads/topic", cwd=repo)
    last = events(log)[-1]
    assert (last["counts"], last["unknown"]) == (None, "the files of the former policy are not at hand")
    assert last["before"]["digest"] != last["after"]["digest"]
