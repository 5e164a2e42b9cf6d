"""What an SSH client asks the restricted shell for: two words to a shell too, or nothing."""

from __future__ import annotations

import shlex

from gitward.shell.command import LONGEST, parse
from gitward.shell.refusal import Denied


def seeds() -> list[bytes]:
    return [b"git-upload-pack 'shop.git'", b"git receive-pack '/srv/it'\\''s.git'", b"git-upload-archive 'a'\\!'b\xff'",
            b"git-upload-pack '--help'", b"git-upload-pack 'x'; id"]  # fmt: skip


def check(data: bytes) -> None:
    command = data.decode("utf-8", "surrogateescape")
    try:
        asked = parse(command)
    except Denied as refused:
        assert len(refused.message + refused.fix) < 300
        return
    *program, path = shlex.split(command)
    assert "-".join(program) == f"git-{asked.service}"
    assert path == asked.path
    assert 0 < len(path.encode("utf-8", "surrogateescape")) <= LONGEST
    assert not path.startswith(("-", "~"))
    assert path.isprintable() or not any(ord(each) < 32 or ord(each) == 127 for each in path)
