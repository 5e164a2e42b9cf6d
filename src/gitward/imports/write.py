"""From what was found to the text of a policy that loads, with tests that hold, and a list of what is not in it."""

from __future__ import annotations

import os
import re
from itertools import chain, count

from gitward import rules
from gitward.errors import PolicyError, UsageError
from gitward.imports.found import Note, Proposal, listed
from gitward.imports.trials import Trials
from gitward.policy.load import load_policy, load_with_tests
from gitward.record import record, replace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gitward.imports.found import Case, Found, Value

    Tests = tuple[tuple[str, Case], ...]

_WIDTH = 118
_MOST = 100  # entries
_SHORT = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t"}


@record
class Written:
    """The text of a policy, '' where nothing has an equivalent, and every note, those of its entries too."""

    text: str
    notes: tuple[Note, ...]
    entries: int


def write(found: Found, name: str) -> Written:
    """The policy for what was found in the file `name`.

    Raises PolicyError where it would be too large to load, UsageError for too many entries.
    """
    kept: list[Proposal] = []
    notes: list[Note] = []
    for proposal in found.proposals:
        note = _refusal(proposal)
        if note:
            notes.append(note)
        else:
            kept.append(proposal)
    kept = _folded(kept)
    others = [*notes, *found.notes]
    differing = [(listed(each.settings), words) for each in kept for words in each.differs]
    notes = [*others, *(Note(setting=setting, kind="differs", words=words) for setting, words in differing)]
    kept = _named(kept)
    if len(kept) > _MOST:
        raise UsageError(f"{name} would become {len(kept)} entries, more than {_MOST}", "split it")
    if not kept:
        return Written(text="", notes=tuple(notes), entries=0)
    head = _head(found, name)
    bare = load_policy({"p": _text(head, [(each, (), True) for each in kept], []).encode()}.get, "p", "p")
    entries = {entry.id: entry for entry in bare.entries}
    trials = Trials(bare.entries)
    text = _text(head, [(each, *trials.tests_of(each, entries[each.id])) for each in kept], others)
    load_with_tests({"p": text.encode()}.get, "p", os.path.basename(name))
    return Written(text=text, notes=tuple(notes), entries=len(kept))


def quoted(text: str) -> str:
    """A text as YAML, in double quotes; what cannot be seen is escaped."""
    return f'"{"".join(_character(character) for character in text)}"'


def comment(text: str, indent: str = "") -> Iterator[str]:
    """Lines of a comment. What cannot be seen is escaped, so that no text of a source leaves its comment."""
    line = ""
    for word in quoted(text)[1:-1].replace('\\"', '"').replace("\\\\", "\\").split(" "):
        if line and len(line) + len(word) > _WIDTH - len(indent):
            yield f"{indent}# {line}"
            line = f"  {word}"
        else:
            line = f"{line} {word}" if line else word
    yield f"{indent}# {line}"


def _character(character: str) -> str:
    if character in _SHORT:
        return _SHORT[character]
    code = ord(character)
    if character.isprintable() and code != 0xFEFF:
        return character
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def _refusal(proposal: Proposal) -> Note | None:
    """Why an entry cannot be written by this gitward."""
    setting = listed(proposal.settings)
    if proposal.rule not in rules.NAMES:
        return Note(setting=setting, kind="later", words=f"comes with rule {proposal.rule}")
    text = _text(["version: 1", "policy: {id: x}"], [(replace(proposal, id="x"), (), True)], [])
    try:
        load_policy({"p": text.encode("utf-8", "surrogatepass")}.get, "p", "p")
    except PolicyError as problem:
        fix = f" ({problem.fix})" if problem.fix else ""
        return Note(setting=setting, kind="not importable", words=f"{problem.bare}{fix}")
    return None


def _folded(proposals: list[Proposal]) -> list[Proposal]:
    """Without an entry that asks for the blank line below the subject alone, where Conventional Commits ask for it too."""
    wider = next((each for each in proposals if each.rule == "conventional-commit" and each.severity == "error"), None)
    if wider is None:
        return proposals
    merges = wider.options.get("merges")
    idle = [
        each
        for each in proposals
        if each.rule == "subject-style"
        and not each.options.get("trailing_punctuation")
        and (each.options.get("case", "any"), each.options.get("merges")) == ("any", merges)
    ]
    words = tuple(f"{setting}, which the grammar below asks for" for each in idle for setting in each.settings)
    return [replace(each, settings=each.settings + words) if each is wider else each for each in proposals if each not in idle]


def _named(proposals: list[Proposal]) -> list[Proposal]:
    """Each with an id that no other has: its own, or with a number."""
    taken: set[str] = set()
    named = []
    for proposal in proposals:
        wanted = re.sub(r"[^a-z0-9]+", "-", (proposal.id or proposal.rule).lower())[:60].strip("-") or proposal.rule
        own = next(each for each in chain((wanted,), (f"{wanted}-{n}" for n in count(2))) if each not in taken)
        taken.add(own)
        named.append(replace(proposal, id=own))
    return named


def _head(found: Found, name: str) -> list[str]:
    lines = [*comment(f"Imported by `gitward policy import` from {os.path.basename(name)} ({found.kind}).")]
    lines += [*comment("What was not imported, or means something else here, is listed at the end.")]
    return [*lines, "version: 1", f"policy: {{id: imported-{found.kind}, revision: 1}}"]


def _text(head: list[str], entries: list[tuple[Proposal, Tests, bool]], notes: list[Note]) -> str:
    """`entries` are each with its tests, and whether what they reject no other entry rejects."""
    lines = [*head, "rules:"]
    for proposal, tests, is_alone in entries:
        lines += ["", *_entry(proposal)]
        if not is_alone:
            lines.append("    # `gitward policy test` wants a change that this entry alone rejects: write one, or drop the entry")
        lines += ["    tests:"] if tests else []
        lines += [f"      - {{{verb}: {_value(case)}}}" for verb, case in tests]
    if notes:
        lines += ["", "# Not imported, or different:"]
        for note in notes:
            lines += comment(f"- {note.line}")
    return "\n".join([*lines, ""])


def _entry(proposal: Proposal) -> Iterator[str]:
    for setting in proposal.settings:
        yield from comment(setting, "  ")
    for words in proposal.differs:
        yield from comment(f"differs: {words}", "  ")
    yield f"  - rule: {proposal.rule}"
    if proposal.id != proposal.rule:
        yield f"    id: {proposal.id}"
    if proposal.refs:
        yield f"    refs: {_value(proposal.refs)}"
    if proposal.severity != "error":
        yield f"    severity: {proposal.severity}"
    for name, value in proposal.options.items():
        yield f"    {name}: {_value(value)}"


def _value(value: Value | Case) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return value if re.fullmatch(r"[a-z][a-z-]*|[0-9]+(KiB|MiB)?", value) else quoted(value)
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {_value(each)}" for key, each in value.items()) + "}"
    return f"[{', '.join(_value(each) for each in value)}]" if isinstance(value, tuple) else str(value)
