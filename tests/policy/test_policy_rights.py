"""Principals, groups, grants and waivers as a policy has them when it is loaded."""

from __future__ import annotations

from pathlib import Path

from policies import HEAD, policy, reader

from gitward.model import Grant, WaiverRight
from gitward.policy import compiled, load
from gitward.policy.load import load_file
from gitward.policy.testing import run_tests
from gitward.policy.trust import trust

TEXT = f"""{HEAD}refsets: {{protected: [refs/heads/main]}}
principals:
  ann: {{accounts: [ann.lee, "Ann Lee"], roles: [reviewer]}}
  bob: {{}}
  bot: {{kind: service, valid_after: 2026-01-01, valid_before: 2027-01-01T00:00:01Z}}
groups:
  developers: {{members: [bob, ann, bot], source: "cn=dev", revision: "7"}}
  nobody: {{members: []}}
access:
  - {{who: [developers], may: [update, create]}}
  - {{who: [ann, nobody], may: [update], refs: ["refs/heads/**", "!protected"], paths: [/ci/, "*.md"], valid_after: 1970-01-02}}
waivers:
  - {{rules: [no-fixup], who: [developers, reviewer]}}
  - {{rules: everything, who: [nobody], count: 2, at_most: 1h}}
rules:
  - {{rule: no-fixup, exempt: [{{role: developers}}, {{role: nobody}}]}}
"""


def access_of(loaded):
    return next(entry for entry in loaded.entries if entry.rule.name == "access")


def test_a_group_gives_its_members_a_role():
    loaded = policy(TEXT)
    people = trust(loaded.trust).principals
    assert {name: person.roles for name, person in people.items()} == {
        "ann": ("reviewer", "developers"), "bob": ("developers",), "bot": ("developers",),
    }  # fmt: skip
    assert loaded.entries[1].exempt_principals == {"ann", "bob", "bot"}
    assert access_of(loaded).rule.members == (
        ("ann", ("developers", "reviewer")), ("bob", ("developers",)), ("bot", ("developers",)),
    )  # fmt: skip


def test_what_a_principal_is():
    people = trust(policy(TEXT).trust).principals
    ann, bot = people["ann"], people["bot"]
    assert (ann.accounts, ann.service, ann.valid_after, ann.valid_before) == (("ann.lee", "Ann Lee"), False, None, None)
    assert (bot.accounts, bot.service, bot.valid_after, bot.valid_before) == ((), True, 1_767_225_600, 1_798_761_601)


def test_who_has_none_of_it_has_the_trust_store_of_before():
    """So that what earlier versions wrote down of an entry still names the same entry."""
    assert policy(f"{HEAD}principals: {{ann: {{roles: [x]}}}}\nrules: [{{rule: no-fixup}}]\n").trust == (
        '{"keyless":[],"openpgp":[],"openpgp_trailers":[],"principals":{"ann":{"addresses":[],"roles":["x"],"vouched_by":[]}},'
        '"rsa_bits":2048,"skew":600,"ssh":[],"x509":[],"x509_crls":[]}'
    )


def test_grants_and_waivers():
    loaded = policy(TEXT)
    entry = access_of(loaded)
    assert (entry.id, entry.refs, entry.severity, entry.place) == ("access", ("refs/**",), "error", "p.yaml:12")
    assert entry.rule.grants == (
        Grant(who=("developers",), may=("update", "create"), place="p.yaml:12"),
        Grant(who=("ann", "nobody"), may=("update",), refs=("refs/heads/**", "!refs/heads/main"), paths=("/ci/", "*.md"),
              valid_after=86_400, place="p.yaml:13"),
    )  # fmt: skip
    assert loaded.waivers == (
        WaiverRight(rules=("no-fixup",), who=("ann", "bob"), place="p.yaml:15"),
        WaiverRight(rules=("*",), who=(), count=2, at_most=3600, place="p.yaml:16"),
    )


def test_an_entry_carries_words_and_tests_for_what_is_granted():
    tests = "{accept: {pusher: bob, update: ff}}, {reject: {pusher: bob, update: non-ff}}, {reject: {update: ff}}"
    text = f"{TEXT}  - {{rule: access, id: rights, severity: warning, message: ask, tests: [{tests}]}}\n"
    loaded, given = load.load_with_tests(reader({"p.yaml": text}), "p.yaml", "p.yaml")
    entry = access_of(loaded)
    assert (entry.id, entry.severity, entry.message, len(entry.rule.grants)) == ("rights", "warning", "ask", 2)
    report = run_tests(loaded, given)
    assert (report.passed, [fault.entry for fault in report.faults]) == (3, ["no-fixup"])


def test_the_digest_is_of_what_is_granted_and_to_whom_not_of_where_it_stands():
    digest = access_of(policy(TEXT)).digest
    assert access_of(policy(TEXT.replace("access:\n", "# a line more\naccess:\n"))).digest == digest
    changes = {"[bob, ann, bot]": "[bob, ann]", "may: [update]": "may: [force]", "[/ci/,": "[/cd/,", "ann.lee": "al"}
    for old, new in changes.items():
        assert access_of(policy(TEXT.replace(old, new))).digest != digest, new


def test_files_beside_the_policy_say_the_same(tmp_path: Path):
    principals, _, rest = TEXT.partition("principals:\n")[2].partition("groups:\n")
    groups, _, after = rest.partition("access:\n")
    head = TEXT.partition("principals:\n")[0]
    (tmp_path / "people.yaml").write_text(principals)
    (tmp_path / "groups.yaml").write_text(groups)
    path = tmp_path / "p.yaml"
    path.write_text(f"{head}principals: {{file: people.yaml}}\ngroups: {{file: groups.yaml}}\naccess:\n{after}")
    loaded = load_file(str(path))
    assert [entry.digest for entry in loaded.entries] == [entry.digest for entry in policy(TEXT).entries]
    path.write_text(path.read_text().replace("{file: groups.yaml}", "groups.yaml"))
    assert access_of(load_file(str(path))).digest == access_of(loaded).digest


def test_the_compiled_form_holds_all_of_it(tmp_path: Path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    path = tmp_path / "p.yaml"
    path.write_text(TEXT)
    first = compiled.policy_for_client(str(path))
    assert compiled.read_compiled(str(path)) == first == load_file(str(path))
