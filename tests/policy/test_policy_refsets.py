from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from policies import HEAD, complaints, policy, rules

from gitward.patterns import matches_ref
from gitward.policy.refsets import MAX_PATTERNS
from gitward.shapes import RefShape, Refused

SETS = (
    HEAD
    + """\
refsets:
  protected: [refs/heads/main, refs/heads/release/**]
  tags: ["refs/tags/**"]
  both: [protected, tags]
  topics: [refs/heads/**, "!protected"]
  most: [refs/**, "!refs/heads/tmp/**"]
  branches: [refs/heads/**]
  all: [refs/**]
"""
)


def refs(*items: str) -> tuple[str, ...]:
    listed = ", ".join(f'"{item}"' for item in items)
    return policy(rules(f"rule: no-fixup, refs: [{listed}]", head=SETS)).entries[1].refs


@pytest.mark.parametrize(
    ("items", "patterns"),
    [
        (["refs/heads/x"], ("refs/heads/x",)),
        (["protected"], ("refs/heads/main", "refs/heads/release/**")),
        (["protected", "refs/heads/x"], ("refs/heads/main", "refs/heads/release/**", "refs/heads/x")),
        (["both"], ("refs/heads/main", "refs/heads/release/**", "refs/tags/**")),
        (["refs/**", "!both"], ("refs/**", "!refs/heads/main", "!refs/heads/release/**", "!refs/tags/**")),
        (["protected", "protected", "refs/heads/main"], ("refs/heads/main", "refs/heads/release/**")),
        (["!protected", "refs/heads/**"], ("refs/heads/**", "!refs/heads/main", "!refs/heads/release/**")),
        (["topics"], ("refs/heads/**", "!refs/heads/main", "!refs/heads/release/**")),
        (["topics", "!refs/heads/x"],
         ("refs/heads/**", "!refs/heads/x", "!refs/heads/main", "!refs/heads/release/**")),
        (["topics", "tags"], ("refs/heads/**", "refs/tags/**", "!refs/heads/main", "!refs/heads/release/**")),
        (["refs/heads/*", "!refs/heads/x*"], ("refs/heads/*", "!refs/heads/x*")),
        (["refs/heads/**", "!refs/heads/*"], ("refs/heads/**", "!refs/heads/*")),
    ],
)  # fmt: skip
def test_names_become_patterns(items, patterns):
    assert refs(*items) == patterns


@pytest.mark.parametrize("items", [["topics", "protected"], ["topics", "refs/heads/release/1"], ["most", "refs/**"]])
def test_a_set_that_takes_refs_out_is_not_joined_with_what_it_takes_out(items):
    listed = ", ".join(items)
    assert complaints(rules(f"rule: no-fixup, refs: [{listed}]", head=SETS)) == [
        f"p.yaml:12:29: the ref set {items[0]!r} takes refs out, which others in this list may name"
    ]


# what a set means, worked out from its definition: the meaning that the patterns must have
MEANING = {
    "protected": lambda ref: ref == "refs/heads/main" or ref.startswith("refs/heads/release/"),
    "tags": lambda ref: ref.startswith("refs/tags/"),
    "topics": lambda ref: ref.startswith("refs/heads/") and not MEANING["protected"](ref),
    "both": lambda ref: MEANING["protected"](ref) or MEANING["tags"](ref),
    "branches": lambda ref: ref.startswith("refs/heads/"),
    "all": lambda ref: True,
    "most": lambda ref: ref.startswith("refs/") and not ref.startswith("refs/heads/tmp/"),
}
REFS = [f"refs/{name}" for name in ("heads/main", "heads/release/1", "heads/x", "heads/tmp/x", "tags/v1", "notes/x")]


@given(wanted=st.lists(st.sampled_from(sorted(MEANING)), min_size=1, max_size=3),
       unwanted=st.lists(st.sampled_from(sorted(MEANING)), max_size=2))  # fmt: skip
def test_a_list_that_is_taken_means_what_its_sets_mean(wanted, unwanted):
    listed = ", ".join([*wanted, *(f'"!{name}"' for name in unwanted)])
    text = rules(f"rule: no-fixup, refs: [{listed}]", head=SETS)
    if complaints(text):
        return
    patterns = policy(text).entries[1].refs
    for ref in REFS:
        meant = any(MEANING[name](ref) for name in wanted) and not any(MEANING[name](ref) for name in unwanted)
        assert matches_ref(patterns, ref) is meant, (ref, patterns)


def test_a_deep_tower_of_sets_costs_what_its_patterns_cost():
    tower = "".join(f"  s{n}: [s{n + 1}, s{n + 1}, s{n + 1}]\n" for n in range(40))
    text = rules("rule: no-fixup, refs: [s0]", head=f"{HEAD}refsets:\n{tower}  s40: [refs/heads/main]\n")
    assert policy(text).entries[1].refs == ("refs/heads/main",)


def test_a_list_has_a_limit():
    refs = [f"refs/heads/b{n}" for n in range(MAX_PATTERNS)]
    text = f"{HEAD}refsets: {{most: [{', '.join(refs[1:])}]}}\n"
    assert len(policy(rules("rule: no-fixup, refs: [most, refs/heads/b0]", head=text)).entries[1].refs) == MAX_PATTERNS
    assert complaints(rules("rule: no-fixup, refs: [most, refs/heads/b0, refs/heads/x]", head=text)) == [
        "p.yaml:5:28: a list of refs is at most 1000 patterns"
    ]


@pytest.mark.parametrize("good", ["refs/heads/main", "!refs/heads/x", "refs/**", "refs/heads/*/x", "refs/tags/v*"])
def test_a_pattern_that_a_ref_could_match(good):
    assert RefShape().check(good) == good


BAD = [
    *("main", "!main", "refs//heads", "refs/heads/[ab]", "refs/heads/\x7f", "refs/heads/a..b", "refs/heads/a b"),
    *("refs/heads/a~1", "refs/heads/a^", "refs/heads/a:b", "refs/heads/a\\b", "refs/heads/a@{1}", "refs/heads/a.lock"),
    *("refs/heads/a.", "refs/heads/a/"),
]


@pytest.mark.parametrize("bad", BAD)
def test_a_pattern_that_no_ref_could_match(bad):
    with pytest.raises(Refused):
        RefShape().check(bad)
