"""The log of a server's hook, by its own command line: where it is, and how long it is waited for.

Meanwhile whoever pushes is told, on stderr, which git carries to them.
"""

from __future__ import annotations

from gitward.audit.patience import Patience
from gitward.cli.output import say
from gitward.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gitward.audit.item import Item
    from gitward.model import Limits

    Options = dict[str, list[str]]


@record
class HookLog:
    """`target` is a folder or `unix:PATH`, '' for none."""

    target: str
    patience: Patience

    def take(self, item: Item) -> None:
        """Record one event. Raises Undecided when it is not surely on disk."""
        from gitward.audit import recorder

        recorder.record(self.target, item, self.patience)


def patience(limits: Limits) -> Patience:
    return Patience(seconds=limits.log_seconds, tell=say)


def hook_log(options: Options) -> HookLog:
    """What the options say. Raises UsageError for a limit that is no budget."""
    target, given = (options["--log"] or [""])[-1], options["--limit"]
    if not given:  # as ever: then nothing more is imported
        return HookLog(target=target, patience=Patience(tell=say))
    from gitward import budgets

    return HookLog(target=target, patience=patience(budgets.limits(given)))
