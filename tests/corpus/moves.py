"""Changes for the rules about ref updates and pushes."""

from __future__ import annotations

from items import GOOD, Draft, Item, Move, Table

forced = Table("no-force-push")
KEPT = "refs/heads/kept/"
for name, old, new in (
    ("sibling", "base", "side"),
    ("back-by-one", "base", "parent"),
    ("back-to-the-root", "next", "root"),
    ("unrelated", "base", "orphan"),
    ("beside", "next", "side"),
    ("to-a-merge-of-others", "next2", "side"),
):
    forced.refuse(name, Move(f"{KEPT}{name}", old, new))
for number, (name, old, new) in enumerate((
    ("tag-forward", "base", "next"),
    ("tag-back", "base", "parent"),
    ("tag-sideways", "base", "side"),
    ("tag-made-annotated", "base", "tag v2.0.3 base"),
    ("annotated-tag-moved", "tag v2.0.4 base", "tag v2.0.4 next"),
    ("annotated-tag-made-light", "tag v2.0.5 base", "base"),
    ("tag-to-a-blob", "base", "blob"),
)):  # fmt: skip
    forced.refuse(name, Move(f"refs/tags/v2.0.{number}", old, new))
for name, old, new in (
    ("ff-by-one", "base", "next"),
    ("ff-by-two", "base", "next2"),
    ("ff-from-the-root", "root", "base"),
    ("created", "", "base"),
    ("created-unrelated", "", "orphan"),
    ("created-with-a-commit", "", "next"),
):
    forced.allow(name, Move(f"{KEPT}{name}", old, new))
forced.allow("other-branch", Move("refs/heads/case/other-branch", "base", "side"))
forced.allow("other-branch-deleted", Move("refs/heads/case/other-branch-deleted", "base", ""))
forced.allow("tag-created", Move("refs/tags/v2.1.0", "", "base"))
forced.allow("annotated-tag-created", Move("refs/tags/v2.1.1", "", "tag v2.1.1 next"))
forced.allow("note-moved", Move("refs/notes/ci/moved", "base", "side"))

deletion = Table("no-ref-deletion")
for name, old in (
    ("branch", "base"), ("branch-of-a-root", "root"), ("branch-of-an-orphan", "orphan"),
    ("deep/branch", "side"), ("deep/er/branch", "side"), ("new-branch", "next"),
):  # fmt: skip
    deletion.refuse(name, Move(f"{KEPT}gone/{name}", old, ""))
for number, old in enumerate(("base", "tag v3.0.1 base", "tag v3.0.2 tag v3.0.2 base", "blob", "tree")):
    deletion.refuse(f"tag-{number}", Move(f"refs/tags/v3.0.{number}", old, ""))
for name, old in (("branch", "base"), ("root", "root"), ("orphan", "orphan"), ("deep/one", "side"), ("new", "next")):
    deletion.allow(f"other-{name}", Move(f"refs/heads/case/gone/{name}", old, ""))
for name, old, new in (
    ("created", "", "base"), ("moved", "base", "next"), ("moved-by-two", "base", "next2"), ("with-one", "", "next"),
):  # fmt: skip
    deletion.allow(name, Move(f"{KEPT}stays/{name}", old, new))
deletion.allow("tag-created", Move("refs/tags/v3.1.0", "", "side"))
deletion.allow("note-deleted", Move("refs/notes/ci/gone", "base", ""))

name_ = Table("ref-name")
for ref in ("Topic/p", "topic/Q", "topic/r_s", "topic/r--s", "topic/r-", "topic", "topic/r/s", "feat/r", "topic/é"):
    name_.refuse(ref, Move(f"refs/heads/named/{ref}", "", "base"))
name_.refuse("moved", Move("refs/heads/named/moved", "base", "next"))
for ref in ("1.0.0", "v1", "v1.0.0-beta", "vv4.0.0", "rel/4.0.0", "release/v4.0.0"):
    name_.refuse(f"tag-{ref}", Move(f"refs/tags/{ref}", "", "base"), entry="version-tag")
for ref in ("topic/a", "topic/a-b", "topic/a-b-3", "fix/4", "fix/very-long-name-of-a-branch", "topic/moved"):
    name_.allow(ref, Move(f"refs/heads/named/{ref}", "base" if ref.endswith("moved") else "", "next"))
name_.allow("deleted", Move("refs/heads/named/WRONG", "base", ""))
for ref in ("v4.0.0", "v4.0.1-rc1", "v10.20.30", "rel/v4.0.2"):
    name_.allow(f"tag-{ref}", Move(f"refs/tags/{ref}", "", "base"))

space = Table("ref-namespace")
space.refuse("foo", Move("refs/foo/x", "", "base"))
space.refuse("notes", Move("refs/notes/commits", "", "base"))
space.refuse("pull", Move("refs/pull/1/head", "", "next"))
space.refuse("meta", Move("refs/meta/config", "", "orphan"))
space.refuse("stash", Move("refs/stash", "", "base"))
space.refuse("moved", Move("refs/foo/old", "base", "next"))
space.refuse("deleted", Move("refs/foo/gone", "base", ""))
space.refuse("replace", Move("refs/replace/{base}", "", "side"), also="push-integrity")
space.refuse("gitward", Move("refs/gitward/baseline", "", "base"), also="push-integrity")
space.refuse("nested-heads", Move("refs/heads/refs/heads/main", "", "base"))
space.refuse("heads-twice", Move("refs/heads/heads/main", "", "base"))
space.refuse("nested-tags", Move("refs/tags/refs/tags/v5.0.0", "", "base"), also="version-tag")
space.refuse("case", Move("refs/heads/Main", "", "base"))
space.refuse("case-of-a-folder", Move("refs/heads/CASE/other-branch", "", "base"))
space.refuse("unicode-forms", Move("refs/heads/case/cafe\u0301", "", "base"), Move("refs/heads/case/café", "", "base"))
space.refuse("twins", Move("refs/heads/case/Twin", "", "base"), Move("refs/heads/case/twin", "", "base"))
space.refuse("other-tag", Move("refs/tags/v5.0.1", "", "tag v5.0.0 base"))
space.refuse("last-part-of-a-tag", Move("refs/tags/rel/v5.0.2", "", "tag v5.0.2 base"))
space.allow("branch", Move("refs/heads/case/space/one", "", "base"))
space.allow("branch-moved", Move("refs/heads/case/space/moved", "base", "next"))
space.allow("accented-branch", Move("refs/heads/case/space/né", "", "base"))
space.allow("similar", Move("refs/heads/main2", "", "base"))
space.allow("longer", Move("refs/heads/mainline", "", "base"))
space.allow("note", Move("refs/notes/ci/new", "", "orphan"))
space.allow("tag", Move("refs/tags/v5.1.0", "", "base"))
space.allow("annotated-tag", Move("refs/tags/v5.1.1", "", "tag v5.1.1 base"))
space.allow("tag-in-a-folder", Move("refs/tags/rel/v5.1.2", "", "tag rel/v5.1.2 base"))
space.allow("nested-tag", Move("refs/tags/v5.1.3", "", "tag v5.1.3 tag v5.1.2 base"))
space.allow("branch-deleted", Move("refs/heads/case/space/gone", "base", ""))
space.allow("heads-within", Move("refs/heads/case/refs/heads/main", "", "base"))


def push(commits: int, refs: int = 1, files: tuple[int, ...] = ()) -> tuple[tuple[Draft, ...], tuple[Move, ...]]:
    """A push of so many commits, of which the last adds files of these sizes, to so many new branches."""
    drafts = [Draft(GOOD.encode(), ("~",) if number else ("base",)) for number in range(commits)]
    if files:
        drafts[-1] = Draft(GOOD.encode(), drafts[-1].parents, files=files)
    new = "~" if commits else "base"
    return tuple(drafts), tuple(Move(f"refs/heads/limited/{number}", "", new) for number in range(refs))


limits = Table("push-limits")
for name, (drafts, updates) in {
    "four-commits": push(4),
    "ten-commits": push(10),
    "five-refs": push(1, 5),
    "thirty-refs": push(1, 30),
    "five-refs-without-commits": push(0, 5),
    "six-files": push(1, 1, (1, 2, 3, 4, 5, 6)),
    "fifty-files": push(1, 1, tuple(range(1, 51))),
    "2001-bytes": push(1, 1, (2001,)),
    "2001-bytes-in-two-files": push(1, 1, (1000, 1001)),
    "many-bytes": push(2, 1, (100_000,)),
    "everything": push(4, 5, (1, 2, 3, 4, 5, 2000)),
}.items():
    limits.refuse(name, *updates, drafts=drafts)
for name, (drafts, updates) in {
    "one-commit": push(1),
    "three-commits": push(3),
    "four-refs": push(1, 4),
    "no-commit": push(0),
    "four-refs-without-commits": push(0, 4),
    "five-files": push(1, 1, (1, 2, 3, 4, 5)),
    "2000-bytes": push(1, 1, (2000,)),
    "2000-bytes-in-two-files": push(1, 1, (999, 1001)),
    "everything-at-its-limit": push(3, 4, (100, 200, 300, 400, 1000)),
    "empty-file": push(1, 1, (0,)),
}.items():
    limits.allow(name, *updates, drafts=drafts)

TABLES = (forced, deletion, name_, space, limits)
LIMITED: tuple[Item, ...] = tuple(limits.items)
