"""`gitward access keys`: whose key it is by the policy, and the one line of authorized_keys that it gets, or none."""

from __future__ import annotations

import re
import shlex
import subprocess
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from gitward.cli.access_keys import main
from gitward.model import Principal, SshKey, Trust
from gitward.shell.authorized import blob_of, line
from gitward.sshkeys import fingerprint, public_key

TYPE_CHECKING = False
if TYPE_CHECKING:
    from conftest import Run

NOW = 1_800_000_000
SHELL = ("/opt/gitward/bin/python", "-I", "/opt/gitward/bin/gitward", "access", "shell", "--root", "/srv/git")
PEOPLE = {name: Principal(name=name) for name in ("ann", "bob")} | {"forge:github": Principal(name="forge:github", forge=True)}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., bytes]:
    """A key by its name, made where it is new, in wire form; with `signed` options of ssh-keygen its certificate by another."""
    folder = tmp_path_factory.mktemp("keys")

    def key(name: str, kind: str = "ed25519", bits: str = "256", signed: tuple[str, ...] = ()) -> bytes:
        _made(folder / name, kind, bits)
        ending = ".pub"
        if signed:
            subprocess.run(("ssh-keygen", "-q", "-s", folder / signed[0], *signed[1:], folder / f"{name}.pub"), check=True)
            ending = "-cert.pub"
        return public_key((folder / f"{name}{ending}").read_text())

    return key


@cache
def _made(path: Path, kind: str, bits: str) -> None:
    subprocess.run(("ssh-keygen", "-q", "-t", kind, "-b", bits, "-N", "", "-C", "", "-f", path), check=True)


def of(*keys: SshKey, **more: object) -> Trust:
    return Trust(**{"principals": PEOPLE, "ssh": keys, **more})  # type: ignore[arg-type]


def words(found: str) -> list[str]:
    """The words that the account's shell makes of the line's command."""
    command = re.search(r'command="((?:[^"\\]|\\.)*)"', found)
    assert command
    return shlex.split(command[1].replace('\\"', '"'))


def test_a_listed_key_leads_to_the_shell_of_its_principal(made: Callable[..., bytes]) -> None:
    ann = made("ann")
    found = line(of(SshKey(principal="ann", blob=ann)), ann, SHELL, NOW)
    assert found.startswith('restrict,command="')
    assert words(found) == [*SHELL, "ann", "--key", fingerprint(ann)]
    assert public_key(found.rpartition('" ')[2]) == ann
    assert line(of(SshKey(principal="ann", blob=ann)), made("eve"), SHELL, NOW) == ""
    assert line(of(), ann, SHELL, NOW) == ""


@pytest.mark.parametrize(
    ("times", "is_let_in"),
    [
        ({"valid_after": NOW}, True), ({"valid_after": NOW + 1}, False), ({"valid_before": NOW + 1}, True),
        ({"valid_before": NOW}, False), ({"valid_after": 0, "valid_before": 1}, False), ({"valid_before": 0}, False),
    ],
)  # fmt: skip
def test_it_counts_in_its_times_alone_the_keys_and_the_principals(
    made: Callable[..., bytes], times: dict[str, int], is_let_in: bool
) -> None:
    ann = made("ann")
    assert bool(line(of(SshKey(principal="ann", blob=ann, **times)), ann, SHELL, NOW)) is is_let_in  # type: ignore[arg-type]
    people = {"ann": Principal(name="ann", **times)}  # type: ignore[arg-type]
    assert bool(line(of(SshKey(principal="ann", blob=ann), principals=people), ann, SHELL, NOW)) is is_let_in


def test_revoked_weak_and_forges_keys_open_nothing(made: Callable[..., bytes]) -> None:
    ann, short = made("ann"), made("short", "rsa", "1024")
    revoked = f"hash: {fingerprint(ann)}\n".encode()
    assert line(of(SshKey(principal="ann", blob=ann), ssh_revoked=revoked), ann, SHELL, NOW) == ""
    assert line(of(SshKey(principal="ann", blob=short)), short, SHELL, NOW) == ""
    assert line(of(SshKey(principal="ann", blob=short), rsa_bits=1024), short, SHELL, NOW)
    assert line(of(SshKey(principal="forge:github", blob=ann)), ann, SHELL, NOW) == ""
    assert line(of(SshKey(principal="ann", blob=ann, is_authority=True, names=("*",))), ann, SHELL, NOW) == ""


def test_a_certificate_counts_by_its_authority_for_the_principal_that_it_names(made: Callable[..., bytes]) -> None:
    authority = made("ca")
    listed = (
        SshKey(principal="ann", blob=authority, is_authority=True, names=("ann", "ann@*")),
        SshKey(principal="bob", blob=authority, is_authority=True, names=("bob",)),
    )
    held = made("carol", signed=("ca", "-I", "id", "-n", "ann,guest"))
    found = line(of(*listed), held, SHELL, NOW)
    assert found.startswith('cert-authority,principals="ann",restrict,command="')
    assert words(found)[-3:] == ["ann", "--key", fingerprint(made("carol"))]
    assert public_key(found.rpartition('" ')[2]) == authority

    def refused(*signed: str, trust: Trust | None = None) -> bool:
        return line(trust or of(*listed), made("carol", signed=("ca", "-I", "id", *signed)), SHELL, NOW) == ""

    assert refused("-n", "guest"), "no name that the authority may give"
    assert refused(), "no name at all"
    assert refused("-n", "ann,bob"), "two people"
    assert refused("-h", "-n", "ann"), "of a host"
    assert refused("-n", 'ann@x"'), "a name that cannot be written into the line"
    assert refused("-n", "ann", trust=of(SshKey(principal="ann", blob=authority))), "its authority is no authority here"
    assert refused("-n", "ann", trust=of(*listed, ssh_revoked=f"hash: {fingerprint(authority)}\n".encode()))
    assert line(of(*listed), held[:-1] + bytes([held[-1] ^ 1]), SHELL, NOW) == "", "its signature does not hold"


def test_by_fingerprint(made: Callable[..., bytes]) -> None:
    ann, authority = made("ann"), made("ca")
    trust = of(SshKey(principal="ann", blob=ann), SshKey(principal="bob", blob=authority, is_authority=True, names=("bob",)))
    assert blob_of(trust, fingerprint(ann)) == ann
    assert blob_of(trust, fingerprint(authority)) == b""
    assert blob_of(trust, fingerprint(made("eve"))) == b""


def test_words_with_quotes_reach_the_shell_whole(made: Callable[..., bytes]) -> None:
    ann = made("ann")
    shell = ("/opt/a \"b\" 'c' $(d) `e` \\", "access", "shell")
    assert words(line(of(SshKey(principal="ann", blob=ann)), ann, shell, NOW))[:3] == list(shell)


def test_the_command(
    made: Callable[..., bytes], gitward: Run, tmp_path: Path, launcher: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ann = made("ann")
    key = line(of(SshKey(principal="ann", blob=ann)), ann, SHELL, NOW).rpartition('" ')[2].split(" ")
    policy = tmp_path / "org.yaml"
    policy.write_text(f"""\
version: 1
policy: {{id: org}}
principals: {{ann: {{keys: [{{ssh: "{" ".join(key)}"}}]}}}}
rules: [{{rule: no-fixup}}]
""")
    log = "unix:/run/gitward/log.sock"
    asked = ("--policy", policy, "--root", "/srv/git", "--log", log)
    done = gitward("access", "keys", *asked, *key)
    assert (done.returncode, done.stderr) == (0, "")
    assert words(done.stdout)[1:] == ["-I", str(launcher), "access", "shell", "--root", "/srv/git", "--log", log,
                                      "ann", "--key", fingerprint(ann)]  # fmt: skip

    def asked_for(*words: str | Path) -> tuple[int, str, str]:
        return main([str(word) for word in words]), *capsys.readouterr()

    assert words(asked_for(*asked, fingerprint(ann))[1])[-3:] == words(done.stdout)[-3:]
    for other in (("SHA256:" + "A" * 43,), ("ssh-ed25519", _text(made("eve")))):
        assert asked_for(*asked, *other) == (0, "", "")
    for wrong in (("ssh-rsa", key[1]), ("ssh-ed25519", "x"), ("x",), (*key, "x"), (), ("--x", *key)):
        code, out, error = asked_for(*asked, *wrong)
        assert (code, out) == (2, ""), wrong
        assert "fix:" in error or "no SSH key" in error
    assert asked_for(*key)[0] == 2
    assert asked_for("--policy", policy, "--root", "git", *key)[0] == 2
    policy.write_text("x")
    assert asked_for(*asked, *key)[:2] == (2, "")


def _text(blob: bytes) -> str:
    from base64 import b64encode

    return b64encode(blob).decode()


def test_its_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    shown = capsys.readouterr().out
    assert "exit codes: " in shown
    assert "AuthorizedKeysCommand" in shown
