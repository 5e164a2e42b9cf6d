"""docs/audit.md, The daemon: its options, limits and requests are the program's."""

from __future__ import annotations

import re
from pathlib import Path

from gitward.audit import patience
from gitward.audit.daemon import loop, requests, scribe, wire
from gitward.audit.entry import MAXIMUM_EVENT
from gitward.cli.audit_serve import serve

SECTION = (Path(__file__).parents[2] / "docs" / "audit.md").read_text().split("\n## The daemon\n")[1].split("\n## ")[0]
FLAT = " ".join(SECTION.split())


def test_every_option_is_there() -> None:
    listed = re.findall(r"^\| `(--[a-z-]+)", SECTION, re.MULTILINE)
    assert listed == [option.opts[0] for option in serve.params]
    assert "(default 1)" in FLAT
    assert serve.params[-1].default == 1.0


def test_every_request_is_there() -> None:
    listed = re.findall(r"^\| `([a-z]+)` \|", SECTION.partition("| request |")[2], re.MULTILINE)
    assert listed == ["record", *requests.QUESTIONS]
    assert f"4 bytes {wire.MAGIC.decode()}:" in FLAT


def test_the_limits_are_the_programs() -> None:
    limits = loop.Limits()
    for words in (
        f"within {limits.request_seconds:g} seconds", f"more than {limits.clients} clients", f"{loop.UNFINISHED_BYTES >> 20} MiB",
        f"at most {wire.MAXIMUM:,}", f"1 to {wire.PARTS} of them", f"at most {MAXIMUM_EVENT:,} bytes",
        f"at most {requests.DEPTH} deep", f"{requests.MAXIMUM_PERSONAL >> 10} KiB", f"in {patience.SECONDS:g} seconds",
        f"for {scribe._PATIENCE.seconds:g} seconds",
    ):  # fmt: skip
        assert words in FLAT, words
