"""Fifty changes at once, two approvers each, while statements move into the archive: nothing collides and nothing is lost."""

from __future__ import annotations

import os
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event

from scene import MakeScene, Scene, chain_faults
from signing import Keys
from test_ref_outcomes import recorded
from test_statement_arrivals import install

from gitward.model import Approval
from gitward.pushees import normal
from gitward.statements.archiving import archive
from gitward.statements.reading import payload_of
from gitward.statements.signing import signed
from gitward.statements.storing import store
from servers import Server
from soaking import long

NUMBER, ZERO = 50, "0" * 40
POLICY = """\
version: 1
policy: {{id: people}}
principals:
  ann: {{roles: [dev]}}
  bob: {{roles: [dev, reviewer], keys: [{{ssh: "{bob}"}}]}}
  carol: {{roles: [dev, reviewer], keys: [{{ssh: "{ann}"}}]}}
access:
  - {{who: [dev], may: [create], refs: ["refs/heads/**"]}}
rules:
  - {{rule: approval, refs: ["refs/heads/release/*"], count: 2, from: [reviewer]}}
"""


def pushed(scene: Scene, who: str, spec: str) -> str:
    """What the server said where it did not let it in."""
    environment = {**scene.environment, **scene.server.environment, "GITWARD_PRINCIPAL": who}
    done = subprocess.run(["git", "push", "-q", "origin", spec], cwd=scene.clone, env=environment, capture_output=True)
    return done.stderr.decode() if done.returncode else ""


@long
def test_fifty_pushes_at_once(path_server: Server, make_scene: MakeScene, keys: Keys) -> None:
    scene = make_scene(path_server)
    install(scene, keys)
    path = scene.folder / "people.yaml"
    path.write_text(POLICY.format(ann=keys.public("ann"), bob=keys.public("bob")))
    scene.install(path, options=("--actor", "ssh-command"))
    tree, base = scene.run("rev-parse", "HEAD^{tree}"), scene.run("rev-parse", "HEAD")
    folder, url = str(scene.clone), normal(str(scene.bare))
    commits = [scene.run("commit-tree", "-p", base, "-m", f"change {number}", tree) for number in range(NUMBER)]
    approvals = []
    for number, commit in enumerate(commits):
        said = Approval(ref=f"refs/heads/release/{number}", base=ZERO, commit=commit, tree=tree)
        payload = payload_of("approval", (commit,), url, said, 1_790_000_000)
        for who, key in (("bob", "bob"), ("carol", "ann")):
            approvals.append((who, store(folder, signed(payload, folder, str(keys.folder / key)))))
    over = Event()

    def moving() -> int:
        moved = 0
        while not over.wait(0.2):
            moved += archive(str(scene.bare), 1_790_000_000)
        return moved

    with ThreadPoolExecutor(NUMBER + 1) as pool:
        moved = pool.submit(moving)
        try:
            assert [why for why in pool.map(lambda job: pushed(scene, *job), approvals) if why] == []
            changes = [("ann", f"{commit}:refs/heads/release/{number}") for number, commit in enumerate(commits)]
            assert [why for why in pool.map(lambda job: pushed(scene, *job), changes) if why] == []
        finally:
            over.set()
        moved_in_all = moved.result()
    archive(str(scene.bare), 1_790_000_000)
    refs = scene.refs()
    assert {refs[f"refs/heads/release/{number}"] for number in range(NUMBER)} == set(commits)
    held = scene.on_server("ls-tree", "-r", "--name-only", "refs/gitward/archive").split()
    assert {Path(name).name for name in held} == {os.path.basename(ref) for _, ref in approvals}
    assert 0 < moved_in_all <= len(approvals)
    assert len(recorded(scene, "statement.received")) == len(approvals)
    assert sum(event["event"]["outcome"] == "allowed" for event in scene.stored()) == 3 * NUMBER
    assert chain_faults(scene.log) == []
