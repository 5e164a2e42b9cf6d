"""`file-size`: no file is added or changed that is larger than a limit.

## What it checks

The size of every file that a commit adds or changes, in bytes as git stores it before it packs it. A file that only
moves is not judged again.

- `max`: the largest size, default `10MiB`; a number of bytes, or with `KiB`, `MiB`, `GiB`.
- `paths`: which files are judged, default all. A pattern without a leading `/` matches at any depth.
- `allow`: patterns of files that may be of any size.
- `lfs`: the name of the Git LFS server that holds large files. Then a pointer to one may stand for a file of any size;
  without it the size that the pointer states is judged.

## Why

What was committed once is in every clone for good. One video makes a repository slow for everybody, and taking it out
again rewrites history.

## Rejected

```files max=10
large.bin size=11
```

```files max=10 paths=*.bin
data/large.bin size=11 old=100644
```

```files max=1000
film.mp4
    version https://git-lfs.github.com/spec/v1
    oid sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855
    size 12345678
```

## Accepted

```files max=10
small.bin size=10
module mode=160000
gone.bin mode= old=100644
```

```files max=10 allow=/third-party/
third-party/library.tar size=5000
```

```files max=1000 lfs=lfs.example.com
film.mp4
    version https://git-lfs.github.com/spec/v1
    oid sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855
    size 12345678
```

## Limits

What a pointer points to is not looked at: whether the server has it, and of which size it is, is that server's to say.
A file that was split into many small ones passes; `push-limits` counts all bytes of a push.
What a tag of a blob or a tree holds is in no commit and is not read: such a tag is refused.
"""

from __future__ import annotations

import re

from gitward.errors import Undecided
from gitward.model import violation
from gitward.pathglobs import matches_path, shown
from gitward.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gitward.model import Commit, File, Violation
    from gitward.rules.options import PathGlob, PathGlobs, Size

# git-lfs, docs/spec.md: keys in order after `version`, each line `key value`
_POINTER = re.compile(
    rb"version https://git-lfs\.github\.com/spec/v1\n(?:ext-[^\n]*\n)*oid sha256:[0-9a-f]{64}\nsize ([0-9]{1,18})\n"
)
_UNITS = ((1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB"))


@record
class FileSize:
    max: Size = 10 << 20
    paths: PathGlobs = ("**",)
    allow: tuple[PathGlob, ...] = ()
    lfs: str = ""

    name = "file-size"
    needs = ("paths", "sizes")
    default_refs = ("refs/**",)
    first = False

    def check_commit(self, commit: Commit) -> Iterator[Violation]:
        if commit.files is None:
            raise Undecided("the files of the commit were not loaded", "", "not-loaded")
        moved: set[str] | None = None
        for file in commit.files:
            size, stated = self._size(file)
            if size <= self.max or not matches_path(self.paths, file.path) or matches_path(self.allow, file.path):
                continue
            if moved is None:
                moved = {each.old_oid for each in commit.files}
            if file.oid not in moved:
                yield self._violation(file, size, stated)

    def _size(self, file: File) -> tuple[int, bool]:
        """The size to judge, and whether it is one that a pointer states."""
        if not file.mode or file.mode == "160000":
            return 0, False
        if file.size is None:
            raise Undecided("the sizes of the files were not loaded", "", "not-loaded")
        pointer = _POINTER.fullmatch(file.content) if file.content and file.content.startswith(b"version ") else None
        if pointer is None:
            return file.size, False
        return (0 if self.lfs else int(pointer[1])), True

    def _violation(self, file: File, size: int, stated: bool) -> Violation:
        what = f"{shown(file.path)} has {_shown_size(size)}"
        if stated:
            what = f"{shown(file.path)} points to a file of {_shown_size(size)}, and the policy names no LFS server"
        return violation(
            message=f"{what}, the limit is {_shown_size(self.max)}",
            fix="take it out of the commit, and keep it where large files are kept",
        )


def _shown_size(size: int) -> str:
    """Exact, so that it never looks like a limit that it is over."""
    for unit, name in _UNITS:
        if size >= unit and size % unit == 0:
            return f"{size // unit} {name}"
    return f"{size} bytes"
