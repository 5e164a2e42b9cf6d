"""A verification as text for people, every aspect apart, and as JSON. Text from the log is escaped."""

from __future__ import annotations

from gitward.audit.verification.findings import ASPECTS, BROKEN, INCOMPLETE, UNVERIFIABLE, Finding
from gitward.render.escape import visible, well_formed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from gitward.audit.verification.report import Counts, Held, Missing, Report

SCHEMA = "gitward.verification/1"
_WORDS = {BROKEN: "does not hold", UNVERIFIABLE: "cannot verify", INCOMPLETE: "incomplete"}


def text(report: Report) -> str:
    """One line for each aspect, its findings below it, what is covered, and the verdict as the last line."""
    lines = [f"log {visible(report.origin)}"]
    more = dict(report.more)
    for aspect in ASPECTS:
        found = [each for each in report.found if each.aspect == aspect]
        codes = [each.code for each in found if each.code]
        word = next((_WORDS[code] for code in _WORDS if code in codes), "holds")
        summary = _summary(aspect, report)
        if summary or found:
            lines.append(f"{aspect:10} {word if codes else summary or word}")
            lines += [f"  {_finding(each)}" for each in found]
            lines += [f"  and {more[aspect]} more"] if more.get(aspect) else []
    lines += _coverage(report)
    lines.append(f"{report.outcome}: {_verdict(report)}")
    return "\n".join(lines) + "\n"


def _finding(finding: Finding) -> str:
    word = f"{_WORDS[finding.code]}: " if finding.code else ""
    return f"{word}{visible(finding.place)}: {visible(finding.message)}"


def _summary(aspect: str, report: Report) -> str:
    """What an aspect in which nothing is wrong comes to; '' where it has nothing to say."""
    kept = [each for each in report.checkpoints if each.is_kept]
    own = [each for each in report.checkpoints if not each.is_kept]
    unknown = ", ".join(visible(name) for name in report.unknown_signatures)
    return {
        "lines": f"{report.lines} in {report.segments} segments",
        "schema": "holds",
        "chain": "holds",
        "root": _agreement(own),
        "signature": _signature(report, own),
        "tiles": f"{report.tiles} fit",
        "witnesses": report.vouched or (f"not looked at: {unknown}" if unknown else "none"),
        "last seen": _agreement(kept) or "none was given: only the log's own checkpoint was there, and who holds its key can "
                                         "make another for another past; keep one elsewhere and give it with --against",
        "missing": _missing(report.missing),
        "evidence": _counts(report.evidence),
        "personal": _counts(report.personal),
        "files": "",
    }[aspect]  # fmt: skip


def _agreement(checkpoints: list[Held]) -> str:
    return "; ".join(f"{visible(each.name)} {each.outcome} at {each.size} entries" for each in checkpoints)


def _signature(report: Report, own: list[Held]) -> str:
    signers = ", ".join(visible(name) for each in own for name in each.signers)
    trust = "" if report.is_key_given else " (the log's own word for its key: give the one that you know with --key)"
    return f"{signers}{trust}" if signers else "none"


def _missing(missing: tuple[Missing, ...]) -> str:
    said = []
    for each in missing[:10]:
        between = f", between {each.after or 'the beginning'} and {each.until or 'an unknown time'}"
        by = f"pruned, as entry {each.pruned_by} says" if each.pruned_by >= 0 else "not there"
        said.append(f"entries {each.first} to {each.last} {by}{between}")
    said += [f"and {len(missing) - 10} more ranges"] if len(missing) > 10 else []
    return "; ".join(said) or "none"


def _counts(counts: Counts) -> str:
    secret = f", {counts.secret} never kept" if counts.secret else ""
    return f"{counts.present} present, {counts.erased} erased, {counts.missing} missing{secret}"


def _coverage(report: Report) -> list[str]:
    """What is covered, what is not, since when, and what does not fit there."""
    lines = [f"covers     entries 0 to {report.covered - 1}" if report.covered else "covers     nothing"]
    behind = report.entries - report.covered
    if behind > 0:
        since = f", received from {report.since or 'an unknown time'} on" if report.covered else ""
        lines.append(f"not covered: {behind} entries from {report.covered} on{since}: they can still be changed or cut unseen")
    elif report.newest:
        lines.append(f"not covered: whatever was recorded after {report.newest}, if anything was, and cut since")
    if report.torn:
        lines.append(f"not covered: {report.torn} bytes after the last line, of a line that was never whole")
    lines += [f"not covered: {visible(each.place)}: {visible(each.message)}" for each in report.beyond]
    return lines


def _verdict(report: Report) -> str:
    for code in _WORDS:
        found = [each for each in report.found if each.code == code]
        if report.code == code and found:
            return f"{visible(found[0].place)}: {visible(found[0].message)}"
    by = ", ".join(f"{visible(each.name)} ({each.size})" for each in report.checkpoints if each.outcome == "agrees")
    return f"{report.covered} entries, against {by}"


def as_json(report: Report) -> dict[str, Any]:
    """`gitward.verification/1`, for scripts."""

    def finding(each: Finding) -> dict[str, Any]:
        return {"aspect": each.aspect, "code": each.code, "place": well_formed(each.place), "message": well_formed(each.message),
                "seq": each.seq}  # fmt: skip

    def counts(each: Counts) -> dict[str, int]:
        return {name: getattr(each, name) for name in ("present", "erased", "missing", "unfit", "secret")}

    return {
        "schema": SCHEMA,
        "outcome": report.outcome,
        "exit_code": report.code,
        "origin": well_formed(report.origin),
        "key": well_formed(report.key),
        "key_given": report.is_key_given,
        "entries": report.entries,
        "lines": report.lines,
        "segments": report.segments,
        "covered": report.covered,
        "uncovered": {"entries": max(0, report.entries - report.covered), "since": report.since or None, "torn": report.torn},
        "newest": report.newest or None,
        "tiles": report.tiles,
        "checkpoints": [{"name": well_formed(each.name), "size": each.size, "outcome": each.outcome, "kept": each.is_kept,
                         "signers": [well_formed(name) for name in each.signers]} for each in report.checkpoints],
        "unknown_signatures": [well_formed(name) for name in report.unknown_signatures],
        "witnesses": report.vouched or None,
        "missing": [{"first": each.first, "last": each.last, "after": each.after or None, "until": each.until or None,
                     "pruned_by": each.pruned_by if each.pruned_by >= 0 else None} for each in report.missing],
        "evidence": counts(report.evidence),
        "personal": counts(report.personal),
        "found": [finding(each) for each in report.found],
        "not_covered": [finding(each) for each in report.beyond],
        "more": dict(report.more),
    }  # fmt: skip
