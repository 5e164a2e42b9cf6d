"""`gitward ci` in GitLab CI: every kind of pipeline on a real checkout, and what must not get through."""

from __future__ import annotations

import json

import pytest
from forge import LAX, SQUASH, ZERO

TOO_LONG = "a subject that is far too long for the rule on every branch"


def env(source, head, **more):
    return {
        "GITLAB_CI": "true", "CI": "true", "CI_PIPELINE_SOURCE": source, "CI_DEFAULT_BRANCH": "main",
        "CI_COMMIT_SHA": head, "CI_COMMIT_BEFORE_SHA": ZERO, "CI_PROJECT_ID": "5", **more,
    }  # fmt: skip


def merge_request(head, **more):
    return env(
        "merge_request_event", head,
        **{
            "CI_MERGE_REQUEST_IID": "7", "CI_MERGE_REQUEST_EVENT_TYPE": "detached", "CI_MERGE_REQUEST_PROJECT_ID": "5",
            "CI_MERGE_REQUEST_TARGET_BRANCH_NAME": "main", "CI_MERGE_REQUEST_SOURCE_BRANCH_NAME": "topic",
            "CI_MERGE_REQUEST_TITLE": "ACME-9: change it", "CI_COMMIT_REF_NAME": "topic",
            "CI_MERGE_REQUEST_SQUASH_ON_MERGE": "true", **more,
        },
    )  # fmt: skip


def test_a_merge_request_is_judged_for_its_target_and_by_its_tip(project, ci):
    head = project.commit("no ticket here")
    base = project.oid("main")
    project.push("topic")
    done = ci(at=project.checkout(head), env=merge_request(head))
    assert done.returncode == 1
    assert done.stderr == f"gitward check {base}..{head} --ref refs/heads/main --policy {base}:.gitward.yaml\n"
    assert done.stdout.startswith("error[ticket] ")
    assert "denied refs/heads/main: 1 of 1 commit" in done.stdout


def test_a_good_merge_request_is_allowed(project, ci):
    head = project.commit("ACME-3: good")
    project.push("topic")
    assert ci(at=project.checkout(head), env=merge_request(head)).returncode == 0


def test_the_policy_is_that_of_the_targets_tip_and_not_of_the_place_where_the_change_forks_off(project, ci):
    """The author chooses the merge base: a lax policy of long ago does not come back with it."""
    project.switch("main")
    strict = project.oid("main:.gitward.yaml")
    project.commit("ACME-3: lax for a while", policy=LAX)
    fork = project.oid("HEAD")
    project.git("show", strict, cwd=project.work)
    project.commit("ACME-4: strict again", policy=project.git("show", strict, cwd=project.work).stdout)
    project.branch("old", fork)
    head = project.commit("no ticket here")
    project.push("main", "old")
    done = ci(at=project.checkout(head), env=merge_request(head, CI_MERGE_REQUEST_DIFF_BASE_SHA=fork))
    assert done.returncode == 1
    assert "policy acme" in done.stdout


def test_a_merge_request_that_edits_the_policy_is_judged_by_the_targets(project, ci):
    head = project.commit("no ticket, but a lax policy", policy=LAX)
    project.push("topic")
    assert ci(at=project.checkout(head), env=merge_request(head)).returncode == 1


@pytest.mark.parametrize("kind", ["merged_result", "merge_train"])
def test_of_a_merged_result_the_source_branch_is_judged(project, ci, kind):
    good = project.commit("ACME-3: good")
    base = project.oid("main")
    merge = project.trial_merge(good)
    at = project.checkout(merge)
    ends = {"CI_MERGE_REQUEST_SOURCE_BRANCH_SHA": good, "CI_MERGE_REQUEST_TARGET_BRANCH_SHA": base}
    done = ci(at=at, env=merge_request(merge, CI_MERGE_REQUEST_EVENT_TYPE=kind, **ends))
    assert (done.returncode, merge in done.stdout + done.stderr) == (0, False)
    assert f"check {base}..{good} " in done.stderr
    done = ci(at=at, env=merge_request(merge, CI_MERGE_REQUEST_EVENT_TYPE=kind))
    assert done.returncode == 3, "the merge must not stand in for the source branch"
    assert "CI_MERGE_REQUEST_TARGET_BRANCH_SHA is not set" in done.stdout


def test_a_pipeline_in_a_fork_does_not_see_the_projects_own_target(project, ci):
    head = project.commit("ACME-3: good")
    done = ci(at=project.work, env=merge_request(head, CI_PROJECT_ID="99"))
    assert done.returncode == 3
    assert "runs in a fork" in done.stdout


@pytest.mark.parametrize("depth", [1, 2])
def test_a_shallow_checkout_is_undecided_with_the_providers_fix(project, ci, depth):
    project.commit("no ticket here")
    for number in range(3):
        head = project.commit(f"ACME-{number}: good")
    project.push("topic")
    at = project.checkout(head, "+refs/heads/topic:refs/heads/topic", depth=depth)
    done = ci(at=at, env=merge_request(head))
    assert done.returncode == 3
    assert "refs/remotes/origin/main is not in this checkout" in done.stdout
    assert 'GIT_DEPTH: "0"' in done.stdout
    project.git("fetch", "-q", "--depth=1", "origin", "+refs/heads/main:refs/remotes/origin/main", cwd=at)
    done = ci(at=at, env=merge_request(head))
    assert done.returncode == 3, "main is there, the commits between are not"
    assert 'GIT_DEPTH: "0"' in done.stdout


def test_a_shallow_checkout_that_holds_the_whole_range_is_judged(project, ci):
    head = project.commit("no ticket here")
    project.push("topic")
    at = project.checkout(head, "+refs/heads/*:refs/remotes/origin/*", depth=2)
    assert ci(at=at, env=merge_request(head)).returncode == 1


@pytest.fixture
def squashing(project):
    project.switch("main")
    project.commit("ACME-3: land by squash", policy=SQUASH)
    project.git("checkout", "-q", "-B", "topic", "main", cwd=project.work)
    return project


@pytest.mark.parametrize(
    ("title", "commit", "code"), [("no ticket", "ACME-4: good", 1), ("ACME-4: good", "wip", 0), ("wip", "wip", 1)]
)
def test_a_squash_is_judged_by_its_title(squashing, ci, title, commit, code):
    head = squashing.commit(commit)
    squashing.push("main", "topic")
    done = ci(at=squashing.checkout(head), env=merge_request(head, CI_MERGE_REQUEST_TITLE=title))
    assert done.returncode == code
    assert "# refs/heads/main lands by squash" in done.stderr


def test_a_request_that_will_not_be_squashed_is_judged_by_its_commits(squashing, ci):
    head = squashing.commit("wip")
    squashing.push("main", "topic")
    done = ci(at=squashing.checkout(head), env=merge_request(head, CI_MERGE_REQUEST_SQUASH_ON_MERGE="false"))
    assert done.returncode == 1
    assert "does not say squash" in done.stdout


def test_a_description_that_is_cut_off_is_said(squashing, ci):
    head = squashing.commit("wip")
    squashing.push("main", "topic")
    more = {"CI_MERGE_REQUEST_DESCRIPTION": "x " * 1350, "CI_MERGE_REQUEST_DESCRIPTION_IS_TRUNCATED": "true"}
    done = ci(at=squashing.checkout(head), env=merge_request(head, **more))
    assert "only 2700 characters" in done.stdout


def test_a_push_is_judged_from_what_was_there_before(project, ci):
    before = project.oid("main")
    project.switch("main")
    head = project.commit("no ticket, but a lax policy", policy=LAX)
    project.push("main")
    done = ci(at=project.checkout(head), env=env("push", head, CI_COMMIT_BRANCH="main", CI_COMMIT_BEFORE_SHA=before))
    assert done.returncode == 1
    assert f"check {before}..{head} --ref refs/heads/main --policy {before}:.gitward.yaml" in done.stderr


@pytest.mark.parametrize("source", ["push", "web", "schedule"])
def test_a_new_branch_brings_what_the_default_branch_does_not_hold(project, ci, source):
    head = project.commit(TOO_LONG)
    project.push("topic")
    done = ci(at=project.checkout(head), env=env(source, head, CI_COMMIT_BRANCH="topic"))
    assert done.returncode == 1
    assert f"check {project.oid('main')}..{head} --ref refs/heads/topic" in done.stderr


def test_a_schedule_on_the_default_branch_names_no_range(project, ci):
    head = project.oid("main")
    done = ci(at=project.checkout(head), env=env("schedule", head, CI_COMMIT_BRANCH="main"))
    assert (done.returncode, "gitward check" in done.stdout) == (2, True)


def test_a_tag_is_judged_for_its_ref(project, ci):
    project.switch("main")
    head = project.commit("no ticket")
    project.git("tag", "-a", "-m", "release", "v1", cwd=project.work)
    project.push("main", "v1")
    done = ci(at=project.checkout(head), env=env("push", head, CI_COMMIT_TAG="v1", CI_COMMIT_REF_NAME="v1"))
    assert done.returncode == 1
    assert f"check {head} --ref refs/tags/v1" in done.stderr


def test_output_is_a_code_quality_report_beside_the_text(project, ci):
    head = project.commit("no ticket here")
    project.push("topic")
    at = project.checkout(head)
    done = ci("--output", "gl-code-quality-report.json", at=at, env=merge_request(head))
    assert "denied refs/heads/main" in done.stdout
    found = json.loads((at / "gl-code-quality-report.json").read_text())
    assert [finding["check_name"] for finding in found] == ["ticket"]
    done = ci("--format", "json", "--output", "report.json", at=at, env=merge_request(head))
    assert done.stdout == ""
    assert json.loads((at / "report.json").read_text())["exit_code"] == 1


def test_a_report_is_not_written_through_a_link_of_the_change(project, ci, tmp_path):
    (project.work / "report.json").symlink_to(tmp_path / "elsewhere")
    (project.work / "folder").symlink_to(tmp_path)
    head = project.commit("ACME-3: good")
    project.push("topic")
    at = project.checkout(head)
    for name in ("report.json", "folder/elsewhere", "./folder/../folder/elsewhere"):
        done = ci("--output", name, at=at, env=merge_request(head))
        assert done.returncode == 3
        assert "symbolic link" in done.stderr
    assert not (tmp_path / "elsewhere").exists()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("CI_COMMIT_SHA", "HEAD"),
        ("CI_COMMIT_SHA", "--all"),
        ("CI_MERGE_REQUEST_TARGET_BRANCH_NAME", "main:x"),
        ("CI_MERGE_REQUEST_TARGET_BRANCH_NAME", ""),
    ],
)
def test_variables_that_make_no_sense_are_undecided(project, ci, name, value):
    head = project.commit("ACME-3: good")
    done = ci(at=project.work, env=merge_request(head, **{name: value}))
    assert done.returncode == 3
    assert name in done.stdout


def test_titles_and_branch_names_run_nothing(squashing, ci):
    head = squashing.commit("no ticket, but short")
    name = "--upload-pack=touch${IFS}pwned;touch${IFS}pwned"
    squashing.push("main", "topic", f"main:refs/heads/{name}")
    more = {"CI_MERGE_REQUEST_TITLE": "$(touch pwned)\x1b[31m", "CI_MERGE_REQUEST_TARGET_BRANCH_NAME": name}
    at = squashing.checkout(head)
    done = ci(at=at, env=merge_request(head, **more))
    assert done.returncode == 0, "no entry is for that branch but the length"
    assert not list(at.rglob("pwned"))
    assert "\x1b" not in done.stdout + done.stderr


def test_a_sha256_repository_is_judged_the_same(home, monkeypatch, request):
    monkeypatch.setenv("GIT_DEFAULT_HASH", "sha256")
    project, ci = request.getfixturevalue("project"), request.getfixturevalue("ci")
    head = project.commit("no ticket here")
    project.push("topic")
    done = ci(at=project.checkout(head), env=merge_request(head))
    assert (len(head), done.returncode, "1 of 1 commit" in done.stdout) == (64, 1, True)
