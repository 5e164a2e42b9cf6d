"""`subject-imperative` over real histories, and on forms that are planted.

    .venv/bin/python bench/precision/imperative.py REPOSITORY... [--show 100]

Commits whose oid begins with 0 to 7 were looked at when the lists of `gitward.verbs` were drawn up. The figures are of
the others. `--show` prints that many of the subjects that were refused, to be judged by hand.
"""

from __future__ import annotations

import argparse
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import histories

from gitward import message
from gitward.model import Commit, Violation
from gitward.rules import load

SAMPLED = 10_000
SEED = 20_240_607
HELD_OUT = tuple("89abcdef")
INFLECTED = Path(__file__).resolve().parents[2] / "tests/rules/inflected.txt"
OBJECTS = ("names in paths", "support for arrays", "README", "unused code", "the parser", "")
RULE = load("subject-imperative")()


def refused(commit: Commit) -> Violation | None:
    return next(iter(RULE.check_commit(commit)), None)


def held_out(repository: Path) -> list[str]:
    return [oid for oid in histories.oids(repository, "--no-merges") if oid.startswith(HELD_OUT)]


def row(repository: Path) -> str:
    """What is refused of a sample, and how long it takes."""
    commits = list(histories.commits(repository, histories.sample(held_out(repository), SAMPLED, SEED)))
    started = time.process_time()
    found = [said for commit in commits if (said := refused(commit))]
    each = (time.process_time() - started) / len(commits) * 1e6
    forms = Counter(said.message.partition('" is ')[2].partition(",")[0] for said in found)
    cells = (
        histories.name(repository), histories.head(repository), len(commits), len(found),
        f"{len(found) / len(commits):.2%}", *(forms[form] for form in ("past tense", "a gerund", "third person")), f"{each:.1f}",
    )  # fmt: skip
    return f"| {' | '.join(map(str, cells))} |"


def to_judge(repository: Path, count: int) -> Iterator[str]:
    """Some of all held-out commits that are refused, one a line: history, oid, what is said, subject."""
    for commit in histories.commits(repository, histories.sample(_all_refused(repository), count, SEED)):
        said = refused(commit)
        assert said is not None
        yield "\t".join((histories.name(repository), str(commit.oid)[:12], said.message, ascii(commit.message.subject[:100])))


def _all_refused(repository: Path) -> list[str]:
    return [str(commit.oid) for commit in histories.commits(repository, held_out(repository)) if refused(commit)]


def planted() -> str:
    """For each object, how many of the planted forms are found, and which are not."""
    verbs = [line.split() for line in INFLECTED.read_text(encoding="utf-8").splitlines()]
    rows = []
    for what in OBJECTS:
        forms = [form for _, *forms in verbs for form in forms]
        missed = [form for form in forms if not refused(_draft(f"fix: {form} {what}".strip()))]
        wrong = [verb for verb, *_ in verbs if refused(_draft(f"fix: {verb} {what}".strip()))]
        rows.append(f"| {what or 'nothing'} | {len(forms) - len(missed)} of {len(forms)} | {', '.join(missed)} | {len(wrong)} |")
    return "\n".join(("| before | found | missed | commands refused |", "|---|---|---|---|", *rows))


def _draft(subject: str) -> Commit:
    said = message.parse(subject.encode())
    return Commit(oid=None, tree=None, parents=None, merge=False, author=None, committer=None, message=said)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("repositories", nargs="+", type=Path)
    parser.add_argument("--show", type=int, default=0, metavar="N")
    given = parser.parse_args()
    print("| history | HEAD | sampled | refused | | past tense | gerund | third person | us a commit |")
    print("|---|---|---|---|---|---|---|---|---|")
    print(*map(row, given.repositories), sep="\n")
    print("", planted(), sep="\n")
    for repository in given.repositories if given.show else ():
        print("", *to_judge(repository, given.show), sep="\n")


if __name__ == "__main__":
    main()
