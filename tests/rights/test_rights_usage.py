"""Grants that nobody has used, from a log: what counts as a use, which time was looked at, and what a log cannot know."""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path
from typing import Any

from policies_of_rights import NOW, rights

from gitward.audit import checkpoints, creation, log
from gitward.audit.outcomes import ref_updated
from gitward.audit.pruning.prune import prune
from gitward.canonical import canonical
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
    return event(more.pop("name", "decision.receive"), outcome, **parts)


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
    assert lines[start : start + 9] == [
        f"not used from {found.since} to {found.until}, by the log {found.log}:",
        "  2 pushes and 0 readings under this policy were let in",
        "  of 1 of these pushes nobody is proven to be the pusher: whose right was used cannot be told",
        "  p.yaml:14: read: used by nobody",
        "  p.yaml:15: create: not used by carol",
        "  p.yaml:15: update, force, delete: used by nobody",
        "  p.yaml:16: update: used by nobody",
        "  p.yaml:17: update: used by nobody",
        "  p.yaml:18: tag, force: used by nobody",
    ]
    assert any(line.startswith("  not known: readings are known only where") for line in lines)
    row = next(row for row in document(made_report)["rights"] if (row["principal"], row["action"]) == ("bob", "create"))
    assert (row["used"], row["last_used"]) == (1, found.uses[1, "bob", "create"][1])


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
