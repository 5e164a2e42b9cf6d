"""Which pieces a walk to the roots is cut into: sorted where it is short, newest first where it is long."""

from __future__ import annotations

import subprocess
from pathlib import Path

from gitward.model import Entry, Policy, Range
from gitward.repository import open_repository
from gitward.rules.no_fixup import NoFixup
from gitward.scope import Plan, judged_tips

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


def test_what_a_forge_keeps_elsewhere_was_judged_by_nobody() -> None:
    """Threat 9: a merge request from a fork stands below refs/merge-requests/, and no hook has seen it."""
    refs = ("heads/main", "tags/v1", "merge-requests/7/head", "keep-around/x", "gitward/archive", "headstone")
    existing = {f"refs/{name}": name for name in refs}
    entry = Entry(id="x", rule=NoFixup(), refs=("refs/**",))
    assert judged_tips(entry, existing, "refs/heads/new") == ("heads/main", "tags/v1")
    assert judged_tips(entry, existing, "refs/merge-requests/8/head") == ("heads/main", "merge-requests/7/head", "tags/v1")
    plan = Plan(
        (Policy(id="p", mode="enforce", entries=(entry,), source="s", digest="d"),),
        tuple(Range(ref=ref, include=(tip,), exclude=None) for ref, tip in (("refs/heads/y", "a"), ("refs/keep-around/y", "b"))),
        existing, (),
    )  # fmt: skip
    assert set(plan.bits) == {
        (("a",), ("heads/main", "tags/v1")), (("b",), ("heads/main", "keep-around/x", "tags/v1")),
    }  # fmt: skip
