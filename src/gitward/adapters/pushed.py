"""What this clone pushed and waits for a receipt of: `GIT_DIR/gitward/pushed`, one JSON line per ref, the last 200.

git has no hook that sees what a server answered, so pre-push notes what is about to go, and the next one, or `gitward audit
proof --mine`, looks for the receipt. Only remotes are noted that give receipts: the log's public key stands in `gitward.logKey`,
the remotes in `gitward.receipts` (default origin).
"""

from __future__ import annotations

import json
import os

from gitward import clock
from gitward.errors import Undecided
from gitward.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from gitward.model import RawUpdate

MOST = 200


@record
class Pushed:
    """One ref of one push, as it was about to go. `time` in seconds since 1970."""

    time: int
    remote: str
    ref: str
    old: str
    new: str


def gives_receipts(config: Mapping[str, str], remote: str) -> bool:
    """`config` has its keys in small letters."""
    return bool(config.get("gitward.logkey")) and remote in config.get("gitward.receipts", "origin").split()


def note(git_dir: str, remote: str, updates: Iterable[RawUpdate]) -> None:
    """Add what is about to be pushed. Raises OSError."""
    now = clock.seconds(clock.now())
    added = [Pushed(time=now, remote=remote, ref=each.ref, old=each.old, new=each.new) for each in updates]
    keep(git_dir, [*waiting(git_dir), *added])


def waiting(git_dir: str) -> list[Pushed]:
    """What has no receipt yet; a line that is none is passed over. Raises OSError."""
    found = []
    try:
        with open(_path(git_dir), "rb") as file:
            lines = file.read(1 << 20).split(b"\n")
    except FileNotFoundError:
        return []
    for line in lines:
        try:
            plain = json.loads(line)
            found.append(Pushed(time=int(plain["time"]), **{name: str(plain[name]) for name in ("remote", "ref", "old", "new")}))
        except (ValueError, KeyError, TypeError):
            continue
    return found


def keep(git_dir: str, notes: Sequence[Pushed]) -> None:
    """Keep the last of these and nothing else. Raises OSError."""
    path = _path(git_dir)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    draft = f"{path}.{os.getpid()}"
    with open(draft, "w", encoding="ascii") as file:  # json escapes everything else
        for each in notes[-MOST:]:
            plain = {"time": each.time, "remote": each.remote, "ref": each.ref, "old": each.old, "new": each.new}
            file.write(json.dumps(plain) + "\n")
    os.replace(draft, path)


def prefixes(notes: Iterable[Pushed], slack: int) -> list[str]:
    """How the decisions on these pushes are called, as far as the time says: each six characters stand for 17 minutes."""
    found: dict[str, None] = {}
    for each in notes:
        for second in range(each.time - slack, each.time + slack + 1, slack):
            found[clock.id_prefix(second, 6)] = None
    return list(found)


def _path(git_dir: str) -> str:
    return os.path.join(git_dir, "gitward", "pushed")


def public_key(config: Mapping[str, str]) -> str:
    """The log's public key. Raises Undecided where none is given."""
    key = config.get("gitward.logkey", "")
    if not key:
        raise Undecided("the public key of the log is not known here", "git config gitward.logKey KEY, or --key KEY", "no-key")
    return key
