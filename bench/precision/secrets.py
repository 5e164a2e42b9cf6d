"""What `secret-content` and `secret-files` say to the history of real projects, and to secrets made at random.

    bench/precision/secrets.py REPOSITORY...

Every commit that HEAD reaches and that is no merge is judged by what `git log -p` says that it adds. A key of which only
some lines are new is judged by these alone. Prints the rows of bench/precision.md and each hit: place and fingerprint.
"""

from __future__ import annotations

import collections
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "tests/rules"))

from planted import planted  # noqa: E402

from gitward.model import File  # noqa: E402
from gitward.rules import load  # noqa: E402

LOG = ["log", "-p", "-U0", "--text", "--no-renames", "--no-color", "--no-ext-diff", "--no-textconv", "--no-merges",
       "--full-index", "--format=commit %H"]  # fmt: skip
SEED = 20_240_229


def commits(repository: str) -> Iterator[tuple[str, list[File]]]:
    """Each commit with the files that it adds or changes: their added lines, numbered as in the new file."""
    args = ["git", "-C", repository, "-c", "core.quotePath=false", *LOG, "HEAD"]
    with subprocess.Popen(args, stdout=subprocess.PIPE) as log:
        assert log.stdout is not None
        oid, files = "", list[File]()
        path, lines = b"", list[tuple[int, bytes]]()
        line = log.stdout.readline()
        while line:
            if line.startswith(b"@@ "):
                place = line.split(b" ", 3)
                taken, given = (part[1:].partition(b",") for part in place[1:3])
                for _ in range(int(taken[2] or 1)):
                    _skip(log.stdout)
                first = int(given[0])
                lines += [(first + number, _skip(log.stdout)[1:]) for number in range(int(given[2] or 1))]
            elif line.startswith((b"commit ", b"diff --git ")):
                if path:
                    files.append(_file(path, lines))
                    path, lines = b"", []
                if line.startswith(b"commit "):
                    if oid:
                        yield oid, files
                    oid, files = line.split()[1].decode(), []
            elif line.startswith(b"+++ b/"):
                path = line[6:].rstrip(b"\n\t")
            line = log.stdout.readline()
        yield oid, [*files, _file(path, lines)] if path else files


def _skip(stream: object) -> bytes:
    """One line of a hunk; the remark about a missing line feed is none."""
    line: bytes = stream.readline()  # type: ignore[attr-defined]
    while line.startswith(b"\\"):
        line = stream.readline()  # type: ignore[attr-defined]
    return line.removesuffix(b"\n")


def _file(path: bytes, lines: list[tuple[int, bytes]]) -> File:
    added = tuple(enumerate((line for _, line in lines), 1))
    return File(path=path, mode="100644", oid="1" * 40, content=b"\n".join(line for _, line in lines), added=added)


def history(repository: str) -> None:
    content, names = load("secret-content")(), load("secret-files")()
    count = lines = size = 0
    hits, named = list[str](), collections.Counter[str]()
    flagged = by_name = 0
    spent, started = 0.0, time.perf_counter()
    for oid, files in commits(repository):
        count += 1
        lines += sum(len(file.added or ()) for file in files)
        size += sum(len(file.content or b"") for file in files)
        before = time.perf_counter()
        found = list(content.check_commit(SimpleNamespace(files=files)))
        spent += time.perf_counter() - before
        flagged += bool(found)
        hits += [f"{oid[:10]} {violation.message}" for violation in found]
        found = list(names.check_commit(SimpleNamespace(files=files)))
        by_name += bool(found)
        named.update(violation.message.rpartition(" ")[2] for violation in found)
    head = subprocess.run(["git", "-C", repository, "rev-parse", "HEAD"], capture_output=True, text=True, check=True).stdout
    name = Path(repository).resolve().parent.name.partition("+")[2] or Path(repository).resolve().name
    print(f"| {name} | {head[:10]} | {count:,} | {lines:,} | {size / 1e6:,.0f} | {flagged} | {by_name} |"
          f" <!-- {spent / max(count, 1) * 1e6:.0f} us a commit, {time.perf_counter() - started:.0f} s in all -->")  # fmt: skip
    for hit in hits:
        print(f"    {hit}")
    print(f"    names: {dict(named)}", flush=True)


def recall() -> None:
    rule, found, kinds = load("secret-content")(), 0, set[str]()
    made = planted(330, SEED)
    for kind, _, text in made:
        data = text.encode()
        file = File(path=b"x", mode="100644", oid="1", content=data, added=tuple(enumerate(data.split(b"\n"), 1)))
        told = {each.message.split()[0] for each in rule.check_commit(SimpleNamespace(files=(file,)))}
        found += kind in told
        kinds.add(kind)
    print(f"{found} of {len(made)} planted secrets of {len(kinds)} kinds found (seed {SEED})", flush=True)


if __name__ == "__main__":
    recall()
    for each in sys.argv[1:]:
        history(each)
