"""Real pushes with every variable that a forge would set, and one channel that the host names: only its word counts.

Over a path all of them reach the hook, so that is the worst that can come (threat 5). Over http the web server has asked for a
password, and over ssh no variable arrives.
"""

from __future__ import annotations

import base64

import pytest
import signing
from scene import NOBODY, MakeScene, Push, Scene
from signing import Keys

from gitward.channels import VARIABLES
from servers import Server
from soaking import long

pytestmark = pytest.mark.usefixtures("forked_hooks")

POLICY = """\
version: 1
policy: {{id: channels}}
principals:
  ann: {{roles: [maintainer], keys: [{{ssh: "{ann}"}}]}}
  bob: {{keys: [{{ssh: "{bob}"}}]}}
rules:
  - {{rule: no-ref-deletion, exempt: [{{principal: ann}}]}}
"""
CERTIFICATE = {
    "GIT_PUSH_CERT": "1" * 40, "GIT_PUSH_CERT_SIGNER": "ann", "GIT_PUSH_CERT_KEY": "SHA256:x", "GIT_PUSH_CERT_STATUS": "G",
    "GIT_PUSH_CERT_NONCE": "1-2", "GIT_PUSH_CERT_NONCE_STATUS": "OK",
}  # fmt: skip
ANN = {
    **CERTIFICATE, "GITWARD_PRINCIPAL": "ann", "REMOTE_USER": "ann", "GL_USERNAME": "ann", "GL_USER": "ann", "GL_ID": "user-1",
    "GITEA_PUSHER_NAME": "ann", "BB_USER_NAME": "ann", "AUTHENTICATED_USER": "ann", "LOGNAME": "ann", "USER": "ann",
    "GITWARD_ACTOR": "ann", "SUDO_USER": "ann", "GIT_COMMITTER_NAME": "ann", "HTTP_REMOTE_USER": "ann",
}  # fmt: skip


def installed(scene: Scene, keys: Keys, channel: str) -> Scene:
    path = scene.folder / "channels.yaml"
    path.write_text(POLICY.format(ann=keys.public("ann"), bob=keys.public("bob")))
    scene.on_server("update-ref", "refs/heads/old", "refs/heads/main")
    scene.install(path, options=("--actor", channel) if channel else ())
    return scene


def deleting(scene: Scene, **environment: str) -> Push:
    """A push that only Ann may make."""
    kept = dict(scene.environment)
    scene.environment.update(environment)
    try:
        return scene.push("origin", ":refs/heads/old")
    finally:
        scene.environment.clear()
        scene.environment.update(kept)


ALWAYS = ("", "push-certificate", "gitlab")
TRIED = [*ALWAYS, *(pytest.param(channel, marks=long) for channel in VARIABLES if channel not in ALWAYS)]


@pytest.mark.parametrize("channel", TRIED)
def test_every_other_variable_says_ann(path_server: Server, make_scene: MakeScene, keys: Keys, channel: str) -> None:
    """And the channel's own says that it is Bob, whom the policy knows and does not let go; or nothing where it has none."""
    scene = installed(make_scene(path_server), keys, channel)
    own = VARIABLES.get(channel, ())[:1]
    push = deleting(scene, **{**ANN, **dict.fromkeys(own, "bob")})
    assert (push.exit_code, "refs/heads/old" in scene.refs()) == (1, True)
    actor = scene.events()[-1]["actor"]
    assert actor == ({**NOBODY, "id": "bob", "display": "bob", "claim": "bob",
                      "auth": {"method": channel, "fingerprint": None}} if own else NOBODY)  # fmt: skip
    assert ("nobody is exempt here" in push.remote) is not bool(own)


@pytest.mark.parametrize("channel", ["ssh-command", pytest.param("gitlab", marks=long)])
def test_the_channels_own_variable(path_server: Server, make_scene: MakeScene, keys: Keys, channel: str) -> None:
    """With every other one saying Bob. An account that nobody knows stands in the log as a commitment alone."""
    scene = installed(make_scene(path_server), keys, channel)
    (name,) = VARIABLES[channel]
    others = dict.fromkeys(ANN.keys() - CERTIFICATE.keys(), "bob")
    push = deleting(scene, **{**others, name: "Ann Nobody"})
    assert push.exit_code == 1
    assert f"the channel {channel} says that 'Ann Nobody' pushes, and no policy knows who that is" in push.remote
    actor = scene.stored()[-1]["actor"]
    assert (actor["id"], actor["claim"].keys(), actor["auth"]["method"]) == (None, {"commitment"}, channel)
    assert b"Ann Nobody" not in b"".join(path.read_bytes() for path in scene.log.glob("*.jsonl"))
    assert deleting(scene, **{**others, name: "ann"}).exit_code == 0
    actor = scene.events()[-1]["actor"]
    assert (actor["id"], actor["roles"]) == ("ann", [{"name": "maintainer", "source": "channels"}])


def test_a_signed_push_proves_nobody_where_another_channel_is_named(
    path_server: Server, make_scene: MakeScene, keys: Keys
) -> None:
    """Ann signed it and Bob brought it: there are never two answers."""
    scene = make_scene(path_server)
    more = "  - {rule: no-ref-deletion, exempt: [{principal: ann}]}\n"
    path = signing.installed(scene, keys, more=more)
    scene.install(path, options=("--actor", "gitlab"))
    scene.on_server("update-ref", "refs/heads/old", "refs/heads/main")
    push = signing.push(scene, keys, "ann", "origin", ":refs/heads/old", GL_USERNAME="bob")
    assert (push.exit_code, scene.events()[-1]["actor"]["id"]) == (1, "bob")
    assert "error[no-ref-deletion]" in push.remote
    assert "error[signed-push]" not in push.remote
    scene.install(path, options=("--actor", "push-certificate"))
    scene.on_server("update-ref", "refs/heads/older", "refs/heads/main")  # the text of the first push is spent
    push = signing.push(scene, keys, "ann", "origin", ":refs/heads/older", GL_USERNAME="bob")
    assert (push.exit_code, scene.events()[-1]["actor"]["id"]) == (0, "ann")


def test_the_user_of_the_web_server(http_server: Server, make_scene: MakeScene, keys: Keys) -> None:
    """nginx asks for the password of whoever names himself; who does not is nobody, whatever headers say."""
    scene = installed(make_scene(http_server), keys, "http")
    word = base64.b64encode(b"ann:secret").decode()
    scene.run("config", "http.extraHeader", "Remote-User: ann")
    assert deleting(scene, **ANN).exit_code == 1
    assert scene.events()[-1]["actor"]["id"] is None
    scene.run("config", "--add", "http.extraHeader", f"Authorization: Basic {base64.b64encode(b'ann:guess').decode()}")
    before = len(scene.events())
    assert deleting(scene).exit_code != 0
    assert len(scene.events()) == before, "it never came to git"
    scene.run("config", "--replace-all", "http.extraHeader", f"Authorization: Basic {word}")
    assert deleting(scene).exit_code == 0
    actor = scene.events()[-1]["actor"]
    assert (actor["id"], actor["auth"]["method"]) == ("ann", "http")


def test_no_variable_crosses_ssh(ssh_server: Server, make_scene: MakeScene, keys: Keys) -> None:
    scene = installed(make_scene(ssh_server), keys, "ssh-command")
    sent = " ".join(f"-o SendEnv={name}" for name in ANN)
    command = f"{ssh_server.environment['GIT_SSH_COMMAND']} {sent} -o ControlPath=none"
    scene.server = Server("ssh", ssh_server.root, {"GIT_SSH_COMMAND": command})
    assert deleting(scene, **ANN).exit_code == 1
    assert scene.events()[-1]["actor"] == {**NOBODY, "auth": {"method": "ssh-command", "fingerprint": None}}


def test_two_channels_deny(path_server: Server, make_scene: MakeScene, keys: Keys) -> None:
    scene = installed(make_scene(path_server), keys, "")
    scene.install(scene.folder / "channels.yaml", options=("--actor", "gitlab", "--actor", "gitea"))
    assert deleting(scene, **ANN).exit_code == 1
    assert "refs/heads/old" in scene.refs()
