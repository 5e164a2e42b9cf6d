"""Asks the peers about `messages.py` and writes `verdicts.json`; run by hand, since they are no part of gitward.

    python tests/imports/ask_peers.py gitlint PATH-OF-GITLINT
    python tests/imports/ask_peers.py commitlint PATH-OF-COMMITLINT FOLDER-WITH-ITS-NODE_MODULES

`why` in `verdicts.json` is written by hand: one word or more for each message about which the two disagree.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from messages import MESSAGES

HERE = Path(__file__).parent


def main() -> None:
    peer, program, *rest = sys.argv[1:]
    path = HERE / "verdicts.json"
    kept = json.loads(path.read_text()) if path.exists() else {}
    for config in sorted((HERE / "settings").glob(f"{peer}-*")):
        known = kept.get(config.name, {})
        asked = {message: ask(peer, program, config, message, rest) for message in MESSAGES}
        kept[config.name] = {message: [found, known.get(message, [[], ""])[1]] for message, found in asked.items()}
    store(path, kept)


def store(path: Path, verdicts: dict[str, dict[str, list[object]]]) -> None:
    """Settings file -> message -> [rules that the peer finds broken, why the import says otherwise], a line each."""
    rows = {
        name: ",\n".join(f"  {json.dumps(message)}: {json.dumps(row)}" for message, row in of.items())
        for name, of in verdicts.items()
    }
    path.write_text("{\n" + ",\n".join(f" {json.dumps(name)}: {{\n{text}\n }}" for name, text in rows.items()) + "\n}\n")


def ask(peer: str, program: str, config: Path, message: str, rest: list[str]) -> list[str]:
    """The names of the rules that the peer finds broken, warnings left out."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "message"
        file.write_bytes(message.encode())
        if peer == "gitlint":
            command = [program, "-C", str(config), "--msg-filename", str(file)]
            done = subprocess.run(command, cwd=folder, capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False)
            return sorted(set(re.findall(r"^(?:-|\d+): (\S+)", done.stderr, re.M)))
        command = [program, "--config", str(config), "--edit", str(file)]
        done = subprocess.run(command, cwd=rest[0], capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False)
        return sorted(set(re.findall(r"^✖ .*\[([a-z-]+)\]$", done.stdout, re.M)))


if __name__ == "__main__":
    main()
