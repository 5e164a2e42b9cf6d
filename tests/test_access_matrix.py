"""Every cell of roles by actions by refs by paths, in generated policies, against a model that says plainly what a grant means.

And bugs, seeded one at a time into copies of the modules that decide: a matrix that does not see one of them is too small.
"""

from __future__ import annotations

import ast
import json
import random
import sys
from collections.abc import Iterator
from functools import cache
from itertools import product
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import access_model
import gitward
from gitward.errors import GitwardError
from gitward.model import RefUpdate
from gitward.policy import load
from soaking import examples

T = 1_800_000_000  # 2027-01-15T08:00:00Z
PEOPLE = {"ann": ["maintainer"], "bob": [], "carol": ["maintainer", "auditor"], "dan": []}
GROUPS = {"dev": ["ann", "bob"], "ops": ["carol"], "nobody": []}
WHO = ["ann", "bob", "carol", "dan", "maintainer", "auditor", "dev", "ops", "nobody"]
REFSETS = {"protected": ["refs/heads/main", "refs/heads/release/**"]}
REFS = [["refs/heads/**"], ["protected"], ["refs/heads/**", "!protected"], ["refs/heads/*"], ["refs/heads/main"],
        ["refs/tags/v*"], ["refs/heads/main", "refs/tags/**"], ["refs/heads/topic"], ["refs/**", "!refs/heads/main"],
        ["refs/heads/t*c", "refs/*/mai*e"]]  # fmt: skip
PATHS = [["/ci/"], ["*.md"], ["/ci/**", "!/ci/open"], ["/docs/**/*.md", "/src/a"], ["src/", "/ci/b"], ["/ci/b"],
         ["/ci/", "!/ci/b"]]  # fmt: skip
ACTIONS = ["read", "create", "update", "force", "delete", "tag"]
MOVES = {"new": "create", "forward": "ff", "rewind": "non-ff", "gone": "delete"}
NAMES = [f"refs/heads/{name}" for name in ("main", "mainline", "release/1", "topic", "topic/c")] + ["refs/tags/v1"]
TOUCHED: list[list[str]] = [
    [], ["src/a"], ["ci/b"], ["ci/open", "x.mdx"], ["docs/a/b.md", "ci/b"], ["ci/bb"], ["docs/x.txt"], ["lib/src/x.md"],
    ["sub/ci/b"], ["ci/ci/open", "src/a"],
]  # fmt: skip
SECONDS = [T - 1, T, T + 99, T + 100]


def made(seed: int) -> dict[str, Any]:
    """A policy with a few grants: broad ones and narrow ones, some with paths, some for a time."""
    pick = random.Random(seed)
    grants = []
    for number in range(8):
        with_paths = number % 3 == 1
        grant: dict[str, Any] = {
            "who": pick.sample(WHO, pick.choice([1, 1, 2])),
            "may": pick.sample(["create", "update", "force"] if with_paths else ACTIONS, pick.choice([2, 3])),
        }
        if pick.random() < 0.85:
            grant["refs"] = pick.choice(REFS)
        if with_paths:
            grant["paths"] = PATHS[(3 * seed + number // 3) % len(PATHS)]
        if pick.random() < 0.4:
            grant |= pick.choice([{"after": T}, {"before": T + 100}, {"after": T, "before": T + 100}])
        grants.append(grant)
    return {"principals": PEOPLE, "groups": GROUPS, "refsets": REFSETS, "access": grants}


def written(policy: dict[str, Any]) -> bytes:
    """The same as a policy file."""
    times = {T: "2027-01-15T08:00:00Z", T + 100: "2027-01-15T08:01:40Z"}
    names = {"after": "valid_after", "before": "valid_before"}
    return json.dumps({
        "version": "1", "policy": {"id": "matrix"}, "refsets": REFSETS,
        "principals": {name: {"roles": roles} if roles else {} for name, roles in PEOPLE.items()},
        "groups": {name: {"members": members} for name, members in GROUPS.items()},
        "access": [{names.get(key, key): times.get(value, value) if key in names else value for key, value in grant.items()}
                   for grant in policy["access"]],
    }).encode()  # fmt: skip


@cache
def policies() -> list[tuple[dict[str, Any], Any]]:
    """Plain policies, each with the rule that gitward makes of it."""
    found = []
    for seed in range(examples(6)):
        plain = made(seed)
        loaded = load.load_policy({"p.yaml": written(plain)}.get, "p.yaml", "p.yaml")
        found.append((plain, next(entry.rule for entry in loaded.entries if entry.id == "access")))
    return found


@cache
def cells() -> list[tuple[int, str, RefUpdate, bool]]:
    """The number of a policy, who pushes, what, and whether the model lets it in. In no order, so that a bug shows soon."""
    found = []
    for number, (plain, _) in enumerate(policies()):
        for who, move, ref, touched in product([*PEOPLE, "caro"], MOVES, NAMES, TOUCHED):
            now = SECONDS[len(found) % 4]
            update = RefUpdate(ref=ref, old="1" * 40, new="2" * 40, ancestry=MOVES[move], pusher=who,  # type: ignore[arg-type]
                               touched=frozenset(path.encode() for path in touched), seen=now)  # fmt: skip
            found.append((number, who, update, access_model.may(plain, who, move, ref, touched, now)))
    random.Random(1).shuffle(found)
    return found


def differences(rules: list[Any], granting: Any) -> Iterator[str]:
    """Where rules and model do not say the same; a rule that cannot decide says nothing."""
    for number, (plain, _) in enumerate(policies()):
        for who, now in product(PEOPLE, SECONDS):
            names = granting.names_of(rules[number].members, who)
            wanted = access_model.may_read(plain, who, now)
            if granting.may_read(rules[number].grants, names, now).allowed is not wanted:
                yield f"policy {number}: {who} reads at {now}: the model says {wanted}"
    for number, who, update, wanted in cells():
        if (not list(rules[number].check_update(update))) is not wanted:
            touched = sorted(update.touched or ())
            yield f"policy {number}: {who} {update.ancestry} {update.ref} {touched} at {update.seen}: the model says {wanted}"


def test_the_matrix() -> None:
    assert list(differences([rule for _, rule in policies()], gitward.granting)) == []
    answers = [wanted for *_, wanted in cells()]
    assert len(answers) >= 2_000
    assert min(answers.count(True), answers.count(False)) > len(answers) / 10


def test_the_model_is_plain() -> None:
    source = Path(access_model.__file__).read_text(encoding="utf-8")
    assert len(source.splitlines()) <= 80
    imported = [node.module for node in ast.walk(ast.parse(source)) if isinstance(node, ast.ImportFrom)]
    assert imported == ["__future__", "functools", "typing"]
    assert not [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Import)]


# --- seeded bugs: what it is, the module, its code, what stands there instead ------------------------------------------

MODULES = ("patterns", "pathglobs", "grantindex", "granting", "rules.access")  # in the order in which they import each other
BUGS = [
    ("an unanchored ref", "patterns",
     "compiled(pattern).fullmatch(_readable(text))",
     "compiled(pattern).search(_readable(text))"),
    ("a ref that is only a beginning", "patterns", "return pattern == ref", "return ref.startswith(pattern)"),
    ("a star at the end across parts", "patterns",
     'return ref.startswith(fixed) and "/" not in ref[len(fixed) :]',
     "return ref.startswith(fixed)"),
    ("a star across parts", "patterns", '"[^/]*".join(map(re2.escape', '".*".join(map(re2.escape'),
    ("two stars within a part", "patterns",
     'if rest == "*":\n        return ref.startswith(fixed)',
     'if rest == "*":\n        return ref.startswith(fixed) and "/" not in ref[len(fixed) :]'),
    ("what is taken out of refs stays in", "patterns", "return False", "continue"),
    ("an unanchored path", "pathglobs", "bool(wanted.fullmatch(path))", "bool(wanted.search(path))"),
    ("a top that is any folder", "pathglobs", 'top = b"" if pattern', 'top = b"(?:.*/)?" if pattern'),
    ("what is taken out of paths stays in", "pathglobs", "and not (unwanted and", "and (not unwanted or"),
    ("any action", "granting", "return action in grant.may and (", "return bool(grant.may) and ("),
    ("no time", "granting", "_gives(grant := grants[number], action) and is_valid(grant, now)", "_gives(grants[number], action)"),
    ("no beginning", "granting", "grant.valid_after is None or now >= grant.valid_after", "True"),
    ("a beginning a second late", "granting", "now >= grant.valid_after", "now > grant.valid_after"),
    ("no end", "granting", "return has_begun and (grant.valid_before is None or now < grant.valid_before)", "return has_begun"),
    ("an end a second late", "granting", "now < grant.valid_before", "now <= grant.valid_before"),
    ("begun or not ended", "granting", "return has_begun and (", "return has_begun or ("),
    ("a path that no other grant protects", "granting",
     "for group in groups if group in mine), default=None) if groups else plain",
     "for group in groups if group in mine), default=plain) if groups else plain"),
    ("every path is protected", "granting", "default=None) if groups else plain", "default=None)"),
    ("whoever's grant names the path", "granting",
     "min((mine[group] for group in groups if group in mine), default=None)",
     "min(groups)"),
    ("one path that is allowed is enough", "granting", "if not refused:", "if len(refused) < len(paths):"),
    ("a grant with paths is for every path", "granting",
     "next((number for number in own if not grants[number].paths), None)",
     "next(iter(own), None)"),
    ("paths are asked of a deletion", "granting", "if not paths or action not in BY_PATH:", "if not paths:"),
    ("paths are never asked", "granting", "if not paths or action not in BY_PATH:", "if not paths or action in BY_PATH:"),
    ("a role gives nothing", "granting", "frozenset((principal, *members[at][1]))", "frozenset((principal,))"),
    ("a role in place of a name", "granting", "frozenset((principal, *members[at][1]))", "frozenset(members[at][1])"),
    ("the next in the list of members", "granting", "members[at][0] != principal", "not principal"),
    ("only the first name of a grant", "grantindex", "for name in grant.who:", "for name in grant.who[:1]:"),
    ("only the last grant for some refs", "grantindex",
     "self._whose.setdefault((at, name), []).append(number)",
     "self._whose[at, name] = [number]"),
    ("only the first pattern of a list", "grantindex", "for pattern in refs:", "for pattern in refs[:1]:"),
    ("only the first path of a grant", "grantindex",
     "for pattern in patterns:\n            if pattern.startswith",
     "for pattern in patterns[:1]:\n            if pattern.startswith"),
    ("paths without a top are lost", "grantindex",
     "if self._together and any(",
     "if not self._together and any("),
    ("only the first length of a beginning", "grantindex", "lengths.append(len(start))", "lengths[:] = lengths or [len(start)]"),
    ("only the top folder", "grantindex", "self._longest = max(self._longest, len(folder))", "self._longest = 0"),
    ("a whole path begins others", "grantindex", 'is_whole = "*" not in pattern and not start', "is_whole = not start"),
    ("what a path is taken out of is sure", "grantindex", "is_sure = not takes_out and ", "is_sure = "),
    ("a star in a path is sure", "grantindex", 'not takes_out and "*" not in pattern.removesuffix("/**")', "not takes_out"),
    ("paths of other refs", "grantindex",
     "for each in lists for group in self._paths[each]",
     "for of in self._paths for group in of"),
    ("a group is its first grant's", "granting", "for number in reversed(own)}", "for number in own[:1]}"),
    ("a tag is a branch", "granting", 'return "tag" if is_tag else "create"', 'return "create"'),
    ("a tag moves like a branch", "granting", 'update.ancestry == "ff" and not is_tag', 'update.ancestry == "ff"'),
    ("force is an update", "granting", 'else "force"', 'else "update"'),
    ("a deletion is an update", "granting", 'return "delete"', 'return "update"'),
    ("reading by whatever is granted", "granting",
     '_giving(grants, range(len(grants)), "read", now)',
     "list(range(len(grants)))"),
    ("reading by everybody", "granting", "if not names.isdisjoint(grants[number].who)", "if names"),
    ("who is not known is let in", "rules.access", "if not verdict.allowed:", "if names and not verdict.allowed:"),
    ("a denial is lost", "rules.access", "if not verdict.allowed:", "if not verdict.allowed and verdict.could:"),
    ("a path is lost", "rules.access", "update.ref, update.touched, update.seen", "update.ref, None, update.seen"),
]  # fmt: skip


def with_bug(module: str, old: str, new: str, monkeypatch: pytest.MonkeyPatch) -> dict[str, ModuleType]:
    """Fresh copies of the modules that decide, one of them altered."""
    copies = {}
    for name in MODULES:
        path = Path(gitward.__file__).parent / f"{name.replace('.', '/')}.py"
        source = path.read_text(encoding="utf-8")
        if name == module:
            assert source.count(old) == 1, f"{path.name} has {source.count(old)} times {old!r}"
            source = source.replace(old, new)
        copy = copies[name] = ModuleType(f"gitward.{name}")
        monkeypatch.setitem(sys.modules, f"gitward.{name}", copy)
        exec(compile(source, path, "exec"), copy.__dict__)
    return copies


@pytest.mark.parametrize(("module", "old", "new"), [bug[1:] for bug in BUGS], ids=[bug[0].replace(" ", "-") for bug in BUGS])
def test_a_seeded_bug_is_seen(module: str, old: str, new: str, monkeypatch: pytest.MonkeyPatch) -> None:
    cells()  # before anything is altered
    copies = with_bug(module, old, new, monkeypatch)
    kind = copies["rules.access"].Access
    rules = [kind(grants=rule.grants, members=rule.members) for _, rule in policies()]
    try:
        found = next(differences(rules, copies["granting"]), "")
    except (IndexError, AttributeError, GitwardError) as problem:
        found = f"it crashed: {problem}"
    assert found
    assert "crashed" not in found
