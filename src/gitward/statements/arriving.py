"""May a push bring this ref below refs/gitward/statements/? Asked before any policy, and no policy can allow what is refused."""

from __future__ import annotations

from gitward.model import is_zero
from gitward.statements.envelope import MAXIMUM, NotAStatement
from gitward.statements.places import parts_of
from gitward.statements.reading import id_of, outline

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gitward.repository import Repository

MOST = 100  # statements of one push


def objection(repository: Repository, ref: str, old: str, new: str, count: int) -> str:
    """Why a push that brings `count` statements may not make this ref, '' where it may.

    It must be a new ref that leads to the blob of a statement, of at most 64 KiB, and is named by what that is about and by
    SHA-256 of its bytes. `new` can be read, where it is an object.
    """
    if not is_zero(old) or is_zero(new):
        return "a statement is never changed or deleted by a push: a revocation is a statement too"
    subject, identity = parts_of(ref)
    if len(subject) != repository.oid_length:
        return "below refs/gitward/ a push may create refs/gitward/statements/OID/SHA256 and nothing else"
    if count > MOST:
        return f"the push brings {count} statements, at most {MOST} are taken: push them in smaller parts"
    kind, size = repository.header(new)
    if kind != "blob" or size > MAXIMUM:
        return f"a statement is a blob of at most {MAXIMUM} bytes, this is a {kind} of {size}"
    blob = repository.read(new, MAXIMUM)[1]
    if id_of(blob) != identity:
        return f"the ref of a statement ends with SHA-256 of its blob, which is {id_of(blob)}"
    try:
        said = outline(blob)
    except NotAStatement as problem:
        return f"this is no statement: {problem}"
    return "" if subject in said.subjects else f"the statement is not about {subject}"
