"""What git's configuration and the state of the repository mean for what can be judged."""

from __future__ import annotations

from gitward import gitcommand
from gitward.doctor.finding import ok, warn
from gitward.installer.server import HIDDEN

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gitward.doctor.finding import Finding


def check_history(path: str) -> Iterator[Finding]:
    """Whether all of the history, and all of its objects, are here."""
    if gitcommand.need(path, "rev-parse", "--is-shallow-repository") == "true":
        yield warn("history", "this clone is shallow: ranges that leave it are undecided", "git fetch --unshallow")
    elif any(value == "true" for _, value, _ in gitcommand.settings(path, r"^remote\..*\.promisor$")):
        yield warn(
            "history",
            "this clone is partial: what needs a missing file is undecided",
            "git fetch --refetch --no-filter",
        )
    else:
        yield ok("history", "complete")


def check_receiving(path: str) -> Iterator[Finding]:
    """The settings of git's own that bear on a push."""
    handed = [value for _, value, _ in gitcommand.settings(path, r"^receive\.procreceiverefs$")]
    if handed:  # Gitea and Forgejo set refs/for, whatever is there
        why = "what proc-receive makes of a push there nobody can judge, so it is refused"
        yield warn("receive.procReceiveRefs", f"{', '.join(handed)}: {why}")
    fsck = gitcommand.setting(path, "receive.fsckObjects", "bool") or gitcommand.setting(
        path, "transfer.fsckObjects", "bool"
    )
    if fsck == "true":
        yield ok("transfer.fsckObjects", "true")
    else:
        yield warn("transfer.fsckObjects", "is not set: git takes objects that its own check refuses",
                   f"git -C {path} config transfer.fsckObjects true")  # fmt: skip
    for name in ("denyNonFastForwards", "denyDeletes"):
        value = gitcommand.setting(path, f"receive.{name}", "bool") or "false"
        yield ok(f"receive.{name}", f"{value}; it covers refs/heads/ only, the policy's rules cover every ref")
    hidden = gitcommand.ask(path, "config", "--get-all", "receive.hideRefs")[1].split("\n")
    missing = [ref for ref in HIDDEN if ref not in hidden]
    if missing:
        yield warn(
            "receive.hideRefs",
            f"{' and '.join(missing)} can be seen by who pushes",
            "run gitward install --server again",
        )
    else:
        yield ok("receive.hideRefs", ", ".join(HIDDEN))
