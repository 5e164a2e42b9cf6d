"""Safe automatic fixes of a message: what an entry refuses and a program can put right without changing what is said."""

from __future__ import annotations

from gitward.fixing.propose import Fix, propose

__all__ = ["Fix", "propose"]
