from __future__ import annotations

import pytest
from policies import HEAD, complaints, policy

BASE = """\
version: 1
refsets: {protected: open}
rules:
  - {rule: no-fixup, refs: [protected]}
  - {rule: subject-length, max: 60}
  - {rule: linear-history}
"""
FILL = "refsets: {protected: [refs/heads/main]}\n"
TOP = HEAD + "extends: [base.yaml]\n" + FILL


def ids(loaded) -> list[str]:
    return [entry.id for entry in loaded.entries[1:]]


def test_extended_entries_come_first_and_say_where_they_stand():
    loaded = policy(TOP + "rules:\n  - {rule: subject-style}\n", base=BASE)
    assert ids(loaded) == ["no-fixup", "subject-length", "linear-history", "subject-style"]
    assert [entry.place for entry in loaded.entries[1:]] == [
        "base.yaml:4", "base.yaml:5", "base.yaml:6", "p.yaml:6",
    ]  # fmt: skip
    assert loaded.entries[1].refs == ("refs/heads/main",)
    assert loaded.weakened == ()


def test_an_entry_is_replaced_in_its_place_and_that_is_noted():
    loaded = policy(TOP + "rules:\n  - {replace: subject-length, rule: subject-length, max: 80}\n", base=BASE)
    assert ids(loaded) == ["no-fixup", "subject-length", "linear-history"]
    assert loaded.entries[2].rule.max == 80
    assert loaded.weakened == ("p.yaml:6 replaces subject-length of base.yaml:5",)


def test_an_entry_is_replaced_by_another_rule_under_another_id():
    loaded = policy(TOP + "rules:\n  - {replace: no-fixup, rule: subject-style, id: style}\n", base=BASE)
    assert ids(loaded) == ["style", "subject-length", "linear-history"]
    assert loaded.weakened == ("p.yaml:6 replaces no-fixup of base.yaml:4",)


def test_a_replacement_keeps_the_id_where_it_gives_none():
    loaded = policy(TOP + "rules:\n  - {replace: no-fixup, rule: subject-style}\n", base=BASE)
    assert ids(loaded) == ["no-fixup", "subject-length", "linear-history"]


def test_an_entry_is_dropped_and_that_is_noted():
    loaded = policy(TOP + "rules:\n  - {drop: linear-history}\n", base=BASE)
    assert ids(loaded) == ["no-fixup", "subject-length"]
    assert loaded.weakened == ("p.yaml:6 drops linear-history of base.yaml:6",)


def test_a_file_in_between_may_change_what_it_extends():
    middle = "version: 1\nextends: [base.yaml]\nrules:\n  - {drop: no-fixup}\n  - {rule: no-fixup, id: mine}\n"
    loaded = policy(HEAD + "extends: [middle.yaml]\n" + FILL, middle=middle, base=BASE)
    assert ids(loaded) == ["subject-length", "linear-history", "mine"]
    assert loaded.weakened == ("middle.yaml:4 drops no-fixup of base.yaml:4",)


def test_what_is_extended_twice_is_there_once():
    middle = "version: 1\nextends: [base.yaml]\nrules:\n  - {rule: subject-style}\n"
    loaded = policy(HEAD + "extends: [middle.yaml, base.yaml]\n" + FILL, middle=middle, base=BASE)
    assert ids(loaded) == ["no-fixup", "subject-length", "linear-history", "subject-style"]


def test_what_one_file_drops_and_another_brings_is_there():
    middle = "version: 1\nextends: [base.yaml]\nrules:\n  - {drop: no-fixup}\n"
    loaded = policy(HEAD + "extends: [middle.yaml, base.yaml]\n" + FILL, middle=middle, base=BASE)
    assert sorted(ids(loaded)) == ["linear-history", "no-fixup", "subject-length"]


def test_a_set_is_filled_by_whoever_extends():
    fill = "version: 1\nextends: [base.yaml]\nrefsets: {protected: [refs/heads/trunk]}\n"
    loaded = policy(HEAD + "extends: [fill.yaml]\n", fill=fill, base=BASE)
    assert loaded.entries[1].refs == ("refs/heads/trunk",)
    assert complaints(HEAD + "extends: [fill.yaml]\n" + FILL, fill=fill, base=BASE) == [
        "p.yaml:4:11: the ref set 'protected' is filled already, at fill.yaml:3"
    ]


def test_a_pack_and_a_file_beside_it():
    text = HEAD + "extends: ['builtin:minimal', ./a/../base2.yaml]\n" + FILL
    loaded = policy(text, base2="version: 1\nrules: [{rule: linear-history}]\n")
    assert ids(loaded)[-2:] == ["ref-namespace", "linear-history"]
    assert loaded.entries[1].place.startswith("builtin:minimal:")


def test_names_are_relative_to_the_file_that_extends():
    files = {"org/a": "version: 1\nextends: [../b.yaml, c.yaml]\n", "b": "version: 1\nrules: [{rule: no-fixup}]\n",
             "org/c": "version: 1\nrules: [{rule: linear-history}]\n"}  # fmt: skip
    assert ids(policy(HEAD + "extends: [org/a.yaml]\n", **files)) == ["no-fixup", "linear-history"]
    files["org/a"] = "version: 1\nextends: [../../b.yaml]\n"
    assert complaints(HEAD + "extends: [org/a.yaml]\n", **files) == [
        "org/a.yaml:2:11: '../../b.yaml' leads out of the folder of the policy"
    ]


def chain(length: int) -> dict[str, str]:
    files = {f"f{n}": f"version: 1\nextends: [f{n + 1}.yaml]\n" for n in range(length)}
    return files | {f"f{length}": "version: 1\nrules: [{rule: no-fixup}]\n"}


def test_a_chain_of_files_has_an_end():
    assert ids(policy(HEAD + "extends: [f0.yaml]\n", **chain(6))) == ["no-fixup"]
    assert complaints(HEAD + "extends: [f0.yaml]\n", **chain(7)) == [
        "f6.yaml:2:11: a policy is at most 32 files, 8 deep"
    ]


def test_a_policy_has_a_limit_of_files():
    names = [f"f{n}" for n in range(32)]
    files = {name: f"version: 1\nrules: [{{rule: no-fixup, id: {name}}}]\n" for name in names}
    listed = [f"{name}.yaml" for name in names]
    assert len(ids(policy(HEAD + f"extends: [{', '.join(listed[:31])}]\n", **files))) == 31
    (complaint,) = complaints(HEAD + f"extends: [{', '.join(listed)}]\n", **files)
    assert "a policy is at most 32 files" in complaint


@pytest.mark.parametrize("name", ["minimal", "conventional", "open-source", "regulated"])
def test_packs_are_found_by_name(name):
    assert ids(policy(HEAD + f"extends: ['builtin:{name}']\n" + FILL))
