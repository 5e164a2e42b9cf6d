"""What pushes change, judged by real pushes: what is taken back in the end, what a merge drops, what costs too much."""

from __future__ import annotations

from pathlib import Path

import pytest
from scene import MakeScene, Scene

from servers import Server

pytestmark = pytest.mark.usefixtures("forked_hooks")

POLICY = """\
version: 1
policy: {id: paths}
rules:
  - {rule: changed-paths, refs: [refs/heads/main], deny: ["guarded*"]}
  - {rule: file-size, refs: [refs/heads/main], max: 2000}
  - {rule: clean-merge, refs: [refs/heads/main], conflicts: allow}
"""


@pytest.fixture
def scene(path_server: Server, make_scene: MakeScene, tmp_path: Path) -> Scene:
    scene = make_scene(path_server)
    policy = tmp_path / "policy.yaml"
    policy.write_text(POLICY)
    scene.install(policy)
    return scene


def test_added_and_taken_back_in_one_push(scene: Scene) -> None:
    scene.commit("one\n", guarded="x\n")
    scene.run("rm", "-q", "--cached", "guarded")
    scene.commit("two\n")
    push = scene.push("origin", "main")
    assert push.exit_code == 1
    assert '"guarded" is added, and guarded* may not change' in push.remote


def test_a_merge_that_drops_what_main_has(scene: Scene) -> None:
    base = scene.run("rev-parse", "HEAD")
    scene.hook.unlink()
    main = scene.commit("guarded on main\n", guarded="x\n")
    assert scene.push("origin", "main").exit_code == 0
    scene.install(scene.folder.parent / "policy.yaml")
    scene.run("rm", "-q", "--cached", "guarded")
    scene.commit("topic\n", parents=(base,), other="y\n")
    scene.commit("merge, and keep our own\n", parents=("HEAD", main))
    push = scene.push("origin", "main")
    assert push.exit_code == 1
    assert '"guarded" is removed, and guarded* may not change' in push.remote
    assert "error[clean-merge]" in push.remote
    assert "the merge does not hold what git makes of its parents" in push.remote


def test_a_merge_as_git_makes_it(scene: Scene) -> None:
    base = scene.run("rev-parse", "HEAD")
    one = scene.commit("one\n", a="x\n")
    scene.run("rm", "-q", "--cached", "a")
    scene.commit("two\n", parents=(base,), b="y\n")
    scene.commit("merge\n", parents=("HEAD", one), a="x\n")
    before = set(scene.bare.rglob("*"))
    push = scene.push("origin", "main")
    assert (push.exit_code, push.remote.count("error")) == (0, 0)
    left = {path.name for path in set(scene.bare.rglob("*")) - before if "tmp" in path.name or "gitward" in path.name}
    assert not left


def test_a_forced_push_that_takes_away(scene: Scene) -> None:
    base = scene.run("rev-parse", "HEAD")
    scene.hook.unlink()
    scene.commit("guarded on main\n", guarded="x\n")
    assert scene.push("origin", "main").exit_code == 0
    scene.install(scene.folder.parent / "policy.yaml")
    push = scene.push("--force", "origin", f"{base}:refs/heads/main")
    assert push.exit_code == 1
    assert '"guarded" is removed' in push.remote


def test_large_files_and_their_budget(scene: Scene) -> None:
    scene.commit("one\n", a="x" * 2001)
    push = scene.push("origin", "main")
    assert push.exit_code == 1
    assert '"a" has 2001 bytes, the limit is 2000 bytes' in push.remote
    scene.install(scene.folder.parent / "policy.yaml", limits=("paths=1",))
    scene.commit("two\n", b="x", c="y")
    push = scene.push("origin", "main")
    assert push.exit_code == 1
    assert "the push changes more than 1 paths" in push.remote
    assert scene.events()[-1]["event"]["outcome"] == "undecided"
