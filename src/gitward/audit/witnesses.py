"""Asking a log's witnesses, and saying what they vouch for. Nobody who records waits for any of this."""

from __future__ import annotations

import os
import queue
import threading
import time

from gitward.audit import checkpoints, folder
from gitward.audit.log import locked
from gitward.audit.witness import NoWitness, Statement, cosigner, entries, gitref, kept, timestamp
from gitward.durable import replace_file, sync_folder
from gitward.errors import GitwardError, UsageError
from gitward.tlog import note

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gitward.audit.witness.settings import Settings, Witness
    from gitward.tlog.checkpoint import Checkpoint
    from gitward.tlog.note import Note

_GRACE = 2.0  # seconds beyond its own limit that a witness is waited for
LATE = "does not answer in time"


def ask(directory: str) -> tuple[Settings, list[Statement]]:
    """Show the newest checkpoint to every witness of the settings, all at once, and keep what they say.

    Raises UsageError where the settings name no witness, PolicyError, GitwardError, OSError.
    """
    from gitward.audit.witness.settings import load

    settings = load(directory)
    if settings is None:
        raise UsageError(f"{directory} has no {folder.SETTINGS} that names witnesses", "docs/audit.md says how it looks")
    newest = checkpoints.newest(directory)
    if newest is None:
        raise GitwardError(f"{directory} has no checkpoint yet", "gitward audit checkpoint --log DIR")
    kept.keep(directory, newest.size, "note", note.text_of(_merged(newest, _cosignatures(directory, newest))).encode())
    answers: queue.SimpleQueue[tuple[str, Statement, Note | None]] = queue.SimpleQueue()
    for each in settings.witnesses:
        threading.Thread(target=_ask, args=(directory, each, newest, settings.timeout, answers), daemon=True).start()
    until = time.monotonic() + settings.timeout + _GRACE
    found: dict[str, Statement] = {}
    lines: list[Note] = []
    while len(found) < len(settings.witnesses):
        try:
            name, said, cosigned = answers.get(timeout=max(0.0, until - time.monotonic()))
        except queue.Empty:
            break
        found[name] = said
        lines += [cosigned] if cosigned else []
    if lines:
        _add(directory, newest, lines)
    late = {each.name: Statement(kind=each.kind, name=each.name, ok=False, detail=LATE) for each in settings.witnesses}
    return settings, [found.get(each.name, late[each.name]) for each in settings.witnesses]


def statement(
    directory: str, checkpoint: Checkpoint, settings: Settings, *, online: bool = False
) -> list[Statement]:
    """What each witness vouches for, by the evidence in the folder, held against the log of this checkpoint.

    Offline a git server's ref counts for nothing: only reading it shows what it holds. The checkpoint is one that holds for
    this folder and whose tiles are there.
    """
    return [_statement(directory, each, checkpoint, settings.timeout, online=online) for each in settings.witnesses]


def of_newest(directory: str) -> tuple[Settings, list[Statement]] | None:
    """Each witness asked what it vouches for, held against the newest checkpoint; None without settings, or a checkpoint.

    Raises GitwardError, OSError.
    """
    from gitward.audit.witness.settings import load

    settings, newest = load(directory), checkpoints.newest(directory)
    if settings is None or newest is None:
        return None
    return settings, statement(directory, newest, settings, online=True)


def is_met(statements: list[Statement], settings: Settings) -> bool:
    """Whether as many witnesses vouch as the settings want."""
    return sum(each.ok for each in statements) >= settings.needed


def _ask(
    directory: str, witness: Witness, newest: Checkpoint, seconds: float,
    answers: queue.SimpleQueue[tuple[str, Statement, Note | None]],
) -> None:  # fmt: skip
    said: dict[str, object] = {"ok": True, "size": newest.size, "detail": f"vouches for {entries(newest.size)}"}
    cosigned = None
    try:
        if witness.kind == "cosigner":
            said["time"], cosigned = cosigner.ask(directory, witness, newest, seconds)
        elif witness.kind == "git":
            said["time"] = gitref.ask(directory, witness, newest, seconds)
        else:
            said["time"] = timestamp.ask(directory, witness, newest, seconds)
    except NoWitness as problem:
        said = {"ok": False, "detail": str(problem), "contradicts": problem.contradicts}
    except Exception as problem:  # noqa: BLE001  whatever a witness made of us, it has not vouched
        said = {"ok": False, "detail": f"cannot be asked: {problem}"}
    answers.put((witness.name, Statement(kind=witness.kind, name=witness.name, **said), cosigned))  # type: ignore[arg-type]


def _statement(directory: str, witness: Witness, checkpoint: Checkpoint, seconds: float, *, online: bool) -> Statement:
    def said(detail: str, *, ok: bool = False, at: str = "", size: int = 0, contradicts: bool = False) -> Statement:
        return Statement(kind=witness.kind, name=witness.name, ok=ok, time=at, detail=detail, size=size, contradicts=contradicts)

    try:
        found = (
            cosigner.look(directory, witness) if witness.kind == "cosigner"
            else gitref.look(directory, witness, seconds, online=online) if witness.kind == "git"
            else timestamp.look(directory, witness)
        )  # fmt: skip
    except NoWitness as problem:
        return said(str(problem))
    except (GitwardError, OSError, ValueError, OverflowError) as problem:
        return said(f"cannot be read: {problem}")
    if found is None:
        return said("has vouched for nothing yet")
    at, witnessed = found
    size = witnessed.size
    if witnessed.origin != checkpoint.origin:
        return said("has vouched for another log", at=at)
    if size > checkpoint.size:
        return said(f"has vouched for {entries(size)}, the log has {checkpoint.size}", at=at, size=size, contradicts=True)
    try:
        same = kept.root(directory, size) == witnessed.root
    except (GitwardError, OSError, ValueError) as problem:
        return said(f"has vouched for {entries(size)}, and the tiles do not tell whether for these: {problem}", at=at, size=size)
    if not same:
        return said(f"has vouched for {entries(size)} that are not those of the log", at=at, size=size, contradicts=True)
    return said(f"vouches for {size} of {entries(checkpoint.size)}", ok=True, at=at, size=size)


def _cosignatures(directory: str, newest: Checkpoint) -> list[Note]:
    """The cosignatures that this very checkpoint got before."""
    before = kept.read(directory, newest.size)
    return [before.note] if before and before.note and before.text() == newest.text() else []


def _merged(newest: Checkpoint, lines: list[Note]) -> Note:
    """The checkpoint with these further signature lines; of one key's the last stays."""
    own = kept.note_of(newest)
    every = {(line.name, line.hint): line for each in (own, *lines) for line in each.signatures}
    return note.Note(text=own.text, signatures=tuple(every.values()))


def _add(directory: str, newest: Checkpoint, lines: list[Note]) -> None:
    """Keep cosignatures, and put them under the log's checkpoint unless there is a larger one by now."""
    whole = _merged(newest, [*_cosignatures(directory, newest), *lines])
    kept.keep(directory, newest.size, "note", note.text_of(whole).encode())
    with locked(directory, folder.CHECKPOINT_LOCK):
        now = checkpoints.newest(directory)
        if now is None or now.text() != newest.text():
            return
        replace_file(os.path.join(directory, folder.CHECKPOINT), note.text_of(_merged(now, [whole])).encode(), 0o644)
        sync_folder(directory)
