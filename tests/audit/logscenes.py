"""States of a log and what is done to it then, each act in a process of its own under strace(1), which can break any system call.

`prepare` makes the state, `act` is a line of Python for the child, in which `directory` is the log and `told(id)` releases an
event to whoever asked for it. SCENES are the log's own; INDEXING are those of the file that queries are answered from.
"""

from __future__ import annotations

import os
import re
import signal
import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from gitward.audit import checkpoints, creation, folder, log, segment
from gitward.audit.index import reading

SRC = Path(log.__file__).parents[2]  # a mutant's, where that is what is tested
CALLS = ("openat,flock,pread64,read,pwrite64,write,ftruncate,fsync,fdatasync,rename,unlink,mkdir,rmdir,close,fchmod,"
         "getdents64,lseek,fadvise64,newfstatat,ioctl")  # fmt: skip
STRACE = ("strace", "-f", "-q", "-e", f"trace={CALLS}")
CHILD = """
import importlib, os, sys
sys.path.insert(0, sys.argv[1])
from gitward.audit import checkpoints, creation, evidence, folder, happenings, log, reading
from gitward.errors import GitwardError
from gitward.tlog import note, tiles
directory, *more = sys.argv[2:]
modules = [importlib.import_module(each) for each in more]
def told(*ids):
    os.write(1, b"".join(each.encode() + b"\\n" for each in ids))
def append(*ids):
    log.append_all(directory, tuple(log.Item(event=b'{"id":"%s"}' % each.encode(),
        personal=b'{"id":"%s"}' % each.encode() if each.startswith("personal") else b"") for each in ids))
    told(*ids)
try: os.rmdir(directory + "/begin")
except OSError: pass
try:
    ACT
except (GitwardError, OSError) as problem:
    print(problem, file=sys.stderr)
    sys.exit(3)
"""
IMPORTED = (("take(", "base64"), ("take(", "cryptography.hazmat.primitives.asymmetric.ed25519"),
            ("modules[0].opened(", "gitward.audit.index.reading"))  # fmt: skip
Prepare = Callable[[str], None]


@dataclass(frozen=True)
class Scene:
    """`part` is what the points of this scene count for; None: each for the part that its own system call belongs to."""

    act: str
    prepare: tuple[Prepare, ...] = ()
    part: str | None = None


def filled(count: int) -> Prepare:
    """So many entries, event ids 1 to `count` - 1."""

    def prepare(directory: str) -> None:
        log.append_all(directory, tuple(log.Item(event=b'{"id":"%d"}' % n) for n in range(1, count)))

    return prepare


def torn(directory: str) -> None:
    with open(segment.newest(directory).path, "ab") as file:
        file.write(b'{"event":{"id":"never released"')


def booted(directory: str) -> None:
    os.truncate(os.path.join(directory, folder.LOCK), 0)


def one_line(directory: str) -> None:
    """A segment whose writer died when it had begun it, before its name was synced."""
    log.append(directory, b'{"id":"last"}')
    path = segment.newest(directory).path
    os.truncate(path, Path(path).read_bytes().index(b"\n") + 1)


def unsynced(directory: str) -> None:
    """What a sync that failed leaves: the last segment is closed."""
    os.chmod(segment.newest(directory).path, 0o440)


def signed(directory: str) -> None:
    checkpoints.take(directory)


def indexed(directory: str) -> None:
    with reading.opened(directory):
        pass


def another(directory: str) -> None:
    """The index does not fit the log any more."""
    with closing(sqlite3.connect(os.path.join(directory, reading.NAME))) as base, base:
        base.execute("UPDATE meta SET value = 'another' WHERE name = 'about'")


def half_grown(directory: str) -> None:
    """Somebody was killed between the first page that was written and the commit: a hot journal lies there."""
    path = os.path.join(directory, reading.NAME)
    child = os.fork()
    if not child:
        base = sqlite3.connect(path, isolation_level=None)
        base.execute("PRAGMA cache_size = 1")
        base.execute("BEGIN IMMEDIATE")
        base.execute("DELETE FROM mention")
        base.executemany("INSERT INTO event (seq, leaf) VALUES (?, zeroblob(5000))", ((seq,) for seq in range(1000, 1200)))
        os.kill(os.getpid(), signal.SIGKILL)
    os.waitpid(child, 0)
    assert os.path.getsize(f"{path}-journal")


SCENES = {
    "append": Scene("append('new')", (filled(5),)),
    "personal": Scene("append('personal')", (filled(5),)),
    "batch": Scene("append(*(f'b{n}' for n in range(40)))", (filled(5),)),
    "twice": Scene("append('personal 1'); append('personal 2')", (filled(5),)),
    "torn": Scene("append('personal')", (filled(5), torn)),
    "boot": Scene("append('new')", (filled(5), booted)),
    "boot torn": Scene("append('new')", (filled(5), torn, booted)),
    "second line": Scene("append('new')", (filled(256), one_line)),
    "last of a segment": Scene("append('new')", (filled(255),)),
    "rotate": Scene("append('new')", (filled(256),), "rotate"),
    "rotate batch": Scene("append(*(f'b{n}' for n in range(40)))", (filled(250),), "rotate"),
    "closed": Scene("append('personal')", (filled(5), unsynced), "rotate"),
    "checkpoint": Scene("checkpoints.take(directory); told()", (filled(20), signed, filled(400)), "checkpoint"),
    "checkpoint after a rotation": Scene("append('new'); checkpoints.take(directory)", (filled(256),), "checkpoint"),
    "evidence": Scene("evidence.keep(directory, b'x' * 9000); append('new')", (filled(5),)),
}
_READ = "\n    with modules[0].opened(directory) as index: told(str(index.size()), index.root(index.size()).hex())"
INDEXING = {
    "index made": Scene(_READ, (filled(20),), "index"),
    "index grown": Scene(_READ, (filled(20), indexed, filled(400)), "index"),
    "index of another log": Scene(_READ, (filled(20), indexed, another), "index"),
    "index and a lost journal": Scene(_READ, (filled(20), indexed, filled(30), half_grown), "index"),
}


@dataclass(frozen=True)
class Call:
    """One system call of an act: its number among those of its name in the whole process, its name, and for what it is made."""

    number: int
    name: str
    part: str


def made(scene: Scene, directory: str) -> str:
    """A log in the state of the scene."""
    creation.make(directory, "git.example.com/log", segment_entries=256)
    for prepare in scene.prepare:
        prepare(directory)
    return directory


def run(scene: Scene, directory: str, *options: str) -> tuple[int, list[str]]:
    """The act in a process of its own under strace with these options; its exit code, and what it told."""
    script = CHILD.replace("ACT", scene.act)
    fast = () if any("signal=" in option for option in options) else ("--seccomp-bpf",)  # with which strace sends no signals
    arguments = [str(SRC), directory, *(module for word, module in IMPORTED if word in scene.act)]
    command = [*STRACE, *fast, *options, sys.executable, "-I", "-c", script, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode not in (0, 3, -9, 137):
        raise AssertionError(f"{scene.act}: {done.returncode}\n{done.stderr}")
    return done.returncode, done.stdout.splitlines()


def broken_at(call: Call, how: str, scene: Scene, directory: str, trace: str, *options: str) -> list[str]:
    """The act, with this done to it (strace's `signal=KILL`, `error=EIO`) at this call; what it told. It is seen to be done."""
    code, told = run(scene, directory, *options, "-o", trace, "-e", f"inject={call.name}:{how}:when={call.number}")
    text = Path(trace).read_text()
    assert (code in (-9, 137) and "killed by SIGKILL" in text) if how == "signal=KILL" else "(INJECTED)" in text, text[-2000:]
    return told


def calls(scene: Scene, folder_: Path) -> list[Call]:
    """The system calls of an act that nothing breaks, from its beginning to what it tells."""
    trace = folder_ / "trace"
    for name in ("warm", "counted"):  # the first may write bytecode
        assert run(scene, made(scene, str(folder_ / name)), "-o", str(trace))[0] == 0
    found, begun, before = [], False, ""
    counts = Counter[str]()
    for line in re.findall(r"^(?:\d+ +)?([a-z]\w*\(.*)$", trace.read_text(), re.MULTILINE):
        name = line.partition("(")[0]
        counts[name] += 1
        if begun and (name, line[6:8]) != ("write", "1,"):
            found.append(Call(counts[name], name, scene.part or part_of(name, line, before)))
        begun, before = begun or (name == "rmdir" and "/begin" in line), name
    return found


def part_of(name: str, line: str, before: str) -> str:
    """Lock, write or sync; what comes right after a sync is a point of that too."""
    if {name, before} & {"fsync", "fdatasync"}:
        return "sync"
    return "lock" if name in ("flock", "ioctl") or re.search(r"/lock\"|/live\"|boot_id", line) else "write"


def count(how: str, part: str, name: str, points: int) -> None:
    """Where somebody counts (bench/audit_faults.py): so many points of a scene were tried."""
    if path := os.environ.get("GITWARD_FAULTS"):
        with Path(path).open("a") as file:
            file.write(f"{how}\t{part}\t{name}\t{points}\n")
