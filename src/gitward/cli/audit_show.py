"""`gitward audit show`: all that is known of one entry of the log."""

from __future__ import annotations

import os

import click

from gitward.cli import output as out
from gitward.cli.audit import INDEX, LOG
from gitward.errors import GitwardError, Undecided, UsageError
from gitward.render.escape import visible

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from gitward.audit.index.context import Outcome, Proof
    from gitward.audit.index.reading import Found

    Diff = tuple[str, list[str]]  # a title, and lines

_UPDATES = 10  # of which the diff is shown


@click.command(epilog="exit codes: 0 shown, 2 usage or no such entry, 3 the log cannot be read, or the proof does not hold")
@click.argument("named", metavar="SEQ|ID")
@LOG
@click.option("--repo", metavar="R", default="", help="Look here for what changed. Default: the repository that it names.")
@click.option("--patch", is_flag=True, help="The whole diff, at most 1 MiB, not only which files.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.option("--output", metavar="F", default="", help="Write the report to this file.")
@INDEX
def show(named: str, directory: str, repo: str, form: str, output: str, path: str, *, patch: bool) -> int:
    """Show one entry: the event with personal values joined, its proof, what came of it, and what it changed.

    SEQ is its number in the log, ID that of the event; a decision's is the last word of its report. The proof says that the
    entry is in the tree that the newest checkpoint signs; who signed that, and all the rest, `gitward audit verify` checks. This
    reading is an entry of the log itself.

    \b
    examples:
      gitward audit show 1042 --log /var/lib/gitward
      gitward audit show 01JD8X7Q2MB4N6P8R0T2V4X6Z8 --log /var/lib/gitward --repo /srv/git/app.git --patch
    """
    from gitward.audit import access
    from gitward.audit.index import context, reading

    with reading.opened(directory, path) as index:
        seq = context.seq_of(index, named)
        found = None if seq is None else index.entry(seq)
        if why := access.record_reading(directory, "show", named):
            out.say(visible(f"note: this reading is not recorded in the log: {why}"))
        if found is None:
            raise UsageError(f"the log holds no entry {named}", "gitward audit list finds entries")
        others = context.session(index, found)
    try:
        proof = context.proof(directory, found)
    except (OSError, ValueError) as problem:
        raise Undecided(f"the proof of entry {found.seq} cannot be made: {problem}", "gitward audit verify") from None
    outcomes = context.outcomes(directory, found, others)
    diff = list(_diff(directory, found, repo, patch=patch))
    report = _json if form == "json" else _text
    out.writing(report(directory, found, proof, others, outcomes, diff), output)
    if proof and not proof.holds:
        out.say("gitward: the entry is not the one that the checkpoint covers\n  fix: gitward audit verify says what holds")
        return 3
    return 0


def _diff(directory: str, found: Found, repo: str, *, patch: bool) -> Iterator[Diff]:
    """What each ref update changed; where that cannot be shown, why."""
    from gitward.adapters.check import opened
    from gitward.audit.changes import changes
    from gitward.audit.updates import plain, updates_of

    updates = updates_of(directory, found.event)
    where = repo or plain(found.event.get("repository"))
    if not updates or not where:
        return
    if not repo and not os.path.isdir(where):
        yield f"diff: there is no {where} here; name a repository that has the objects with --repo", []
        return
    try:
        with opened(where) as repository:
            git_dir = repository.path
    except GitwardError as problem:
        yield f"diff: {where} cannot be read: {problem}", []
        return
    for update in updates[:_UPDATES]:
        try:
            lines, cut = changes(git_dir, update.old, update.new, patch=patch)
            yield f"diff of {update.ref}{' (the first MiB)' if cut else ''}", lines
        except GitwardError as problem:
            yield f"diff of {update.ref}: {problem}", []
    if len(updates) > _UPDATES:
        yield f"diff: of {len(updates) - _UPDATES} more ref updates not shown", []


def _text(
    directory: str, found: Found, proof: Proof | None, others: list[Found], outcomes: list[Outcome], diff: list[Diff]
) -> Iterator[str]:
    from gitward.audit import folder
    from gitward.audit.index.context import class_of
    from gitward.render.entry import outline, section

    peer = [f"peer: {found.peer}"] if found.peer else []
    yield from section(f"entry {found.seq} of {folder.about(directory).origin}", [f"received {found.received_time}", *peer])
    yield from section("event", outline(found.joined))
    yield from section("proof", _proof(found, proof))
    if outcomes:
        yield from section("outcome", (_came(each) for each in outcomes))
    if others:
        yield from section("same session", (f"{each.seq}  {each.received_time}  {class_of(each)}" for each in others))
    for title, lines in diff:
        yield from section(title, lines)


def _came(outcome: Outcome) -> str:
    said = "pending: no entry says what git did" if outcome.seq is None else f"done, entry {outcome.seq}"
    return f"{outcome.update.ref} {outcome.update.old[:12]}..{outcome.update.new[:12]}: {said}"


def _proof(found: Found, proof: Proof | None) -> Iterator[str]:
    from gitward.tlog.tree import leaf_hash

    yield f"leaf {found.seq}: {leaf_hash(found.line).hex()}"
    if proof is None:
        yield "not yet covered by a checkpoint"
        return
    yield f"checkpoint of {proof.size} entries, signed by {', '.join(proof.signers)}: root {proof.root.hex()}"
    yield from (f"path {each.hex()}" for each in proof.path)
    yield "the path leads to the root" if proof.holds else "THE PATH DOES NOT LEAD TO THE ROOT"


def _json(
    directory: str, found: Found, proof: Proof | None, others: list[Found], outcomes: list[Outcome], diff: list[Diff]
) -> Iterator[str]:
    from gitward.audit import folder
    from gitward.audit.index.context import class_of
    from gitward.audit.index.shown import document
    from gitward.render.entries import dumps
    from gitward.tlog.tree import leaf_hash

    whole: dict[str, Any] = {
        "schema": "gitward.entry/1",
        "log": folder.about(directory).origin,
        "entry": document(found),
        "leaf": leaf_hash(found.line).hex(),
        "proof": proof and {"size": proof.size, "root": proof.root.hex(), "path": [each.hex() for each in proof.path],
                            "signers": list(proof.signers), "holds": proof.holds},
        "outcomes": [{"ref": each.update.ref, "old": each.update.old, "new": each.update.new, "seq": each.seq,
                      "state": "pending" if each.seq is None else "done"} for each in outcomes],
        "session": [{"seq": each.seq, "received_time": each.received_time, "class": class_of(each)} for each in others],
        "diff": [{"title": title, "lines": lines} for title, lines in diff],
    }  # fmt: skip
    yield dumps(whole, indent=2) + "\n"
