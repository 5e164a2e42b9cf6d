"""Any bytes at all: the parsers never raise, lose nothing, and take time in proportion."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gitward.gitobject import parse_commit, parse_tag
from gitward.gitobject.commit import _at_once, _line_by_line
from gitward.model import Commit, Ident
from soaking import examples
from timing import cpu_within

OID = "a" * 40
T, P = b"tree " + b"b" * 40 + b"\n", b"parent " + b"1" * 40 + b"\n"
A, C = b"author A <a@b> 1 +0000\n", b"committer A <a@b> 1 +0000\n"
TAG = b"object " + b"b" * 40 + b"\ntype tree\ntag v1\ntagger A <a@b> 1 +0000\n"
ARMOR = b"-----BEGIN PGP SIGNATURE-----\n\niQ==\n-----END PGP SIGNATURE-----\n"

FOLDED = b"gpgsig " + ARMOR.replace(b"\n", b"\n ")
PIECES = [T, P, A, C, FOLDED, b"gpgsig", b"encoding x\n", b"foo v\n", b"\n", b" ", b"x", b"\0", b"<", b"\xe9"]
RAW = st.binary() | st.lists(st.sampled_from([*PIECES, TAG, ARMOR])).map(b"".join)


@given(st.sampled_from([b"", T + A + C, TAG + b"\n"]), RAW, st.sampled_from([OID, "b" * 64]))
def test_any_bytes_parse(start: bytes, rest: bytes, oid: str) -> None:
    raw = start + rest
    parsed, tag = parse_commit(oid, raw), parse_tag(oid, raw)
    assert parsed.raw == tag.raw == raw
    assert (parsed.author is not None and parsed.committer is not None) or parsed.malformed
    assert tag.tagger is not None or tag.malformed
    if not parsed.malformed:
        header, _, message = raw.partition(b"\n\n")
        assert message == parsed.message.raw
        assert header.startswith(written(parsed)[:-1])


@given(st.sampled_from([b"", T, T + P, T + A, T + A + C]), RAW, st.sampled_from([40, 64]))
def test_a_header_read_at_once_is_the_one_read_line_by_line(start: bytes, rest: bytes, length: int) -> None:
    text = (start + rest).decode("utf-8", "surrogateescape")
    faults: list[str] = []
    at_once, by_line = _at_once(text, length), _line_by_line(text, length, faults)
    if at_once is None:
        assert faults
    else:
        assert not faults
        assert (*at_once[:4], list(at_once[4])) == (*by_line[:4], list(by_line[4]))


def written(commit: Commit) -> bytes:
    """The header again from what was read of it, with zones that are not -0000."""
    lines = [f"tree {commit.tree}", *[f"parent {parent}" for parent in commit.parents or ()]]
    for name, ident in (("author", commit.author), ("committer", commit.committer)):
        assert ident is not None
        zone = f"{'-' if ident.offset < 0 else '+'}{abs(ident.offset) // 60:02}{abs(ident.offset) % 60:02}"
        lines.append(f"{name} {ident.name} <{ident.email}> {ident.time} {zone}")
    return "".join(f"{line}\n" for line in lines).encode("utf-8", "surrogateescape")


TEXT = st.text(st.characters(exclude_characters="<>\n\0", exclude_categories=["Cs"]))
IDENTS = st.builds(
    lambda name, email, time, offset: Ident(name=name, email=email, time=time, offset=offset),
    *(TEXT, TEXT, st.integers(0, 2**63 - 1), st.integers(-5999, 5999)),
)
OIDS = st.text("0123456789abcdef", min_size=40, max_size=40)


@settings(max_examples=examples(50))
@given(OIDS, st.lists(OIDS), IDENTS, IDENTS, st.binary().map(lambda raw: raw.replace(b"\0", b"")))
def test_round_trip(tree: str, parents: list[str], author: Ident, committer: Ident, body: bytes) -> None:
    fields = {"tree": tree, "parents": tuple(parents), "author": author, "committer": committer}
    draft = Commit(oid=None, merge=len(parents) > 1, message=parse_commit(None, b"").message, **fields)
    parsed = parse_commit(OID, written(draft) + b"\n" + body)
    assert (parsed.malformed, parsed.message.raw, parsed.merge) == ("", body, draft.merge)
    assert {name: getattr(parsed, name) for name in fields} == fields


LONG = b"x" * 1_000_000


@pytest.mark.parametrize("header", [LONG, T + LONG, T + b"author A <a> " + LONG, T + A + C + b"gpgsig" + LONG])
def test_reasons_quote_little(header: bytes) -> None:
    assert 0 < len(parse_commit(OID, header + b"\n\n").malformed) < 130
    assert 0 < len(parse_tag(OID, TAG + header + b"\n\n").malformed) < 130


@pytest.mark.parametrize(
    "raw",
    [
        T + P * 300_000 + A + C + b"\n",
        T + b"parent x\n" * 300_000,
        T + A + C + b"mergetag x\n" + b" a\n" * 2_000_000,
        T + A + C + b"k v\n" * 1_000_000,
        T + b"author A <a> " + b"1" * 10_000_000 + b" +0000\n",
        T + b"author " + b"<>" * 5_000_000 + b"\n",
        T + b"x" * 10_000_000,
        TAG + b"\n" + ARMOR * 100_000,
        TAG + b"\n" + ARMOR + b"-----END PGP SIGNATURE-----\n" * 300_000,
    ],
    ids=["parents", "bad parents", "folds", "headers", "digits", "brackets", "line", "blocks", "ends"],
)
def test_time_is_linear(raw: bytes) -> None:
    with cpu_within(20):
        parse_commit(OID, raw)
        parse_tag(OID, raw)
