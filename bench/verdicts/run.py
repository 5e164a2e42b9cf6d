"""Ask the peers of tests/peers again, those whose verdicts were had by running them, and name every verdict that is another.

PEERS=FOLDER says where they are installed; left out, .bench/verdicts:

    FOLDER/py    a virtual environment: gitlint commitizen conventional-pre-commit commit-check dco-check committed
                 python-semantic-release
    FOLDER/node  npm install @commitlint/cli @commitlint/config-conventional @commitlint/lint @commitlint/rules
                 @commitlint/parse conventional-commits-parser @conventional-commits/parser issue-parser email-validator
                 conventional-changelog-conventionalcommits; and the DCO app's own lib/ in FOLDER/node/dco/
    FOLDER/rs    cargo build --release of git_conventional.rs as the program `verdict`

What is not there is named and left out. git is asked with the git of this machine.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent.parent / "tests" / "peers"))
from cases import Case, Group, groups  # noqa: E402  after the path

FOLDER = Path(os.environ.get("PEERS") or HERE.parent.parent / ".bench" / "verdicts").resolve()
NODE = ("commitlint", "conventional-commits-parser", "@conventional-commits/parser", "issue-parser", "DCO app")
PYTHON = (
    "gitlint", "commitizen", "conventional-pre-commit", "commit-check", "dco-check", "committed", "python-semantic-release",
)  # fmt: skip
Asked = list[tuple[Group, Case]]
Verdicts = list[bool | None]


def person(text: str) -> dict[str, str]:
    name, _, email = text.removesuffix(">").partition(" <")
    return {"name": name, "email": email}


def request(group: Group, case: Case) -> dict[str, Any]:
    people = {role: person(text) for role, text in case.people.items()}
    return {"peer": group.peer, "ask": group.ask, "message": case.raw.decode(), "people": people or None}


def program(*command: str, cwd: Path) -> Callable[[Asked], Verdicts]:
    def ask(asked: Asked) -> Verdicts:
        text = json.dumps([request(group, case) for group, case in asked])
        done = subprocess.run(command, input=text, capture_output=True, text=True, cwd=cwd, check=True)
        return json.loads(done.stdout)  # type: ignore[no-any-return]

    return ask


def git(asked: Asked) -> Verdicts:
    """git takes a message with a warning, or not at all, where it is no text in the encoding that is set."""
    found: Verdicts = []
    with tempfile.TemporaryDirectory() as folder:
        who = {f"GIT_{role}_{what}": "ann@example.com" for role in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
        environment = {"PATH": os.environ["PATH"], "HOME": folder, "GIT_CONFIG_NOSYSTEM": "1", **who}
        subprocess.run(["git", "init", "-q", folder], env=environment, check=True)
        for _, case in asked:
            (Path(folder) / "message").write_bytes(case.raw)
            encoding = ["-c", f"i18n.commitEncoding={case.encoding}"] if case.encoding else []
            command = ["git", "-C", folder, *encoding, "commit", "-q", "--allow-empty", "-F", "message"]
            done = subprocess.run(command, env=environment, capture_output=True, check=False)
            found.append(done.returncode == 0 and not done.stderr)
    return found


def main() -> int:
    script = (HERE / "node_peers.mjs").read_text(encoding="utf-8")
    python, rust = FOLDER / "py" / "bin" / "python", FOLDER / "rs" / "target" / "release" / "verdict"
    ways: list[tuple[tuple[str, ...], Path, Callable[[Asked], Verdicts]]] = [
        (NODE, FOLDER / "node" / "node_modules", program("node", "--input-type=module", "-e", script, cwd=FOLDER / "node")),
        (PYTHON, python, program(str(python), str(HERE / "python_peers.py"), cwd=FOLDER)),
        (("git-conventional",), rust, program(str(rust), cwd=FOLDER)),
        (("git",), HERE, git),
    ]
    other = total = 0
    for peers, needed, ask in ways:
        if not needed.exists():
            print(f"left out, {needed} is not there: {', '.join(peers)}")
            continue
        asked = [(group, case) for group in groups() if group.peer in peers and group.ask is not None for case in group.cases]
        for (group, case), verdict in zip(asked, ask(asked), strict=True):
            total += 1
            if verdict is not case.peer:
                other += 1
                print(f"{group}: {case.raw!r} is recorded as {case.peer}, and now it is {verdict}")
    print(f"{total} verdicts had again, {other} are others")
    return 1 if other or not total else 0


if __name__ == "__main__":
    sys.exit(main())
