"""gitward as the corpus runs it, and the servers it is pushed to: made once for all."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from moves import LIMITED
from stages import Stages, Start
from world import World

from corpus import CORPUS
from forked import Started
from launching import SRC
from servers import Server, developer, serving


@pytest.fixture(scope="module")
def ssh_server() -> Iterator[Server]:
    with serving("ssh") as server:
        yield server


@pytest.fixture(scope="session")
def start(tmp_path_factory: pytest.TempPathFactory) -> Start:
    """The command that runs gitward from a folder of its source."""

    def command(source: Path = SRC) -> tuple[str, ...]:
        path = tmp_path_factory.mktemp("bin") / "gitward"
        lines = (
            "import sys",
            f"sys.path.insert(0, {str(source)!r})",
            "from gitward.__main__ import main",
            "if __name__ == '__main__':",
            "    sys.exit(main())",
        )
        path.write_text("\n".join(lines) + "\n")
        return (sys.executable, "-I", str(path))

    return command


@pytest.fixture(scope="module")
def stages(tmp_path_factory: pytest.TempPathFactory, ssh_server: Server, start: Start, started: Started | None) -> Stages:
    """The whole corpus, but for the pushes that are about the push itself, in repositories of git's own default."""
    folder = tmp_path_factory.mktemp("corpus")
    items = [item for item in CORPUS if item not in LIMITED]
    return Stages(World(folder / "world", items, developer(folder)), ssh_server, start(SRC), forked=started)
