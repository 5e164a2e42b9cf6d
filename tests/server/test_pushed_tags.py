"""Signed tags pushed to a server: each beside what `git verify-tag` says of it."""

from __future__ import annotations

import subprocess

import pytest
from scene import MakeScene, Scene
from signing import Keys

from servers import Server

pytestmark = pytest.mark.usefixtures("forked_hooks")

POLICY = """\
version: 1
policy: {{id: tags}}
principals:
  ann: {{addresses: [ann@example.com], keys: [{{ssh: "{ann}"}}]}}
  bob: {{addresses: [bob@example.com], keys: [{{ssh: "{bob}"}}]}}
rules:
  - {{rule: signed-tag{options}}}
"""


@pytest.fixture(params=["sha1", "sha256"])
def scene(path_server: Server, make_scene: MakeScene, keys: Keys, request: pytest.FixtureRequest) -> Scene:
    return ready(make_scene(path_server, request.param), keys)


@pytest.fixture
def ssh_scene(ssh_server: Server, make_scene: MakeScene, keys: Keys) -> Scene:
    return ready(make_scene(ssh_server), keys)


def ready(scene: Scene, keys: Keys) -> Scene:
    """The hook is there, the clone signs, and its HEAD is signed."""
    install(scene, keys)
    signers = scene.folder / "signers"
    signers.write_text(f"ann@example.com {keys.public('ann')}\nbob@example.com {keys.public('bob')}\n")
    scene.run("config", "gpg.ssh.allowedSignersFile", str(signers))
    scene.run("config", "gpg.format", "ssh")
    scene.run(*keys.signing("ann"), "commit", "-q", "-S", "--allow-empty", "-m", "feat: PROJ-4 signed")
    return scene


def install(scene: Scene, keys: Keys, options: str = "") -> None:
    path = scene.folder / "policy.yaml"
    path.write_text(POLICY.format(ann=keys.public("ann"), bob=keys.public("bob"), options=options))
    scene.install(path)


def git_says(scene: Scene, tag: str) -> bool:
    done = subprocess.run(["git", "verify-tag", tag], cwd=scene.clone, capture_output=True, env=scene.environment)
    return done.returncode == 0


def said(scene: Scene, *words: str) -> dict[str, str]:
    """What is said of each ref of a push, in one push; nothing of one that is let in."""
    code = scene.push("origin", *words).exit_code
    (result,) = [each for each in scene.events()[-1]["results"] if each["rule"] == "signed-tag"]  # type: ignore[attr-defined]
    assert code == (1 if result["violations"] else 0)
    found: dict[str, str] = {}
    for each in result["violations"]:
        found[each["ref"]] = f"{found.get(each['ref'], '')}{each['message']}\n"
    return found


def tag(scene: Scene, keys: Keys, name: str, *words: str, signer: str = "ann") -> None:
    scene.run(*keys.signing(signer), "tag", "-s", "-m", name, name, *words)


def test_tags(scene: Scene, keys: Keys) -> None:
    """git's verdict on each tag, then ours."""
    tag(scene, keys, "v2")
    tag(scene, keys, "on-a-tag", "v2")
    assert (git_says(scene, "v2"), git_says(scene, "on-a-tag")) == (True, True)
    assert said(scene, "v2", "on-a-tag") == {}
    assert said(scene, "--delete", "on-a-tag") == {}
    tag(scene, keys, "eve", signer="eve")
    scene.run("tag", "light")
    scene.run("tag", "-a", "-m", "x", "plain")
    tag(scene, keys, "bob", signer="bob")
    tag(scene, keys, "on-unsigned", "HEAD^")
    tag(scene, keys, "on-a-blob", "HEAD:.gitward.yaml")
    tag(scene, keys, "on-plain", "plain")
    wanted = {
        "eve": (False, "the policy does not list"),
        "light": (False, "lightweight"),
        "plain": (False, "the tag is not signed"),
        "bob": (True, "bob has no such address"),
        "on-unsigned": (True, "to which the tag leads is not signed"),
        "on-a-blob": (True, "the tag leads to a blob"),
        "on-plain": (True, 'the tag "plain" below it is not signed'),
    }
    found = said(scene, "v2:refs/tags/v9", *wanted)
    assert 'what was signed is the tag "v2", its ref is "v9"' in found.pop("refs/tags/v9")
    assert {ref.removeprefix("refs/tags/") for ref in found} == set(wanted)
    for name, (git_verdict, words) in wanted.items():
        assert git_says(scene, name) is git_verdict, name
        assert words in found[f"refs/tags/{name}"], name


ALTERED = {
    "its-name": (b"\nv2\n", b"\nv3\n", "does not hold"),
    "its-tagger": (b"tagger Ann", b"tagger Bob", "does not hold"),
    "text-after": (b"-----END SSH SIGNATURE-----\n", b"-----END SSH SIGNATURE-----\nx\n", "malformed"),
    "no-end": (b"-----END SSH SIGNATURE-----\n", b"", "malformed"),
}


def test_altered(ssh_scene: Scene, keys: Keys) -> None:
    scene = ssh_scene
    tag(scene, keys, "v2")
    raw = scene.run("cat-file", "tag", "v2").encode() + b"\n"
    for name, (old, new, _) in ALTERED.items():
        assert old in raw
        scene.run("update-ref", f"refs/tags/{name}", scene.raw_object("tag", raw.replace(old, new, 1)))
    found = said(scene, *ALTERED)
    for name, (_, _, words) in ALTERED.items():
        assert words in found[f"refs/tags/{name}"], name


def test_options(ssh_scene: Scene, keys: Keys) -> None:
    scene = ssh_scene
    install(scene, keys, ", target: commit, tag_name: last-part, formats: [openpgp, ssh]")
    tag(scene, keys, "v2", "HEAD^")
    assert said(scene, "v2:refs/tags/release/v2") == {}
    assert "its ref is" in said(scene, "v2:refs/tags/release/v3")["refs/tags/release/v3"]
    install(scene, keys, ", formats: [openpgp]")
    tag(scene, keys, "v3")
    assert "signed with ssh, here openpgp counts" in said(scene, "v3")["refs/tags/v3"]
