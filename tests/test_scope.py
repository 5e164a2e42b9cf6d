"""Which pieces a walk to the roots is cut into: sorted where it is short, newest first where it is long."""

from __future__ import annotations

import subprocess
from pathlib import Path

from gitward.model import Entry, Policy, Range
from gitward.repository import open_repository
from gitward.rules.no_fixup import NoFixup
from gitward.scope import Plan

COUNT = 25


def test_every_commit_has_its_place(tmp_path: Path) -> None:
    subprocess.run(["git", "init", "-q", "--bare", tmp_path], check=True)
    stream = "".join(
        f"commit refs/heads/main\ncommitter A <a@example.com> {1_700_000_000 + number} +0000\ndata 1\nx\n"
        for number in range(COUNT)
    )
    subprocess.run(["git", "--git-dir", tmp_path, "fast-import", "--quiet"], input=stream.encode(), check=True)
    entry = Entry(id="x", rule=NoFixup(), refs=("refs/heads/**",))
    policies = (Policy(id="p", mode="enforce", entries=(entry,), source="s", digest="d"),)
    with open_repository(str(tmp_path)) as repository:
        tip = repository.ref("refs/heads/main") or ""
        oldest_first = list(repository.walk([tip], []))
        for size in (7, COUNT - 1, COUNT, COUNT + 1, 1_000):
            plan = Plan(policies, (Range(ref="refs/heads/main", include=(tip,), exclude=()),), {}, ())
            pieces = list(plan.pieces(repository, size, asking=True))
            placed = {run.at + at: oid for piece in pieces for (run,) in [piece.runs] for at, oid in enumerate(piece.oids)}
            assert [placed[at] for at in sorted(placed)] == oldest_first
            assert all(len(piece.oids) <= size for piece in pieces)
            assert (pieces[0].oids[0] == oldest_first[0]) is (size >= COUNT)
            assert repository.are_ancestors([(oldest_first[0], tip)]) == {(oldest_first[0], tip): True}
