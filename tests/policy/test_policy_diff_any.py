"""The promise of `policy diff`: where it finds nothing weaker, whatever the old policy denies the new one denies too."""

from __future__ import annotations

from functools import cache
from itertools import permutations, product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from policies import policy

from gitward.batches import judge_one
from gitward.gitobject import parse_commit
from gitward.model import (
    UNSIGNED,
    Approval,
    Change,
    File,
    Finding,
    Ident,
    Oid,
    Principal,
    PushCertificate,
    RefUpdate,
    Signature,
    Signed,
    SignedPush,
    Tag,
    Totals,
)
from gitward.model.proposals import GivenApproval, OwnersFile, Proposal
from gitward.patterns import matches_ref
from gitward.policy.diff import diff, is_safe
from gitward.record import replace
from soaking import examples

OLD, NEW, ZERO = Oid("1" * 40), Oid("2" * 40), Oid("0" * 40)
REFS = ("refs/heads/main", "refs/heads/topic", "refs/heads/release/1", "refs/tags/v1", "refs/tags/x/v1", "refs/notes/x")
MESSAGES = (
    "fix: handle it", "Fix: handle it.", "feat(api)!: read more", "feat(a)!: x\n\nBREAKING CHANGE: all of it", "x", "",
    "docs: PROJ-1 say it\n\nBecause nobody did.", "fixup! fix: handle it", "fix: handle the one that was not handled yet",
    "fix: two\nlines", "wip", "PROJ-12: do\n\nRefs: PROJ-13", "fix:  two blanks ", "UTF-8: read it", "fix: \u202eno\u202c",
    "Merge branch 'x'\n\n" + "a long line of a body " * 5,
    "fix: x y z\n\nSigned-off-by: Ann Example <ann@example.com>", "fix: x y z\n\nSigned-off-by: Bob <bob@example.com>",
)  # fmt: skip
OPTIONS: dict[str, dict[str, tuple[str, ...]]] = {
    "malformed-object": {"headers": ("[build-id]", "[other]", "[build-id, other]")},
    "message-encoding": {"allow": ("[bidi]", "[bidi, bom]", "[]")},
    "subject-length": {"min": ("0", "5", "10"), "max": ("20", "40", "72"), "unit": ("columns", "code-points")},
    "subject-pattern": {"pattern": ("fix", "'^[a-z]'"), "negate": ("true", "false"), "description": ("a", "b")},
    "subject-style": {
        "trailing_punctuation": ("'.'", "'.!'", "''"), "white_space": ("true", "false"),
        "case": ("any", "lower", "sentence"), "blank_second_line": ("true", "false"),
    },
    "body-required": {"min": ("1", "10", "30"), "unless_types": ("[docs]", "[docs, fix]")},
    "body-line-length": {"max": ("20", "72", "200"), "exempt_lines": ("long", "^a", "x")},
    "conventional-commit": {
        "types": ("[fix]", "[fix, feat]", "[FIX]", "[]"), "scopes": ("[api]", "[api, a]", "[]"), "case": ("exact", "ignore"),
        "require_scope": ("true", "false"), "breaking": ("allow", "explain", "forbid"),
    },
    "ticket-reference": {"in": ("[subject]", "[subject, body]", "[trailers]"), "count": ("1", "2"), "allow": ("[UTF]", "[]")},
    "subject-imperative": {"allow": ("[fixes]", "[fixes, wip]", "[]")},
    "ai-attribution": {"want": ("allowed", "disclosed", "forbidden"), "agents": ("[a@b.example]", "[]")},
    "clean-merge": {"conflicts": ("refuse", "allow")},
    "changed-paths": {
        "deny": ("[/ci/]", "[/ci/, '*.md']", "[/ci/, '!/ci/a']", "[]"), "allow": ("['*.md']", "['*.md', a.bin]", "[]"),
        "kinds": ("[file]", "[file, symlink]"), "names": ("any", "plain", "portable"), "max_length": ("1", "9"),
        "collisions": ("allow", "refuse"),
    },
    "file-size": {
        "max": ("1", "500", "5000"), "paths": ("['*.bin']", "['**']", "['**', '!*.bin']"), "allow": ("[/ci/]", "[]"),
        "lfs": ("x", "''"),
    },
    "secret-files": {"deny": ("['*.md']", "['*.md', '*.bin']", "[]"), "allow": ("[/ci/]", "[/ci/, id_rsa]", "[]")},
    "secret-content": {
        "allow": ("[/ci/]", "[/ci/, '*.md']", "[]"), "known": ("[0123456789ab]", "[0123456789ab, 976b57ee8acd]", "[]"),
        "unless_kinds": ("[npm-token]", "[npm-token, github-token]", "[]"),
    },
    "trailers": {
        "keys": ("[{key: Refs, required: true}]", "[{key: Refs, unique: true}]", "[{key: Signed-off-by, pattern: Ann}]"),
        "others": ("allow", "refuse"),
    },
    "revert-reference": {"reason": ("true", "false")},
    "signed-off-by": {"by": ("either", "author", "committer")},
    "ident": {
        "who": ("[author]", "[author, committer]"), "domains": ("[example.com]", "[example.com, example.org]"),
        "addresses": ("[ann@example.com]", "[ann@example.com, bob@example.com]"), "placeholders": ("refuse", "allow"),
    },
    "signed-commit": {
        "formats": ("[ssh]", "[ssh, x509]", "[openpgp, ssh, x509]"), "signer": ("author", "committer", "either"),
        "validity": ("first-seen", "signature", "now"), "unknown_first_seen": ("now", "signature"),
        "forges": ("refuse", "exempt"),
    },
    "signed-tag": {
        "formats": ("[ssh]", "[openpgp, ssh]"), "tag_name": ("exact", "last-part"), "target": ("signed", "commit", "any"),
        "validity": ("first-seen", "signature", "now"), "unknown_first_seen": ("now", "signature"),
    },
    "signed-push": {
        "push_urls": ("['example.com:x']", "['example.com:x', 'https://example.com/x']"), "slop": ("0", "30s", "1m"),
        "formats": ("[ssh]", "[openpgp, ssh, x509]"),
    },
    "approval": {
        "count": ("1", "2"), "code_owners": ("true", "false"), "codeowners": ("github", "gitlab"), "keep": ("tree", "patch-id"),
        "paths": ("['/ci/']", "['**']"),
    },
    "no-fixup": {}, "no-force-push": {}, "no-ref-deletion": {}, "linear-history": {},
    "ref-name": {"pattern": ("'main'", "'.*'", "'[a-z]+'")},
    "ref-namespace": {"allow": ("['refs/heads/**']", "['refs/heads/**', 'refs/tags/**']", "['refs/**', '!refs/heads/topic']")},
    "push-limits": {"commits": ("1", "5"), "updates": ("1", "3")},
    "access": {  # these two stand at the top of the policy
        "grants": (
            "[{who: [ann], may: [update]}]", "[{who: [ann, bob], may: [update, create]}]",
            "[{who: [dev], may: [create, update]}]",
            "[{who: [dev], may: [update]}, {who: [bob], may: [update], paths: [/ci/]}]",
            "[{who: [dev], may: [update]}, {who: [ann, bob], may: [update], paths: [/ci/]}]",
            "[{who: [dev], may: [force, delete, tag]}, {who: [ann], may: [update], refs: ['refs/heads/**'], paths: ['*.md']}]",
            "[{who: [ann], may: [update], valid_before: 2026-01-01}, {who: [bob], may: [force], refs: [refs/heads/main]}]",
        ),
        "members": tuple(
            f"{{ann: {ann}, bob: {bob}, carol: {{roles: [dev]}}}}"
            for ann, bob in (("{}", "{}"), ("{roles: [dev]}", "{}"), ("{roles: [dev]}", "{roles: [dev]}"))
        ),
    },
}  # fmt: skip
COMMON = {
    "refs": (
        "['refs/heads/**']", "[refs/heads/main]", "['refs/**']", "['refs/heads/**', '!refs/heads/topic']", "['refs/heads/*']",
    ),
    "severity": ("error", "warning"),
    "merges": ("skip", "judge"),
    "message": ("a", "b"),
}
NEEDED = {
    "trailers": {"keys": "[{key: Refs, required: true}]"}, "ref-name": {"pattern": "'.*'"},
    "subject-pattern": {"pattern": "fix"}, "push-limits": {"commits": "5"},
    "signed-push": {"push_urls": "['example.com:x']"},
    "access": {"grants": "[{who: [ann], may: [update]}]", "members": "{ann: {}, bob: {}, carol: {roles: [dev]}}"},
}  # fmt: skip
_WITHOUT_MERGES = (
    "no-", "ref-", "push-", "linear-", "malformed-", "message-", "clean-", "changed-", "file-", "secret-", "ai-", "revert-",
    "ident",
    "signed-tag", "signed-push", "access", "approval",
)  # fmt: skip
NO_MERGES = {name for name in OPTIONS if name.startswith(_WITHOUT_MERGES)}


def choices(rule: str) -> list[tuple[str, str]]:
    common = {
        key: values
        for key, values in COMMON.items()
        if not (key == "merges" and rule in NO_MERGES) and not (rule == "malformed-object" and key in ("refs", "severity"))
        and not (rule == "access" and key == "refs")
    }
    own = [(key, value) for key, values in OPTIONS[rule].items() for value in values]
    return [*own, *own, *own, *((key, value) for key, values in common.items() for value in values)]


@st.composite
def entries(draw, rule=""):
    rule = rule or draw(st.sampled_from(sorted(OPTIONS)))
    return rule, {**NEEDED.get(rule, {}), **dict(draw(st.lists(st.sampled_from(choices(rule)), max_size=3)))}


@st.composite
def changed(draw, old):
    """The entries of a policy with a few changes: options set anew, entries taken out or added."""
    new = {rule: dict(options) for rule, options in old.items()}
    for _ in range(draw(st.integers(1, 2))):
        rule = draw(st.sampled_from(list(new)[::-1]))
        if draw(st.integers(0, 9)) == 0 and len(new) > 1:
            del new[rule]
        elif draw(st.integers(0, 3)) == 0:
            new.setdefault(*draw(entries()))
        else:
            new[rule].update([draw(st.sampled_from(choices(rule)))])
    return new


def text(entries_of: dict[str, dict[str, str]], mode: str) -> str:
    lines = ["version: 1", "policy: {id: test}", f"mode: {mode}"]
    if rights := entries_of.get("access"):
        lines += [f"principals: {rights['members']}", f"access: {rights['grants']}"]
        entries_of = {**entries_of, "access": {key: rights[key] for key in rights if key not in ("grants", "members")}}
    lines.append("rules:")
    for rule, options in entries_of.items():
        lines.append("  - {" + ", ".join([f"rule: {rule}", *(f"{key}: {value}" for key, value in options.items())]) + "}")
    return "\n".join(lines) + "\n"


def file(path, size=10, mode="100644"):
    return File(path=path, mode=mode, oid=NEW, size=size, content=b"x" * size, added=((1, b"x" * size),))


POINTER = b"version https://git-lfs.github.com/spec/v1\noid sha256:%s\nsize 700\n" % (b"0" * 64)
TOKEN = b"gh" + b"p_zQWBuTSOoRi4A9spHcVY5ncnsDkxkJ0mLq17"  # its fingerprint is among those above
FILES = (
    (), (file(b"ci/a"),), (file(b"ci/b.md"), file(b"README.md")), (file(b"a.bin", 600),), (file(b"x.md", 6000, "120000"),),
    (file(b"aux"),), (file(b"a\nb"),), (file(b"id_rsa"), file(b"ci/a.bin", 600)), (replace(file(b"l"), content=POINTER),),
    (file(b"ci/id_rsa", mode="100755"),), (replace(file(b"ci/t"), content=TOKEN, added=((1, TOKEN),)),),
)  # fmt: skip


T = 1_800_000_000


def signature(form, status="good", principal="ann", **facts):
    finding = Finding(format=form, status=status, principal=principal, **facts)
    return Signature(finding=finding, now=T, addresses=(f"{principal}@example.com",), forge=principal.startswith("forge:"))


SIGNATURES = (
    Signature(finding=UNSIGNED, now=T), signature("ssh"), signature("x509", principal="bob"), signature("openpgp", "bad"),
    signature("ssh", principal="bob", not_after=T - 5, signed_time=T - 9), signature("ssh", principal="forge:github"),
    replace(signature("ssh", principal="bob", not_after=T - 5), first_seen=T - 9), signature("openpgp", principal="bob"),
)  # fmt: skip


@cache
def commits():
    found = []
    for message in MESSAGES:
        for parents in (1, 2):
            head = f"tree {OLD}\n" + f"parent {OLD}\n" * parents
            ann, bob = (f"{name} <{at}@example.com> 1700000000 +0000" for name, at in (("Ann Example", "ann"), ("Bob", "bob")))
            raw = f"{head}author {ann}\ncommitter {bob}\n\n{message}"
            found.append(replace(parse_commit(NEW, raw.encode()), files=FILES[len(found) % len(FILES)], seen=T))
            found[-1] = replace(found[-1], signatures=(SIGNATURES[len(found) % len(SIGNATURES)],))
    return found


def proposal(ref, old, index):
    """What an update brings, with no, one or two approvals, some of which are for another tree or base."""
    known = {name: Principal(name=name) for name in ("ann", "bob", "carol")}
    base, tree = old if index % 5 else NEW, NEW if index % 3 else OLD
    said = Approval(ref=ref, base=base, commit=NEW, tree=tree, patch_id="a" * (index % 2))
    given = tuple(GivenApproval(id=name, by=(name,), repository="", said=said) for name in ("bob", "carol")[: index % 4])
    owners = OwnersFile(path="CODEOWNERS", commit=OLD, content=b"*.md @carol\n") if index % 2 else None
    paths = frozenset({b"ci/a", b"x.md"} if index % 2 else {b"ci/a"})
    return Proposal(tree=NEW, patch="a", repositories=frozenset({""}), known=known, given=given, paths=paths,
                    owners={"github": owners, "gitlab": owners})  # fmt: skip


@cache
def updates():
    return tuple(_updates())


def _updates():
    for ref in REFS:
        for ancestry in ("create", "ff", "non-ff", "delete"):
            old, new = (ZERO if ancestry == "create" else OLD), (ZERO if ancestry == "delete" else NEW)
            kind = "none" if ancestry == "delete" else "commit"
            proposals = (proposal(ref, old, len(ref) + len(ancestry)),)
            yield RefUpdate(ref=ref, old=old, new=new, ancestry=ancestry, kind=kind)
            yield RefUpdate(ref=ref, old=old, new=new, ancestry=ancestry, kind=kind, pusher="ann", proposals=proposals)
    for ref, ancestry, who in product((*REFS[:2], "refs/tags/v1"), ("create", "ff", "non-ff", "delete"), ("ann", "bob")):
        for touched in ((), (b"ci/x",), (b"src/x", b"ci/x.md")):
            yield RefUpdate(ref=ref, old=OLD, new=NEW, ancestry=ancestry, pusher=who, touched=frozenset(touched), seen=T)
    for index, (signed, below) in enumerate(product(SIGNATURES, SIGNATURES[:3])):
        name, kind = ("v1", "x/v1", "v2")[index % 3], ("commit", "blob", "commit")[index % 5 % 3]
        (tagger,) = {signed.finding.principal or "ann"}
        tag = Tag(oid=OLD, target=NEW, target_type=kind, name=name, tagger=Ident(name="", email=f"{tagger}@example.com", time=T,
                  offset=0), message=commits()[0].message, signature=signed)  # fmt: skip
        target = replace(commits()[0], signature=below)
        yield RefUpdate(ref="refs/tags/x/v1", old=ZERO, new=NEW, ancestry="create", kind=kind, tags=(tag,), target=target)


def certified():
    """Pushes that are signed in many ways, and one that is not."""
    yield None
    for index, signed in enumerate(SIGNATURES * 6):
        pushee = ("git@example.com:x.git", "https://example.com/x/", "https://example.com/y")[index % 3]
        certificate = PushCertificate(pusher="", time=T, pushee=pushee, nonce="", options=(), commands=(),
                                      signed=Signed(payload=b"", block=b""))  # fmt: skip
        yield SignedPush(certificate=certificate, slop=(0, 0, 20, 50, 70)[index % 5], is_new=index % 7 > 0, signature=signed)


def denied(found) -> set[tuple[object, ...]]:
    """What of many changes a policy denies."""
    if found.mode == "evaluate":
        return set()
    out: set[tuple[object, ...]] = set()
    for entry in found.entries:
        if entry.severity != "error":
            continue
        refs = [ref for ref in REFS if matches_ref(entry.refs, ref)]
        if hasattr(entry.rule, "check_commit"):
            for index, commit in enumerate(commits()):
                asked = entry.rule.asks(commit) if hasattr(entry.rule, "asks") else ()
                if judge_one(entry, replace(commit, answers=dict.fromkeys(asked, True)))[0] == "violated":
                    out |= {("commit", index, ref) for ref in refs}
        if hasattr(entry.rule, "check_update"):
            out |= {
                ("update", update.ref, update.ancestry, index)
                for index, update in enumerate(updates())
                if update.ref in refs and judge_one(entry, update)[0] == "violated"
            }
        if hasattr(entry.rule, "check_push"):
            for size in (1, 2, 4, 9):
                known = frozenset({"push", "message", "update", "ref", "refs", "merge", "object"})
                push = Change(stage="receive", time="", updates=updates()[:1], known=known,
                              totals=Totals(commits=size, updates=size))  # fmt: skip
                if judge_one(entry, push)[0] == "violated":
                    out |= {("push", size, ref) for ref in refs}
            for index, each in enumerate(certified()):
                if judge_one(entry, replace(push, certificate=each))[0] == "violated":
                    out |= {("certificate", index, ref) for ref in refs}
    return out


@pytest.mark.parametrize("rule", OPTIONS)
def test_each_option_alone_keeps_the_promise(rule):
    values = {key: [value for each, value in dict.fromkeys(choices(rule)) if each == key] for key, _ in choices(rule)}
    for key, of_key in values.items():
        found = [policy(text({rule: {**NEEDED.get(rule, {}), key: value}}, "enforce")) for value in of_key]
        if key not in NEEDED.get(rule, {}):
            found.append(policy(text({rule: NEEDED.get(rule, {})}, "enforce")))
        for old, new in permutations(found, 2):
            if is_safe(diff(old, new)):
                assert denied(old) - denied(new) == set(), [change.words for change in diff(old, new)]


seen = {"safe": 0, "unsafe": 0}


@pytest.mark.parametrize("rule", OPTIONS)
@settings(max_examples=examples(15), deadline=None)
@given(data=st.data())
def test_what_the_old_policy_denies_the_new_one_denies_too(rule, data):
    old = dict([*data.draw(st.lists(entries(), max_size=1)), data.draw(entries(rule))])
    new = data.draw(changed(old))
    modes = data.draw(st.sampled_from([("enforce", "enforce")] * 6 + [("enforce", "evaluate"), ("evaluate", "enforce")]))
    pair = []
    for given_entries, mode in zip((old, new), modes, strict=True):
        pair.append(policy(text(given_entries, mode)))
    changes = diff(*pair)
    seen["safe" if is_safe(changes) else "unsafe"] += 1
    if is_safe(changes):
        assert denied(pair[0]) - denied(pair[1]) == set(), [change.words for change in changes]
    if pair[0].entries == pair[1].entries:
        assert {change.key for change in changes} <= {"mode"}


def test_the_property_sees_both_kinds():
    if sum(seen.values()):
        assert min(seen.values()) > sum(seen.values()) / 10
