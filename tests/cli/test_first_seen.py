"""First-seen times from the log: a commit is judged by the moment at which the server first saw it, not by that of this push."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import pickle
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from gitward import clock
from gitward.audit import checkpoints, creation, firstseen, log, outcomes, recorder
from gitward.audit.daemon import client
from gitward.audit.firstseen import FirstSeen
from gitward.audit.happenings import happening
from gitward.audit.log import Item
from gitward.audit.pruning.prune import prune
from gitward.audit.toldseen import ToldSeen
from gitward.canonical import canonical
from gitward.cli import main
from gitward.errors import Undecided
from logdaemons import Daemon, daemon

sys.path.insert(0, str(Path(__file__).parent.parent / "audit"))
from indexed import ZERO, add, event, lines, made, update

pytestmark = pytest.mark.usefixtures("forked_hooks")

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from conftest import Git, Run


def moved(repository: Path, *updates: dict[str, str], **parts: object) -> dict[str, object]:
    return event("ref.updated", "done", repository=str(repository), updates=list(updates), **parts)


def commit(git: Git, repo: Path, message: str, *options: str) -> str:
    git(*options, "commit", "-q", "--allow-empty", "-m", message, cwd=repo)
    return git("rev-parse", "HEAD", cwd=repo).stdout.strip()


def received(directory: str, seq: int) -> int:
    return clock.seconds(lines(directory)[seq]["received_time"])


@pytest.fixture
def directory(tmp_path: Path) -> str:
    return made(tmp_path / "log")


def times(directory: str, seqs: tuple[int, ...], monkeypatch: pytest.MonkeyPatch) -> dict[int, int]:
    """Seqs by a time of their own: the log is written within a second, and so every line is a second later than it was."""
    start = received(directory, 0)
    monkeypatch.setattr(firstseen, "moves_in", _numbered(firstseen.moves_in, start))
    return {seq: start + seq for seq in seqs}


def _numbered(real: object, start: int) -> object:
    def moves(directory: str, line: bytes, needle: bytes, git_dir: str) -> object:
        seq = json.loads(line)["seq"]
        return [(start + seq, *moved) for _, *moved in real(directory, line, needle, git_dir)]  # type: ignore[operator]

    return moves


def test_the_first_update_that_brought_it(directory: str, git: Git, repo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A merge brings its other side; what a tip brought before is not brought again; a tag object is an object."""
    root, second = commit(git, repo, "root"), commit(git, repo, "second")
    git("checkout", "-q", "-b", "topic", root, cwd=repo)
    side = commit(git, repo, "side")
    git("checkout", "-q", "main", cwd=repo)
    git("merge", "-q", "--no-ff", "-m", "merge", "topic", cwd=repo)
    merge = git("rev-parse", "HEAD", cwd=repo).stdout.strip()
    git("tag", "-a", "-m", "v1", "v1", cwd=repo)
    tag = git("rev-parse", "v1", cwd=repo).stdout.strip()
    never = commit(git, repo, "never pushed")
    git_dir = repo / ".git"
    seen = times(directory, (1, 2, 3, 6), monkeypatch)
    add(directory, moved(git_dir, update(new=root)), moved(git_dir, update(old=root, new=second)))
    found = FirstSeen(directory, str(git_dir))
    assert dict(found) == {root: seen[1], second: seen[2]}
    add(directory, moved(git_dir, update(old=second, new=merge)), moved(git_dir, update("refs/heads/topic", new=side)))
    add(directory, moved(git_dir, update(old=merge, new=root), update("refs/heads/topic", old=side, new=ZERO)))
    add(directory, moved(git_dir, update("refs/tags/v1", new=tag), update("refs/heads/gone", new="12" * 20)))
    whole = {root: seen[1], second: seen[2], side: seen[3], merge: seen[3], tag: seen[6]}
    assert dict(FirstSeen(directory, str(git_dir))) == whole
    assert (found.get(side), found.get("")) == (None, None)
    again = pickle.loads(pickle.dumps(FirstSeen(directory, str(git_dir))))
    assert (dict(again), again.get(never)) == (whole, None)
    (name,) = Path(directory).glob("seen-*.sqlite")
    assert dict(FirstSeen(directory, str(repo))) == {}
    (other,) = set(Path(directory).glob("seen-*.sqlite")) - {name}
    other.write_bytes(name.read_bytes())
    assert dict(FirstSeen(directory, str(repo))) == {}
    name.write_bytes(b"damaged")
    assert dict(FirstSeen(directory, str(git_dir))) == whole


def test_whose_word_counts(directory: str, git: Git, repo: Path) -> None:
    """Only what this repository's own hook saw: no other repository, no observer, no decision, no text that looks so."""
    head = commit(git, repo, "x")
    git_dir = repo / ".git"
    brought = update(new=head)
    add(directory, moved(repo, brought), moved(git_dir, brought, emitter={"trust": "observed"}),
        event(repository=str(git_dir), updates=[brought], actor={"id": '"class":"ref.updated"'}),
        moved(git_dir, update(new="not an oid"), update(new="--all")))  # fmt: skip
    assert dict(FirstSeen(directory, str(git_dir))) == {}
    with pytest.raises(Undecided, match="has no ref update of"):
        FirstSeen(directory, str(git_dir), needed=True).get(head)
    with pytest.raises(Undecided, match="cannot say"):
        FirstSeen(directory + "/none", str(git_dir), needed=True).get(head)
    assert FirstSeen(directory + "/none", str(git_dir)).get(head) is None


def test_the_times_outlive_pruning(tmp_path: Path, git: Git, repo: Path) -> None:
    directory = str(tmp_path / "log")
    creation.make(directory, "git.example.com/log", segment_entries=256)
    git_dir = repo / ".git"
    first = commit(git, repo, "first")
    filler = tuple(Item(event=happening("log.heartbeat")) for _ in range(600))
    log.append_all(directory, (outcomes.ref_updated(str(git_dir), [("refs/heads/main", ZERO, first)]), *filler))
    assert set(FirstSeen(directory, str(git_dir))) == {first}
    prune(directory, 300, checkpoints.take(directory).encode())
    second = commit(git, repo, "second")
    add(directory, moved(git_dir, update(old=first, new=second)))
    found = dict(FirstSeen(directory, str(git_dir)))
    assert set(found) == {first, second}
    for name in Path(directory).glob("seen-*"):
        name.unlink()
    again = dict(FirstSeen(directory, str(git_dir)))
    assert set(again) == {first, second}
    assert again[first] == again[second] >= found[first]


def test_more_than_fifty_updates(directory: str, git: Git, repo: Path) -> None:
    heads = [commit(git, repo, str(number)) for number in range(3)]
    many = [(f"refs/heads/{number}", ZERO, "34" * 20) for number in range(60)]
    recorder.record(directory, outcomes.ref_updated(str(repo / ".git"), [*many, ("refs/heads/main", ZERO, heads[2])]))
    assert set(FirstSeen(directory, str(repo / ".git"))) == set(heads)


@pytest.fixture
def signing(home: Path, tmp_path: Path) -> tuple[str, ...]:
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", tmp_path / "key"], check=True)
    return ("-c", "gpg.format=ssh", "-c", f"user.signingKey={tmp_path / 'key'}", "-c", "commit.gpgSign=true")


def policy(tmp_path: Path, valid_before: int) -> Path:
    key = " ".join((tmp_path / "key.pub").read_text().split()[:2])
    moment = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(valid_before))
    path = tmp_path / "org.yaml"
    path.write_text(f"""version: 1
policy: {{id: org}}
principals: {{ada: {{addresses: [ada@example.org], keys: [{{ssh: {key}, valid_before: {moment}}}]}}}}
rules: [{{rule: signed-commit, refs: [refs/heads/main]}}]
""")
    return path


def test_pushes_by_a_key_that_expired_in_between(
    gitward: Run, git: Git, repo: Path, bare: Path, tmp_path: Path, signing: tuple[str, ...],
    command: Callable[..., tuple[int, str]],
) -> None:  # fmt: skip
    """Seen on a topic branch while the key was valid, merged by fast-forward after it had ended: good for what was seen then."""
    log = tmp_path / "log"
    rules = policy(tmp_path, 4_000_000_000)
    done = gitward("install", "--server", bare, "--policy", rules, "--log", log)
    assert done.returncode == 0, done.stderr
    seen = commit(git, repo, "seen in time", *signing)
    git("push", "-q", bare, "HEAD:refs/heads/topic", cwd=repo)
    assert not list(log.glob("*.sqlite*"))  # nobody asked who signed, and nothing was looked up
    ended = int(time.time()) + 1
    policy(tmp_path, ended)
    time.sleep(max(0.0, ended - time.time()))

    with lock_of(log, bare).open("w") as held:  # another process is at it, and stays: then what counts is now
        fcntl.flock(held, fcntl.LOCK_EX)
        assert "no longer valid" in git("push", bare, "HEAD:refs/heads/main", cwd=repo, ok=False).stderr
    git("push", "-q", bare, "HEAD:refs/heads/main", cwd=repo)
    commit(git, repo, "made too late", *signing)
    denied = git("push", bare, "HEAD:refs/heads/main", cwd=repo, ok=False)
    assert (denied.returncode, "no longer valid" in denied.stderr) == (1, True)

    (tip,) = [each for each in lines(str(log)) if each["event"]["event"]["class"] == "ref.updated"][:1]
    first = tip["received_time"][:19] + "Z"
    options = ("--repo", bare, "--policy", rules)
    (result,) = json.loads(command("signatures", seen, *options, "--first-seen", log, "--format", "json")[1])["signatures"]
    assert (result["status"], result["first_seen"], result["clock"]) == ("good", first, "first-seen")
    assert "expired" in command("signatures", seen, *options)[1]
    assert f"first seen {first}" in command("explain", "--signature", seen, *options, "--first-seen", log)[1]
    check = ("check", seen, *options, "--ref", "refs/heads/main")
    assert command(*check, "--first-seen", log)[0] == 0
    assert command(*check)[0] == 1
    code, said = command("check", seen, "--repo", repo, "--policy", rules, "--first-seen", log)
    assert (code, "has no ref update of" in said) == (3, True)


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], home: Path) -> Callable[..., tuple[int, str]]:
    """The command line, in this process: its exit code, and all that it says."""

    def run(*args: str | Path) -> tuple[int, str]:
        monkeypatch.setattr(sys, "argv", ["gitward", *map(str, args)])
        code = main.main()
        return code, "".join(capsys.readouterr())

    return run


def lock_of(log: Path, bare: Path) -> Path:
    """The lock beside the times of this repository."""
    return log / f"seen-{hashlib.sha256(os.fsencode(os.path.realpath(bare))).hexdigest()[:24]}.sqlite.lock"


def test_a_walk_begins_where_known_history_ends(directory: str, git: Git, repo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A known tip that is gone from the repository is no obstacle; only new commits are walked."""
    git_dir = repo / ".git"
    first = commit(git, repo, "first")
    lost = commit(git, repo, "lost")
    add(directory, moved(git_dir, update(new=first)), moved(git_dir, update("refs/heads/lost", new=lost)))
    assert set(FirstSeen(directory, str(git_dir))) == {first, lost}
    git("reset", "-q", "--hard", first, cwd=repo)
    git("reflog", "expire", "--expire=now", "--all", cwd=repo)
    git("gc", "-q", "--prune=now", cwd=repo)
    assert git("cat-file", "-e", lost, cwd=repo, ok=False).returncode
    (third,) = [commit(git, repo, "third")]
    walked: list[int] = []
    real = firstseen._walk
    monkeypatch.setattr(firstseen, "_walk", lambda *args: walked.append(len(found := real(*args))) or found)
    add(directory, moved(git_dir, update(old=first, new=third)))
    assert set(FirstSeen(directory, str(git_dir))) == {first, lost, third}
    assert walked == [1]
    assert isinstance(FirstSeen(directory, str(git_dir))._base(), sqlite3.Connection)


# --- through the log's daemon -----------------------------------------------------------------------------------------


def test_a_daemon_tells_the_same_times(git: Git, repo: Path) -> None:
    """Of a series, a merged side, a tip that was reset to what it had brought, and a statement; of what nobody pushed, none."""
    git_dir = str(repo / ".git")
    root, second = commit(git, repo, "root"), commit(git, repo, "second")
    git("checkout", "-q", "-b", "topic", root, cwd=repo)
    side = commit(git, repo, "side")
    git("checkout", "-q", "main", cwd=repo)
    git("merge", "-q", "--no-ff", "-m", "merge", "topic", cwd=repo)
    merge = git("rev-parse", "HEAD", cwd=repo).stdout.strip()
    blob = git("hash-object", "-w", "--stdin", cwd=repo, stdin="{}").stdout.strip()
    statement = f"refs/gitward/statements/{root}/{'ab' * 32}"
    git("update-ref", statement, blob, cwd=repo)
    moves = [[("refs/heads/main", ZERO, second)], [("refs/heads/topic", ZERO, side), (statement, ZERO, blob)],
             [("refs/heads/main", second, merge)],
             [("refs/heads/main", merge, root), ("refs/tags/x", ZERO, "12" * 20)]]  # fmt: skip
    with daemon() as served:
        for each in moves:
            recorder.record(served.target, outcomes.ref_updated(git_dir, each))
            time.sleep(0.6)  # times are seconds
        real, told = FirstSeen(str(served.log), git_dir), ToldSeen(str(served.socket), git_dir)
        assert len(set(real.values())) >= 2
        assert {oid: told[oid] for oid in real} == dict(real)
        assert set(real) == {root, second, side, merge, blob}
        never = commit(git, repo, "never pushed")
        again = pickle.loads(pickle.dumps(told))
        assert (again.get(never), again.get("34" * 20), again.get(second)) == (None, None, real[second])
    assert ToldSeen(str(served.socket), git_dir).get(second) is None, "nobody answers"


NO_NAMES = [b"", b"[1]", b'["x"]', b"{}", b'["' + b"A" * 40 + b'"]', b"[" * 9000, canonical(["ab" * 20] * 2001)]


@pytest.mark.parametrize("given", NO_NAMES)
def test_a_daemon_is_asked_by_whole_names_alone(served: Daemon, given: bytes) -> None:
    with pytest.raises(Undecided, match="refuses the request"):
        client.ask(str(served.socket), "seen", b"/srv/git/app.git", given)
    assert client.ask(str(served.socket), "seen", b"/srv/git/app.git", canonical(["ab" * 20] * 2000)) == [0] * 2000


@pytest.fixture(scope="module")
def served() -> Iterator[Daemon]:
    with daemon() as made:
        yield made


def test_pushes_through_a_daemon_by_a_key_that_expired_in_between(
    gitward: Run, git: Git, repo: Path, bare: Path, tmp_path: Path, signing: tuple[str, ...], served: Daemon
) -> None:
    rules = policy(tmp_path, 4_000_000_000)
    assert gitward("install", "--server", bare, "--policy", rules, "--log", served.target).returncode == 0
    commit(git, repo, "brought by the next", *signing)
    commit(git, repo, "seen in time", *signing)
    git("push", "-q", bare, "HEAD:refs/heads/topic", cwd=repo)
    ended = int(time.time()) + 1
    policy(tmp_path, ended)
    time.sleep(max(0.0, ended - time.time()))
    git("push", "-q", bare, "HEAD:refs/heads/main", cwd=repo)
    commit(git, repo, "made too late", *signing)
    denied = git("push", bare, "HEAD:refs/heads/main", cwd=repo, ok=False)
    assert (denied.returncode, "no longer valid" in denied.stderr) == (1, True)
