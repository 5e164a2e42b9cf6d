"""Policies for tests: from text, with the files that they extend, without a disk."""

from __future__ import annotations

from gitward.errors import PolicyError
from gitward.policy import load

HEAD = "version: 1\npolicy: {id: test}\n"


def reader(files: dict[str, str | bytes]):
    stored = {name: text.encode() if isinstance(text, str) else text for name, text in files.items()}
    return stored.get


def policy(text: str | bytes, **files: str):
    """The policy `p.yaml`; `base="..."` is the file `base.yaml` beside it."""
    return both(text, **files)[0]


def both(text: str | bytes, **files: str):
    """The policy and its tests."""
    given = {"p.yaml": text} | {f"{name}.yaml": other for name, other in files.items()}
    return load.load_with_tests(reader(given), "p.yaml", "p.yaml")


def rules(*entries: str, head: str = HEAD) -> str:
    """A policy with these entries, each in flow style without its braces."""
    return head + "rules:\n" + "".join(f"  - {{{entry}}}\n" for entry in entries)


def complaints(text: str | bytes, **files: str) -> list[str]:
    """Everything that is wrong with a policy, as `file:line:column: message`; nothing where it loads."""
    try:
        policy(text, **files)
    except PolicyError as problem:
        return [str(each) for each in (problem, *problem.others)]
    return []
