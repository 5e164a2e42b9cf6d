"""A speaker of LDAP (RFC 4511) that gives a few entries, and of one attribute a part at a time, as Active Directory does.

It knows simple binds, and searches whose filter it does not read; nothing else, and no other directory of Debian's gives ranges.
"""

from __future__ import annotations

import re
import socketserver
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Entries = dict[str, dict[str, list[str]]]
    Given = tuple[str, list[str]]

_BIND, _SEARCH = 0x60, 0x63


def _tlv(tag: int, *parts: bytes) -> bytes:
    content = b"".join(parts)
    size = len(content)
    return bytes([tag]) + (bytes([size]) if size < 128 else b"\x84" + size.to_bytes(4, "big")) + content


def _items(data: bytes) -> list[tuple[int, bytes]]:
    found, at = [], 0
    while at < len(data):
        tag, size, at = data[at], data[at + 1], at + 2
        if size & 128:
            size, at = int.from_bytes(data[at : at + (size & 127)], "big"), at + (size & 127)
        found.append((tag, data[at : at + size]))
        at += size
    return found


def _text(value: str) -> bytes:
    return _tlv(0x04, value.encode())


def _done(tag: int, code: int = 0) -> bytes:
    return _tlv(tag, _tlv(0x0A, bytes([code])), _text(""), _text(""))


def in_parts(values: list[str], asked: str, size: int) -> tuple[str, list[str]]:
    """What Active Directory names an attribute when it is asked for it, and which values it gives (MS-ADTS, 3.1.1.3.1.3.3)."""
    name, _, option = asked.partition(";range=")
    if not option and len(values) <= size:
        return name, values
    first = int(option.partition("-")[0]) if option else 0
    given = values[first : first + size]
    last = "*" if first + size >= len(values) else str(first + size - 1)
    return f"{name};range={first}-{last}", given


@contextmanager
def speaking(entries: Entries, size: int, answer: Callable[..., Given] = in_parts) -> Iterator[tuple[str, list[str]]]:
    """Its address, and the attributes of each search as they come, while the block runs."""
    asked: list[str] = []

    class Speaker(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            while head := self.rfile.read(2):
                size_of = head[1] if head[1] < 128 else int.from_bytes(self.rfile.read(head[1] & 127), "big")
                (_, number), (tag, request), *_ = _items(self.rfile.read(size_of))
                if tag == _BIND:
                    self._say(number, _done(0x61))
                elif tag == _SEARCH:
                    self._search(number, _items(request))
                else:
                    return

        def _search(self, number: bytes, request: list[tuple[int, bytes]]) -> None:
            base, scope = request[0][1].decode(), request[1][1][0]
            names = [name.decode() for _, name in _items(request[7][1])]
            asked.append(" ".join(names))
            for dn, values in entries.items():
                if dn == base if scope == 0 else dn.endswith(base):
                    known = [(values[name], each) for each in names if (name := re.sub(";.*", "", each)) in values]
                    given = [answer(of, each, size) for of, each in known]
                    lists = [_tlv(0x30, _text(name), _tlv(0x31, *map(_text, some))) for name, some in given]
                    self._say(number, _tlv(0x64, _text(dn), _tlv(0x30, *lists)))
            self._say(number, _done(0x65))

        def _say(self, number: bytes, message: bytes) -> None:
            self.wfile.write(_tlv(0x30, _tlv(0x02, number), message))

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Speaker) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"ldap://127.0.0.1:{server.server_address[1]}", asked
        finally:
            server.shutdown()
            thread.join()
