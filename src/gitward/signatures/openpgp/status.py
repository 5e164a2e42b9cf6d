"""gpg's status lines about the signatures of a batch (DETAILS of GnuPG, "Format of the --status-fd output").

Bytes, split at LF and nowhere else, fields at single spaces: a user id may hold U+0085, U+2028 and the words of a status line.
What is not expected makes no verdict.
"""

from __future__ import annotations

from gitward.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Literal

_HOLDS = (b"GOODSIG", b"EXPSIG", b"EXPKEYSIG", b"REVKEYSIG")  # the arithmetic holds; expiry and revocation are judged elsewhere
_ONE_OF = (*_HOLDS, b"BADSIG", b"ERRSIG")
_BESIDE = {
    b"NEWSIG", b"KEY_CONSIDERED", b"SIG_ID", b"VALIDSIG", b"PLAINTEXT", b"PLAINTEXT_LENGTH", b"KEYEXPIRED", b"SIGEXPIRED",
    b"KEYREVOKED", b"NO_PUBKEY", b"VERIFICATION_COMPLIANCE_MODE", b"NOTATION_NAME", b"NOTATION_DATA",
    b"NOTATION_FLAGS", b"POLICY_URL",
}  # fmt: skip
_AT_MOST_ONE = (b"NEWSIG", b"VALIDSIG", b"PLAINTEXT", b"NO_PUBKEY")
_NO_KEY, _NO_DIGEST = b"9", b"5"
_REFUSALS = {
    b"1": "gpg refuses it: a subkey that is not cross-certified, or a digest too short for the key",
    b"4": "gpg does not know the public-key algorithm",
    b"6": "gpg refuses the key",
    b"84": "gpg does not know the algorithm",
    b"125": "gpg refuses the key: it is not for signing",
}
"""The reasons of ERRSIG (codes of libgpg-error) that are an answer; any other may be an accident."""


@record
class Verdict:
    """What gpg says of one file. `key`, `primary` and `created` are those of VALIDSIG, not set where the outcome is not good.

    "unsupported" is true of the signature, whatever the key; "refused" is so for as long as key and gpg are what they are.
    """

    outcome: Literal["good", "bad", "unsupported", "refused", "unknown-key"]
    key: str = ""
    primary: str = ""
    created: int | None = None
    detail: str = ""


def per_file(output: bytes) -> dict[bytes, list[list[bytes]]]:
    """File name -> the status lines between its FILE_START and its FILE_DONE, as fields. Empty where anything is odd.

    A file that was begun twice, or not finished, is left out.
    """
    found: dict[bytes, list[list[bytes]]] = {}
    spoiled: set[bytes] = set()
    name: bytes | None = None
    lines: list[list[bytes]] = []
    for line in output.split(b"\n"):
        fields = line.split(b" ")
        if fields[0] != b"[GNUPG:]" or len(fields) < 2:
            if line:
                return {}
        elif fields[1] == b"FILE_START":
            if name is not None:
                spoiled.add(name)
            name, lines = b" ".join(fields[3:]), []
        elif fields[1] == b"FILE_DONE":
            if name is None or name in found:
                spoiled.add(name or b"")
            else:
                found[name] = lines
            name = None
        else:
            lines.append(fields[1:])
    return {name: lines for name, lines in found.items() if name not in spoiled}


def alone(output: bytes) -> list[list[bytes]] | None:
    """The status lines of a gpg that verifies one signature, as fields; None where anything is odd."""
    lines = [line.split(b" ") for line in output.split(b"\n") if line]
    if not all(fields[0] == b"[GNUPG:]" and len(fields) > 1 for fields in lines):
        return None
    return [fields[1:] for fields in lines if fields[1] != b"FAILURE"]  # why the exit status is what it is


_LONGEST_TIME = 12  # digits of a time in seconds; Python's int() raises for some thousands


def verdict(lines: Iterable[list[bytes]]) -> Verdict | None:
    """The verdict of the status lines about one signature; None where they are not exactly those that belong together."""
    lines = list(lines)
    said = [fields for fields in lines if fields[0] in _ONE_OF]
    others = [fields[0] for fields in lines if fields[0] not in _ONE_OF and not fields[0].startswith(b"TRUST_")]
    if len(said) != 1 or not set(others) <= _BESIDE or any(others.count(word) > 1 for word in _AT_MOST_ONE):
        return None
    word, valid = said[0][0], [fields for fields in lines if fields[0] == b"VALIDSIG"]
    if word in _HOLDS:
        return _good(valid[0]) if valid else None
    if valid:
        return None
    if word == b"BADSIG":
        return Verdict(outcome="bad", detail="the signature is not over these bytes")
    reason = said[0][6] if len(said[0]) > 6 else b""
    if reason == _NO_KEY:
        return Verdict(outcome="unknown-key")
    if reason == _NO_DIGEST:
        return Verdict(outcome="unsupported", detail="gpg refuses the digest")
    return Verdict(outcome="refused", detail=_REFUSALS[reason]) if reason in _REFUSALS else None


def _good(valid: list[bytes]) -> Verdict | None:
    """Of `VALIDSIG key date time expiry version reserved pubkey hash class primary`."""
    if len(valid) < 11 or valid[5] != b"4" or valid[9] != b"00":
        return None
    if not valid[3].isdigit() or len(valid[3]) > _LONGEST_TIME:
        return None
    key, primary = valid[1].decode("ascii", "replace"), valid[10].decode("ascii", "replace")
    if not (_is_fingerprint(key) and _is_fingerprint(primary)):
        return None
    return Verdict(outcome="good", key=key, primary=primary, created=int(valid[3]))


def _is_fingerprint(text: str) -> bool:
    return len(text) in (40, 64) and all(c in "0123456789ABCDEF" for c in text)
