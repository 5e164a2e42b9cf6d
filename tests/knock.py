"""In a launcher: have the command forked from a started gitward (forked.py), and end as it ends.

It has this process's arguments, folder, environment, umask, stdin, stdout and stderr. Where nothing listens, or Python would
start in another locale there, this process goes on as the command itself.
"""

import _socket
import marshal
import os
import sys

LOCALE = b"C.UTF-8"


def at(address: str) -> None:
    if (os.environb.get(b"LC_ALL") or os.environb.get(b"LC_CTYPE")) != LOCALE:
        return
    door = _socket.socket(_socket.AF_UNIX, _socket.SOCK_STREAM)
    try:
        door.connect(address)
    except OSError:
        return
    code = _forked(door)
    if code < 0:
        os.kill(os.getpid(), -code)
    os._exit(code)


def _forked(door: _socket.socket) -> int:
    """How the command ended: its exit code, that of a signal negative."""
    umask = os.umask(0)
    os.umask(umask)
    files = b"".join(number.to_bytes(4, sys.byteorder) for number in range(3))
    door.sendmsg([b"."], [(_socket.SOL_SOCKET, _socket.SCM_RIGHTS, files)])
    door.sendall(marshal.dumps((sys.argv, os.getcwd(), dict(os.environb._data), umask)))
    door.shutdown(_socket.SHUT_WR)
    answer = b""
    while part := door.recv(32):  # the process's id, and then how it ended
        answer += part
    return int(answer.split(b" ")[1])
