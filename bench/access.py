"""Microseconds per ref update that `access` judges under 1,000 principals and 500 grants, and the time to read such a policy.

400 grants are for the branches and tags of 100 teams, 100 name paths on the protected branches. Each update is of another ref and
by somebody else than the one before. Processor time of one core, medians; the policy has been read, as when a push is judged.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from measure import ROOT, medians, table

sys.path.insert(0, str(ROOT / "src"))

from gitward.grantindex import Table
from gitward.model import RefUpdate
from gitward.policy.load import load_file
from gitward.rules.access import Access

PRINCIPALS, TEAMS, FOLDERS = 1_000, 100, 100
GRANTS = 500
UPDATES = 2_000
ROUNDS = 7
BUDGET = 50  # microseconds a ref update
OLD, NEW, ZERO = "1" * 40, "2" * 40, "0" * 40
SEEN = 1_800_000_000


def access(folder: Path) -> tuple[str, bool]:
    path = written(folder)
    loaded = load_file(str(path))
    rule = next(entry.rule for entry in loaded.entries if entry.rule.name == Access.name)
    if (len(rule.members), len(rule.grants)) != (PRINCIPALS, GRANTS):
        raise RuntimeError("the policy is not of the size that is to be measured")
    plain, changing, large = (), (b"src/main.c", b"docs/how.md"), tuple(b"src/part/file%d.c" % number for number in range(1_000))
    contestants: dict[str, Callable[[], float]] = {
        "a branch of one's team": judging(rule, "ff", team_ref, plain, is_let_in=True),
        "a protected branch, 2 paths": judging(rule, "ff", protected_ref, changing, is_let_in=True),
        "a protected branch, 1,000 paths": judging(rule, "ff", protected_ref, large, is_let_in=True, updates=20),
        "another team's branch, denied": judging(rule, "ff", foreign_ref, plain, is_let_in=False),
        "a path of another team, denied": judging(rule, "ff", protected_ref, (b"part7/x",), is_let_in=False),
        "a path that 100 others may change, denied": judging(rule, "ff", protected_ref, (b"src/x",), is_let_in=False, who=second),
        "force that nobody may, denied": judging(rule, "non-ff", protected_ref, (b"src/x",), is_let_in=False),
        "a new tag of one's team": judging(rule, "create", team_tag, plain, is_let_in=True),
        "a new tag of another team, denied": judging(rule, "create", foreign_tag, plain, is_let_in=False),
        "nobody known, denied": judging(rule, "ff", team_ref, plain, is_let_in=False, who=lambda _: ""),
    }
    micros = {name: taken * 1e6 for name, taken in medians(contestants, ROUNDS).items()}
    rows = [(name, f"{each:.1f}") for name, each in micros.items()]
    sorting = statistics.median(timed(lambda: Table(rule.grants)) for _ in range(ROUNDS))
    loading = statistics.median(timed(lambda: load_file(str(path))) for _ in range(ROUNDS))
    text = f"## Access: {PRINCIPALS:,} principals, {GRANTS} grants\n\n" + table(("a ref update", "µs"), rows)
    text += f"\nBudget: {BUDGET} µs a ref update, but for those of 1,000 paths.\n"
    text += f"Such a policy is read, with its principals and groups in files beside it, in {loading * 1e3:.0f} ms;\n"
    text += f"its grants are sorted at the first ref update of a push, in {sorting * 1e3:.1f} ms.\n"
    return text, all(each <= BUDGET for name, each in micros.items() if "1,000" not in name)


def written(folder: Path) -> Path:
    """The policy: everybody is in a team of ten, the team may move its branches, its first members what is protected."""
    people = {f"person{number}": {"accounts": [f"account{number}"]} for number in range(PRINCIPALS)}
    groups = {f"team{team}": {"members": [f"person{team * 10 + place}" for place in range(10)]} for team in range(TEAMS)}
    groups["everybody"] = {"members": list(people)}
    grants: list[dict[str, Any]] = []
    for team in range(TEAMS):
        who, refs = [f"team{team}"], [f"refs/heads/team{team}/**"]
        grants.append({"who": who, "may": ["read", "create", "update"], "refs": refs})
        grants.append({"who": who, "may": ["force", "delete"], "refs": [*refs, f"!refs/heads/team{team}/kept/**"]})
        grants.append({"who": who, "may": ["tag"], "refs": [f"refs/tags/team{team}-*"]})
        grants.append({"who": [f"person{team * 10}"], "may": ["update", "create"], "refs": ["protected"]})
    for number in range(FOLDERS):
        grants.append({"who": [f"team{number}"], "may": ["update"], "refs": ["protected"], "paths": [f"/part{number}/"]})
    for name, data in (("people.yaml", people), ("groups.yaml", groups)):
        (folder / name).write_text(json.dumps(data))
    path = folder / "policy.yaml"
    path.write_text(json.dumps({
        "version": "1", "policy": {"id": "large"}, "refsets": {"protected": ["refs/heads/main", "refs/heads/release/**"]},
        "principals": {"file": "people.yaml"}, "groups": {"file": "groups.yaml"}, "access": grants,
    }))  # fmt: skip
    return path


def first_of_a_team(number: int) -> str:
    return f"person{number % TEAMS * 10}"


def second(number: int) -> str:
    return f"person{number % TEAMS * 10 + 1}"


def team_tag(number: int) -> str:
    return f"refs/tags/team{number % TEAMS}-v{number}"


def foreign_tag(number: int) -> str:
    return f"refs/tags/team{(number + 1) % TEAMS}-v{number}"


def team_ref(number: int) -> str:
    return f"refs/heads/team{number % TEAMS}/topic-{number}"


def foreign_ref(number: int) -> str:
    return f"refs/heads/team{(number + 1) % TEAMS}/topic-{number}"


def protected_ref(number: int) -> str:
    return f"refs/heads/release/{number}"


def judging(
    rule: Access, ancestry: str, ref: Callable[[int], str], touched: tuple[bytes, ...], *, is_let_in: bool,
    who: Callable[[int], str] = first_of_a_team, updates: int = UPDATES,
) -> Callable[[], float]:  # fmt: skip
    """Seconds of processor time a decision, over many."""
    paths = frozenset(touched)
    # no team's first member is of team 7 when a path of that team is pushed
    numbers = [number for number in range(updates + updates // TEAMS + 1) if number % TEAMS != 7][:updates]
    made = [RefUpdate(ref=ref(number), old=OLD, new=NEW, ancestry=ancestry, pusher=who(number), touched=paths, seen=SEEN)  # type: ignore[arg-type]
            for number in numbers]  # fmt: skip

    def once() -> float:
        started = time.process_time()
        allowed = sum(not list(rule.check_update(update)) for update in made)
        taken = time.process_time() - started
        if allowed != len(made) * is_let_in:
            raise RuntimeError(f"{allowed} of {len(made)} were let in")
        return taken / len(made)

    return once


def timed(work: Callable[[], Any]) -> float:
    started = time.process_time()
    work()
    return time.process_time() - started
