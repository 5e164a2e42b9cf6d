"""How precise `ticket-reference` is on the history of a project that uses a tracker.

False hits: a sample of what the rule takes for a ticket, printed with its surroundings for whoever judges, and checked
against the keys of that tracker's projects. Misses: every ticket that the project's own list of changes names, the
commits that mention it as `git log --grep` finds them, and which of those commits the rule does not find.

    python bench/precision/tickets.py CLONE [--key LANG] [--changes src/changes/changes.xml] [--sample 500] [--show]

The rule's text search is used as it stands, over subject, body and trailers, with its own pattern and with the project's.
"""

from __future__ import annotations

import argparse
import random
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

from gitward.model import Commit, Oid
from gitward.repository import open_repository
from gitward.rules.ticket_reference import TicketReference, _texts

SEED = 20_251_127
PLACES = ("subject", "body", "trailers")
AROUND = 40
# other projects in the trackers of Apache and of OpenJDK that a history of Apache Commons names
KEYS = ("BEANUTILS", "COMMONSSITE", "INFRA", "JDK", "TEXT")

Hit = tuple[Oid, str, str, str]  # commit, place, ticket, the text around it


def git(clone: Path, *words: str) -> str:
    done = subprocess.run(["git", "-C", str(clone), *words], capture_output=True, check=True)
    return done.stdout.decode("utf-8", "replace")


def commits(clone: Path) -> list[Commit]:
    oids = [Oid(line) for line in git(clone, "rev-list", "HEAD").split()]
    with open_repository(str(clone)) as repository:
        return list(repository.commits(oids, limit=1 << 20))


def hits(rule: TicketReference, history: list[Commit]) -> list[Hit]:
    """What the rule finds, each ticket once in a commit."""
    found: dict[tuple[str, str], Hit] = {}
    for commit in history:
        for place in PLACES:
            for text in _texts(commit.message, place):
                for ticket in rule.tickets(text):
                    at = text.index(ticket)
                    around = text[max(0, at - AROUND) : at + len(ticket) + AROUND].replace("\n", " / ")
                    found.setdefault((commit.oid or "", ticket), (commit.oid or Oid(""), place, ticket, around))
    return list(found.values())


def mentions(clone: Path, key: str) -> set[tuple[str, str]]:
    """Every (commit, ticket) of the history, by git's own search and the plainest reading: key, `-`, digits, any case."""
    text = git(clone, "log", "-i", "-E", f"--grep={key}-[0-9]", "--format=%H%n%B%x00", "HEAD")
    entries = (entry.lstrip("\n").partition("\n")[::2] for entry in text.split("\0"))
    return {(oid, word.upper()) for oid, body in entries for word in re.findall(rf"(?i)(?<!commons-){key}-[0-9]+", body)}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("clone", type=Path)
    parser.add_argument("--key", default="LANG")
    parser.add_argument("--changes", default="src/changes/changes.xml")
    parser.add_argument("--sample", type=int, default=500)
    parser.add_argument("--show", action="store_true", help="print the sample and every miss")
    given = parser.parse_args()
    history = commits(given.clone)
    named = set(re.findall(rf"\b{given.key}-[1-9][0-9]*\b", git(given.clone, "show", f"HEAD:{given.changes}")))
    pairs = {(oid, ticket) for oid, ticket in mentions(given.clone, given.key) if ticket in named}
    print(f"{len(history)} commits; {len(named)} tickets in {given.changes}, {len(pairs)} mentions in "
          f"{len({oid for oid, _ in pairs})} commits")  # fmt: skip
    wrong = False
    for title, rule in (
        ("default pattern", TicketReference(in_=PLACES)),
        (f"{given.key}-[1-9][0-9]*", TicketReference(pattern=f"{given.key}-[1-9][0-9]*", in_=PLACES)),
    ):
        found = hits(rule, history)
        sample = random.Random(SEED).sample(found, min(given.sample, len(found)))
        strange = [hit for hit in sample if hit[2].rpartition("-")[0] not in (given.key, *KEYS)]
        missed = sorted(pairs - {(oid, ticket) for oid, _, ticket, _ in found})
        lost = {oid for oid, _ in missed}
        print(f"\n{title}: {len(found)} hits, {dict(Counter(place for _, place, _, _ in found))}")
        print(f"  of {len(sample)} sampled, {len(strange)} are of no project that is known here")
        print(f"  missed: {len(missed)} mentions in {len(lost)} commits, {len(lost) / max(1, len({o for o, _ in pairs})):.2%}")
        if given.show:
            for oid, place, ticket, around in sample:
                print(f"    {oid[:10]} {place:8} {ticket:14} {around}")
        for hit in strange:
            print(f"    strange: {hit[0][:10]} {hit[2]}: {hit[3]}")
        for oid, ticket in missed:
            text = git(given.clone, "log", "-1", "--format=%B", oid)
            at = text.lower().find(ticket.lower())
            print(f"    missed: {oid[:10]} {ticket}: {text[max(0, at - 60) : at + 40]!r}")
        wrong = wrong or bool(strange) or len(lost) > 0.01 * len({oid for oid, _ in pairs})
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
