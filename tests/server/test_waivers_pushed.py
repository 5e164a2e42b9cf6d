"""Waivers signed with real keys and pushed to a real server; broken glass, from the alarm to its closing (threats 29 and 30)."""

from __future__ import annotations

import shlex
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest
from scene import MakeScene, Push, Scene
from test_ref_outcomes import install, recorded

from gitward import clock
from gitward.adapters import waiving
from gitward.audit import heartbeat, reading
from gitward.review.breakglass import FollowUp, Glasses
from gitward.review.run import Asked, review
from gitward.statements import keeping
from servers import Server
from soaking import long

NAMES = ("ann", "bob", "carol", "dan", "eve")
POLICY = """\
version: 1
policy: {{id: shop}}
principals:
{people}
waivers:
  - {{rules: [change-ticket, no-force-push, names], who: [carol, dan], at_most: 24h}}
  - {{rules: everything, who: [dan], at_most: 2h}}
rules:
  - {{rule: ticket-reference, id: change-ticket, pattern: 'CHG[0-9]{{{{7}}}}'}}
  - {{rule: no-force-push}}
  - {{rule: ref-name, id: names, pattern: 'main|release/[0-9]+', refs: [refs/heads/main, 'refs/heads/release/**']}}
"""
MAIN = "refs/heads/main"


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("people")
    for name in NAMES:
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", folder / name], check=True)
    return folder


class Shop:
    """A server that knows who pushes by its channel, a clone, and people with keys; the policy does not know eve."""

    def __init__(self, scene: Scene, people: Path) -> None:
        self.scene, self.people = scene, people
        known = [f'  {name}: {{addresses: [{name}@example.com], keys: [{{ssh: "{self.public(name)}"}}]}}' for name in NAMES[:-1]]
        path = scene.folder / "shop.yaml"
        path.write_text(POLICY.format(people="\n".join(known)).replace("{{", "{").replace("}}", "}"))
        scene.install(path, options=("--actor", "http"))
        install(scene, policies=(str(path),))

    def public(self, name: str) -> str:
        return (self.people / f"{name}.pub").read_text().strip()

    def push(self, who: str, *words: str) -> Push:
        self.scene.environment["REMOTE_USER"] = who
        return self.scene.push("origin", *words)

    def command(self, *words: str) -> str:
        """What `gitward waive` prints."""
        how = {"cwd": self.scene.clone, "env": self.scene.environment}
        done = subprocess.run([*self.scene.launcher, "waive", *words], capture_output=True, text=True, **how)  # type: ignore[call-overload]
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout + done.stderr

    def place(self, who: str) -> keeping.Place:
        url = str(self.scene.bare.resolve())
        return keeping.Place(folder=str(self.scene.clone), oid_length=40, url=url, remote="origin", key=str(self.people / who))

    def granted(self, who: str, *commits: str, ref: str = "", entries: tuple[str, ...] = ("change-ticket",)) -> str:
        """The ref of a waiver that stands in the clone now, signed by somebody."""
        asked = waiving.Asked(policy="shop", entries=entries, commits=commits, ref=ref, reason="the tracker is down",
                              ticket="INC-8", expires=int(time.time()) + 3600)  # fmt: skip
        (made,) = waiving.waive(asked, self.place(who))
        return made

    def open(self) -> tuple[FollowUp, ...]:
        glasses = Glasses(str(self.scene.log))
        for entry in reading.entries(str(self.scene.log)):
            glasses.see(entry)
        return glasses.open()

    def event(self) -> dict[str, Any]:
        return self.scene.events()[-1]


@pytest.fixture
def shop(path_server: Server, make_scene: MakeScene, people: Path) -> Shop:
    return Shop(make_scene(path_server), people)


def test_a_waiver_from_the_denial_to_the_log_and_back(shop: Shop) -> None:
    first = shop.scene.commit("handle names\n")
    second = shop.scene.commit("handle paths\n")
    one = shop.granted("carol", first)
    denied = shop.push("ann", "main", one)  # one commit of two
    assert denied.exit_code == 1
    assert 'waived[change-ticket] <oid> "handle names": no ticket in the subject' in denied.remote
    assert "  by carol until <time>, INC-8: the tracker is down (statement <oid>)" in denied.remote
    assert "[change-ticket] may be waived by carol or dan (shop.yaml:9): gitward waive change-ticket" in denied.remote

    said = shop.command("change-ticket", "--range", "origin/main..main", "--policy", "shop", "--reason", "the tracker is down",
                        "--expires", "2h", "--push", "--key", str(shop.people / "carol"))  # fmt: skip
    assert f"repository {shop.place('carol').repository}" in said
    assert all(oid in said for oid in (first, second))
    (identity,) = {name.rpartition("/")[2] for name in shop.scene.refs() if name.startswith("refs/gitward/statements/")}
    allowed = shop.push("ann", "main")
    assert allowed.exit_code == 0, allowed.stderr
    assert "(2 waived in change-ticket)" in allowed.remote
    assert "may be waived" not in allowed.remote
    event = shop.event()
    assert (event["event"]["outcome"], event["event"]["severity"]) == ("allowed", "info")
    assert [(item["statement"], item["by"], item["subjects"]) for item in event["waivers"]] == [(identity, ["carol"], 2)]

    third = shop.granted("carol", shop.scene.commit("handle more\n"))
    revoked = keeping.revoke(shop.place("carol"), third.rpartition("/")[2][:12], "the tracker is back")
    denied = shop.push("ann", "main", third, revoked)
    assert denied.exit_code == 1
    assert "counts for nothing: revoked by carol: the tracker is back" in denied.remote


def test_what_does_not_count_is_refused_with_the_reason(shop: Shop) -> None:
    """By who may not, by whom nobody knows, by who pushes it, for another ref; beside the commit, in one push."""
    oid = shop.scene.commit("handle names\n")
    refs = [shop.granted(who, oid) for who in ("bob", "eve", "dan")] + [shop.granted("carol", oid, ref="refs/heads/other")]
    denied = shop.push("dan", "main", *refs)
    assert denied.exit_code == 1
    for words in (
        "of bob counts for nothing: only carol, dan may waive this (shop.yaml:9)",
        "counts for nothing: signed by the key SHA256:",
        "of dan counts for nothing: 1 of carol, dan must waive, other than who pushes or wrote it (shop.yaml:9)",
        "of carol counts for nothing: it is for <oid> on refs/heads/other",
    ):
        assert words in denied.remote, denied.remote
    assert shop.event()["waivers"] == []


def test_what_waits_on_another_ref_is_still_its_authors(shop: Shop) -> None:
    """Parked where the entry judges nothing, and with a commit of somebody else on top."""
    environment = shop.scene.environment
    environment["GIT_AUTHOR_EMAIL"] = "carol@example.com"
    shop.scene.commit("CHG0000001 handle names\n")
    environment["GIT_AUTHOR_EMAIL"] = "bob@example.com"
    tip = shop.scene.commit("CHG0000001 handle more\n")
    assert shop.push("bob", "HEAD:refs/heads/parked").exit_code == 0
    ref = "refs/heads/release/new"
    own = shop.granted("carol", tip, ref=ref, entries=("names",))
    denied = shop.push("ann", f"HEAD:{ref}", own)
    assert denied.exit_code == 1
    assert "of carol counts for nothing: 1 of carol, dan must waive, other than who pushes or wrote it" in denied.remote


def test_a_waived_push_is_not_stopped_on_the_laptop(shop: Shop) -> None:
    """By the statements in the clone; where none stands there, the hook says how to fetch them."""
    scene = shop.scene
    judging = [*scene.launcher, "hook", "pre-push", "--policy", str(scene.folder / "shop.yaml")]
    hook = scene.clone / ".git" / "hooks" / "pre-push"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(f'#!/bin/sh\nexec {shlex.join(judging)} "$@" >&2\n')
    hook.chmod(0o755)
    oid = scene.commit("handle names\n")
    fetch = "note: waivers that stand elsewhere: git fetch origin 'refs/gitward/statements/*:refs/gitward/statements/*'"
    stopped = shop.push("ann", "main")
    assert (stopped.exit_code, stopped.remote, stopped.stderr.count(fetch)) == (1, "", 1)
    one = shop.granted("carol", oid)
    decides = "note: what is waived here is waived by the statements in this clone; the server decides"
    passed = shop.push("ann", "main", one)
    assert passed.exit_code == 0, passed.stderr
    here = passed.stderr.partition("remote:")[0]
    assert f'waived[change-ticket] {oid[:7]} "handle names"' in here
    assert (here.count(decides), fetch in here, decides in passed.remote) == (1, False, False)
    words = [*scene.launcher, "check", oid, "--policy", str(scene.folder / "shop.yaml"), "--ref", MAIN]
    checked = subprocess.run(words, cwd=scene.clone, env=scene.environment, capture_output=True, text=True, check=False)
    assert (checked.returncode, checked.stdout.count("waived[change-ticket]"), checked.stdout.count(decides)) == (0, 1, 1)


@long
def test_glass_is_broken_loudly_and_closed_by_somebody_else(shop: Shop) -> None:
    shop.scene.run("reset", "-q", "--hard", "HEAD~1")
    shop.scene.commit("take a secret out\n")
    glass = shop.granted("dan", ref=MAIN, entries=waiving.EVERYTHING)
    identity = glass.rpartition("/")[2]
    allowed = shop.push("dan", "--force", "main", glass)
    assert allowed.exit_code == 0, allowed.stderr
    first, *_ = allowed.remote.splitlines()
    assert first == "BREAK-GLASS: glass broken by dan until <time>, INC-8: the tracker is down (statement <oid>)"
    assert "break-glass[no-force-push] refs/heads/main" in allowed.remote
    assert "break-glass[change-ticket]" in allowed.remote
    event = shop.event()
    assert (event["event"]["severity"], event["actor"]["id"]) == ("critical", "dan")
    assert [(item["statement"], item["kind"], item["entries"]) for item in event["waivers"]] == [
        (identity, "break-glass", ["change-ticket", "no-force-push"])
    ]

    (left,) = shop.open()
    assert (left.statement, left.by, left.uses, left.pushers, left.refs[0]) == (identity, ("dan",), 1, ("dan",), MAIN)
    own = waiving.close(identity[:12], "all is well", shop.place("dan"))
    assert shop.push("dan", own).exit_code == 0
    (left,) = shop.open()
    assert left.closed_by == ("dan",)
    (gap,) = (gap for gap in review(Asked(log=str(shop.scene.log))).gaps if gap.kind == "break-glass-open")
    assert (gap.weight, gap.fix) == ("pending", f"somebody else: gitward waive --close {identity} --reason TEXT")
    other = waiving.close(identity, "read the one commit", shop.place("carol"))
    assert shop.push("carol", other).exit_code == 0
    assert shop.open() == ()
    kinds = [each["statement"].get("kind") for each in recorded(shop.scene, "statement.received")]  # type: ignore[attr-defined]
    assert kinds == ["waiver", "closing", "closing"]


def test_broken_glass_does_not_come_back_with_the_clock(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """The log was written two hours from now: the glass, broken for one hour, has ended. As after that many hours, and a clock
    that is set back."""
    glass = shop.granted("dan", ref=MAIN, entries=("*",))
    shop.scene.commit("handle names\n")
    assert shop.push("dan", "main", glass).exit_code == 0
    later = clock.at(int(time.time()) + 7200).replace("Z", ".000000Z")
    with monkeypatch.context() as patched:
        patched.setattr(clock, "now", lambda: later)
        heartbeat.beat(str(shop.scene.log))
    shop.scene.commit("handle paths\n")
    denied = shop.push("dan", "main")
    assert denied.exit_code == 1, denied.stderr
    assert "the clock has gone back; what had ended by then counts as ended" in denied.remote
    assert "of dan counts for nothing: it has expired" in denied.remote
