"""Fetching the receipts of a clone's own pushes, and what they prove.

A receipt is named by its decision, whose id begins with the time: only those are fetched that were made about when this clone
pushed. They come to `refs/gitward/fetched/`, are checked against the log's public key, and their refs go again.
"""

from __future__ import annotations

import os

from gitward import clock, git
from gitward.adapters.pushed import Pushed, keep, prefixes, waiting
from gitward.audit.receipt import MAXIMUM, checked
from gitward.errors import GitwardError, Undecided
from gitward.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import Literal

    from gitward.audit.receipt import Proven
    from gitward.tlog.note import PublicKey

    State = Literal["proven", "waiting", "missing", "false", "refused"]

SOURCE, FETCHED = "refs/gitward/receipts/", "refs/gitward/fetched/"
LATE_SECONDS = 3_600
_SLACK = 900  # between this clock and the server's, and for judging
_MOST_RECEIPTS, _KEPT = 2_000, 200


@record
class Settled:
    """What became of one pushed ref: `proven` by `receipt`; `waiting` or, after an hour, `missing` where the remote has it and
    there is no receipt; `false` where a receipt does not hold; `refused` where the remote never had it.
    """

    pushed: Pushed
    state: State
    words: str = ""


def settle(git_dir: str, remote: str, keys: Sequence[PublicKey], *, seconds: float = git.SECONDS) -> list[Settled]:
    """Look for the receipts of everything that waits for one from this remote. Raises Undecided where it cannot be asked.

    What is proven or was refused waits no longer; the receipt is kept below `GIT_DIR/gitward/receipts`.
    """
    mine = [each for each in waiting(git_dir) if each.remote == remote]
    if not mine:
        return []
    receipts, problems = _fetched(git_dir, remote, mine, keys, seconds)
    tips = {} if all(_proof(each, receipts) for each in mine) else _tips(git_dir, remote, mine, seconds)
    now = clock.seconds(clock.now())
    settled = [_settled(git_dir, each, receipts, problems, tips, now) for each in mine]
    done = {each.pushed for each in settled if each.state in ("proven", "refused")}
    keep(git_dir, [each for each in waiting(git_dir) if each not in done])
    return settled


def _settled(git_dir: str, each: Pushed, receipts: dict[str, tuple[Proven, bytes]], problems: Sequence[str],
             tips: dict[str, str], now: int) -> Settled:  # fmt: skip
    proof = _proof(each, receipts)
    if proof:
        proven, blob = receipts[proof]
        _keep(git_dir, proof, blob)
        return Settled(pushed=each, state="proven", words=f"entry {proven.decision.seq} of {proven.origin}, decision {proof}")
    if not _is_done(git_dir, each, tips):
        state: State = "refused" if now - each.time > _SLACK else "waiting"
        return Settled(pushed=each, state=state, words="the remote does not have it")
    if problems:
        return Settled(pushed=each, state="false", words=problems[0])
    if now - each.time > LATE_SECONDS:
        return Settled(pushed=each, state="missing", words="the remote has it, and after an hour there is no receipt for it")
    return Settled(pushed=each, state="waiting", words="the remote has it, and there is no receipt yet")


def _proof(each: Pushed, receipts: dict[str, tuple[Proven, bytes]]) -> str:
    """The decision that allows it and whose outcome says that it was done; '' for none."""
    for name, (proven, _) in receipts.items():
        if proven.allows(each.ref, each.old, each.new) and proven.records(each.ref, each.old, each.new):
            return name
    return ""


def _is_done(git_dir: str, each: Pushed, tips: dict[str, str]) -> bool:
    """Whether the remote has what was pushed, or had it on the way to what it has."""
    tip = tips.get(each.ref, "0" * len(each.new))
    if tip == each.new:
        return True
    reached = git.call(["merge-base", "--is-ancestor", "--end-of-options", each.new, tip], git_dir=git_dir)
    return reached.status == 0


def _fetched(git_dir: str, remote: str, mine: Iterable[Pushed], keys: Sequence[PublicKey], seconds: float,
             ) -> tuple[dict[str, tuple[Proven, bytes]], list[str]]:  # fmt: skip
    """Receipts that hold, by decision, and what is wrong with those that do not."""
    _drop(git_dir)
    wanted = [f"+{SOURCE}{prefix}*:{FETCHED}{prefix}*" for prefix in prefixes(mine, _SLACK)]
    options = ("--quiet", "--no-tags", "--no-prune", "--no-write-fetch-head", "--no-recurse-submodules", "--no-auto-maintenance",
               "--refmap=", "--end-of-options")  # fmt: skip
    _ask(git_dir, ["fetch", *options, remote, *wanted], seconds)
    found: dict[str, tuple[Proven, bytes]] = {}
    problems = []
    listing = git.run(["for-each-ref", "--format=%(refname) %(objecttype) %(objectsize)", FETCHED], git_dir=git_dir)
    for line in listing.decode().splitlines()[:_MOST_RECEIPTS]:
        ref, kind, size = line.split(" ")
        name = ref.removeprefix(FETCHED)
        try:
            if kind != "blob" or int(size) > MAXIMUM:
                raise GitwardError("it is no receipt")
            blob = git.run(["cat-file", "blob", ref], git_dir=git_dir)
            proven = checked(blob, keys)
            if proven.decision.event.get("id") != name:
                raise GitwardError("it is the receipt of another decision")
            found[name] = (proven, blob)
        except GitwardError as problem:
            problems.append(f"receipt {name}: {problem.message}")
    _drop(git_dir)
    return found, problems


def _tips(git_dir: str, remote: str, mine: Iterable[Pushed], seconds: float) -> dict[str, str]:
    refs = sorted({each.ref for each in mine})
    listing = _ask(git_dir, ["ls-remote", "--quiet", "--end-of-options", remote, *refs], seconds)
    pairs = (line.split("\t") for line in listing.decode("utf-8", "surrogateescape").splitlines())
    return {ref: oid for oid, ref in pairs}


def _ask(git_dir: str, words: list[str], seconds: float) -> bytes:
    """Talk to the remote as the user's own git does, but never ask for a password."""
    allowed = {"GIT_ALLOW_PROTOCOL": "file:git:http:https:ssh", "SSH_ASKPASS_REQUIRE": "never"}
    answer = git.call(words, git_dir=git_dir, timeout=seconds, own_config=True, without=("GIT_DIR",), env=allowed)
    if answer.status:
        raise Undecided(f"the remote cannot be asked: {git.last_line(answer.error)}", "try again later", "remote")
    return answer.output


def _drop(git_dir: str) -> None:
    refs = git.run(["for-each-ref", "--format=delete %(refname)", FETCHED], git_dir=git_dir)
    if refs:
        git.run(["update-ref", "--stdin"], git_dir=git_dir, stdin=refs)


def _keep(git_dir: str, name: str, blob: bytes) -> None:
    folder = os.path.join(git_dir, "gitward", "receipts")
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, os.path.basename(name)), "wb") as file:
        file.write(blob)
    for old in sorted(os.listdir(folder))[:-_KEPT]:
        os.unlink(os.path.join(folder, old))
