"""The log's daemon and the other users of the machine: who may record, and that nobody but the daemon reaches the log."""

from __future__ import annotations

import json
import stat

from logdaemons import NOBODY, as_root, as_user, daemon, event

RECORD = (
    "from gitward.audit import recorder; from gitward.audit.log import Item\nfrom gitward.errors import Undecided\n"
    "try: print(recorder.record(sys.argv[1], Item(event=sys.argv[2].encode())))\n"
    "except Undecided as problem: print(problem.message)"
)


@as_root
def test_whose_requests_are_taken() -> None:
    with daemon("--mode", "0666", "--allow-uid", "4711") as served:
        assert "this user may not use it" in as_user(NOBODY, RECORD, served.target, event().decode()).stdout
        assert served.record() == len(served.lines()) - 1, "root may"
        assert served.end() == 0
        served.start("--mode", "0666", "--allow-uid", str(NOBODY))
        seq = int(as_user(NOBODY, RECORD, served.target, event().decode()).stdout)
        assert json.loads(served.lines()[seq])["peer"]["uid"] == NOBODY
        for name in ("log.rotated", "key.added"):
            done = as_user(NOBODY, RECORD, served.target, event(name).decode())
            assert "made by the log's own user" in done.stdout, done
        assert served.end() == 0
        served.start("--group", str(NOBODY))
        assert stat.S_IMODE(served.socket.stat().st_mode) == 0o660
        assert int(as_user(NOBODY, RECORD, served.target, event().decode()).stdout) == len(served.lines()) - 1
        assert "Permission denied" in as_user(4711, RECORD, served.target, event().decode()).stdout
