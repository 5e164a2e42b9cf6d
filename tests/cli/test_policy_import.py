"""`gitward policy import`: where the policy and the list go, and what is refused."""

from __future__ import annotations

import pytest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Run


def test_policy_to_stdout_list_to_stderr(gitward: Run, tmp_path: Path) -> None:
    (tmp_path / ".gitlint").write_text("[title-max-length]\nline-length=60\n[mine]\nx=1\n")
    done = gitward("policy", "import", ".gitlint")
    assert done.returncode == 0
    assert "    max: 60\n" in done.stdout
    assert "gitlint [mine]: no equivalent: " in done.stderr
    assert done.stderr.splitlines()[-1].startswith("7 entries, ")
    (tmp_path / ".gitward.yaml").write_text(done.stdout)
    assert gitward("policy", "validate", ".gitward.yaml").returncode == 0
    assert gitward("policy", "test", ".gitward.yaml").returncode == 0


def test_output_is_never_written_over(gitward: Run, tmp_path: Path) -> None:
    (tmp_path / ".gitlint").write_text("[general]\n")
    assert gitward("policy", "import", ".gitlint", "--output", "p.yaml").returncode == 0
    before = (tmp_path / "p.yaml").read_bytes()
    done = gitward("policy", "import", ".gitlint", "--output", "p.yaml")
    assert (done.returncode, "there is a file already" in done.stderr) == (2, True)
    assert (tmp_path / "p.yaml").read_bytes() == before


def test_stdin_and_a_named_kind(gitward: Run) -> None:
    done = gitward("policy", "import", "-", "--from", "gitlint", stdin="# nothing but defaults\n")
    assert done.returncode == 0
    assert done.stdout.splitlines()[0] == "# Imported by `gitward policy import` from - (gitlint)."


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("nothing known\n", "nothing tells whose settings these are"),
        ("[general]\nignore=all\n", "nothing in settings has an equivalent here"),
        ("[T1]\na\x1b[31m=1\n", "the control character U+001B is refused"),
    ],
)
def test_refused(gitward: Run, tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "settings").write_text(text)
    done = gitward("policy", "import", "settings")
    assert (done.returncode, done.stdout, said in done.stderr) == (2, "", True)
    assert gitward("policy", "import", "no-such-file").returncode == 2


def test_text_of_a_source_reaches_no_terminal_as_it_is(gitward: Run, tmp_path: Path) -> None:
    (tmp_path / ".gitlint").write_text("[\u202ereversed]\nx=1\n")
    done = gitward("policy", "import", ".gitlint")
    assert done.returncode == 0
    assert "\u202e" not in done.stdout + done.stderr
    assert r"[\u202ereversed]: no equivalent" in done.stderr
