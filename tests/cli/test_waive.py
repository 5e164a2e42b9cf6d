"""`gitward waive`: what it signs, what it refuses with the way out, and what is open."""

from __future__ import annotations

import json
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from gitward.adapters import waiving
from gitward.cli.waive import waive
from gitward.errors import GitwardError, UsageError
from gitward.model import Closing, Revocation, Statement, Waiver
from gitward.statements.reading import read

POLICY = """\
version: 1
policy: {id: shop}
principals: {carol: {addresses: [carol@example.com]}}
waivers: [{rules: [change-ticket], who: [carol]}]
rules:
  - {rule: ticket-reference, id: change-ticket}
  - {rule: no-force-push}
"""
REASON = ("--reason", "the tracker is down")


class Clone:
    def __init__(self, folder: Path) -> None:
        self.folder, self.key = folder, folder.parent / "carol"
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", self.key], check=True)
        self.git("init", "-q", "--template=", "-b", "main", str(folder))
        self.git("config", "gpg.format", "ssh")
        self.git("config", "user.signingKey", str(self.key))
        (folder / ".gitward.yaml").write_text(POLICY)
        self.git("commit", "-q", "--allow-empty", "-m", "one")
        self.git("commit", "-q", "--allow-empty", "-m", "two")
        self.git("remote", "add", "origin", "https://git.example.com/shop.git")

    def git(self, *words: str) -> str:
        where = self.folder if self.folder.exists() else self.folder.parent
        return subprocess.run(["git", *words], cwd=where, check=True, capture_output=True, text=True).stdout.strip()

    def oid(self, name: str = "HEAD") -> str:
        return self.git("rev-parse", name)

    def waive(self, *words: str) -> Any:
        done = CliRunner().invoke(waive, [*words, "--repo", str(self.folder)], standalone_mode=False)
        if done.exception:
            raise done.exception
        return done

    def said(self, *words: str) -> Statement:
        """The one statement that a command makes."""
        before = set(self.git("for-each-ref", "--format=%(refname)").splitlines())
        self.waive(*words)
        (ref,) = set(self.git("for-each-ref", "--format=%(refname)").splitlines()) - before
        made = read((self.git("cat-file", "blob", ref)).encode())
        assert made is not None
        return made


@pytest.fixture
def clone(tmp_path: Path, home: Path) -> Clone:
    return Clone(tmp_path / "clone")


def test_what_is_signed(clone: Clone) -> None:
    now = int(time.time())
    made = clone.said("change-ticket", "--commit", "HEAD~1", *REASON, "--ticket", "INC-7", "--expires", "12h")
    said = made.said
    assert isinstance(said, Waiver)
    assert (said.policy, said.entries, said.commits, said.ref) == ("shop", ("change-ticket",), (clone.oid("HEAD~1"),), "")
    assert (said.reason, said.ticket, made.repository) == ("the tracker is down", "INC-7", "https://git.example.com/shop")
    assert 12 * 3600 <= said.expires - now <= 12 * 3600 + 60
    assert made.subjects == said.commits

    broken = ("--everything", "--ref", "refs/heads/main", "--for", "1h", *REASON)
    made = clone.said(*broken, "--policy", "org", "--url", "/srv/x.git")
    assert isinstance(made.said, Waiver)
    assert (made.said.policy, made.said.entries, made.said.commits, made.said.ref) == ("org", ("*",), (), "refs/heads/main")
    assert (made.repository, made.subjects) == ("file:/srv/x", ("0" * 40,))
    close = clone.said("--close", made.id[:8], "--reason", "looked at")
    assert (close.said, close.repository) == (Closing(statement=made.id, reason="looked at"), "file:/srv/x")
    revoke = clone.said("--revoke", "e" * 64, "--reason", "given too early")
    assert revoke.said == Revocation(statement="e" * 64, reason="given too early")

    made = clone.said("no-force-push", "--commit", "HEAD", "--ref", "refs/heads/old", "--deletion", "--expires", "1h", *REASON)
    assert (made.said.commits, made.subjects) == ((clone.oid(), "0" * 40), (clone.oid(),))


def test_a_range_is_named_commit_by_commit_and_bounded(clone: Clone, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(5):
        clone.git("commit", "-q", "--allow-empty", "-m", str(number))
    monkeypatch.setattr(waiving, "_CHUNK", 2)
    clone.waive("change-ticket", "--range", "HEAD~5..HEAD", "--expires", "1h", *REASON)
    blobs = clone.git("for-each-ref", "--format=%(objectname)", "refs/gitward/").split()
    named = [read(clone.git("cat-file", "blob", oid).encode()).subjects for oid in blobs]  # type: ignore[union-attr]
    assert sorted(len(each) for each in named) == [1, 2, 2]
    assert {oid for each in named for oid in each} == set(clone.git("rev-list", "HEAD~5..HEAD").split())
    monkeypatch.setattr(waiving, "NAMED", 4)
    with pytest.raises(UsageError, match="more than 4 commits"):
        clone.waive("change-ticket", "--range", "HEAD~5..HEAD", "--expires", "1h", *REASON)


COMMIT = ("--commit", "HEAD", "--expires", "1h", *REASON)
REFUSED = {
    (): "give one of ENTRY, --everything",
    ("change-ticket", "--everything"): "give one of ENTRY",
    ("change-ticket", "--commit", "HEAD", "--expires", "1h"): "--reason is missing",
    ("change-ticket", "--commit", "HEAD", "--expires", "1h", "--reason", " "): "--reason is missing",
    ("change-ticket", "--commit", "HEAD", *REASON): "--expires is missing",
    ("change-ticket", "--expires", "1h", *REASON): "--commit or --range is missing",
    ("change-tickt", *COMMIT): "has no entry 'change-tickt'; did you mean 'change-ticket'",
    ("malformed-object", *COMMIT): "nobody can waive malformed-object",
    ("no-force-push", *COMMIT): "--ref is missing",
    ("no-force-push", *COMMIT, "--ref", "main"): "no full name of a ref",
    ("change-ticket", "--commit", "HEAD", *REASON, "--expires", "soon"): "--expires soon",
    ("change-ticket", "--commit", "HEAD", *REASON, "--expires", "2020-01-01"): "--expires 2020-01-01 is over",
    ("change-ticket", "--commit", "HEAD", *REASON, "--expires", "0h"): "is over",
    ("change-ticket", "--commit", "nowhere", *REASON, "--expires", "1h"): "nowhere",
    ("change-ticket", "--range", "HEAD", *REASON, "--expires", "1h"): "is no range",
    ("change-ticket", "--range", "HEAD..HEAD", *REASON, "--expires", "1h"): "holds no commit",
    ("change-ticket", *COMMIT, "--deletion"): "for one value of one ref",
    ("change-ticket", "--commit", "HEAD", "--expires", "1h", "--reason", "x" * 1001): "more than 1000 characters",
    ("change-ticket", *COMMIT, "--remote", "nowhere"): "there is no remote 'nowhere'",
    ("--everything", "--for", "1h", *REASON): "glass is broken for one ref",
    ("--everything", "--ref", "refs/heads/main", *REASON): "--for 1h",
    ("--everything", "--ref", "refs/heads/main", *COMMIT): "not for commits",
    ("--close", "zz", "--reason", "x"): "no id of a statement",
    ("--close", "abcd", "--reason", "x"): "no statement here begins with 'abcd'",
    ("--open",): "--open needs --log",
}  # fmt: skip


def test_refusals_name_the_cause_and_change_nothing(clone: Clone) -> None:
    for words, why in REFUSED.items():
        with pytest.raises(GitwardError) as found:
            clone.waive(*words)
        assert why in f"{found.value} {found.value.fix}", words
    assert clone.git("for-each-ref", "refs/gitward/") == ""


def test_a_waiver_is_no_break_glass_to_close(clone: Clone) -> None:
    made = clone.said("change-ticket", *COMMIT)
    with pytest.raises(UsageError, match="is no break-glass"):
        clone.waive("--close", made.id[:8], "--reason", "x")


def test_what_would_not_count_here_is_said(clone: Clone) -> None:
    done = clone.waive("no-force-push", *COMMIT, "--ref", "refs/heads/main")
    assert "note: by the policy here nobody may waive no-force-push" in done.output
    done = clone.waive("change-ticket", *COMMIT)
    assert "nobody" not in done.output
    assert "send it: git push origin refs/gitward/statements/" in done.output


def test_open_says_what_nobody_has_closed(clone: Clone, tmp_path: Path) -> None:
    from gitward.audit import creation

    log = tmp_path / "log"
    creation.make(str(log), "git.example.com/log")
    assert clone.waive("--open", "--log", str(log)).output == "nothing is open\n"
    assert json.loads(clone.waive("--open", "--log", str(log), "--format", "json").output) == {"version": 1, "open": []}


def test_explain_and_check_show_what_is_waived(clone: Clone) -> None:
    """By the policy of the work tree, and the statements that stand in the clone."""
    from gitward.cli.check import check
    from gitward.cli.explain import explain

    public = (clone.key.with_suffix(".pub")).read_text().strip()
    carol = f'principals: {{carol: {{addresses: [carol@example.com], keys: [{{ssh: "{public}"}}]}}}}'
    (clone.folder / ".gitward.yaml").write_text(POLICY.replace("principals: {carol: {addresses: [carol@example.com]}}", carol))

    def run(command: Any, *words: str) -> Any:
        return CliRunner().invoke(command, [*words, "--repo", str(clone.folder)], standalone_mode=False)

    clone.waive("change-ticket", "--commit", "HEAD~1", *REASON, "--ticket", "INC-7", "--expires", "12h")
    shown = run(explain, "HEAD~1").output
    assert "waived         change-ticket, rule ticket-reference, error" in shown
    assert "  waived by carol until 20" in shown
    assert "INC-7: the tracker is down" in shown
    clone.waive("change-ticket", "--commit", "HEAD", *REASON, "--expires", "2d")
    shown = run(explain, "HEAD").output
    assert "violated       change-ticket" in shown
    assert "note: [change-ticket] the waiver" in shown
    assert "it is for 48 h, at most 24 h may be waived (.gitward.yaml:4)" in shown
    done = run(check, "HEAD~1")
    assert (done.return_value, "(1 waived in change-ticket)" in done.output) == (0, True)
