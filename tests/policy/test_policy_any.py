"""Properties: whatever the bytes, reading a policy ends in a policy or in a PolicyError with a place in the file."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from policies import policy, reader

from gitward.errors import PolicyError
from gitward.policy import build, load
from soaking import examples
from timing import cpu_within

WHOLE = """\
version: 1
gitward: ">=0.1"
policy: {id: payments, revision: 41}
refsets: {protected: [refs/heads/main, "!refs/heads/x"], open-one: [protected]}
landing: [{refs: [protected], method: squash}]
rules:
  - rule: ticket-reference
    refs: [protected, "!refs/heads/y"]
    pattern: '(CHG|INC)[0-9]{7}'
    in: [subject, trailers]
    since: {commits: [8c66e680c52af5586b93ad370f087017e0328c95]}
    exempt: [{commit: 8c66e680c52af5586b93ad370f087017e0328c95}]
    tests: [{accept: {message: x, update: ff, parents: 2, push: {bytes: 1MiB}}}, {reject: "a"}]
  - {rule: push-limits, bytes: 10MiB}
"""
WORDS = [
    *(
        "rules",
        "rule",
        "refs",
        "refsets",
        "protected",
        "refs/heads/**",
        "no-fixup",
        "since",
        "commits",
        "exempt",
        "tests",
    ),
    *("accept", "open", "baseline", "extends", "builtin:minimal", "p.yaml", "drop", "replace", "id", "1", "true"),
]


def is_read_or_refused(data: bytes) -> bool:
    """True for a policy. Anything but a PolicyError with a place would come through."""
    try:
        load.load_policy(reader({"p.yaml": data}), "p.yaml", "p.yaml")
    except PolicyError as problem:
        for each in (problem, *problem.others):
            assert each.bare
            assert each.file
            assert each.bare.isprintable()
        return False
    return True


@given(st.binary(max_size=400))
def test_any_bytes(data):
    is_read_or_refused(data)


@given(st.text(max_size=400))
def test_any_text(text):
    is_read_or_refused(text.encode("utf-8", "replace"))


@settings(max_examples=examples(300))
@given(
    start=st.integers(0, len(WHOLE)),
    length=st.integers(0, 30),
    put=st.sampled_from([*WORDS, *"[]{},:#&*!|>'\"%@`\n -?~"]),
)
def test_a_policy_with_a_piece_put_in_another_s_place(start, length, put):
    is_read_or_refused((WHOLE[:start] + put + WHOLE[start + length :]).encode())


def trees() -> st.SearchStrategy:
    scalars = st.sampled_from(WORDS) | st.text(max_size=8)
    return st.recursive(
        scalars,
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.sampled_from(WORDS) | st.text(max_size=4), inner, max_size=4)
        ),
        max_leaves=12,
    )


@given(
    st.dictionaries(
        st.sampled_from(["rules", "refsets", "landing", "extends", "mode", "gitward", "audit", "x"]), trees()
    )
)
def test_any_tree(tree):
    head = {"version": "1", "policy": {"id": "x"}}
    is_read_or_refused(json.dumps(head | tree, ensure_ascii=True).encode())


@given(st.lists(trees(), max_size=3))
def test_any_entries(entries):
    known = [
        {"rule": "no-fixup", "id": f"e{n}"} | (entry if isinstance(entry, dict) else {})
        for n, entry in enumerate(entries)
    ]
    is_read_or_refused(json.dumps({"version": "1", "policy": {"id": "x"}, "rules": known}).encode())


@pytest.mark.parametrize(
    "data",
    [
        b"version: 1\npolicy: {id: x}\nrules: [{rule: ref-name, pattern: '" + b"(" * 5_000 + b"'}]\n",
        b"version: 1\npolicy: {id: x}\nrules: [{rule: ref-name, pattern: '" + b"(a|" * 3_000 + b")" * 3_000 + b"'}]\n",
        b"version: 1\npolicy: {id: x}\nrules: [{rule: no-fixup, refs: [refs/" + b"*" * 50_000 + b"]}]\n",
        b"version: 1\npolicy: {id: x}\nrules: [{rule: no-fixup, refs: [" + b"refs/heads/x," * 15_000 + b"]}]\n",
        b"version: 1\npolicy: {id: x}\n" + b"x: 1\n" * 3,
        b"[" * 200_000,
        b"{a: " * 50_000,
        b"- " * 100_000,
        b"? " * 100_000,
        b"a: &a [" + b"*a," * 50_000 + b"]",
        b"version: " + b"1" * 10_000 + b"\npolicy: {id: x}\n",
        b"version: 1\npolicy: {id: x, revision: " + b"9" * 10_000 + b"}\n",
        b'version: 1\ngitward: ">=' + b"9" * 10_000 + b'"\n',
        b"'" + b"x" * 250_000,
        b"a: |\n" + b"  x\n" * 60_000,
    ],
    ids=range(15),
)
def test_hostile_files_are_answered_soon(data):
    with cpu_within(5):
        is_read_or_refused(data)


@given(st.sampled_from(["max: 60", "min: 3", "unit: code-points", "merges: judge", "severity: warning", "message: é"]))
def test_the_plain_form_survives_json(option):
    text = f"version: 1\npolicy: {{id: x}}\nrules: [{{rule: subject-length, {option}}}]\n"
    plain = load.load_plain(reader({"p.yaml": text}), "p.yaml", "p.yaml").plain
    assert build.policy(json.loads(json.dumps(plain))) == policy(text)
