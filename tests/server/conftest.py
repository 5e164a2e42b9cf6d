"""Servers that stand for the whole test run, and a fresh server repository with its clone for every test."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest
from approving import Desk, made_keys
from scene import MakeScene, Scene, copied
from signing import Keys

from gitward.audit import creation
from servers import TRANSPORTS, Server, developer, serving

POLICY = Path(__file__).parent / "policy.yaml"


@pytest.fixture(scope="session")
def path_server() -> Iterator[Server]:
    with serving("path") as server:
        yield server


@pytest.fixture(scope="session")
def ssh_server() -> Iterator[Server]:
    with serving("ssh") as server:
        yield server


@pytest.fixture(scope="session")
def http_server() -> Iterator[Server]:
    with serving("http") as server:
        yield server


@pytest.fixture(scope="session", params=TRANSPORTS)
def server(request: pytest.FixtureRequest) -> Server:
    """Each transport in turn."""
    return request.getfixturevalue(f"{request.param}_server")  # type: ignore[no-any-return]


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Per object format: a server with `main`, the policy in its tree, and the tag v1.0; its clone."""

    @cache
    def make(object_format: str) -> Path:
        folder = tmp_path_factory.mktemp(object_format)
        environment = developer(folder)
        (folder / "clone").mkdir()
        (folder / "clone" / ".gitward.yaml").write_bytes(POLICY.read_bytes())
        init = ["init", "-q", "--template=", f"--object-format={object_format}", "-b", "main"]
        for words in (
            [*init, "--bare", "server.git"],
            ["--git-dir=server.git", "config", "http.receivepack", "true"],
            [*init, "clone"],
            ["-C", "clone", "add", ".gitward.yaml"],
            ["-C", "clone", "commit", "-q", "-m", "chore: PROJ-1 begin with the policy"],
            ["-C", "clone", "commit", "-q", "--allow-empty", "-m", "feat: PROJ-2 read paths"],
            ["-C", "clone", "commit", "-q", "--allow-empty", "-m", "feat: PROJ-3 read names"],
            ["-C", "clone", "tag", "v1.0"],
            ["-C", "clone", "push", "-q", "../server.git", "main", "v1.0"],
        ):
            subprocess.run(["git", *words], cwd=folder, env=environment, check=True, capture_output=True)
        return folder

    return make


@pytest.fixture
def make_scene(template: Callable[[str], Path], tmp_path: Path, launcher: Path) -> MakeScene:
    """A scene on a server, its hook installed."""

    def make(server: Server, object_format: str = "sha1") -> Scene:
        folder = tmp_path / server.transport
        copied(template(object_format), folder)
        scene = Scene(folder, server, (sys.executable, "-I", str(launcher)), developer(tmp_path))
        scene.run("remote", "add", "origin", server.url(scene.bare))
        scene.run("fetch", "-q", "origin", **server.environment)
        creation.make(str(scene.log), "git.example.com/log")
        scene.install()
        return scene

    return make


@pytest.fixture
def scene(server: Server, make_scene: MakeScene) -> Scene:
    """A scene on each transport in turn."""
    return make_scene(server)


@pytest.fixture(scope="session")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Keys:
    return Keys.made(tmp_path_factory.mktemp("keys"))


# --- approvals ------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def held(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made_keys(tmp_path_factory.mktemp("held"))


@pytest.fixture(scope="session")
def new(tmp_path_factory: pytest.TempPathFactory, held: Path) -> Path:
    return Desk(tmp_path_factory.mktemp("new") / "desk", held).folder


@pytest.fixture
def desk(tmp_path: Path, held: Path, home: Path, new: Path) -> Desk:
    return Desk(tmp_path / "desk", held, new)
