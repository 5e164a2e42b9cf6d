"""A copy of a policy, and of the files that it names, in a repository: what a clone judges by when it cannot ask.

Every file of the copy begins with a header that says where it came from and holds the SHA-256 of what follows, so that a
copy that was edited is told from one that is old, and a file that somebody else wrote from both. No header holds a date:
the same source makes the same bytes. Keys, certificates and lists that the policy names are copied byte for byte, without a
header: their SHA-256 stands in that of the policy.
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
    from typing import Literal, TypeVar

    T = TypeVar("T", bytes, bytes | None)
    State = Literal["same", "missing", "old", "edited", "foreign"]

_MARK = "# written by `gitward policy vendor`: do not edit, change the source and run it again"
_HEADER = re.compile(
    re.escape(_MARK.encode()) + rb"\n# source: [^\n]*\n((?:# beside: [0-9a-f]{64} [^\n]*\n)*)# sha256: ([0-9a-f]{64})\n"
)
_BESIDE = re.compile(rb"# beside: ([0-9a-f]{64}) ([^\n]*)\n")
_BOM = b"\xef\xbb\xbf"


@record
class Copy:
    """A policy as it is to stand in a repository. `files` are (path from the top, body); each but those in `raw` gets a header.

    `about` names the policy: id, revision and digest of the source.
    """

    source: str
    about: str
    files: tuple[tuple[str, bytes], ...]
    raw: frozenset[str] = frozenset()

    def content(self, path: str, body: bytes) -> bytes:
        """A file of the copy, header and body. The source, and names, are written in ASCII, quoted."""
        if path in self.raw:
            return body
        beside = [(name, held) for name, held in self.files if name in self.raw] if path == FILE_NAME else []
        named = "".join(f"# beside: {_digest(held)} {json.dumps(name)}\n" for name, held in beside)
        return f"{_MARK}\n# source: {json.dumps(self.source)}, {self.about}\n{named}# sha256: {_digest(body)}\n".encode() + body


def copy_of(source: str, read: Callable[[str], bytes | None], name: str) -> Copy:
    """The copy of the policy `name` that `read` gives the files of. Raises PolicyError where it does not load."""
    bodies: dict[str, bytes] = {}

    def noted(path: str) -> bytes | None:
        data = read(path)
        if data is not None:
            bodies[path] = data
        return data

    plain = load_plain(noted, name, source).plain
    raw = frozenset(plain["raw"])
    texts = {path: body if path in raw else _lf(body.removeprefix(_BOM)) for path, body in bodies.items()}
    files = {FILE_NAME if path == name else path: body for path, body in texts.items()}
    if len(files) < len(bodies):
        fix = "give it another name, in the source"
        raise UsageError(f"{source} extends a file called {FILE_NAME}, which is the name of its copy", fix)
    for path in files:
        _check_name(path, source)
    revision = "" if plain["revision"] is None else f" revision {plain['revision']}"
    about = f"policy {plain['id']}{revision}, digest {plain['digest']}"
    return Copy(source=source, about=about, files=tuple(files.items()), raw=raw)


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
    known = _beside(_read(top, FILE_NAME)) if copy.raw else {}
    return {
        path: _raw_state(_read(top, path), body, known.get(path))
        if path in copy.raw
        else _state(_lf(_read(top, path)), body)
        for path, body in copy.files
    }


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
        content = copy.content(path, body)
        standing = _read(top, path)
        if (standing if path in copy.raw else _lf(standing)) != content:
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
    if _digest(own).encode() != header[2]:
        return "edited"
    return "same" if own == body else "old"


def _raw_state(data: bytes | None, body: bytes, known: str | None) -> State:
    """Of a file without a header; `known` is the SHA-256 that the policy's own header says it had."""
    if data is None:
        return "missing"
    if data == body:
        return "same"
    return "foreign" if known is None else "old" if _digest(data) == known else "edited"


def _beside(data: bytes | None) -> dict[str, str]:
    """Path -> SHA-256 of the files without a header that the header of a standing copy names."""
    header = _HEADER.match(_lf(data) or b"")
    found = _BESIDE.findall(header[1]) if header else []
    with suppress(ValueError):
        return {json.loads(name): digest.decode() for digest, name in found}
    return {}


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _check_name(path: str, source: str) -> None:
    """A policy must not place files where git looks for its own."""
    if any(part.rstrip(". ").lower() in (".git", "git~1") for part in path.split("/")):
        raise UsageError(f"{source} names a file inside of git's own folder: {path}", "give it another name")


def _read(top: str, path: str) -> bytes | None:
    """What stands at a path; None where nothing does. A link on the way could lead out, and is refused."""
    place = top
    for part in path.split("/"):
        place = os.path.join(place, part)
        if os.path.islink(place):
            raise UsageError(f"{os.path.relpath(place, top)} is a symbolic link", "the copy is kept in files: take it away")
    try:
        with open(place, "rb") as file:
            return file.read()
    except FileNotFoundError:
        return None
    except OSError as problem:
        raise UsageError(f"{path} cannot be read: {problem.strerror}", "take it away, or make it readable") from None


def _lf(data: T) -> T:
    """A checkout may have made CRLF of LF; a policy reads both alike."""
    return data.replace(b"\r\n", b"\n") if data else data


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
