"""Signatures: git's verdicts on real histories beside gitward's, and the time of both.

    SSH_HISTORY=PATH[,PATH]                       its HEAD holds `.git_allowed_signers` or `.gitsigners`
    OPENPGP_HISTORY=PATH=KEYS[+KEYS][,PATH=...]   KEYS: a file, a folder, or REF:[FOLDER] of the repository
    KEYLESS_HISTORY=PATH TRUSTED_ROOT=FILE        commits by gitsign, and the trusted_root.json of their Sigstore
    ROUNDS=3                                      runs of gitward, of which the median is told

What is not named is left out, and the report says so. git's pass starts a program for every commit, takes minutes and runs
once. The figures go to bench/results/signatures.md, the verdicts to bench/signatures.md, as far as there are any.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from measure import ROOT
from signatures_keyless import keyless
from signatures_openpgp import openpgp
from signatures_ssh import ssh

Part = Callable[[Path], tuple[str, str, bool]]
HEAD = """# Signatures: git's verdicts beside gitward's

`make bench` with ONLY=signatures writes this page; bench/signatures.py says how. Each signed commit is judged by both. git is
given the same keys, and nothing else. Where they differ, the last column says why; these reasons are a closed list, and any
other difference fails the run. What git calls U, X, Y, R and E is compared with unknown-key, expired, revoked and unsupported.
Then the last byte of each message is changed, in a thousand commits at most: no signature may hold.

This was seen to fail: with the arithmetic of SSH or of OpenPGP taken out every altered signature held, and with another digest,
without expiries, or with another principal, every commit was named.

"""


def _parts() -> Iterator[tuple[str, Part]]:
    for path in filter(None, os.environ.get("SSH_HISTORY", "").split(",")):
        yield f"SSH: {path}", partial(ssh, path)
    for pair in filter(None, os.environ.get("OPENPGP_HISTORY", "").split(",")):
        path, _, keys = pair.partition("=")
        yield f"OpenPGP: {path}", partial(openpgp, path, keys)
    if path := os.environ.get("KEYLESS_HISTORY", ""):
        yield f"keyless: {path}", partial(keyless, path, Path(os.environ["TRUSTED_ROOT"]).read_bytes())


def signatures(folder: Path) -> tuple[str, bool]:
    figures, verdicts, passed = [], [], True
    for place, (name, part) in enumerate(_parts()):
        print(f"  {name} ...", flush=True)
        own = folder / str(place)
        own.mkdir()
        times, table, within = part(own)
        figures.append(times)
        verdicts.append(table)
        passed = passed and within
    if verdicts:
        (ROOT / "bench" / "signatures.md").write_text(HEAD + "\n".join(verdicts))
    names = ("SSH_HISTORY", "OPENPGP_HISTORY", "KEYLESS_HISTORY")
    figures += [f"Left out: {name} names no repository.\n" for name in names if not os.environ.get(name)]
    return "\n".join(figures), passed
