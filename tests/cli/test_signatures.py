"""`signatures`, `explain --signature` and the cache of proofs, on commits that git itself signs with ssh keys."""

from __future__ import annotations

import csv
import io
import json
import os
import sqlite3
import subprocess
from pathlib import Path

import pytest

from gitward.model import Proof, Signed
from gitward.signatures import cache

pytestmark = pytest.mark.usefixtures("forked_hooks")

OLD = 1_600_000_000  # Ann's old key ended then


@pytest.fixture
def keys(home: Path, tmp_path: Path) -> dict[str, str]:
    """Name -> the line of a key; its files lie in tmp_path under that name."""
    lines = {}
    for name in ("ann", "old", "bot", "stranger"):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", name, "-f", tmp_path / name], check=True)
        lines[name] = " ".join((tmp_path / f"{name}.pub").read_text().split()[:2])
    return lines


@pytest.fixture
def policy(keys: dict[str, str], tmp_path: Path) -> Path:
    path = tmp_path / "p.yaml"
    path.write_text(f"""version: 1
policy: {{id: test}}
principals:
  ann:
    addresses: [ada@example.org]
    keys:
      - {{ssh: {keys['ann']}}}
      - {{ssh: {keys['old']}, valid_before: 2020-09-13T12:26:40Z}}
  bot:
    roles: [importer]
    keys: [{{ssh: {keys['bot']}}}]
rules:
  - {{rule: signed-commit, refs: ["refs/heads/**"]}}
  - {{rule: subject-length, max: 20, refs: ["refs/heads/**"], exempt: [{{role: importer}}]}}
""")
    return path


@pytest.fixture
def history(home, git, tmp_path: Path, keys) -> Path:
    """Five commits, the oldest first: unsigned, by ann, by ann's old key, by a stranger, by the bot."""
    repo = tmp_path / "repo"
    git("init", "-q", repo, cwd=tmp_path)
    git("config", "gpg.format", "ssh", cwd=repo)
    git("commit", "-q", "--allow-empty", "-m", "unsigned", cwd=repo)
    for name in ("ann", "old", "stranger", "bot"):
        date = {"GIT_COMMITTER_DATE": f"{OLD - 10} +0000"} if name == "old" else {}
        git("-c", f"user.signingKey={tmp_path / name}", "commit", "-q", "-S", "--allow-empty", "-m", f"a commit by {name}",
            cwd=repo, env=date)  # fmt: skip
    return repo


def statuses(done) -> list[str]:
    return [each["status"] for each in json.loads(done.stdout)["signatures"]]


def test_json_has_every_commit_newest_first(gitward, history, policy):
    done = gitward("signatures", "--all", "--policy", policy, "--format", "json", cwd=history)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert statuses(done) == ["good", "unknown-key", "expired", "good", "unsigned"]
    assert found["counts"] == {"expired": 1, "good": 2, "unknown-key": 1, "unsigned": 1}
    assert [each["principal"] for each in found["signatures"]] == ["bot", "", "ann", "ann", ""]
    first = found["signatures"][0]
    assert set(first) == {
        "commit", "status", "format", "fingerprint", "primary_fingerprint", "principal", "claimed_time", "signature_time",
        "first_seen", "judged_at", "clock", "detail",
    }  # fmt: skip
    assert (first["format"], first["signature_time"], first["first_seen"], first["clock"]) == ("ssh", None, None, "now")
    assert found["signatures"][2]["claimed_time"] == "2020-09-13T12:26:30Z"


def test_text_and_csv_say_the_same(gitward, history, policy):
    text = gitward("signatures", "--all", "--policy", policy, cwd=history)
    *lines, last = text.stdout.splitlines()
    assert [line.split()[1] for line in lines] == ["good", "unknown-key", "expired", "good", "unsigned"]
    assert last.startswith("5 commits: 2 good")
    table = gitward("signatures", "--all", "--policy", policy, "--format", "csv", "--output", history / "s.csv", cwd=history)
    assert table.stdout == ""
    rows = list(csv.DictReader(io.StringIO((history / "s.csv").read_text())))
    assert [row["status"] for row in rows] == ["good", "unknown-key", "expired", "good", "unsigned"]
    assert [row["commit"] for row in rows] == [line.split()[0] for line in lines]
    assert not [name for name in os.listdir(history) if name.endswith(".part")]


def test_exit_codes(gitward, history, policy):
    assert gitward("signatures", "--all", "--policy", policy, "--require", "good", cwd=history).returncode == 1
    assert gitward("signatures", "HEAD", "--policy", policy, "--require", "good", cwd=history).returncode == 0
    assert gitward("signatures", "HEAD..HEAD", "--policy", policy, cwd=history).returncode == 3
    assert gitward("signatures", "nowhere", "--policy", policy, cwd=history).returncode == 3
    assert gitward("signatures", "HEAD", "--all", "--policy", policy, cwd=history).returncode == 2
    assert gitward("signatures", "HEAD", "--policy", history / "none.yaml", cwd=history).returncode == 2
    assert gitward("signatures", "HEAD", cwd=history).returncode == 2


def test_two_processes_say_what_one_says(gitward, history, policy, git):
    script = "".join(
        f"commit refs/heads/long\ncommitter A <a@b.c> {number} +0000\ndata 1\nx\n" for number in range(1, 1200)
    )
    git("fast-import", "--quiet", stdin=script, cwd=history)
    one, two = (
        gitward("signatures", "--all", "--policy", policy, "--jobs", jobs, "--format", "csv", cwd=history) for jobs in ("1", "2")
    )
    assert one.stdout.count("\n") == 1205
    strip = [[cell for name, cell in row.items() if name != "judged_at"] for row in csv.DictReader(io.StringIO(one.stdout))]
    assert strip == [
        [cell for name, cell in row.items() if name != "judged_at"] for row in csv.DictReader(io.StringIO(two.stdout))
    ]


def test_clocks_change_exactly_what_they_must(gitward, history, policy, git, tmp_path):
    def found(*options):
        return statuses(gitward("signatures", "--all", "--policy", policy, "--format", "json", *options, cwd=history))

    by_old = git("rev-parse", "HEAD~2", cwd=history).stdout.strip()
    seen = tmp_path / "seen"
    good = ["good", "unknown-key", "good", "good", "unsigned"]
    expired = ["good", "unknown-key", "expired", "good", "unsigned"]
    assert found() == expired
    assert found("--validity", "signature") == good
    assert found("--unknown-first-seen", "signature") == good
    seen.write_text(f"# oid time\n{by_old} {OLD - 1}\n")
    assert found("--first-seen", seen) == good
    assert found("--first-seen", seen, "--validity", "now") == expired
    seen.write_text(f"{by_old} 2020-09-13T12:26:40Z\n")
    assert found("--first-seen", seen) == expired
    for text in ("x 1\n", f"{by_old}\n", f"{by_old} yesterday\n", f"{by_old[:7]} 1\n"):
        seen.write_text(text)
        assert gitward("signatures", "--all", "--policy", policy, "--first-seen", seen, cwd=history).returncode == 2
    assert gitward("signatures", "--all", "--policy", policy, "--first-seen", tmp_path / "no", cwd=history).returncode == 3


def test_address_of_whom(gitward, history, policy, git, tmp_path):
    git("-c", f"user.signingKey={tmp_path / 'ann'}", "commit", "-q", "-S", "--allow-empty", "-m", "x", cwd=history,
        env={"GIT_COMMITTER_EMAIL": "other@example.org"})  # fmt: skip
    for signer, status in (("committer", "principal-mismatch"), ("author", "good"), ("either", "good")):
        done = gitward("signatures", "HEAD", "--policy", policy, "--signer", signer, "--format", "json", cwd=history)
        assert statuses(done) == [status]


def test_a_trust_store_that_cannot_be_used_is_no_status(gitward, history, policy):
    """A revocation list that is missing, or is none."""
    text = policy.read_text()
    policy.write_text(text + "trust: {ssh_revoked: revoked}\n")
    missing = gitward("signatures", "HEAD", "--policy", policy, cwd=history)
    assert missing.returncode == 2
    assert "there is no file 'revoked' beside this policy" in missing.stderr
    (policy.parent / "revoked").write_bytes(b"SSHKRL\n\0 and nothing more")
    broken = gitward("signatures", "HEAD", "--policy", policy, cwd=history)
    assert (broken.returncode, broken.stdout) == (3, "")
    (policy.parent / "revoked").write_text((policy.parent / "bot.pub").read_text())
    assert statuses(gitward("signatures", "HEAD", "--policy", policy, "--format", "json", cwd=history)) == ["revoked-hard"]


def test_check_judges_by_signatures_and_lets_the_bot_go(gitward, history, policy):
    done = gitward("check", "--all", "--policy", policy, "--format", "json", cwd=history)
    assert done.returncode == 1
    results = {result["entry"]: result for result in json.loads(done.stdout)["results"]}
    assert (results["signed-commit"]["violated"], results["signed-commit"]["passed"]) == (3, 2)
    length = results["subject-length"]
    assert length["exempt"] == 1
    assert next(reason for reason in length["reasons"] if reason["outcome"] == "exempt")["reason"] == "principal"
    text = gitward("check", "HEAD~1", "--policy", policy, "--ref", "refs/heads/main", cwd=history)
    assert "which the policy does not list" in text.stdout


def test_explained_step_by_step(gitward, history, policy):
    ends = {"HEAD": "status good", "HEAD~1": "stopped at trust", "HEAD~2": "status expired: stopped at time",
            "HEAD~4": "status unsigned: stopped at signature"}  # fmt: skip
    for revision, end in ends.items():
        done = gitward("explain", "--signature", revision, "--policy", policy, cwd=history)
        assert done.returncode == 0
        assert done.stdout.rstrip().endswith(end)


def test_a_tag_is_explained_by_its_own_signature(gitward, git, history, policy, tmp_path):
    """Not by that of the commit that it leads to, which `^{}` names."""
    git("-c", f"user.signingKey={tmp_path / 'stranger'}", "tag", "-s", "-m", "x", "strange", "HEAD", cwd=history)
    git("tag", "-a", "-m", "x", "plain", "HEAD", cwd=history)
    git("-c", f"user.signingKey={tmp_path / 'bot'}", "tag", "-s", "-m", "x", "mine", "HEAD~4", cwd=history)
    ends = {"strange": "status unknown-key: stopped at trust", "plain": "status unsigned: stopped at signature",
            "strange^{}": "status good", "mine": "status good", "mine^{}": "status unsigned: stopped at signature"}  # fmt: skip
    for revision, end in ends.items():
        done = gitward("explain", "--signature", revision, "--policy", policy, cwd=history)
        assert (done.returncode, done.stdout.splitlines()[-1]) == (0, end)
        assert ("bytes below the message" in done.stdout) is (revision in ("strange", "mine"))


@pytest.mark.parametrize("mark", ["\u2028", "\u2029", "\u0085", "\x0b", "\x0c", "\x1c", "\x1b[2K", "\u202e", "\r"])
def test_a_subject_makes_no_line_of_its_own(mark, gitward, git, history, policy, tmp_path):
    git("-c", f"user.signingKey={tmp_path / 'stranger'}", "commit", "-q", "-S", "--allow-empty", "--cleanup=verbatim",
        "-m", f"x{mark}status good{mark}y", cwd=history)  # fmt: skip
    done = gitward("explain", "--signature", "HEAD", "--policy", policy, cwd=history)
    assert mark not in done.stdout
    assert [line for line in done.stdout.splitlines() if line.startswith("status")] == ["status unknown-key: stopped at trust"]


@pytest.mark.parametrize("form", ["json", "csv", "text"])
def test_what_cannot_be_decided_is_no_half_report(form, gitward, history, policy, tmp_path):
    text = policy.read_text().replace("rules:", "trust: {ssh_revoked: lost}\nrules:")
    (tmp_path / "q.yaml").write_text(text)
    (tmp_path / "lost").write_text("no key\n")
    done = gitward("signatures", "--all", "--policy", tmp_path / "q.yaml", "--format", form, cwd=history)
    assert (done.returncode, done.stdout) == (3, "")
    assert "revoked" in done.stderr


# --- the cache --------------------------------------------------------------------------------------------------------


class Counting:
    def __init__(self) -> None:
        self.asked = 0

    def __call__(self, items):
        self.asked += len(items)
        outcome = {b"1": "good", b"2": "bad", b"3": "unknown-key"}
        return [Proof(format="ssh", outcome=outcome[item.payload[:1]], key="k", detail="é\n") for item in items]


ITEMS = [Signed(payload=payload, block=b"b") for payload in (b"1a", b"2a", b"3a", b"1b")]


def used(folder, items=ITEMS):
    prove = Counting()
    kept = cache.opened(str(folder))
    assert kept is not None
    proofs = kept.proofs(prove, items)
    kept.close()
    assert proofs == Counting()(items)
    return prove.asked


def test_a_second_look_does_no_arithmetic(tmp_path):
    folder = tmp_path / "c"
    assert used(folder) == 4
    assert used(folder) == 1, "an unknown key is looked for again"
    assert used(folder, [*ITEMS, Signed(payload=b"1", block=b"ab")]) == 2, "the border between payload and block counts"


def test_who_cannot_read_the_key_cannot_add_a_proof(tmp_path):
    folder = tmp_path / "c"
    used(folder)
    base = sqlite3.connect(folder / "proofs.sqlite")
    forged = '\'{"format": "ssh", "outcome": "good", "key": "x"}\''
    for column, value in (("body", forged), ("mac", "zeroblob(32)"), ("body", "'x'")):
        base.execute(f"UPDATE proof SET {column} = {value}")
        base.commit()
        assert used(folder) == 4
    (folder / "key").write_bytes(b"k" * 32)
    assert used(folder) == 4
    (folder / "key").write_bytes(b"short")
    assert cache.opened(str(folder)) is None


def test_a_folder_that_others_can_write_is_not_used(tmp_path):
    folder = tmp_path / "c"
    used(folder)
    folder.chmod(0o777)
    assert cache.opened(str(folder)) is None
    (tmp_path / "link").symlink_to(folder)
    folder.chmod(0o700)
    assert cache.opened(str(tmp_path / "link")) is None


def test_a_broken_base_costs_time_and_no_verdict(tmp_path):
    folder = tmp_path / "c"
    used(folder)
    (folder / "proofs.sqlite").write_bytes(b"no base at all" * 1000)
    assert cache.opened(str(folder)) is None


def test_the_command_caches_and_not_in_ci(gitward, history, policy, home):
    gitward("signatures", "--all", "--policy", policy, cwd=history, env={"CI": "true"})
    folder = home / ".cache" / "gitward" / "signatures"
    assert not folder.exists()
    gitward("signatures", "--all", "--policy", policy, cwd=history, env={"CI": ""})
    rows = sqlite3.connect(folder / "proofs.sqlite").execute("SELECT count(*) FROM proof").fetchone()
    assert rows[0] >= 3
    again = gitward("signatures", "--all", "--policy", policy, "--format", "json", cwd=history, env={"CI": ""})
    assert statuses(again) == ["good", "unknown-key", "expired", "good", "unsigned"]
    text = policy.read_text().replace("  bot:\n", "  robot:\n")
    policy.write_text(text)
    done = gitward("signatures", "HEAD", "--policy", policy, "--format", "json", cwd=history, env={"CI": ""})
    named = json.loads(done.stdout)
    assert named["signatures"][0]["principal"] == "robot", "trust is asked anew"
