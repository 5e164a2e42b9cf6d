"""How a step says that a signature is not good, and why."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gitward.model import Status


class Refusal(Exception):
    """This signature has `status`, whatever comes after. `detail` is short and holds no text of the signature's own."""

    def __init__(self, status: Status, detail: str) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
