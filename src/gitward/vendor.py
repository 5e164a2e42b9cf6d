"""A copy of a policy, and of the files that it names, in a repository: what a clone judges by when it cannot ask.

Every file of the copy begins with a header that says where it came from and holds the SHA-256 of what follows, so that a
copy that was edited is told from one that is old, and a file that somebody else wrote from both. No header holds a date:
the same source makes the same bytes.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from contextlib import suppress

from gitward.errors import GitwardError, UsageError
from gitward.model import FILE_NAME
from gitward.policy.load import load_plain
from gitward.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Literal

    State = Literal["same", "missing", "old", "edited", "foreign"]

_MARK = "# written by `gitward policy vendor`: do not edit, change the source and run it again"
_HEADER = re.compile(re.escape(_MARK.encode()) + rb"\n# source: [^\n]*\n# sha256: ([0-9a-f]{64})\n")
_BOM = b"\xef\xbb\xbf"


@record
class Copy:
    """A policy as it is to stand in a repository. `files` are (path from the top, body); each gets a header.

    `about` names the policy: id, revision and digest of the source.
    """

    source: str
    about: str
    files: tuple[tuple[str, bytes], ...]

    def content(self, body: bytes) -> bytes:
        """A file of the copy, header and body. The source is written in ASCII, quoted."""
        digest = hashlib.sha256(body).hexdigest()
        return f"{_MARK}\n# source: {json.dumps(self.source)}, {self.about}\n# sha256: {digest}\n".encode() + body


def copy_of(source: str, read: Callable[[str], bytes | None], name: str) -> Copy:
    """The copy of the policy `name` that `read` gives the files of. Raises PolicyError where it does not load."""
    bodies: dict[str, bytes] = {}

    def noted(path: str) -> bytes | None:
        data = read(path)
        if data is not None:
            bodies[path] = _lf(data.removeprefix(_BOM))
        return data

    plain = load_plain(noted, name, source).plain
    files = {FILE_NAME if path == name else path: body for path, body in bodies.items()}
    if len(files) < len(bodies):
        fix = "give it another name, in the source"
        raise UsageError(f"{source} extends a file called {FILE_NAME}, which is the name of its copy", fix)
    for path in files:
        _check_name(path, source)
    revision = "" if plain["revision"] is None else f" revision {plain['revision']}"
    about = f"policy {plain['id']}{revision}, digest {plain['digest']}"
    return Copy(source=source, about=about, files=tuple(files.items()))


def top_of(folder: str) -> str:
    """The top of the work tree that a folder is in, looked for upwards."""
    place = os.path.abspath(folder)
    while not os.path.exists(os.path.join(place, ".git")):
        if os.path.dirname(place) == place:
            raise UsageError(f"{folder} is in no work tree", "name one with --repo")
        place = os.path.dirname(place)
    return place


def states(copy: Copy, top: str) -> dict[str, State]:
    """What stands at the place of each file. Raises GitwardError for a place that must not be written to or read."""
    return {path: _state(_read(top, path), body) for path, body in copy.files}


def write(copy: Copy, top: str, *, force: bool) -> tuple[str, ...]:
    """Write the copy, and give the paths that changed. A file that gitward did not write is left, unless `force`.

    Nothing is written where one file cannot be.
    """
    found = states(copy, top)
    words = {"edited": "was edited after it was copied", "foreign": "was not written by gitward policy vendor"}
    kept = [path for path, state in found.items() if state in words]
    if kept and not force:
        raise UsageError(f"{kept[0]} {words[found[kept[0]]]}", "move it away, or write over it with --force")
    changed = []
    for path, body in copy.files:
        content = copy.content(body)
        if _read(top, path) != content:
            _write(os.path.join(top, path), content)
            changed.append(path)
    return tuple(changed)


def _state(data: bytes | None, body: bytes) -> State:
    if data is None:
        return "missing"
    header = _HEADER.match(data)
    if header is None:
        return "foreign"
    own = data[header.end() :]
    if hashlib.sha256(own).hexdigest().encode() != header[1]:
        return "edited"
    return "same" if own == body else "old"


def _check_name(path: str, source: str) -> None:
    """A policy must not place files where git looks for its own."""
    if any(part.rstrip(". ").lower() in (".git", "git~1") for part in path.split("/")):
        raise UsageError(f"{source} names a file inside of git's own folder: {path}", "give it another name")


def _read(top: str, path: str) -> bytes | None:
    """What stands at a path, LF line ends; None where nothing does. A link on the way could lead out, and is refused."""
    place = top
    for part in path.split("/"):
        place = os.path.join(place, part)
        if os.path.islink(place):
            raise UsageError(f"{os.path.relpath(place, top)} is a symbolic link", "the copy is kept in files: take it away")
    try:
        with open(place, "rb") as file:
            return _lf(file.read())
    except FileNotFoundError:
        return None
    except OSError as problem:
        raise UsageError(f"{path} cannot be read: {problem.strerror}", "take it away, or make it readable") from None


def _lf(data: bytes) -> bytes:
    """A checkout may have made CRLF of LF; a policy reads both alike."""
    return data.replace(b"\r\n", b"\n")


def _write(place: str, content: bytes) -> None:
    draft = f"{place}.{os.getpid()}.new"
    try:
        os.makedirs(os.path.dirname(place), exist_ok=True)
        with open(draft, "xb") as file:
            file.write(content)
        os.replace(draft, place)
    except OSError as problem:
        with suppress(OSError):
            os.unlink(draft)
        raise GitwardError(f"{place} cannot be written: {problem.strerror}") from None
