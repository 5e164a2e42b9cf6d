"""The published test cases of other tools, restated in our own words: what each of them says, and what we say.

A YAML file here is a peer: its version, where its cases stand, and whether its verdicts were had by running it (then
bench/verdicts/run.py has them again) or read from its tests. A group is one check of the peer, beside the rule of ours
with the options that ask the same. Where the two differ, the case names a reason in because.yaml, and that the clause on
which it rests. A bare text is a message; a mapping has `message` or `bytes` (hex), perhaps `encoding`, `author` and
`committer`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(__file__).parent
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
BOTH = {"both accept": True, "both reject": False}


@dataclass(frozen=True)
class Case:
    """`peer` and `ours` are verdicts: True where the message is accepted."""

    raw: bytes
    peer: bool
    ours: bool
    because: str = ""
    encoding: str = ""
    people: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Group:
    peer: str
    check: str
    rule: str
    options: dict[str, Any]
    merge: bool
    ask: dict[str, Any] | None  # what bench/verdicts hands to the peer; None where the verdicts were read
    cases: tuple[Case, ...]

    def __str__(self) -> str:
        return f"{self.peer}, {self.check}"


def read(name: str) -> Any:
    return yaml.load((FOLDER / name).read_text(encoding="utf-8"), LOADER)


def groups() -> list[Group]:
    found = []
    for path in sorted(FOLDER.glob("*.yaml")):
        if path.name == "because.yaml":
            continue
        peer = read(path.name)
        assert set(peer) == {"peer", "version", "source", "verdicts", "groups"}, path.name
        found += [_group(peer, entry) for entry in peer["groups"]]
    return found


def _group(peer: dict[str, Any], entry: dict[str, Any]) -> Group:
    assert set(entry) <= {"check", "ask", "rule", "options", "merge", *BOTH, "differ"}, entry
    cases = [_case(given, verdict, verdict) for name, verdict in BOTH.items() for given in entry.get(name, ())]
    for given in entry.get("differ", ()):
        ours = {"accept": True, "reject": False}[given["ours"]]
        cases.append(_case(given, not ours, ours))
    ask = entry.get("ask") if peer["verdicts"] == "run" else None
    options = entry.get("options", {})
    return Group(peer["peer"], entry["check"], entry["rule"], options, entry.get("merge", False), ask, tuple(cases))


def _case(given: Any, peer: bool, ours: bool) -> Case:
    given = {"message": given} if isinstance(given, str) else given
    raw = bytes.fromhex(given["bytes"]) if "bytes" in given else given["message"].encode()
    people = {role: given[role] for role in ("author", "committer") if role in given}
    return Case(raw, peer, ours, given.get("because", ""), given.get("encoding", ""), people)
