"""The peers, installed from their registries into .bench/: they are measured, not used."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from measure import ROOT

FOLDER = ROOT / ".bench"
BIN = FOLDER / "venv" / "bin"
NODE = FOLDER / "node"
PYTHON_PEERS = ("gitlint", "commitizen", "commit-check", "conventional-pre-commit", "committed")


def install() -> dict[str, list[str]]:
    """Name of each peer that could be installed, with the command that judges a message file named `message`."""
    if not (BIN / "python").exists():
        subprocess.run([sys.executable, "-m", "venv", str(FOLDER / "venv")], check=True)
        subprocess.run([str(BIN / "pip"), "install", "--quiet", "--disable-pip-version-check", *PYTHON_PEERS], check=True)
    commands = {
        "gitlint": [str(BIN / "gitlint"), "--msg-filename", "message"],
        "commitizen": [str(BIN / "cz"), "check", "--commit-msg-file", "message"],
        "commit-check": [str(BIN / "commit-check"), "--message", "message"],
        "conventional-pre-commit": [str(BIN / "conventional-pre-commit"), "message"],
        "committed": [str(BIN / "committed"), "--commit-file", "message"],
    }
    if shutil.which("npm"):
        commands["commitlint"] = _commitlint()
    return commands


def _commitlint() -> list[str]:
    program = NODE / "node_modules" / ".bin" / "commitlint"
    if not program.exists():
        NODE.mkdir(parents=True, exist_ok=True)
        packages = ["@commitlint/cli", "@commitlint/config-conventional"]
        subprocess.run(["npm", "install", "--silent", "--no-audit", "--no-fund", "--prefix", str(NODE), *packages], check=True)
        (NODE / "commitlint.config.mjs").write_text("export default { extends: ['@commitlint/config-conventional'] };\n")
    return [str(program), "--config", str(NODE / "commitlint.config.mjs"), "--edit", "message"]


def versions() -> dict[str, str]:
    listing = subprocess.run([str(BIN / "pip"), "list", "--format=freeze"], capture_output=True, text=True, check=True)
    found = dict(line.partition("==")[::2] for line in listing.stdout.splitlines())
    named = {name: found[name] for name in PYTHON_PEERS if name in found}
    manifest = NODE / "node_modules" / "@commitlint" / "cli" / "package.json"
    if manifest.exists():
        import json

        named["commitlint"] = json.loads(Path(manifest).read_text())["version"]
    return named
