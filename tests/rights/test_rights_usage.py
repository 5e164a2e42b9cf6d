"""Grants that nobody has used, from a log: what counts as a use, which time was looked at, and what a log cannot know."""

from __future__ import annotations

import hashlib
import random
import sys
from pathlib import Path
from typing import Any

import pytest
from policies_of_rights import NOW, rights

from gitward.audit import checkpoints, creation, log
from gitward.audit.index.asked import Asked, query_of
from gitward.audit.index.reading import opened
from gitward.audit.outcomes import ref_updated
from gitward.audit.pruning.prune import prune
from gitward.canonical import canonical
from gitward.errors import Undecided
from gitward.patterns import matches_ref
from gitward.rights.holders import Rights
from gitward.rights.report import document, report_of
from gitward.rights.text import text
from gitward.rights.usage import usage

sys.path.insert(0, str(Path(__file__).parent.parent / "audit"))
from indexed import add, event, lines, made

GRANTS = (
    "who: [devs, ann], may: [read]",
    "who: [devs], may: [create, update, force, delete], refs: ['refs/heads/topic/**']",
    "who: [ann], may: [update], refs: [refs/heads/main]",
    "who: [ops], may: [update], refs: [refs/heads/main], paths: [/ci/**]",
    "who: [ann], may: [tag, force], refs: ['refs/tags/**']",
)


def pushed(
    who: str | None, *moves: tuple[str, str], policy: str = "test", outcome: str = "allowed", **more: Any
) -> dict[str, Any]:
    """A push of (ref, ancestry) by somebody."""
    updates = [{"ref": ref, "alias": "", "old": "1" * 40, "new": "2" * 40, "ancestry": ancestry} for ref, ancestry in moves]
    parts = {"actor": {"id": who, "roles": more.pop("roles", [])}, "updates": updates, "policies": [{"id": policy}], **more}
    return event(parts.pop("name", "decision.receive"), outcome, **parts)


def used(tmp_path: Path, *events: dict[str, Any], **times: str) -> tuple[set[tuple[int, str, str]], Any]:
    directory = made(tmp_path / "log")
    add(directory, *events)
    found = usage(directory, rights(*GRANTS), **times)
    return set(found.uses), found


def test_what_is_a_use(tmp_path: Path) -> None:
    topic = "refs/heads/topic/a"
    keys, found = used(
        tmp_path,
        pushed("bob", (topic, "create"), (topic + "b", "ff")),
        pushed("bob", (topic, "non-ff"), outcome="denied"),
        pushed("bob", (topic, "delete"), policy="another"),
        pushed("ann", ("refs/heads/main", "ff"), ("refs/tags/v1", "create"), ("refs/tags/v0", "ff")),
        pushed(None, (topic, "non-ff")),
        pushed("eve", (topic, "non-ff"), roles=[{"name": "devs", "source": "test"}]),
        pushed("carol", (topic, "delete"), roles=[{"name": "other", "source": "test"}]),
        event("access.read", "allowed", actor={"id": "ann"}, policies=[{"id": "test"}]),
        event("access.read", "denied", actor={"id": "bob"}, policies=[{"id": "test"}]),
    )
    assert keys == {
        (1, "bob", "create"), (1, "bob", "update"), (2, "ann", "update"), (3, "ann", "update"), (4, "ann", "tag"),
        (4, "ann", "force"), (1, "eve", "force"), (0, "ann", "read"),
    }  # fmt: skip
    assert (found.decisions, found.unproven, found.readings) == (5, 1, 1)
    assert found.since <= found.uses[1, "bob", "create"][1] <= found.until


def test_many_updates_of_one_push_are_read_from_the_evidence(tmp_path: Path) -> None:
    """An event names the first 50; the rest is beside the log."""
    whole = pushed("bob", *((f"refs/heads/topic/{number}", "ff") for number in range(60)))
    blob = canonical(whole["updates"])
    digest = hashlib.sha256(blob).hexdigest()
    whole |= {"updates": whole["updates"][:50], "updates_evidence": {"sha256": digest, "bytes": len(blob)}}
    directory = made(tmp_path / "log")
    (Path(directory) / "evidence").mkdir(exist_ok=True)
    (Path(directory) / "evidence" / digest).write_bytes(blob)
    add(directory, whole)
    assert usage(directory, rights(*GRANTS)).uses[1, "bob", "update"][0] == 60


def test_the_report(tmp_path: Path) -> None:
    _, found = used(tmp_path, pushed("bob", ("refs/heads/topic/a", "create")), pushed(None, ("refs/heads/topic/a", "ff")))
    made_report = report_of(rights(*GRANTS), NOW, usage=found)
    lines = list(text(made_report))
    start = next(index for index, line in enumerate(lines) if line.startswith("not used"))
    assert lines[start - 5 : start + 7] == [
        f"log git.example.com/log in {found.log}",
        f"  looked at: entries 0 to 2, received from {found.since} to {found.until}",
        "  2 pushes and 0 readings under this policy were let in",
        "  2 of them by its version not known",
        "  of 1 of these pushes nobody is proven to be the pusher: whose right was used cannot be told",
        f"not used from {found.since} to {found.until}:",
        "  p.yaml:14: read: cannot be told, the log has no reading of that time under this policy",
        "  p.yaml:15: create: not used by carol",
        "  p.yaml:15: update, force, delete: used by nobody",
        "  p.yaml:16: update: used by nobody",
        "  p.yaml:17: update: used by nobody",
        "  p.yaml:18: tag, force: used by nobody",
    ]
    assert any(line.startswith("  not known: readings are known only where") for line in lines)
    plain = document(made_report)
    row = next(row for row in plain["rights"] if (row["principal"], row["action"]) == ("bob", "create"))
    assert (row["used"], row["last_used"]) == (1, found.uses[1, "bob", "create"][1])
    assert "used" not in next(row for row in plain["rights"] if row["action"] == "read"), "nobody's reading was ever recorded"
    said = plain["usage"]
    assert (said["origin"], said["first"], said["last"], said["can_tell"]) == (
        "git.example.com/log", 0, 2, {"readings": False, "pushes": True})  # fmt: skip


def test_what_was_looked_at_and_what_was_not(tmp_path: Path) -> None:
    """By which version of the policy, in which repositories, and what other policies let in."""
    whole = rights(*GRANTS)
    versions = [[{"id": "test", "digest": digest}] for digest in (whole.policy.digest, "0" * 64)]
    topic = ("refs/heads/topic/a", "ff")
    directory = made(tmp_path / "log")
    add(directory, *(pushed("bob", topic, policies=each, repository="/srv/\x1b[31mred.git") for each in versions),
        pushed("bob", topic, policy="another"))  # fmt: skip
    found = usage(directory, whole, since="2001-01-01", until="2199-01-01")
    assert dict(found.digests) == {whole.policy.digest: 1, "0" * 64: 1}
    lines = list(text(report_of(whole, NOW, usage=found)))
    start = next(index for index, line in enumerate(lines) if line.startswith("log git.example.com"))
    assert lines[start].endswith(", asked for from 2001-01-01T00:00:00.000000Z until 2199-01-02T00:00:00.000000Z")
    assert lines[start + 2 : start + 8] == [
        f"  the log begins at {found.begins}, later than was asked for",
        "  2 pushes and 0 readings under this policy were let in",
        f"  1 of them by its version {'0' * 64}",
        f"  1 of them by this version {whole.policy.digest}",
        "  in /srv/\x1b[31mred.git",
        "  1 that other policies alone judged were let in, and are not counted",
    ]


def test_a_log_of_other_policies_is_blind_and_says_so(tmp_path: Path) -> None:
    directory = made(tmp_path / "log")
    add(directory, pushed("bob", ("refs/heads/topic/a", "ff"), policy="another"))
    report = report_of(rights(*GRANTS), NOW, usage=usage(directory, rights(*GRANTS)))
    assert not [line for line in text(report) if line.endswith("used by nobody")]
    assert not [row for row in document(report)["rights"] if "used" in row]


def test_a_line_that_cannot_be_read_is_not_passed_over(tmp_path: Path) -> None:
    directory = made(tmp_path / "log")
    add(directory, pushed("bob", ("refs/heads/topic/a", "ff")))
    (segment,) = Path(directory).glob("*.jsonl")
    whole = segment.read_bytes()
    for damaged in (whole.replace(b'"actor":{"id"', b'"actor":["id"'), whole.replace(b'"seq":1}', b'"seq":2}'),
                    whole + b"{}\n"):  # fmt: skip
        segment.write_bytes(damaged)
        with pytest.raises(Undecided, match="cannot be told"):
            usage(directory, rights(*GRANTS))


def test_entries_that_are_missing_are_counted(tmp_path: Path) -> None:
    directory = str(tmp_path / "log")
    creation.make(directory, "git.example.com/log", segment_entries=256)
    moved = tuple(ref_updated("/a.git", [(f"refs/heads/{each}", "0" * 40, "1" * 40)]) for each in range(256))
    for _ in range(3):
        log.append_all(directory, moved)
    segments = sorted(Path(directory).glob("*.jsonl"))
    segments[1].unlink()
    found = usage(directory, rights(*GRANTS))
    assert (found.missing, found.pruned) == (int(segments[2].stem) - int(segments[1].stem), 0)
    assert f"  {found.missing} entries between these are missing: who used what there cannot be told" in list(
        text(report_of(rights(*GRANTS), NOW, usage=found)))  # fmt: skip


def by_the_index(directory: str, whole: Rights) -> tuple[dict[tuple[int, str, str], tuple[int, str]], list[int]]:
    """The same answer from the index of queries: every grant is asked about every update."""
    uses: dict[tuple[int, str, str], tuple[int, str]] = {}
    counts = [0, 0, 0]
    query = query_of(Asked(class_=("decision.receive", "access.read"), outcome=("allowed",)), oldest_first=True, now=0)
    with opened(directory) as index:
        every = [found for seq in index.seqs(query) if (found := index.entry(seq))]
    for found in every:
        event = found.joined
        if "test" not in [each["id"] for each in event["policies"]]:
            continue
        is_reading = event["event"]["class"] == "access.read"
        who = event["actor"]["id"]
        counts = [counts[0] + (not is_reading), counts[1] + (who is None and not is_reading), counts[2] + is_reading]
        if who is None:
            continue
        roles = [each["name"] for each in event["actor"].get("roles", ()) if each["source"] == "test"]
        names = {who, *(roles or getattr(whole.people.get(who), "roles", ()))}
        actions = {"ff": "update", "non-ff": "force", "create": "create", "delete": "delete"}
        for each in [{"ref": "", "ancestry": "read"}] if is_reading else event["updates"]:
            action = actions.get(each["ancestry"], "read")
            if each["ref"].startswith("refs/tags/") and action in ("create", "update", "force"):
                action = "tag" if action == "create" else "force"
            for number, grant in enumerate(whole.grants):
                is_there = action == "read" or matches_ref(grant.refs, each["ref"])
                if action in grant.may and is_there and names & {*grant.who}:
                    count = uses.get((number, who, action), (0, ""))[0]
                    uses[number, who, action] = (count + 1, found.received_time)
    return uses, counts


def test_the_index_gives_the_same_answer(tmp_path: Path) -> None:
    """Four hundred events of chance, also by people whom no policy knows, with roles of then, and of other policies."""
    chance = random.Random(20)
    refs = ("refs/heads/topic/a", "refs/heads/main", "refs/tags/v1", "refs/heads/other", "refs/heads/topic/ä")
    events = []
    for _ in range(400):
        who = chance.choice(("ann", "bob", "carol", "eve", None))
        role, source = chance.choice((("ops", "test"), ("devs", "test"), ("ops", "another"), ("", "")))
        more: dict[str, Any] = {"policy": chance.choice(("test", "test", "another")),
                                "outcome": chance.choice(("allowed", "denied")),
                                "roles": [{"name": role, "source": source}] if role else []}  # fmt: skip
        if chance.random() < 0.2:
            events.append(pushed(who, name="access.read", **more))
        else:
            moves = chance.sample(refs, chance.randint(1, 3))
            events.append(pushed(who, *((ref, chance.choice(("create", "ff", "non-ff", "delete"))) for ref in moves), **more))
    directory = made(tmp_path / "log")
    add(directory, *events)
    found, whole = usage(directory, rights(*GRANTS)), rights(*GRANTS)
    uses, counts = by_the_index(directory, whole)
    assert len(uses) > 20
    assert (dict(found.uses), [found.decisions, found.unproven, found.readings]) == (uses, counts)


def test_a_time_of_which_the_log_has_nothing(tmp_path: Path) -> None:
    _, found = used(tmp_path, pushed("bob", ("refs/heads/topic/a", "create")), until="2001-01-01")
    assert (found.since, found.decisions) == ("", 0)
    assert any("has no entry of that time" in line for line in text(report_of(rights(*GRANTS), NOW, usage=found)))


def test_a_pruned_log_says_from_when_it_speaks(tmp_path: Path) -> None:
    directory = str(tmp_path / "log")
    creation.make(directory, "git.example.com/log", segment_entries=256)
    log.append_all(directory, tuple(ref_updated("/a.git", [(f"refs/heads/{each}", "0" * 40, "1" * 40)]) for each in range(300)))
    assert prune(directory, 300, checkpoints.take(directory).encode()).before == 256
    add(directory, pushed("bob", ("refs/heads/topic/a", "ff")))
    left = usage(directory, rights(*GRANTS))
    assert (left.pruned, left.decisions, left.used((1, "bob", "update"))[0]) == (256, 1, 1)
    assert left.since == next(line["received_time"] for line in lines(directory) if line["seq"] == 256)
    said = list(text(report_of(rights(*GRANTS), NOW, usage=left)))
    assert f"  the log's first 256 entries are pruned: who used what before {left.since} cannot be told" in said
    assert usage(directory, rights(*GRANTS), since="2001-01-01").pruned == 256
