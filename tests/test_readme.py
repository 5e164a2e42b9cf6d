"""Every command in the README is run, in its order, and the figures it quotes are those of bench/results/."""

from __future__ import annotations

import importlib.util
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from servers import need

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text()
MADE_BY = {"make demo": "test_make_demo", "make test": "the suite itself: this test is a part of it"}
FIRST = ["pipx install gitward", "gitward init", "gitward install"]


def commands(readme=README):
    """The lines of the `sh` blocks, comments left out."""
    blocks = re.findall(r"```sh\n(.*?)```", readme, re.DOTALL)
    return [re.sub(r"\s+#.*", "", line).strip() for block in blocks for line in block.splitlines() if line.strip()]


def test_the_readme_begins_with_the_users_three_lines():
    assert commands()[:3] == FIRST


def test_make_demo():
    make = need("make", "make")
    done = subprocess.run(
        [make, "--no-print-directory", "demo", f"VENV={sys.prefix}"],
        cwd=ROOT, capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert "a policy change smuggled into a push     denied" in done.stdout
    assert "an unsigned commit                       denied" in done.stdout
    assert "a commit signed with a colleague's key   denied" in done.stdout
    assert "a commit signed with one's own key       allowed" in done.stdout
    assert "3 commits: 1 good, 1 principal-mismatch, 1 unsigned" in done.stdout
    assert "status principal-mismatch: stopped at address" in done.stdout
    for part, ended in (
        ("ann: pushes it onto main, unapproved", "denied"), ("ann: pushes it, approved by herself", "denied"),
        ("bob and carol approve at the same moment", "allowed"), ("ann: pushes it, amended since", "denied"),
        ("ann: fast-forwards main", "allowed"), ("ann: pushes an urgent change", "denied"),
        ("ann: pushes it under broken glass", "allowed"), ("bob: finds open glass", "denied"),
        ("bob: finds none open", "allowed"),
    ):  # fmt: skip
        assert f"{part:<40} {ended}" in done.stdout
    assert "not as it should be" not in done.stdout
    assert (ROOT / ".demo" / "server.git" / "hooks" / "pre-receive").exists()


def bare_environment(home: Path) -> dict[str, str]:
    """What a new user has: a home, a PATH, and whatever pip needs to find its registry."""
    kept = ("PATH", "SSL_CERT_FILE", "HTTPS_PROXY", "https_proxy", "REQUESTS_CA_BUNDLE")
    names = {name: value for name, value in os.environ.items() if name in kept or name.startswith("PIP_")}
    config = Path("~/.config/pip/pip.conf").expanduser()
    if "PIP_CONFIG_FILE" not in names and config.exists():
        names["PIP_CONFIG_FILE"] = str(config)
    author = {f"GIT_{who}_{what}": value for who in ("AUTHOR", "COMMITTER")
              for what, value in (("NAME", "Ada"), ("EMAIL", "ada@example.org"))}  # fmt: skip
    return {**names, **author, "HOME": str(home), "GIT_CONFIG_NOSYSTEM": "1", "LC_ALL": "C.UTF-8",
            "PIP_NO_COMPILE": "1", "PIPX_HOME": str(home / "pipx"), "PIPX_BIN_DIR": str(home / "bin"),
            "PIPX_DEFAULT_PYTHON": sys._base_executable}  # fmt: skip


@pytest.fixture(scope="module")
def user(tmp_path_factory):
    """A user with gitward from pipx, a repository with some history, and a way to type commands in it."""
    pipx = need("pipx", "pipx")
    home = tmp_path_factory.mktemp("home")
    environment = bare_environment(home)
    checkout = home / "checkout"
    subprocess.run(["git", "clone", "--quiet", str(ROOT), str(checkout)], check=True, env=environment)
    installed = subprocess.run(
        [pipx, "install", str(checkout)], env=environment, capture_output=True, text=True, check=False, timeout=600
    )
    assert installed.returncode == 0, installed.stdout + installed.stderr
    environment["PATH"] = f"{home / 'bin'}{os.pathsep}{environment['PATH']}"
    project = home / "project"
    project.mkdir()

    def type_in(command, ok=True):
        done = subprocess.run(
            ["sh", "-c", command], cwd=project, env=environment, capture_output=True, text=True, check=False
        )
        assert not ok or done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
        return done

    type_in("git init --quiet --initial-branch=main .")
    for number in range(1, 6):
        type_in(f"echo {number} > file; git add file")
        type_in(f"git commit --quiet -m 'Change the file, part {number}' -m 'Refs: PAY-{number}'")
    type_in("gitward init")
    type_in("gitward install")
    return type_in


def test_the_three_lines_leave_a_policy_and_hooks(user):
    user("git add .gitward.yaml; git commit --quiet -m 'Add the change policy' -m 'Refs: PAY-9'")
    denied = user("echo x > file; git commit --quiet -a -m 'x'", ok=False)
    assert denied.returncode != 0
    assert "denied" in denied.stdout + denied.stderr
    user("git checkout --quiet file")


def test_git_ward_is_gitward(user):
    assert user("git ward --version").stdout == user("gitward --version").stdout


def test_every_command_runs(user, tmp_path):
    """Each command as a user would type it; only the server's paths are moved to a folder of ours."""
    server = tmp_path / "srv" / "payments.git"
    subprocess.run(["git", "init", "--quiet", "--bare", "--initial-branch=main", str(server)], check=True)
    user("git add -A; git diff --cached --quiet || git commit --quiet -m 'Keep the policy' -m 'Refs: PAY-10'")
    user(f"git push --quiet {server} HEAD:main")
    ran = []
    for command in commands()[3:]:
        if command in MADE_BY:
            continue
        assert command.startswith(("gitward ", "echo ", "tar ", "mkdir ")), f"no test runs {command!r}"
        moved = command.replace("/srv/git/payments.git", str(server)).replace("/var/log/gitward", str(tmp_path / "log"))
        done = user(moved, ok=False)
        # doctor may find something to say about this machine; everything else must be content
        assert done.returncode in ((0, 1) if "doctor" in command else (0,)), f"{command}\n{done.stdout}{done.stderr}"
        assert "Traceback" not in done.stdout + done.stderr
        ran.append(command)
    assert len(ran) >= 9
    assert (server / "hooks" / "pre-receive").exists()
    user("for file in handed/*.jsonl; do sed 's/started/startet/' $file > $file.new && mv $file.new $file; done")
    altered = user("gitward audit verify --log handed --against kept", ok=False)
    assert altered.returncode == 1
    assert "does not hold: 00000000000000000000.jsonl line 1: " in altered.stdout
    user(f"gitward install --remove --server {server}")
    assert not (server / "hooks" / "pre-receive").exists()


def test_every_file_that_the_readme_names_is_there():
    links = re.findall(r"\]\(([^)#]+)\)", README)
    assert links
    assert [link for link in links if not link.startswith("http") and not (ROOT / link).exists()] == []


def test_figures_are_those_of_the_last_measurement():
    figures = README.split("\n## Figures\n", 1)[1].split("\n## ", 1)[0]
    quoted = [line for line in figures.splitlines() if re.match(r"\| .*[0-9]", line)]
    results = "".join(path.read_text() for path in sorted((ROOT / "bench" / "results").glob("*.md")))
    assert len(quoted) > 10
    assert [line for line in quoted if line not in results] == []


def test_a_new_measurement_takes_the_place_of_the_old_one():
    spec = importlib.util.spec_from_file_location("quoted", ROOT / "bench" / "quoted.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    head, other = "| commits | peak | time |\n|---|---|---|\n", "| a |\n|---|\n| 1 |\n"
    old = f"| 7 |\n## Figures\n\nx:\n\n{head}| 1 | 2 MiB | 3 s |\n\n{other}\n## Next\n\n{head}| 4 | 5 MiB | 6 s |\n"
    new = module.quoted(old, f"## Memory\n\n{head}| 1 | 9 MiB | 9 s |\n| 8 | 8 MiB | 8 s |\n\nBudget: 5.\n")
    assert new == old.replace("| 1 | 2 MiB | 3 s |\n", "| 1 | 9 MiB | 9 s |\n| 8 | 8 MiB | 8 s |\n")


