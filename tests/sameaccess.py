"""One access policy, written for gitolite and for gitward, and the pushes that both are asked about.

Two repositories: `app` has rules for refs, `lib` has rules for paths as well. A push is tried on a server whose refs stand as
`Pushes.standing` says; whoever tries it puts them back. What gitolite answers otherwise than gitward, and why, is in DIFFERENT.
"""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

ALIAS = "refs/heads/topic/alias"
USERS = ("ann", "bob", "carol", "dan", "ci", "stranger")

GITOLITE = """\
@devs = bob carol
@releasers = ann
@ops = carol ann
@everybody = @devs @releasers dan ci

repo app
    R                                  = @everybody
    RW      refs/heads/main$           = @releasers
    RW      refs/heads/stable/         = @releasers bob
    RW+CD   refs/heads/topic/          = @devs
    RWC     refs/heads/release/[^/]+$  = @releasers
    RW+     refs/heads/next$           = carol
    RW      refs/heads/loose           = carol
    RWD     refs/heads/old/            = dan
    RW+CD   refs/heads/personal/USER/  = @everybody
    RWC     refs/tags/v[^/]*$          = @releasers ci
    RW+CD   refs/tags/tmp/             = @devs
    RW+C    refs/notes/                = ci

repo lib
    R                                  = @everybody
    RW      refs/heads/main$           = @devs @releasers
    RW+CD   refs/heads/topic/          = @devs
    RW+CD   VREF/NAME/ci/              = @ops
    -       VREF/NAME/ci/              = @all
"""

_HEAD = """\
version: 1
policy: {id: same-access}
principals: {ann: {}, bob: {}, carol: {}, dan: {}, ci: {kind: service}}
groups:
  devs: {members: [bob, carol]}
  releasers: {members: [ann]}
  ops: {members: [carol, ann]}
  everybody: {members: [ann, bob, carol, dan, ci]}
access:
"""
GITWARD = {
    "app": _HEAD + """\
  - {who: [everybody], may: [read]}
  - {who: [releasers], may: [update], refs: [refs/heads/main]}
  - {who: [releasers, bob], may: [update], refs: [refs/heads/stable/**]}
  - {who: [devs], may: [create, update, force, delete], refs: [refs/heads/topic/**]}
  - {who: [releasers], may: [create, update], refs: [refs/heads/release/*]}
  - {who: [carol], may: [update, force], refs: [refs/heads/next]}
  - {who: [carol], may: [update], refs: [refs/heads/loose]}
  - {who: [dan], may: [update, delete], refs: [refs/heads/old/**]}
  - {who: [ann], may: [create, update, force, delete], refs: [refs/heads/personal/ann/**]}
  - {who: [bob], may: [create, update, force, delete], refs: [refs/heads/personal/bob/**]}
  - {who: [carol], may: [create, update, force, delete], refs: [refs/heads/personal/carol/**]}
  - {who: [dan], may: [create, update, force, delete], refs: [refs/heads/personal/dan/**]}
  - {who: [ci], may: [create, update, force, delete], refs: [refs/heads/personal/ci/**]}
  - {who: [releasers, ci], may: [tag], refs: [refs/tags/v*]}
  - {who: [devs], may: [tag, force, delete], refs: [refs/tags/tmp/**]}
  - {who: [ci], may: [create, update, force], refs: [refs/notes/**]}
""",
    "lib": _HEAD + """\
  - {who: [everybody], may: [read]}
  - {who: [devs, releasers], may: [update], refs: [refs/heads/main]}
  - {who: [devs], may: [create, update, force, delete], refs: [refs/heads/topic/**]}
  - {who: [ops], may: [update], refs: [refs/heads/main], paths: [/ci/**]}
  - {who: [carol], may: [create, update, force], refs: [refs/heads/topic/**], paths: [/ci/**]}
""",
}  # fmt: skip

DIFFERENT = {
    "a pattern ends where its text ends":
        "gitolite's refexes are anchored at the beginning alone: `refs/heads/loose` lets carol change `refs/heads/loose2` too. "
        "The other rules write `$` where they mean it; a policy of gitward's means it always",
    "creating a branch":
        "gitolite compares a new branch with the empty tree, so whoever may not change /ci/ cannot make a branch of a history "
        "that has it; gitward asks what the branch brings beyond the refs with the same rules",
    "deleting a branch": "gitolite compares with the empty tree here too; gitward's paths say nothing about deletions",
    "changed and changed back": "gitolite compares the two ends of a push; gitward asks every commit in it",
    "renamed away":
        "gitolite lists a rename by its new name alone, so anybody moves a file out of /ci/; gitward asks about both names",
    "a name that git quotes":
        "gitolite reads names as git prints them, and what git quotes begins with a quotation mark, not with `ci/`; gitward "
        "reads bytes",
    "through a symbolic ref": "gitolite's hook sees the name that was pushed; gitward follows it to the ref that moves",
    "several refs in one push":
        "gitolite decides each for itself, and lets in what it allows; gitward decides a push as a whole",
    "force without update": "cannot be written for gitolite: `+` always stands behind `RW`",
    "tags apart from branches": "gitolite's C is for any new ref; gitward has `tag` and `create`",
    "a path as a right of its own":
        "gitolite's rules for names only take away from what the rules for refs give; a grant of gitward's with `paths` gives "
        "these paths by itself",
    "deny rules":
        "gitolite takes the first rule that fits, and `-` denies; gitward's grants have no order, and what none allows is denied",
    "USER in a pattern": "gitolite puts the name of who pushes there; a policy of gitward's has a line for each",
}  # fmt: skip
"""What the two see differently, and how. The first eight are tried."""


class Server(Protocol):
    """A server of the two repositories."""

    def bare(self, name: str) -> Path: ...
    def url(self, name: str) -> str: ...
    def as_user(self, user: str) -> dict[str, str]: ...


@dataclass(frozen=True)
class Push:
    """One push: who, into which repository, which ref to which of `Pushes.oids`, '' to delete it.

    `differs` is a key of DIFFERENT where the two answer differently, else ''.
    """

    user: str
    repository: str
    ref: str
    new: str
    what: str
    differs: str = ""


class Pushes:
    """The commits, the refs that stand, and the pushes. `clone` is where they are made and pushed from."""

    def __init__(self, clone: Path, environment: dict[str, str]) -> None:
        self.clone, self._environment = clone, environment
        subprocess.run(["git", "init", "-q", "--template=", "-b", "main", str(clone)], env=environment, check=True)
        self.oids: dict[str, str] = {"": "0" * 40}
        self._names: list[str] = []
        self._stream = ""
        self._app()
        self._lib()
        self._import()
        tag = f"object {self.oids['on']}\ntype commit\ntag v3\ntagger Ann <ann@example.com> 1700000000 +0000\n\nv3\n"
        self.oids["annotated"] = self.git("mktag", stdin=tag)
        app, lib = self.oids["a"], self.oids["p"]
        self._seeds = [f"refs/seed/{app}", f"refs/seed/{lib}"]
        self.git("update-ref", "--stdin", stdin="".join(f"create {seed} {seed[10:]}\n" for seed in self._seeds))
        self.standing = {
            "app": {f"refs/{ref}": app for ref in (*_APP_STANDS, "heads/loose", "heads/loose2")},
            "lib": dict.fromkeys(("refs/heads/main", "refs/heads/topic/a"), lib),
        }

    def git(self, *arguments: str, stdin: str = "") -> str:
        done = subprocess.run(["git", *arguments], cwd=self.clone, env=self._environment, input=stdin, text=True,
                              check=True, capture_output=True)  # fmt: skip
        return done.stdout.strip()

    def commit(self, name: str, files: dict[str, str], *parents: str) -> None:
        """A commit of these files, path to content, under a name; `_import` makes it."""
        who = "Ann <ann@example.com> 1700000000 +0000"
        lines = [f"commit refs/made/{name}", f"mark :{len(self._names) + 1}", f"author {who}", f"committer {who}"]
        lines += [f"data {len(name)}", name]
        lines += [f"{'merge' if number else 'from'} :{self._names.index(parent) + 1}" for number, parent in enumerate(parents)]
        lines += ["deleteall"]
        for path, content in files.items():
            lines += [f"M 100644 inline {path}", f"data {len(content)}", content]
        self._names.append(name)
        self._stream += "\n".join((*lines, ""))

    def _import(self) -> None:
        """Make all commits in one go, and learn their oids."""
        marks = self.clone / ".git" / "marks-of-tests"
        self.git("fast-import", "--quiet", f"--export-marks={marks}", stdin=self._stream)
        for line in marks.read_text().splitlines():
            mark, oid = line[1:].split(" ")
            self.oids[self._names[int(mark) - 1]] = oid

    def _app(self) -> None:
        self.commit("root", {"a": "0"})
        self.commit("a", {"a": "1"}, "root")
        self.commit("on", {"a": "2"}, "a")
        self.commit("beside", {"a": "3"}, "root")

    def _lib(self) -> None:
        base = {"ci/run": "run", "docs/a": "a line\n" * 20, "src/x": "0"}
        tip = base | {"src/x": "1"}
        self.commit("r", base)
        self.commit("p", tip, "r")
        self.commit("docs", tip | {"docs/a": "2"}, "p")
        self.commit("ci", tip | {"ci/run": "2"}, "p")
        self.commit("both", tip | {"ci/run": "2", "docs/a": "2"}, "p")
        self.commit("ci-new", tip | {"ci/new/x": "1"}, "p")
        self.commit("ci-gone", {path: content for path, content in tip.items() if path != "ci/run"}, "p")
        self.commit("ci-merged", tip | {"ci/run": "2", "docs/a": "2"}, "docs", "ci")
        self.commit("back", tip | {"docs/a": "3"}, "ci")
        self.commit("into", {"ci/run": "run", "ci/a": tip["docs/a"], "src/x": "1"}, "p")
        self.commit("away", {"docs/run": "run", "docs/a": tip["docs/a"], "src/x": "1"}, "p")
        self.commit("quoted", tip | {"ci/\u00e9": "1"}, "p")
        self.commit("near", tip | {"ci2/x": "1", "docs/ci/x": "1", "ci.txt": "1"}, "p")
        self.commit("forced", base | {"docs/a": "4"}, "r")
        self.commit("forced-ci", base | {"ci/run": "4"}, "r")
        self.commit("apart", {"docs/a": "5"})
        self.commit("apart-ci", {"ci/run": "5"})

    def seed(self, server: Server) -> None:
        """Give the repositories of a server the commits and the refs that stand."""
        for name, refs in self.standing.items():
            if not server.bare(name).exists():
                continue
            self._run("fetch", "-q", str(self.clone), "refs/seed/*:refs/seed/*", at=server.bare(name))
            lines = [f"create {ref} {oid}" for ref, oid in refs.items()] + [f"delete {seed}" for seed in self._seeds]
            self._run("update-ref", "--stdin", at=server.bare(name), stdin="\n".join((*lines, "")))
            self._run("symbolic-ref", ALIAS, "refs/heads/main", at=server.bare(name))

    def tried(self, server: Server, push: Push) -> tuple[bool, str]:
        """Whether the server lets a push in, and what it said. The refs stand as before afterwards."""
        spec = f"+{self.oids[push.new] if push.new else ''}:{push.ref}"
        done = subprocess.run(["git", "push", "-q", server.url(push.repository), spec], cwd=self.clone, text=True,
                              capture_output=True, env={**self._environment, **server.as_user(push.user)})  # fmt: skip
        if done.returncode == 0:
            old = self.standing[push.repository].get("refs/heads/main" if push.ref == ALIAS else push.ref)
            line = f"update {push.ref} {old}\n" if old else f"delete {push.ref}\n"
            self._run("update-ref", "--stdin", at=server.bare(push.repository), stdin=line)
        return done.returncode == 0, done.stderr

    def tried_together(self, server: Server, user: str, repository: str, *moves: tuple[str, str]) -> set[str]:
        """Which of several refs, each with what it is to become, one push moves. The refs stand as before afterwards."""
        specs = [f"+{self.oids[new]}:{ref}" for ref, new in moves]
        subprocess.run(["git", "push", "-q", server.url(repository), *specs], cwd=self.clone, capture_output=True,
                       env={**self._environment, **server.as_user(user)})  # fmt: skip
        now = {ref: self.git("--git-dir", str(server.bare(repository)), "rev-parse", ref) for ref, _ in moves}
        stood = self.standing[repository]
        self._run("update-ref", "--stdin", at=server.bare(repository),
                  stdin="".join(f"update {ref} {stood[ref]}\n" for ref, _ in moves))  # fmt: skip
        return {ref for ref, oid in now.items() if oid != stood[ref]}

    def _run(self, *words: str, at: Path, stdin: str = "") -> None:
        subprocess.run(["git", *words], cwd=at, env=self._environment, input=stdin, text=True, check=True, capture_output=True)

    def all(self) -> list[Push]:
        return [*self._of_refs(), *self._of_paths(), *self._different()]

    @staticmethod
    def _of_refs() -> list[Push]:
        found = []
        for user in USERS:
            for ref in _APP_STANDS:
                moves = (("on", "fast-forward"), ("beside", "force"), ("", "delete"))
                found += [Push(user, "app", f"refs/{ref}", new, what) for new, what in moves]
            found += [Push(user, "app", f"refs/{ref}", "on", "create") for ref in _APP_NEW]
            found += [Push(user, "app", "refs/tags/v3", "annotated", "create, annotated")]
        return found

    @staticmethod
    def _of_paths() -> list[Push]:
        found = []
        for user in USERS:
            for ref in ("refs/heads/main", "refs/heads/topic/a"):
                for new in ("docs", "ci", "both", "ci-new", "ci-gone", "ci-merged", "into", "near"):
                    found.append(Push(user, "lib", ref, new, f"fast-forward: {new}"))
                for new in ("forced", "forced-ci"):
                    found.append(Push(user, "lib", ref, new, f"force: {new}"))
            for new in ("apart", "apart-ci"):
                found.append(Push(user, "lib", "refs/heads/topic/new", new, f"create: {new}"))
        return found

    @staticmethod
    def _different() -> list[Push]:
        topic = "refs/heads/topic/"
        return [
            Push("carol", "app", "refs/heads/personal/carol", "on", "create"),
            Push("carol", "app", "refs/heads/loose", "on", "fast-forward"),
            Push("carol", "app", "refs/heads/loose2", "on", "fast-forward", "a pattern ends where its text ends"),
            Push("bob", "app", ALIAS, "on", "fast-forward", "through a symbolic ref"),
            Push("bob", "lib", topic + "new", "docs", "create", "creating a branch"),
            Push("bob", "lib", topic + "a", "", "delete", "deleting a branch"),
            Push("bob", "lib", topic + "a", "back", "fast-forward", "changed and changed back"),
            Push("bob", "lib", "refs/heads/main", "back", "fast-forward", "changed and changed back"),
            Push("bob", "lib", topic + "a", "away", "fast-forward: away", "renamed away"),
            Push("ann", "lib", "refs/heads/main", "away", "fast-forward: away"),
            Push("bob", "lib", topic + "a", "quoted", "fast-forward", "a name that git quotes"),
            Push("carol", "lib", topic + "a", "quoted", "fast-forward"),
        ]


_APP_STANDS = (
    "heads/main", "heads/stable/1", "heads/topic/a", "heads/release/1", "heads/next", "heads/old/x", "heads/personal/bob/x",
    "tags/v1", "tags/tmp/t", "notes/ci",
)  # fmt: skip
_APP_NEW = (
    "heads/main2", "heads/stable/2", "heads/topic/b/c", "heads/release/2", "heads/release/2x/y", "heads/next2", "heads/other",
    "heads/personal/dan/y", "tags/v2", "tags/v/2", "tags/x1", "tags/tmp/u", "notes/x",
)  # fmt: skip
