"""The harnesses by name, and where the tests keep what makes their seeds."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Protocol

    class Target(Protocol):
        """`seeds` are inputs to begin with. `check` raises where an input breaks what its parser promises."""

        def seeds(self) -> list[bytes]: ...
        def check(self, data: bytes) -> None: ...


HERE = Path(__file__).resolve().parent
TESTS = HERE.parent / "tests"
NAMES = tuple(sorted(path.stem for path in (HERE / "targets").glob("[a-z]*.py")))
INSTRUMENTED = {"x509_cms": ["gitward", "asn1crypto"]}
"""What atheris watches beside gitward: the reader of CMS is another's, and written in Python."""


def load(name: str) -> Target:
    """The harness of this name, a module in `targets`."""
    makers = [str(TESTS / "signatures" / form) for form in ("ssh", "openpgp", "x509")]
    for place in (str(HERE), str(TESTS), *makers):
        if place not in sys.path:
            sys.path.append(place)
    return importlib.import_module(f"targets.{name}")  # type: ignore[return-value]  # a module with these two functions
