"""The log's daemon under systemd: its socket, what it is told, and the units of examples/systemd."""

from __future__ import annotations

import socket
import subprocess
import sys
from pathlib import Path

from logdaemons import SRC, daemon
from servers import need


def test_systemd_hands_over_the_socket_and_is_told(tmp_path: Path) -> None:
    with daemon(is_started=False) as served, socket.socket(socket.AF_UNIX) as listening, \
            socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as told:  # fmt: skip
        listening.bind(str(served.socket))
        listening.listen()
        told.bind(str(served.folder / "notify"))
        command = [word for word in served.command() if word not in ("--socket", str(served.socket))]
        as_systemd = (
            "import os, sys; os.dup2(int(sys.argv[1]), 3)\n"
            "os.environ.update(LISTEN_FDS='1', LISTEN_PID=str(os.getpid()), NOTIFY_SOCKET=sys.argv[2])\n"
            "os.execv(sys.argv[3], sys.argv[3:])"
        )
        start = [sys.executable, "-I", "-c", as_systemd, str(listening.fileno()), f"{served.folder}/notify", *command]
        process = subprocess.Popen(start, stderr=subprocess.PIPE, pass_fds=[listening.fileno()])
        seq = served.record()
        told.settimeout(10)
        assert told.recv(100) == b"READY=1"
        process.terminate()
        assert process.wait(timeout=20) == 0
        process.stderr.close()
        assert told.recv(100) == b"STOPPING=1"
        assert served.socket.exists(), "it is systemd's to take away"
        assert len(served.lines()) == seq + 1


def test_the_units_are_whole(tmp_path: Path) -> None:
    analyze = need("systemd-analyze", "systemd")
    units = sorted((SRC.parent / "examples" / "systemd").iterdir())
    assert [path.name for path in units] == [
        "gitward-log-checkpoint.service", "gitward-log-checkpoint.timer", "gitward-log.service", "gitward-log.socket",
    ]  # fmt: skip
    for path in units:
        text = path.read_text().replace("/usr/local/bin/gitward", sys.executable)
        (tmp_path / path.name).write_text(text)
    done = subprocess.run([analyze, "verify", *map(str, sorted(tmp_path.iterdir()))], capture_output=True, text=True)
    mine = [line for line in done.stderr.splitlines() if "gitward" in line]
    assert (done.returncode, mine) == (0, [])
