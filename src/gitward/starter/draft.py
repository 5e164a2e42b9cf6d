"""The text of a first policy: what the survey found, as comments, and entries that fit, each with its tests."""

from __future__ import annotations

import json
import re

from gitward.starter.survey import Survey

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

_MOST = 0.8  # of the commits: then it is the custom here, and the policy holds it
_MANY = 0.4  # then it is worth a proposal
_SUBJECT_MAX = 72  # of the packs
_LONGEST = 200


def policy_id(name: str) -> str:
    """A folder's name as an id: lower-case letters, digits and single hyphens."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower().removesuffix(".git")).strip("-") or "policy"


def draft(survey: Survey, name: str) -> str:
    """A whole policy file, LF line ends."""
    base = "conventional" if survey.conventional >= _MOST else "minimal"
    lines = [*_opening(survey), "version: 1", f"policy: {{id: {policy_id(name)}, revision: 1}}", ""]
    lines += [
        "# what hardly any project would argue about; `gitward policy show` lists it",
        f'extends: ["builtin:{base}"]',
        "",
    ]
    lines += list(_refsets(survey))
    lines += list(_landing(survey))
    entries = [*_ticket(survey, base), *_subject(survey, base)]
    lines += ["", "rules:" if entries else "# further entries, for example", *(entries or _example())]
    return "\n".join([*lines, *_proposals(survey, base), ""])


def percent(share: float) -> str:
    """Rounded down: 100% is all of them."""
    return f"{int(share * 100)}%"


def _opening(survey: Survey) -> Iterator[str]:
    yield "# The policy of this repository. `gitward explain RULE` says what a rule does,"
    yield "# `gitward policy test` runs the tests that stand in it."
    if not survey.commits:
        yield "# There was no history to look at, so these are the entries that fit almost everywhere."
        return
    key, share = survey.ticket
    types = f" ({', '.join(survey.types)})" if survey.types else ""
    yield f"# Fitted to the last {len(survey.commits)} commits of {survey.branch}, without {survey.merges} merges:"
    yield f"#   Conventional Commits  {percent(survey.conventional)}{types}"
    yield f"#   tickets               {f'{key}-... in {percent(share)}' if key else 'none'}"
    yield f"#   length of a subject   at most {survey.subject_columns} columns in 95%"
    yield f"#   Signed-off-by         {percent(survey.signed_off)}"


def _refsets(survey: Survey) -> Iterator[str]:
    branch = (
        survey.branch if survey.branch.isprintable() else "refs/heads/main"
    )  # a policy is UTF-8, a branch need not be
    refs = [branch, *([f"refs/heads/{survey.release_folder}/**"] if survey.release_folder else [])]
    yield "refsets:"
    yield "  # the branches that people build on; a list, `*` within a part of a name, `**` across"
    yield f"  protected: {json.dumps(refs, ensure_ascii=False)}"


def _landing(survey: Survey) -> Iterator[str]:
    if survey.squashed >= _MANY:
        yield ""
        yield f"# {percent(survey.squashed)} of the subjects end in (#123): with the line below"
        yield "# CI judges the message that a squash merge will write"
        yield "# landing: [{refs: [protected], method: squash}]"


def _good(survey: Survey, base: str, subject: str, *, ticket: bool = True) -> str:
    """A message that every other entry accepts."""
    text = f"fix: {subject}" if base == "conventional" else subject
    key, share = survey.ticket
    return f"{text}\n\nRefs: {key}-123" if ticket and key and share >= _MOST else text


def _test(outcome: str, message: str) -> str:
    return f"      - {{{outcome}: {json.dumps(message, ensure_ascii=False)}}}"


def _ticket(survey: Survey, base: str) -> Iterator[str]:
    key, share = survey.ticket
    if not key or share < _MOST:
        return
    yield "  - rule: ticket-reference"
    yield "    refs: [protected]"
    yield f"    pattern: '{key}-[1-9][0-9]*'"
    yield "    tests:"
    yield _test("accept", _good(survey, base, "handle the empty file"))
    yield _test("reject", _good(survey, base, "handle the empty file", ticket=False))


def _subject(survey: Survey, base: str) -> Iterator[str]:
    """A longer limit where the custom here is longer than that of the packs."""
    if survey.subject_columns <= _SUBJECT_MAX:
        return
    limit = min(-(-survey.subject_columns // 10) * 10, _LONGEST)
    long = "handle " + "x" * limit
    yield "  - rule: subject-length"
    yield "    replace: subject-length"
    yield f"    max: {limit}"
    yield "    tests:"
    yield _test("accept", _good(survey, base, "handle the empty file"))
    yield _test("reject", _good(survey, base, long))


def _example() -> Iterator[str]:
    yield "# rules:"
    yield "#   - rule: ticket-reference"
    yield "#     refs: [protected]"
    yield "#     pattern: 'PROJ-[1-9][0-9]*'"
    yield "#     tests:"
    yield '#       - {accept: "Handle the empty file\\n\\nRefs: PROJ-123"}'
    yield '#       - {reject: "Handle the empty file"}'


def _proposals(survey: Survey, base: str) -> Iterator[str]:
    """What many do and not most, as a comment to think about."""
    key, share = survey.ticket
    if _MANY <= share < _MOST:
        yield f"# {percent(share)} of the commits name a ticket of {key}: to ask for it, add"
        yield f"#   - {{rule: ticket-reference, refs: [protected], pattern: '{key}-[1-9][0-9]*'}}"
    if base == "minimal" and survey.conventional >= _MANY:
        yield f"# {percent(survey.conventional)} of the subjects are Conventional Commits: to ask for it, extend"
        yield "# builtin:conventional in place of builtin:minimal"
