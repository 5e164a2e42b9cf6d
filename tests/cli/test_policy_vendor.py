"""`gitward policy vendor`: the copy, what it will not write over, and what a hostile source or tree tries."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from gitward.errors import UsageError
from gitward.policy.load import folder_reader, load_file
from gitward.vendor import copy_of, states, write

TYPE_CHECKING = False
if TYPE_CHECKING:
    from conftest import Git, Run

ORG = """\
version: 1
policy: {id: org, revision: 7}
extends: [common/base.yaml, "builtin:minimal"]
refsets: {protected: [refs/heads/main]}
rules: [{rule: linear-history}]
"""
BASE = "version: 1\nrules: [{rule: signed-off-by}]\n"


@pytest.fixture
def org(tmp_path: Path) -> Path:
    folder = tmp_path / "org"
    (folder / "common").mkdir(parents=True)
    (folder / "org.yaml").write_text(ORG)
    (folder / "common" / "base.yaml").write_text(BASE)
    return folder / "org.yaml"


def test_the_copy_judges_as_the_source_does(gitward: Run, repo: Path, org: Path) -> None:
    done = gitward("policy", "vendor", org, cwd=repo)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[:2] == ["wrote .gitward.yaml", "wrote common/base.yaml"]
    source, copy = load_file(str(org)), load_file(str(repo / ".gitward.yaml"))
    assert [entry.digest for entry in copy.entries] == [entry.digest for entry in source.entries]
    assert [entry.refs for entry in copy.entries] == [entry.refs for entry in source.entries]
    assert gitward("policy", "vendor", org, "--check", cwd=repo).returncode == 0
    head = (repo / ".gitward.yaml").read_text().splitlines()[:3]
    assert head[0].startswith("# written by `gitward policy vendor`")
    assert head[1] == f'# source: "{org}", policy org revision 7, digest {source.digest}'


def test_the_same_source_makes_the_same_bytes(gitward: Run, repo: Path, org: Path) -> None:
    gitward("policy", "vendor", org, cwd=repo)
    first = (repo / ".gitward.yaml").read_bytes()
    (repo / ".gitward.yaml").unlink()
    done = gitward("policy", "vendor", org, cwd=repo)
    assert done.stdout.splitlines()[0] == "wrote .gitward.yaml"
    assert len(done.stdout.splitlines()) == 2  # base.yaml was the same
    assert (repo / ".gitward.yaml").read_bytes() == first


def test_check_tells_what_differs(gitward: Run, repo: Path, org: Path) -> None:
    done = gitward("policy", "vendor", org, "--check", cwd=repo)
    assert (done.returncode, done.stdout.splitlines()[0]) == (1, "differs .gitward.yaml: there is no such file here")
    gitward("policy", "vendor", org, cwd=repo)
    org.write_text(ORG + "# more\n")
    path = repo / "common" / "base.yaml"
    path.write_text(path.read_text() + "# mine\n")
    done = gitward("policy", "vendor", org, "--check", cwd=repo)
    assert done.returncode == 1
    assert done.stdout.splitlines()[:2] == [
        "differs .gitward.yaml: the source has changed",
        "differs common/base.yaml: it was edited here",
    ]
    assert done.stdout.splitlines()[2].startswith("not the same ")


def test_an_old_copy_is_renewed_and_an_edited_one_only_with_force(gitward: Run, repo: Path, org: Path) -> None:
    gitward("policy", "vendor", org, cwd=repo)
    org.write_text(ORG + "# more\n")
    assert gitward("policy", "vendor", org, cwd=repo).stdout.startswith("wrote .gitward.yaml\nwrote common/base.yaml\nok ")
    path = repo / "common" / "base.yaml"
    edited = path.read_text() + "# mine\n"
    path.write_text(edited)
    org.write_text(ORG)
    before = (repo / ".gitward.yaml").read_bytes()
    done = gitward("policy", "vendor", org, cwd=repo)
    assert (done.returncode, done.stdout) == (2, "")
    assert "common/base.yaml was edited after it was copied" in done.stderr
    assert (path.read_text(), (repo / ".gitward.yaml").read_bytes()) == (edited, before)
    assert gitward("policy", "vendor", org, "--force", cwd=repo).returncode == 0
    assert gitward("policy", "vendor", org, "--check", cwd=repo).returncode == 0


def test_a_file_that_somebody_wrote_is_left(gitward: Run, repo: Path, org: Path) -> None:
    (repo / ".gitward.yaml").write_text(ORG)
    done = gitward("policy", "vendor", org, cwd=repo)
    assert done.returncode == 2
    assert done.stderr == (
        "gitward: .gitward.yaml was not written by gitward policy vendor\n"
        "  fix: move it away, or write over it with --force\n"
    )
    assert not (repo / "common").exists()
    assert (repo / ".gitward.yaml").read_text() == ORG


def test_from_a_ref_below_the_top(gitward: Run, git: Git, repo: Path, org: Path) -> None:
    folder = repo / "policies"
    (folder / "common").mkdir(parents=True)
    (folder / "org.yaml").write_text(ORG)
    (folder / "common" / "base.yaml").write_text(BASE)
    git("add", ".", cwd=repo)
    git("commit", "-qm", "policy: add", cwd=repo)
    (folder / "org.yaml").unlink()
    assert gitward("policy", "vendor", "HEAD:policies/org.yaml", cwd=folder).returncode == 0
    assert '# source: "HEAD:policies/org.yaml", policy org' in (repo / ".gitward.yaml").read_text()
    assert gitward("policy", "vendor", "HEAD:policies/org.yaml", "--check", cwd=repo).returncode == 0
    assert gitward("policy", "vendor", "HEAD:none.yaml", cwd=repo).returncode == 2


def test_crlf_of_a_checkout_is_no_difference(gitward: Run, repo: Path, org: Path) -> None:
    gitward("policy", "vendor", org, cwd=repo)
    path = repo / ".gitward.yaml"
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert gitward("policy", "vendor", org, "--check", cwd=repo).returncode == 0
    org.write_bytes(b"\xef\xbb\xbf" + org.read_bytes().replace(b"\n", b"\r\n"))
    assert gitward("policy", "vendor", org, "--check", cwd=repo).returncode == 0


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({"org.yaml": "version: 2\n"}, "version"),
        ({"org.yaml": ORG}, "there is no file"),
        ({"org.yaml": ORG.replace("common/base", ".git/hooks/x"), ".git/hooks/x.yaml": BASE}, "git's own folder"),
        ({"org.yaml": ORG.replace("common/base", "a/.GIT/x"), "a/.GIT/x.yaml": BASE}, "git's own folder"),
        ({"org.yaml": ORG.replace("common/base", ".gitward"), ".gitward.yaml": BASE}, "the name of its copy"),
        ({"org.yaml": ORG.replace("common/base", "../base"), "../base.yaml": BASE}, "leads out"),
    ],
)
def test_sources_that_are_refused(gitward: Run, repo: Path, tmp_path: Path, files: dict[str, str], said: str) -> None:
    for name, content in files.items():
        path = tmp_path / "source" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    done = gitward("policy", "vendor", tmp_path / "source" / "org.yaml", cwd=repo)
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr
    assert os.listdir(repo) == [".git"]


@pytest.mark.parametrize("link", ["common", ".gitward.yaml", "common/base.yaml"])
def test_a_link_in_the_tree_leads_nowhere(gitward: Run, repo: Path, org: Path, tmp_path: Path, link: str) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (repo / link).parent.mkdir(exist_ok=True)
    (repo / link).symlink_to(outside if link == "common" else outside / "x")
    for option in ("--force", "--check"):
        done = gitward("policy", "vendor", org, option, cwd=repo)
        assert (done.returncode, f"{link} is a symbolic link" in done.stderr) == (2, True)
    assert os.listdir(outside) == []


def test_a_source_with_a_line_break_in_its_name_stays_in_its_comment(repo: Path, tmp_path: Path) -> None:
    (tmp_path / "org.yaml").write_text("version: 1\npolicy: {id: org}\nrules: [{rule: no-fixup}]\n")
    copy = copy_of("a\nrules: []\x1b\u202e", folder_reader(str(tmp_path)), "org.yaml")
    write(copy, str(repo), force=False)
    assert [entry.rule.name for entry in load_file(str(repo / ".gitward.yaml")).entries] == ["malformed-object", "no-fixup"]
    assert states(copy, str(repo)) == {".gitward.yaml": "same"}


def test_a_folder_in_the_way_and_no_work_tree(gitward: Run, repo: Path, org: Path, tmp_path: Path) -> None:
    (repo / ".gitward.yaml").mkdir()
    assert gitward("policy", "vendor", org, "--force", cwd=repo).returncode == 2
    done = gitward("policy", "vendor", org, cwd=tmp_path)
    assert (done.returncode, "is in no work tree" in done.stderr) == (2, True)
    assert gitward("policy", "vendor", org, "--check", "--force", cwd=repo).returncode == 2


def test_nothing_is_left_behind_where_a_write_fails(repo: Path, org: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    copy = copy_of("org", folder_reader(str(org.parent)), "org.yaml")
    (repo / "common").write_text("a file where a folder is needed")
    with pytest.raises(UsageError, match="cannot be read: Not a directory"):
        write(copy, str(repo), force=True)
    assert sorted(os.listdir(repo)) == [".git", "common"]


def test_keys_and_lists_are_copied_byte_for_byte(repo: Path, tmp_path: Path) -> None:
    """A header would spoil a binary list, and CRLF of one is no line end. What they were stands in the policy's header."""
    line = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIC/L8E1DfiZ9cHzygqx0IzRCSAlmh4tXH7mZPwWZEY1L"
    source = tmp_path / "org"
    source.mkdir()
    (source / "p.yaml").write_text(
        "version: 1\npolicy: {id: org}\nprincipals: {file: people.yaml}\n"
        "trust: {ssh_revoked: krl, x509_roots: roots.pem}\nrules: [{rule: signed-commit}]\n"
    )
    (source / "people.yaml").write_text(f"ann: {{addresses: [ann@example.com], keys: [{{ssh: {line}}}]}}\n")
    (source / "krl").write_bytes(b"SSHKRL\n\0\r\n\xff")
    (source / "roots.pem").write_bytes(b"a root\r\n")

    def copied():
        return copy_of(str(source / "p.yaml"), folder_reader(str(source)), "p.yaml")

    assert set(write(copied(), str(repo), force=False)) == {".gitward.yaml", "people.yaml", "krl", "roots.pem"}
    for name in ("krl", "roots.pem"):
        assert (repo / name).read_bytes() == (source / name).read_bytes()
    assert load_file(str(repo / ".gitward.yaml")).trust == load_file(str(source / "p.yaml")).trust
    assert set(states(copied(), str(repo)).values()) == {"same"}
    (source / "krl").write_bytes(b"SSHKRL\n\0new")
    assert states(copied(), str(repo))["krl"] == "old"
    assert set(write(copied(), str(repo), force=False)) == {".gitward.yaml", "people.yaml", "krl"}
    (repo / "krl").write_bytes(b"mine")
    assert states(copied(), str(repo))["krl"] == "edited"
    with pytest.raises(UsageError, match="krl was edited"):
        write(copied(), str(repo), force=False)
    (repo / ".gitward.yaml").unlink()
    assert states(copied(), str(repo))["krl"] == "foreign"
