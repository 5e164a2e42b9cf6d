"""From parsed files to the plain form of a policy: what they name is looked up here.

The plain form is JSON with nothing left to look up; `build` makes a `model.Policy` of it.
"""

from __future__ import annotations

import hashlib
import json
from typing import get_args

from gitward import rules
from gitward.errors import PolicyError
from gitward.policy import duties, granted
from gitward.policy.complaints import raise_first
from gitward.policy.exempt import Exempt
from gitward.policy.extend import Files
from gitward.policy.grammar import File, Since
from gitward.policy.hints import arms, field_name, hints, inner
from gitward.policy.known import people_of
from gitward.policy.refsets import RefSets
from gitward.record import as_json, record
from gitward.shapes import BesideShape, Checked, Refused

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import Any

    from gitward.policy.extend import Item, Parsed, Reader
    from gitward.policy.grammar import Test
    from gitward.policy.known import ReadBeside

    Tests = dict[str, tuple[tuple[Test, str], ...]]  # entry id -> tests, each with its place

GATE = "malformed-object"


@record
class Resolved:
    """A policy with everything looked up: its plain form, and its tests, which judging does not need."""

    plain: dict[str, Any]
    tests: Tests


def resolve(
    name: str, source: str, parse: Callable[[str], Parsed | None], read: Reader, root: Parsed, beside: ReadBeside
) -> Resolved:
    """Look up what `root`, the file `name`, extends and names. `parse` and `read` give another file, None for none.

    `beside` makes principals, or groups, of the bytes of a file that holds them.

    Raises PolicyError, with all that is wrong once every file is read.
    """
    files = Files(parse, read, name, root)
    problems: list[PolicyError] = []
    items = list(files.items(name, (name,)).values())
    items = granted.with_access(items, root, problems)
    refsets = RefSets()
    for parsed in reversed(files.parsed.values()):  # what is extended before what extends it
        for set_name, given in parsed.head.refsets.items():
            refsets.define(set_name, None if isinstance(given, str) else given, parsed.document)
    refsets.check(root.document)
    known, gathering = people_of(root, files, beside)
    trust = gathering.plain(root.head.trust) if isinstance(root.head, File) else ""
    exempt = Exempt(known, trust, GATE)
    of_access, rights = granted.rights(root, known, refsets, items, GATE)
    apart = duties.plain(root.head.duties, known.roles, root.document, problems) if isinstance(root.head, File) else []
    entries = [_entry(item, refsets, files, exempt, of_access) for item in items]
    head = _head(root, source, files, refsets)  # now that all files were read
    plain = {**head, "trust": trust, "entries": entries, "waivers": rights, "raw": sorted(files.raw)}
    plain |= {"groups": known.groups, "duties": apart}
    problems += [*files.problems, *refsets.problems, *gathering.problems, *known.problems, *exempt.problems]
    problems += [*_gate_problems(items), *_idle_problems(items), *exempt.unknown_signers(items)]
    problems += [problem for item in items for problem in exempt.unknown_names(item)]
    if not items:
        problems.append(root.document.error("the policy has no entry", ("rules",), "name a rule, or extend a pack"))
    raise_first(problems)
    if not any(entry["rule"] == GATE for entry in plain["entries"]):
        plain["entries"].insert(0, _built_in_gate())
    tests = {
        item.id: tuple((test, item.place_of(("tests", index))) for index, test in enumerate(item.keys.tests))
        for item in items
    }
    return Resolved(plain=plain, tests=tests)


def _gate_problems(items: Iterable[Item]) -> Iterator[PolicyError]:
    """The gate is always on, for every ref, and no warning: an entry may only add to it, and only one may."""
    gates = [item for item in items if item.keys.rule == GATE]
    for item in gates:
        if item.keys.severity != "error":
            path = (*item.path, "severity")
            yield item.document.error("a malformed object is always an error", path, "take `severity` out")
        if item.keys.refs:
            path = (*item.path, "refs")
            yield item.document.error("malformed objects are refused on every ref", path, "take `refs` out")
    for item in gates[1:]:
        message = f"{GATE} stands in one entry only, here it is at {gates[0].place} already"
        yield item.document.error(message, item.path, "write one entry with all its options")


def _idle_problems(items: Iterable[Item]) -> Iterator[PolicyError]:
    """Keys that let commits go, where no commit is judged: who wrote them expects something that will not happen."""
    for item in items:
        for key in ("since", "exempt"):
            lets_go = getattr(item.keys, key)
            if key == "exempt":
                lets_go = [each for each in lets_go if each.commit]
            if lets_go and not hasattr(item.rule, "check_commit") and item.keys.rule != granted.RULE:
                message = f"{item.keys.rule} judges no commits, so `{key}` lets nothing go"
                yield item.document.error(message, (*item.path, key), f"take `{key}` out", key=True)


def _built_in_gate() -> dict[str, Any]:
    rule = rules.load(GATE)()
    return _digested(
        {
            "id": GATE,
            "rule": GATE,
            "options": as_json(rule),
            "refs": ["refs/**"],
            "severity": "error",
            "since": [],
            "since_baseline": False,
            "exempt": [],
            "exempt_principals": [],
            "message": "",
            "place": "always on",
        }
    )


def _head(root: Parsed, source: str, files: Files, refsets: RefSets) -> dict[str, Any]:
    """All but the entries. The digest is SHA-256 over the sorted digests of all files, packs too, one a line in hex."""
    head = root.head
    if not isinstance(head, File):
        raise TypeError("a policy begins with a whole policy file")
    landing = head.landing
    if isinstance(landing, str):
        ways = [{"refs": ["refs/heads/**"], "method": landing}]
    else:
        ways = [
            {
                "refs": list(refsets.expand(item.refs, root.document, ("landing", index, "refs"))),
                "method": item.method,
            }
            for index, item in enumerate(landing)
        ]
    digest_of = {name: parsed.digest for name, parsed in files.parsed.items()}
    digest_of |= {name: hashlib.sha256(data).hexdigest() for name, data in files.beside.items()}
    return {
        "id": head.policy.id,
        "revision": head.policy.revision,
        "mode": head.mode,
        "source": source,
        "digest": hashlib.sha256("\n".join(sorted(digest_of.values())).encode()).hexdigest(),
        "files": [[name, digest] for name, digest in digest_of.items()],
        "landing": ways,
        "audit_required": head.audit == "required" or head.unaudited_updates == "deny",
        "unaudited_denied": head.unaudited_updates == "deny",
        "weakened": files.weakened,
    }


def _entry(item: Item, refsets: RefSets, files: Files, exempt: Exempt, of_access: dict[str, Any]) -> dict[str, Any]:
    keys = item.keys
    made = of_access if keys.rule == granted.RULE else {}
    refs = keys.refs and refsets.expand(keys.refs, item.document, (*item.path, "refs"))
    plain = {
        "id": item.id,
        "rule": keys.rule,
        "options": as_json(item.rule) | _from_files(item, files) | exempt.addresses(item) | made,
        "refs": list(refs or item.rule.default_refs),
        "severity": keys.severity,
        "since": list(keys.since.commits) if isinstance(keys.since, Since) else [],
        "since_baseline": keys.since == "baseline",
        "exempt": sorted({exemption.commit for exemption in keys.exempt if exemption.commit}),
        "exempt_principals": (principals := exempt.principals(item)),
        "message": keys.message,
        "place": item.place,
    }
    asks_who = principals or not {"signature", "pusher"}.isdisjoint(item.rule.needs)
    return _digested(plain, exempt.trust if asks_who else "")


def _from_files(item: Item, files: Files) -> dict[str, list[str]]:
    """The options whose value stands in a file beside the policy. Raises PolicyError with the line of that file."""
    found: dict[str, list[str]] = {}
    of: type = type(item.rule)
    for key, hint in hints(of).items():
        given = getattr(item.rule, field_name(key))
        if isinstance(given, str) and any(_is_beside(arm) for arm in arms(hint)):
            path = (*item.path, key)
            file, lines = files.lines(given, item.document, path)
            kept = [(number, line) for number, line in enumerate(lines, 1) if line.strip() and not line.startswith("#")]
            checks = [mark for mark in get_args(inner(hint, 0)) if isinstance(mark, Checked)]
            for number, line in kept:
                _check_line(line, checks, file, number)
            found[field_name(key)] = [line for _, line in kept]
    return found


def _is_beside(hint: Any) -> bool:
    return any(isinstance(mark, BesideShape) for mark in getattr(hint, "__metadata__", ()))


def _check_line(line: str, checks: list[Checked], file: str, number: int) -> None:
    try:
        for check in checks:
            check.check(line)
    except Refused as problem:
        raise PolicyError(str(problem), file, number, 1, problem.fix) from None


def _digested(plain: dict[str, Any], trust: str = "") -> dict[str, Any]:
    """The same entry with its digest: SHA-256 over rule, options with defaults, since and exempt, as canonical JSON.

    For an entry that asks who signed, or who pushes, the digest of the trust store is a part of it. Where a grant stands is none.
    """
    judged = [plain[key] for key in ("rule", "options", "since", "since_baseline", "exempt")]
    if "grants" in plain["options"]:
        grants = [{**grant, "place": ""} for grant in plain["options"]["grants"]]
        judged[1] = {**plain["options"], "grants": grants}
    judged += [plain["exempt_principals"], trust] if plain["exempt_principals"] or trust else []
    canonical = json.dumps(judged, sort_keys=True, separators=(",", ":"))
    return {**plain, "digest": hashlib.sha256(canonical.encode()).hexdigest()}
