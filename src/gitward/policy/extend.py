"""Which entries a policy has: those of the files that it extends, with what is dropped or replaced, and its own.

A file may only change what it extends, by naming it; two entries with one id are an error. So what a reader finds in a
file holds unless a `replace` or `drop` above it says otherwise, and each of these is noted in `weakened`.
"""

from __future__ import annotations

import posixpath

from gitward.policy import packs
from gitward.policy.compose import decode, nearest
from gitward.policy.grammar import Drop
from gitward.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from gitward.errors import PolicyError
    from gitward.policy.compose import Document, Path
    from gitward.policy.grammar import Common, Extension, File

    Reader = Callable[[str], bytes | None]

MAX_CHAIN = 8
MAX_FILES = 32
MAX_BESIDE_FILES = 256  # that options and principals name
MAX_BESIDE = 8 << 20  # bytes of a file that the policy names, a key ring perhaps


@record
class Parsed:
    """One file, read. `entries` are in its order: the keys of an entry with its rule, or a `drop` with None."""

    document: Document
    digest: str
    head: File | Extension
    entries: tuple[tuple[Common | Drop, Any], ...]


@record
class Item:
    """An entry on its way into the policy."""

    id: str
    keys: Common
    rule: Any
    document: Document
    path: Path

    @property
    def place(self) -> str:
        return self.place_of(())

    def place_of(self, path: Path) -> str:
        """`file:line` of something inside the entry."""
        return f"{self.document.file}:{self.document.place((*self.path, *path))[0]}"


class Files:
    """The files of one policy, each read once, and the entries that each stands for."""

    def __init__(self, parse: Callable[[str], Parsed | None], read: Reader, name: str, root: Parsed) -> None:
        self.parse, self.read = parse, read
        self.beside: dict[str, bytes] = {}  # files that options name
        self.raw: set[str] = set()  # those of them that are no text of ours, byte for byte: keys, certificates, lists
        self.parsed = {name: root}
        self.problems: list[PolicyError] = []
        self.weakened: list[str] = []
        self._items: dict[str, dict[str, Item]] = {}

    def items(self, name: str, chain: tuple[str, ...]) -> dict[str, Item]:
        """The entries of a file by id, those of what it extends first. `chain` is the way to it."""
        if name not in self._items:
            parsed = self.parsed[name]
            inherited = self._inherited(parsed, chain)
            self._items[name] = self._with_own(parsed, inherited)
        return self._items[name]

    def _inherited(self, parsed: Parsed, chain: tuple[str, ...]) -> dict[str, Item]:
        found: dict[str, Item] = {}
        for index, target in enumerate(parsed.head.extends):
            path: Path = ("extends", index)
            name = self._locate(target, chain, parsed.document, path)
            for item in self.items(name, (*chain, name)).values():
                other = found.setdefault(item.id, item)
                if other is not item:
                    message = (
                        f"{target} and an earlier file both have an entry {item.id!r}: {item.place}, {other.place}"
                    )
                    self.problems.append(parsed.document.error(message, path, "extend one of the two"))
        return found

    def _locate(self, target: str, chain: tuple[str, ...], document: Document, path: Path) -> str:
        """The name of an extended file, which is read if it is not yet. Raises PolicyError."""
        name = target if target.startswith(packs.PREFIX) else _inside(target, chain[-1], document, path)
        if name in chain:
            raise document.error(f"{target!r} extends itself: {' -> '.join((*chain, name))}", path, "take it out")
        if len(chain) >= MAX_CHAIN or len(self.parsed) >= MAX_FILES:
            raise document.error(f"a policy is at most {MAX_FILES} files, {MAX_CHAIN} deep", path)
        if name not in self.parsed:
            parsed = self.parse(name)
            if parsed is None:
                raise _missing(target, name, document, path)
            self.parsed[name] = parsed
        return name

    def lines(self, target: str, document: Document, path: Path) -> tuple[str, list[str]]:
        """A file that an option names at a place of the policy: how errors call it, and its lines. Raises PolicyError."""
        name, data = self.content(target, document, path)
        file = document.file.removesuffix(document.name) + name
        return file, decode(data, file, tabs=True).split("\n")

    def content(self, target: str, document: Document, path: Path) -> tuple[str, bytes]:
        """A file that stands beside the policy: its name and its bytes. Raises PolicyError."""
        name = _inside(target, document.name, document, path)
        if name not in self.beside:
            if len(self.beside) >= MAX_BESIDE_FILES:
                raise document.error(f"a policy names at most {MAX_BESIDE_FILES} files beside it", path)
            data = self.read(name)
            if data is None:
                raise document.error(f"there is no file {name!r} beside this policy", path, "write it, or take the name out")
            if len(data) > MAX_BESIDE:
                raise document.error(f"the file {name!r} has more than {MAX_BESIDE >> 20} MiB", path, "keep only what is needed")
            self.beside[name] = data
        return name, self.beside[name]

    def raw_content(self, target: str, document: Document, path: Path) -> bytes:
        """As `content`, of a file that is never read as text. Raises PolicyError."""
        name, data = self.content(target, document, path)
        self.raw.add(name)
        return data

    def _with_own(self, parsed: Parsed, inherited: dict[str, Item]) -> dict[str, Item]:
        items = dict(inherited)
        for index, (keys, rule) in enumerate(parsed.entries):
            path: Path = ("rules", index)
            old = keys.drop if isinstance(keys, Drop) else keys.replace
            if old is not None and old not in items:
                self.problems.append(
                    _unknown_entry(old, items, parsed, path, "drop" if isinstance(keys, Drop) else "replace")
                )
                continue
            if old is not None and old not in inherited:
                verb = "drop" if isinstance(keys, Drop) else "replace"
                message = f"the entry {old!r} is of this file ({items[old].place})"
                self.problems.append(parsed.document.error(message, (*path, verb), "change it where it stands"))
                continue
            item = None if isinstance(keys, Drop) else Item(
                id=keys.id or old or keys.rule, keys=keys, rule=rule, document=parsed.document, path=path
            )  # fmt: skip
            items = self._changed(items, old, item, parsed, path)
        return items

    def _changed(
        self, items: dict[str, Item], old: str | None, item: Item | None, parsed: Parsed, path: Path
    ) -> dict[str, Item]:
        """The entries with one more, one less, or one in another's place."""
        if item is not None and item.id != old and item.id in items:
            other = items[item.id]
            fix = "give it an `id` of its own"
            if other.document is not parsed.document:
                fix += f", or write `replace: {item.id}`"
            message = f"there is an entry {item.id!r} already, at {other.place}"
            self.problems.append(parsed.document.error(message, (*path, "id"), fix))
            return items
        if old is not None:
            verb = "drops" if item is None else "replaces"
            line = parsed.document.place(path)[0]
            self.weakened.append(f"{parsed.document.file}:{line} {verb} {old} of {items[old].place}")
        after: dict[str, Item] = {}
        for each, kept in items.items():
            if each != old:
                after[each] = kept
            elif item is not None:
                after[item.id] = item
        if item is not None:
            after.setdefault(item.id, item)
        return after


def _inside(target: str, base: str, document: Document, path: Path) -> str:
    """The name of a file by its path from the file `base`. Raises PolicyError where it leads out of the policy's folder."""
    name = posixpath.normpath(posixpath.join(posixpath.dirname(base), target))
    if target.startswith("/") or name.startswith("../") or name in ("..", "."):
        raise document.error(f"{target!r} leads out of the folder of the policy", path, "write a relative path inside it")
    return name


def _missing(target: str, name: str, document: Document, path: Path) -> PolicyError:
    if name.startswith(packs.PREFIX):
        known = [packs.PREFIX + pack for pack in packs.names()]
        return document.error(
            f"there is no pack {target!r}{nearest(name, known)}", path, f"there are {', '.join(known)}"
        )
    return document.error(
        f"there is no file {name!r} beside this policy", path, "extended files stand in the same place"
    )


def _unknown_entry(old: str, items: dict[str, Item], parsed: Parsed, path: Path, verb: str) -> PolicyError:
    message = f"there is no entry {old!r} to {verb}{nearest(old, items)}"
    return parsed.document.error(message, (*path, verb), f"extended entries: {', '.join(items) or 'none'}")
