"""The same access policy in gitolite and in gitward: the same answers, but for differences that are named and tried."""

from __future__ import annotations

import sys
from pathlib import Path

from gitolites import Gitolite, Gitward
from sameaccess import DIFFERENT, GITOLITE, GITWARD, Push, Pushes
from servers import developer
from soaking import long

FEW = {("carol", "refs/heads/main", "fast-forward: both"), ("bob", "refs/heads/topic/a", "fast-forward: away")}


class Both:
    """Both servers, and what each says to a push."""

    def __init__(self, folder: Path, launcher: Path, *repositories: str) -> None:
        self.gitolite = Gitolite.made(folder / "gitolite", GITOLITE)
        policies = {name: GITWARD[name] for name in repositories}
        self.gitward = Gitward.made(folder / "gitward", policies, (sys.executable, "-I", str(launcher)))
        self.pushes = Pushes(folder / "made", developer(folder))
        for server in (self.gitolite, self.gitward):
            self.pushes.seed(server)

    def wrong(self, push: Push) -> str:
        """Why the answers to a push are not the ones that are expected, '' where they are."""
        theirs, words = self.pushes.tried(self.gitolite, push)
        ours, said = self.pushes.tried(self.gitward, push)
        if not (theirs or "DENIED" in words or "hook declined" in words):
            return f"{push}: gitolite does not work: {words}"
        if not (ours or "[access]" in said):
            return f"{push}: gitward denies it, and not for who pushes: {said}"
        if (theirs != ours) != bool(push.differs):
            return f"{push}: gitolite {theirs}, gitward {ours}: {words}{said}"
        return ""


@long
def test_some_pushes(tmp_path: Path, launcher: Path) -> None:
    both = Both(tmp_path, launcher, "lib")
    chosen = [push for push in both.pushes.all() if (push.user, push.ref, push.what) in FEW]
    assert len(chosen) == len(FEW)
    assert [words for push in chosen if (words := both.wrong(push))] == []


@long
def test_all_pushes(tmp_path: Path, launcher: Path) -> None:
    both = Both(tmp_path, launcher, *GITWARD)
    every = both.pushes.all()
    assert len([push for push in every if not push.differs]) >= 200
    assert {push.differs for push in every} - {""} <= set(DIFFERENT)
    assert [words for push in every if (words := both.wrong(push))] == []
    moves = (("refs/heads/topic/a", "on"), ("refs/heads/main", "on"))
    assert both.pushes.tried_together(both.gitolite, "bob", "app", *moves) == {"refs/heads/topic/a"}
    assert both.pushes.tried_together(both.gitward, "bob", "app", *moves) == set()
