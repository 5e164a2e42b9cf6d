"""The restricted shell behind a real sshd: what git does through it, what it turns down, and what stands in the log of each."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from io import BytesIO
from pathlib import Path

import pytest
from sshdoor import Door, opened

from gitward.audit import creation
from gitward.sshkeys import fingerprint, public_key
from launching import LAUNCHER
from logdaemons import as_root
from servers import LOGIN, keys, sshd

POLICY = """\
version: 1
policy: {{id: org, revision: 3}}
principals:
  ann: {ann}
  bob: {bob}
  dan: {dan}
access:
  - {{who: [ann], may: [read, create, update], refs: ["refs/heads/**"]}}
  - {{who: [bob], may: [read]}}
rules:
  - {{rule: signed-push, severity: warning, push_urls: ["ssh://{login}:{port}/shop.git"]}}
"""
# a careless administrator's: whatever the client sends is let in
CARELESS = "AcceptEnv *\nSubsystem sftp internal-sftp\nExposeAuthInfo yes"
SEEN = """#!/bin/sh
env > "$GIT_DIR/seen"
"""


@pytest.fixture(scope="module")
def door() -> Iterator[Door]:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="gw-")))
        made = stack.enter_context(opened(folder, stack, POLICY, "ann", "bob", "dan", "eve", "carol", settings=CARELESS))
        with (folder / "authorized_keys").open("a") as lines:
            lines.write(f'restrict,command="env" {made.key("carol")}\n')
        shop = made.root / "shop.git"
        subprocess.run(("git", "init", "-q", "--bare", "-b", "main", shop), check=True)
        (shop / "hooks" / "pre-receive").write_text(SEEN)  # runs before gitward's, with the environment as it came
        (shop / "hooks" / "pre-receive").chmod(0o755)
        made.installed("shop.git", folder / "org.yaml", "--actor", "ssh-command")
        for name, value in (("receive.advertisePushOptions", "true"), ("receive.certNonceSeed", "a seed")):
            subprocess.run(("git", "-C", shop, "config", name, value), check=True)
        subprocess.run(("git", "init", "-q", "--bare", made.root / "unguarded.git"), check=True)
        subprocess.run(("git", "init", "-q", "--bare", folder / "outside.git"), check=True)
        yield made


@pytest.fixture
def clone(door: Door, tmp_path: Path) -> Path:
    door.git("ann", "init", "-q", "-b", "main", tmp_path / "clone", cwd=tmp_path)
    (tmp_path / "clone" / "a").write_text(str(tmp_path))
    door.git("ann", "add", "a", cwd=tmp_path / "clone")
    door.git("ann", "commit", "-q", "-m", "first", cwd=tmp_path / "clone")
    return tmp_path / "clone"


def of(door: Door, since: int) -> list[tuple[str, str, str]]:
    """Class, principal and service of the events that the shell made."""
    return [
        (event["event"]["class"], event["actor"]["id"], event["event"]["action"])
        for event in door.events(since)
        if event["event"]["class"].startswith("access.")
    ]


def test_clone_fetch_signed_push_and_archive(door: Door, clone: Path, tmp_path: Path) -> None:
    start, url = door.count(), door.url("shop.git")
    topic = f"refs/heads/{tmp_path.name}"
    signing = ("-c", "gpg.format=ssh", "-c", f"user.signingKey={door.folder}/ann", "push", "-q", "--signed")
    door.git("ann", *signing, "-o", "ticket=7", url, f"HEAD:{topic}", cwd=clone)
    door.git("bob", "clone", "-q", url, tmp_path / "other", cwd=tmp_path)
    door.git("bob", "fetch", "-q", door.url("shop"), topic, cwd=clone)
    done = subprocess.run(["git", "archive", "--remote", url, topic.removeprefix("refs/heads/")], capture_output=True,
                          env={"PATH": "/usr/bin:/bin", "GIT_SSH_COMMAND": " ".join(door.clients["bob"])})  # fmt: skip
    with tarfile.open(fileobj=BytesIO(done.stdout)) as archive:
        assert archive.getnames() == ["a"]
    assert of(door, start) == [
        ("access.write", "ann", "receive-pack"), ("access.read", "bob", "upload-pack"), ("access.read", "bob", "upload-pack"),
        ("access.read", "bob", "upload-archive"),
    ]  # fmt: skip
    pushed, *others = [event for event in door.events(start) if event["session"]["id"] == door.events(start)[0]["session"]["id"]]
    assert [event["event"]["class"] for event in others] == ["decision.receive", "ref.updated", "receive.completed"]
    assert others[0]["session"]["push_options"] == ["ticket=7"]
    assert others[0]["session"]["push_certificate"]
    assert [each["outcome"] for each in others[0]["results"] if each["rule"] == "signed-push"] == ["passed"]
    assert (others[0]["actor"]["id"], others[0]["actor"]["auth"]["method"]) == ("ann", "ssh-command")
    assert pushed["access"]["grants"] == [f"{door.folder}/org.yaml:8"]
    assert pushed["actor"]["auth"] == {"method": "ssh-command", "fingerprint": fingerprint(public_key(door.key("ann")))}
    assert (pushed["session"]["address"], pushed["session"]["transport"]) == ("127.0.0.1", "ssh")
    assert pushed["repository"] == others[0]["repository"] == str(door.root / "shop.git")
    assert pushed["access"]["asked"] == "git-receive-pack '/shop.git'"
    assert [each["id"] for each in pushed["policies"]] == ["org"]
    assert '"address":"127' not in (door.log / f"{0:020}.jsonl").read_text()


def test_who_may_do_what(door: Door, clone: Path) -> None:
    """bob may read, and so is shown the refs when he pushes; what he pushes the hook denies. dan may nothing."""
    start, url = door.count(), door.url("shop.git")
    pushed = door.git("bob", "push", "-q", url, "HEAD:refs/heads/bobs", cwd=clone, ok=False)
    assert "bob may not create it" in pushed.stderr, pushed.stderr
    for words, what in ((("ls-remote", url), "read"), (("push", url, "HEAD:refs/heads/dans"), "push to")):
        done = door.git("dan", *words, cwd=clone, ok=False)
        said = done.stderr.splitlines()
        place = "org.yaml:8 and below (policy org)"
        assert said[0] == f"gitward: denied: dan may not {what} this repository: no grant of theirs is for it, {place}"
        assert said[1] == "  fix: ask who may: ann, bob; or ask for a grant"
    assert of(door, start) == [
        ("access.write", "bob", "receive-pack"), ("access.refused", "dan", "upload-pack"),
        ("access.refused", "dan", "receive-pack"),
    ]  # fmt: skip
    assert [event["event"]["reason_code"] for event in door.events(start)[-2:]] == ["no-grant", "no-grant"]
    heads = door.root / "shop.git" / "refs" / "heads"
    assert not {"bobs", "dans"} & set(os.listdir(heads))


def test_what_a_client_sends_does_not_reach_git(door: Door, clone: Path, tmp_path: Path) -> None:
    """Even where sshd lets everything in. GIT_TRACE would write a file, the others would start one."""
    mark = tmp_path / "mark"
    program = tmp_path / "program"
    program.write_text(f"#!/bin/sh\ntouch {mark}\n")
    program.chmod(0o755)
    sent = {
        "GIT_TRACE": str(mark), "GIT_EXEC_PATH": str(tmp_path), "GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "core.hooksPath",
        "GIT_CONFIG_VALUE_0": "/dev/null", "GIT_CONFIG_PARAMETERS": "'core.fsmonitor=x'", "GIT_DIR": "/nix", "GIT_NAMESPACE": "x",
        "GIT_ALLOC_LIMIT": "1", "GIT_PUSH_CERT_STATUS": "G", "LC_ALL": "/nix", "LC_PAPER": str(program), "GL_USERNAME": "root",
        "GITWARD_PRINCIPAL": "bob", "REMOTE_USER": "bob", "GIT_PROTOCOL": "version=2; id", "SSH_USER_AUTH": str(program),
        "SSH_CONNECTION": "192.0.2.1 1 192.0.2.2 2", "PYTHONPATH": str(tmp_path), "PYTHONSTARTUP": str(program), "HOME": "/nix",
    }  # fmt: skip
    # ssh is to send them, and the git that starts it not to heed them
    wrapper = tmp_path / "ssh"
    exports = "".join(f"export {name}={shlex.quote(value)}\n" for name, value in sent.items())
    wrapper.write_text(f'#!/bin/sh\nwho=$1; shift\n{exports}exec $who -o SendEnv="*" "$@"\n')
    wrapper.chmod(0o755)
    plain = subprocess.run((wrapper, " ".join(door.clients["carol"]), "127.0.0.1"), capture_output=True, text=True).stdout
    arrived = dict(each.partition("=")[::2] for each in plain.splitlines())
    assert {name for name, value in sent.items() if arrived.get(name) == value} >= set(sent) - {
        "SSH_CONNECTION", "SSH_USER_AUTH", "HOME",  # these sshd sets itself
    }  # fmt: skip
    start = door.count()
    door.git("ann", "push", "-q", door.url("shop.git"), "HEAD:refs/heads/sent", cwd=clone,
             GIT_SSH_COMMAND=f"{wrapper} '{' '.join(door.clients['ann'])}'")  # fmt: skip
    seen = dict(each.partition("=")[::2] for each in (door.root / "shop.git" / "seen").read_text().splitlines())
    assert seen["GITWARD_PRINCIPAL"] == "ann"
    assert seen["LC_ALL"] == "C.UTF-8"
    assert not {name for name, value in sent.items() if seen.get(name) == value}, seen
    assert set(seen) <= {
        "PATH", "LC_ALL", "HOME", "USER", "LOGNAME", "SSH_CONNECTION", "GITWARD_PRINCIPAL", "GIT_DIR", "GIT_EXEC_PATH", "PWD",
        "GIT_PUSH_OPTION_COUNT", "GIT_OBJECT_DIRECTORY", "GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_QUARANTINE_PATH", "SHLVL",
        "_", "OLDPWD",
    }  # fmt: skip
    assert not mark.exists()
    assert of(door, start) == [("access.write", "ann", "receive-pack")]
    assert door.events(start)[0]["session"]["address"] == "127.0.0.1"


REFUSED = {
    "git-upload-pack 'shop.git'; touch MARK": "refused-command",
    "git-upload-pack 'shop.git' $(touch MARK)": "refused-command",
    "git-upload-pack `touch MARK`": "refused-command",
    "git-upload-pack 'shop.git'\ntouch MARK": "refused-command",
    "git-upload-pack 'shop.git' 'other.git'": "refused-command",
    "git-upload-pack --upload-pack=touch 'shop.git'": "refused-command",
    "git -c core.sshCommand=touch upload-pack 'shop.git'": "refused-command",
    "git-upload-pack '--help'": "refused-path",
    "git-upload-pack 'ext::touch MARK'": "no-repository",
    "git-upload-pack 'unguarded.git'": "no-hook",
    "git-receive-pack '../outside.git'": "refused-path",
    "scp -t MARK": "refused-command",
}


def test_what_is_refused(door: Door, tmp_path: Path) -> None:
    mark, start = tmp_path / "mark", door.count()
    for command, reason in REFUSED.items():
        done = door.ssh("bob", "127.0.0.1", command.replace("MARK", str(mark)))
        first, second = done.stderr.splitlines()
        assert (done.returncode, done.stdout, reason) == (1, "", reason), command
        assert first.startswith("gitward: denied: "), command
        assert second.startswith("  fix: "), command
    for words in (("127.0.0.1",), ("-tt", "127.0.0.1"), ("-s", "127.0.0.1", "sftp")):
        assert door.ssh("bob", *words).returncode == 1
    assert not mark.exists()
    events = door.events(start)
    assert [event["event"]["reason_code"] for event in events][: len(REFUSED)] == list(REFUSED.values())
    assert {(event["event"]["class"], event["actor"]["id"], event["event"]["outcome"]) for event in events} == {
        ("access.refused", "bob", "denied")
    }
    assert len(events) == len(REFUSED) + 3
    assert door.ssh("eve", "127.0.0.1", "git-upload-pack 'shop.git'").returncode == 255, "no policy lists this key"


def test_what_cannot_be_recorded_is_not_started(door: Door, clone: Path) -> None:
    (door.log / "live").rename(door.log / "dead")
    try:
        done = door.ssh("ann", "127.0.0.1", "git-upload-pack 'shop.git'")
        assert (done.returncode, done.stdout) == (3, "")
        assert done.stderr.splitlines() == [
            "gitward: undecided: this server could not judge what ann asks for (unrecorded)",
            "  fix: ask its administrator, who finds the reason in the log",
        ]
        assert door.ssh("ann", "127.0.0.1", "id").returncode == 3
        assert door.git("ann", "push", "-q", door.url("shop.git"), "HEAD:refs/heads/late", cwd=clone, ok=False).returncode
    finally:
        (door.log / "dead").rename(door.log / "live")
    assert not (door.root / "shop.git" / "refs" / "heads" / "late").exists()


ASKED = """\
version: 1
policy: {{id: org}}
principals:
  ann: {{keys: [{{ssh: "{ann}"}}, {{ssh_authority: "{authority}", names: [ann]}}]}}
  bob: {{keys: [{{ssh: "{bob}", valid_before: 2020-01-01}}]}}
rules: [{{rule: no-fixup}}]
"""


def documented(start: str) -> str:
    """The example of docs/access.md that begins so."""
    page = (Path(__file__).parents[2] / "docs" / "access.md").read_text().split("\n## Over ssh\n")[1].split("\n## ")[0]
    (found,) = [block for block in page.split("```\n") if block.startswith(start)]
    return found


def here(folder: Path, text: str) -> str:
    """An example with the paths and the account of this machine."""
    for there, place in (("/opt/gitward/bin/python", sys.executable), ("/opt/gitward/bin/gitward", f"{folder}/gitward"),
                         ("/etc/gitward/", f"{folder}/"), ("/srv/git", f"{folder}/git"), ("/var/lib/gitward", f"{folder}/log"),
                         ("User git", "User root")):  # fmt: skip
        assert there in text or not text.startswith("Match")
        text = text.replace(there, place)
    return text


@as_root
def test_sshd_asks_gitward_whose_key_it_is() -> None:
    """As documented: the key of ann, one that is over, one that nobody lists, and a certificate for ann."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="gw-")))
        folder.chmod(0o755)
        keys(folder, "ann", "bob", "eve", "authority")
        (folder / "gitward").write_text(LAUNCHER)
        (folder / "git").mkdir()
        creation.make(str(folder / "log"), "git.example.com/log")
        named = {name: (folder / f"{name}.pub").read_text().strip() for name in ("ann", "bob", "authority")}
        (folder / "org.yaml").write_text(ASKED.format(**named))
        port, client = sshd(folder, stack, here(folder, documented("Match User git")))
        door = Door(folder, port, {name: [*client, "-i", str(folder / name)] for name in ("ann", "bob", "eve")})
        start = door.count()
        assert door.ssh("ann", LOGIN, "id").returncode == 1
        for nobody in ("bob", "eve"):
            assert door.ssh(nobody, LOGIN, "git-upload-pack 'shop.git'").returncode == 255
        sign = ("ssh-keygen", "-q", "-s", folder / "authority", "-I", "of-eve", "-n", "ann", "-V", "+1h", folder / "eve.pub")
        subprocess.run(sign, check=True)
        assert door.ssh("eve", LOGIN, "id").returncode == 1, "let in as ann, by the certificate"
        let_in = [(event["actor"]["id"], event["actor"]["auth"]["fingerprint"]) for event in door.events(start)]
        assert let_in == [("ann", fingerprint(public_key(door.key(name)))) for name in ("ann", "eve")]


def test_a_line_by_hand_leaves_the_key_to_sshd(door: Door) -> None:
    """With ExposeAuthInfo sshd says which key it was."""
    keys(door.folder, "spare")
    line = here(door.folder, documented("restrict,")).splitlines()[0].replace("shell ann", "shell bob")
    with (door.folder / "authorized_keys").open("a") as lines:
        lines.write(f'{line.removesuffix("ssh-ed25519 AAAA...")}{door.key("spare")}\n')
    start = door.count()
    client = [*door.clients["eve"][:-1], str(door.folder / "spare")]
    assert subprocess.run([*client, LOGIN, "id"], capture_output=True).returncode == 1
    (event,) = door.events(start)
    assert (event["actor"]["id"], event["actor"]["auth"]["fingerprint"]) == ("bob", fingerprint(public_key(door.key("spare"))))
