"""Asks the peers about `messages.py` and writes `verdicts.json`; run by hand, since they are no part of gitward.

    python tests/imports/ask_peers.py gitlint PATH-OF-GITLINT
    python tests/imports/ask_peers.py commitlint FOLDER-WITH-ITS-NODE_MODULES

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
    peer, program = sys.argv[1:]
    path = HERE / "verdicts.json"
    kept = json.loads(path.read_text()) if path.exists() else {}
    for config in sorted((HERE / "settings").glob(f"{peer}-*")):
        known = kept.get(config.name, {})
        asked = gitlint(program, config) if peer == "gitlint" else commitlint(program, config)
        kept[config.name] = {message: [found, known.get(message, [[], ""])[1]] for message, found in asked.items()}
    store(path, kept)


def store(path: Path, verdicts: dict[str, dict[str, list[object]]]) -> None:
    """Settings file -> message -> [rules that the peer finds broken, why the import says otherwise], a line each."""
    rows = {
        name: ",\n".join(f"  {json.dumps(message)}: {json.dumps(row)}" for message, row in of.items())
        for name, of in verdicts.items()
    }
    path.write_text("{\n" + ",\n".join(f" {json.dumps(name)}: {{\n{text}\n }}" for name, text in rows.items()) + "\n}\n")


def gitlint(program: str, config: Path) -> dict[str, list[str]]:
    """The ids of the rules that gitlint finds broken in each message."""
    found = {}
    with tempfile.TemporaryDirectory() as folder:
        for message in MESSAGES:
            file = Path(folder) / "message"
            file.write_bytes(message.encode())
            command = [program, "-C", str(config), "--msg-filename", str(file)]
            done = subprocess.run(command, cwd=folder, capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False)
            found[message] = sorted(set(re.findall(r"^(?:-|\d+): (\S+)", done.stderr, re.M)))
    return found


ASK = """
import load from "@commitlint/load";
import lint from "@commitlint/lint";
import { readFileSync } from "node:fs";
const { file, messages } = JSON.parse(readFileSync(0, "utf8"));
const loaded = await load({}, { file });
const options = { ignores: loaded.ignores, defaultIgnores: loaded.defaultIgnores, plugins: loaded.plugins };
if (loaded.parserPreset) options.parserOpts = loaded.parserPreset.parserOpts;
const found = [];
for (const message of messages) {
  found.push((await lint(message, loaded.rules, options)).errors.map((each) => each.name));
}
console.log(JSON.stringify(found));
"""


def commitlint(folder: str, config: Path) -> dict[str, list[str]]:
    """The names of the rules that commitlint finds broken in each message, warnings left out."""
    with tempfile.TemporaryDirectory() as place:  # what a configuration extends is looked for beside it
        (Path(place) / "node_modules").symlink_to(Path(folder).resolve() / "node_modules")
        copy = Path(place) / config.name
        copy.write_bytes(config.read_bytes())
        given = json.dumps({"file": str(copy), "messages": MESSAGES})
        command = ["node", "--input-type=module", "-e", ASK]
        done = subprocess.run(command, cwd=place, input=given, capture_output=True, text=True, check=True)
    return dict(zip(MESSAGES, map(sorted, json.loads(done.stdout)), strict=True))


if __name__ == "__main__":
    main()
