"""`git push --signed` to real servers: who pushes is known by the certificate alone, and each certificate counts once.

Where no other client can do what is wanted, one of our own speaks to git-receive-pack (`signing.Client`).
"""

from __future__ import annotations

import hashlib
import hmac
import re
import subprocess
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from itertools import combinations

import pytest
from scenarios import GOOD
from scene import NOBODY, MakeScene, Push, Scene, remote_text
from signing import SEED, Client, Keys, certificate, installed, last_certificate, packed, push

from servers import Server

pytestmark = pytest.mark.usefixtures("forked_hooks")

ZERO = "0" * 40


@pytest.fixture
def ssh(ssh_server: Server, make_scene: MakeScene, keys: Keys) -> Scene:
    """A repository behind a real sshd that wants every push signed, and a commit that is ready to be pushed."""
    scene = make_scene(ssh_server)
    installed(scene, keys)
    scene.commit(GOOD)
    return scene


def refused(scene: Scene, done: Push, says: str, before: dict[str, str]) -> None:
    """The push changed nothing, the one who pushed was told why, and the log names nobody."""
    assert done.exit_code == 1
    assert says in done.remote, done.stderr
    assert scene.refs() == before
    event = scene.events()[-1]
    assert event["decision"]["outcome"] == "denied"
    assert event["actor"]["id"] is None


def command(scene: Scene, ref: str = "refs/heads/main", new: str = "HEAD") -> str:
    return f"{scene.refs().get(ref, ZERO)} {scene.run('rev-parse', new)} {ref}"


# --- by git's own client ----------------------------------------------------------------------------------------------


def test_accepted(scene: Scene, keys: Keys) -> None:
    """Two refs in one push, with push options; who pushed stands in the log, and the certificate beside it."""
    installed(scene, keys, options=", slop: 1m")
    scene.commit(GOOD)
    done = push(scene, keys, "ann", "-o", "a b", "-o", "", "origin", "main", "main:refs/heads/topic")
    assert done.exit_code == 0, done.stderr
    event, kept = scene.events()[-1], last_certificate(scene)
    assert event["actor"] == {
        **NOBODY, "id": "ann", "display": "ann", "claim": kept.splitlines()[1].split()[1].decode(),
        "auth": {"method": "push-certificate", "fingerprint": keys.fingerprint("ann")},
    }  # fmt: skip
    assert event["session"]["push_options"] == ["a b", ""]
    named = event["session"]["push_certificate"]
    assert event["evidence"] == [{"of": "push-certificate", **named}]
    assert named == {"sha256": hashlib.sha256(kept).hexdigest(), "bytes": len(kept)}
    assert (scene.log / "evidence" / named["sha256"]).read_bytes() == kept
    text = hashlib.sha256(kept[: kept.index(b"-----BEGIN")]).hexdigest()
    assert [path.name for path in (scene.bare / "gitward" / "pushes").glob("*/*")] == [text]


@pytest.mark.parametrize("object_format", ["sha256"])
def test_in_a_sha256_repository(ssh_server: Server, make_scene: MakeScene, keys: Keys, object_format: str) -> None:
    scene = make_scene(ssh_server, object_format)
    installed(scene, keys)
    scene.commit(GOOD)
    assert push(scene, keys, "bob", "origin", "main").exit_code == 0
    assert scene.events()[-1]["actor"]["id"] == "bob"


@pytest.mark.parametrize(("signer", "says"), [("", "the push is not signed"), ("eve", "which the policy does not list")])
def test_refused(scene: Scene, keys: Keys, signer: str, says: str) -> None:
    """Nothing is taken, and no evidence kept, of whom the policy does not know."""
    installed(scene, keys, options=", slop: 1m")
    before = scene.refs()
    scene.commit(GOOD)
    refused(scene, push(scene, keys, signer, "origin", "main") if signer else scene.push("origin", "main"), says, before)
    assert scene.events()[-1]["session"]["push_certificate"] is None
    assert not (scene.bare / "gitward").exists()
    assert not (scene.log / "evidence").exists()


def test_for_another_repository(ssh: Scene, keys: Keys) -> None:
    """The pushee that git writes is what was typed: a URL of another name is none of this repository's."""
    before = ssh.refs()
    installed(ssh, keys, urls=["ssh://git.example.com/x.git"])
    refused(ssh, push(ssh, keys, "ann", "origin", "main"), "none of this repository's URLs", before)
    (ssh.bare.parent / "other.git").symlink_to(ssh.bare)
    installed(ssh, keys)
    other = ssh.server.url(ssh.bare.parent / "other.git")
    refused(ssh, push(ssh, keys, "ann", other, "main"), "none of this repository's URLs", before)
    time.sleep(1.1)  # in the second of the first push the same text would be signed, and that was sent before
    assert push(ssh, keys, "ann", "origin", "main").exit_code == 0


def test_a_relative_path(path_server: Server, make_scene: MakeScene, keys: Keys) -> None:
    scene = make_scene(path_server)
    installed(scene, keys)
    scene.commit(GOOD)
    before = scene.refs()
    refused(scene, push(scene, keys, "ann", "../server.git", "main"), 'signed for "../server.git"', before)
    assert push(scene, keys, "ann", f"file://{scene.bare}/", "main").exit_code == 0


def test_http_gives_its_nonce_out_before(http_server: Server, make_scene: MakeScene, keys: Keys) -> None:
    """Two connections, of which the second may be of another second: slop 0 refuses it then, git's own setting lets it go."""
    scene = make_scene(http_server)
    installed(scene, keys)
    scene.commit(GOOD)
    before = scene.refs()
    slow = "#!/bin/sh\nsleep 1.1\nexec ssh-keygen \"$@\"\n"
    program = scene.folder / "slow-keygen"
    program.write_text(slow)
    program.chmod(0o755)
    slowly = ("-c", f"gpg.ssh.program={program}")
    done = _with(scene, keys, slowly)
    refused(scene, done, "s old, 0 s are allowed", before)
    assert re.search(r"its nonce is [1-9][0-9]* s old", done.remote)
    scene.on_server("config", "receive.certNonceSlop", "600")
    assert _with(scene, keys, slowly).exit_code == 0


def _with(scene: Scene, keys: Keys, options: tuple[str, ...]) -> Push:
    process = subprocess.run(
        ["git", *keys.signing("ann"), *options, "push", "--signed", "origin", "main"], cwd=scene.clone, capture_output=True,
        env={**scene.environment, **scene.server.environment}, timeout=60, text=True,
    )  # fmt: skip
    return Push(process.returncode, remote_text(process.stderr), process.stderr)


def test_with_openpgp(ssh_server: Server, make_scene: MakeScene, keys: Keys) -> None:
    """A key that the policy lists, and one with the same user id that it does not."""
    scene = make_scene(ssh_server)
    with tempfile.TemporaryDirectory(prefix="pgp-") as home:  # short: the agent's socket is in it
        gpg = ["gpg", "--homedir", home, "--batch", "--yes", "--quiet", "--pinentry-mode", "loopback", "--passphrase", ""]
        for _ in range(2):
            subprocess.run([*gpg, "--quick-gen-key", "Ann <ann@example.com>", "ed25519", "cert,sign", "never"], check=True,
                           capture_output=True)  # fmt: skip
        rows = subprocess.run([*gpg, "--with-colons", "--list-keys"], check=True, capture_output=True, text=True).stdout
        listed, stranger = re.findall(r"(?m)^fpr:+([0-9A-F]{40}):", rows)
        path = installed(scene, keys)
        armor = subprocess.run([*gpg, "--export", listed], check=True, capture_output=True).stdout
        (path.parent / "ann.gpg").write_bytes(armor)
        path.write_text(path.read_text().replace("keys: [", f"keys: [{{openpgp: {listed}, certificate: ann.gpg}}, ", 1))
        scene.environment["GNUPGHOME"] = home
        scene.commit(GOOD)
        before = scene.refs()
        for signer in (stranger, listed):
            done = subprocess.run(
                ["git", "-c", f"user.signingKey={signer}!", "push", "--signed", "origin", "main"], cwd=scene.clone,
                env={**scene.environment, **scene.server.environment}, capture_output=True, text=True, timeout=60,
            )  # fmt: skip
            if signer == stranger:
                refused(scene, Push(done.returncode, remote_text(done.stderr), done.stderr), "does not list", before)
        assert done.returncode == 0, done.stderr
        assert (scene.events()[-1]["actor"]["id"], scene.events()[-1]["actor"]["claim"]) == ("ann", f"{listed}!")
        subprocess.run(["gpgconf", "--homedir", home, "--kill", "all"], check=False)


def test_without_a_seed(ssh: Scene, keys: Keys) -> None:
    """git's client does not sign then; a client that does is refused."""
    ssh.on_server("config", "--unset", "receive.certNonceSeed")
    before = ssh.refs()
    assert "does not support --signed" in push(ssh, keys, "ann", "origin", "main").stderr
    client = Client(ssh)
    assert client.nonce == ""
    text = certificate(ssh, f"{int(time.time())}-{'0' * 40}", command(ssh))
    refused(ssh, client.send(keys.signed("ann", text), packed(ssh, "HEAD")), "receive.certNonceSeed is not set", before)


def test_pushers_are_exempt_where_the_rule_judges_the_push(ssh: Scene, keys: Keys) -> None:
    more = "  - {rule: no-force-push, exempt: [{principal: ann}]}\n"
    installed(ssh, keys, more=more)
    assert push(ssh, keys, "bob", "origin", "main").exit_code == 0
    ssh.commit("fix: PROJ-9 another\n", parents=("HEAD^",))
    assert "error[no-force-push]" in push(ssh, keys, "bob", "--force", "origin", "main").remote
    assert push(ssh, keys, "ann", "--force", "origin", "main").exit_code == 0


def test_a_policy_that_does_not_ask_is_told_nothing(ssh: Scene, keys: Keys) -> None:
    ssh.install()
    assert push(ssh, keys, "eve", "origin", "main").exit_code == 0
    assert ssh.events()[-1]["actor"] == NOBODY
    assert not (ssh.bare / "gitward").exists()


# --- replayed and altered ---------------------------------------------------------------------------------------------


def test_our_client_is_taken_for_git(ssh: Scene, keys: Keys) -> None:
    client = Client(ssh)
    done = client.send(keys.signed("ann", certificate(ssh, client.nonce, command(ssh))), packed(ssh, "HEAD"))
    assert done.exit_code == 0, done.stderr
    assert ssh.events()[-1]["actor"]["id"] == "ann"


def test_replayed_in_a_later_second(ssh: Scene, keys: Keys) -> None:
    """The very stream that was accepted, when the refs are again as they were."""
    before = ssh.refs()
    client = Client(ssh)
    signed, pack = keys.signed("ann", certificate(ssh, client.nonce, command(ssh))), packed(ssh, "HEAD")
    assert client.send(signed, pack).exit_code == 0
    ssh.on_server("update-ref", "refs/heads/main", before["refs/heads/main"])
    refused(ssh, _later(ssh, client).send(signed, pack), "git calls its nonce BAD", before)


def test_replayed_in_the_same_second(ssh: Scene, keys: Keys) -> None:
    """Connections of one second share a nonce, so git itself finds nothing wrong with the second push."""
    before = ssh.refs()
    first, second = _pair(ssh)
    signed, pack = keys.signed("ann", certificate(ssh, first.nonce, command(ssh))), packed(ssh, "HEAD")
    assert first.send(signed, pack).exit_code == 0
    ssh.on_server("update-ref", "refs/heads/main", before["refs/heads/main"])
    refused(ssh, second.send(signed, pack), "this very push was signed and sent before", before)
    ssh.on_server("update-ref", "refs/heads/main", before["refs/heads/main"])
    again = _later(ssh, first)
    resigned = keys.signed("ann", certificate(ssh, again.nonce, command(ssh)))
    assert again.send(resigned, pack).exit_code == 0


def test_a_denied_push_has_spent_its_text(ssh: Scene, keys: Keys) -> None:
    """Who was denied signs anew: what a denial leaves behind is of no use to anybody."""
    installed(ssh, keys, more="  - {rule: subject-pattern, pattern: '^feat'}\n")
    before = ssh.refs()
    first, second = _pair(ssh)
    signed, pack = keys.signed("ann", certificate(ssh, first.nonce, command(ssh))), packed(ssh, "HEAD")
    assert "error[subject-pattern]" in first.send(signed, pack).remote
    assert ssh.events()[-1]["actor"]["id"] == "ann"
    installed(ssh, keys)
    refused(ssh, second.send(signed, pack), "sent before", before)
    assert push(ssh, keys, "ann", "origin", "main").exit_code == 0


def _pair(scene: Scene) -> tuple[Client, Client]:
    """Two connections with one nonce: opened at once, for on a busy machine each takes more than a second."""
    with ThreadPoolExecutor(4) as pool:
        while True:
            clients = list(pool.map(lambda _: Client(scene), range(4)))
            same = next((pair for pair in combinations(clients, 2) if pair[0].nonce == pair[1].nonce), None)
            for client in clients:
                if not same or client not in same:
                    _let_go(client)
            if same:
                return same


def _later(scene: Scene, client: Client) -> Client:
    """A connection of a later second: what is signed anew in the same one, by a client that gives no time, is the same text."""
    while (later := Client(scene)).nonce == client.nonce:
        _let_go(later)
        time.sleep(0.1)
    return later


def _let_go(client: Client) -> None:
    client.send_raw(b"0000")
    client.end()


ALTERED = {
    "a command": lambda text, scene: text.replace(b"refs/heads/main", b"refs/heads/other").replace(
        scene.refs()["refs/heads/main"].encode(), ZERO.encode()
    ),
    "one more command": lambda text, scene: text.replace(
        b"-----BEGIN", f"{ZERO} {scene.run('rev-parse', 'HEAD')} refs/heads/more\n-----BEGIN".encode(), 1
    ),
    "the pusher": lambda text, scene: text.replace(b"pusher Ann", b"pusher Bob"),
    "a push option": lambda text, scene: text.replace(b"\n\n", b"\npush-option x\n\n", 1),
}


def test_altered(ssh: Scene, keys: Keys) -> None:
    """What was changed after it was signed; git starts the hook all the same."""
    before, pack = ssh.refs(), packed(ssh, "HEAD")
    for what, alter in ALTERED.items():
        client = Client(ssh)
        text = alter(keys.signed("ann", certificate(ssh, client.nonce, command(ssh))), ssh)
        options, asking = (b"0005x0000", b" push-options") if what == "a push option" else (b"", b"")
        done = client.send(text, options + pack, b"report-status side-band-64k agent=x" + asking)
        refused(ssh, done, "that does not hold: the signature was not made over these bytes", before)


MALFORMED = {
    "a field that git does not know": lambda text: text.replace(b"nonce ", b"x-note y\nnonce ", 1),
    "no pushee": lambda text: re.sub(rb"pushee .*\n", b"", text),
    "two nonces": lambda text: re.sub(rb"(nonce .*\n)", rb"\1\1", text),
}


def test_malformed(ssh: Scene, keys: Keys) -> None:
    """Signed by somebody who is listed, and still no push certificate: git lets all of these pass."""
    before, pack = ssh.refs(), packed(ssh, "HEAD")
    for spoil in MALFORMED.values():
        client = Client(ssh)
        signed = keys.signed("ann", spoil(certificate(ssh, client.nonce, command(ssh))))
        refused(ssh, client.send(signed, pack), "the push certificate is malformed", before)
    client = Client(ssh)
    signed = keys.signed("ann", certificate(ssh, client.nonce, command(ssh)))
    refused(ssh, client.send(signed + b"more\n", pack), "text after the signature block", before)


# --- what the environment says ----------------------------------------------------------------------------------------


def _spoofing(scene: Scene, done: bytes, status: str = "OK", **more: str) -> Push:
    """An unsigned push with variables that name a certificate; over a path all of them reach the hook."""
    oid = scene.on_server("hash-object", "-w", "--stdin", stdin=done)
    nonce = re.search(rb"(?m)^nonce (.*)$", done)
    variables = {
        "GIT_PUSH_CERT": oid, "GIT_PUSH_CERT_STATUS": "G", "GIT_PUSH_CERT_SIGNER": "ann", "GIT_PUSH_CERT_KEY": "SHA256:x",
        "GIT_PUSH_CERT_NONCE": nonce[1].decode() if nonce else "", "GIT_PUSH_CERT_NONCE_STATUS": status, **more,
    }  # fmt: skip
    kept = dict(scene.environment)
    scene.environment.update(variables)
    try:
        return scene.push("origin", "main")
    finally:
        scene.environment.clear()
        scene.environment.update(kept)


@pytest.fixture
def path(path_server: Server, make_scene: MakeScene, keys: Keys) -> Scene:
    scene = make_scene(path_server)
    installed(scene, keys)
    scene.commit(GOOD)
    return scene


def nonce_for(path: str, when: int, seed: str = SEED) -> str:
    return f"{when}-{hmac.new(f'{path}:{when}'.encode(), seed.encode(), 'sha1').hexdigest()}"


def test_a_certificate_by_somebody_else(path: Scene, keys: Keys) -> None:
    before = path.refs()
    text = certificate(path, nonce_for(".", int(time.time())), command(path))
    refused(path, _spoofing(path, keys.signed("eve", text)), "which the policy does not list", before)
    refused(path, _spoofing(path, text), "malformed: it is not signed", before)
    refused(path, _spoofing(path, b"text"), "malformed", before)


def test_a_certificate_of_an_earlier_push(path: Scene, keys: Keys) -> None:
    """It is in the repository, and every variable is as git would set it."""
    before = path.refs()
    assert push(path, keys, "ann", "origin", "main").exit_code == 0
    path.on_server("update-ref", "refs/heads/main", before["refs/heads/main"])
    refused(path, _spoofing(path, last_certificate(path)), "this very push was signed and sent before", before)


def test_variables_of_a_signed_push_are_gits_own(path: Scene, keys: Keys) -> None:
    """Where a certificate comes, git sets each of them, whatever it was started with."""
    environment = {"GIT_PUSH_CERT": "0" * 40, "GIT_PUSH_CERT_NONCE_STATUS": "BAD", "GIT_PUSH_CERT_NONCE_SLOP": "99999"}
    done = push(path, keys, "ann", "origin", "main", **environment)
    assert done.exit_code == 0, done.stderr


def test_over_ssh_no_variable_arrives(ssh: Scene, keys: Keys) -> None:
    before = ssh.refs()
    text = certificate(ssh, nonce_for(str(ssh.bare), int(time.time())), command(ssh))
    names = ("GIT_PUSH_CERT", "GIT_PUSH_CERT_STATUS", "GIT_PUSH_CERT_NONCE", "GIT_PUSH_CERT_NONCE_STATUS")
    sent = " ".join(f"-o SendEnv={name}" for name in names)
    command_ = f"{ssh.server.environment['GIT_SSH_COMMAND']} {sent} -o ControlPath=none"
    ssh.server = Server("ssh", ssh.server.root, {"GIT_SSH_COMMAND": command_})
    refused(ssh, _spoofing(ssh, keys.signed("ann", text)), "the push is not signed", before)


def test_a_store_that_cannot_be_written(path: Scene, keys: Keys) -> None:
    before = path.refs()
    (path.bare / "gitward").write_text("in the way")
    done = push(path, keys, "ann", "origin", "main")
    assert done.exit_code == 1
    assert "it could not be kept that this push was signed for once" in done.remote
    assert path.refs() == before
