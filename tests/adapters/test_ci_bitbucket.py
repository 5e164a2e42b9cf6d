"""`gitward ci` in Bitbucket Pipelines: short oids, no title, nothing about what was before."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest
from forge import LAX, SQUASH

TOO_LONG = "a subject that is far too long for the rule on every branch"


def env(head, **more):
    return {"CI": "true", "BITBUCKET_BUILD_NUMBER": "12", "BITBUCKET_COMMIT": head, **more}


def pull_request(head, **more):
    return env(
        head,
        **{"BITBUCKET_PR_ID": "7", "BITBUCKET_PR_DESTINATION_BRANCH": "main", "BITBUCKET_BRANCH": "topic", **more},
    )


@pytest.fixture
def clone(project, tmp_path):
    """As Bitbucket's build setup does: clone the source branch, and merge the destination into it."""

    def make(branch="topic", *, merged=True, depth=0):
        path = tmp_path / "clone"
        shallow = [f"--depth={depth}"] if depth else []
        project.git("clone", "-q", *shallow, "--branch", branch, f"file://{project.origin}", path)
        if merged and not depth:
            project.git("merge", "-q", "--no-ff", "--no-edit", "origin/main", cwd=path)
        return path

    return make


@pytest.fixture
def moved(project):
    """main has gone on since topic forked off, so the trial merge is a commit of its own."""
    project.switch("main")
    project.commit("ACME-3: meanwhile", other="x\n")
    project.switch("topic")
    return project


def test_a_pull_request_is_judged_by_the_tip_of_its_destination(moved, ci, clone):
    head = moved.commit("no ticket here")
    moved.push("main", "topic")
    at, base = clone(), moved.oid("main")
    assert moved.oid("HEAD", at) != head
    done = ci(at=at, env=pull_request(head))
    assert done.returncode == 1
    assert done.stderr == f"gitward check {base}..{head} --ref refs/heads/main --policy {base}:.gitward.yaml\n"
    assert "denied refs/heads/main: 1 of 1 commit" in done.stdout


def test_oids_cut_to_twelve_digits_are_made_whole(moved, ci, clone):
    head = moved.commit("no ticket here")
    moved.push("main", "topic")
    more = {"BITBUCKET_PR_DESTINATION_COMMIT": moved.oid("main")[:12]}
    done = ci(at=clone(), env=pull_request(head[:12], **more))
    assert done.returncode == 1
    assert f"..{head} " in done.stderr


def test_the_base_is_never_an_oid_that_is_cut(project, ci, clone):
    """The destination's short oid could be forged by the author: where its branch is missing, nothing is judged."""
    head = project.commit("ACME-3: good", policy=LAX)
    project.push("topic")
    at = clone(merged=False)
    project.git("update-ref", "-d", "refs/remotes/origin/main", cwd=at)
    done = ci(at=at, env=pull_request(head, BITBUCKET_PR_DESTINATION_COMMIT=project.oid("main")[:12]))
    assert done.returncode == 3
    assert "clone: {depth: full}" in done.stdout


def test_a_shallow_clone_is_undecided_with_the_providers_fix(project, ci, clone):
    project.commit("no ticket here")
    head = project.commit("ACME-3: good")
    project.push("topic")
    at = clone(depth=1)
    done = ci(at=at, env=pull_request(head))
    assert done.returncode == 3
    assert "clone: {depth: full}" in done.stdout
    project.git("fetch", "-q", "--depth=1", "origin", "+refs/heads/main:refs/remotes/origin/main", cwd=at)
    done = ci(at=at, env=pull_request(head))
    assert done.returncode == 3
    assert "clone: {depth: full}" in done.stdout


def test_a_pull_request_that_edits_the_policy_is_judged_by_the_destinations(project, ci, clone):
    head = project.commit("no ticket, but a lax policy", policy=LAX)
    project.push("topic")
    assert ci(at=clone(), env=pull_request(head)).returncode == 1


def test_without_a_title_a_squash_is_judged_by_its_commits_and_that_is_said(project, ci, clone):
    project.switch("main")
    project.commit("ACME-3: land by squash", policy=SQUASH)
    project.git("checkout", "-q", "-B", "topic", "main", cwd=project.work)
    head = project.commit("wip")
    project.push("main", "topic")
    done = ci(at=clone(), env=pull_request(head))
    assert done.returncode == 1
    assert "does not tell the pull request's title" in done.stdout


def test_a_push_to_a_topic_brings_what_the_default_branch_does_not_hold(project, ci, clone):
    head = project.commit(TOO_LONG)
    project.push("topic")
    done = ci(at=clone(merged=False), env=env(head, BITBUCKET_BRANCH="topic"))
    assert done.returncode == 1
    assert f"check {project.oid('main')}..{head} --ref refs/heads/topic" in done.stderr


def test_a_push_to_the_default_branch_is_undecided_as_nobody_tells_what_was_before(project, ci, clone):
    at = clone("main", merged=False)
    done = ci(at=at, env=env(project.oid("main"), BITBUCKET_BRANCH="main"))
    assert done.returncode == 3
    assert "bitbucket does not tell what refs/heads/main was before" in done.stdout
    assert "gitward check --all --policy HEAD:.gitward.yaml" in done.stdout


def test_a_tag_is_judged_for_its_ref(project, ci, clone):
    head = project.commit("no ticket")
    project.git("tag", "v1", cwd=project.work)
    project.push("topic", "v1")
    done = ci(at=clone("v1", merged=False), env=env(head, BITBUCKET_TAG="v1"))
    assert done.returncode == 1
    assert "--ref refs/tags/v1" in done.stderr


def test_a_junit_report_lies_where_bitbucket_looks(project, ci, clone):
    head = project.commit("no ticket here")
    project.push("topic")
    at = clone()
    ci(at=at, env=pull_request(head))
    found = ElementTree.parse(at / "test-results" / "gitward.xml")
    assert found.findall(".//failure")
    ci("--output", "mine.xml", at=at, env=pull_request(head))
    assert (at / "mine.xml").exists()


def test_the_junit_report_is_not_written_through_a_link_of_the_change(project, ci, clone, tmp_path):
    (tmp_path / "elsewhere").mkdir()
    (project.work / "test-results").symlink_to(tmp_path / "elsewhere")
    head = project.commit("ACME-3: good")
    project.push("topic")
    done = ci(at=clone(), env=pull_request(head))
    assert done.returncode == 3
    assert not list((tmp_path / "elsewhere").iterdir())


@pytest.mark.parametrize(("name", "value"), [("BITBUCKET_COMMIT", "HEAD"), ("BITBUCKET_PR_DESTINATION_BRANCH", "a..b")])
def test_variables_that_make_no_sense_are_undecided(project, ci, name, value):
    done = ci(at=project.work, env=pull_request(project.oid("HEAD"), **{name: value}))
    assert done.returncode == 3
    assert name in done.stdout
