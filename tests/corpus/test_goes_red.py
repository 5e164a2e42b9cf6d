"""The comparison of stages can fail: each adapter in turn loses the body, its last line of input, or one rule."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from compared import differences
from items import Item
from stages import Stages, Start
from world import World

from corpus import CORPUS
from launching import SRC
from servers import Server, developer, serving
from soaking import long

# what is added to an adapter's module; another stage may import it too, so it asks what was started
WITHOUT_BODY = """
import sys
if "{command}" in sys.argv:
    from gitward import message as _message
    from gitward.gitobject import commit as _gitobject
    def parse(raw, encoding=""):
        return _message.parse(raw.partition(b"\\n\\n")[0] + b"\\n", encoding)
    _gitobject.parse = parse
"""
WITHOUT_RULE = """
import sys
if "{command}" in sys.argv:
    from gitward.policy import build as _build
    _whole = _build.policy
    def _less(plain):
        return _whole({{**plain, "entries": [e for e in plain["entries"] if e["rule"] != "no-fixup"]}})
    _build.policy = _less
"""
LAST_LINES = {
    "commit_msg": (
        "    raw = cleanup(raw,",
        "    raw = raw.rstrip(b'\\n').rpartition(b'\\n')[0]\n    raw = cleanup(raw,",
    ),
    "pre_push": ("enumerate(lines, 1)", "enumerate(lines[:-1], 1)"),
    "pre_receive": ("enumerate(lines, 1)", "enumerate(lines[:-1], 1)"),
    "check": ("for given in ranges)", "for given in ranges[:-1])"),
}
"""Per adapter what stands in it, and what stands there when it passes over the end of its input."""
STAGE_OF = {"commit_msg": "commit", "pre_push": "push", "pre_receive": "receive", "check": "ci"}
REDUCED = (
    "body-required/trailers-only", "body-required/twelve-characters", "body-line-length/prose", "no-fixup/fixup",
    "ticket-reference/none", "ticket-reference/trailer", "subject-length/four-columns", "subject-length/72-columns",
)  # fmt: skip


def _appended(text: str) -> dict[str, tuple[str, str]]:
    return {adapter: ("", text.format(command=adapter.replace("_", "-"))) for adapter in LAST_LINES}


LOSSES = {"body": _appended(WITHOUT_BODY), "last line": LAST_LINES, "rule": _appended(WITHOUT_RULE)}


def _items(*, accepted: bool = True) -> list[Item]:
    return [item for item in CORPUS if item.id in REDUCED and (accepted or item.is_rejected)]


@pytest.fixture(scope="module")
def path_server() -> Server:
    with serving("path") as server:
        yield server


def _found(folder: Path, server: Server, launcher: tuple[str, ...], items: list[Item]) -> list[str]:
    return list(differences(Stages(World(folder, items, developer(folder.parent)), server, launcher), items))


def test_nothing_is_found_where_nothing_is_lost(tmp_path: Path, path_server: Server, start: Start) -> None:
    assert len(_items()) == len(REDUCED)
    assert _found(tmp_path / "world", path_server, start(SRC), _items()) == []


IN_EVERY_RUN = {("body", "pre_receive"), ("rule", "check"), *(("last line", adapter) for adapter in LAST_LINES)}


@pytest.mark.parametrize(("loss", "adapter"), [
    pytest.param(loss, adapter, marks=() if (loss, adapter) in IN_EVERY_RUN else long)
    for loss in LOSSES for adapter in LAST_LINES
])  # fmt: skip
def test_a_loss_is_seen(tmp_path: Path, path_server: Server, start: Start, loss: str, adapter: str) -> None:
    """Both by what the corpus expects of this stage alone, and by its difference from another stage.

    In changes that are to be refused; of a body also in those that pass, which it makes the stage refuse.
    """
    source = tmp_path / "src"
    shutil.copytree(SRC, source)  # with the bytecode, which holds for the other modules
    module = source / "gitward" / "adapters" / f"{adapter}.py"
    text = module.read_text()
    old, new = LOSSES[loss][adapter]
    assert not old or text.count(old) == 1
    module.write_text(text.replace(old, new) if old else text + new)
    found = _found(tmp_path / "world", path_server, start(source), _items(accepted=loss == "body"))
    stage = STAGE_OF[adapter]
    assert any(problem.startswith(f"{stage}: ") for problem in found)
    assert any("differ" in problem and stage in problem for problem in found)
    assert not any(problem.startswith(f"{other}: ") for problem in found for other in set(STAGE_OF.values()) - {stage})
