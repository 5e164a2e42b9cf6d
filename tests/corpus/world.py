"""The corpus in real repositories: a clone with every object, a server with every ref as it is before its update."""

from __future__ import annotations

import hashlib
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from items import GOOD, Blob, Draft, Item
from sshsigned import signed

if TYPE_CHECKING:
    from collections.abc import Iterable

NODES = {
    "root": (), "parent": ("root",), "base": ("parent",), "side": ("parent",), "next": ("base",), "next2": ("next",),
    "orphan": (),
}  # fmt: skip
ZONES = (
    "case", "strict", "free", "kept", "named", "signed", "merged", "paths", "secrets", "people", "command", "trailed", "vault",
)  # fmt: skip
# what every branch of a zone begins with is on the server already: what is judged is only what an item brings
_SEEDS = ("base", "side", "orphan", "next2")


class World:
    """`oids` are those of the items' drafts, in order."""

    def __init__(self, folder: Path, items: Iterable[Item], environment: dict[str, str], init: tuple[str, ...] = ()) -> None:
        self.folder, self.items, self.environment = folder, tuple(items), environment
        self.clone, self.server = folder / "clone", folder / "server.git"
        self.algorithm = hashlib.sha256 if "--object-format=sha256" in init else hashlib.sha1
        self.zero = "0" * (self.algorithm().digest_size * 2)
        self._pending: dict[str, list[tuple[str, bytes]]] = {}
        self._clock = 1_700_000_000
        folder.mkdir()
        for words in (["--bare", self.server], [self.clone]):
            self.git("init", "-q", "--template=", "-b", "main", *init, *words, cwd=folder)
        self.nodes: dict[str, str] = {"tree": self._add("tree", b""), "blob": self._add("blob", b"a blob\n")}
        for name, parents in NODES.items():
            self.nodes[name] = self._commit(Draft(GOOD.replace("names", name).encode(), parents), "")
        self.oids = {item.id: self._made(item.drafts) for item in self.items}
        self.updates = {item.id: self._resolved(item) for item in self.items}
        self._write()
        self._seed()

    def git(self, *words: str | Path, cwd: Path | None = None, stdin: str = "", **environment: str) -> str:
        done = subprocess.run(
            ["git", *words], cwd=cwd or self.clone, input=stdin, capture_output=True, text=True,
            env={**self.environment, **environment},
        )  # fmt: skip
        if done.returncode:
            raise AssertionError(f"git {words}: {done.stderr}")
        return done.stdout.strip()

    # --- objects ------------------------------------------------------------------------------------------------------

    def _add(self, kind: str, raw: bytes) -> str:
        oid = self.algorithm(b"%s %d\0" % (kind.encode(), len(raw)) + raw).hexdigest()
        self._pending.setdefault(kind, []).append((oid, raw))
        return oid

    def _write(self) -> None:
        """All objects at once, as they are: nothing of git looks at what stands in them."""
        for kind, objects in self._pending.items():
            folder = self.folder / kind
            folder.mkdir()
            for oid, raw in objects:
                (folder / oid).write_bytes(raw)
            paths = "".join(f"{folder / oid}\n" for oid, _ in objects)
            made = self.git("hash-object", "-t", kind, "-w", "--literally", "--no-filters", "--stdin-paths", stdin=paths)
            assert made.split() == [oid for oid, _ in objects]

    def filled(self, text: bytes) -> bytes:
        """The text with the oids that it names."""
        for name, oid in self.nodes.items():
            text = text.replace(b"{%s}" % name.encode(), oid.encode())
        return text

    def parents(self, draft: Draft, before: str) -> list[str]:
        return [before if name == "~" else self.nodes[name] for name in draft.parents]

    def _made(self, drafts: tuple[Draft, ...]) -> list[str]:
        oids: list[str] = []
        for draft in drafts:
            raw = self.filled(draft.raw).replace(b"{~}", oids[-1].encode() if oids else b"")
            if draft.sign:
                raw = signed(draft.kind, raw, draft.sign, is_sha256=self.algorithm is hashlib.sha256)
                raw = raw.replace(draft.changed[0], self.filled(draft.changed[1])) if draft.changed[0] else raw
            oids.append(self._add(draft.kind, raw) if raw else self._commit(draft, oids[-1] if oids else ""))
        return oids

    def _commit(self, draft: Draft, before: str) -> str:
        self._clock += 1  # no two commits are equal
        ident = f"Ann <ann@example.com> {self._clock} +0000"
        tree = self._folder(draft.tree) if draft.tree else self._tree(draft.files)
        lines = [f"tree {tree}", *(f"parent {parent}" for parent in self.parents(draft, before)),
                 f"author {ident}", f"committer {ident}"]  # fmt: skip
        if draft.encoding:
            lines.append(f"encoding {draft.encoding}")
        return self._add("commit", "\n".join(lines).encode() + b"\n\n" + self.filled(draft.message))

    def _tree(self, files: tuple[int, ...]) -> str:
        entries = b""
        for number, size in enumerate(files):
            content = (f"{self._clock} {number} ".encode() * size)[:size]
            entries += b"100644 file-%03d\0" % number + bytes.fromhex(self._add("blob", content))
        return self._add("tree", entries) if files else self.nodes["tree"]

    def _folder(self, blobs: tuple[Blob, ...]) -> str:
        """A tree of these files, in git's order: the name of a folder counts as if it ended in `/`."""
        below: dict[bytes, list[Blob]] = {}
        entries: dict[bytes, bytes] = {}
        for blob in blobs:
            name, slash, rest = blob.path.partition(b"/")
            if slash:
                below.setdefault(name, []).append(replace(blob, path=rest))
            else:
                is_link = blob.mode == "160000"
                oid = self.nodes[blob.content.decode()] if is_link else self._add("blob", blob.content)
                entries[name] = b"%s %s\0" % (blob.mode.encode(), name) + bytes.fromhex(oid)
        for name, inner in below.items():
            entries[name + b"/"] = b"40000 %s\0" % name + bytes.fromhex(self._folder(tuple(inner)))
        return self._add("tree", b"".join(entries[name] for name in sorted(entries)))

    # --- refs ---------------------------------------------------------------------------------------------------------

    def _node(self, name: str, last: str) -> str:
        """The oid of `~`, of a node, or of an annotated tag `tag NAME NODE`; zeros for ''."""
        if name.startswith("tag "):
            _, version, target = name.split(" ", 2)
            kind = "tag" if target.startswith("tag ") else "commit"
            raw = f"object {self._node(target, last)}\ntype {kind}\ntag {version}\n"
            return self._add("tag", f"{raw}tagger Ann <ann@example.com> 1700000000 +0000\n\nthe release\n".encode())
        return last if name == "~" else self.nodes[name] if name else self.zero

    def _resolved(self, item: Item) -> list[tuple[str, str, str]]:
        last = self.oids[item.id][-1] if item.drafts else ""
        return [
            (self.filled(move.ref.encode()).decode(), self._node(move.old, last), self._node(move.new, last))
            for move in item.moves
        ]

    def _seed(self) -> None:
        """The refs that stand on the server before anything is pushed, and the clone's view of them."""
        refs = {f"refs/heads/{zone}/seed/{node}": self.nodes[node] for zone in ZONES for node in _SEEDS}
        refs["refs/heads/main"] = self.nodes["base"]
        refs |= {ref: old for moves in self.updates.values() for ref, old, _ in moves if old != self.zero}
        local = {f"refs/made/{index}": oid for index, oid in enumerate(sorted(set(refs.values())))}
        self.git("update-ref", "--stdin", stdin="".join(f"create {ref} {oid}\n" for ref, oid in local.items()))
        self.git("push", "-q", self.server, "refs/made/*:refs/made/*")
        seeding = [f"create {ref} {oid}\n" for ref, oid in refs.items()]
        for git_dir, lines in ((self.server, [*seeding, *(f"delete {ref}\n" for ref in local)]),
                               (self.clone / ".git", [f"delete {ref}\n" for ref in local])):  # fmt: skip
            self.git("--git-dir", git_dir, "update-ref", "--stdin", stdin="".join(lines))
        drafts = [f"create refs/heads/{zone}/draft {self.nodes['base']}\n" for zone in ZONES]
        # what is pushed stands on branches of the developer
        mine = (item for item in self.items if item.drafts and not item.drafts[-1].raw)
        drafts += [f"create refs/heads/mine/{item.id} {self.oids[item.id][-1]}\n" for item in mine]
        self.git("update-ref", "--stdin", stdin="".join(drafts))
        for git_dir in (self.server, self.clone / ".git"):  # hundreds of files that every command would open
            self.git("--git-dir", git_dir, "pack-refs", "--all")
        self.git("symbolic-ref", "HEAD", "refs/heads/case/draft")
        self.git("remote", "add", "origin", self.server)
        self.git("fetch", "-q", "origin")

    def message(self, item: Item, index: int) -> bytes:
        return self.filled(item.drafts[index].message)
