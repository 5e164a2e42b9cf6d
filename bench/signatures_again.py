"""A second run over a history that has not changed: what it costs, and what changes with trust, clock and first-seen times.

The arithmetic is counted where it is asked for: the signatures that `prove` of the format's verifier is given.
"""

from __future__ import annotations

import statistics
from collections import Counter
from pathlib import Path

import signature_runs as runs
from measure import table

from gitward import clock, sources
from gitward.policy.trust import trust
from gitward.repository import open_repository
from gitward.signatures.cache import opened
from gitward.signatures.moments import Moments
from gitward.signatures.reading import SignatureReader

Rows = dict[str, runs.Row]


def again(repo: str, what: str, policy: Path, folder: Path, form: str, oids: list[str]) -> tuple[str, bool]:
    """Figures, and whether no arithmetic is done twice. `oids`: the commits of `what` that are signed in this format."""
    options = ("--cache", str(folder / "cache"), "--validity", "now")
    without, bare = runs.in_turn(repo, what, policy, "--validity", "now")
    first, cold = runs.gitward_says(repo, what, policy, *options)
    second = [runs.gitward_says(repo, what, policy, *options) for _ in range(runs.ROUNDS)]
    once, twice = _counted(repo, policy, form, oids, folder / "counted")
    strangers = sum(first[oid]["status"] == "unknown-key" for oid in oids) if form == "openpgp" else 0
    same = first == without and all(rows == without for rows, _ in second)
    told = f" Of {strangers} the key is not there: nothing was computed that could be kept." if strangers else ""
    rows = [
        ("--no-cache", f"{bare:.2f} s", str(once)),
        ("an empty cache", f"{cold:.2f} s", str(once)),
        ("the same cache, once more", f"{statistics.median(seconds for _, seconds in second):.2f} s", str(twice)),
    ]
    text = f"""### Once more: {Path(repo).parent.name}, {form}

{table(("gitward signatures with", "time", "signatures given to the arithmetic"), rows)}
The statuses are {"the same" if same else "NOT THE SAME"}.{told}
"""  # fmt: skip
    return text, same and once == len(oids) and twice <= strangers


def _counted(repo: str, policy: Path, form: str, oids: list[str], folder: Path) -> tuple[int, int]:
    """How many signatures the verifier is asked to prove, by an empty cache and by the same once more."""
    asked, moments = [], Moments(now=clock.seconds(clock.now()))
    with open_repository(repo) as repository:
        loaded = sources.load(str(policy), repository, receiving=False)
        for _ in range(2):
            reader = SignatureReader(trust(loaded.trust), opened(str(folder)))
            verifier = reader._verifier(form)
            prove, count = verifier.prove, Counter[str]()
            verifier.prove = lambda items, prove=prove, count=count: count.update({"": len(items)}) or prove(items)  # type: ignore
            for start in range(0, len(oids), runs.PIECE):
                reader.commits(list(repository.commits(oids[start : start + runs.PIECE])), moments)
            reader.close()
            asked.append(count[""])
    return asked[0], asked[1]


def changes(repo: str, what: str, allowed: bytes, policy: Path, folder: Path) -> tuple[str, bool]:
    """What a warm cache makes of another trust store, another clock and first-seen times, on a history signed with SSH."""
    options = ("--cache", str(folder / "cache"))
    before, _ = runs.gitward_says(repo, what, policy, *options, "--validity", "now")
    lines, right = [], True

    def told(name: str, other: Path, expected: set[str], status: str, *more: str) -> None:
        nonlocal right
        after, _ = runs.gitward_says(repo, what, other, *options, *more)
        fresh, _ = runs.gitward_says(repo, what, other, "--no-cache", *more)
        changed = {oid for oid, row in after.items() if row["status"] != before[oid]["status"]}
        exact = changed == expected and all(after[oid]["status"] == status for oid in changed) and after == fresh
        right = right and exact
        lines.append(f"- {name}: {len(changed)} statuses change, {len(expected)} should, {'and' if exact else 'NOT'} just these.")

    signers = Counter(row["principal"] for row in before.values() if row["principal"])
    who = max(signers, key=lambda name: signers[name], default="")
    fewer = folder / "fewer"
    fewer.mkdir()
    (fewer / "allowed").write_bytes(b"".join(line for line in allowed.splitlines(True) if line.split()[:1] != [who.encode()]))
    expired = {oid for oid, row in before.items() if row["status"] == "expired"}
    half = set(sorted(expired)[::2])
    seen = folder / "seen.txt"
    seen.write_text("".join(f"{oid} {before[oid]['claimed_time']}\n" for oid in half))
    told("without the principal that signed most", runs.policy_of(fewer / "allowed", "allowed-signers", fewer),
         {oid for oid, row in before.items() if row["principal"] == who}, "unknown-key", "--validity", "now")  # fmt: skip
    told("at the committer's date in place of now", policy, expired, "good", "--validity", "signature")
    told("with half of the expired ones seen when they were committed", policy, half, "good", "--first-seen", str(seen),
         "--validity", "first-seen")  # fmt: skip
    return "\n".join(lines) + "\n", right
