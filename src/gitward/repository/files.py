"""What commits change, with the content that rules ask for: sizes, blobs, and the lines that are new."""

from __future__ import annotations

from gitward.errors import BudgetExceeded, MissingObject
from gitward.model import File
from gitward.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from gitward.repository.differences import Difference
    from gitward.repository.plumbing_reader import PlumbingReader

CONTENT_BYTES = 100 << 20  # a blob beyond this is never taken in
POINTER_BYTES = 1024  # a pointer to a large file elsewhere is smaller: git-lfs, docs/spec.md


@record
class Wanted:
    """How much of what a commit changes is loaded. `sizes`: the size of each blob, and blobs small enough to point
    elsewhere; `content`: every blob, and the lines that are new in it."""

    sizes: bool = False
    content: bool = False


class FileReader:
    """Makes files of differences. `limit` bytes of blobs are read in all, then BudgetExceeded; None is no limit."""

    def __init__(self, reader: PlumbingReader, limit: int | None = None) -> None:
        self._reader, self._limit, self._read = reader, limit, 0
        self._last: dict[str, bytes] = {}  # of the commit before: what it made is what the next one changes

    def files(self, differences: tuple[Difference, ...], wanted: Wanted) -> tuple[File, ...]:
        sizes = self._sizes(differences) if wanted.sizes or wanted.content else {}
        blobs = self._blobs(differences, sizes, wanted) if sizes else {}
        return tuple(_file(each, sizes, blobs, wanted) for each in differences)

    def _sizes(self, differences: Iterable[Difference]) -> dict[str, int]:
        """The sizes of the blobs that are there now."""
        oids = tuple(dict.fromkeys(each.oid for each in differences if _is_blob(each.mode)))
        found = {}
        for oid, header in zip(oids, self._reader.headers(oids), strict=True):
            if header is None:
                raise MissingObject(f"object {oid} is not in the repository", self._reader.advice())
            if header[0] != "blob":
                raise MissingObject(f"a tree says that object {oid} is a file: it is a {header[0]}")
            found[oid] = header[1]
        return found

    def _blobs(self, differences: Iterable[Difference], sizes: dict[str, int], wanted: Wanted) -> dict[str, bytes]:
        largest = CONTENT_BYTES if wanted.content else POINTER_BYTES
        oids = dict.fromkeys(oid for oid, size in sizes.items() if size <= largest)
        if wanted.content:
            before = (pair for each in differences if each.oid in oids for pair in each.before)
            oids |= dict.fromkeys(oid for mode, oid in before if _is_blob(mode))
        found = {oid: self._last[oid] for oid in oids if oid in self._last}
        for oid, kind, data in self._reader.read_many((oid for oid in oids if oid not in found), CONTENT_BYTES):
            self._read += len(data)
            if self._limit is not None and self._read > self._limit:
                words = f"the push changes more than {self._limit} bytes of files, the limit of this server"
                raise BudgetExceeded(words, "push it in smaller parts")
            if kind == "blob":
                found[oid] = data
        self._last = found
        return found


def _is_blob(mode: str) -> bool:
    return mode not in ("", "160000")


def _file(found: Difference, sizes: dict[str, int], blobs: dict[str, bytes], wanted: Wanted) -> File:
    mode, oid = found.before[0]
    content = blobs.get(found.oid) if found.mode else None
    return File(
        path=found.path,
        mode=found.mode,
        oid=found.oid,
        old_mode=mode,
        old_oid=oid,
        size=sizes.get(found.oid),
        content=content,
        added=_added(content, [blobs[was] for _, was in found.before if was in blobs]) if wanted.content else None,
    )


def _added(content: bytes | None, before: list[bytes]) -> tuple[tuple[int, bytes], ...] | None:
    """The lines that stand in none of the former contents, numbered from 1."""
    if content is None:
        return None
    known = {line for old in before for line in old.split(b"\n")}
    lines = content.removesuffix(b"\n").split(b"\n") if content else []
    return tuple((number, line) for number, line in enumerate(lines, 1) if line not in known)
