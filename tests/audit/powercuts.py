"""A model of a disk: what a power cut may leave of the file operations that strace(1) saw a process make.

Only what was synced is sure. Of a file's content since its last fsync or fdatasync, any page of 4,096 bytes may be old or new,
and its length too; where it grew and a page is not there, zeros stand. A name (create, rename, unlink, mkdir) is sure when its
folder was synced; until then each may have happened or not. Nothing is in any order. A rename is one step.
"""

from __future__ import annotations

import os
import random
import re
import shutil
from dataclasses import dataclass, field
from pathlib import Path

PAGE = 4096
TRACE = ("-xx", "-s", "4000000")
_CALL = re.compile(r"^(?:\d+ +)?([a-z]\w*)\((.*)\) += (-?\d+)", re.MULTILINE)
_STRING = re.compile(r'"((?:\\x[0-9a-f]{2})*)"')


@dataclass
class File:
    """`cache` is what processes see, `disk` what is sure, `wrote` what changed since: (offset, end); `mode` as it began."""

    cache: bytearray = field(default_factory=bytearray)
    disk: bytes = b""
    wrote: list[tuple[int, int]] = field(default_factory=list)
    mode: int = 0o640

    def left(self, rng: random.Random | None, *, all_of_it: bool) -> bytes:
        if all_of_it or not self.wrote:
            return bytes(self.cache)
        if rng is None:
            return self.disk
        size = rng.choice((len(self.disk), len(self.cache), max(len(self.disk), len(self.cache))))
        found = bytearray(self.disk[:size].ljust(size, b"\0"))
        for page in range(0, size, PAGE):
            if rng.random() < 0.5:
                new = self.cache[page : page + PAGE]
                found[page : page + len(new)] = new
        return bytes(found[:size])


FOLDER = File()
Change = tuple[str, "File | None"]  # a name and what it means from now on


@dataclass
class Disk:
    """Files by path; `names` that are sure, and per folder the changes since its last sync, a rename as one step."""

    top: str
    files: dict[str, File] = field(default_factory=dict)
    sure: dict[str, File] = field(default_factory=dict)
    pending: dict[str, list[tuple[Change, ...]]] = field(default_factory=dict)
    open: dict[int, tuple[str, File | None, int]] = field(default_factory=dict)
    told: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, top: str) -> Disk:
        disk = cls(top)
        for path in Path(top).rglob("*"):
            data = path.read_bytes() if path.is_file() else b""
            disk.files[str(path)] = File(bytearray(data), data, mode=path.stat().st_mode & 0o777) if path.is_file() else FOLDER
        disk.sure = dict(disk.files)
        return disk

    def does(self, name: str, rest: str, result: int) -> bool:
        """Take in one system call; whether it changed anything."""
        if result < 0:
            return False
        strings = [bytes.fromhex(each.replace("\\x", "")) for each in _STRING.findall(rest)]
        numbers = [int(each) for each in re.findall(r"(?<![\\\w\"])\d+(?![\w\"])", _STRING.sub("", rest))]
        return bool(getattr(self, f"_{name}", lambda *_: False)(strings, numbers, rest, result))

    def _openat(self, strings: list[bytes], _: list[int], rest: str, result: int) -> bool:
        path = strings[0].decode()
        changed, file = False, self.files.get(path)
        if file is FOLDER:
            file = None
        elif path.startswith(self.top) and path != self.top:
            if file is None and "O_CREAT" in rest:
                changed, file = True, File()
                self._named((path, file))
            elif file is not None and "O_TRUNC" in rest:
                changed = self._cut(file, 0)
        self.open[result] = (path, file, 0)
        return changed

    def _close(self, _: list[bytes], numbers: list[int], __: str, ___: int) -> bool:
        self.open.pop(numbers[0], None)
        return False

    def _pwrite64(self, strings: list[bytes], numbers: list[int], _: str, __: int) -> bool:
        return self._put(numbers[0], strings[0], numbers[-1])

    def _write(self, strings: list[bytes], numbers: list[int], _: str, result: int) -> bool:
        if numbers[0] == 1:
            self.told += strings[0].decode().splitlines()
            return True
        path, file, offset = self.open.get(numbers[0], ("", None, 0))
        self.open[numbers[0]] = (path, file, offset + result)
        return self._put(numbers[0], strings[0], offset)

    def _put(self, number: int, data: bytes, offset: int) -> bool:
        file = self.open.get(number, ("", None, 0))[1]
        if file is None:
            return False
        file.cache.extend(bytes(max(0, offset + len(data) - len(file.cache))))
        file.cache[offset : offset + len(data)] = data
        file.wrote.append((offset, offset + len(data)))
        return True

    def _ftruncate(self, _: list[bytes], numbers: list[int], __: str, ___: int) -> bool:
        file = self.open[numbers[0]][1]
        return file is not None and self._cut(file, numbers[1])

    def _cut(self, file: File, size: int) -> bool:
        file.wrote.append((size, len(file.cache)))
        del file.cache[size:]
        file.cache.extend(bytes(size - len(file.cache)))
        return True

    def _fsync(self, _: list[bytes], numbers: list[int], __: str, ___: int) -> bool:
        path, file, _offset = self.open[numbers[0]]
        if file is not None:
            file.disk, file.wrote = bytes(file.cache), []
        else:
            for step in self.pending.pop(path, []):
                self._apply(self.sure, step)
        return True

    _fdatasync = _fsync

    def _rename(self, strings: list[bytes], *_: object) -> bool:
        old, new = (each.decode() for each in strings)
        return self._named((old, None), (new, self.files[old]))

    def _unlink(self, strings: list[bytes], *_: object) -> bool:
        return self._named((strings[0].decode(), None))

    def _mkdir(self, strings: list[bytes], *_: object) -> bool:
        return self._named((strings[0].decode(), FOLDER))

    _rmdir = _unlink

    def _named(self, *step: Change) -> bool:
        self._apply(self.files, step)
        self.pending.setdefault(os.path.dirname(step[0][0]), []).append(step)
        return True

    @staticmethod
    def _apply(names: dict[str, File], step: tuple[Change, ...]) -> None:
        for path, file in step:
            if file is None:
                names.pop(path, None)
            else:
                names[path] = file

    def cut(self, target: str, seed: int) -> None:
        """Write to `target` what a power cut now may leave: 0 all that is sure, 1 everything, else by chance with this seed."""
        rng = random.Random(seed) if seed > 1 else None
        names = dict(self.files if seed == 1 else self.sure)
        for steps in self.pending.values() if rng else ():
            for step in steps:
                if rng and rng.random() < 0.5:
                    self._apply(names, step)
        shutil.rmtree(target, ignore_errors=True)
        os.makedirs(target)
        for path, file in sorted(names.items(), key=lambda item: item[0]):
            place = Path(target + path.removeprefix(self.top))
            if not place.parent.exists():
                continue  # its folder is gone, and it with it
            if file is FOLDER:
                place.mkdir()
                continue
            place.write_bytes(file.left(rng, all_of_it=seed == 1))
            place.chmod(file.mode)


def replay(disk: Disk, trace: str) -> list[tuple[str, str, int]]:
    """The calls of a trace, from the act's beginning on."""
    begun = trace.index("rmdir(")
    return [(name, rest, int(result)) for name, rest, result in _CALL.findall(trace[trace.index("\n", begun) :])]
