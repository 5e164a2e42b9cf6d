"""Secrets and people in the texts of an event: masked or committed to before anything is hashed, and nothing else is touched."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from random import Random

import pytest

from gitward.audit.claims import Claims, of_push
from gitward.audit.event import decision_item
from gitward.audit.redaction import Words, redacted
from gitward.engine import conclude
from gitward.model import Change, Decision, PolicyInfo, Result, Violation
from gitward.record import replace
from timing import cpu_within

RANDOM = Random(5)
TOKEN = "glpat-" + "".join(RANDOM.choices("abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789", k=20))
KEY = "-----BEGIN PRIVATE KEY-----\n" + base64.encodebytes(RANDOM.randbytes(900)).decode() + "-----END PRIVATE KEY-----\n"


@pytest.mark.parametrize(("text", "shown"), [
    (f"the value {TOKEN} here", "the value <gitlab-token> here"),
    (f"https://ann:{TOKEN}@git.example.com/", "https://ann:<gitlab-token>@git.example.com/"),
    ("push to https://bob:p@ss/word://ann:x y@h", "push to https://bob:<url-password>@ss/word://ann:x y@h"),
    (f"https://ann:{TOKEN}!more@host/", "https://ann:<url-password>@host/"),
    ("ftp://bob:p@ss@host/x and ssh://git@host/x", "ftp://bob:<url-password>@host/x and ssh://git@host/x"),
    ("https://h/x?a=1&private_token=abc&b=2#private_token=d", "https://h/x?a=1&private_token=<url-parameter>&b=2#private_token=d"),
    (f"before {KEY}after", "before <private-key>-----END PRIVATE KEY-----\nafter"),
    ("no ticket in the subject or the trailers", None),
    ("password = nothing of the kind, token=x", None),
    ("\udcff\u202e\x1b[31m ::warning::", None),
])  # fmt: skip
def test_secrets_are_masked_and_the_rest_is_left(text: str, shown: str | None) -> None:
    assert redacted(text)[0] == (text if shown is None else shown)
    assert (redacted(text)[1] == ()) is (redacted(text)[0] == text)


@pytest.mark.parametrize(("option", "shown"), [
    ("ci.skip", "ci.skip"),
    ("merge_request.title=a b=c", "merge_request.title=a b=c"),
    ("ci.variable=NAME=hunter2", "ci.variable=NAME=<push-option>"),
    ("ci.variable=NAME=a\nb=c", "ci.variable=NAME=<push-option>"),
    ("password=x", "password=<push-option>"),
    ("deploy.API_KEY.prod=x=y", "deploy.API_KEY.prod=<push-option>"),
    ("\udcfftoken=\udcff", "\udcfftoken=<push-option>"),
])  # fmt: skip
def test_options_that_are_named_like_secrets(option: str, shown: str) -> None:
    assert redacted(option, is_option=True)[0] == shown


def denied(rule: str, message: str) -> Decision:
    violation = Violation(message=message, entry="e", commit="1" * 40)
    result = Result(entry="e", rule=rule, severity="error", policy=0, violated=1, violation_count=1, violations=(violation,))
    change = Change(stage="receive", time="2026-01-15T09:00:00.000000Z", updates=(), known=frozenset())
    info = PolicyInfo(id="p", digest="d", source="s", mode="enforce")
    return replace(conclude((), change, [], decision_id="I", version="1"), results=(result,), policies=(info,))


def test_each_redaction_is_listed_and_can_be_shown_to_be_what_was_there() -> None:
    message = f'the subject "{TOKEN}" has no ticket'
    item = decision_item(denied("ticket-reference", message), Claims(options=(f"x={TOKEN}",), option_count=1))
    assert TOKEN.encode() not in item.event + item.personal
    event, side = json.loads(item.event), json.loads(item.personal)
    assert event["results"][0]["violations"][0]["message"] == 'the subject "<gitlab-token>" has no ticket'
    paths = ["/session/push_options/0", "/results/0/violations/0/message"]
    assert sorted(each["path"] for each in event["redactions"]) == sorted(paths)
    salts = {path: salt for path, salt, value in side["values"] if value is None}
    for each in event["redactions"]:
        text = message if each["path"] == paths[1] else f"x={TOKEN}"
        plain = json.dumps([each["path"], text], separators=(",", ":")).encode()
        assert each["commitment"] == hmac.new(bytes.fromhex(salts[each["path"]]), plain, hashlib.sha256).hexdigest()
        assert each["method"] == "gitlab-token"


@pytest.mark.parametrize(("rule", "message", "names_people"), [
    ("ident", 'the author\'s name "Ann Lee" is not a full one', True),
    ("ai-attribution", 'the author is an AI: "Ann"', True),
    ("trailers", "Reviewed-by ann@example.com is not listed", True),
    ("subject-length", "the subject has 90 columns, 72 allowed", False),
    ("ref-name", 'the name "user@x" does not have the form', False),
])  # fmt: skip
def test_messages_that_name_people_are_committed_to(rule: str, message: str, names_people: bool) -> None:
    item = decision_item(denied(rule, message))
    said = json.loads(item.event)["results"][0]["violations"][0]["message"]
    assert (said != message) is names_people
    assert not names_people or json.loads(item.personal)["values"][-1][2] == message


def test_a_secret_that_the_cut_would_hide_is_masked_as_well() -> None:
    shown = Words().text("/a", "x" * 395 + " " + TOKEN)
    assert shown == "x" * 395 + " <git"


@pytest.mark.parametrize("text", [
    "://" * 40_000, "://a:" * 30_000, "a@" * 60_000, "?token" * 20_000, "token" * 20_000, "_-token" * 20_000,
    "-----BEGIN PRIVATE KEY-----" * 4_000, "w" * 120_000,
])  # fmt: skip
def test_the_time_is_linear(text: str) -> None:
    with cpu_within(1):
        redacted(text, is_option=True)
        Words().text("/a", text, limit=120_000)


@pytest.mark.parametrize(("environment", "address", "transport"), [
    ({"SSH_CONNECTION": "192.0.2.7 5022 192.0.2.1 22"}, "192.0.2.7", "ssh"),
    ({"SSH_CLIENT": "192.0.2.7 5022 22", "REMOTE_ADDR": "192.0.2.8"}, "192.0.2.7", "ssh"),
    ({"REMOTE_ADDR": "2001:db8::1"}, "2001:db8::1", "http"),
    ({"REMOTE_HOST": "x"}, "", ""),
])  # fmt: skip
def test_what_the_environment_claims(environment: dict[str, str], address: str, transport: str) -> None:
    claims = of_push(environment, "/srv/x.git")
    assert (claims.address, claims.transport, claims.repository) == (address, transport, "/srv/x.git")


TWENTY = ("a", *("",) * 19)


@pytest.mark.parametrize(("count", "kept", "counted"), [
    ("2", ("a", ""), 2), ("30", TWENTY, 30), ("-1", (), 0), ("x", (), 0), ("٣", (), 0), ("9" * 30, (), 0),
    ("999999999", TWENTY, 100_000),
])  # fmt: skip
def test_push_options_are_counted_and_some_are_kept(count: str, kept: tuple[str, ...], counted: int) -> None:
    claims = of_push({"GIT_PUSH_OPTION_COUNT": count, "GIT_PUSH_OPTION_0": "a"}, "")
    assert (claims.options, claims.option_count) == (kept, counted)
