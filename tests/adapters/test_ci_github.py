"""`gitward ci` on GitHub Actions: every kind of event on a real checkout, and what must not get through."""

from __future__ import annotations

import re
import shlex

import pytest
from forge import LAX, POLICY, SQUASH, ZERO

REPOSITORY = {"default_branch": "main"}


def env(name, **more):
    return {"GITHUB_ACTIONS": "true", "GITHUB_EVENT_NAME": name, **more}


def pull_request(base, head, *, title="ACME-9: change it", body=None, target="main"):
    return {
        "action": "synchronize",
        "number": 7,
        "pull_request": {
            "number": 7,
            "title": title,
            "body": body,
            "base": {"ref": target, "sha": base},
            "head": {"ref": "topic", "sha": head},
        },
        "repository": REPOSITORY,
    }


def push(before, after, ref="refs/heads/main"):
    return {
        "ref": ref, "before": before, "after": after, "created": before == ZERO, "deleted": after == ZERO,
        "forced": False, "repository": REPOSITORY,
    }  # fmt: skip


@pytest.fixture
def opened(project):
    """A pull request from `topic` onto main: makes the trial merge, gives (base, head, checkout)."""

    def make(**options):
        base, head = project.oid("main"), project.oid("topic")
        merge = project.trial_merge(head)
        return base, head, project.checkout(merge, **options)

    return make


def test_a_pull_request_is_judged_for_its_target_and_by_the_base(project, ci, opened):
    first = project.commit("ACME-3: good")
    bad = project.commit("no ticket here")
    base, head, at = opened()
    done = ci(at=at, env=env("pull_request", GITHUB_SHA=project.oid("HEAD", at)), event=pull_request(base, head))
    assert done.returncode == 1
    assert done.stderr == f"gitward check {base}..{head} --ref refs/heads/main --policy {base}:.gitward.yaml\n"
    assert done.stdout.startswith("::error title=gitward%3A ticket::")
    assert bad[:7] in done.stdout
    assert first[:7] not in done.stdout
    assert "denied refs/heads/main: 1 of 2 commits; policy acme revision 3" in done.stdout


def test_the_line_that_is_printed_gives_the_same_judgement(project, ci, opened, gitward):
    project.commit("no ticket here")
    base, head, at = opened()
    done = ci(at=at, env=env("pull_request"), event=pull_request(base, head))
    again = gitward(*done.stderr.split()[1:], "--format", "github", cwd=at)
    ids = re.compile(r"decision [0-9A-Z]{26}")
    assert (done.returncode, ids.sub("", done.stdout)) == (again.returncode, ids.sub("", again.stdout))


def test_a_good_pull_request_is_allowed(project, ci, opened):
    project.commit("ACME-3: good")
    base, head, at = opened()
    done = ci(at=at, env=env("pull_request"), event=pull_request(base, head))
    assert (done.returncode, "::error" in done.stdout) == (0, False)
    assert "allowed refs/heads/main: " in done.stdout


def test_the_trial_merge_is_not_what_is_judged(project, ci, opened):
    project.commit("ACME-3: good")
    base, head, at = opened()
    merge = project.oid("HEAD", at)
    done = ci("--format", "json", at=at, env=env("pull_request", GITHUB_SHA=merge, GITHUB_REF="refs/pull/7/merge"),
              event=pull_request(base, head))  # fmt: skip
    assert done.returncode == 0
    assert merge not in done.stdout
    assert head in done.stdout


def test_a_head_that_has_merged_the_base_brings_only_its_own_commits(project, ci, opened):
    project.commit("ACME-3: good")
    project.switch("main")
    project.commit("ACME-4: meanwhile, with a subject that is long, and too long for the rule")
    project.push("main")
    project.switch("topic")
    project.git("merge", "-q", "-m", "Merge main", "main", cwd=project.work)
    base, head, at = opened()
    done = ci(at=at, env=env("pull_request"), event=pull_request(base, head))
    assert (done.returncode, done.stdout.count("::error")) == (0, 0)


def test_a_pull_request_that_edits_the_policy_is_judged_by_the_bases(project, ci, opened):
    project.commit("no ticket, but a lax policy", policy=LAX)
    base, head, at = opened()
    done = ci(at=at, env=env("pull_request"), event=pull_request(base, head))
    assert done.returncode == 1
    assert "policy acme revision 3" in done.stdout
    done = ci("--first", at=at, env=env("pull_request"), event=pull_request(base, head))
    assert done.returncode == 1, "--first is for a base without a policy, not for one that is stricter"


def test_a_pull_request_that_deletes_the_policy_is_judged_by_the_bases(project, ci, opened):
    project.git("rm", "-q", ".gitward.yaml", cwd=project.work)
    project.commit("no ticket, no policy")
    base, head, at = opened()
    assert ci(at=at, env=env("pull_request"), event=pull_request(base, head)).returncode == 1


def test_modules_in_the_checkout_do_not_shadow_ours(project, ci, opened):
    trap = "raise SystemExit(0)\n"
    (project.work / "gitward").mkdir()
    (project.work / "gitward" / "__init__.py").write_text(trap)
    project.commit("no ticket here", **dict.fromkeys(("click.py", "sitecustomize.py", "json.py", "yaml.py"), trap))
    base, head, at = opened()
    assert ci(at=at, env=env("pull_request"), event=pull_request(base, head)).returncode == 1


def test_a_base_without_a_policy_is_a_usage_error_and_first_takes_the_heads(project, ci):
    project.switch("main")
    project.git("rm", "-q", ".gitward.yaml", cwd=project.work)
    base = project.commit("ACME-3: no policy")
    project.branch("first")
    head = project.commit("ticketless policy", policy=POLICY)
    project.push("main")
    at = project.checkout(project.trial_merge(head))
    done = ci(at=at, env=env("pull_request"), event=pull_request(base, head))
    assert done.returncode == 2
    assert "gitward ci --first" in done.stdout
    done = ci("--first", at=at, env=env("pull_request"), event=pull_request(base, head))
    assert done.returncode == 1
    assert f"--policy {head}:.gitward.yaml" in done.stderr
    assert "judged by the one that this change brings" in done.stdout


def test_a_named_policy_counts_instead(project, ci, opened, tmp_path):
    project.commit("no ticket here")
    base, head, at = opened()
    (tmp_path / "org.yaml").write_text(LAX)
    done = ci("--policy", str(tmp_path / "org.yaml"), at=at, env=env("pull_request"), event=pull_request(base, head))
    assert (done.returncode, "policy lax" in done.stdout) == (0, True)


def test_a_shallow_checkout_is_undecided_with_the_providers_fix(project, ci):
    project.commit("no ticket here")
    project.commit("ACME-3: good")
    base, head = project.oid("main"), project.oid("topic")
    merge = project.trial_merge(head)
    at = project.checkout(merge, merge, depth=2)  # as actions/checkout: the merge and its parents, nothing behind
    done = ci(at=at, env=env("pull_request"), event=pull_request(base, head))
    assert done.returncode == 3
    assert "fetch-depth: 0" in done.stdout
    at.rename(at.with_name("deep"))
    at = project.checkout(merge, merge, depth=1)  # not even the parents
    done = ci(at=at, env=env("pull_request"), event=pull_request(base, head))
    assert done.returncode == 3
    assert "fetch-depth: 0" in done.stdout


def test_a_missing_head_is_undecided_and_pull_request_target_says_how_to_fetch_it(project, ci):
    project.commit("no ticket here")
    base, head = project.oid("main"), project.oid("topic")
    project.push(f"{head}:refs/pull/7/head")
    at = project.checkout(base, "+refs/heads/*:refs/remotes/origin/*")
    done = ci(at=at, env=env("pull_request_target", GITHUB_SHA=base), event=pull_request(base, head))
    assert done.returncode == 3
    assert "git fetch origin refs/pull/7/head" in done.stdout
    project.git("fetch", "-q", "origin", "refs/pull/7/head", cwd=at)
    done = ci(at=at, env=env("pull_request_target", GITHUB_SHA=base), event=pull_request(base, head))
    assert done.returncode == 1


@pytest.fixture
def squashing(project, opened):
    """main lands by squash; gives a function: commit messages -> (base, head, checkout)."""
    project.switch("main")
    project.commit("ACME-3: land by squash", policy=SQUASH)
    project.push("main")
    project.git("checkout", "-q", "-B", "topic", "main", cwd=project.work)

    def make(*messages):
        for message in messages:
            project.commit(message)
        return opened()

    return make


def test_a_squash_with_a_bad_title_and_good_commits_is_denied(squashing, ci):
    base, head, at = squashing("ACME-4: good", "ACME-5: good")
    done = ci(at=at, env=env("pull_request"), event=pull_request(base, head, title="no ticket in the title"))
    assert done.returncode == 1
    assert "# refs/heads/main lands by squash" in done.stderr


def test_a_squash_with_a_good_title_and_bad_commits_is_allowed(squashing, ci):
    base, head, at = squashing("wip", "more wip")
    done = ci(at=at, env=env("pull_request"), event=pull_request(base, head, title="ACME-4: good", body="why\r\n"))
    assert done.returncode == 0


def test_without_squash_the_title_counts_for_nothing(project, ci, opened):
    project.commit("ACME-3: good")
    base, head, at = opened()
    done = ci(at=at, env=env("pull_request"), event=pull_request(base, head, title="bad title"))
    assert (done.returncode, "squash" in done.stderr) == (0, False)


def test_the_commit_that_a_squash_made_is_judged_on_the_push(squashing, project, ci):
    squashing("wip")
    project.switch("main")
    before = project.oid("main")
    project.git("merge", "-q", "--squash", "topic", cwd=project.work)
    after = project.commit("what the merger typed instead")
    project.push("main")
    at = project.folder / "checkout"
    project.git("fetch", "-q", "origin", "+refs/heads/main:refs/remotes/origin/main", cwd=at)
    assert ci(at=at, env=env("push", GITHUB_SHA=after), event=push(before, after)).returncode == 1


def test_a_merge_group_is_judged_as_it_will_land(project, ci):
    base = project.oid("main")
    head = project.commit("squashed by the queue, no ticket")
    project.push("main", f"{head}:refs/heads/gh-readonly-queue/main/pr-7-{base}")
    at = project.checkout(head)
    event = {
        "action": "checks_requested",
        "merge_group": {
            "base_ref": "refs/heads/main", "base_sha": base,
            "head_ref": f"refs/heads/gh-readonly-queue/main/pr-7-{base}", "head_sha": head,
        },
        "repository": REPOSITORY,
    }  # fmt: skip
    done = ci(at=at, env=env("merge_group"), event=event)
    assert done.returncode == 1
    assert f"{base}..{head} --ref refs/heads/main" in done.stderr


def test_a_push_is_judged_from_what_was_there_before_by_the_policy_of_then(project, ci):
    before = project.oid("main")
    project.switch("main")
    after = project.commit("no ticket, but a lax policy", policy=LAX)
    project.push("main")
    at = project.checkout(after)
    done = ci(at=at, env=env("push", GITHUB_SHA=after), event=push(before, after))
    assert done.returncode == 1
    assert f"check {before}..{after} --ref refs/heads/main --policy {before}:.gitward.yaml" in done.stderr


def test_a_new_branch_brings_what_the_default_branch_does_not_hold(project, ci):
    head = project.commit("a subject that is far too long for the rule on every branch")
    project.push("topic")
    at = project.checkout(head)
    done = ci(at=at, env=env("push", GITHUB_SHA=head), event=push(ZERO, head, "refs/heads/topic"))
    assert done.returncode == 1
    assert f"check {project.oid('main')}..{head} --ref refs/heads/topic" in done.stderr
    assert "1 of 1 commit " in done.stdout


def test_a_new_branch_without_commits_is_undecided_unless_allowed(project, ci):
    head = project.oid("main")
    at = project.checkout(head)
    event = push(ZERO, head, "refs/heads/topic")
    done = ci(at=at, env=env("push", GITHUB_SHA=head), event=event)
    assert done.returncode == 3
    assert "the range holds no commit" in done.stdout
    done = ci("--allow-empty", at=at, env=env("push", GITHUB_SHA=head), event=event)
    assert done.returncode == 0
    assert done.stderr.endswith(" --allow-empty\n")


def test_the_first_push_of_the_default_branch_names_no_range(project, ci):
    head = project.oid("main")
    at = project.checkout(head)
    done = ci(at=at, env=env("push", GITHUB_SHA=head), event=push(ZERO, head))
    assert done.returncode == 3
    assert "gitward check --all" in done.stdout


def test_a_forced_push_to_a_topic_falls_back_to_the_default_branch(project, ci):
    gone = "f" * 40
    head = project.commit("a subject that is far too long for the rule on every branch")
    project.push("topic")
    at = project.checkout(head)
    done = ci(at=at, env=env("push", GITHUB_SHA=head), event=push(gone, head, "refs/heads/topic"))
    assert done.returncode == 1
    assert f"check {project.oid('main')}..{head}" in done.stderr
    assert "(a forced push)" in done.stdout


def test_a_forced_push_to_the_default_branch_is_undecided(project, ci):
    before, head = project.oid("main"), project.oid("main^")
    project.push(f"{head}:main")
    at = project.checkout(head, "+refs/heads/main:refs/remotes/origin/main")
    done = ci(at=at, env=env("push", GITHUB_SHA=head), event=push(before, head))
    assert done.returncode == 3
    assert f"git fetch origin {before}" in done.stdout


def test_a_deleted_branch_holds_nothing_to_judge(project, ci):
    at = project.checkout(project.oid("main"))
    event = push(project.oid("topic"), ZERO, "refs/heads/topic")
    done = ci(at=at, env=env("push"), event=event)
    assert done.returncode == 3
    assert "refs/heads/topic was deleted" in done.stdout
    done = ci("--allow-empty", at=at, env=env("push"), event=event)
    assert (done.returncode, "was deleted" in done.stderr) == (0, True)


def test_a_tag_on_the_default_branch_is_judged_as_its_one_commit(project, ci):
    project.switch("main")
    head = project.commit("no ticket")
    project.git("tag", "-a", "-m", "release", "v1", cwd=project.work)
    project.push("main", "v1")
    tag = project.oid("v1")
    at = project.checkout(head)
    done = ci(at=at, env=env("push", GITHUB_SHA=head), event=push(ZERO, tag, "refs/tags/v1"))
    assert done.returncode == 1
    assert f"check {head} --ref refs/tags/v1" in done.stderr
    assert "1 of 1 commit " in done.stdout


def test_a_tag_beside_the_default_branch_brings_all_its_commits(project, ci):
    project.commit("no ticket")
    head = project.commit("ACME-3: good")
    project.git("tag", "v1", cwd=project.work)
    project.push("v1")
    at = project.checkout(head)
    done = ci(at=at, env=env("push", GITHUB_SHA=head), event=push(ZERO, head, "refs/tags/v1"))
    assert done.returncode == 1
    assert "1 of 2 commits" in done.stdout


@pytest.mark.parametrize("name", ["schedule", "workflow_dispatch", "issue_comment"])
def test_other_events_on_the_default_branch_name_no_range(project, ci, name):
    head = project.oid("main")
    at = project.checkout(head)
    done = ci(at=at, env=env(name, GITHUB_SHA=head, GITHUB_REF="refs/heads/main"), event={"repository": REPOSITORY})
    assert done.returncode == 2
    assert "gitward check BASE..HEAD" in done.stdout


def test_other_events_on_a_topic_judge_what_the_default_branch_does_not_hold(project, ci):
    head = project.commit("a subject that is far too long for the rule on every branch")
    project.push("topic")
    at = project.checkout(head)
    variables = env("workflow_dispatch", GITHUB_SHA=head, GITHUB_REF="refs/heads/topic")
    done = ci(at=at, env=variables, event={"repository": REPOSITORY})
    assert done.returncode == 1


def test_an_event_that_lacks_what_it_must_hold_is_undecided(project, ci):
    at = project.checkout(project.oid("main"))
    no_oid = pull_request("HEAD", "HEAD")
    for event in ({"pull_request": {"base": {"ref": "main"}}}, "{", no_oid):
        done = ci(at=at, env=env("pull_request"), event=event)
        assert done.returncode == 3
        assert done.stdout.startswith("::error ")


def test_what_the_author_types_is_never_an_option_a_command_or_a_line_of_the_log(squashing, ci):
    base, head, at = squashing("--exec=touch pwned")
    title = "--exec=x $(touch pwned) `touch pwned` ;touch pwned\n::set-output name=x::y"
    done = ci(at=at, env=env("pull_request"), event=pull_request(base, head, title=title, body="\n::error::x\n##[y]"))
    assert done.returncode == 1
    assert not (at / "pwned").exists()
    lines = (done.stdout + done.stderr).splitlines()
    assert not [line for line in lines if line.startswith("::") and "title=gitward" not in line]
    assert "##[" not in done.stdout


@pytest.mark.parametrize(
    "name", ["--upload-pack=touch${IFS}pwned", ";touch${IFS}pwned;", "$(touch${IFS}pwned)", "'\"`touch${IFS}pwned`"]
)
def test_a_branch_name_is_only_a_ref(project, ci, gitward, name):
    base, head = project.oid("main"), project.commit("no ticket")
    at = project.checkout(project.trial_merge(head))
    done = ci(at=at, env=env("pull_request"), event=pull_request(base, head, target=name))
    assert done.returncode == 0, "the entries are for main, the target is another branch"
    assert f"refs/heads/{name}: " in done.stdout
    assert shlex.split(done.stderr)[:5] == ["gitward", "check", f"{base}..{head}", "--ref", f"refs/heads/{name}"]
    assert not (at / "pwned").exists()


def test_the_job_summary_gets_the_report_and_markdown_in_it_stays_text(project, ci, opened, tmp_path):
    project.commit("``` </details> <script>")
    base, head, at = opened()
    page = tmp_path / "summary.md"
    page.write_text("before\n")
    ci(at=at, env=env("pull_request", GITHUB_STEP_SUMMARY=str(page)), event=pull_request(base, head))
    text = page.read_text()
    assert text.startswith("before\n### gitward: denied\n\n````text\n")
    assert text.endswith("\n````\n")


def test_dry_run_prints_the_line_on_stdout_and_judges_nothing(project, ci, opened):
    project.commit("no ticket here")
    base, head, at = opened()
    done = ci("--dry-run", at=at, env=env("pull_request"), event=pull_request(base, head))
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == f"gitward check {base}..{head} --ref refs/heads/main --policy {base}:.gitward.yaml\n"


def test_outside_ci_it_is_a_usage_error(project, ci):
    done = ci(at=project.work, env={})
    assert (done.returncode, done.stdout) == (2, "")
    assert "GitHub Actions, GitLab CI or Bitbucket Pipelines" in done.stderr
    assert "gitward check" in done.stderr
