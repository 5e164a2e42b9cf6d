"""Changes that leave the lengths around them right, so that more of them reach what stands behind the first check.

`der`: of nested elements, as in CMS and certificates. `strings`: of SSH's strings, each after its length of four bytes. A harness
names one of them as `mutated`; every second change is libFuzzer's own all the same.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from random import Random

TAGS = (2, 3, 4, 5, 6, 12, 19, 22, 23, 24, 48, 49, 128, 130, 160, 161, 163)
INTERESTING = (b"", b"\0", b"\1", b"\x7f", b"\x80", b"\xff", b"\0" * 8, b"\xff" * 8, b"\x80" + b"\0" * 8, b"a" * 300)


def der(data: bytes, chance: Random) -> bytes:
    """One element changed, at some depth, and the lengths of those around it counted again."""
    parts = _elements(data)
    if not parts:
        return bytewise(data, chance)
    at = chance.randrange(len(parts))
    tag, content = parts[at]
    whole = [_element(*part) for part in parts]
    if tag & 0x20 and chance.random() < 0.85:
        whole[at] = _element(tag, der(content, chance))
    else:
        whole[at] = _changed_element(tag, content, whole, chance)
    return b"".join(whole)


def _changed_element(tag: int, content: bytes, others: list[bytes], chance: Random) -> bytes:
    kind = chance.randrange(6)
    if kind == 0:
        return b""
    if kind == 1:
        return _element(chance.choice(TAGS), content)
    if kind == 2:
        return chance.choice(others) + _element(tag, content)  # another, or it twice
    return _element(tag, bytewise(content, chance))


def _elements(data: bytes) -> list[tuple[int, bytes]]:
    """Tag and content of each element; nothing where the data does not consist of elements of definite length."""
    found, at = [], 0
    while at < len(data):
        if at + 2 > len(data) or data[at + 1] == 0x80:
            return []
        start = at + 2 + (data[at + 1] & 0x7F if data[at + 1] > 0x80 else 0)
        size = int.from_bytes(data[at + 2 : start], "big") if data[at + 1] > 0x80 else data[at + 1]
        if start + size > len(data):
            return []
        found.append((data[at], data[start : start + size]))
        at = start + size
    return found


def _element(tag: int, content: bytes) -> bytes:
    size = len(content)
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return (bytes((tag, size)) if size < 128 else bytes((tag, 0x80 | len(length))) + length) + content


def strings(data: bytes, chance: Random) -> bytes:
    """One string changed, and its length written again; where it holds strings, perhaps one of these instead."""
    places = [at for at in range(len(data) - 3) if at + 4 + int.from_bytes(data[at : at + 4], "big") <= len(data)]
    if not places:
        return data
    at = chance.choice(places)
    end = at + 4 + int.from_bytes(data[at : at + 4], "big")
    content = data[at + 4 : end]
    content = strings(content, chance) if len(content) > 8 and chance.random() < 0.4 else bytewise(content, chance)
    return data[:at] + len(content).to_bytes(4, "big") + content + data[end:]


def bytewise(content: bytes, chance: Random) -> bytes:
    """A bit turned, some bytes left out, or some put in."""
    at = chance.randrange(len(content) + 1)
    kind = chance.randrange(4)
    if kind == 0 and content:
        return content[: at - 1] + bytes([content[at - 1] ^ 1 << chance.randrange(8)]) + content[at:] if at else content
    if kind == 1:
        return content[:at] + content[at + chance.randrange(1, 9) :]
    return content[:at] + chance.choice(INTERESTING) + content[at + chance.randrange(3) :]
