"""SSH signatures of real histories: gitward's statuses beside git's `%G?` on the same commits, and the time of both."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import signature_runs as runs
from measure import table
from signature_table import Compared
from signatures_again import again, changes

from gitward.model import Signed
from gitward.signatures.ssh import sshsig
from gitward.signatures.ssh.wire import Refused

LISTS = (".git_allowed_signers", ".gitsigners")
WHOLE, EACH = 25, 50  # how many times faster: start included, and per commit once running


def ssh(repo: str, folder: Path) -> tuple[str, str, bool]:
    """Figures, table, and whether both are as they should be, of one history: of HEAD, from its first commit with SSH on.

    Its HEAD holds a list of allowed signers, which git is given too. The window of a key is held against the committer's
    date, as git does.
    """
    name = next(name for name in LISTS if runs.git(repo, "ls-tree", "HEAD", name))
    listed = folder / "allowed"
    listed.write_bytes(runs.git(repo, "show", f"HEAD:{name}"))
    policy = runs.policy_of(listed, "allowed-signers", folder)
    signed = runs.signed_with(repo, "HEAD", "ssh")
    what = _range(repo, list(signed)[-1])
    theirs, git_seconds = runs.git_says(repo, list(signed), "-c", f"gpg.ssh.allowedSignersFile={listed}")
    ours, seconds = runs.in_turn(repo, what, policy, "--validity", "signature")
    at_once, _ = runs.gitward_says(repo, what, policy, "--no-cache", "--validity", "now")
    now = Counter(at_once[oid]["status"] for oid in signed)
    once = runs.once_running(repo, policy, {"": list(signed)})[""]
    compared = Compared("ssh", theirs, ours)
    more, is_kept = again(repo, what, policy, folder, "ssh", list(signed))
    changed, is_exact = changes(repo, what, listed.read_bytes(), policy, folder)
    whole, each = git_seconds / seconds, git_seconds / len(signed) * 1e6 / once.micros
    project = Path(repo).parent.name
    figures = f"""## SSH: {project}, {len(signed)} signed commits

{table(("program", "commits", "seconds", "ratio", "a commit once running", "ratio"), [
    ("git log --format=%G?", str(len(signed)), f"{git_seconds:.1f}", "1", f"{git_seconds / len(signed) * 1e3:.1f} ms", "1"),
    (f"gitward signatures {'--all' if what == '--all' else 'RANGE'}", str(len(ours)), f"{seconds:.2f}", f"{whole:.1f}",
     f"{once.micros / 1e3:.3f} ms", f"{each:.0f}"),
])}
Wanted: {WHOLE} times with the start, {EACH} times for a commit once running.

{more}
With this cache:

{changed}"""  # fmt: skip
    verdicts = f"""## SSH: {project}

{len(signed)} commits of HEAD are signed with SSH: {_mix(signed)}. Trusted: the keys of its own `{name}`.

{compared.text}
At this moment, not at the committer's date, they are: {", ".join(f"{count} {status}" for status, count in now.most_common())}.
With their last byte changed, {once.forged} of {once.altered} signatures hold.
"""
    right = not compared.wrong and not once.forged and is_kept and is_exact
    return figures, verdicts, right and whole >= WHOLE and each >= EACH


def _range(repo: str, oldest: str) -> str:
    parents = runs.git(repo, "rev-parse", f"{oldest}^@").decode().split()
    return f"{oldest}^..HEAD" if parents else "--all"


def _mix(signed: dict[str, Signed]) -> str:
    kinds = Counter(_kind(one) for one in signed.values())
    return ", ".join(f"{count} {kind}" for kind, count in kinds.most_common())


def _kind(signed: Signed) -> str:
    try:
        return f"{sshsig.opened(signed.block).key.type.decode()}"
    except Refused as refused:
        return str(refused)
