"""What the restricted shell takes for a command of git's: what git writes, and nothing else."""

from __future__ import annotations

import shlex
import subprocess

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gitward.shell.command import LONGEST, Asked, parse
from gitward.shell.refusal import Denied

SERVICES = ("upload-pack", "receive-pack", "upload-archive")
OF_A_PATH = st.text(st.characters(exclude_characters="\0\x7f", exclude_categories=("Cs", "Cc")), min_size=1, max_size=30)


def quoted(path: str) -> str:
    """As git's own quote.c: `git rev-parse --sq-quote` puts a blank before it."""
    command = ("git", "rev-parse", "--sq-quote", path)
    return subprocess.run(command, capture_output=True, check=True).stdout.decode("utf-8", "surrogateescape")[1:-1]


@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize(
    "path", ["shop.git", "/srv/git/shop.git", "it's", "a!b", "''!!'", "ä b", "x\udcff", "a;$(b)`c`", "a--b", "x\\"]
)
def test_what_git_writes(service: str, path: str) -> None:
    for program in (f"git-{service}", f"git {service}"):
        assert parse(f"{program} {quoted(path)}") == Asked(service=service, path=path)  # type: ignore[arg-type]


REFUSED = [
    "", " ", "sh", "bash -i", "scp -t /tmp", "internal-sftp", "/usr/lib/openssh/sftp-server", "rsync --server . /tmp",
    "git", "git-upload-pack", "git-upload-pack ", "git upload-pack", "git-shell -c x", "git-lfs-authenticate 'x' download",
    "git-upload-pack x", "git-upload-pack \"x\"", "git-upload-pack  'x'", "git-upload-pack\t'x'", " git-upload-pack 'x'",
    "git-upload-pack 'x' ", "git-upload-pack 'x'\n", "git-upload-pack 'x", "git-upload-pack x'", "git-upload-pack 'x''y'",
    "git-upload-pack 'x' 'y'", "git-upload-pack 'x'; id", "git-upload-pack 'x';id", "git-upload-pack 'x'|id",
    "git-upload-pack 'x' && id", "git-upload-pack 'x' & id", "git-upload-pack $(id)", "git-upload-pack `id`",
    "git-upload-pack 'x'$(id)", "git-upload-pack 'x'`id`", "git-upload-pack 'x'>y", "git-upload-pack 'x'\nid",
    "id\ngit-upload-pack 'x'",
    "git-upload-pack 'x\ny'", "git-upload-pack 'x\0y'", "git-upload-pack 'x\x1by'", "git-upload-pack 'x\x7fy'",
    "git-upload-pack '\\''", "git-upload-pack 'x'\\x'y'", "git-upload-pack 'x'\\''",
    "git-upload-pack --strict 'x'", "git-upload-pack --timeout=1 'x'", "git-receive-pack --http-backend-info-refs 'x'",
    "git-upload-pack -u 'x'", "git-upload-pack -- 'x'", "git -c core.pager=id upload-pack 'x'",
    "git --exec-path=/tmp upload-pack 'x'",
    "git -C /tmp upload-pack 'x'", "GIT_TRACE=1 git-upload-pack 'x'", "env git-upload-pack 'x'", "/usr/bin/git-upload-pack 'x'",
    "git-Upload-pack 'x'", "git--upload-pack 'x'", "git_upload-pack 'x'", "git-upload-pack-x 'x'", "git  upload-pack 'x'",
    "git-upload-pack ''", "git-upload-pack '/'", "git-upload-pack '//'", "git-upload-pack '-'", "git-upload-pack '--help'",
    "git-upload-pack '-u'", "git-upload-pack '--upload-pack=id'", "git-upload-pack '~/x'", "git-upload-pack '~root/x'",
    "git-upload-pack '..'", "git-upload-pack '../x'", "git-upload-pack 'x/../../y'", "git-upload-pack '/srv/..'",
    f"git-upload-pack '{'x' * (LONGEST + 1)}'", f"git-upload-pack '{'ä' * (LONGEST // 2 + 1)}'",
    "git-upload-pack '" + "'\\''" * (LONGEST + 20) + "'",
]  # fmt: skip


@pytest.mark.parametrize("command", REFUSED, ids=[f"{number}-{command[:30]!a}" for number, command in enumerate(REFUSED)])
def test_anything_else_is_refused(command: str) -> None:
    with pytest.raises(Denied) as refused:
        parse(command)
    assert refused.value.exit_code == 1
    assert refused.value.fix


def test_the_longest_path_is_taken() -> None:
    assert len(parse(f"git-upload-pack '{'x' * LONGEST}'").path) == LONGEST
    assert len(parse("git-upload-pack '" + "'\\!'" * LONGEST + "'").path) == LONGEST


@given(path=OF_A_PATH, service=st.sampled_from(SERVICES))
def test_quotes_are_read_as_git_reads_them(path: str, service: str) -> None:
    """Written as quote.c does it: a quote and an exclamation mark leave the quotes, behind a backslash."""
    written = "'" + "".join(f"'\\{each}'" if each in "'!" else each for each in path) + "'"
    try:
        asked = parse(f"git-{service} {written}")
    except Denied as refused:
        assert refused.reason == "refused-path"  # noqa: PT017  of what is no path of a repository nothing is promised
    else:
        assert (asked.service, asked.path) == (service, path)


@given(command=st.text(st.sampled_from("git-uploadreceivackh '\\!;\n\0x/.~"), max_size=60))
@example("git-upload-pack ''\\''\\!x'\\!'\\\\'")
def test_whatever_is_taken_is_two_words_to_a_shell_too(command: str) -> None:
    try:
        asked = parse(command)
    except Denied:
        return
    *program, path = shlex.split(command)
    assert ("-".join(program), path) == (f"git-{asked.service}", asked.path)
