"""The trailers that gitward reads against those that C git reads, on real messages and on generated ones.

    .venv/bin/python bench/precision/trailers.py REPOSITORY... [--generated 20000] [--show 3]

git's word is `git interpret-trailers --parse --no-divider`, asked about hundreds of messages at a time. Where the two
differ, the message is changed in the fewest of the ways below until git says what gitward says: these are the reasons.
What no way explains is printed, and the exit code is 1.
"""

from __future__ import annotations

import argparse
import random
import re
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import combinations
from pathlib import Path

import histories

from gitward.message import PICKED, parse
from gitward.model import Message

SEED = 20_240_607
AT_ONCE = 500
MARK = "X-Gitward-End-Of-One"
FOLDER = "/dev/shm" if Path("/dev/shm").is_dir() else None  # thousands of small files are written once and read once
NO_COMMENT = "core.commentChar=\x01"

PICKED_BELOW = re.compile(rf"(\n[ \t\r]*)+(\n{re.escape(PICKED)}[^\n]*)+\s*\Z")
CONFLICTS_BELOW = re.compile(rf"(\n{re.escape(PICKED)}[^\n]*)\nConflicts:(\n\t[^\n]*)*\s*\Z")
BETWEEN = re.compile(r"(\n(?:[ \t\r]*\n)+)")  # paragraphs
URL = re.compile(r"(?m)^[A-Za-z0-9-]+[ \t]*://.*\n?(?:[ \t\r]+[^ \t\r\n].*\n?)*")  # with what is folded below it


def _without_urls(text: str) -> str:
    """Without the lines that are URLs; a paragraph of nothing else is text."""
    parts = BETWEEN.split(text)
    return "".join(part if index % 2 else (URL.sub("", part) or (part and "text")) for index, part in enumerate(parts))


def _without_picked(text: str) -> str:
    """Without the last paragraphs of nothing but picked lines."""
    text = CONFLICTS_BELOW.sub(r"\1\n", text)
    while (shorter := PICKED_BELOW.sub("\n", text)) != text:
        text = shorter
    return text


WAYS: dict[str, Callable[[str], str]] = {
    "a stored message has no comments: `#` is text": lambda text: text,  # git is asked with another comment character
    "CRLF is LF": lambda text: text.replace("\r\n", "\n"),
    "a URL is no trailer, and leaves the lines around it what they are": _without_urls,
    "a picked line in a paragraph of its own is passed over": _without_picked,
    "the subject is no trailer, below blank lines neither": lambda text: re.sub(r"\A([ \t\r]*\n)+", "", text),
    "a list of conflicts ends the message with and without a final LF": lambda text: text + "\n",
    "a list of conflicts is passed over at the very end only": lambda text: text.replace("\nConflicts:\n", "\nConflicts :\n"),
}
COMMENTS = next(iter(WAYS))

LINES = (
    "Signed-off-by: A <a@b>", "signed-off-by: b", "Key: v", "Key: v ", "key-2\t :v", "Key:", "-: v", ": v", "K\v: v", "text",
    "more text", " folded", "\tfolded ", " \r", "", "", "", "", " ", "\v", "---", "# sign", "Kéy: v", "a b: c", f"{PICKED}1)",
    f"{PICKED}2)", "Conflicts:", "\tfile", "BREAKING CHANGE: x", "Signed-off-by:x", " Key: v", "Key: v: w", "\r: v", "Key: v\r",
    "https://example.com/1", "See: https://example.com/1", "\r", "Fixes #1", "Refs #1: x", "* Key: v", "Key : v", "KEY: v",
)  # fmt: skip
STARTS = ("s\n\n", "s\n\ntext\n\n", "s\n", "s\r\n\r\n", "\ns\n\n", "", "\n")


def ours(text: str) -> str:
    return "".join(f"{trailer.key}: {trailer.value}\n" for trailer in parse(text.encode("utf-8", "surrogateescape")).trailers)


def of_git(texts: Sequence[str], *options: str) -> list[str]:
    """What git reads in each. Between two messages stands one whose only trailer is MARK."""
    with tempfile.TemporaryDirectory(dir=FOLDER) as name:
        folder = Path(name)
        (folder / "mark").write_text(f"s\n\n{MARK}: 1\n")
        for index, text in enumerate(texts):
            (folder / f"{index}").write_bytes(text.encode("utf-8", "surrogateescape"))
        files = [word for index in range(len(texts)) for word in (f"{index}", "mark")]
        command = ["git", *options, "interpret-trailers", "--parse", "--no-divider", *files]
        done = subprocess.run(command, cwd=folder, stdout=subprocess.PIPE, env=histories.ENVIRONMENT, check=True)
    said = done.stdout.decode("utf-8", "surrogateescape").split(f"{MARK}: 1\n")
    assert len(said) == len(texts) + 1, "a message holds the mark"
    return said[:-1]


def reasons(different: Sequence[tuple[str, str]]) -> list[tuple[str, ...]]:
    """For each (message, ours) the fewest ways to change it for git to say the same; () where none does."""
    found: list[tuple[str, ...]] = [() for _ in different]
    left = list(range(len(different)))
    for chosen in (some for count in range(1, len(WAYS) + 1) for some in combinations(WAYS, count)):
        changed = [_changed(different[index][0], chosen) for index in left]
        options = ("-c", NO_COMMENT) if COMMENTS in chosen else ()
        said = [each for at in range(0, len(changed), AT_ONCE) for each in of_git(changed[at : at + AT_ONCE], *options)]
        for index, theirs in zip(left, said, strict=True):
            if theirs == different[index][1]:
                found[index] = chosen
        left = [index for index in left if not found[index]]
    return found


def _changed(text: str, chosen: tuple[str, ...]) -> str:
    for way in chosen:
        text = WAYS[way](text)
    return text


def compared(texts: Iterator[str]) -> tuple[int, int, list[tuple[str, str, str]]]:
    """How many messages there are, how many with a trailer, and (text, git's, ours) where the two differ."""
    total = trailed = 0
    different: list[tuple[str, str, str]] = []
    while batch := [text for _, text in zip(range(AT_ONCE), texts, strict=False)]:
        for text, theirs in zip(batch, of_git(batch), strict=True):
            mine = ours(text)
            trailed += bool(mine)
            if mine != theirs:
                different.append((text, theirs, mine))
        total += len(batch)
    return total, trailed, different


def real(repository: Path) -> Iterator[str]:
    """Every message that HEAD reaches, as text: a header that names an encoding is heeded first."""
    wanted = histories.oids(repository)
    for at in range(0, len(wanted), 5_000):
        for commit in histories.commits(repository, wanted[at : at + 5_000]):
            yield _whole(commit.message)


def _whole(message: Message) -> str:
    """The message with its own line ends."""
    return message.text if b"\r" not in message.raw else message.raw.decode("utf-8", "surrogateescape")


def generated(count: int) -> Iterator[str]:
    choice = random.Random(SEED)
    for _ in range(count):
        lines = choice.choices(LINES, k=choice.randrange(1, 12))
        yield choice.choice(STARTS) + "\n".join(lines) + choice.choice(("\n", "\n", "\n", ""))


def report(name: str, texts: Iterator[str], show: int) -> bool:
    """Print one history's figures; False where a difference has no reason."""
    total, trailed, different = compared(texts)
    counts: Counter[tuple[str, ...]] = Counter()
    explained = reasons([(text, mine) for text, _, mine in different])
    for (text, theirs, mine), why in zip(different, explained, strict=True):
        counts[why] += 1
        if not why or counts[why] <= show:
            said = (ascii(text[-600:]), f"git: {theirs!a}", f"ours: {mine!a}")
            print("", " + ".join(why) or "NO REASON", *said, sep="\n", file=sys.stderr)
    print(f"| {name} | {total} | {trailed} | {len(different)} | |")
    for why, count in counts.most_common():
        print(f"| | | | {count} | {'; '.join(why) or 'NO REASON'} |")
    return () not in counts


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("repositories", nargs="*", type=Path)
    parser.add_argument("--generated", type=int, default=20_000, metavar="N")
    parser.add_argument("--show", type=int, default=0, metavar="N", help="print N differences for each set of reasons")
    given = parser.parse_args()
    print("| messages | compared | with a trailer | different | reason |", "|---|---|---|---|---|", sep="\n")
    done = [
        report(f"{histories.name(path)} at {histories.head(path)}", real(path), given.show) for path in given.repositories
    ]
    done.append(report("generated", generated(given.generated), given.show))
    return 0 if all(done) else 1


if __name__ == "__main__":
    sys.exit(main())
