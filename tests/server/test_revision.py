"""The revision of a policy's file never goes back: the log knows the last one."""

from __future__ import annotations

import json
from pathlib import Path

from scene import MakeScene

from servers import Server

POLICY = "version: 1\npolicy: {id: org%s}\nrules:\n  - {rule: no-fixup}\n"


def test_a_file_of_an_older_revision_denies(path_server: Server, make_scene: MakeScene, tmp_path: Path) -> None:
    scene = make_scene(path_server)
    policy = tmp_path / "policy.yaml"
    scene.install(policy)
    exit_codes = []
    for revision in (None, 7, 7, 8, 7, None, 8, 12):
        policy.write_text(POLICY % (f", revision: {revision}" if revision else ""))
        scene.commit("fix: another one\n")
        push = scene.push("origin", "main")
        exit_codes.append(push.exit_code)
        if push.exit_code:
            assert "turn: administrator" in push.remote
            assert "the revision of policy org goes back from 8 to " in json.dumps(scene.events()[-1])
    assert exit_codes == [0, 0, 0, 0, 1, 1, 0, 0]
    policy.write_text((POLICY % ", revision: 1").replace("org", "another"))
    scene.commit("fix: another policy has its own numbers\n")
    assert scene.push("origin", "main").exit_code == 0
