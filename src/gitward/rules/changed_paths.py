"""`changed-paths`: which paths may change, and what they may be called.

## What it checks

Every path that a commit adds, changes or removes; a rename is a path that goes and one that comes. Of a merge these are
the paths that are as in none of its parents. Where an update is forced or brings a merge, what differs between the old and
the new tip is judged as well: a merge that takes back what was there changes it, although no commit says so.

- `deny`: patterns of paths that may not change.
- `allow`: patterns; when there are any, only such paths may change.
- `kinds`: what may be added or changed, any of `file`, `executable`, `symlink`, `submodule`; default all.
- `names`: what a path may be called. `plain` (the default): UTF-8 without control, bidi or other invisible characters,
  and no part that some system takes for `.git`. `portable`: also nothing that Windows cannot store. `any`: anything.
- `max_length`: most bytes of a path, default no limit.
- `collisions`: `refuse` a new path that differs from a neighbour only by case or Unicode form; default `allow`.

A pattern without a leading `/` matches at any depth, with one from the top of the tree; `*` stands for what is within a
part, `**` goes across, `x/` is all below `x`, and a leading `!` takes out. Paths are compared byte by byte.

## Why

Some files are for few to change: what builds, signs and deploys, and the rules themselves. Names can be weapons as well: a
line feed forges a line of a report, `.GIT/config` runs code on a system that ignores case, and two names that differ by
case lose one of the two files on a laptop.

## Rejected

```files deny=/ci/
ci/deploy.sh
```

```files allow=/docs/,*.md
docs/index.md
src/main.c
```

```files kinds=file,executable
link mode=120000
```

```files
src/.GIT/config
```

```files names=portable
aux.txt
```

## Accepted

```files deny=/ci/
docs/ci/deploy.md
```

```files allow=/docs/,*.md
docs/index.html
src/README.md
```

```files
src/größe.c
src/日本語.txt old=100644
```

## Limits

Who may change a path is not asked here. A removal is judged by `deny` and `allow` alone. On a new branch there is no old tip
to compare with. Collisions are looked for beside the new path and its folders, in the commit's own tree.
"""

from __future__ import annotations

import re

from gitward.errors import Undecided
from gitward.model import Question, violation
from gitward.pathglobs import matches_path, only_takes_out, pattern_of, shown
from gitward.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Annotated, Literal

    from gitward.bounds import MinLen
    from gitward.model import Answer, Commit, File, RefUpdate, Violation
    from gitward.rules.options import PathGlob, Positive

_KINDS = {"100644": "file", "100664": "file", "100755": "executable", "120000": "symlink", "160000": "submodule"}
# look-alikes of `.git`: git's own utf8.c and path.c, is_hfs_dotgit and is_ntfs_dotgit
_HFS_IGNORED = re.compile("[\u200c-\u200f\u202a-\u202e\u206a-\u206f\ufeff]")
_DOT_GIT = re.compile(r"\.git[. ]*(?::.*)?|git~[0-9]+[. ]*(?::.*)?", re.IGNORECASE | re.DOTALL)
_JOINERS = re.compile("(?<=[^\x00-\x7f])[\u200c\u200d](?=[^\x00-\x7f])")
_WINDOWS = re.compile(r'[<>:"|?*\\]|[. ]$')
_DEVICE = re.compile(r"(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(?:\..*)?", re.IGNORECASE | re.DOTALL)


@record
class ChangedPaths:
    deny: tuple[PathGlob, ...] = ()
    allow: tuple[PathGlob, ...] = ()
    kinds: Annotated[tuple[Literal["file", "executable", "symlink", "submodule"], ...], MinLen(1)] = (
        "file", "executable", "symlink", "submodule",
    )  # fmt: skip
    names: Literal["plain", "portable", "any"] = "plain"
    max_length: Positive | None = None
    collisions: Literal["allow", "refuse"] = "allow"

    name = "changed-paths"
    needs = ("paths",)
    default_refs = ("refs/**",)
    first = False

    def conflict(self) -> str:
        return only_takes_out(deny=self.deny, allow=self.allow)

    def asks(self, commit: Commit) -> Sequence[Question]:
        if self.collisions == "allow":
            return ()
        return tuple(_collides(file) for file in commit.files or () if not file.old_mode)

    def check_commit(self, commit: Commit) -> Iterator[Violation]:
        if commit.files is None:
            raise Undecided("the paths of the commit were not loaded", "", "not-loaded")
        for file in commit.files:
            yield from self._path(file)
            if file.mode:
                yield from self._new(file)
                if self.collisions == "refuse" and not file.old_mode:
                    yield from _collision(file, commit.answers.get(_collides(file)))

    def check_update(self, update: RefUpdate) -> Iterator[Violation]:
        for file in update.files or ():
            yield from self._path(file)

    def _path(self, file: File) -> Iterator[Violation]:
        """What `deny` and `allow` say to a path, whatever becomes of it."""
        verb = "is added" if not file.old_mode else "changes" if file.mode else "is removed"
        if denied := pattern_of(self.deny, file.path) if self.deny else "":
            yield _violation(file, f"{verb}, and {denied[:60]} may not change")
        elif self.allow and not matches_path(self.allow, file.path):
            yield _violation(file, f"{verb}, and is none of the paths that may change")

    def _new(self, file: File) -> Iterator[Violation]:
        """What a path may be that is there after the commit."""
        kind = _KINDS.get(file.mode, f"of mode {file.mode}")
        if kind not in self.kinds:
            yield _violation(file, f"is a {kind}, and may be: {', '.join(self.kinds)}")
        if self.max_length is not None and len(file.path) > self.max_length:
            yield _violation(file, f"has {len(file.path)} bytes, {self.max_length} allowed")
        if not file.old_mode and self.names != "any" and (wrong := _wrong_name(file.path, portable=self.names == "portable")):
            yield _violation(file, wrong)


def _violation(file: File, words: str) -> Violation:
    return violation(message=f"{shown(file.path)} {words}", fix="take it out of the commit, or give it another name")


def _collides(file: File) -> Question:
    return Question(kind="collides", value=file.path.decode("utf-8", "surrogateescape"))


def _collision(file: File, answer: Answer) -> Iterator[Violation]:
    if answer is None:
        raise Undecided("it was not found out whether new paths collide with others", "", "not-loaded")
    if answer:
        yield _violation(file, "differs from a path beside it only by case or Unicode form")


def _wrong_name(path: bytes, *, portable: bool) -> str:
    """What is wrong with the name of a path, '' where nothing is."""
    try:
        text = path.decode()
    except UnicodeDecodeError:
        return "is not UTF-8"
    parts = text.split("/")
    if any(_DOT_GIT.fullmatch(_HFS_IGNORED.sub("", part)) or part in ("", ".", "..") for part in parts):
        return "has a part that some system takes for .git, or for another folder"
    if not text.isascii():
        text = _JOINERS.sub("", text)
    if not text.isprintable():
        return "has characters that cannot be seen"
    if portable and any(_WINDOWS.search(part) or _DEVICE.fullmatch(part) for part in parts):
        return "cannot be stored on Windows"
    return ""
