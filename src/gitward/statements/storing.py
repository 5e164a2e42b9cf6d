"""Keeping a statement in a repository: one blob, and one ref that is its name. A ref that is there is never changed."""

from __future__ import annotations

from gitward import gitcommand
from gitward.errors import GitwardError, UsageError
from gitward.statements.envelope import NotAStatement
from gitward.statements.places import ref_of
from gitward.statements.reading import id_of, outline


def store(folder: str, blob: bytes) -> str:
    """The ref under which the statement now is; `git push REMOTE REF` takes it to a server.

    Of several commits that it is about, the first names the ref; it is found by each. Raises UsageError for a blob that is no
    statement, GitwardError where git cannot keep it.
    """
    try:
        ref = ref_of(outline(blob).subjects[0], id_of(blob))
    except NotAStatement as problem:
        raise UsageError(f"this is no statement: {problem}") from None
    oid = gitcommand.need(folder, "hash-object", "-w", "--stdin", stdin=blob)
    if not _stands(folder, ref, oid):
        try:
            gitcommand.need(folder, "update-ref", "-m", "gitward: statement", ref, oid, "0" * len(oid))
        except GitwardError:
            if not _stands(folder, ref, oid):  # another process, at the same moment, with the same bytes
                raise
    return ref


def _stands(folder: str, ref: str, oid: str) -> bool:
    return gitcommand.ask(folder, "rev-parse", "--verify", "--quiet", ref)[1] == oid
