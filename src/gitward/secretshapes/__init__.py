"""Secrets in bytes, known by their shape: tokens of providers, private keys, passwords in URLs. Pure, in linear time."""

from __future__ import annotations

from gitward.secretshapes.added import added_secrets, masked
from gitward.secretshapes.table import KINDS

__all__ = ["KINDS", "added_secrets", "masked"]
