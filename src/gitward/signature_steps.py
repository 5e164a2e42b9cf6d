"""How the signature of one commit or tag was judged: what was looked at, and where it stopped. Plain text, not escaped."""

from __future__ import annotations

import hashlib

from gitward.days import moment
from gitward.gitobject.signed import format_of, signed_commit, signed_tag
from gitward.model import Tag
from gitward.validity import judged

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gitward.model import Commit, Finding, Ident, Signature, SignatureResult
    from gitward.signatures.moments import Moments
    from gitward.signatures.reading import SignatureReader
    from gitward.survey import Choice

    Step = tuple[str, str]  # what was looked at, and what was found

_BY_ARITHMETIC = ("malformed", "bad", "unsupported")


def steps(found: Commit | Tag, reader: SignatureReader, moments: Moments, choice: Choice) -> tuple[list[Step], SignatureResult]:
    """The steps, and the result that they come to. Of a tag the tagger is asked for, whatever the choice. Raises Undecided."""
    (signature,) = reader.tags([found], moments) if isinstance(found, Tag) else reader.commits([found], moments)
    result = judged(
        signature, *_people(found), oid=found.oid, validity=choice.validity, unknown_first_seen=choice.unknown_first_seen,
        signer="committer" if isinstance(found, Tag) else choice.signer,
    )  # fmt: skip
    return list(_steps(found, signature, result, choice, reader.trust.digest)), result


def _people(found: Commit | Tag) -> tuple[Ident | None, Ident | None]:
    return (None, found.tagger) if isinstance(found, Tag) else (found.author, found.committer)


def _steps(found: Commit | Tag, signature: Signature, result: SignatureResult, choice: Choice, trust: str) -> Iterator[Step]:
    finding = signature.finding
    if found.malformed:
        yield "object", f"malformed: {found.malformed}"
        return
    is_tag = isinstance(found, Tag)
    kind = f"tag of the {found.target_type} {found.target}," if isinstance(found, Tag) else "commit of"
    yield "object", f"a {kind} {len(found.raw)} bytes that the gate lets through"
    header = "gpgsig-sha256" if len(found.oid or "") == 64 else "gpgsig"
    signed = signed_tag(found.raw) if is_tag else signed_commit(found.raw, header.encode())
    if signed is None:
        yield "signature", "there is none below the message" if is_tag else f"there is no {header} header"
        return
    digest = hashlib.sha256(signed.payload).hexdigest()
    form = format_of(signed.block) or "of no known format"
    yield "signature", f"{form}, {len(signed.block)} bytes {'below the message' if is_tag else f'in the {header} header'}"
    yield "signed bytes", f"the other {len(signed.payload)} bytes, SHA-256 {digest}"
    if finding.status in _BY_ARITHMETIC:
        yield "arithmetic", f"{finding.status}: {finding.detail}"
        return
    when = f", at {moment(finding.signed_time)} by its own word" if finding.signed_time is not None else ""
    yield "key", f"{finding.fingerprint or 'unknown'}{_primary(finding)}{when}"
    if finding.status == "unknown-key":
        yield "trust", f"{finding.detail or 'the policy does not list this key'} (trust store {trust[:12] or 'empty'})"
        return
    yield "arithmetic", "holds: this key made it over these bytes"
    if finding.status != "good":
        yield "trust", f"{finding.status}: {finding.detail} (trust store {trust[:12]})"
        return
    yield "trust", f"the key is {finding.principal}'s (trust store {trust[:12]})"
    yield "clock", _clock(signature, result, choice)
    if result.status in ("expired", "not-yet-valid", "revoked-soft"):
        yield "time", f"{result.status}: {result.detail}{_window(finding)}"
        return
    yield "time", f"valid then{_window(finding)}"
    yield "address", _address(signature, result, found, choice)


def _primary(finding: Finding) -> str:
    if finding.primary_fingerprint in ("", finding.fingerprint):
        return ""
    return f", under {finding.primary_fingerprint}"


def _clock(signature: Signature, result: SignatureResult, choice: Choice) -> str:
    first = signature.first_seen
    seen = "nobody says when it was first seen" if first is None else f"first seen {moment(first)}"
    at = moment(result.judged_at) if result.judged_at is not None else "never"
    clocks = {
        "log": "a log that is trusted saw the signature then",
        "first-seen": "that is the time that counts",
        "signature": "what the signer says counts",
        "now": "now counts",
    }
    chosen = f"validity {choice.validity}, unknown_first_seen {choice.unknown_first_seen}"
    return f"{seen}; judged at {at}, {clocks.get(result.clock, '')} ({chosen})"


def _window(finding: Finding) -> str:
    parts = [f"from {moment(finding.not_before)}" if finding.not_before is not None else ""]
    parts += [f"to {moment(finding.not_after)}" if finding.not_after is not None else ""]
    parts += [f"revoked {moment(finding.revoked)}" if finding.revoked is not None else ""]
    said = ", ".join(part for part in parts if part)
    return f" ({said})" if said else ""


def _address(signature: Signature, result: SignatureResult, found: Commit | Tag, choice: Choice) -> str:
    if signature.forge:
        return "a forge made it: it is nobody's signature, and no address is asked for"
    if not signature.addresses:
        return f"{result.principal} lists no address: none is asked for"
    author, committer = _people(found)
    people = {"author": (author,), "committer": (committer,), "either": (author, committer)}
    who = "tagger" if isinstance(found, Tag) else choice.signer
    claimed = " or ".join(f"<{person.email}>" for person in people.get(who, (committer,)) if person)
    verdict = "is not among" if result.status == "principal-mismatch" else "is among"
    return f"{who} {claimed} {verdict} the addresses of {result.principal}: {', '.join(signature.addresses)}"


def as_lines(of: Commit | Tag, found: list[Step], result: SignatureResult) -> list[str]:
    """Numbered lines, then the status; where it is not good, the last line is where it stopped.

    Each is to be escaped by itself: what the object brings into it may hold characters that end a line.
    """
    name = f'tag {of.oid} "{of.name[:60]}"' if isinstance(of, Tag) else f'{of.oid} "{of.message.subject[:60]}"'
    lines = [f"signature of {name}"]
    lines += [f"  {number} {name:<13} {words}" for number, (name, words) in enumerate(found, 1)]
    end = "" if result.status == "good" else f": stopped at {found[-1][0]}"
    return [*lines, f"status {result.status}{end}"]
