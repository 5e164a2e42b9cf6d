"""Progress on stderr, on a terminal only, and only when the work takes more than a second."""

from __future__ import annotations

import sys
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import TracebackType


class Progress:
    """Called with a running count; rewrites one line at most ten times a second and clears it at the end."""

    def __init__(self, label: str) -> None:
        self.label = label
        self.enabled = sys.stderr.isatty()
        self.started = self.shown = time.monotonic()
        self.visible = False

    def __enter__(self) -> Progress:
        return self

    def __call__(self, count: int) -> None:
        now = time.monotonic()
        if self.enabled and now - self.started > 1 and now - self.shown > 0.1:
            sys.stderr.write(f"\r{count} {self.label}")
            sys.stderr.flush()
            self.shown, self.visible = now, True

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None) -> None:
        if self.visible:
            sys.stderr.write("\r\033[K")
            sys.stderr.flush()
