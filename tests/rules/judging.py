"""Rules on literals: subjects made from text, cases with what a rule must say, and the examples of the docs as cases.

In an example of a rule's page the first word after the fence says what stands in it, the others are options:

    text      a commit message
    commit    a raw commit; `signed=ADDRESS` among the options makes it signed by a principal with that address
    update    `ANCESTRY REF`, then perhaps `tag=NAME`, `collides=REF`, `signed=ADDRESS` (the tag, by a principal with that
              address), `target=signed` or `target=unsigned` (the commit to which the tag leads), `pusher=PRINCIPAL` and
              `touched=PATH,PATH`, `approved=PRINCIPAL,PRINCIPAL`
    push      totals, `commits=5`, one a line; or a push certificate: `signed=PRINCIPAL`, then perhaps `pushee=URL`, `slop=5`,
              `is_new=no`
    merge     a merge; `remade=yes` or `remade=no` says whether git makes the same of its parents
    files     what a commit changes, a path a line, then perhaps `mode=120000`, `old=100644` (the mode before; `mode=`
              is a removal) or `size=5`; lines indented by four spaces are the content of the file above, all of it new

`\\u202e`, `\\x1b` and `\\f` in an example stand for those characters.
"""

from __future__ import annotations

import re
import shlex
import sys
from dataclasses import dataclass, field
from typing import Any

import yaml

from gitward import gitobject, message
from gitward.model import (
    UNSIGNED,
    Approval,
    Change,
    Commit,
    File,
    Finding,
    Ident,
    Oid,
    Principal,
    PushCertificate,
    Question,
    RefUpdate,
    Signature,
    Signed,
    SignedPush,
    Tag,
    Totals,
    Violation,
)
from gitward.model.proposals import GivenApproval, Proposal
from gitward.policy.load import model
from gitward.record import replace
from gitward.rules import load
from gitward.rules.trailers import Key

OID, OTHER = Oid("1" * 40), Oid("2" * 40)
SEEN = 1_800_000_000  # when an example of a page is judged, in seconds since 1970
TREE = "4b825dc642cb6eb9a060e54bf8d69288fbee4904"
Subject = Commit | RefUpdate | Change
GIVEN: dict[str, dict[str, Any]] = {  # options for rules that need some
    "subject-pattern": {"pattern": "^[a-z]"},
    "ref-name": {"pattern": "[a-z/]+"},
    "push-limits": {"commits": 10},
    "signed-push": {"push_urls": ("https://example.com/x.git",)},
    "trailers": {"keys": (Key(key="Reviewed-by", required=True),)},
}


def commit(text: str | bytes, *, encoding: str = "", **facts: Any) -> Commit:
    """A commit with this message and nothing else that matters."""
    raw = text if isinstance(text, bytes) else text.encode("utf-8", "surrogateescape")
    values = {
        "oid": OID, "tree": None, "parents": (OTHER,), "merge": False, "author": None, "committer": None,
        "message": message.parse(raw, encoding), **facts,
    }  # fmt: skip
    return Commit(**values)


def raw_commit(*headers: str, body: str = "fix: x\n", parents: int = 0) -> Commit:
    """A commit from its bytes, with more header lines after the committer."""
    ident = "Ann <ann@example.com> 1700000000 +0000"
    lines = [f"tree {TREE}", *[f"parent {number:040x}" for number in range(1, parents + 1)]]
    lines += [f"author {ident}", f"committer {ident}", *headers]
    return gitobject.parse_commit(OID, ("\n".join(lines) + "\n\n" + body).encode("utf-8", "surrogateescape"))


def file(
    path: str | bytes, content: str | bytes = b"", *, mode: str = "100644", old: str = "", size: int | None = None, at: int = 1
) -> File:
    """A file that a commit adds, or changes where `old` is its mode before: all of its content is new, from line `at`."""
    data = _bytes(content)
    is_blob = mode not in ("", "160000")
    return File(
        path=_bytes(path), mode=mode, oid=OID if mode else "", old_mode=old, old_oid=OTHER if old else "",
        size=(len(data) if size is None else size) if is_blob else None, content=data if is_blob else None,
        added=tuple(enumerate(data.removesuffix(b"\n").split(b"\n"), at)) if is_blob and data else (),
    )  # fmt: skip


def signature(status: str = "good", principal: str = "ann", addresses: tuple[str, ...] = (), **facts: Any) -> Signature:
    """What a policy's trust says of a signature; `facts` are fields of the finding, or of the signature itself."""
    own = {name: facts.pop(name) for name in ("first_seen", "now", "forge", "vouched", "skew") if name in facts}
    values = {"format": "ssh", "fingerprint": "SHA256:x", "principal": principal, **facts}
    finding = UNSIGNED if status == "unsigned" else Finding(status=status, **values)
    return Signature(**{"finding": finding, "now": SEEN, "addresses": addresses, **own})


def changing(*files: File, **facts: Any) -> Commit:
    """A commit that changes these files, and of which nothing else matters."""
    return commit("fix: x\n", files=files, **facts)


def _bytes(given: str | bytes) -> bytes:
    return given if isinstance(given, bytes) else given.encode("utf-8", "surrogateescape")


def update(
    ancestry: Any, ref: str, *, tag: str = "", collides: str = "", signed: str = "", target: str = "", touched: str | None = "",
    approved: str = "", **facts: Any,
) -> RefUpdate:  # fmt: skip
    """A ref update; `tag` makes it one of an annotated tag of that name, signed by somebody with the address `signed`.

    `touched` are paths that it changes, parted by commas; None: they were not read. `approved` are
    principals who have approved it.
    """
    zero = "0" * 40
    ends = {"create": (zero, OID), "delete": (OTHER, zero), "range": ("", ""), "draft": ("", "")}
    old, new = ends.get(ancestry, (OTHER, OID))
    values = {
        "ref": ref, "old": old, "new": new, "ancestry": ancestry,
        "tags": (annotated(tag, signer=signed),) if tag else (), "collisions": tuple(collides.split()),
        "target": _target(target), "seen": SEEN, "proposals": (proposal(ref, old, *filter(None, approved.split(","))),),
        "touched": None if touched is None else frozenset(_bytes(path) for path in touched.split(",") if path), **facts,
    }  # fmt: skip
    return RefUpdate(**values)


def proposal(ref: str, base: str, *by: str, **facts: Any) -> Proposal:
    """What an update brings, approved by these: a change by Ann; Ann, Bob, Carol and Dan are known under their addresses."""
    said = Approval(ref=ref, base=base, commit=OID, tree=OTHER)
    values = {
        "tree": OTHER, "people": frozenset({("Ann", "ann@example.com")}), "paths": frozenset({b"src/a.c"}),
        "repositories": frozenset({"here"}), "now": SEEN,
        "known": {name: Principal(name=name, addresses=(f"{name}@example.com",)) for name in ("ann", "bob", "carol", "dan")},
        "given": tuple(GivenApproval(id=f"{name} said so", by=(name,), repository="here", said=said) for name in by), **facts,
    }  # fmt: skip
    return Proposal(**values)


def annotated(name: str, signer: str = "", **facts: Any) -> Tag:
    values = {
        "oid": OTHER, "target": OID, "target_type": "commit", "name": name, "tagger": ident(signer or "ann@example.com"),
        "message": message.parse(b"x\n"), "signature": signature("good" if signer else "unsigned", addresses=(signer,)),
        **facts,
    }  # fmt: skip
    return Tag(**values)


def ident(address: str) -> Ident:
    return Ident(name="Ann", email=address, time=1_700_000_000, offset=0)


def _target(word: str) -> Commit | None:
    """The commit to which a tag leads; None for '', where it was not read."""
    if not word:
        return None
    given = signature({"signed": "good"}.get(word, word), addresses=("ann@example.com",))
    return commit("feat: x\n", committer=ident("ann@example.com"), signature=given)


def certified(signed: str | Signature = "ann", **facts: Any) -> Change:
    """A push with a certificate that `signed` signed; `facts` are fields of it, or of what was found out about it."""
    given = signature(principal=signed) if isinstance(signed, str) else signed
    own = {name: facts.pop(name) for name in tuple(facts) if name in PushCertificate.__fields__}
    values = {
        "pusher": "Ann <ann@example.com>", "time": SEEN, "pushee": "https://example.com/x.git", "nonce": "1-a", "options": (),
        "commands": ((OTHER, OID, "refs/heads/main"),), "signed": Signed(payload=b"", block=b""), **own,
    }  # fmt: skip
    known = frozenset({"certificate"})
    pushed = SignedPush(certificate=PushCertificate(**values), signature=given, **facts)
    return Change(stage="receive", time="", updates=(), known=known, certificate=pushed)


def push(**totals: int) -> Change:
    """A push that brings this much."""
    known = frozenset({"push", "update", "ref", "refs", "object", "message", "merge"})
    return Change(stage="receive", time="", updates=(), known=known, totals=Totals(**totals))


def judge(rule: Any, subject: Subject) -> list[Violation]:
    if isinstance(subject, Commit):
        return list(rule.check_commit(subject))
    if isinstance(subject, RefUpdate):
        return list(rule.check_update(subject))
    return list(rule.check_push(subject))


@dataclass(frozen=True)
class Case:
    """What a rule with these options says to a subject: `says` is in its first violation, '' means accepted."""

    subject: Subject
    options: dict[str, Any] = field(default_factory=dict)
    says: str = ""
    at: tuple[int | None, int | None] | None = None
    label: str = ""

    def check(self, rule: str) -> None:
        """Assert that the rule says just this."""
        found = judge(load(rule)(**self.options), self.subject)
        if not self.says:
            assert found == []
            return
        assert found, "accepted"
        assert self.says in found[0].message
        if self.at is not None:
            assert (found[0].line, found[0].column) == self.at
        for violation in found:
            assert_well_formed(violation, self.subject)

    def __str__(self) -> str:
        return self.label.encode("unicode_escape").decode()[:60] or "empty"


def rejects(given: str | bytes | Subject, says: str, at: tuple[int | None, int | None] | None = None, **options: Any) -> Case:
    return _case(given, options, says, at)


def accepts(given: str | bytes | Subject, **options: Any) -> Case:
    return _case(given, options, "", None)


def _case(given: str | bytes | Subject, options: dict[str, Any], says: str, at: Any) -> Case:
    if isinstance(given, (str, bytes)):
        return Case(commit(given), options, says, at, given if isinstance(given, str) else given.decode("latin-1"))
    label = _label(given) if isinstance(given, Commit) else getattr(given, "ref", "push")
    return Case(given, options, says, at, label)


def _label(given: Commit) -> str:
    return " ".join(each.path.decode("latin-1") for each in given.files or ()) or given.message.subject


def assert_well_formed(violation: Violation, subject: Subject) -> None:
    """What every violation keeps to: one short line, no final period, a place that exists."""
    assert violation.message
    assert violation.message[0].lower() == violation.message[0] or violation.message.startswith("NUL")
    assert not violation.message.endswith(".")
    assert len(violation.message) <= 220
    assert (violation.entry, violation.commit, violation.ref) == ("", None, None), "the engine's fields"
    if violation.line is None:
        assert violation.column is None
    elif isinstance(subject, Commit):
        lines = subject.message.lines
        assert 1 <= violation.line <= len(lines)
        assert violation.column is not None
        assert 1 <= violation.column <= len(lines[violation.line - 1]) + 1


# --- the examples of the docs ----------------------------------------------------------------------------------------


def examples(rule: str) -> list[tuple[str, Case]]:
    """The fenced examples of a rule's page: (`Rejected` or `Accepted`, case). `says` is only a marker for rejected."""
    page = sys.modules[load(rule).__module__].__doc__ or ""
    found = []
    for heading, section in re.findall(r"(?ms)^## (Rejected|Accepted)\n(.*?)(?=^## |\Z)", page):
        for _, info, text in re.findall(r"(?ms)^(`{3,})(\S.*?)\n(.*?)^\1$", section):
            kind, *options = shlex.split(info)
            given = _options(rule, [word for word in options if not word.startswith("signed=")])
            subject = _answered(rule, given, _example(kind, text))
            if isinstance(subject, Commit):
                signers = tuple(word.removeprefix("signed=") for word in options if word.startswith("signed="))
                subject = replace(subject, signature=signature("good" if signers else "unsigned", addresses=signers))
            found.append((heading, Case(subject, given, heading, label=text)))
    return found


def _answered(rule: str, options: dict[str, Any], subject: Subject) -> Subject:
    """The same, with all that a message names taken to be there, as in the tests of a policy."""
    if not isinstance(subject, Commit):
        return subject
    asked = load(rule)(**options).asks(subject) if hasattr(load(rule), "asks") else ()
    return replace(subject, answers={**dict.fromkeys(asked, True), **subject.answers}, seen=SEEN)


def _example(kind: str, text: str) -> Subject:
    text = re.sub(r"\\u([0-9a-f]{4})|\\x([0-9a-f]{2})", lambda code: chr(int(code[1] or code[2], 16)), text)
    text = text.replace("\\f", "\f")
    if kind == "text":
        return commit(text)
    if kind == "commit":
        return gitobject.parse_commit(OID, text.encode())
    if kind == "merge":
        is_remade = {"remade=yes": True, "remade=no": False}[text.strip()]
        return commit("Merge\n", merge=True, parents=(OID, OTHER), answers=dict.fromkeys(remade(), is_remade))
    if kind == "files":
        return changing(*_files(text))
    words = text.split()
    if kind == "update":
        return update(words[0], words[1], **dict(word.split("=", 1) for word in words[2:]))
    assert kind == "push", kind
    given: dict[str, Any] = dict(word.split("=", 1) for word in words)
    facts = {name: value == "yes" if value in ("yes", "no") else int(value) if value.isdigit() else value
             for name, value in given.items()}  # fmt: skip
    return certified(**facts) if "signed" in facts else push(**facts)


def remade() -> tuple[Question, ...]:
    """What `clean-merge` asks about a merge."""
    return tuple(Question(kind="remade", value=value) for value in ("clean", "resolved"))


def _files(text: str) -> list[File]:
    found: list[File] = []
    for head, content in re.findall(r"(?m)^(\S.*)\n((?: {4}.*\n)*)", text):
        path, *facts = shlex.split(head)
        given: dict[str, Any] = dict(fact.split("=", 1) for fact in facts)
        if "size" in given:
            given["size"] = int(given["size"])
        found.append(file(path, re.sub("(?m)^ {4}", "", content), **given))
    return found


def _options(rule: str, given: list[str]) -> dict[str, Any]:
    """`name=value` words as a rule's options, by the type of each field."""
    kind = load(rule)
    options: dict[str, Any] = {}
    for word in given:
        name, value = word.split("=", 1)
        name = {"in": "in_"}.get(name, name)
        default = kind.__defaults__.get(name)
        if name == "members":  # ann:developers:reviewers,bob
            options[name] = tuple((each, tuple(roles)) for each, *roles in (part.split(":") for part in value.split(",")))
        elif name in getattr(kind, "records", {}):
            items = yaml.load(value, yaml.BaseLoader)  # every scalar is text, as in a policy
            options[name] = tuple(model(kind.records[name]).validate_python(item) for item in items)
        elif isinstance(default, bool):
            options[name] = {"true": True, "false": False}[value]
        elif isinstance(default, tuple) or isinstance(GIVEN.get(rule, {}).get(name), tuple):
            options[name] = tuple(value.split(","))
        else:
            options[name] = int(value) if value.isdigit() else value
    return options
