"""OpenPGP signatures of real histories: gitward's statuses beside git's `%G?`, and the time of both by kind of key.

KEYS of a history are joined by `+`: files or folders, as `gitward keys import` reads them, or REF:FOLDER for files that the
repository itself holds. git gets the same certificates in a GNUPGHOME of its own, with `trust-model always`.
"""

from __future__ import annotations

import io
import os
import subprocess
import tarfile
from collections import Counter
from pathlib import Path

import signature_runs as runs
from measure import table
from signature_table import Compared
from signatures_again import again

from gitward import sources
from gitward.model import OpenPgpKey
from gitward.policy.trust import trust
from gitward.repository import open_repository
from gitward.signatures.openpgp.armor import Refused, unarmor
from gitward.signatures.openpgp.packet import parse_signature

NAMES = {1: "RSA", 3: "RSA", 17: "DSA", 19: "ECDSA", 22: "Ed25519"}
TIMES = {"RSA": 8, "Ed25519": 3}  # how many times faster, with two jobs
ENOUGH = 500  # commits by one kind of key: with fewer the start is all that is measured
KEY_FILES = (".asc", ".gpg", ".key", ".pgp")


def openpgp(repo: str, keys: str, folder: Path) -> tuple[str, str, bool]:
    """Figures, table, and whether both are as they should be, of one history: all that its refs reach, the clock at now.

    git's time is taken apart by the kind of key that signed, and each commit of a kind held against what a signed commit takes
    gitward: by the clock around the command, start and unsigned commits included, and in a process that is running.
    """
    policy = runs.policy_of(_gathered(repo, keys, folder), "openpgp", folder)
    signed = runs.signed_with(repo, "--all", "openpgp")
    mix, groups = _by_kind(signed)
    listed = _listed(repo, policy)
    home = _home(listed, folder)
    theirs: dict[str, runs.Said] = {}
    seconds: dict[str, float] = {}
    for kind, oids in groups.items():
        said, seconds[kind] = runs.git_says(repo, oids, GNUPGHOME=str(home))
        theirs |= said
    subprocess.run(["gpgconf", "--homedir", str(home), "--kill", "all"], check=False, capture_output=True)
    ours, taken = runs.in_turn(repo, "--all", policy, "--validity", "now")
    once = runs.once_running(repo, policy, groups)
    compared = Compared("openpgp", theirs, ours)
    more, is_kept = again(repo, "--all", policy, folder, "openpgp", list(signed))
    rows, fast = [], is_kept
    for kind, oids in groups.items():
        by_git, by_us, running = seconds[kind] / len(oids) * 1e3, taken / len(signed) * 1e3, once[kind].micros / 1e3
        rows.append((kind, str(len(oids)), f"{by_git:.1f} ms", f"{by_us:.2f} ms", f"{by_git / by_us:.1f}", f"{running:.2f} ms",
                     f"{by_git / running:.0f}"))  # fmt: skip
        fast = fast and (by_git / by_us >= TIMES.get(kind, 0) or len(oids) < ENOUGH)
    spent = sum(seconds.values())
    project = Path(repo).parent.name
    head = ("key", "signed commits", "git, a commit", "gitward, start included", "ratio", "gitward, once running", "ratio")
    figures = f"""## OpenPGP: {project}, {len(signed)} signed commits

`gitward signatures --all --jobs 2`, all {len(ours)} commits of the repository: {taken:.2f} s, start included.
`git log --format=%G?`, the signed ones alone: {spent:.1f} s, {spent / taken:.1f} times as long.

{table(head, rows)}
Wanted, start included: {", ".join(f"{times} times on {kind}" for kind, times in TIMES.items())}, for {ENOUGH} commits or more.

{more}"""  # fmt: skip
    named = ", ".join(Path(each).name if Path(each).exists() else each for each in keys.split("+"))
    forged, altered = sum(one.forged for one in once.values()), sum(one.altered for one in once.values())
    verdicts = f"""## OpenPGP: {project}

{len(signed)} commits are signed with OpenPGP: {mix}. Trusted: {len(listed)} certificates ({named}).

{compared.text}
With their last byte changed, {forged} of {altered} signatures hold.
"""
    return figures, verdicts, not compared.wrong and not forged and fast


def _gathered(repo: str, keys: str, folder: Path) -> Path:
    """A folder with all the certificates."""
    target = folder / "keys"
    target.mkdir()
    for place, source in enumerate(keys.split("+")):
        if not Path(source).exists():
            with tarfile.open(fileobj=io.BytesIO(runs.git(repo, "archive", *filter(None, source.split(":", 1))))) as archive:
                found = {entry.name: archive.extractfile(entry).read() for entry in archive if entry.isfile()}  # type: ignore[union-attr]
        else:
            path = Path(source)
            found = {str(each): each.read_bytes() for each in (path.rglob("*") if path.is_dir() else [path]) if each.is_file()}
        for number, (name, content) in enumerate(found.items()):
            if name.endswith(KEY_FILES):
                (target / f"{place}-{number}{Path(name).suffix}").write_bytes(content)
    return target


def _listed(repo: str, policy: Path) -> tuple[OpenPgpKey, ...]:
    with open_repository(repo) as repository:
        return trust(sources.load(str(policy), repository, receiving=False).trust).openpgp


def _home(listed: tuple[OpenPgpKey, ...], folder: Path) -> Path:
    """A GNUPGHOME for git with the very certificates of the policy."""
    home = folder / "home"
    home.mkdir(mode=0o700)
    (home / "gpg.conf").write_text("trust-model always\nno-auto-check-trustdb\n")
    for key in listed:
        subprocess.run(["gpg", "--homedir", str(home), "--batch", "--import"], input=key.certificate, capture_output=True,
                       check=False, env={"PATH": os.environ["PATH"]})  # fmt: skip
    return home


def _by_kind(signed: dict[str, runs.Signed]) -> tuple[str, dict[str, list[str]]]:
    """The mix of algorithms in words, and the commits by the kind of the key that signed."""
    mix: Counter[str] = Counter()
    groups: dict[str, list[str]] = {}
    for oid, one in signed.items():
        try:
            found = parse_signature(unarmor(one.block, ("OPENTIMESTAMPS",)))
            kind = NAMES[found.algorithm]
            mix[f"{kind} {found.digest}"] += 1
        except Refused as refused:
            kind = "not readable"
            mix[str(refused)] += 1
        groups.setdefault(kind, []).append(oid)
    return ", ".join(f"{count} {kind}" for kind, count in mix.most_common()), groups
