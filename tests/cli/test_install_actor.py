"""The channel that says who pushes: `install` writes it into the hook, which passes its variable on, and no other's."""

from __future__ import annotations

from pathlib import Path

import pytest

from gitward.channels import VARIABLES
from gitward.doctor.actors import check_actor
from gitward.doctor.statements import check_names
from gitward.errors import UsageError
from gitward.installer import hookfile, server
from gitward.installer.hookfile import Program
from gitward.installer.settings import settings as settings_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from conftest import Git, Run

KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl"
POLICY = f"""\
version: 1
policy: {{id: org}}
principals: {{ann: {{keys: [{{ssh: "{KEY}"}}]}}}}
rules:
  - {{rule: no-ref-deletion, exempt: [{{principal: ann}}]}}
"""
URL = "https://git.example.com/app.git"


@pytest.fixture
def policy(tmp_path: Path) -> Path:
    path = tmp_path / "org.yaml"
    path.write_text(POLICY)
    return path


def test_a_push_through_what_was_installed(gitward: Run, git: Git, repo: Path, bare: Path, policy: Path) -> None:
    """Over a path every variable reaches the hook file; gitward gets one of them."""
    given = ("install", "--server", bare, "--policy", policy, "--actor", "gitlab", "--url", URL)
    done = gitward(*given)
    assert done.returncode == 0, done.stderr
    assert f" --actor gitlab --url {URL}\n" in (bare / "hooks/pre-receive").read_text()
    git("commit", "-q", "--allow-empty", "-m", "x", cwd=repo)
    git("push", "-q", bare, "HEAD:refs/heads/one", "HEAD:refs/heads/two", cwd=repo)
    spoofed = {name: "ann" for names in VARIABLES.values() for name in names}
    codes = [git("push", bare, ":refs/heads/one", cwd=repo, ok=False, env={**spoofed, "GL_USERNAME": who}).returncode
             for who in ("eve", "ann")]  # fmt: skip
    assert codes == [1, 0]
    assert gitward(*given).stdout.startswith("unchanged"), "as the other settings, they are read back from the hook"
    found = server.installed(str(bare))
    assert found is not None
    assert (found.settings.actor, found.settings.urls) == ("gitlab", (URL,))


@pytest.mark.parametrize("channel", ["", *VARIABLES])
def test_the_file_passes_on_the_variable_of_its_channel(channel: str) -> None:
    program = Program(python="/p", script="/s")
    text = hookfile.server(program, ("--policy", "/x", *(("--actor", channel) if channel else ())))
    (names,) = (line for line in text.splitlines() if line.startswith("names="))
    mine = set(VARIABLES.get(channel, ()))
    everybody = {name for each in VARIABLES.values() for name in each}
    assert {name for name in everybody if name in names.split("'")[1].split(" ")} == mine


@pytest.mark.parametrize(
    ("given", "says"),
    [({"actor": "github"}, "no such channel"), ({"actor": "gerrit"}, "runs no pre-receive hook"),
     ({"urls": ("../x.git",)}, "names no repository by itself"), ({"urls": (URL, "git.example.com")}, "by itself")],
)  # fmt: skip
def test_what_is_refused(given: dict[str, object], says: str) -> None:
    with pytest.raises(UsageError, match=says):
        settings_of(("/p.yaml",), "", (), (), **given)  # type: ignore[arg-type]


def test_what_the_command_line_refuses(gitward: Run, bare: Path, policy: Path) -> None:
    for words, says in ((("--org", bare.parent, "--policy", policy, "--url", URL), "--url names one repository"),
                        (("--actor", "gitlab"), "--actor and --url are a server's")):  # fmt: skip
        done = gitward("install", *words)
        assert (done.returncode, says in done.stderr) == (2, True), done.stderr


def found(bare: Path, policy: Path, *actor: str) -> list[tuple[str, str]]:
    return [(each.status, each.message) for each in check_actor(str(bare), [str(policy)], list(actor))]


def test_doctor_says_which(bare: Path, policy: Path) -> None:
    assert found(bare, policy, "gitlab") == [
        ("ok", "gitlab: who pushes is whom GL_USERNAME names, as this server was started")
    ]
    asks = ("warn", "nothing tells policy org who pushes, and no-ref-deletion would know: nobody is")
    assert found(bare, policy) == [asks]
    assert found(bare, policy, "push-certificate") == [("ok", "push-certificate: who pushes is who signed the push"), asks]
    (status, message), = found(bare, policy, "gitlb")
    assert (status, message.endswith("no such channel: every push is denied")) == ("fail", True)
    policy.write_text(POLICY + f"  - {{rule: signed-push, push_urls: ['{URL}']}}\n")
    assert found(bare, policy) == []
    policy.write_text(POLICY.replace("no-ref-deletion", "no-fixup"))  # judges commits, by who signed them
    assert found(bare, policy) == []


def test_doctor_says_that_no_url_is_known(bare: Path, policy: Path) -> None:
    """Without one what people sign in a clone of a URL counts for nothing."""

    def found(*urls: str) -> list[tuple[str, str]]:
        return [(each.status, each.message) for each in check_names(str(bare), [str(policy)], list(urls))]

    assert found() == []
    for more in ("  - {rule: approval}\n", "waivers: [{rules: [no-ref-deletion], who: [ann]}]\n"):
        policy.write_text(POLICY + more)
        assert found(URL) == []
        ((status, message),) = found()
        assert (status, message.startswith("the hook has no --url, and policy org counts approvals or waivers")) == ("warn", True)
