"""A repository with statements in it, a policy that knows people by their keys, and what counts for it."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

from saying import NOW, OID, SAID, URL, Keys

from gitward.model import Statement
from gitward.policy import load
from gitward.repository import open_repository
from gitward.signatures.moments import Moments
from gitward.signatures.signers import Signers
from gitward.statements.envelope import encoded
from gitward.statements.finding import every, found
from gitward.statements.places import everything, ref_of
from gitward.statements.reading import evidence_of, id_of, outline, payload_of

HEAD = "version: 1\npolicy: {id: payments}\nprincipals:\n"
RESULT = "https://in-toto.io/attestation/test-result/v0.1"
RULES = "rules:\n  - {rule: subject-length}\n"


def policy_of(people: dict[str, str], more: str = "") -> Any:
    """A policy that knows these people: name -> what stands after `keys:`, in flow style."""
    lines = "".join(f"  {name}: {{keys: {keys}}}\n" for name, keys in people.items())
    text = f"{HEAD}{lines}{more}{RULES}"
    return load.load_with_tests({"p.yaml": text.encode()}.get, "p.yaml", "p.yaml")[0]


class World:
    def __init__(self, folder: Path, keys: Keys) -> None:
        self.folder, self.keys = folder, keys
        subprocess.run(["git", "init", "-q", "--template=", "-b", "main", folder], check=True)
        self.policy = policy_of({name: f'[{{ssh: "{keys.public(name)}"}}]' for name in ("ann", "bob")})

    def git(self, *words: str, stdin: bytes = b"") -> str:
        done = subprocess.run(["git", "-C", self.folder, *words], input=stdin, capture_output=True, check=True)
        return done.stdout.decode().strip()

    def blob(self, *who: str, kind: str = "approval", said: Any = None, subjects: tuple[str, ...] = (), **how: Any) -> bytes:
        """A statement signed by these people."""
        usual, about = SAID[kind]
        what = payload_of(kind, subjects or about, how.get("repository", URL), said or usual, how.get("made", NOW))  # type: ignore[arg-type]
        return encoded(what, [self.keys.signature(name, what) for name in who])

    def evidence(self, *who: str, predicate: bytes = b"{}", subjects: tuple[str, ...] = (OID,), of: str = RESULT) -> str:
        """A statement of another predicate type, stored; its id."""
        what = evidence_of(of, subjects, predicate)
        return self.keep(encoded(what, [self.keys.signature(name, what) for name in who]))

    def every(self, *, policies: Any = None, now: int = NOW) -> dict[str, Statement]:
        """All that there is, by id."""
        judging = (self.policy,) if policies is None else policies
        signers = [Signers(each.trust, Moments(now=now)) for each in judging]
        try:
            with open_repository(str(self.folder)) as repository:
                return {each.id: each for each in every(repository, judging, signers, everything(repository), now)}
        finally:
            for each in signers:
                each.close()

    def put(self, *who: str, **what: Any) -> str:
        """The same, stored; its id."""
        return self.keep(self.blob(*who, **what))

    def keep(self, blob: bytes) -> str:
        ref = self.folder / ".git" / ref_of(outline(blob).subjects[0], id_of(blob))
        ref.parent.mkdir(parents=True, exist_ok=True)
        ref.write_text(f"{self.git('hash-object', '-w', '--stdin', stdin=blob)}\n")
        return ref.name

    def found(
        self, *oids: str, policies: Any = None, now: int = NOW, seen: dict[str, int] | None = None, **how: Any
    ) -> dict[str, Statement]:
        """What counts for these commits, by id."""
        judging = policies or (self.policy,)
        signers = [Signers(each.trust, Moments(now=now, seen=seen or {})) for each in judging]
        try:
            with open_repository(str(self.folder)) as repository:
                return {each.id: each for each in found(repository, judging, signers, oids, now, **how)}
        finally:
            for each in signers:
                each.close()
