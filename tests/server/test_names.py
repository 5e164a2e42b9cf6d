"""A name that a policy protects is taken, whether the ref exists or not."""

from __future__ import annotations

from pathlib import Path

import pytest
from scene import MakeScene

from servers import Server

pytestmark = pytest.mark.usefixtures("forked_hooks")

POLICY = """\
version: 1
policy: {id: names}
rules:
  - {rule: ref-namespace}
  - {rule: no-fixup, refs: [refs/heads/stable, "refs/heads/release/**"]}
"""


@pytest.mark.parametrize(("name", "code"), [("Stable", 1), ("stable", 0), ("stable2", 0), ("unstable", 0)])
def test_a_ref_that_only_the_policy_names(
    path_server: Server, make_scene: MakeScene, tmp_path: Path, name: str, code: int
) -> None:
    scene = make_scene(path_server)
    policy = tmp_path / "policy.yaml"
    policy.write_text(POLICY)
    scene.install(policy)
    push = scene.push("origin", f"main:refs/heads/{name}")
    assert push.exit_code == code
    assert ('it differs from "refs/heads/stable" only by case' in push.remote) is bool(code)
