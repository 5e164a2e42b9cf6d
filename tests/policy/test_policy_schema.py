from __future__ import annotations

from pathlib import Path

import jsonschema
import pytest
import yaml
from policies import HEAD, complaints, rules

from gitward import rules as table
from gitward.policy import packs
from gitward.policy.grammar import Common
from gitward.policy.hints import field_name, hints
from gitward.policy.schema import schema

VALIDATOR = jsonschema.Draft202012Validator(schema())
BAD = yaml.safe_load((Path(__file__).parent / "bad.yaml").read_text(encoding="utf-8"))
# what the shape of a file cannot say: names that stand elsewhere, meaning of text, YAML itself
SEMANTIC = {
    *("exempt an unknown principal and role", "exempt two at once", "an unknown pusher"),
    *("an alias", "a merge key", "a duplicate key", "a duplicate key inside", "a tag", "a directive", "an anchor"),
    *(
        "no rules",
        "for a newer gitward",
        "look-ahead",
        "a back-reference",
        "an unfinished group",
        "a pattern too large",
    ),
    *("two entries of one rule", "two entries of one id", "a gate that warns", "a gate for some refs", "two gates"),
    *("an unknown ref set", "a branch instead of a ref", "only refs taken out", "all refs taken out", "three stars"),
    *("a ref with a question mark", "a ref with a blank", "a ref that ends in a slash", "ref sets in a circle"),
    *("an unused set with an unknown one", "an open set of one's own", "a set with an exclamation mark taken out"),
    *(
        "a set with an exclamation mark beside others",
        "an unknown set in landing",
        "accept and reject",
        "an unknown pack",
    ),
    *("a test for a branch", "a missing file", "a file above", "an absolute file", "extends itself", "drop one's own"),
    *("extends in a circle", "an error in an extended file", "a policy in an extended file", "a test of nothing"),
    *("an open set that nothing fills", "a filled set filled again", "an entry that is extended already", "drop twice"),
    *("one id in two files", "drop what is not there", "replace what is not there", "replace by an id that is there"),
    *(
        "everything dropped",
        "an empty test",
        "a ref set with a bad name",
        "since for a rule of refs",
        "exempt for a rule of pushes",
        "a revision in octal",
        "version 01",
        "yes for true",
        "one trailer twice",
        "trailers of which nothing is asked",
    ),
    *("a grant to strangers", "a grant for an unknown ref set", "paths beside a deletion", "paths that only take out"),
    *("an account twice", "a group named like a principal", "a group with unknown members", "access dropped"),
    *("a group with unknown members in a file", "a file of groups that is not there", "a name of a principal and a role"),
    *("an access rule without access", "two access rules", "access beside an entry of that id"),
    *("access in an extended file", "an access rule in an extended file", "waivers of what is not there"),
    "waivers of the gate and by a service",
}


def fits(text: str) -> bool:
    return VALIDATOR.is_valid(yaml.safe_load(text))


def test_it_is_a_schema():
    jsonschema.Draft202012Validator.check_schema(schema())
    assert schema()["$schema"] == "https://json-schema.org/draft/2020-12/schema"


@pytest.mark.parametrize(
    "text",
    [
        rules(
            "rule: subject-length, max: 60, merges: judge",
            "rule: ticket-reference, in: [subject], refs: [protected], since: baseline",
            "rule: no-fixup, since: {commits: [" + "a" * 40 + "]}, exempt: [{commit: " + "b" * 64 + "}]",
            "rule: push-limits, bytes: 10MiB, commits: 5",
            "rule: push-limits, id: b, bytes: 1048576",
            "drop: x",
            "replace: x, rule: linear-history, tests: [{accept: a}, {reject: {message: b, parents: 2}}]",
        ),
        HEAD
        + "mode: evaluate\naudit: required\nunaudited-updates: deny\nlanding: squash\nrefsets: {a: open, b: ['refs/**', '!a']}\n",
        HEAD
        + "landing: [{refs: [a], method: rebase}]\nextends: ['builtin:minimal', org/base.yaml]\ngitward: '>=1.0'\n",
    ],
)
def test_good_policies_fit(text):
    VALIDATOR.validate(yaml.safe_load(text))


@pytest.mark.parametrize("case", BAD, ids=lambda case: case["name"].replace(" ", "-"))
def test_bad_policies_do_not_fit_where_a_schema_can_tell(case):
    try:
        one = fits(case["p.yaml"])
    except yaml.YAMLError:
        return
    assert one is False or case["name"] in SEMANTIC


def test_what_fits_and_is_refused_is_known():
    assert {case["name"] for case in BAD} >= SEMANTIC


@pytest.mark.parametrize("rule", table.NAMES)
def test_every_rule_is_there_with_its_options_and_defaults(rule):
    of = table.load(rule)
    (entry,) = [one for one in schema()["properties"]["rules"]["items"]["anyOf"] if one.get("title") == rule]
    assert entry["description"].startswith(f"`{rule}`: ")
    if rule == "access":  # its options are made of the policy's other parts
        assert set(entry["properties"]) == {"rule", "id", "severity", "message", "tests"}
        return
    assert set(entry["properties"]) == {*hints(Common), *hints(of)}
    for name in hints(of):
        default = of.__defaults__.get(field_name(name))
        if default not in (None, (), ""):
            assert entry["properties"][name]["default"] == (list(default) if isinstance(default, tuple) else default)


@pytest.mark.parametrize("pack", packs.names())
def test_packs_fit_but_for_the_policy_itself(pack):
    data = yaml.safe_load(packs.read(f"builtin:{pack}"))
    VALIDATOR.validate({**data, "policy": {"id": "x"}})
    assert complaints(packs.read(f"builtin:{pack}"))[0].endswith("the key 'policy' is missing")
