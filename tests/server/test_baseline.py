"""`since: baseline` on a server: what the host names as the baseline is let go, whatever a push makes of the ref."""

from __future__ import annotations

from pathlib import Path

import pytest
from scene import MakeScene

from servers import Server

pytestmark = pytest.mark.usefixtures("forked_hooks")

POLICY = """\
version: 1
policy: {id: cut-over}
rules:
  - {rule: ticket-reference, refs: [refs/heads/main], since: baseline}
"""


def test_old_commits_pass_and_new_ones_do_not(path_server: Server, make_scene: MakeScene, tmp_path: Path) -> None:
    scene = make_scene(path_server)
    policy = tmp_path / "policy.yaml"
    policy.write_text(POLICY)
    old = [scene.commit(f"an old commit, number {number}\n") for number in range(3)]
    scene.install(policy)
    assert scene.push("origin", "main").exit_code == 1
    scene.install(policy, options=("--baseline", old[-1]))
    assert scene.push("origin", "main:refs/gitward/baseline").exit_code == 1
    push = scene.push("origin", "main")
    assert push.exit_code == 0
    assert scene.events()[-1]["event"]["outcome"] == "allowed"
    scene.commit("a new commit\n")
    assert scene.push("origin", "main").exit_code == 1
    scene.on_server("update-ref", "refs/gitward/baseline", scene.refs()["refs/heads/main"])
    assert scene.push("origin", "main").exit_code == 1
