"""Everything that records, once, into one log: each event is one by the schema, and the log verifies to its end."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

from gitward.audit import schema

TYPE_CHECKING = False
if TYPE_CHECKING:
    from conftest import Git, Run

POLICY = "version: 1\npolicy: {id: test, revision: 1}\nrules:\n  - {rule: subject-length, max: 40}\n"
MAIN = "HEAD:refs/heads/main"


def test_all_that_records_verifies(gitward: Run, git: Git, repo: Path, bare: Path, tmp_path: Path) -> None:
    log, policy, kept = tmp_path / "log", tmp_path / "org.yaml", tmp_path / "kept"
    policy.write_text(POLICY)

    def run(*words: str | Path, code: int = 0) -> str:
        done = gitward(*words)
        assert done.returncode == code, (words, done.stdout, done.stderr)
        return done.stdout

    public = run("audit", "keygen", "--name", "git.example.com/recovery", "--output", tmp_path / "recovery").strip()
    run("audit", "init", "--log", log, "--origin", "git.example.com/log", "--recovery", public)
    run("install", "--server", bare, "--policy", policy, "--log", log)
    for subject in ("first", "second"):
        git("commit", "-q", "--allow-empty", "-m", subject, cwd=repo)
        git("push", "-q", bare, MAIN, cwd=repo)
    policy.write_text(POLICY.replace("40", "39").replace("revision: 1", "revision: 2"))
    git("commit", "-q", "--allow-empty", "-m", "x" * 40, cwd=repo)
    git("push", "-q", bare, MAIN, cwd=repo, ok=False)
    for service, code in (("git-upload-pack", 0), ("git-receive-pack", 0), ("git-shell", 1)):
        asked = {"SSH_ORIGINAL_COMMAND": f"{service} '{bare.name}'"}
        done = gitward("access", "shell", "ann", "--root", tmp_path, "--log", log, env=asked, stdin="0000")
        assert done.returncode == code, done.stderr
    kept.write_text(run("audit", "checkpoint", "--log", log, "--heartbeat", "--receipts"))
    run("audit", "rotate", "--log", log)
    run("audit", "recover", "--log", log, "--recovery-key", tmp_path / "recovery")
    run("audit", "watch", f"file://{bare}", "--log", log)
    run("audit", "list", "--log", log, "--outcome", "denied")
    run("audit", "show", "3", "--log", log)
    run("audit", "export", "--log", log, "--output", tmp_path / "tiles")
    run("audit", "proof", "3", "--log", log, "--output", tmp_path / "proof")
    run("audit", "hold", "--log", log, "--from", "0", "--to", "3", "--reason", "a case")
    second = (log / f"{0:020}.jsonl").read_bytes().splitlines()[1]
    run("audit", "erase", "--log", log, "--reason", "asked to", "--event", json.loads(second)["event"]["id"])
    run("audit", "verify", "--log", log, "--against", kept, "--record")
    subprocess.run(("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", tmp_path / "key"), check=True)
    run("audit", "review", "--log", log, "--repo", bare, "--reviewer", "ann", "--sign", tmp_path / "key")
    run("install", "--server", bare, "--remove")
    run("audit", "checkpoint", "--log", log)

    lines = b"".join(path.read_bytes() for path in sorted(log.glob("*.jsonl"))).splitlines()
    events = [json.loads(line)["event"] for line in lines]
    assert [(event["event"]["class"], schema.problem(event)) for event in events if schema.problem(event)] == []
    classes = {event["event"]["class"] for event in events}
    assert classes >= {
        "log.started", "config.changed", "ref.read", "decision.receive", "ref.updated", "receive.completed", "log.heartbeat",
        "policy.changed",
        "key.added", "key.revoked", "log.accessed", "log.exported", "log.hold", "log.erased", "log.verified", "log.reviewed",
        "access.read", "access.write", "access.refused",
    }  # fmt: skip
    whole = run("audit", "verify", "--log", log, "--against", kept)
    assert f"covers     entries 0 to {len(lines) - 1}" in whole
