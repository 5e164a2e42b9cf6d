"""Public keys that are given on the command line: as they are, or in a file that holds one a line."""

from __future__ import annotations

from gitward.errors import GitwardError, UsageError
from gitward.givenfile import read_given
from gitward.tlog import note

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from gitward.tlog.note import PublicKey


def public_keys(words: Iterable[str]) -> list[PublicKey]:
    """The keys, in the order in which they were given. Raises UsageError for what is neither a key nor a file of keys."""
    found: list[PublicKey] = []
    for word in words:
        try:
            found.append(note.public_key(word))
        except GitwardError:
            found += _from_file(word)
    if not found:
        raise UsageError("no public key was given", "--key KEY|FILE: what gitward audit init printed when the log was made")
    return found


def _from_file(path: str) -> list[PublicKey]:
    text = read_given(path, 1 << 20).decode("utf-8", "replace")
    try:
        return [note.public_key(line) for line in text.splitlines() if line.strip()]
    except GitwardError as problem:
        raise UsageError(f"--key {path}: {problem.message}") from None
