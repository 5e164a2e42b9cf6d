"""What the policy imported from a settings file says of a message."""

from __future__ import annotations

from pathlib import Path

from gitward.batches import judge_one
from gitward.gitobject import parse_commit
from gitward.imports import read
from gitward.imports.write import write
from gitward.model import Oid
from gitward.policy.load import load_policy
from gitward.record import replace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from gitward.model import Policy

WHO = "Ann Example <ann@example.com> 1700000000 +0000"


def imported(data: bytes | str, name: str, kind: str = "") -> Policy:
    """The policy made of a file, loaded."""
    found = read(data.encode() if isinstance(data, str) else data, name, kind)
    return load_policy({"p": write(found, name).text.encode()}.get, "p", "p")


def ours(path: Path) -> Callable[[str], list[str]]:
    """The entries of severity error that refuse a message, as the only change of a commit with one parent."""
    policy = imported(path.read_bytes(), path.name)

    def judge(message: str) -> list[str]:
        head = f"tree {'1' * 40}\nparent {'1' * 40}\nauthor {WHO}\ncommitter {WHO}\n\n"
        commit = parse_commit(Oid("2" * 40), (head + message).encode())
        refused = []
        for entry in policy.entries:
            if hasattr(entry.rule, "check_commit") and entry.severity == "error":
                asked = entry.rule.asks(commit) if hasattr(entry.rule, "asks") else ()
                if judge_one(entry, replace(commit, answers=dict.fromkeys(asked, True)))[0] != "passed":
                    refused.append(entry.id)
        return refused

    return judge
