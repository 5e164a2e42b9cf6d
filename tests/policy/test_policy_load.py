from __future__ import annotations

import hashlib
import json

import pytest
from policies import HEAD, both, complaints, policy, reader, rules

from gitward import record
from gitward import rules as table
from gitward.errors import PolicyError
from gitward.policy import build, load
from gitward.rules import ticket_reference

OID = "8c66e680c52af5586b93ad370f087017e0328c95"
WHOLE = f"""\
version: 1
gitward: ">=0.1"
policy: {{id: payments, revision: 41}}
mode: evaluate
audit: required
unaudited-updates: deny
refsets:
  protected: [refs/heads/main, refs/heads/release/**]
landing:
  - {{refs: [protected], method: squash}}
  - {{refs: [refs/heads/**, "!protected"]}}
rules:
  - rule: ticket-reference
    id: change-ticket
    refs: [protected]
    pattern: 'CHG[0-9]{{7}}'
    in: [subject, trailers]
    severity: warning
    since: {{commits: [{OID}]}}
    exempt: [{{commit: {OID}}}, {{commit: {"a" * 64}}}]
    message: 'see the change handbook, chapter 3'
    tests:
      - {{accept: "fix: handle UTF-8\\n\\nRefs: CHG0001234"}}
      - {{reject: {{message: x, ref: refs/heads/main}}}}
  - {{rule: no-fixup, since: baseline}}
"""


def entry(text: str):
    return policy(text).entries[1]


def test_every_key_of_the_grammar_arrives():
    loaded, tests = both(WHOLE)
    gate, ticket, fixup = loaded.entries
    assert (loaded.id, loaded.revision, loaded.mode, loaded.audit_required) == ("payments", 41, "evaluate", True)
    assert loaded.unaudited_denied
    assert loaded.source == "p.yaml"
    assert [(way.refs, way.method) for way in loaded.landing] == [
        (("refs/heads/main", "refs/heads/release/**"), "squash"),
        (("refs/heads/**", "!refs/heads/main", "!refs/heads/release/**"), "merge"),
    ]
    assert (gate.id, gate.refs, gate.place) == ("malformed-object", ("refs/**",), "always on")
    assert ticket == record.replace(
        ticket,
        id="change-ticket",
        rule=ticket_reference.TicketReference(pattern="CHG[0-9]{7}", in_=("subject", "trailers")),
        refs=("refs/heads/main", "refs/heads/release/**"),
        severity="warning",
        since=(OID,),
        since_baseline=False,
        exempt=frozenset({OID, "a" * 64}),
        message="see the change handbook, chapter 3",
        place="p.yaml:13",
    )
    assert (fixup.since, fixup.since_baseline, fixup.refs) == ((), True, ("refs/heads/**",))
    assert [place for _, place in tests["change-ticket"]] == ["p.yaml:23", "p.yaml:24"]
    assert tests["change-ticket"][1][0].reject.ref == "refs/heads/main"
    assert tests["no-fixup"] == ()


def test_what_is_left_out_has_its_default():
    loaded = policy(rules("rule: subject-length"))
    assert (loaded.revision, loaded.mode, loaded.audit_required, loaded.landing) == (None, "enforce", False, ())
    assert not loaded.unaudited_denied
    assert loaded.entries[1].rule == table.load("subject-length")()
    assert loaded.entries[1].severity == "error"
    assert loaded.entries[1].refs == ("refs/heads/**",)
    assert entry(rules("rule: no-force-push")).refs == ("refs/**",)


def test_landing_in_one_word_is_for_every_branch():
    (way,) = policy(HEAD + "landing: rebase\nrules: [{rule: no-fixup}]\n").landing
    assert (way.refs, way.method) == (("refs/heads/**",), "rebase")


def test_the_gate_is_first_whether_written_or_not():
    assert [each.id for each in policy(rules("rule: no-fixup")).entries] == ["malformed-object", "no-fixup"]
    written = policy(rules("rule: no-fixup", "rule: malformed-object, id: gate, headers: [build-id]"))
    assert [each.id for each in written.entries] == ["no-fixup", "gate"]
    assert written.entries[1].rule.headers == ("build-id",)
    assert written.entries[1].refs == ("refs/**",)


@pytest.mark.parametrize(
    ("option", "name", "value"),
    [
        ("rule: subject-length, max: 60", "max", 60),
        ("rule: subject-length, max: '60'", "max", 60),
        ("rule: subject-pattern, pattern: 0123", "pattern", "0123"),
        ("rule: subject-pattern, pattern: no", "pattern", "no"),
        ("rule: subject-pattern, pattern: x, negate: true", "negate", True),
        ("rule: subject-pattern, pattern: x, negate: false", "negate", False),
        ("rule: ticket-reference, in: [body]", "in_", ("body",)),
        ("rule: push-limits, bytes: 1MiB", "bytes", 1 << 20),
        ("rule: push-limits, bytes: 512 KiB", "bytes", 512 << 10),
        ("rule: push-limits, bytes: 100", "bytes", 100),
        ("rule: push-limits, commits: 3", "bytes", None),
    ],
)
def test_options_are_read_from_text(option, name, value):
    found = getattr(entry(rules(option)).rule, name)
    assert (found, type(found)) == (value, type(value))


def test_records_are_read_from_text_and_from_the_plain_form():
    text = rules("rule: trailers, keys: [{key: Refs, required: true, pattern: '1+'}, {key: no, unique: true}]")
    refs, no = entry(text).rule.keys
    assert (type(refs).__name__, record.values(refs)) == (
        "Key", {"key": "Refs", "required": True, "unique": False, "pattern": "1+"}
    )  # fmt: skip
    assert record.values(no) == {"key": "no", "required": False, "unique": True, "pattern": None}
    plain = load.load_plain(reader({"p.yaml": text}), "p.yaml", "p.yaml").plain
    assert build.policy(json.loads(json.dumps(plain))) == policy(text) == build.policy(plain)
    others = {entry(text.replace(old, new)).digest for old, new in [("1+", "1*"), ("no,", "No,"), ("unique", "required")]}
    assert len(others | {entry(text).digest}) == 4


@pytest.mark.parametrize("version", ["0", "1.9", "1.10", "1.10.0", "1.9.99"])
def test_a_policy_for_this_gitward_or_an_older_one_is_read(version, monkeypatch):
    monkeypatch.setattr(load, "__version__", "1.10.0rc1")
    assert policy(f'gitward: ">={version}"\n' + rules("rule: no-fixup")).id == "test"


@pytest.mark.parametrize("version", ["1.10.1", "1.11", "2", "10"])
def test_a_policy_for_a_newer_gitward_is_refused_before_its_keys_are_read(version, monkeypatch):
    monkeypatch.setattr(load, "__version__", "1.10.0")
    assert complaints(f'gitward: ">={version}"\nnew: 1\n' + rules("rule: new")) == [
        f"p.yaml:1:10: this policy needs gitward {version} or newer, this is 1.10.0"
    ]


def test_the_digest_is_over_the_bytes_of_all_files_wherever_they_stand():
    text = HEAD + "extends: [base.yaml]\n"
    base = "version: 1\nrules: [{rule: no-fixup}]\n"
    files = sorted(hashlib.sha256(data.encode()).hexdigest() for data in (text, base))
    expected = hashlib.sha256("\n".join(files).encode()).hexdigest()
    assert policy(text, base=base).digest == expected
    elsewhere = load.load_policy(reader({"q.yaml": text, "base.yaml": base}), "q.yaml", "/etc/gitward/q.yaml")
    assert elsewhere.digest == expected
    assert policy(text, base=base + "#\n").digest != expected


def test_the_digest_of_an_entry_is_of_what_it_judges():
    def digest(more: str, rule: str = "rule: subject-length") -> str:
        return entry(rules(f"{rule}{more}")).digest

    plain = digest("")
    for same in (", max: 72", ", id: other", ", refs: [refs/heads/main]", ", severity: warning", ", message: x"):
        assert digest(same) == plain
    others = {digest(more) for more in (", max: 71", ", since: baseline", f", since: {{commits: [{OID}]}}")}
    others |= {digest(f", exempt: [{{commit: {OID}}}]"), digest("", "rule: no-fixup")}
    assert len(others | {plain}) == 6


def test_errors_call_files_as_the_source_does():
    read = reader({".gitward.yaml": HEAD + "extends: [base.yaml]\n", "base.yaml": "version: 1\nrules: []\n"})
    with pytest.raises(PolicyError) as refused:
        load.load_policy(read, ".gitward.yaml", "refs/heads/main:.gitward.yaml")
    assert str(refused.value) == "refs/heads/main:base.yaml:2:8: an empty list is refused"


def test_a_missing_file_says_so():
    with pytest.raises(PolicyError, match=r"p\.yaml: there is no such file"):
        load.load_policy(reader({}), "p.yaml", "p.yaml")


def test_a_policy_is_read_from_a_file_with_what_it_extends(tmp_path):
    (tmp_path / "org").mkdir()
    (tmp_path / "org" / "base.yaml").write_text("version: 1\nextends: [more.yaml]\nrules: [{rule: no-fixup}]\n")
    (tmp_path / "org" / "more.yaml").write_text("version: 1\nrules: [{rule: linear-history}]\n")
    path = tmp_path / "policy.yaml"
    path.write_text(HEAD + "extends: [org/base.yaml]\n")
    loaded = load.load_file(str(path))
    assert [each.id for each in loaded.entries] == ["malformed-object", "linear-history", "no-fixup"]
    assert loaded.source == str(path)
    assert loaded.entries[2].place == f"{tmp_path}/org/base.yaml:3"


def test_a_file_that_cannot_be_read_is_no_policy(tmp_path):
    (tmp_path / "policy.yaml").mkdir()
    with pytest.raises(PolicyError, match=r"policy\.yaml: cannot be read"):
        load.load_file(str(tmp_path / "policy.yaml"))


def test_the_plain_form_is_json_and_makes_the_same_policy():
    resolved = load.load_plain(reader({"p.yaml": WHOLE}), "p.yaml", "p.yaml")
    again = build.policy(json.loads(json.dumps(resolved.plain)))
    assert again == policy(WHOLE)
