"""Whether text that has a token's shape can be one: made at random, with a checksum that is right, of a real host."""

from __future__ import annotations

import re
import zlib
from binascii import Error, a2b_base64
from itertools import pairwise

_WORDS = re.compile(
    rb"example|sample|placeholder|dummy|fake|redacted|changeme|secret|password|your|xxxx|0{6}|1234567|abcdef", re.IGNORECASE
)
_BASE62 = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_NO_HOST = re.compile(  # RFC 2606, 5737, 6761, 6762: names and addresses of examples, of one machine, of one network
    rb"(?:^|\.)(?:example|test|invalid|localhost|local|internal|lan)(?:\.[a-z]{2,3})?$"
    rb"|^(?:127|0)\.|^(?:192\.0\.2|198\.51\.100|203\.0\.113)\."
)
_NO_PASSWORD = re.compile(rb"pass|pwd|user|token|secret|key|test|demo|foo|bar|change|your|login|admin|%[sd]", re.IGNORECASE)


def is_random(secret: bytes) -> bool:
    """False for what somebody typed to stand for a token: too few characters, words, runs, repeats."""
    distinct = len(set(secret))
    if distinct < 7 or distinct * 5 < min(len(secret), 40) or _WORDS.search(secret):
        return False
    steps = [after - before for before, after in pairwise(secret)]
    if any(step in (-1, 0, 1) and steps[at : at + 5] == [step] * 5 for at, step in enumerate(steps)):
        return False  # six in a row: aaaaaa, abcdef, 654321
    return not any(secret[period:] == secret[:-period] for period in range(2, min(17, len(secret) // 2 + 1)))


def has_checksum(secret: bytes) -> bool:
    """Whether the last six characters are the CRC-32 of those between the prefix and them, in base 62.

    Source: GitHub, "Behind GitHub's new authentication token formats", 5 April 2021.
    """
    body, given = secret[4:-6], secret[-6:]
    value, digits = zlib.crc32(body), bytearray()
    for _ in range(6):
        value, digit = divmod(value, 62)
        digits.insert(0, _BASE62[digit])
    return bytes(digits) == given


def names_a_user(secret: bytes) -> bool:
    """Whether the first part of a Discord token is the base 64 of a user's number, as it is in every one of them."""
    part = secret.partition(b".")[0].replace(b"-", b"+").replace(b"_", b"/")
    try:
        number = a2b_base64(part + b"=" * (-len(part) % 4))
    except Error:
        return False
    return number.isdigit() and 17 <= len(number) <= 20


def is_mixed(secret: bytes) -> bool:
    """Whether there are a small letter, a capital and a digit: 40 of base 64 have them, a digest in hex never."""
    text = secret.decode("latin-1")
    return any(map(str.islower, text)) and any(map(str.isupper, text)) and any(map(str.isdigit, text))


def opens_a_host(url: bytes) -> bool:
    """Whether the password in `://USER:PASSWORD@HOST` can be one, and the host is not one of examples."""
    rest, _, host = url[len(b"://") :].rpartition(b"@")
    user, _, password = rest.partition(b":")
    host = host.lower().rstrip(b".")
    return (
        b"." in host
        and not _NO_HOST.search(host)
        and password != user
        and any(map(str.isdigit, password.decode("latin-1")))
        and not password.isdigit()
        and not _NO_PASSWORD.search(password)
        and is_random(password)
    )
