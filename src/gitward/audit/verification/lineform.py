"""A line of a segment, read strictly: exactly the bytes that gitward writes (audit.entry), or none."""

from __future__ import annotations

import json
import re

from gitward.audit.schema.reading import read

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_HEAD = b'{"event":'
_TAIL = re.compile(
    rb'"prev":"([0-9a-f]{64})","received_time":"([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}\.[0-9]{6}Z)","seq":(0|[1-9][0-9]{0,18})\}'
)
_PEER = re.compile(rb',"peer":\{"gid":(?:0|[1-9][0-9]{0,9}),"pid":(?:0|[1-9][0-9]{0,9}),"uid":(?:0|[1-9][0-9]{0,9})\},')
_encoded = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False).encode
_parsed = json.JSONDecoder().decode


def parsed(line: bytes) -> tuple[int, bytes, str, dict[str, Any], bool]:
    """seq, prev (64 hex digits), received_time, event, and whether nothing is wrong with that by the schema; False: not known.

    Raises ValueError, with the reason, for a line that gitward never writes.
    """
    start = line.rfind(b'"prev":"')
    tail = _TAIL.fullmatch(line, start) if start > 0 else None
    if tail is None or not line.startswith(_HEAD):
        raise ValueError("it is no entry of a log")
    peer = line.rfind(b',"peer":', max(0, start - 80), start)
    end = peer if peer > 0 and _PEER.fullmatch(line, peer, start) else start - 1
    if line[end : end + 1] != b",":
        raise ValueError("it is no entry of a log")
    known = read(line[len(_HEAD) : end])
    if known is not None:
        return int(tail[3]), tail[1], tail[2].decode(), known, True
    try:
        text = line[len(_HEAD) : end].decode()
        event = _parsed(text)
        if type(event) is not dict or _encoded(event) != text:
            raise ValueError
    except RecursionError:
        raise ValueError("its event is nested too deeply") from None
    except ValueError:
        raise ValueError("its event is no canonical JSON object") from None
    return int(tail[3]), tail[1], tail[2].decode(), event, False
