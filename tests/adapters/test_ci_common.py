"""How a provider's words are taken: what is no oid, no ref and no text is refused, and nothing becomes an option."""

from __future__ import annotations

import pytest

from gitward.adapters.ci import detect, read_job
from gitward.adapters.ci.common import branch, head_oid, member, message, oid, ref
from gitward.errors import Undecided, UsageError

FULL = "0123456789abcdef0123456789abcdef01234567"


def test_outside_a_ci_job_the_providers_and_check_are_named():
    with pytest.raises(UsageError) as refused:
        detect({"CI": "true"})
    assert "GitHub Actions, GitLab CI or Bitbucket Pipelines" in refused.value.message
    assert "gitward check BASE..HEAD" in refused.value.fix
    assert refused.value.exit_code == 2


@pytest.mark.parametrize(
    ("environment", "provider"),
    [
        ({"GITHUB_ACTIONS": "true"}, "github"),
        ({"GITLAB_CI": "true"}, "gitlab"),
        ({"BITBUCKET_BUILD_NUMBER": "12"}, "bitbucket"),
    ],
)
def test_the_provider_is_the_one_whose_sign_is_set(environment, provider):
    assert detect(environment) == provider


def test_two_providers_at_once_are_not_guessed_at():
    with pytest.raises(UsageError, match="github and gitlab"):
        detect({"GITHUB_ACTIONS": "true", "GITLAB_CI": "true"})


@pytest.mark.parametrize("value", [FULL, FULL + "89abcdef0123456789abcdef", "0" * 40])
def test_a_full_oid_is_taken(value):
    assert oid(value, "name") == value


@pytest.mark.parametrize("value", ["", FULL[:12], FULL.upper(), "HEAD", FULL + " ", FULL + "\n", "--all", FULL[:-1]])
def test_what_is_no_full_oid_is_refused(value):
    with pytest.raises(Undecided, match="no full object id"):
        oid(value, "name")


@pytest.mark.parametrize("value", [FULL[:12], FULL])
def test_a_head_may_be_cut_to_twelve_digits(value):
    assert head_oid(value, "name") == value


@pytest.mark.parametrize("value", [FULL[:11], "HEAD", "--upload-pack=x", FULL[:12] + "^"])
def test_a_head_is_never_an_expression(value):
    with pytest.raises(Undecided):
        head_oid(value, "name")


@pytest.mark.parametrize(
    "name", ["main", "a/1.x", "--upload-pack=touch", ";rm", "$(touch${IFS}x)", "a'b", 'a"b', "é", "`id`", "-x", "a|b"]
)
def test_any_name_that_git_allows_is_only_ever_a_ref(name):
    assert branch(name, "name") == f"refs/heads/{name}"


@pytest.mark.parametrize(
    "name",
    ["", "a b", "a\nb", "a..b", "a~1", "a^", "a:b", "a?", "a*", "a[", "a\\b", "a@{1}", "/a", "a/", "a//b", ".a",
     "a/.b", "a.lock", "a.lock/b", "a.", "\x1b[31m", "a\x7f"],
)  # fmt: skip
def test_names_that_git_does_not_allow_are_refused(name, git):
    assert git("check-ref-format", f"refs/heads/{name}", ok=False).returncode == 1
    with pytest.raises(Undecided, match="no ref that git allows"):
        branch(name, "name")


@pytest.mark.parametrize("name", ["main", "HEAD", "refs/heads/", "refs/tags/", "heads/main", "--all"])
def test_a_ref_is_full(name):
    with pytest.raises(Undecided):
        ref(name, "name")


@pytest.mark.parametrize("event", [{}, {"a": None}, {"a": []}, {"a": {"b": 1}}, {"a": {"b": None}}])
def test_a_missing_text_in_the_event_is_undecided(event):
    with pytest.raises(Undecided, match=r"no a\.b"):
        member(event, "a", "b")


def test_the_squash_message_is_title_blank_line_body():
    parsed = message("ACME-1: add", "why\r\n\r\nRefs: ACME-2\r\n\r\n")
    assert parsed.subject == "ACME-1: add"
    assert parsed.lines == ("ACME-1: add", "", "why", "", "Refs: ACME-2")
    assert message("title", " \n").lines == ("title",)


def test_a_title_that_is_no_unicode_is_a_message_with_a_problem():
    assert message("a\ud800b", "").problem


def test_an_event_that_cannot_be_read_is_undecided(tmp_path):
    path = tmp_path / "event.json"
    environment = {"GITHUB_EVENT_NAME": "push", "GITHUB_EVENT_PATH": str(path)}
    for text in ("{", "[]", "[" * 100_000, "\x00"):
        path.write_text(text)
        with pytest.raises(Undecided):
            read_job("github", environment)
    with pytest.raises(UsageError, match="GITHUB_EVENT_PATH"):
        read_job("github", {})
