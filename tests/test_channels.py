"""Which channel the host names, and what it says: one variable, of no other channel."""

from __future__ import annotations

import pytest

from gitward.channels import VARIABLES, chosen, claim
from gitward.errors import UsageError
from gitward.model import ActorClaim

OTHERS = {name: "eve" for names in VARIABLES.values() for name in names if name != "GITEA_DEPLOY_KEY_ID"}
NAMING = {channel: names[0] for channel, names in VARIABLES.items() if names}


@pytest.mark.parametrize("channel", NAMING)
def test_of_all_variables_one_counts(channel: str) -> None:
    assert claim(channel, {**OTHERS, NAMING[channel]: "ann"}) == ActorClaim(channel=channel, name="ann")
    without = {name: value for name, value in OTHERS.items() if name != NAMING[channel]}
    assert claim(channel, without) == ActorClaim(channel=channel, name="")


def test_no_variable_counts_without_a_channel_or_for_a_certificate() -> None:
    assert claim("", OTHERS) is None
    assert claim("push-certificate", OTHERS) == ActorClaim(channel="push-certificate", name="")


@pytest.mark.parametrize(("key", "name"), [("0", "ann"), ("", "ann"), ("7", "deploy-key:7"), ("70", "deploy-key:70")])
def test_a_deploy_key_of_gitea_is_not_the_owner(key: str, name: str) -> None:
    given = {"GITEA_PUSHER_NAME": "ann", "GITEA_PUSHER_ID": "ann", "GITEA_DEPLOY_KEY_ID": key}
    assert claim("gitea", given) == ActorClaim(channel="gitea", name=name)
    assert claim("gitea-id", given) == ActorClaim(channel="gitea-id", name=name)
    assert claim("http", {"REMOTE_USER": "ann", "GITEA_DEPLOY_KEY_ID": key}) == ActorClaim(channel="http", name="ann")


def test_a_name_is_whole_or_none() -> None:
    assert claim("http", {"REMOTE_USER": "a" * 256}) == ActorClaim(channel="http", name="a" * 256)
    assert claim("http", {"REMOTE_USER": "a" * 257}) == ActorClaim(channel="http", name="")
    odd = " Ann\n\udcff"
    assert claim("http", {"REMOTE_USER": odd}) == ActorClaim(channel="http", name=odd)


def test_one_channel() -> None:
    assert (chosen([]), chosen(["gitlab"]), chosen(["http", "http"])) == ("", "gitlab", "http")
    for words, says in ((["gitlab", "gitea"], "here are two"), (["github"], "no such channel"), ([""], "no such channel"),
                        (["gerrit"], "runs no pre-receive hook"), (["GitLab"], "no such channel")):  # fmt: skip
        with pytest.raises(UsageError, match=says):
            chosen(words)
