"""What root does to a log that is another user's leaves nothing that this user cannot write."""

import os
import subprocess
import tempfile

import pytest

from gitward.audit import checkpoints, creation, evidence, folder, log
from gitward.audit.observed import refs_read

NOBODY = 65534


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can act for another user")
def test_everything_belongs_to_the_logs_user():
    with tempfile.TemporaryDirectory(prefix="gw-") as place:
        os.chmod(place, 0o755)
        _act(os.path.join(place, "log"))


def _act(directory):
    creation.make(directory, "git.example.com/log", (NOBODY, NOBODY), segment_entries=256)
    refs = [(f"refs/heads/{number}", None, "a" * 40) for number in range(60)]
    item = refs_read("/srv/a.git", refs, "snapshot")
    for blob in item.evidence:
        evidence.keep(directory, blob)
    log.append_all(directory, (item,) * 300)
    checkpoints.take(directory)
    assert len(folder.segments(directory)) == 2
    found = {path: os.stat(path).st_uid for place, names, files in os.walk(directory)
             for path in (os.path.join(place, name) for name in (*names, *files))}  # fmt: skip
    assert {path for path, owner in found.items() if owner != NOBODY} == set()
    assert (os.geteuid(), os.getegid()) == (0, 0)
    assert subprocess.run(("id", "-u"), capture_output=True, text=True, check=True).stdout == "0\n"
