"""Progress on stderr, on a terminal only, and only when the work takes more than a second."""

from __future__ import annotations

import sys
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import TracebackType

_WIDTH = 30  # of the bar, in columns


class Progress:
    """Called with a running count; rewrites one line at most ten times a second and clears it at the end.

    With a `total`, which is known only where somebody has counted, it is a bar.
    """

    def __init__(self, label: str, total: int | None = None) -> None:
        self.label, self.total = label, total
        self.enabled = sys.stderr.isatty()
        self.started = self.shown = time.monotonic()
        self.visible = False

    def __enter__(self) -> Progress:
        return self

    def __call__(self, count: int) -> None:
        now = time.monotonic()
        if self.enabled and now - self.started > 1 and now - self.shown > 0.1:
            sys.stderr.write(f"\r{self._bar(count)}{count} {self.label}")
            sys.stderr.flush()
            self.shown, self.visible = now, True

    def _bar(self, count: int) -> str:
        if not self.total:
            return ""
        share = min(1.0, count / self.total)
        done = int(share * _WIDTH)
        return f"[{'#' * done}{'-' * (_WIDTH - done)}] {share:4.0%}  "

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None) -> None:
        if self.visible:
            sys.stderr.write("\r\033[K")
            sys.stderr.flush()
