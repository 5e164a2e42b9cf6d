"""gitward's log against a witness that others wrote: `litewitness` of filippo.io/torchwood, as a process on loopback.

    bench/witness.py LITEWITNESS      the path of its program; ssh-agent and ssh-keygen hold its key

It is not part of `make bench`, because the program is not a package of Debian's. Writes bench/results/witness.md.
"""

from __future__ import annotations

import base64
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from gitward.audit import checkpoints, creation, folder, log, turnover, witnesses
from gitward.audit.witness import entries
from gitward.tlog.cosignature import cosigned, cosigner_key
from gitward.tlog.tree import EMPTY_ROOT
from run import machine

ROOT = Path(__file__).parent.parent
ORIGIN, NAME, ADDRESS = "git.example.com/log", "witness.example.com", "127.0.0.1:17380"


def started(place: Path, program: str, *log_keys: str) -> tuple[list[subprocess.Popen[str]], str]:
    """The witness and the agent with its key, and the witness's public key."""
    agent = subprocess.Popen(["ssh-agent", "-D", "-a", place / "agent"], stdout=subprocess.DEVNULL, text=True)
    if not (place / "id").exists():
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", place / "id"], check=True)
    while not (place / "agent").exists():
        time.sleep(0.05)
    subprocess.run(["ssh-add", "-q", place / "id"], env={**os.environ, "SSH_AUTH_SOCK": str(place / "agent")}, check=True)
    printed = subprocess.run(["ssh-keygen", "-l", "-f", place / "id.pub"], check=True, capture_output=True, text=True).stdout
    witness = subprocess.Popen(
        [program, "-db", place / "db", "-name", NAME, "-key", printed.split()[1], "-ssh-agent", place / "agent",
         "-listen", ADDRESS],
        stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    line = next(line for line in witness.stderr if "vkey=" in line)
    with sqlite3.connect(place / "db") as database:
        empty = base64.b64encode(EMPTY_ROOT).decode()
        database.execute("INSERT OR IGNORE INTO log VALUES (?, 0, ?)", (ORIGIN, empty))
        database.execute("DELETE FROM key")
        database.executemany("INSERT INTO key VALUES (?, ?)", [(ORIGIN, key) for key in log_keys])
    time.sleep(0.5)
    return [witness, agent], line.split("vkey=")[1].split()[0]


def stopped(processes: list[subprocess.Popen[str]], place: Path) -> None:
    for process in processes:
        process.kill()
        process.wait()
    (place / "agent").unlink(missing_ok=True)


def settled(directory: str, key: str) -> None:
    Path(directory, "settings.yaml").write_text(
        f"timeout: 5\nwitnesses:\n  - {{name: lite, kind: cosigner, url: 'http://{ADDRESS}', key: '{key}'}}\n"
    )


def asked(directory: str, count: int = 0) -> witnesses.Statement:
    if count:
        log.append_all(directory, tuple(log.Item(event=b'{"n":%d}' % n) for n in range(count)))
    checkpoints.take(directory)
    return witnesses.ask(directory)[1][0]


def main(program: str) -> int:
    rows = []
    with tempfile.TemporaryDirectory(prefix="gw-") as name:
        place, directory = Path(name), str(Path(name, "log"))
        creation.make(directory, ORIGIN)
        first = folder.about(directory).key
        running, key = started(place, program, first)
        try:
            settled(directory, key)
            rolled = shutil.copytree(directory, place / "rolled")
            for count in (0, 1, 6, 0, 249, 1, 700):
                said = asked(directory, count)
                newest = checkpoints.newest(directory)
                valid = said.ok and cosigned(newest.note, cosigner_key(key)) is not None
                rows.append((entries(newest.size), "cosigned, and the cosignature verifies" if valid else said.detail, valid))
            shutil.rmtree(Path(directory, "witnessed"))
            said = asked(directory, 3)
            rows.append(("what it has seen is forgotten here: 409, then the proof", said.detail, said.ok))
            folder.mark_live(str(rolled))
            said = asked(str(rolled))
            rows.append(("the log rolled back", said.detail, said.contradicts))
            said = asked(str(rolled), 2_000)
            rows.append(("the log rewritten, and longer", said.detail, said.contradicts))
            stopped(running, place)
            second = turnover.rotate(directory)
            running, _ = started(place, program, first)
            said = asked(directory)
            rows.append(("a new key that the witness does not know", said.detail, not said.ok and "403" in said.detail))
            stopped(running, place)
            running, again = started(place, program, first, second)
            said = asked(directory, 1)
            rows.append(("the new key made known to it, after kill -9", said.detail, said.ok and again == key))
            other = str(place / "other")
            creation.make(other, "other.example.com/log")
            settled(other, key)
            said = asked(other)
            refused = "403" in said.detail or "404" in said.detail  # the protocol says 404
            rows.append(("a log that it does not know", said.detail, refused and not said.ok))
        finally:
            stopped(running, place)
    text = "".join(f"| {what} | {result} | {'as expected' if good else 'NOT AS EXPECTED'} |\n" for what, result, good in rows)
    head = (
        f"# A witness of others\n\n{time.strftime('%Y-%m-%d', time.gmtime())}, {machine()}.\n`bench/witness.py`, litewitness of "
        "filippo.io/torchwood 0.8.0 on loopback, its key in ssh-agent.\n\n| shown to it | what came of it | |\n|---|---|---|\n"
    )
    (ROOT / "bench" / "results" / "witness.md").write_text(head + text)
    print(head + text)
    return 0 if all(good for *_, good in rows) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
