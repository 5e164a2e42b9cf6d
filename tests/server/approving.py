"""A repository to which people bring changes that others have approved with real keys; pushes are judged in this process."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import Any

from gitward.approvals import landing
from gitward.judge import judge
from gitward.model import ActorClaim, Approval, Decision, Host, RawUpdate, Request
from gitward.policy import load
from gitward.record import replace
from gitward.repository import open_repository
from gitward.statements import keeping

URL = "https://git.example.com/payments"
MAIN = "refs/heads/main"
ZERO = "0" * 40
NAMES = ("ann", "ann2", "bob", "bob2", "carol", "dan", "robot", "eve")
TIME = "1700000000 +0000"
_TWO = "keys: [{{ssh: '{%s}'}}, {{ssh: '{%s}'}}]"
_ONE = "keys: [{{ssh: '{%s}'}}]"
PEOPLE = {
    "ann": "{{addresses: [ann@example.com, ann@home.example.com], roles: [dev, reviewer], " + _TWO % ("ann", "ann2") + "}}",
    "bob": "{{addresses: [bob@example.com], roles: [reviewer], " + _TWO % ("bob", "bob2") + "}}",
    "carol": "{{addresses: [carol@example.com], roles: [reviewer, security], " + _ONE % "carol" + "}}",
    "dan": "{{addresses: [dan@example.com], roles: [dev], " + _ONE % "dan" + "}}",
    "robot": "{{kind: service, roles: [reviewer], " + _ONE % "robot" + "}}",
}


def made_keys(folder: Path) -> Path:
    """A folder with a key for each of NAMES; `ann2` and `bob2` are second keys, `eve` is nobody."""
    for name in NAMES:
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", folder / name], check=True)
    return folder


class Desk:
    """`keys` is a folder as `made_keys` makes it. `main` stands at `base`, which holds the files `a`, `b` and `src/x.c`."""

    def __init__(self, folder: Path, keys: Path, like: Path | None = None) -> None:
        """`like` is the folder of another, still new, of which this one is a copy."""
        self.folder, self.keys, self._count = folder, keys, 1
        if like:
            shutil.copytree(like, folder)
            self.base = (folder / ".git" / "refs" / "heads" / "main").read_text().strip()
            return
        subprocess.run(["git", "init", "-q", "--template=", "-b", "main", folder], check=True)
        self.base = self.commit({"a": "a\n", "b": "b\n", "src/x.c": lines(), "CODEOWNERS": "src/ @carol\n"}, author="dan")
        self.set(MAIN, self.base)

    def git(self, *words: str, stdin: bytes = b"") -> str:
        done = subprocess.run(["git", "-C", self.folder, *words], input=stdin, capture_output=True, check=True)
        return done.stdout.decode().strip()

    def set(self, ref: str, oid: str) -> None:
        self.git("update-ref", ref, oid)

    def tree(self, commit: str) -> str:
        return self.git("rev-parse", f"{commit}^{{tree}}")

    def commit(self, files: dict[str, str | None], *parents: str, author: str = "ann", committer: str = "", message: str = "x",
               address: str = "") -> str:  # fmt: skip
        """A commit that differs in these files from its first parent, None for none of that name."""
        self._count += 1
        ref = f"refs/scratch/{self._count}"
        who = [f"{role} {name} <{mail}> {TIME}" for role, name, mail in (
            ("author", author, address or f"{author}@example.com"),
            ("committer", committer or author, f"{committer or author}@example.com"),
        )]  # fmt: skip
        stream = [f"commit {ref}", *who, f"data {len(message.encode())}", message]
        stream += [f"{'merge' if number else 'from'} {oid}" for number, oid in enumerate(parents)]
        for path, content in files.items():
            stream += [f"D {path}"] if content is None else [f"M 100644 inline {path}", f"data {len(content)}", content]
        subprocess.run(["git", "-C", self.folder, "fast-import", "--quiet"], input="\n".join([*stream, ""]).encode(), check=True)
        return self.git("rev-parse", ref)

    def approve(self, who: str, commit: str, ref: str = MAIN, **changed: Any) -> str:
        """What `gitward approve` does: its id. `changed` are fields of the approval, `url` for which repository it is."""
        url = changed.pop("url", URL)
        with open_repository(str(self.folder)) as repository:
            at = keeping.place(repository, str(self.folder), url=url, key=str(self.keys / who))
            found = landing.landing(repository, commit, landing.target(repository, at, ref))
        said: Approval = replace(found.approval, **changed)
        return keeping.keep(at, "approval", (said.commit,), said).rpartition("/")[2]

    def revoke(self, who: str, identity: str) -> None:
        with open_repository(str(self.folder)) as repository:
            keeping.revoke(keeping.place(repository, str(self.folder), key=str(self.keys / who)), identity, "a mistake")

    def policy(self, options: str = "", people: dict[str, str] | None = None, more: str = "") -> Any:
        """A policy whose only entry wants approvals for main and release branches; `options` stand beside it, `more` on top."""
        known = {**PEOPLE, **(people or {})}
        public = {name: (self.keys / f"{name}.pub").read_text().strip() for name in NAMES}
        listed = "".join(f"  {name}: {text.format(**public)}\n" for name, text in known.items() if text)
        text = (
            f"version: 1\npolicy: {{id: payments}}\nprincipals:\n{listed}{more}rules:\n"
            f"  - {{rule: approval, refs: [{MAIN}, 'refs/heads/release/**']{options}}}\n"
        )
        return load.load_with_tests({"p.yaml": text.encode()}.get, "p.yaml", "p.yaml")[0]

    def push(self, new: str, *, ref: str = MAIN, pusher: str = "ann", old: str = "", policy: Any = None, options: str = "",
             people: dict[str, str] | None = None, urls: tuple[str, ...] = (URL,), more: str = "") -> Decision:  # fmt: skip
        """The decision about a push of `new` to a ref that stands at `old`, main's base if that is not given."""
        before = old or (self.git("rev-parse", MAIN) if ref == MAIN else ZERO)
        request = Request(
            stage="receive", updates=(RawUpdate(old=before, new=new, ref=ref),), actor=ActorClaim(channel="gitolite", name=pusher)
        )
        host = Host(repository=str(self.folder), urls=urls, actor="gitolite")
        return judge(request, host, policies=(policy or self.policy(options, people, more),))


def lines(*changed: tuple[int, str], before: int = 0) -> str:
    """Some lines of a file; `changed` are other ones, `before` stand ahead of all."""
    text = [f"line {number}\n" for number in range(30)]
    for number, line in changed:
        text[number] = line
    return "".join([*("more\n" for _ in range(before)), *text])


def said(decision: Decision) -> str:
    """What the entry says, '' where it has nothing against the push."""
    assert decision.failure is None, decision.failure
    (result,) = (each for each in decision.results if each.rule == "approval")
    undecided = "; ".join(reason for outcome, reason, _ in result.reasons if outcome == "undecided")
    return "; ".join([*(each.message for each in result.violations), *([undecided] if undecided else [])])
